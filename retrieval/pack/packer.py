"""Hits → evidence within a budget of tokens: a knapsack over resolutions.

Each hit, and what it needs, can be shown at several resolutions. Only those on the convex hull of worth over cost are
considered, and upgrades are taken in the order of worth per token: the greedy rule for the multiple-choice knapsack
(Sinha and Zoltners, 1979), which is off the optimum by at most one upgrade. The text is counted as a whole in the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..query.question import Question
from ..rank.weighted import Ranked
from ..records import Pack, Piece
from ..tokens import count_tokens
from .detail_levels import WORTH, Item, Level, covers, levels
from .related_code import needed

if TYPE_CHECKING:
    from ..searcher import Searcher

MAX_HITS = 60  # hits that are considered
RELATED_HITS = 8  # of these, hits that bring along what they need
SHARPNESS = 6.0  # power of the score's share: how much less a lower hit is worth (LOG packing)
HEADER_TOKENS = 14  # about what the line above a piece costs; the exact count comes at the end
GAP, GAP_TOKENS = (
    2,
    40,
)  # lines between two pieces that are shown rather than left out, and what they may cost
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
    sources = {
        path: text.split("\n")
        for path, text in searcher.snapshot.sources({i.path for i in items}).items()
    }
    symbols = searcher.lookup.symbols_in(sorted(sources))
    asked = question.told
    choices = [
        _Choice(item, levels(item, sources[item.path], symbols[item.path], asked), at)
        for at, item in enumerate(items)
        if item.path in sources
    ]
    costs = _Costs(sources)
    taken = _choose(choices, costs, budget)
    stale = {path for path in sources if searcher.snapshot.is_stale(path)}
    return _fitted(searcher, question, budget, choices, taken, costs, stale)


def _items(searcher: Searcher, ranked: Sequence[Ranked]) -> list[Item]:
    """The hits, then what the first of them need, without repetitions."""
    best = ranked[0].score if ranked else 1.0
    items = [
        Item(r.candidate.chunk.path, r.symbol, tuple(r.windows), (r.score / best) ** SHARPNESS)
        for r in ranked
    ]
    known = {item.symbol.uid for item in items if item.symbol is not None}
    hits = {item.symbol.uid: item for item in items[:RELATED_HITS] if item.symbol is not None}
    related = needed(searcher, [item.symbol for item in hits.values() if item.symbol is not None])
    for hit, each in [(hit, each) for hit, own in related.items() for each in own]:
        if each.symbol.uid not in known:
            known.add(each.symbol.uid)
            items.append(Item(each.symbol.path, each.symbol, (), hits[hit].use * each.share))
    return items


def _choose(choices: Sequence[_Choice], costs: _Costs, budget: int) -> list[_Upgrade]:
    """Take upgrades in the order of their worth per token while they fit; returns those taken, in order.

    What finds no room at the level that is worth most per token gets the highest that still fits, in a second round.
    """
    upgrades = [upgrade for choice in choices for upgrade in _upgrades(choice, costs)]
    upgrades.sort(key=lambda u: (-u.density, u.choice, u.level))
    room = _Room(costs, budget)
    blocked: dict[int, None] = {}
    taken = []
    for upgrade in upgrades:
        if upgrade.choice in blocked:
            continue
        if room.take(choices[upgrade.choice], upgrade.level):
            taken.append(upgrade)
        else:
            blocked[upgrade.choice] = None
    for at in blocked:
        lowest = max(choices[at].chosen, default=-1)
        for level in range(len(choices[at].levels) - 1, lowest, -1):
            if room.take(choices[at], level):
                taken.append(_Upgrade(at, level, 0.0))
                break
    return taken


class _Room:
    """What is left of the budget, and which lines are shown already."""

    def __init__(self, costs: _Costs, budget: int) -> None:
        self._costs, self._left = costs, budget
        self._shown: dict[str, set[int]] = defaultdict(set)

    def take(self, choice: _Choice, level: int) -> bool:
        """Choose the level if it fits; whether it did."""
        path = choice.item.path
        new = _lines(choice.levels[level]) - self._shown[path]
        cost = self._costs.of(path, new) + (HEADER_TOKENS if not choice.chosen else 0)
        if cost > self._left:
            return False
        self._left -= cost
        self._shown[path] |= new
        choice.chosen.append(level)
        return True


class _Costs:
    """Tokens of lines, each counted once. Their sum is the text's count to within a few percent."""

    def __init__(self, sources: dict[str, list[str]]) -> None:
        self.sources = sources
        self._known: dict[tuple[str, int], int] = {}

    def of(self, path: str, numbers: Iterable[int]) -> int:
        return sum(self._line(path, number) for number in numbers)

    def _line(self, path: str, number: int) -> int:
        key = (path, number)
        if key not in self._known:
            self._known[key] = count_tokens(self.sources[path][number - 1] + "\n")
        return self._known[key]


