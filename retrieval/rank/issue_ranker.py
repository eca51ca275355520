"""Issues: candidates ranked by boosted trees learned from past commits.

See `data/ranker/MODEL_CARD.md` for the model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property

from indexer import CALLABLES, FileSymbols, FoundSymbol, Symbol, data_folder

from ..file_roles import is_source
from ..query import Lookup, Question
from ..search import Candidate, Candidates, CommitEvidence, best_positions
from .boosted_trees import Trees
from .feature_table import RankingInput, Unit
from .features import FEATURES, SIGNALS, feature_rows
from .ranked import Ranked, merge_windows
from .term_counts import TermCounts, count_terms
from .tuned_weights import apply_weights, weights_for

MAX_CHUNKS = 300  # ranked by all signals (LOG issues: candidates)
SMALL_LINES = 3  # a function of so many lines shares a chunk; see the indexer's chunker
TRACED = 2.0  # weight of mentions beside a stack trace; the model saw none (LOG issues)
_MENTION_COLUMN, _MENTION_SIGNAL = FEATURES.index("anchor"), list(SIGNALS).index("mention")


class IssueRanker:
    """Ranks the candidates of issues, over one snapshot."""

    def __init__(
        self, lookup: Lookup, commits: CommitEvidence, without: Collection[str] = ()
    ) -> None:
        """Create a ranker in which the features of the signals named in `without` are 0."""
        self._lookup, self._snapshot, self._commits = lookup, lookup.snapshot, commits
        self._zeroed = [
            FEATURES.index(name) for signal in without for name in SIGNALS.get(signal, ())
        ]

    def rank(self, question: Question, candidates: Candidates) -> list[Ranked]:
        """Return the candidates best first, by the repository's tuned weights if it has any."""
        return apply_weights(self._rank(self.read_input(question, candidates)), self._weights)

    @cached_property
    def _weights(self) -> dict[str, float]:
        return weights_for(self._snapshot)

    def read_input(self, question: Question, candidates: Candidates) -> RankingInput:
        """Return the input of the ranker: the best MAX_CHUNKS candidates, by path and line."""
        chunks = candidates.chunks
        terms = self._snapshot.chunks.terms([each.chunk.row for each in chunks])
        counts = count_terms(question, terms)
        symbols = self._lookup.symbols_in(each.chunk.path for each in chunks)
        rows = _most_promising(question, candidates, counts, symbols)
        promising = [chunks[row] for row in rows]
        return RankingInput(
            question, promising, list(_units(promising, symbols)), symbols, candidates.mentions,
            counts.take(rows), self._commits, candidates.commits,
        )  # fmt: skip

    def _rank(self, inputs: RankingInput) -> list[Ranked]:
        if not inputs.units:
            return []
        rows = feature_rows(inputs)
        rows[:, self._zeroed] = 0.0
        shares = _load_trees().contributions(rows)
        if inputs.question.mentions.frames:
            shares[:, _MENTION_SIGNAL] += TRACED * rows[:, _MENTION_COLUMN]
        scores = shares.sum(axis=1)
        shares[:, -1] -= scores.min()  # the last place scores 0
        parts = [dict(zip((*SIGNALS, "base"), row, strict=True)) for row in shares.tolist()]
        order = sorted(range(len(parts)), key=lambda row: (-round(float(scores[row]), 6), row))
        return merge_windows([_ranked(inputs, inputs.units[row], parts[row]) for row in order])


@cache
def _load_trees() -> Trees:
    return Trees.read(data_folder("ranker") / "issue.json", SIGNALS)


def _ranked(inputs: RankingInput, unit: Unit, parts: Mapping[str, float]) -> Ranked:
    candidate, symbol = inputs.candidates[unit.at], unit.symbol
    window = (candidate.chunk.start_line, candidate.chunk.end_line)
    if symbol is not None and symbol.index != candidate.chunk.symbol:
        window = (symbol.symbol.start_line, symbol.symbol.end_line)
    nonzero = {signal: value for signal, value in parts.items() if value}
    return Ranked(candidate, symbol, nonzero, [window])


def _most_promising(
    question: Question,
    candidates: Candidates,
    counts: TermCounts,
    symbols: Mapping[str, FileSymbols],
) -> list[int]:
    """Return the rows with the best estimates from cheap signals, by path and line."""
    chunks, weights = candidates.chunks, dict(question.weights)
    text, head = counts.bm25(weights), counts.share(weights, head=True)
    squares: dict[str, float] = defaultdict(float)
    for row, candidate in enumerate(chunks):
        squares[candidate.chunk.path] += float(text[row]) ** 2
    most = max(squares.values(), default=0.0) or 1.0
    estimates = []
    for row, candidate in enumerate(chunks):
        path = candidate.chunk.path
        value = (
            candidate.lexical
            + 0.3 * candidate.dense
            + candidate.mention
            + float(text[row])
            + 0.5 * float(head[row])
        )
        value += 0.5 * squares[path] / most + 0.3 * candidates.commits.get(path, 0.0)
        value += 0.2 if _is_function(_owner(candidate, symbols)) else 0.0
        estimates.append(value - (0.0 if is_source(path) else 0.5))
    best = best_positions(estimates, MAX_CHUNKS)
    return sorted(best, key=lambda row: (chunks[row].chunk.path, chunks[row].chunk.start_line, row))


def _units(candidates: Sequence[Candidate], symbols: Mapping[str, FileSymbols]) -> Iterator[Unit]:
    """Yield each chunk's own symbol, and the small functions that share a chunk."""
    for at, candidate in enumerate(candidates):
        chunk = candidate.chunk
        owner = _owner(candidate, symbols)
        yield Unit(at, owner)
        if not _is_function(owner):
            for symbol in symbols[chunk.path].starting(chunk.start_line, chunk.end_line):
                if _is_small(symbol.symbol) and symbol.symbol.parent == chunk.symbol:
                    yield Unit(at, symbol)


def _owner(candidate: Candidate, symbols: Mapping[str, FileSymbols]) -> FoundSymbol | None:
    """Return the chunk's own symbol."""
    chunk, in_file = candidate.chunk, symbols[candidate.chunk.path]
    return in_file[chunk.symbol] if 0 <= chunk.symbol < len(in_file) else None


def _is_function(symbol: FoundSymbol | None) -> bool:
    return symbol is not None and symbol.symbol.kind in CALLABLES


def _is_small(symbol: Symbol) -> bool:
    """Return True for a function without a chunk of its own."""
    return symbol.kind in CALLABLES and symbol.end_line - symbol.start_line < SMALL_LINES
