"""The bindings of one file, from the matches of its language's query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..kinds import VARIABLES
from ..records import Binding
from .assignments import read_assignment
from .control_flow import ConditionalBlocks, narrowed_types
from .definitions import SymbolTable
from .matches import captures_of, line_of, node_text
from .names import MAX_WRITTEN, dotted, type_name

if TYPE_CHECKING:
    from tree_sitter import Node

    from .matches import Captures, Matches

ELEMENT = "[*]"
"""Step after a value's text: an element of it, as a loop takes one."""

_HOW = {
    "bind.type": "annotation",
    "bind.call": "call",
    "bind.alias": "alias",
    "bind.whole": "alias",
    "bind.of": "alias",
    "bind.element": "alias",
    "bind.alternative": "type",
}
"""Capture of a name or type → `Binding.how`."""
_EXPRESSIONS = ("value", "each", "enter")
"""Captures `bind.value` and so on: expressions of any form, for `read_assignment`."""
_TYPES = frozenset({"bind.type", "bind.of", "bind.alternative"})
_TYPE_NAME_END = re.compile(r"[^\w$.]")


def read_bindings(source: bytes, matches: Matches, table: SymbolTable) -> list[Binding]:
    """Return the bindings, a package declaration first."""
    reader = _BindingReader(source, matches, table)
    bindings = list(reader.read_packages(matches))
    for role in ("bind", "return", "yield"):
        for captures in captures_of(matches, role):
            bindings += reader.read(captures)
    for captures in captures_of(matches, "narrow"):
        bindings += narrowed_types(captures["narrow"][0], reader.text, table.scope_at)
    return bindings


class _BindingReader:
    def __init__(self, source: bytes, matches: Matches, table: SymbolTable) -> None:
        self._source, self._table = source, table
        blocks = (captures["branch"][0] for captures in captures_of(matches, "branch"))
        self._blocks = ConditionalBlocks(blocks)

    def text(self, node: Node) -> str:
        return node_text(self._source, node)

    def read_packages(self, matches: Matches) -> Iterator[Binding]:
        for captures in captures_of(matches, "package"):
            name = captures["package"][0]
            yield Binding("package", dotted(self.text(name)), "package", -1, line_of(name))

    def read(self, captures: Captures) -> Iterator[Binding]:
        """Yield the bindings of one match; an expression longer than MAX_WRITTEN gives none."""
        span = (captures.get("bind") or captures.get("return") or captures["yield"])[0]
        if how := next((how for how in _EXPRESSIONS if f"bind.{how}" in captures), ""):
            key, read = f"bind.{how}", self._read_expression
        else:
            key, read = next(key for key in _HOW if key in captures), self._read_name
        value = captures[key][0]
        if value.end_byte - value.start_byte <= MAX_WRITTEN:
            yield from read(captures, span, key)

    def _read_name(self, captures: Captures, span: Node, key: str) -> Iterator[Binding]:
        """Yield the bindings to a value that is a name or a type."""
        written, how = self._written(captures, key), _HOW[key]
        scope = self._table.scope_at(span.start_byte)
        for node in captures.get("bind.name", ()):
            name = dotted(self.text(node))
            yield Binding(name, written, how, self._scope_of(node, scope), line_of(node))
        for node in captures.get("bind.field", ()):
            name = f"this.{self.text(node)}"
            yield Binding(name, written, how, self._scope_of(node, scope), line_of(node))
        around = span.parent.type if span.type == "declaration" and span.parent else ""
        if "return" in captures and around != "compound_statement":
            # inside of one, C++ declares objects: `Lock lock(mutex);`
            yield Binding("return", written, how, scope, line_of(span))

    def _written(self, captures: Captures, key: str) -> str:
        text = self.text(captures[key][0])
        written = type_name(text) if key in _TYPES else dotted(text)
        if key == "bind.element":
            return written + ELEMENT
        if "bind.part" not in captures:
            return written
        if key == "bind.of":  # an attribute of a type is that of any of its values
            written = f"{_TYPE_NAME_END.split(written, 1)[0]}()"
        return f"{written}.{self.text(captures['bind.part'][0])}"

    def _read_expression(self, captures: Captures, span: Node, key: str) -> Iterator[Binding]:
        """Yield the bindings to an expression of any form, or the result of the function around."""
        scope, line = self._table.scope_at(span.start_byte), line_of(span)
        targets = "return" if "return" in captures else "yield" if "yield" in captures else ""
        if "bind.name" in captures:
            node = captures["bind.name"][0]
            targets, scope, line = self.text(node), self._scope_of(node, scope), line_of(node)
        until = self._blocks.last_line(span.start_byte)
        value, step = self.text(captures[key][0]), key.removeprefix("bind.")
        for name, written in read_assignment(targets, value, step):
            how = "call" if written.endswith("()") else "alias"
            yield Binding(name, written.removesuffix("()"), how, scope, line, until)

    def _scope_of(self, name: Node, scope: int) -> int:
        """Return the scope of a bound name: a variable is bound outside of its own symbol."""
        symbols = self._table.symbols
        if scope < 0:
            return scope
        is_own = name.start_byte in self._table.name_starts
        if (is_own and symbols[scope].name == self.text(name)) or symbols[scope].kind in VARIABLES:
            return symbols[scope].parent
        return scope
