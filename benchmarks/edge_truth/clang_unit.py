"""Reading one translation unit by libclang: its functions, calls, macros and bases."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FUNCTIONS = frozenset({
    "FUNCTION_DECL", "CXX_METHOD", "CONSTRUCTOR", "DESTRUCTOR", "CONVERSION_FUNCTION",
    "FUNCTION_TEMPLATE",
})  # fmt: skip
CLASSES = frozenset(
    {"CLASS_DECL", "STRUCT_DECL", "CLASS_TEMPLATE", "CLASS_TEMPLATE_PARTIAL_SPECIALIZATION"}
)
FATAL, _ERROR = 4, 3
_NAME = re.compile(rb"\w+")
_CALLEE = re.compile(r"(\w+)\s*\(")

Location = tuple[str, str, int]
"""Path, name, and line of the name of a definition."""


@dataclass
class TreeFacts:
    """The facts of all translation units of a tree."""

    root: str
    definitions: dict[str, set[Location]] = field(default_factory=dict)  # USR → definitions
    declarations: dict[str, Location] = field(default_factory=dict)  # USR → first declaration
    constructs: dict[str, str] = field(default_factory=dict)  # USR of a constructor → of its class
    calls: set[tuple[Location, str, int, str]] = field(
        default_factory=set
    )  # caller, USR, line, how
    macros: set[tuple[Location, Location, int]] = field(default_factory=set)
    bases: set[tuple[Location, str, int]] = field(default_factory=set)
    seen: dict[Location, int] = field(default_factory=dict)  # function → its last line
    open: set[tuple[Location, str]] = field(default_factory=set)
    skipped: dict[str, set[int]] = field(default_factory=dict)  # file → lines compiled by no unit
    failed_files: list[str] = field(default_factory=list)  # files with a fatal error
    broken: int = 0  # functions with an error inside


@cache
def text_of(path: str) -> bytes:
    """Return the bytes of a file."""
    return Path(path).read_bytes()


class Unit:
    """A translation unit to be added to a tree's facts."""

    def __init__(self, unit: Any, facts: TreeFacts) -> None:
        self.facts, self.unit = facts, unit
        self._paths: dict[str, str] = {}
        self._errors = [
            (self._inside(d.location),
            d.location.line) for d in unit.diagnostics if d.severity >= _ERROR
        ]  # fmt: skip
        self._expanded: dict[str, list[tuple[int, int, Location | None, int]]] = {}
        """File → first byte, last byte, macro of the tree, line."""

    def read(self) -> None:
        """Add the unit's macros, declarations and skipped lines."""
        from clang.cindex import CursorKind, conf

        macros: dict[str, Location] = {}
        for cursor in self.unit.cursor.get_children():
            in_system = conf.lib.clang_Location_isInSystemHeader(cursor.location)
            path = "" if in_system else self._inside(cursor.location)
            if not path:
                continue
            if cursor.kind == CursorKind.MACRO_INSTANTIATION:
                self._add_expansion(cursor, path, macros)
            elif cursor.kind != CursorKind.MACRO_DEFINITION:
                self._declaration(cursor, path)
            elif conf.lib.clang_Cursor_isMacroFunctionLike(cursor):
                macros[cursor.get_usr()] = (path, cursor.spelling, cursor.location.line)
        self._add_skipped()

    def _add_expansion(self, cursor: Any, path: str, macros: Mapping[str, Location]) -> None:
        definition = cursor.referenced
        macro = macros.get(definition.get_usr()) if definition else None
        start, end = cursor.location, cursor.extent.end.offset
        self._expanded.setdefault(path, []).append((start.offset, end, macro, start.line))

    def _inside(self, location: Any) -> str:
        """Return the path of a place relative to the root, or "" outside of it."""
        file = location.file
        if file is None:
            return ""
        name = file.name
        if name not in self._paths:
            path = os.path.relpath(os.path.realpath(name), self.facts.root)
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
        if kind not in CLASSES and kind not in ("NAMESPACE", "LINKAGE_SPEC", "UNEXPOSED_DECL"):
            return
        for child in cursor.get_children():
            if inner := self._inside(child.location):
                self._declaration(child, inner)

    def _class(self, cursor: Any, path: str) -> None:
        if not _is_written(cursor):
            return
        place = (path, cursor.spelling.partition("<")[0], cursor.location.line)
        self.facts.definitions.setdefault(cursor.get_usr(), set()).add(place)
        self.facts.seen[place] = cursor.extent.end.line
        specifiers = (c for c in cursor.get_children() if c.kind.name == "CXX_BASE_SPECIFIER")
        for child in specifiers:
            base = _template_of(child.type.get_declaration())
            if base.get_usr():
                self.facts.bases.add((place, base.get_usr(), child.location.line))

    def _function(self, cursor: Any, path: str) -> None:
        name, usr = _plain(cursor) if _is_written(cursor) else "", cursor.get_usr()
        place = (path, name, cursor.location.line)
        self.facts.declarations.setdefault(usr, place)
        if not cursor.is_definition():
            return
        self.facts.definitions.setdefault(usr, set()).add(place)
        if place in self.facts.seen:
            return
        start, end = cursor.extent.start, cursor.extent.end
        if any(file == path and start.line <= line <= end.line for file, line in self._errors):
            self.facts.broken += 1
            return
        self.facts.seen[place] = end.line
        file = cursor.extent.start.file.name
        text = text_of(file)[start.offset : end.offset].decode("utf-8", "replace")
        if not name and "{" not in text:  # its body, too, is the macro's
            del self.facts.seen[place]
            return
        self._names: set[str] = set()  # of callees
        for child in cursor.get_children():
            self._calls(child, place, text)
        expanded = [
            expansion
            for expansion in self._expanded.get(path, ())
            if start.offset <= expansion[0] < end.offset
        ]
        whole = text_of(file)
        starts = (_NAME.match(whole, offset) for offset, *_ in expanded)
        self._names.update(word[0].decode() for word in starts if word)
        for offset, last, macro, line in expanded:
            if macro and re.search(rf"\b{macro[1]}\b", text):  # else another macro's
                self.facts.macros.add((place, macro, line))
            within = whole[offset:last].decode("utf-8", "replace")
            for name in set(_CALLEE.findall(within)) - self._names:
                self.facts.open.add((place, name))

    # -- calls

    def _calls(self, cursor: Any, caller: Location, text: str) -> None:
        kind = cursor.kind.name
        if kind == "CALL_EXPR":
            self._call(cursor, caller, text)
        elif kind == "CXX_NEW_EXPR":
            pass  # its constructor is a call below it
        elif kind == "OVERLOADED_DECL_REF" or (
            kind in ("DECL_REF_EXPR", "MEMBER_REF_EXPR") and cursor.referenced is None
        ):
            self.facts.open.add((caller, cursor.spelling))
        for child in cursor.get_children():
            self._calls(child, caller, text)

    def _call(self, cursor: Any, caller: Location, text: str) -> None:
        callee = cursor.referenced
        if callee is None or callee.kind.name not in FUNCTIONS:
            if callee is None:
                self.facts.open.add((caller, cursor.spelling or _last_word(cursor)))
            return
        callee = _template_of(callee)
        path, name = self._inside(callee.location), _plain(callee)
        self._names.add(name)
        if name.startswith(("operator", "~", "__builtin_")):
            return
        usr, how = callee.get_usr(), "call"
        if callee.kind.name == "CONSTRUCTOR":
            owner = callee.semantic_parent
            if not re.search(
                rf"\b{re.escape(name)}\s*(<[^;]*?>)?\s*(\w+\s*)?[({{]"
                rf"|\bnew\s+[\w:]*{re.escape(name)}\b",
                text,
            ):
                return
            self.facts.constructs[usr] = owner.get_usr()
        elif not re.search(rf"\b{re.escape(name)}\s*(<[^;]*>)?\s*\(", text):
            how = "expansion"
        self.facts.declarations.setdefault(usr, (path, name, callee.location.line))
        self.facts.calls.add((caller, usr, cursor.location.line, how))

    # -- skipped lines

    def _add_skipped(self) -> None:
        off: dict[str, set[int]] = {path: set() for path in set(self._paths.values()) if path}
        for path, first, last in _skipped_ranges(self.unit):
            if inside := self._inside_name(path):
                off.setdefault(inside, set()).update(range(first + 1, last))
        for path, lines in off.items():
            known = self.facts.skipped.get(path)
            self.facts.skipped[path] = lines if known is None else known & lines

    def _inside_name(self, name: str) -> str:
        path = os.path.relpath(os.path.realpath(name), self.facts.root)
        return "" if path.startswith("..") else path


