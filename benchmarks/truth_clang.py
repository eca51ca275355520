"""Call and inheritance edges of a C or C++ tree, as libclang sees them: the truth for `benchmarks.edges`.

`pip install libclang`, then `python -m benchmarks.truth_clang DIR --out FILE.jsonl [--compile-commands FILE] [--flags '-D…']`.
Every source file is parsed with the flags given, those of its entry in the compile commands, and the tree's own folders of
headers. A row of kind `call` goes from the function around a call to the definition of its callee, in whichever file it
stands (by USR), or to its first declaration where the tree defines it nowhere; `others` lists further definitions of
the same USR, any of which is right. How a row came about (`how`):
  call       the callee's name is written in the caller, followed by its arguments
  expansion  it is written in a macro that the caller expands
  macro      the caller expands a macro of the tree that takes arguments
  inherit    a class and its base
Left out: implicit calls (conversions, destructors, operators, constructors of members), calls of values, calls of what
macros define, files with a fatal error, functions with an error inside. What a fair comparison needs is told by rows of other kinds: `seen` is a
function or class that was read; `open` a name that it calls and that only an instance of its template would resolve, or
that stands in the arguments of a macro which drops them (`assert`); `document` a file that was read;
`skipped` a line that no translation unit has compiled (`#if`). A function whose name a macro writes (`TEST(A, b) {…}`) has the name "".
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

SOURCES = {".c": "c", ".cc": "c++", ".cpp": "c++", ".cxx": "c++"}
HEADERS = frozenset({".h", ".hh", ".hpp", ".hxx", ".inl", ".ipp", ".tpp"})
MAX_FOLDERS = 60  # of headers that are searched: those that hold most of them
FUNCTIONS = frozenset({
    "FUNCTION_DECL", "CXX_METHOD", "CONSTRUCTOR", "DESTRUCTOR", "CONVERSION_FUNCTION", "FUNCTION_TEMPLATE",
})  # fmt: skip
CLASSES = frozenset(
    {"CLASS_DECL", "STRUCT_DECL", "CLASS_TEMPLATE", "CLASS_TEMPLATE_PARTIAL_SPECIALIZATION"}
)
_FATAL, _ERROR = 4, 3
_NAME = re.compile(rb"\w+")
_CALLEE = re.compile(r"(\w+)\s*\(")

Place = tuple[str, str, int]
"""path, name, line of the name: where something is defined."""


@dataclass
class Found:
    """What the translation units of a tree say together."""

    root: str
    definitions: dict[str, set[Place]] = field(default_factory=dict)  # USR → where it is defined
    announced: dict[str, Place] = field(default_factory=dict)  # USR → where it is declared first
    constructs: dict[str, str] = field(default_factory=dict)  # USR of a constructor → of its class
    calls: set[tuple[Place, str, int, str]] = field(default_factory=set)  # caller, USR, line, how
    macros: set[tuple[Place, Place, int]] = field(default_factory=set)
    bases: set[tuple[Place, str, int]] = field(default_factory=set)
    seen: dict[Place, int] = field(default_factory=dict)  # function → its last line
    open: set[tuple[Place, str]] = field(default_factory=set)
    skipped: dict[str, set[int]] = field(default_factory=dict)  # file → lines that no unit compiled
    left_out: list[str] = field(default_factory=list)  # files with a fatal error
    broken: int = 0  # functions with an error inside


@cache
def text_of(path: str) -> bytes:
    return Path(path).read_bytes()


class Unit:
    """One translation unit, read into `found`."""

    def __init__(self, unit: Any, found: Found) -> None:
        self.found, self.unit = found, unit
        self._paths: dict[str, str] = {}
        self._errors = [
            (self._inside(d.location), d.location.line) for d in unit.diagnostics if d.severity >= _ERROR
        ]  # fmt: skip
        self._expanded: dict[str, list[tuple[int, int, Place | None, int]]] = {}
        """File → first byte, last byte, macro of the tree, line."""

    def read(self) -> None:
        from clang.cindex import CursorKind, conf

        macros: dict[str, Place] = {}
        for cursor in self.unit.cursor.get_children():
            location = cursor.location
            if conf.lib.clang_Location_isInSystemHeader(location):
                continue
            path = self._inside(location)
            if not path:
                continue
            if cursor.kind == CursorKind.MACRO_DEFINITION:
                if conf.lib.clang_Cursor_isMacroFunctionLike(cursor):
                    macros[cursor.get_usr()] = (path, cursor.spelling, location.line)
            elif cursor.kind == CursorKind.MACRO_INSTANTIATION:
                made = cursor.referenced
                macro = macros.get(made.get_usr()) if made else None
                end = cursor.extent.end.offset
                self._expanded.setdefault(path, []).append(
                    (location.offset, end, macro, location.line)
                )
            else:
                self._declaration(cursor, path)
        self._take_skipped()

    def _inside(self, location: Any) -> str:
        """The path of a place relative to the root, or "" where it lies outside."""
        file = location.file
        if file is None:
            return ""
        name = file.name
        if name not in self._paths:
            path = os.path.relpath(os.path.realpath(name), self.found.root)
            self._paths[name] = "" if path.startswith("..") else path
        return self._paths[name]

    # -- declarations

    def _declaration(self, cursor: Any, path: str) -> None:
        kind = cursor.kind.name
        if kind in FUNCTIONS:
            self._function(cursor, path)
            return
        if kind in CLASSES and cursor.is_definition():
            self._class(cursor, path)
        if kind in CLASSES or kind in ("NAMESPACE", "LINKAGE_SPEC", "UNEXPOSED_DECL"):
            for child in cursor.get_children():
                inner = self._inside(child.location)
                if inner:
                    self._declaration(child, inner)

    def _class(self, cursor: Any, path: str) -> None:
        if not _is_written(cursor):
            return
        usr, place = (
            cursor.get_usr(),
            (path, cursor.spelling.partition("<")[0], cursor.location.line),
        )
        self.found.definitions.setdefault(usr, set()).add(place)
        self.found.seen[place] = cursor.extent.end.line
        for child in cursor.get_children():
            if child.kind.name == "CXX_BASE_SPECIFIER":
                base = child.type.get_declaration()
                base = _template_of(base)
                if base.get_usr():
                    self.found.bases.add((place, base.get_usr(), child.location.line))

    def _function(self, cursor: Any, path: str) -> None:
        name, usr = _plain(cursor) if _is_written(cursor) else "", cursor.get_usr()
        place = (path, name, cursor.location.line)
        self.found.announced.setdefault(usr, place)
        if not cursor.is_definition():
            return
        self.found.definitions.setdefault(usr, set()).add(place)
        if place in self.found.seen:
            return
        start, end = cursor.extent.start, cursor.extent.end
        if any(file == path and start.line <= line <= end.line for file, line in self._errors):
            self.found.broken += 1
            return
        self.found.seen[place] = end.line
        file = cursor.extent.start.file.name
        text = text_of(file)[start.offset : end.offset].decode("utf-8", "replace")
        if not name and "{" not in text:  # its body, too, is the macro's
            del self.found.seen[place]
            return
        self._names: set[str] = set()  # of what it calls
        for child in cursor.get_children():
            self._calls(child, place, text)
        expanded = [
            found for found in self._expanded.get(path, ()) if start.offset <= found[0] < end.offset
        ]
        whole = text_of(file)
        starts = (_NAME.match(whole, offset) for offset, *_ in expanded)
        self._names.update(word[0].decode() for word in starts if word)
        for offset, last, macro, line in expanded:
            if macro and re.search(rf"\b{macro[1]}\b", text):  # else another macro's
                self.found.macros.add((place, macro, line))
            within = whole[offset:last].decode("utf-8", "replace")
            for name in set(_CALLEE.findall(within)) - self._names:
                self.found.open.add((place, name))

    # -- calls

    def _calls(self, cursor: Any, caller: Place, text: str) -> None:
        kind = cursor.kind.name
        if kind == "CALL_EXPR":
            self._call(cursor, caller, text)
        elif kind == "CXX_NEW_EXPR":
            pass  # its constructor is a call below it
        elif kind == "OVERLOADED_DECL_REF" or (
            kind in ("DECL_REF_EXPR", "MEMBER_REF_EXPR") and cursor.referenced is None
        ):
            self.found.open.add((caller, cursor.spelling))
        for child in cursor.get_children():
            self._calls(child, caller, text)

    def _call(self, cursor: Any, caller: Place, text: str) -> None:
        callee = cursor.referenced
        if callee is None or callee.kind.name not in FUNCTIONS:
            if callee is None:
                self.found.open.add((caller, cursor.spelling or _last_word(cursor)))
            return
        callee = _template_of(callee)
        path, name = self._inside(callee.location), _plain(callee)
        self._names.add(name)
        if name.startswith(("operator", "~", "__builtin_")):
            return
        usr, how = callee.get_usr(), "call"
        if callee.kind.name == "CONSTRUCTOR":
            made = callee.semantic_parent
            if not re.search(
                rf"\b{re.escape(name)}\s*(<[^;]*?>)?\s*(\w+\s*)?[({{]|\bnew\s+[\w:]*{re.escape(name)}\b",
                text,
            ):
                return
            self.found.constructs[usr] = made.get_usr()
        elif not re.search(rf"\b{re.escape(name)}\s*(<[^;]*>)?\s*\(", text):
            how = "expansion"
        self.found.announced.setdefault(usr, (path, name, callee.location.line))
        self.found.calls.add((caller, usr, cursor.location.line, how))

    # -- lines that are off

    def _take_skipped(self) -> None:
        off: dict[str, set[int]] = {path: set() for path in set(self._paths.values()) if path}
        for path, first, last in _skipped_ranges(self.unit):
            if inside := self._inside_name(path):
                off.setdefault(inside, set()).update(range(first + 1, last))
        for path, lines in off.items():
            known = self.found.skipped.get(path)
            self.found.skipped[path] = lines if known is None else known & lines

    def _inside_name(self, name: str) -> str:
        path = os.path.relpath(os.path.realpath(name), self.found.root)
        return "" if path.startswith("..") else path


def _plain(cursor: Any) -> str:
    name: str = cursor.spelling
    return name if name.startswith("operator") else name.partition("<")[0]


def _is_written(cursor: Any) -> bool:
    """Whether the name of a definition stands in the text where the definition is: a macro may have made it."""
    at = cursor.location
    return text_of(at.file.name).startswith(_plain(cursor).encode(), at.offset)


def _last_word(cursor: Any) -> str:
    """The name at the end of the callee of a call, as it is written."""
    callee = next(iter(cursor.get_children()), None) or cursor
    start, end = callee.extent.start, callee.extent.end
    words = _NAME.findall(text_of(start.file.name)[start.offset : end.offset]) if start.file else []
    return words[-1].decode("utf-8", "replace") if words else ""


def _template_of(cursor: Any) -> Any:
    """For an instance of a template the template itself, which is what stands in the text."""
    from clang.cindex import Cursor, conf

    general = conf.lib.clang_getSpecializedCursorTemplate(cursor)
    if isinstance(general, Cursor) and general.get_usr():
        return general
    return cursor


class _Ranges(ctypes.Structure):
    _fields_ = [("count", ctypes.c_uint), ("ranges", ctypes.c_void_p)]


def _skipped_ranges(unit: Any) -> Iterator[tuple[str, int, int]]:
    """(file, first line, last line) of each region that a conditional has cut out, its directives included."""
    from clang.cindex import SourceRange, conf

    every = conf.lib.clang_getAllSkippedRanges
    every.argtypes, every.restype = [ctypes.c_void_p], ctypes.POINTER(_Ranges)
    found = every(unit.obj if hasattr(unit, "obj") else unit)
    try:
        table = ctypes.cast(found.contents.ranges or 0, ctypes.POINTER(SourceRange))
        for at in range(found.contents.count):
            start, end = table[at].start, table[at].end
            if start.file is not None:
                yield start.file.name, start.line, end.line
    finally:
        conf.lib.clang_disposeSourceRangeList(found)


# -- the tree


def sources_of(root: str, exclude: list[str]) -> list[str]:
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        found += [
            os.path.join(folder, n) for n in sorted(names) if os.path.splitext(n)[1] in SOURCES
        ]
    pattern = re.compile("|".join(exclude)) if exclude else None
    return [path for path in found if not (pattern and pattern.search(os.path.relpath(path, root)))]


def header_folders(root: str) -> list[str]:
    """The tree's folders that hold headers, and those above them, the fullest first."""
    count: dict[str, int] = {}
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        headers = sum(os.path.splitext(n)[1] in HEADERS for n in names)
        while headers and folder.startswith(root):
            count[folder] = count.get(folder, 0) + headers
            folder = os.path.dirname(folder)
    best = sorted(
        count,
        key=lambda f: (os.path.basename(f) not in ("include", "src"), f.count("/"), -count[f], f),
    )
    return best[:MAX_FOLDERS]


