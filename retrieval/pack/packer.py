"""Hits → evidence within a budget of tokens: a knapsack over levels of detail.

Each hit, and its related code, can be shown at several levels of detail. Only those on the convex
hull of utility over cost are considered, and upgrades are taken in the order of utility per token:
the greedy rule for the multiple-choice knapsack (Sinha and Zoltners, 1979), at most one upgrade off
the optimum. In the end the text is counted as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indexer import Snapshot

from ..query import Lookup, Question
from ..rank import Ranked
from ..records import Pack, Piece
from ..tokens import count_tokens
from .detail_levels import UTILITY, DetailLevel, PackItem, covers, detail_levels
from .related_code import find_related_code

MAX_HITS = 60  # hits that are considered
RELATED_HITS = 8  # of these, hits with related code
SHARPNESS = 6.0  # power of a hit's share of the best score, for its utility (LOG packing)
HEADER_TOKENS = 14  # about the cost of the line above a piece; the exact count comes at the end
GAP, GAP_TOKENS = 2, 40  # lines between two pieces shown rather than left out, and their cost
LEFT_OUT_SHOWN = 8  # names of hits without room


@dataclass(slots=True)
class _Choice:
    """An item with the levels chosen for it."""

    item: PackItem
    levels: list[DetailLevel]
    order: int
    chosen: list[int] = field(default_factory=list)  # positions in `levels`; the last counts

    @property
    def level(self) -> DetailLevel:
        """The level that counts."""
        return self.levels[self.chosen[-1]]


@dataclass(frozen=True, slots=True)
class _Upgrade:
    choice: int
    level: int
    density: float  # utility per token


def pack(
    snapshot: Snapshot, lookup: Lookup, question: Question, ranked: Sequence[Ranked], budget: int
) -> Pack:
    """Return the hits and their related code in at most `budget` tokens."""
    items = _items(snapshot, lookup, [hit for hit in ranked[:MAX_HITS] if hit.score > 0])
    texts = snapshot.sources({item.path for item in items})
    sources = {path: text.split("\n") for path, text in texts.items()}
    symbols = lookup.symbols_in(sorted(sources))
    weights = question.rarity_weights
    choices = [
        _Choice(item, detail_levels(item, sources[item.path], symbols[item.path], weights), at)
        for at, item in enumerate(items)
        if item.path in sources
    ]
    costs = _LineCosts(sources)
    upgrades = _choose(choices, costs, budget)
    draft = _Draft(choices, costs, {path for path in sources if snapshot.is_stale(path)})
    tokens = draft.shrink(upgrades, budget)
    text, tokens = draft.with_note(tokens, budget)
    return Pack(
        question.text,
        tuple(draft.pieces),
        text,
        tokens,
        budget,
        snapshot.state.generation,
        draft.left_out,
        tuple(sorted(draft.stale)),
    )


def _items(snapshot: Snapshot, lookup: Lookup, ranked: Sequence[Ranked]) -> list[PackItem]:
    """Return the hits, then the related code of the first of them, each symbol once."""
    best = ranked[0].score if ranked else 1.0
    items = [
        PackItem(
            hit.candidate.chunk.path,
            hit.symbol,
            tuple(hit.windows),
            (hit.score / best) ** SHARPNESS,
        )
        for hit in ranked
    ]
    known = {item.symbol.uid for item in items if item.symbol is not None}
    hits = {item.symbol.uid: item for item in items[:RELATED_HITS] if item.symbol is not None}
    symbols = [item.symbol for item in hits.values() if item.symbol is not None]
    related = find_related_code(snapshot, lookup, symbols)
    for uid, code in [(uid, code) for uid, codes in related.items() for code in codes]:
        symbol = code.symbol
        if symbol.uid not in known:
            known.add(symbol.uid)
            items.append(PackItem(symbol.path, symbol, (), hits[uid].utility * code.weight))
    return items


# -- choosing


def _choose(choices: Sequence[_Choice], costs: _LineCosts, budget: int) -> list[_Upgrade]:
    """Take upgrades by utility per token while they fit, and return them in order.

    An item without room at its best level gets the highest that still fits, in a second round.
    """
    upgrades = [upgrade for choice in choices for upgrade in _upgrades(choice, costs)]
    upgrades.sort(key=lambda u: (-u.density, u.choice, u.level))
    room = _Room(costs, budget)
    blocked: dict[int, None] = {}
    accepted = []
    for upgrade in upgrades:
        if upgrade.choice in blocked:
            continue
        if room.take(choices[upgrade.choice], upgrade.level):
            accepted.append(upgrade)
        else:
            blocked[upgrade.choice] = None
    for at in blocked:
        lowest = max(choices[at].chosen, default=-1)
        levels = range(len(choices[at].levels) - 1, lowest, -1)
        level = next((level for level in levels if room.take(choices[at], level)), None)
        if level is not None:
            accepted.append(_Upgrade(at, level, 0.0))
    return accepted


class _Room:
    """The rest of the budget, and the lines shown so far."""

    def __init__(self, costs: _LineCosts, budget: int) -> None:
        self._costs, self._tokens = costs, budget
        self._shown: dict[str, set[int]] = defaultdict(set)

    def take(self, choice: _Choice, level: int) -> bool:
        """Choose the level if it fits; return True if it does."""
        path = choice.item.path
        lines = _lines(choice.levels[level]) - self._shown[path]
        cost = self._costs.sum(path, lines) + (HEADER_TOKENS if not choice.chosen else 0)
        if cost > self._tokens:
            return False
        self._tokens -= cost
        self._shown[path] |= lines
        choice.chosen.append(level)
        return True


class _LineCosts:
    """Tokens of lines, each counted once. Their sum is within a few percent of the text's count."""

    def __init__(self, sources: Mapping[str, list[str]]) -> None:
        self.sources = sources
        self._counts: dict[tuple[str, int], int] = {}

    def sum(self, path: str, numbers: Iterable[int]) -> int:
        """Return the tokens of the lines with these numbers."""
        return sum(self._count(path, number) for number in numbers)

    def _count(self, path: str, number: int) -> int:
        key = (path, number)
        if key not in self._counts:
            self._counts[key] = count_tokens(self.sources[path][number - 1] + "\n")
        return self._counts[key]