def _plain(cursor: Any) -> str:
    name: str = cursor.spelling
    return name if name.startswith("operator") else name.partition("<")[0]


def _is_written(cursor: Any) -> bool:
    """Return True if the name of a definition is in the text there, rather than made by a macro."""
    at = cursor.location
    return text_of(at.file.name).startswith(_plain(cursor).encode(), at.offset)


def _last_word(cursor: Any) -> str:
    """Return the name at the end of a call's written callee."""
    callee = next(iter(cursor.get_children()), None) or cursor
    start, end = callee.extent.start, callee.extent.end
    words = _NAME.findall(text_of(start.file.name)[start.offset : end.offset]) if start.file else []
    return words[-1].decode("utf-8", "replace") if words else ""


def _template_of(cursor: Any) -> Any:
    """Return the template of an instance, since only the template is in the text."""
    from clang.cindex import Cursor, conf

    general = conf.lib.clang_getSpecializedCursorTemplate(cursor)
    if isinstance(general, Cursor) and general.get_usr():
        return general
    return cursor


class _Ranges(ctypes.Structure):
    _fields_ = [("count", ctypes.c_uint), ("ranges", ctypes.c_void_p)]


def _skipped_ranges(unit: Any) -> Iterator[tuple[str, int, int]]:
    """Yield (file, first line, last line) of each region removed by a conditional, directives
    included."""
    from clang.cindex import SourceRange, conf

    get_ranges = conf.lib.clang_getAllSkippedRanges
    get_ranges.argtypes, get_ranges.restype = [ctypes.c_void_p], ctypes.POINTER(_Ranges)
    ranges = get_ranges(unit.obj if hasattr(unit, "obj") else unit)
    try:
        table = ctypes.cast(ranges.contents.ranges or 0, ctypes.POINTER(SourceRange))
        regions = [(table[at].start, table[at].end) for at in range(ranges.contents.count)]
        yield from ((s.file.name, s.line, e.line) for s, e in regions if s.file is not None)
    finally:
        conf.lib.clang_disposeSourceRangeList(ranges)
