"""Reading one translation unit by libclang: its functions, calls, macros and bases."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Iterator
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

Place = tuple[str, str, int]
"""path, name, line of the name: where something is defined."""


@dataclass
class Found:
    """The facts of all translation units of a tree."""

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
    """Return the bytes of a file."""
    return Path(path).read_bytes()


class Unit:
    """A translation unit to be added to a tree's facts."""

    def __init__(self, unit: Any, found: Found) -> None:
        self.found, self.unit = found, unit
        self._paths: dict[str, str] = {}
        self._errors = [
            (self._inside(d.location),
            d.location.line) for d in unit.diagnostics if d.severity >= _ERROR
        ]  # fmt: skip
        self._expanded: dict[str, list[tuple[int, int, Place | None, int]]] = {}
        """File → first byte, last byte, macro of the tree, line."""

    def read(self) -> None:
        """Add the unit's macros, declarations and skipped lines."""
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
        """Return the path of a place relative to the root, or "" outside of it."""
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
                rf"\b{re.escape(name)}\s*(<[^;]*?>)?\s*(\w+\s*)?[({{]"
                rf"|\bnew\s+[\w:]*{re.escape(name)}\b",
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