def folder_flags(root: str) -> list[str]:
    """The tree's include folders before the system's, its other folders after: some hold a `unistd.h` for another system."""
    folders = header_folders(root)
    first = [f for f in folders if f == root or os.path.basename(f) in ("include", "src")]
    return [
        *(f"-I{f}" for f in first),
        *(flag for f in folders if f not in first for flag in ("-idirafter", f)),
    ]


def system_flags() -> list[str]:
    """Where the compiler of the machine keeps `stddef.h`: libclang's wheel brings no headers."""
    found = subprocess.run(
        ["cc", "-print-file-name=include"], capture_output=True, text=True, check=False
    )
    return ["-isystem", found.stdout.strip()] if found.returncode == 0 else []


def compile_commands(file: Path) -> dict[str, list[str]]:
    """Real path → the flags of its command that matter to a parser."""
    found: dict[str, list[str]] = {}
    for row in json.loads(file.read_text("utf-8")):
        words = row.get("arguments") or shlex.split(row["command"])
        kept, take = [], False
        for word in words[1:]:
            if take or word.startswith(("-I", "-D", "-U", "-std", "-isystem", "-include")):
                kept.append(word)
                take = not take and word in ("-I", "-D", "-U", "-isystem", "-include")
        found[os.path.realpath(os.path.join(row["directory"], row["file"]))] = [
            *kept,
            f"-working-directory={row['directory']}",
        ]
    return found


