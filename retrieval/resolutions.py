"""At how much detail a hit can be shown: the lines of each resolution, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from indexer import FoundSymbol

WORTH = {"name": 0.05, "signature": 0.3, "skeleton": 0.6, "slice": 0.8, "body": 1.0}
"""What a resolution is worth, the body being 1. Judgement, not measurement: the shares order the upgrades."""
CONTAINERS = frozenset({"class", "interface", "struct", "trait", "module", "scope"})
MAX_SIGNATURE = 10  # lines
MAX_BODY = 400  # lines; a longer symbol is shown by what matched
MAX_RELATED_BODY = 12  # lines of what is only related to a hit: what is longer is shown by its signature

Ranges = tuple[tuple[int, int], ...]  # lines, 1-based, both inclusive


@dataclass(frozen=True, slots=True)
class Item:
    """Something that may go into a pack."""

    path: str
    symbol: FoundSymbol | None
    windows: tuple[tuple[int, int], ...]  # lines that matched, best first; none for what is only related to a hit
    use: float  # how useful its body would be, as a share of the best hit's

    @property
    def label(self) -> str:
        """`path::Qual.name`, or path and lines."""
        if self.symbol is not None:
            return self.symbol.id
        return f"{self.path}:{self.windows[0][0]}-{self.windows[0][1]}" if self.windows else self.path


@dataclass(frozen=True, slots=True)
class Level:
    """One resolution of an item."""

    resolution: str
    ranges: Ranges  # of the symbol itself
    around: tuple[tuple[int, int, str], ...] = ()  # headers of what encloses it: first line, last line, qualified name

    def spans(self) -> Ranges:
        """All lines that it shows."""
        return (*((low, high) for low, high, _ in self.around), *self.ranges)


def levels(item: Item, lines: Sequence[str], symbols: Sequence[FoundSymbol]) -> list[Level]:
    """The resolutions of `item`, less first; `lines` and `symbols` are those of its file."""
    if item.symbol is None:
        return [Level("slice", (window,)) for window in item.windows[:1]]
    symbol = item.symbol.symbol
    start, end = symbol.start_line, min(symbol.end_line, len(lines))
    header = signature_lines(lines, start, end)
    around = _around(item.symbol, lines, symbols)
    found = [Level("name", ()), Level("signature", (header,), around)]
    if symbol.kind in CONTAINERS:
        members = [
            s for s in symbols if s.symbol.parent == item.symbol.index and s.symbol.kind in ("function", "method")
        ]
        outline = tuple(signature_lines(lines, s.symbol.start_line, s.symbol.end_line) for s in members)
        if item.windows or len(outline) < MAX_RELATED_BODY:
            found.append(Level("skeleton", (header, *outline), around))
    if item.windows:
        windows = tuple(sorted(item.windows[:2]))
        if not covers(windows, start, end):
            found.append(Level("slice", (header, *windows), around))
    if end - start < (MAX_BODY if item.windows else MAX_RELATED_BODY):
        found.append(Level("body", ((start, end),), around))
    return found


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
        depth += sum(line.count(bracket) for bracket in "([") - sum(line.count(bracket) for bracket in ")]")
        if depth <= 0 and line.endswith((":", "{", ";", "=>", "=", ")")):
            return start, number
    return start, start
