"""The definitions of one file: its symbols, and the symbol around each byte."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ..kinds import CALLABLES, LOCALS, TYPES, VARIABLES
from ..languages import Language
from ..records import Symbol
from .doc_comments import MAX_DOC, DocReader
from .matches import node_text
from .names import dotted, name_parts, one_line

if TYPE_CHECKING:
    from tree_sitter import Node

    from .matches import Captures, Matches

MAX_SIGNATURE = 240  # characters: the longest that still reads as one line of context
MAX_NAME = 100  # characters of a heading or a key that name it; the rest is text
MAX_PREFIX = 400
"""Characters of a qualified name that qualifies others. Deeper nesting adds no more, or names would
grow with the square of the depth."""

_PYTHON_HEAD = re.compile(r":[ \t]*(#[^\n]*)?\n|:[ \t]*$")
_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*")


class DefinitionMatch(NamedTuple):
    """One match of a `@def` or `@scope` pattern."""

    start: int  # byte; with `end` the region whose names the definition qualifies
    end: int  # byte, exclusive
    rank: int  # of equal regions the one of lower rank counts
    kind: str
    node: Node
    name: Node
    body: Node | None
    owner: Node | None


def find_definitions(
    row: Language, matches: Matches, import_starts: Set[int]
) -> list[DefinitionMatch]:
    """Return the definitions among the matches; a variable at one of `import_starts` is none."""
    definitions = [
        _definition_match(role, rank, captures)
        for role, role_matches in matches.items()
        if role.startswith("def.") or role == "scope"
        for rank, captures in role_matches
        # `const fs = require("fs")` is an import
        if role.removeprefix("def.") not in VARIABLES
        or captures["name"][0].start_byte not in import_starts
    ]
    if row.most_symbols:  # a query's patterns go from the outermost definitions inwards
        definitions.sort(key=lambda match: (match.rank, match.start))
        return definitions[: row.most_symbols]
    return definitions


def _definition_match(role: str, rank: int, captures: Captures) -> DefinitionMatch:
    node, name = captures[role][0], captures["name"][0]
    body, owner = captures.get("body", [None])[0], captures.get("owner", [None])[0]
    end = node.end_byte
    if body and body.start_byte >= end:
        end = body.end_byte  # the body of a function whose head is a macro is a node of its own
    kind = role.removeprefix("def.")
    return DefinitionMatch(node.start_byte, end, rank, kind, node, name, body, owner)


@dataclass(slots=True)
class _Region:
    """A definition's or scope's part of the file."""

    match: DefinitionMatch
    outer: int  # position of the region around this one, or -1
    name: str
    qualname: str  # not yet unique
    prefix: str  # the qualifier of the names inside
    is_owned: bool  # the text names its owner: `Server::start`
    last_clause: Node | None = None  # of several clauses that make up one symbol
    symbol: int = -1  # of a scope: the symbol that it extends; -1 if another file defines that


class SymbolTable:
    """The symbols of a file, in the order of their text."""

    def __init__(
        self, row: Language, source: bytes, definitions: Sequence[DefinitionMatch]
    ) -> None:
        self.symbols: list[Symbol] = []
        self.name_starts: set[int] = set()  # bytes at which the names of definitions start
        self._row, self._source, self._docs = row, source, DocReader(row, source)
        self._regions = self._nest(definitions)
        positions = self._number()
        for region in self._regions:
            if region.match.kind != "scope":
                self.symbols.append(self._symbol(region, positions))
        self.pieces = _cut(self._regions)
        """The start of each piece of the file, and the symbol around it, for `scope_at`."""

    def scope_at(self, byte: int) -> int:
        """Return the innermost symbol around a byte, or -1."""
        starts, scopes = self.pieces
        return scopes[bisect_right(starts, byte) - 1]

    def move_outside(self, spans: Iterable[tuple[int, int]]) -> None:
        """Give spans inside a symbol, such as a parameter's default, to the scope around it."""
        until, pieces = 0, list[tuple[int, int]]()
        for start, end in sorted(spans):
            inside = self.scope_at(start)
            if start < until or inside < 0 or self.scope_at(end - 1) != inside:
                continue
            until = end
            pieces += [(start, self.symbols[inside].parent), (end, inside)]
        if pieces:
            starts, scopes = zip(*sorted([*zip(*self.pieces, strict=True), *pieces]), strict=True)
            self.pieces = list(starts), list(scopes)

    # -- regions and names

    def _nest(self, definitions: Sequence[DefinitionMatch]) -> list[_Region]:
        regions: list[_Region] = []
        open_regions: list[int] = []
        last_inside: dict[int, int] = {}  # region → the last one directly inside it
        for match in sorted(definitions, key=_nesting_order):
            if match.kind != "scope" and match.name.start_byte in self.name_starts:
                continue
            while open_regions and not _contains(regions[open_regions[-1]].match, match):
                open_regions.pop()
            outer = open_regions[-1] if open_regions else -1
            if match.kind in LOCALS and outer >= 0 and regions[outer].match.kind in CALLABLES:
                continue
            if match.kind != "scope":
                self.name_starts.add(match.name.start_byte)
            before = last_inside.get(outer, -1)
            if self._row.clauses and before >= 0 and self._is_clause_of(regions[before], match):
                _extend(regions[before], match)
                open_regions.append(before)
                continue
            last_inside[outer] = len(regions)
            prefix = regions[outer].prefix if outer >= 0 else ""
            open_regions.append(len(regions))
            regions.append(self._region(match, outer, prefix))
        return regions

    def _is_clause_of(self, before: _Region, match: DefinitionMatch) -> bool:
        """Return True if a definition is a further clause of the one before it."""
        return (
            match.kind == before.match.kind
            and match.kind in CALLABLES
            and node_text(self._source, match.name) == node_text(self._source, before.match.name)
        )

    def _region(self, match: DefinitionMatch, outer: int, prefix: str) -> _Region:
        written = node_text(self._source, match.name).strip("\"'")
        if match.name.type in self._row.verbatim:
            parts = [one_line(written)[:MAX_NAME].strip()]
        else:
            parts = name_parts(written.lstrip(":"))
        if not parts or not all(parts):
            parts = ["?"]
        owner = dotted(node_text(self._source, match.owner)) if match.owner else ""
        owners = [part for part in owner.split(".") if part]
        qualname = ".".join([*([prefix] if prefix else ()), *owners, *parts])
        inner = qualname if len(qualname) <= MAX_PREFIX else prefix
        return _Region(match, outer, parts[-1], qualname, inner, bool(owners) or len(parts) > 1)

    def _number(self) -> dict[str, int]:
        """Give each symbol its position and a unique name: the second `f` is `f#2`.

        Prototypes come last. Return the position of each name.
        """
        position = 0
        for region in self._regions:
            if region.match.kind != "scope":
                region.symbol, position = position, position + 1
        positions: dict[str, int] = {}
        counts: dict[str, int] = {}
        for region in sorted(self._regions, key=lambda region: region.match.kind == "prototype"):
            if region.match.kind == "scope":
                continue
            base = region.qualname
            while region.qualname in positions:
                counts[base] = counts.get(base, 1) + 1
                region.qualname = f"{base}#{counts[base]}"
            positions[region.qualname] = region.symbol
        for region in self._regions:
            if region.match.kind == "scope":
                outer = self._regions[region.outer].symbol if region.outer >= 0 else -1
                region.symbol = positions.get(region.qualname, outer)
        return positions

    # -- symbols

    def _symbol(self, region: _Region, positions: dict[str, int]) -> Symbol:
        match = region.match
        around = self._regions[region.outer] if region.outer >= 0 else None
        parent = around.symbol if around else -1
        if region.is_owned or (around and around.match.kind == "scope"):
            parent = positions.get(region.qualname.rpartition(".")[0], parent)
        whole = _with_wrappers(match.node, self._row.wrappers) if self._row.wrappers else match.node
        first, doc = whole, ""
        if not self._row.docstrings or match.kind in VARIABLES:
            first, doc = self._docs.read_above(whole)
        body = match.body or match.node.child_by_field_name("body")
        if self._row.docstrings and body:
            doc = self._docs.read_docstring(body)
        start, end = first.start_point.row, (region.last_clause or whole).end_point
        if match.end > whole.end_byte and body and not region.last_clause:
            end = body.end_point
        return Symbol(
            region.name,
            region.qualname,
            self._kind(region, around, parent),
            start + 1,
            max(start, end.row - (end.column == 0)) + 1,
            self._signature(match, whole, body),
            doc[:MAX_DOC],
            parent,
        )

    def _kind(self, region: _Region, around: _Region | None, parent: int) -> str:
        kind = region.match.kind
        if kind == "function":
            is_member = around is not None and (
                around.match.kind in TYPES or around.match.kind == "scope"
            )
            if region.is_owned and 0 <= parent < len(self.symbols):
                is_member = self.symbols[parent].kind != "module"
            return "method" if is_member or region.is_owned else kind
        return "constant" if kind == "variable" and _CONSTANT.fullmatch(region.name) else kind

    def _signature(self, match: DefinitionMatch, whole: Node, body: Node | None) -> str:
        is_same_line = whole.start_point.row == match.node.start_point.row
        start = whole.start_byte if is_same_line else match.node.start_byte
        end = min(body.start_byte if body else match.node.end_byte, start + 4 * MAX_SIGNATURE)
        head = self._source[start:end].decode("utf-8", "replace")
        if self._row.docstrings and (colon := _PYTHON_HEAD.search(head)):
            head = head[: colon.start()]  # a comment can come before the body
        return one_line(head).strip(" {:=;")[:MAX_SIGNATURE]