def read_tree(
    root: str, flags: list[str], commands: dict[str, list[str]], exclude: list[str]
) -> Found:
    from clang.cindex import Index, TranslationUnit, TranslationUnitLoadError, conf

    conf.lib.clang_disposeSourceRangeList.argtypes = [ctypes.c_void_p]
    found = Found(root)
    folders, system = folder_flags(root), system_flags()
    index = Index.create()
    for path in sources_of(root, exclude):
        own = [*system, *commands.get(os.path.realpath(path), folders), *flags]
        try:
            unit = index.parse(
                path,
                args=["-x", SOURCES[os.path.splitext(path)[1]], *own],
                options=TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD,
            )
        except TranslationUnitLoadError:
            found.left_out.append(os.path.relpath(path, root))
            continue
        fatal = [d for d in unit.diagnostics if d.severity >= _FATAL]
        if fatal:
            found.left_out.append(f"{os.path.relpath(path, root)}: {fatal[0].spelling}")
            continue
        Unit(unit, found).read()
    return found


def rows_of(found: Found) -> Iterator[dict[str, Any]]:
    for caller, usr, line, how in sorted(found.calls):
        places = sorted(found.definitions.get(usr) or ()) or [found.announced[usr]]
        if not (places[0][0] and places[0][1]):
            continue
        made = sorted(found.definitions.get(found.constructs.get(usr, ""), ()))
        kind = "definition" if found.definitions.get(usr) else "declaration"
        yield _edge(caller, places[0], line, how, kind, [*places[1:], *made])
    for caller, macro, line in sorted(found.macros):
        yield _edge(caller, macro, line, "macro", "macro", [])
    for derived, usr, line in sorted(found.bases):
        if places := sorted(found.definitions.get(usr, ())):
            yield _edge(derived, places[0], line, "inherit", "class", places[1:])
    for place, end in sorted(found.seen.items()):
        yield {
            "how": "seen",
            "src_path": place[0],
            "src": place[1],
            "src_line": place[2],
            "end_line": end,
        }
    for place, name in sorted(found.open):
        if name:  # an expression has none, and no edge of ours either
            yield {
                "how": "open",
                "src_path": place[0],
                "src": place[1],
                "src_line": place[2],
                "dst": name,
            }
    for path in sorted(found.skipped):
        yield {"how": "document", "src_path": path}
    for path, lines in sorted(found.skipped.items()):
        if lines:
            yield {"how": "skipped", "src_path": path, "lines": sorted(lines)}


