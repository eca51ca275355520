"""An issue → ranked places: the candidates of all searches and the rest of the files that they point at, judged alike
by a ranker that was learned from past commits (see `data/ranker/MODEL_CARD.md`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache

from indexer import CALLABLES, FileSymbols, FoundChunk, Symbol, data_folder

from ..file_roles import place_of
from ..query.lookup import Lookup
from ..query.mention_matches import Anchors
from ..query.question import Question
from ..search.commit_evidence import History
from ..search.fusion import Candidate
from .boosted_trees import Trees
from .features import FEATURES, SIGNALS, Given, Unit, feature_rows
from .term_counts import Counts, count_terms
from .weighted import Ranked, merged

FILES = 8  # whose other chunks are candidates too: of one issue in ten, the searches find the file but not the function
FILE_CHUNKS = 150  # of one such file
KEPT = 300  # chunks that are judged by all signals (LOG issues: candidates)
SMALL_LINES = 3  # a function of so many lines has no chunk of its own; see `indexer.chunk`
COHERENCE = 0.9  # how much less each further chunk of a file adds to its evidence
TRACED = 2.0  # of being named, beside a stack trace: commits, which the ranker learned from, hold none (LOG issues)
_ANCHOR, _MENTION = FEATURES.index("anchor"), list(SIGNALS).index("mention")


class IssueRanker:
    """Ranks what may answer an issue, over one snapshot."""

    def __init__(self, lookup: Lookup, history: History, without: Collection[str] = ()) -> None:
        """The numbers of signals named in `without` are 0, as where nothing is known."""
        self.lookup, self.history = lookup, history
        self.snapshot = lookup.snapshot
        self.without = [
            at for signal in without for at in map(FEATURES.index, SIGNALS.get(signal, ()))
        ]
        self._forgetful = "history" in without

    def rank(self, given: Given) -> list[Ranked]:
        """Order what is given, best first."""
        if not given.units:
            return []
        rows = feature_rows(given)
        rows[:, self.without] = 0.0
        shares = _ranker().contributions(rows)
        if given.question.mentions.frames:
            shares[:, _MENTION] += TRACED * rows[:, _ANCHOR]
        scores = shares.sum(axis=1)
        shares[:, -1] -= scores.min()  # the last place scores 0
        parts = [dict(zip((*SIGNALS, "base"), row, strict=True)) for row in shares.tolist()]
        order = sorted(range(len(parts)), key=lambda row: (-round(float(scores[row]), 6), row))
        return merged([_ranked(given, given.units[row], parts[row]) for row in order])

    def given(
        self,
        question: Question,
        found: Sequence[Candidate],
        anchors: Anchors,
        fits: Callable[[FoundChunk], bool],
    ) -> Given:
        """All that is known of what was `found` and of what stands beside it and `fits`, at most KEPT chunks, in the order
        of paths and lines."""
        past = {} if self._forgetful else self.history.evidence(question)
        candidates = [*found, *self._beside(found, anchors, past, fits)]
        counts = count_terms(
            question, self.snapshot.chunks.terms([each.chunk.row for each in candidates])
        )
        symbols = self.lookup.symbols_in(each.chunk.path for each in candidates)
        kept = _most_promising(question, candidates, counts, past, symbols)
        candidates = [candidates[row] for row in kept]
        units = list(_units(candidates, symbols))
        return Given(
            question, candidates, units, symbols, anchors, counts.taken(kept), self.history, past
        )

    def _beside(
        self,
        found: Sequence[Candidate],
        anchors: Anchors,
        past: Mapping[str, float],
        fits: Callable[[FoundChunk], bool],
    ) -> Iterator[Candidate]:
        """The other chunks of the files that the searches, the mentions and history point at most."""
        pointed = _file_evidence(found)
        for path, strength in [*past.items(), *anchors.files.items()]:
            if path in self.snapshot.entries:
                pointed[path] = pointed.get(path, 0.0) + strength / 2
        code = [path for path in pointed if place_of(path) in ("source", "front")]
        best = sorted(code, key=lambda path: (-pointed[path], path))[:FILES]
        known = {each.chunk.row for each in found}
        taken: dict[str, int] = defaultdict(int)
        for chunk in self.snapshot.chunks.of_files(sorted(best)):
            if chunk.row not in known and taken[chunk.path] < FILE_CHUNKS and fits(chunk):
                taken[chunk.path] += 1
                yield Candidate(chunk)


def _ranked(given: Given, unit: Unit, parts: dict[str, float]) -> Ranked:
    candidate, found = given.candidates[unit.at], unit.symbol
    window = (candidate.chunk.start_line, candidate.chunk.end_line)
    if found is not None and found.index != candidate.chunk.symbol:
        window = (found.symbol.start_line, found.symbol.end_line)
    return Ranked(
        candidate, found, {signal: value for signal, value in parts.items() if value}, [window]
    )


def _file_evidence(found: Sequence[Candidate]) -> dict[str, float]:
    """path → what its chunks say together, as a share of the file that says most."""
    by_file: dict[str, list[float]] = defaultdict(list)
    for each in found:
        by_file[each.chunk.path].append(each.promise)
    sums = {
        path: sum(value * COHERENCE**at for at, value in enumerate(sorted(values, reverse=True)))
        for path, values in by_file.items()
    }
    most = max(sums.values(), default=0.0) or 1.0
    return {path: value / most for path, value in sums.items()}


def _most_promising(
    question: Question,
    candidates: Sequence[Candidate],
    counts: Counts,
    past: Mapping[str, float],
    symbols: Mapping[str, FileSymbols],
) -> list[int]:
    """The rows that are worth judging, by what is cheap to know; in the order of paths and lines."""
    text, head = (
        counts.bm25(dict(question.weights)),
        counts.share(dict(question.weights), head=True),
    )
    squares: dict[str, float] = defaultdict(float)
    for row, each in enumerate(candidates):
        squares[each.chunk.path] += float(text[row]) ** 2
    most = max(squares.values(), default=0.0) or 1.0
    promise = []
    for row, each in enumerate(candidates):
        chunk, place = each.chunk, place_of(each.chunk.path)
        own = (
            symbols[chunk.path][chunk.symbol]
            if 0 <= chunk.symbol < len(symbols[chunk.path])
            else None
        )
        value = (
            each.lexical
            + 0.3 * each.dense
            + each.anchor
            + float(text[row])
            + 0.5 * float(head[row])
        )
        value += 0.5 * squares[chunk.path] / most + 0.3 * past.get(chunk.path, 0.0)
        value += 0.2 if own is not None and own.symbol.kind in CALLABLES else 0.0
        promise.append(value - (0.5 if place not in ("source", "front") else 0.0))
    best = sorted(range(len(candidates)), key=lambda row: (-promise[row], row))[:KEPT]
    return sorted(
        best, key=lambda row: (candidates[row].chunk.path, candidates[row].chunk.start_line, row)
    )


def _units(candidates: Sequence[Candidate], symbols: Mapping[str, FileSymbols]) -> Iterator[Unit]:
    """Each chunk's own symbol, and the functions that share a chunk because they are small."""
    for at, each in enumerate(candidates):
        chunk, own = each.chunk, symbols[each.chunk.path]
        symbol = own[chunk.symbol] if 0 <= chunk.symbol < len(own) else None
        yield Unit(at, symbol)
        if symbol is None or symbol.symbol.kind not in CALLABLES:
            small = (
                found
                for found in own.starting(chunk.start_line, chunk.end_line)
                if _is_small(found.symbol)
            )
            yield from (Unit(at, found) for found in small if found.symbol.parent == chunk.symbol)


def _is_small(symbol: Symbol) -> bool:
    """Whether a function has no chunk of its own."""
    return symbol.kind in CALLABLES and symbol.end_line - symbol.start_line < SMALL_LINES


@cache
def _ranker() -> Trees:
    return Trees.read(data_folder("ranker") / "issue.json", SIGNALS)
