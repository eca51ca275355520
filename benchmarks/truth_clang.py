"""Write the true call and inheritance edges of a C or C++ tree, found by libclang.

    python -m benchmarks.truth_clang DIR --out FILE.jsonl [--compile-commands FILE]
                                         [--exclude REGEX] [--flags '-D…']

The output is the truth for `benchmarks.edges`. Every source file is parsed with the given flags,
those of its entry in the compile commands, and the header folders of the tree. A row of kind `call`
goes from the function around a call to the definition of its callee (by USR) in any file, or to its
first declaration if the tree has no definition. `others` lists further definitions of the same USR,
equally right. `how` is one of:

    call       the callee's name is written in the caller, followed by its arguments
    expansion  it is written in a macro expanded by the caller
    macro      the caller expands a macro of the tree with arguments
    inherit    a class and its base

Left out: implicit calls (conversions, destructors, operators, constructors of members), calls of
values, calls of definitions made by macros, files with a fatal error, functions with an error
inside. Rows of other kinds make the comparison fair: `seen` is a function or class read by the
compiler; `open` a name it calls, resolved only by an instance of its template, or in the arguments
of a macro that drops them (`assert`); `document` a file; `skipped` a line compiled in no
translation unit (`#if`). A function named by a macro (`TEST(A, b) {…}`) has the name "".
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .edge_truth.clang_unit import FATAL, Location, TreeFacts, Unit

SOURCES = {".c": "c", ".cc": "c++", ".cpp": "c++", ".cxx": "c++"}
HEADERS = frozenset({".h", ".hh", ".hpp", ".hxx", ".inl", ".ipp", ".tpp"})
MAX_FOLDERS = 60  # header folders to search: the fullest ones


def sources_of(root: str, exclude: list[str]) -> list[str]:
    """Return the C and C++ sources below `root`, without the excluded paths."""
    paths = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        paths += [
            os.path.join(folder, n) for n in sorted(names) if os.path.splitext(n)[1] in SOURCES
        ]
    pattern = re.compile("|".join(exclude)) if exclude else None
    return [path for path in paths if not (pattern and pattern.search(os.path.relpath(path, root)))]


def header_folders(root: str) -> list[str]:
    """Return the folders with headers and their parents, the fullest first."""
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
    """Return the flags for the tree's header folders: include folders before the system's, others
    after, since some contain a `unistd.h` for another system."""
    folders = header_folders(root)
    first = [f for f in folders if f == root or os.path.basename(f) in ("include", "src")]
    return [
        *(f"-I{f}" for f in first),
        *(flag for f in folders if f not in first for flag in ("-idirafter", f)),
    ]


def system_flags() -> list[str]:
    """Return the flag for the local compiler's own headers, such as `stddef.h`: libclang's wheel
    has none."""
    if shutil.which("cc") is None:
        return []
    process = subprocess.run(
        ["cc", "-print-file-name=include"], capture_output=True, text=True, check=False
    )
    return ["-isystem", process.stdout.strip()] if process.returncode == 0 else []


def compile_commands(file: Path) -> dict[str, list[str]]:
    """Return the parser flags of each file by its real path."""
    return {
        os.path.realpath(os.path.join(row["directory"], row["file"])): [
            *parser_flags(row.get("arguments") or shlex.split(row["command"])),
            f"-working-directory={row['directory']}",
        ]
        for row in json.loads(file.read_text("utf-8"))
    }


def parser_flags(words: list[str]) -> list[str]:
    """Return the flags of a compile command with an effect on parsing."""
    flags, take = [], False
    for word in words[1:]:
        if take or word.startswith(("-I", "-D", "-U", "-std", "-isystem", "-include")):
            flags.append(word)
            take = not take and word in ("-I", "-D", "-U", "-isystem", "-include")
    return flags


def read_tree(
    root: str, flags: list[str], commands: dict[str, list[str]], exclude: list[str]
) -> TreeFacts:
    """Parse every source of the tree and return the collected facts."""
    from clang.cindex import Index, TranslationUnit, TranslationUnitLoadError, conf

    conf.lib.clang_disposeSourceRangeList.argtypes = [ctypes.c_void_p]
    facts = TreeFacts(root)
    folders, system = folder_flags(root), system_flags()
    index = Index.create()
    for path in sources_of(root, exclude):
        arguments = [*system, *commands.get(os.path.realpath(path), folders), *flags]
        try:
            unit = index.parse(
                path,
                args=["-x", SOURCES[os.path.splitext(path)[1]], *arguments],
                options=TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD,
            )
        except TranslationUnitLoadError:
            facts.failed_files.append(os.path.relpath(path, root))
            continue
        fatal = [d for d in unit.diagnostics if d.severity >= FATAL]
        if fatal:
            facts.failed_files.append(f"{os.path.relpath(path, root)}: {fatal[0].spelling}")
            continue
        Unit(unit, facts).read()
    return facts


def rows_of(facts: TreeFacts) -> Iterator[dict[str, Any]]:
    """Yield the rows of the truth."""
    for caller, usr, line, how in sorted(facts.calls):
        places = sorted(facts.definitions.get(usr) or ()) or [facts.declarations[usr]]
        if not (places[0][0] and places[0][1]):
            continue
        constructors = sorted(facts.definitions.get(facts.constructs.get(usr, ""), ()))
        kind = "definition" if facts.definitions.get(usr) else "declaration"
        yield _edge(caller, places[0], line, how, kind, [*places[1:], *constructors])
    for caller, macro, line in sorted(facts.macros):
        yield _edge(caller, macro, line, "macro", "macro", [])
    for derived, usr, line in sorted(facts.bases):
        if places := sorted(facts.definitions.get(usr, ())):
            yield _edge(derived, places[0], line, "inherit", "class", places[1:])
    for place, end in sorted(facts.seen.items()):
        yield {
            "how": "seen",
            "src_path": place[0],
            "src": place[1],
            "src_line": place[2],
            "end_line": end,
        }
    for place, name in sorted(facts.open):
        if name:  # an expression has none, and no edge of ours has one
            yield {
                "how": "open",
                "src_path": place[0],
                "src": place[1],
                "src_line": place[2],
                "dst": name,
            }
    for path in sorted(facts.skipped):
        yield {"how": "document", "src_path": path}
    for path, lines in sorted(facts.skipped.items()):
        if lines:
            yield {"how": "skipped", "src_path": path, "lines": sorted(lines)}


def _edge(
    src: Location, dst: Location, line: int, how: str, kind: str, others: list[Location]
) -> dict[str, Any]:
    row = {
        "src_path": src[0], "src": src[1], "src_line": src[2], "dst_path": dst[0], "dst": dst[1],
        "dst_line": dst[2],
        "line": line, "how": how, "dst_kind": kind,
    }  # fmt: skip
    return row | ({"others": [list(other) for other in others]} if others else {})


def main() -> None:
    """Write the truth of one tree."""
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
    facts = read_tree(
        os.path.realpath(arguments.tree), shlex.split(arguments.flags), commands, arguments.exclude
    )
    with arguments.out.open("w", encoding="utf-8") as out:
        for row in rows_of(facts):
            out.write(json.dumps(row, sort_keys=True) + "\n")
    for path in facts.failed_files:
        print(f"left out: {path}", file=sys.stderr)
    print(
        f"{len(facts.calls)} calls, {len(facts.macros)} macro calls, {len(facts.bases)} bases,"
        f" {len(facts.seen)} functions; left out: {len(facts.failed_files)} files, {facts.broken}"
        " functions with errors",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
