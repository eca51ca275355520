"""The levels of detail of a hit: the lines and the utility of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from indexer import CALLABLES, SHOWN_BY_MEMBERS, FoundSymbol, search_terms

UTILITY = {"name": 0.05, "signature": 0.3, "skeleton": 0.6, "slice": 0.8, "body": 1.0}
"""Utility of a resolution beside the body. A judgement: the shares only order the upgrades."""
EXCERPT_LINES, EXCERPT_UTILITY = 7, 0.6
"""A slice of the most relevant lines, for small budgets; LOG packing: excerpts."""
MAX_SIGNATURE = 10  # lines
MAX_BODY = 400  # lines; a longer symbol is shown by its matching lines
MAX_RELATED_BODY = 12  # lines of related code; longer code is shown by its signature
MAX_ENCLOSING = 4  # headers of enclosing symbols

Ranges = tuple[tuple[int, int], ...]  # lines, 1-based, both inclusive


@dataclass(frozen=True, slots=True)
class PackItem:
    """A hit or related code that may go into a pack."""

    path: str
    symbol: FoundSymbol | None
    windows: Ranges  # matching lines, best first; empty for related code
    utility: float  # of its body, as a share of the best hit's

    @property
    def label(self) -> str:
        """`path::Qual.name`, or path and lines."""
        if self.symbol is not None:
            return self.symbol.id
        return (
            f"{self.path}:{self.windows[0][0]}-{self.windows[0][1]}" if self.windows else self.path
        )


@dataclass(frozen=True, slots=True)
class DetailLevel:
    """The lines of an item at one resolution."""

    resolution: str
    ranges: Ranges  # of the symbol itself
    headers: tuple[tuple[int, int, str], ...] = ()  # of enclosing symbols: lines, qualified name
    is_excerpt: bool = False  # a slice of only a few lines

    @property
    def utility(self) -> float:
        """The share of the body's utility."""
        return EXCERPT_UTILITY if self.is_excerpt else UTILITY[self.resolution]

    def spans(self) -> Ranges:
        """Return all lines, headers first."""
        return (*((low, high) for low, high, _ in self.headers), *self.ranges)


def detail_levels(
    item: PackItem,
    lines: Sequence[str],
    symbols: Sequence[FoundSymbol],
    weights: Mapping[str, float],
) -> list[DetailLevel]:
    """Return the levels of `item`, the least detail first.

    `lines` and `symbols` are those of its file, `weights` those of the question's terms.
    """
    if item.symbol is None:
        return list(_levels_of_lines(item.windows[:1], lines, weights))
    symbol = item.symbol.symbol
    start, end = symbol.start_line, min(symbol.end_line, len(lines))
    header = signature_lines(lines, start, end)
    headers = _enclosing_headers(item.symbol, lines, symbols)
    levels = [DetailLevel("name", ()), DetailLevel("signature", (header,), headers)]
    if symbol.kind in SHOWN_BY_MEMBERS:
        members = _member_signatures(item.symbol, lines, symbols)
        if item.windows or len(members) < MAX_RELATED_BODY:
            levels.append(DetailLevel("skeleton", (header, *members), headers))
    elif item.windows and (excerpt := _excerpt(lines, header[1] + 1, end, weights)):
        levels.append(DetailLevel("slice", (header, excerpt), headers, is_excerpt=True))
    windows = tuple(sorted(item.windows[:2]))
    if windows and not covers(windows, start, end):
        levels.append(DetailLevel("slice", (header, *windows), headers))
    if end - start < (MAX_BODY if item.windows else MAX_RELATED_BODY):
        levels.append(DetailLevel("body", ((start, end),), headers))
    return levels


def _levels_of_lines(
    windows: Ranges, lines: Sequence[str], weights: Mapping[str, float]
) -> Iterator[DetailLevel]:
    """Yield the levels of lines outside any symbol."""
    for start, end in windows:
        if excerpt := _excerpt(lines, start, min(end, len(lines)), weights):
            yield DetailLevel("slice", (excerpt,), is_excerpt=True)
        yield DetailLevel("slice", ((start, end),))


def _member_signatures(
    container: FoundSymbol, lines: Sequence[str], symbols: Sequence[FoundSymbol]
) -> Ranges:
    members = (
        each.symbol
        for each in symbols
        if each.symbol.parent == container.index and each.symbol.kind in CALLABLES
    )
    return tuple(signature_lines(lines, each.start_line, each.end_line) for each in members)


def _excerpt(
    lines: Sequence[str], start: int, end: int, weights: Mapping[str, float]
) -> tuple[int, int] | None:
    """Return the most relevant run of EXCERPT_LINES lines; None if there are few lines."""
    if end - start < 2 * EXCERPT_LINES:
        return None
    terms = [weights.keys() & search_terms(line) for line in lines[start - 1 : end]]
    relevance = [
        fsum(weights[term] for term in set().union(*terms[at : at + EXCERPT_LINES]))
        for at in range(len(terms) - EXCERPT_LINES + 1)
    ]
    first = start + relevance.index(max(relevance))
    return first, first + EXCERPT_LINES - 1


def covers(ranges: Ranges, start: int, end: int) -> bool:
    """Return True if one of `ranges` has all lines from `start` to `end`."""
    return any(low <= start and end <= high for low, high in ranges)


def _enclosing_headers(
    inner: FoundSymbol, lines: Sequence[str], symbols: Sequence[FoundSymbol]
) -> tuple[tuple[int, int, str], ...]:
    """Return the headers of the enclosing symbols, outermost first."""
    by_index: Mapping[int, FoundSymbol] = {each.index: each for each in symbols}
    headers: list[tuple[int, int, str]] = []
    parent = by_index.get(inner.symbol.parent)
    while parent is not None and len(headers) < MAX_ENCLOSING:
        symbol = parent.symbol
        header = signature_lines(lines, symbol.start_line, symbol.end_line)
        headers.append((*header, symbol.qualname))
        parent = by_index.get(symbol.parent)
    return tuple(reversed(headers))


def signature_lines(lines: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Return the lines of a definition up to the start of its body, without decorators."""
    while start < end and lines[start - 1].lstrip().startswith("@"):
        start += 1
    depth = 0
    for number in range(start, min(end, start + MAX_SIGNATURE - 1) + 1):
        line = lines[number - 1].split(" #", 1)[0].rstrip()
        depth += sum(map(line.count, "([")) - sum(map(line.count, ")]"))
        if depth <= 0 and line.endswith((":", "{", ";", "=>", "=", ")")):
            return start, number
    return start, start
