"""Hits → evidence within a budget of tokens: a knapsack over resolutions.

Each hit, and what it needs, can be shown at several resolutions. Only those on the convex hull of worth over cost are
considered, and upgrades are taken in the order of worth per token: the greedy rule for the multiple-choice knapsack
(Sinha and Zoltners, 1979), which is off the optimum by at most one upgrade. The text is counted as a whole in the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer import FoundSymbol

from .question import Question
from .rank import Ranked
from .records import Pack, Piece
from .resolutions import WORTH, Item, Level, covers, levels
from .tokens import count_tokens

if TYPE_CHECKING:
    from .searcher import Searcher

MAX_HITS = 60  # hits that are considered
RELATED_HITS = 8  # of these, hits whose callees and bases are considered too
MAX_RELATED = 6  # callees and bases of one hit
RELATED_USE = 0.25  # what such a symbol is worth beside its hit
MIN_CONFIDENCE = 0.5  # of an edge that brings something in
SHARPNESS = 6.0  # power of the score's share: how much less a lower hit is worth (LOG packing)
HEADER_TOKENS = 14  # about what the line above a piece costs; the exact count comes at the end
GAP = 2  # lines between two pieces that are cheaper shown than left out
LEFT_OUT_SHOWN = 8


@dataclass(slots=True)
class _Choice:
    """An item with what was chosen for it."""

    item: Item
    levels: list[Level]
    order: int
    chosen: list[int] = field(default_factory=list)  # levels taken, the last of which holds


@dataclass(frozen=True, slots=True)
class _Upgrade:
    choice: int
    level: int
    density: float  # worth per token


def pack(searcher: Searcher, question: Question, ranked: Sequence[Ranked], budget: int) -> Pack:
    """The evidence for `question` in at most `budget` tokens: its hits, `ranked`, and what they need."""
    ranked = [each for each in ranked[:MAX_HITS] if each.score > 0]
    items = _items(searcher, ranked)
    sources = {path: text.split("\n") for path, text in searcher.snapshot.sources({i.path for i in items}).items()}
    symbols = searcher.lookup.symbols_in(sorted(sources))
    choices = [
        _Choice(item, levels(item, sources[item.path], symbols[item.path]), at)
        for at, item in enumerate(items)
        if item.path in sources
    ]
    taken = _choose(choices, sources, budget)
    stale = {path for path in sources if searcher.snapshot.is_stale(path)}
    return _fitted(searcher, question, budget, choices, taken, sources, stale)


def _items(searcher: Searcher, ranked: Sequence[Ranked]) -> list[Item]:
    """The hits, then what the first of them need, without repetitions."""
    best = ranked[0].score if ranked else 1.0
    items = [Item(r.candidate.chunk.path, r.symbol, tuple(r.windows), (r.score / best) ** SHARPNESS) for r in ranked]
    known = {item.symbol.uid for item in items if item.symbol is not None}
    hits = [(item, item.symbol) for item in items[:RELATED_HITS] if item.symbol is not None]
    for item, found in [(item, found) for item, symbol in hits for found in _needed(searcher, symbol)]:
        if found.uid not in known:
            known.add(found.uid)
            items.append(Item(found.path, found, (), item.use * RELATED_USE))
    return items


def _needed(searcher: Searcher, symbol: FoundSymbol) -> list[FoundSymbol]:
    """What `symbol` calls or inherits from, in the order in which it mentions them."""
    edges = searcher.snapshot.edges_from([symbol.uid], ("calls", "inherits"))
    sure = [edge for edge in sorted(edges, key=lambda e: (e.line, e.dst)) if edge.confidence >= MIN_CONFIDENCE]
    targets = list(dict.fromkeys(edge.dst for edge in sure if edge.dst != symbol.uid))[:MAX_RELATED]
    found = searcher.snapshot.symbols_of(targets)
    return [found[uid] for uid in targets if uid in found]


def _choose(choices: Sequence[_Choice], sources: dict[str, list[str]], budget: int) -> list[_Upgrade]:
    """Take upgrades in the order of their worth per token while they fit; returns those taken, in order."""
    costs = _Costs(sources)
    upgrades = [upgrade for choice in choices for upgrade in _upgrades(choice, costs)]
    upgrades.sort(key=lambda u: (-u.density, u.choice, u.level))
    shown: dict[str, set[int]] = defaultdict(set)
    taken, blocked, left = [], set(), budget
    for upgrade in upgrades:
        choice = choices[upgrade.choice]
        if upgrade.choice in blocked:
            continue
        new = _lines(choice.levels[upgrade.level]) - shown[choice.item.path]
        cost = costs.of(choice.item.path, new) + (HEADER_TOKENS if not choice.chosen else 0)
        if cost > left:
            blocked.add(upgrade.choice)
            continue
        left -= cost
        shown[choice.item.path] |= new
        choice.chosen.append(upgrade.level)
        taken.append(upgrade)
    return taken


class _Costs:
    """Tokens of lines, each counted once. Their sum is the text's count to within a few percent."""

    def __init__(self, sources: dict[str, list[str]]) -> None:
        self._sources = sources
        self._known: dict[tuple[str, int], int] = {}

    def of(self, path: str, numbers: set[int]) -> int:
        return sum(self._line(path, number) for number in numbers)

    def _line(self, path: str, number: int) -> int:
        key = (path, number)
        if key not in self._known:
            self._known[key] = count_tokens(self._sources[path][number - 1] + "\n")
        return self._known[key]