def _nesting_order(match: DefinitionMatch) -> tuple[int, int, bool, int]:
    return match.start, -match.end, match.kind in VARIABLES, match.rank


def _contains(outer: DefinitionMatch, inner: DefinitionMatch) -> bool:
    """Return True if `inner` starts inside `outer`. Equal spans do not: `const a, b = 1, 2`."""
    return inner.start < outer.end and (outer.start, outer.end) != (inner.start, inner.end)


def _extend(region: _Region, clause: DefinitionMatch) -> None:
    region.match, region.last_clause = region.match._replace(end=clause.end), clause.node


def _with_wrappers(node: Node, wrappers: tuple[str, ...]) -> Node:
    """Return the outermost wrapper of a definition; one of several definitions does not count."""
    while (parent := node.parent) is not None and parent.type in wrappers:
        first, last = parent.named_child(0), parent.named_child(parent.named_child_count - 1)
        is_alone = last == node and first is not None and (first == node or first.type != node.type)
        if not is_alone and parent.child_by_field_name("type") != node:
            break
        node = parent
    return node


def _cut(regions: Sequence[_Region]) -> tuple[list[int], list[int]]:
    """Cut the file at each region's borders: return the pieces' starts and their symbols."""
    starts, scopes = [-1], [-1]
    for start, scope in _borders(regions):
        if starts[-1] == start:
            scopes[-1] = scope
        else:
            starts.append(start)
            scopes.append(scope)
    return starts, scopes


def _borders(regions: Sequence[_Region]) -> Iterator[tuple[int, int]]:
    """Yield each byte at which the symbol around changes, with the new symbol."""
    open_regions: list[_Region] = []

    def close(until: int) -> Iterator[tuple[int, int]]:
        while open_regions and open_regions[-1].match.end <= until:
            end = open_regions.pop().match.end
            yield end, open_regions[-1].symbol if open_regions else -1

    for region in regions:
        yield from close(region.match.start)
        open_regions.append(region)
        yield region.match.start, region.symbol
    if open_regions:
        yield from close(max(region.match.end for region in open_regions))
