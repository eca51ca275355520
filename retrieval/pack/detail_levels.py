"""At how much detail a hit can be shown: the lines of each resolution, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from indexer import CALLABLES, SHOWN_BY_MEMBERS, FoundSymbol, search_terms

WORTH = {"name": 0.05, "signature": 0.3, "skeleton": 0.6, "slice": 0.8, "body": 1.0}
"""What a resolution is worth, the body being 1. Judgement, not measurement: the shares order the upgrades."""
EXCERPT_LINES, EXCERPT_WORTH = 7, 0.6
"""A slice of the lines that say most of what was asked, for small budgets; LOG packing: excerpts."""
MAX_SIGNATURE = 10  # lines
MAX_BODY = 400  # lines; a longer symbol is shown by what matched
MAX_RELATED_BODY = (
    12  # lines of what is only related to a hit: what is longer is shown by its signature
)

Ranges = tuple[tuple[int, int], ...]  # lines, 1-based, both inclusive


@dataclass(frozen=True, slots=True)
class Item:
    """Something that may go into a pack."""

    path: str
    symbol: FoundSymbol | None
    windows: tuple[
        tuple[int, int], ...
    ]  # lines that matched, best first; none for what is only related to a hit
    use: float  # how useful its body would be, as a share of the best hit's

    @property
    def label(self) -> str:
        """`path::Qual.name`, or path and lines."""
        if self.symbol is not None:
            return self.symbol.id
        return (
            f"{self.path}:{self.windows[0][0]}-{self.windows[0][1]}" if self.windows else self.path
        )


@dataclass(frozen=True, slots=True)
class Level:
    """One resolution of an item."""

    resolution: str
    ranges: Ranges  # of the symbol itself
    around: tuple[
        tuple[int, int, str], ...
    ] = ()  # headers of what encloses it: first line, last line, qualified name
    excerpt: bool = False  # a slice of only a few lines

    @property
    def worth(self) -> float:
        """Its share of what the body is worth."""
        return EXCERPT_WORTH if self.excerpt else WORTH[self.resolution]

    def spans(self) -> Ranges:
        """All lines that it shows."""
        return (*((low, high) for low, high, _ in self.around), *self.ranges)


def levels(
    item: Item, lines: Sequence[str], symbols: Sequence[FoundSymbol], asked: Mapping[str, float]
) -> list[Level]:
    """The resolutions of `item`, less first; `lines` and `symbols` are those of its file, `asked` the question's terms with
    their weights."""
    if item.symbol is None:
        return _levels_of_lines(item.windows[:1], lines, asked)
    symbol = item.symbol.symbol
    start, end = symbol.start_line, min(symbol.end_line, len(lines))
    header = signature_lines(lines, start, end)
    around = _around(item.symbol, lines, symbols)
    found = [Level("name", ()), Level("signature", (header,), around)]
    if symbol.kind in SHOWN_BY_MEMBERS:
        members = [
            s
            for s in symbols
            if s.symbol.parent == item.symbol.index and s.symbol.kind in CALLABLES
        ]
        outline = tuple(
            signature_lines(lines, s.symbol.start_line, s.symbol.end_line) for s in members
        )
        if item.windows or len(outline) < MAX_RELATED_BODY:
            found.append(Level("skeleton", (header, *outline), around))
    elif item.windows and (telling := _excerpt(lines, header[1] + 1, end, asked)):
        found.append(Level("slice", (header, telling), around, excerpt=True))
    if item.windows:
        windows = tuple(sorted(item.windows[:2]))
        if not covers(windows, start, end):
            found.append(Level("slice", (header, *windows), around))
    if end - start < (MAX_BODY if item.windows else MAX_RELATED_BODY):
        found.append(Level("body", ((start, end),), around))
    return found


def _levels_of_lines(
    windows: Ranges, lines: Sequence[str], asked: Mapping[str, float]
) -> list[Level]:
    """Of lines outside of any symbol."""
    found = []
    for start, end in windows:
        if telling := _excerpt(lines, start, min(end, len(lines)), asked):
            found.append(Level("slice", (telling,), excerpt=True))
        found.append(Level("slice", ((start, end),)))
    return found


def _excerpt(
    lines: Sequence[str], start: int, end: int, asked: Mapping[str, float]
) -> tuple[int, int] | None:
    """Of the lines `start` to `end` those that follow each other and say most of what was asked; None where they are few."""
    if end - start < 2 * EXCERPT_LINES:
        return None
    said = [asked.keys() & search_terms(line) for line in lines[start - 1 : end]]
    starts = range(len(said) - EXCERPT_LINES + 1)
    worth = [
        fsum(asked[term] for term in set().union(*said[at : at + EXCERPT_LINES])) for at in starts
    ]
    first = start + worth.index(max(worth))
    return first, first + EXCERPT_LINES - 1


def covers(ranges: Ranges, start: int, end: int) -> bool:
    """Whether one of `ranges` holds all lines from `start` to `end`."""
    return any(low <= start and end <= high for low, high in ranges)


def _around(
    found: FoundSymbol, lines: Sequence[str], symbols: Sequence[FoundSymbol]
) -> tuple[tuple[int, int, str], ...]:
    """The headers of the symbols that enclose this one, outermost first."""
    by_index: Mapping[int, FoundSymbol] = {each.index: each for each in symbols}
    headers: list[tuple[int, int, str]] = []
    parent = by_index.get(found.symbol.parent)
    while parent is not None and len(headers) < 4:
        own = parent.symbol
        headers.append((*signature_lines(lines, own.start_line, own.end_line), own.qualname))
        parent = by_index.get(parent.symbol.parent)
    return tuple(reversed(headers))


def signature_lines(lines: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """The lines of a definition up to where its body opens, decorators left out."""
    while start < end and lines[start - 1].lstrip().startswith("@"):
        start += 1
    depth = 0
    for number in range(start, min(end, start + MAX_SIGNATURE - 1) + 1):
        line = lines[number - 1].split(" #", 1)[0].rstrip()
        depth += sum(line.count(bracket) for bracket in "([") - sum(
            line.count(bracket) for bracket in ")]"
        )
        if depth <= 0 and line.endswith((":", "{", ";", "=>", "=", ")")):
            return start, number
    return start, start