def _lines(level: DetailLevel) -> set[int]:
    return {number for low, high in level.spans() for number in range(low, high + 1)}


def _upgrades(choice: _Choice, costs: _LineCosts) -> Iterator[_Upgrade]:
    """Yield the steps of the item's convex hull: each costs more and adds less per token."""
    path, full = choice.item.path, choice.item.utility
    points = [
        (costs.sum(path, _lines(level)) + HEADER_TOKENS, full * level.utility, at)
        for at, level in enumerate(choice.levels)
    ]
    cost, utility = 0, 0.0
    while True:
        better = [point for point in points if point[1] > utility and point[0] > cost]
        if not better:
            return
        step = max(better, key=lambda p: ((p[1] - utility) / (p[0] - cost), -p[2]))
        yield _Upgrade(choice.order, step[2], (step[1] - utility) / (step[0] - cost))
        cost, utility = step[0], step[1]


# -- writing


class _Draft:
    """The text of a pack while it is fitted to the budget."""

    def __init__(self, choices: Sequence[_Choice], costs: _LineCosts, stale: set[str]) -> None:
        self._choices, self._costs, self._all_stale = choices, costs, stale
        self._write()

    def _write(self) -> None:
        self.pieces = _pieces(self._choices, self._costs)
        self.stale = {piece.path for piece in self.pieces} & self._all_stale
        self.text = _render(self.pieces, self.stale)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The labels of the hits without room, best first."""
        missing = (choice.item for choice in self._choices if not choice.chosen)
        return tuple(dict.fromkeys(item.label for item in missing if item.windows))

    def shrink(self, upgrades: list[_Upgrade], budget: int) -> int:
        """Undo the last upgrades while the text is above the budget; return its tokens."""
        by_order = {choice.order: choice for choice in self._choices}
        while (tokens := count_tokens(self.text)) > budget and upgrades:
            by_order[upgrades.pop().choice].chosen.pop()
            self._write()
        return tokens

    def with_note(self, tokens: int, budget: int) -> tuple[str, int]:
        """Return the text, with as long a note on the hits left out as fits, and its tokens."""
        left_out = self.left_out
        for names in (LEFT_OUT_SHOWN, 1, 0) if left_out else ():
            text = self.text + _note(left_out, names)
            if (count := count_tokens(text)) <= budget:
                return text, count
        return self.text, tokens


def _pieces(choices: Sequence[_Choice], costs: _LineCosts) -> list[Piece]:
    """Return the chosen runs of lines, merged, in the order of their files' best items."""
    by_path: dict[str, list[_Choice]] = {}
    for choice in choices:
        if choice.chosen:
            by_path.setdefault(choice.item.path, []).append(choice)
    return [
        piece for path, group in by_path.items() for piece in _pieces_of_file(path, group, costs)
    ]


