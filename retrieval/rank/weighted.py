"""Short questions: candidates ranked by a weighted sum of signals.

A score is the sum of the signals, multiplied by the weight of the file's role and lowered for each
better hit of the same file. Each weight is defined once, with the section of benchmarks/LOG.md
that measured it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from indexer import CALLABLES, FileSymbols, FoundSymbol

from ..file_roles import file_role
from ..query import Lookup, Question, QuestionWords
from ..search import Candidate, Candidates, sum_file_evidence
from .ranked import Ranked, merge_windows

# by kind of question; "LOG ranking" is a section of benchmarks/LOG.md
DENSE = {"symbol": 0.1, "search": 0.5}
"""Nearness in meaning, beside BM25 (LOG ranking: dense). A static encoder at equal weight harms."""
FILE = {"symbol": 0.6, "search": 0.7}
"""The other chunks of the file (LOG ranking: file coherence)."""
NAME = {"symbol": 0.5, "search": 0.3}
"""The question's words in the symbol's own name: definition over use (LOG ranking: names)."""
PATH = {"symbol": 0.2, "search": 0.8}
"""The question's words in the names of file and folder (LOG ranking: paths)."""
MENTION = {"symbol": 2.0, "search": 0.5}
"""A mention by name, path or stack frame (LOG ranking: anchors)."""
SAME_FILE = {"symbol": 0.6, "search": 0.5}
"""The factor for each further hit of one file (LOG ranking: same file)."""
ROLES = {
    "test": 0.3, "vendored": 0.5, "example": 0.4, "generated": 0.4, "declaration": 0.7,
    "prose": 0.5, "front": 0.9, "source": 1.0,
}  # fmt: skip
"""The factor for a file's role (LOG ranking: places)."""
REQUESTED_ROLE = 1.3  # instead, if the question asks for tests or examples


class WeightedRanker:
    """Ranks the candidates of short questions, over one snapshot."""

    def __init__(self, lookup: Lookup, without: Collection[str] = ()) -> None:
        """Create a ranker in which the signals named in `without` add nothing."""
        self._lookup, self._without = lookup, without

    def rank(self, question: Question, candidates: Candidates) -> list[Ranked]:
        """Return the candidates best first, windows of one symbol merged."""
        scoring = _Scoring(question, candidates, self._without)
        symbols = self._lookup.symbols_in(each.chunk.path for each in candidates.chunks)
        ranked = [
            scoring.score(candidate, symbols[candidate.chunk.path])
            for candidate in candidates.chunks
        ]
        merged = merge_windows(sorted(ranked, key=_order))
        _lower_repeats(question, merged)
        return sorted(merged, key=_order)


class _Scoring:
    """The scores of the candidates of one question."""

    def __init__(
        self, question: Question, candidates: Candidates, without: Collection[str]
    ) -> None:
        self._question, self._without = question, without
        self._words = QuestionWords(question.words)
        self._files = candidates.mentions.files
        dense = DENSE[question.kind]
        self._evidence = sum_file_evidence(
            candidates.chunks, lambda candidate: candidate.lexical + dense * candidate.dense
        )

    def score(self, candidate: Candidate, symbols: FileSymbols) -> Ranked:
        """Return the candidate with its parts; `symbols` are those of its file."""
        chunk = candidate.chunk
        symbol = _naming_symbol(self._words, candidate, symbols)
        parts = {
            signal: value
            for signal, value in self._signals(candidate, symbol).items()
            if value and signal not in self._without
        }
        ranked = Ranked(candidate, symbol, parts, [(chunk.start_line, chunk.end_line)])
        if "place" not in self._without:
            _weigh_role(self._question, ranked)
        return ranked

    def _signals(self, candidate: Candidate, symbol: FoundSymbol | None) -> Mapping[str, float]:
        kind, path = self._question.kind, candidate.chunk.path
        return {
            "lexical": candidate.lexical,
            "dense": DENSE[kind] * candidate.dense,
            "file": FILE[kind] * self._evidence[path],
            "name": NAME[kind] * self._words.name_overlap(symbol),
            "path": PATH[kind] * self._words.path_overlap(path),
            "mention": MENTION[kind] * max(candidate.mention, self._files.get(path, 0.0) / 2),
        }


def _order(ranked: Ranked) -> tuple[float, str, int]:
    chunk = ranked.candidate.chunk
    return (-round(ranked.score, 9), chunk.path, chunk.start_line)


def _naming_symbol(
    words: QuestionWords, candidate: Candidate, symbols: FileSymbols
) -> FoundSymbol | None:
    """Return the symbol that names the chunk: its own or, among small ones, the best match."""
    chunk = candidate.chunk
    owner = symbols[chunk.symbol] if 0 <= chunk.symbol < len(symbols) else None
    if owner is not None and owner.symbol.kind in CALLABLES:
        return owner
    best, best_overlap = owner, words.name_overlap(owner)
    for symbol in symbols.starting(chunk.start_line, chunk.end_line):
        if symbol.symbol.parent == chunk.symbol:
            overlap = words.name_overlap(symbol)
            if overlap > best_overlap:
                best, best_overlap = symbol, overlap
    return best


def _weigh_role(question: Question, ranked: Ranked) -> None:
    """Multiply the score by the factor of the file's role; the difference is a part of its own."""
    role = file_role(ranked.candidate.chunk.path)
    requested = (question.wants_tests and role == "test") or (
        question.wants_examples and role in ("example", "prose")
    )
    factor = REQUESTED_ROLE if requested else ROLES[role]
    if factor != 1.0:
        ranked.parts[role] = ranked.score * (factor - 1.0)


def _lower_repeats(question: Question, ranked: Sequence[Ranked]) -> None:
    """Lower each further hit of a file, so that one long file does not fill the page."""
    counts: Counter[str] = Counter()
    factor = SAME_FILE[question.kind]
    for hit in ranked:
        path = hit.candidate.chunk.path
        if counts[path]:
            hit.parts["same file"] = hit.score * (factor ** counts[path] - 1.0)
        counts[path] += 1
