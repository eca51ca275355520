"""Definitions of one file → its symbols, and the question which of them holds a byte."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ..kinds import CALLABLES, LOCALS, TYPES, VARIABLES
from ..languages.registry import Language
from ..records import Symbol
from .names import comment_text, dotted, name_parts, one_line, string_text

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_SIGNATURE = 240  # characters: the longest that still reads as one line of context
MAX_NAME = 100  # characters of a heading or a key that name it; more is text
MAX_DOC = 600  # characters kept with the symbol; the chunk holds the whole
FEW_SIBLINGS = 16  # above a definition that the tree is asked for one by one
MAX_PREFIX = (
    400  # characters; deeper nesting adds no more, or names would grow with the square of the depth
)

_PYTHON_HEAD = re.compile(r":[ \t]*(#[^\n]*)?\n|:[ \t]*$")
_STRING_STARTS = tuple(bytes([start]) for start in b"\"'rRuUbBfF")
_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*")


class Definition(NamedTuple):
    """One match of a `@def` or `@scope` pattern."""

    start: int  # byte; together with `end` the region that the definition's name qualifies
    end: int  # byte, exclusive
    rank: int  # of equal regions the one of lower rank counts
    kind: str
    node: Node
    name: Node
    body: Node | None
    owner: Node | None


@dataclass(slots=True)
class _Region:
    made: Definition
    around: int  # position of the region that holds this one, or -1
    name: str
    qualname: str  # not yet unique
    prefix: str  # what qualifies the names inside
    owned: bool  # the text names its owner: `Server::start`
    last: Node | None = None  # the last of the clauses that make up one symbol
    symbol: int = (
        -1
    )  # for a scope that of the symbol that it speaks of; -1 where another file defines it


class Outline:
    """The symbols of a file, in the order of their text."""

    def __init__(self, row: Language, source: bytes, definitions: Sequence[Definition]) -> None:
        self.symbols: list[Symbol] = []
        self.named_at: set[int] = set()  # the bytes at which the names of definitions start
        self._row, self._source = row, source
        self._regions = self._nest(definitions)
        taken = self._number()
        for region in self._regions:
            if region.made.kind != "scope":
                self.symbols.append(self._symbol(region, taken))
        self.cuts = _cuts(self._regions)
        """Where each piece of the file starts, and the symbol that holds it: what `scope_at` looks up."""

    def scope_at(self, byte: int) -> int:
        """The innermost symbol around a byte, or -1."""
        starts, holders = self.cuts
        return holders[bisect_right(starts, byte) - 1]

    def put_outside(self, spans: Iterable[tuple[int, int]]) -> None:
        """Give what stands between two bytes of a symbol, as a parameter's default does, to what is around that symbol."""
        until, pieces = 0, list[tuple[int, int]]()
        for start, end in sorted(spans):
            inside = self.scope_at(start)
            if start < until or inside < 0 or self.scope_at(end - 1) != inside:
                continue
            until = end
            pieces += [(start, self.symbols[inside].parent), (end, inside)]
        if pieces:
            starts, holders = zip(*sorted([*zip(*self.cuts, strict=True), *pieces]), strict=True)
            self.cuts = list(starts), list(holders)

    # -- names

    def _nest(self, definitions: Sequence[Definition]) -> list[_Region]:
        regions: list[_Region] = []
        open_at: list[int] = []
        latest: dict[int, int] = {}  # region → the last one directly inside it
        for made in sorted(
            definitions, key=lambda made: (made.start, -made.end, made.kind in VARIABLES, made.rank)
        ):
            if made.kind != "scope" and made.name.start_byte in self.named_at:
                continue
            while open_at and not _holds(regions[open_at[-1]].made, made):
                open_at.pop()
            around = open_at[-1] if open_at else -1
            if made.kind in LOCALS and around >= 0 and regions[around].made.kind in CALLABLES:
                continue
            if made.kind != "scope":
                self.named_at.add(made.name.start_byte)
            before = latest.get(around, -1)
            if self._row.clauses and before >= 0 and self._goes_on(regions[before], made):
                regions[before].made, regions[before].last = (
                    regions[before].made._replace(end=made.end),
                    made.node,
                )
                open_at.append(before)
                continue
            latest[around] = len(regions)
            prefix = regions[around].prefix if around >= 0 else ""
            open_at.append(len(regions))
            regions.append(self._region(made, around, prefix))
        return regions

    def _goes_on(self, before: _Region, made: Definition) -> bool:
        """Whether a definition is a further clause of the one before it."""
        return (
            made.kind == before.made.kind
            and made.kind in CALLABLES
            and _text(self._source, made.name) == _text(self._source, before.made.name)
        )

    def _region(self, made: Definition, around: int, prefix: str) -> _Region:
        written = _text(self._source, made.name).strip("\"'")
        verbatim = made.name.type in self._row.verbatim
        parts = (
            [one_line(written)[:MAX_NAME].strip()] if verbatim else name_parts(written.lstrip(":"))
        ) or ["?"]
        parts = parts if all(parts) else ["?"]
        owner = (
            [part for part in dotted(_text(self._source, made.owner)).split(".") if part]
            if made.owner
            else []
        )
        qualname = ".".join([*([prefix] if prefix else ()), *owner, *parts])
        inner = qualname if len(qualname) <= MAX_PREFIX else prefix
        return _Region(made, around, parts[-1], qualname, inner, bool(owner) or len(parts) > 1)

    def _number(self) -> dict[str, int]:
        """Give each symbol its position and a name of its own: the second `f` is `f#2`. Prototypes come last."""
        position = 0
        for region in self._regions:
            if region.made.kind != "scope":
                region.symbol, position = position, position + 1
        taken: dict[str, int] = {}
        counts: dict[str, int] = {}
        for region in sorted(self._regions, key=lambda region: region.made.kind == "prototype"):
            if region.made.kind == "scope":
                continue
            base = region.qualname
            while region.qualname in taken:
                counts[base] = counts.get(base, 1) + 1
                region.qualname = f"{base}#{counts[base]}"
            taken[region.qualname] = region.symbol
        for region in self._regions:
            if region.made.kind == "scope":
                outside = self._regions[region.around].symbol if region.around >= 0 else -1
                region.symbol = taken.get(region.qualname, outside)
        return taken

    # -- symbols

    def _symbol(self, region: _Region, taken: dict[str, int]) -> Symbol:
        made = region.made
        around = self._regions[region.around] if region.around >= 0 else None
        parent = around.symbol if around else -1
        if region.owned or (around and around.made.kind == "scope"):
            parent = taken.get(region.qualname.rpartition(".")[0], parent)
        outer = _outer(made.node, self._row.wrappers) if self._row.wrappers else made.node
        first, doc = outer, ""
        if not self._row.docstrings or made.kind in VARIABLES:
            first, doc = self._above(outer)
        body = made.body or made.node.child_by_field_name("body")
        start, end = first.start_point.row, (region.last or outer).end_point
        if made.end > outer.end_byte and body and not region.last:
            end = body.end_point
        return Symbol(
            region.name,
            region.qualname,
            self._kind(region, around, parent),
            start + 1,
            max(start, end.row - (end.column == 0)) + 1,
            self._signature(made, outer, body),
            (self._docstring(body) if self._row.docstrings and body else doc)[:MAX_DOC],
            parent,
        )

    def _kind(self, region: _Region, around: _Region | None, parent: int) -> str:
        kind = region.made.kind
        if kind == "function":
            inside = around is not None and (
                around.made.kind in TYPES or around.made.kind == "scope"
            )
            if region.owned and 0 <= parent < len(self.symbols):
                inside = self.symbols[parent].kind != "module"
            return "method" if inside or region.owned else kind
        return "constant" if kind == "variable" and _CONSTANT.fullmatch(region.name) else kind

    def _signature(self, made: Definition, outer: Node, body: Node | None) -> str:
        start = (
            outer.start_byte
            if outer.start_point.row == made.node.start_point.row
            else made.node.start_byte
        )
        end = min(body.start_byte if body else made.node.end_byte, start + 4 * MAX_SIGNATURE)
        head = self._source[start:end].decode("utf-8", "replace")
        if self._row.docstrings and (
            cut := _PYTHON_HEAD.search(head)
        ):  # a comment may stand before the body
            head = head[: cut.start()]
        return one_line(head).strip(" {:=;")[:MAX_SIGNATURE]

    # -- documentation

    def _above(self, outer: Node) -> tuple[Node, str]:
        """Where a definition starts with the attributes above it, and what the comments there say."""
        first, below, comments = outer, outer.start_point.row, list[str]()
        for node in self._before(outer):
            if node.end_point.row + 1 < below:
                break
            if node.type in self._row.attributes and self._belongs(node):
                first = node
                if self._row.attribute_marks and self._source.startswith(b"@doc", node.start_byte):
                    comments.append(string_text(self._start_of(node).removeprefix("@doc").strip()))
            elif node.type not in self._row.comments:
                break
            elif self._opens_line(node):  # else it speaks of what stands before it
                comments.append(comment_text(self._start_of(node)))
            below = node.start_point.row
        return first, "\n".join(reversed(comments)).strip()

    def _before(self, node: Node) -> Iterator[Node]:
        """The siblings before, the nearest first; none, if the line above is blank. To ask the tree for a sibling costs what
        stands before that one, so that a long run of them is read at once."""
        found = self._neighbour(node)
        for _ in range(FEW_SIBLINGS):
            if found is None:
                return
            yield found
            found = found.prev_sibling
        if found is not None and found.parent is not None:
            siblings = found.parent.children
            at = bisect_left(siblings, found.start_byte, key=lambda each: each.start_byte)
            yield from reversed(siblings[: at + 1])

    def _belongs(self, attribute: Node) -> bool:
        marks = self._row.attribute_marks
        return not marks or self._source.startswith(marks, attribute.start_byte)

    def _neighbour(self, node: Node) -> Node | None:
        """The sibling before, if the line above is not blank: asking the tree is dear."""
        line = self._source.rfind(b"\n", 0, node.start_byte)
        above = self._source.rfind(b"\n", 0, max(line, 0))
        if line < 0 or line == above + 1 or self._source[above + 1 : line].isspace():
            return None
        return node.prev_sibling

    def _opens_line(self, node: Node) -> bool:
        start = node.start_byte
        return not self._source[self._source.rfind(b"\n", 0, start) + 1 : start].strip()

    def _docstring(self, body: Node) -> str:
        if not self._source.startswith(_STRING_STARTS, body.start_byte):
            return ""
        first = body.named_child(0)
        string = first.named_child(0) if first and first.type == "expression_statement" else None
        return string_text(self._start_of(string)) if string and string.type == "string" else ""

    def _start_of(self, node: Node) -> str:
        start = node.start_byte
        return self._source[start : min(node.end_byte, start + 4 * MAX_DOC)].decode(
            "utf-8", "replace"
        )