def _pieces_of_file(path: str, choices: Sequence[_Choice], costs: _LineCosts) -> list[Piece]:
    runs = _runs(path, sorted(set().union(*(_lines(choice.level) for choice in choices))), costs)
    pieces = [_piece(path, low, high, choices, costs.sources[path]) for low, high in runs]
    for choice in choices:
        if choice.level.resolution == "name" and choice.item.symbol is not None:
            symbol = choice.item.symbol.symbol
            if not covers(tuple(runs), symbol.start_line, symbol.start_line):
                lines = (symbol.start_line, symbol.end_line)
                pieces.append(Piece(path, *lines, symbol.qualname, "name", ""))
    return sorted(pieces, key=lambda piece: (piece.start_line, piece.end_line))


def _runs(path: str, numbers: Iterable[int], costs: _LineCosts) -> list[tuple[int, int]]:
    """Return the runs of lines; a small gap between two is filled."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        gap = range(runs[-1][1] + 1, number) if runs else range(0)
        if runs and len(gap) <= GAP and costs.sum(path, gap) <= GAP_TOKENS:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _piece(path: str, low: int, high: int, choices: Sequence[_Choice], lines: list[str]) -> Piece:
    """Return the piece of one run, with the names of its symbols and its highest resolution."""
    names: dict[str, None] = {}
    resolution = "signature"
    for choice in sorted(choices, key=_by_line):
        level = choice.level
        for start, end, qualname in level.headers:
            if start <= high and low <= end:
                names[qualname] = None
        if any(start <= high and low <= end for start, end in level.ranges):
            if choice.item.symbol is not None:
                names[choice.item.symbol.symbol.qualname] = None
            resolution = max(resolution, level.resolution, key=lambda r: UTILITY[r])
    return Piece(path, low, high, ", ".join(names), resolution, "\n".join(lines[low - 1 : high]))


def _by_line(choice: _Choice) -> tuple[int, int]:
    symbol = choice.item.symbol
    return (symbol.symbol.start_line if symbol else 0, choice.order)


def _render(pieces: Sequence[Piece], stale: set[str]) -> str:
    lines: list[str] = []
    path = None
    for piece in pieces:
        if piece.path != path:
            path = piece.path
            mark = " (changed on disk since it was indexed)" if path in stale else ""
            lines.append(f"=== {path}{mark}")
        head = f"--- {piece.start_line}-{piece.end_line} {piece.symbol}".rstrip()
        lines.append(f"{head} [{piece.resolution}]")
        if piece.text:
            lines.append(piece.text)
    return "\n".join(lines) + ("\n" if lines else "")


def _note(left_out: Sequence[str], count: int) -> str:
    """Return a line on the hits without room, the first `count` by name."""
    more = len(left_out) - count
    rest = [f"{more} more" if count else f"{more} hits"] if more > 0 else []
    return f"=== left out for want of room: {', '.join([*left_out[:count], *rest])}\n"