def _lines(level: Level) -> set[int]:
    return {number for low, high in level.spans() for number in range(low, high + 1)}


def _upgrades(choice: _Choice, costs: _Costs) -> Iterator[_Upgrade]:
    """The steps of the item's convex hull: each costs more and gives less per token than the one before."""
    path, use = choice.item.path, choice.item.use
    points = [
        (costs.of(path, _lines(level)) + HEADER_TOKENS, use * WORTH[level.resolution], at)
        for at, level in enumerate(choice.levels)
    ]
    cost, worth = 0, 0.0
    while True:
        better = [point for point in points if point[1] > worth and point[0] > cost]
        if not better:
            return
        step = max(better, key=lambda p: ((p[1] - worth) / (p[0] - cost), -p[2]))
        yield _Upgrade(choice.order, step[2], (step[1] - worth) / (step[0] - cost))
        cost, worth = step[0], step[1]


def _fitted(
    searcher: Searcher,
    question: Question,
    budget: int,
    choices: Sequence[_Choice],
    taken: list[_Upgrade],
    sources: dict[str, list[str]],
    stale: set[str],
) -> Pack:
    """Render what was taken; give back the last upgrades while the exact count is above the budget."""
    by_order = {choice.order: choice for choice in choices}
    while True:
        pieces = _pieces(choices, sources)
        left_out = tuple(dict.fromkeys(c.item.label for c in choices if not c.chosen and c.item.windows))
        shown_stale = {piece.path for piece in pieces} & stale
        text = _render(pieces, shown_stale)
        tokens = count_tokens(text)
        if tokens <= budget or not taken:
            break
        by_order[taken.pop().choice].chosen.pop()
    if left_out:
        noted = text + _note(left_out)
        if (count := count_tokens(noted)) <= budget:
            text, tokens = noted, count
    generation = searcher.snapshot.state.generation
    return Pack(question.text, tuple(pieces), text, tokens, budget, generation, left_out, tuple(sorted(shown_stale)))


def _pieces(choices: Sequence[_Choice], sources: dict[str, list[str]]) -> list[Piece]:
    """What was chosen as runs of lines, neighbours merged: files in the order of their best item, then by line."""
    by_path: dict[str, list[_Choice]] = {}
    for choice in choices:
        if choice.chosen:
            by_path.setdefault(choice.item.path, []).append(choice)
    return [piece for path, own in by_path.items() for piece in _of_file(path, own, sources[path])]


def _of_file(path: str, choices: Sequence[_Choice], lines: list[str]) -> list[Piece]:
    numbers = sorted(set().union(*(_lines(choice.levels[choice.chosen[-1]]) for choice in choices)))
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number - runs[-1][1] <= GAP + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    pieces = [_piece(path, low, high, choices, lines) for low, high in runs]
    for choice in choices:
        found = choice.item.symbol
        if choice.levels[choice.chosen[-1]].resolution == "name" and found is not None:
            symbol = found.symbol
            if not covers(tuple(runs), symbol.start_line, symbol.start_line):
                pieces.append(Piece(path, symbol.start_line, symbol.end_line, symbol.qualname, "name", ""))
    return sorted(pieces, key=lambda piece: (piece.start_line, piece.end_line))


def _piece(path: str, low: int, high: int, choices: Sequence[_Choice], lines: list[str]) -> Piece:
    """The piece of one run, called after the symbols that it shows and by the highest of their resolutions."""
    names: dict[str, None] = {}
    resolution = "signature"
    for choice in sorted(choices, key=lambda c: (c.item.symbol.symbol.start_line if c.item.symbol else 0, c.order)):
        level = choice.levels[choice.chosen[-1]]
        for start, end, qualname in level.around:
            if start <= high and low <= end:
                names[qualname] = None
        if any(start <= high and low <= end for start, end in level.ranges):
            if choice.item.symbol is not None:
                names[choice.item.symbol.symbol.qualname] = None
            resolution = max(resolution, level.resolution, key=lambda r: WORTH[r])
    return Piece(path, low, high, ", ".join(names), resolution, "\n".join(lines[low - 1 : high]))


def _render(pieces: Sequence[Piece], stale: set[str]) -> str:
    out: list[str] = []
    path = None
    for piece in pieces:
        if piece.path != path:
            path = piece.path
            out.append(f"=== {path}{' (changed on disk since it was indexed)' if path in stale else ''}")
        out.append(f"--- {piece.start_line}-{piece.end_line} {piece.symbol}".rstrip() + f" [{piece.resolution}]")
        if piece.text:
            out.append(piece.text)
    return "\n".join(out) + ("\n" if out else "")


def _note(left_out: Sequence[str]) -> str:
    more = len(left_out) - LEFT_OUT_SHOWN
    names = ", ".join(left_out[:LEFT_OUT_SHOWN])
    return f"=== left out for want of room: {names}{f' and {more} more' if more > 0 else ''}\n"