def _holds(outer: Definition, inner: Definition) -> bool:
    """Of equal spans neither holds the other: `const a, b = 1, 2`."""
    return inner.start < outer.end and (outer.start, outer.end) != (inner.start, inner.end)


def _text(source: bytes, node: Node) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _outer(node: Node, wrappers: tuple[str, ...]) -> Node:
    """The definition with what is wrapped around it alone: a wrapper of several definitions belongs to none of them."""
    while (parent := node.parent) is not None and parent.type in wrappers:
        first, last = parent.named_child(0), parent.named_child(parent.named_child_count - 1)
        alone = last == node and first is not None and (first == node or first.type != node.type)
        if not alone and parent.child_by_field_name("type") != node:
            break
        node = parent
    return node


def _cuts(regions: Sequence[_Region]) -> tuple[list[int], list[int]]:
    """The file cut at every region's border: where each piece starts, and which symbol holds it."""
    starts, holders = [-1], [-1]
    open_at: list[_Region] = []

    def cut(at: int, holder: int) -> None:
        if starts[-1] == at:
            holders[-1] = holder
        else:
            starts.append(at)
            holders.append(holder)

    def close(until: int) -> None:
        while open_at and open_at[-1].made.end <= until:
            end = open_at.pop().made.end
            cut(end, open_at[-1].symbol if open_at else -1)

    for region in regions:
        close(region.made.start)
        open_at.append(region)
        cut(region.made.start, region.symbol)
    if open_at:
        close(max(region.made.end for region in open_at))
    return starts, holders