def _lines(level: Level) -> set[int]:
    return {number for low, high in level.spans() for number in range(low, high + 1)}


def _upgrades(choice: _Choice, costs: _Costs) -> Iterator[_Upgrade]:
    """The steps of the item's convex hull: each costs more and gives less per token than the one before."""
    path, use = choice.item.path, choice.item.use
    points = [
        (costs.of(path, _lines(level)) + HEADER_TOKENS, use * level.worth, at)
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
    costs: _Costs,
    stale: set[str],
) -> Pack:
    """Render what was taken; give back the last upgrades while the exact count is above the budget."""
    by_order = {choice.order: choice for choice in choices}
    while True:
        pieces = _pieces(choices, costs)
        left_out = tuple(
            dict.fromkeys(c.item.label for c in choices if not c.chosen and c.item.windows)
        )
        shown_stale = {piece.path for piece in pieces} & stale
        text = _render(pieces, shown_stale)
        tokens = count_tokens(text)
        if tokens <= budget or not taken:
            break
        by_order[taken.pop().choice].chosen.pop()
    for names in (LEFT_OUT_SHOWN, 1, 0) if left_out else ():
        noted = text + _note(left_out, names)
        if (count := count_tokens(noted)) <= budget:
            text, tokens = noted, count
            break
    generation = searcher.snapshot.state.generation
    return Pack(
        question.text,
        tuple(pieces),
        text,
        tokens,
        budget,
        generation,
        left_out,
        tuple(sorted(shown_stale)),
    )


def _pieces(choices: Sequence[_Choice], costs: _Costs) -> list[Piece]:
    """What was chosen as runs of lines, neighbours merged: files in the order of their best item, then by line."""
    by_path: dict[str, list[_Choice]] = {}
    for choice in choices:
        if choice.chosen:
            by_path.setdefault(choice.item.path, []).append(choice)
    return [piece for path, own in by_path.items() for piece in _of_file(path, own, costs)]


def _of_file(path: str, choices: Sequence[_Choice], costs: _Costs) -> list[Piece]:
    numbers = sorted(set().union(*(_lines(choice.levels[choice.chosen[-1]]) for choice in choices)))
    runs: list[tuple[int, int]] = []
    for number in numbers:
        between = range(runs[-1][1] + 1, number) if runs else range(0)
        if runs and len(between) <= GAP and costs.of(path, between) <= GAP_TOKENS:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    pieces = [_piece(path, low, high, choices, costs.sources[path]) for low, high in runs]
    for choice in choices:
        found = choice.item.symbol
        if choice.levels[choice.chosen[-1]].resolution == "name" and found is not None:
            symbol = found.symbol
            if not covers(tuple(runs), symbol.start_line, symbol.start_line):
                pieces.append(
                    Piece(path, symbol.start_line, symbol.end_line, symbol.qualname, "name", "")
                )
    return sorted(pieces, key=lambda piece: (piece.start_line, piece.end_line))


def _piece(path: str, low: int, high: int, choices: Sequence[_Choice], lines: list[str]) -> Piece:
    """The piece of one run, called after the symbols that it shows and by the highest of their resolutions."""
    names: dict[str, None] = {}
    resolution = "signature"
    for choice in sorted(
        choices, key=lambda c: (c.item.symbol.symbol.start_line if c.item.symbol else 0, c.order)
    ):
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
            out.append(
                f"=== {path}{' (changed on disk since it was indexed)' if path in stale else ''}"
            )
        out.append(
            f"--- {piece.start_line}-{piece.end_line} {piece.symbol}".rstrip()
            + f" [{piece.resolution}]"
        )
        if piece.text:
            out.append(piece.text)
    return "\n".join(out) + ("\n" if out else "")


def _note(left_out: Sequence[str], names: int) -> str:
    """Says what found no room: the first so many by name."""
    more = len(left_out) - names
    told = [*left_out[:names], *([f"{more} more" if names else f"{more} hits"] if more > 0 else [])]
    return f"=== left out for want of room: {', '.join(told)}\n"