def _edge(
    src: Place, dst: Place, line: int, how: str, kind: str, others: list[Place]
) -> dict[str, Any]:
    row = {
        "src_path": src[0], "src": src[1], "src_line": src[2], "dst_path": dst[0], "dst": dst[1], "dst_line": dst[2],
        "line": line, "how": how, "dst_kind": kind,
    }  # fmt: skip
    return row | ({"others": [list(other) for other in others]} if others else {})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth_clang", description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--compile-commands", type=Path)
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        help="a regular expression over paths; may be repeated",
    )
    parser.add_argument("--flags", default="", help="further flags for the parser, as one string")
    arguments = parser.parse_args()
    commands = compile_commands(arguments.compile_commands) if arguments.compile_commands else {}
    found = read_tree(
        os.path.realpath(arguments.tree), shlex.split(arguments.flags), commands, arguments.exclude
    )
    with arguments.out.open("w", encoding="utf-8") as out:
        for row in rows_of(found):
            out.write(json.dumps(row, sort_keys=True) + "\n")
    for path in found.left_out:
        print(f"left out: {path}", file=sys.stderr)
    print(
        f"{len(found.calls)} calls, {len(found.macros)} macro calls, {len(found.bases)} bases, {len(found.seen)} functions; "
        f"left out: {len(found.left_out)} files, {found.broken} functions with errors",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
