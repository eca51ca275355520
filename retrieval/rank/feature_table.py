"""The input of the issue ranker, and its rows with the values shared by several signals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from indexer import CALLABLES, FoundSymbol

from ..query import MentionMatches, Question, rarity
from ..search import Candidate, CommitEvidence
from .term_counts import TermCounts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

Key = TypeVar("Key", bound=Hashable)

DENSE = 0.2  # weight of nearness in meaning beside BM25, in a chunk's evidence for its file


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of the ranking of an issue: a symbol, or lines outside any symbol, in one chunk."""

    at: int  # the chunk's position among the candidates
    symbol: FoundSymbol | None


@dataclass(frozen=True, slots=True)
class RankingInput:
    """The input of the ranker for one issue."""

    question: Question
    candidates: Sequence[Candidate]
    units: Sequence[Unit]
    symbols: Mapping[str, Sequence[FoundSymbol]]  # of the candidates' paths
    mentions: MentionMatches
    counts: TermCounts  # a row for each candidate
    commits: CommitEvidence
    commit_evidence: Mapping[str, float]  # path → evidence of `commits` for this question


class FeatureTable:
    """The rows of an input, grouped, with the values shared by several signals."""

    def __init__(self, inputs: RankingInput) -> None:
        import numpy as np

        self.inputs = inputs
        self.question = inputs.question
        self.weights = inputs.question.rarity_weights
        self.total = sum(self.weights.values()) or 1.0
        self.title = squared_rarity(inputs.question.title_terms)
        self.units = inputs.units
        self.chunk_at = np.array([unit.at for unit in inputs.units], np.int64)

    def of_chunks(self, values: Iterable[float] | Floats) -> Floats:
        """Return a column from a value for each candidate."""
        return to_floats(values)[self.chunk_at]

    def of_files(self, values: Iterable[float] | Floats) -> Floats:
        """Return a column from a value for each of `files`."""
        return spread(self.files.values(), values, len(self.units))

    def of_units(self, value: Callable[[Unit], float]) -> Floats:
        """Return a column from a function of a unit."""
        return to_floats([value(unit) for unit in self.units])

    def of_symbols(self, value: Callable[[FoundSymbol], float]) -> Floats:
        """Return a column from a function of a symbol; 0 for lines outside any symbol."""
        return self.of_units(lambda unit: 0.0 if unit.symbol is None else value(unit.symbol))

    def path_of(self, unit: Unit) -> str:
        return self.inputs.candidates[unit.at].chunk.path

    def is_small(self, unit: Unit) -> bool:
        """Return True for a function that shares a chunk."""
        symbol, chunk = unit.symbol, self.inputs.candidates[unit.at].chunk
        return symbol is not None and is_function(symbol) and symbol.index != chunk.symbol

    def share(self, terms: Iterable[str]) -> float:
        """Return the share of the question's weights with one of `terms`."""
        return sum(self.weights.get(term, 0.0) for term in terms) / self.total

    @cached_property
    def files(self) -> Mapping[str, list[int]]:
        """Path → rows."""
        return group_rows(self.path_of(unit) for unit in self.units)

    @cached_property
    def classes(self) -> Mapping[tuple[str, int], list[int]]:
        """(path, index of the type around the unit, or -1) → rows."""
        return group_rows((self.path_of(unit), _class_index(unit)) for unit in self.units)

    @cached_property
    def chunk_lexical(self) -> Floats:
        """BM25 of the full-text index, of each candidate."""
        return to_floats(candidate.lexical for candidate in self.inputs.candidates)

    @cached_property
    def chunk_dense(self) -> Floats:
        """Nearness in meaning, of each candidate."""
        return to_floats(candidate.dense for candidate in self.inputs.candidates)

    @cached_property
    def chunk_bm25(self) -> Floats:
        """BM25 among the candidates, of each candidate."""
        return self.inputs.counts.bm25(dict(self.question.weights))

    @cached_property
    def lexical(self) -> Floats:
        """`chunk_lexical` of each unit."""
        return self.of_chunks(self.chunk_lexical)

    @cached_property
    def dense(self) -> Floats:
        """`chunk_dense` of each unit."""
        return self.of_chunks(self.chunk_dense)

    @cached_property
    def bm25(self) -> Floats:
        """`chunk_bm25` of each unit."""
        return self.of_chunks(self.chunk_bm25)

    @cached_property
    def evidence(self) -> Floats:
        """The weight of each unit's chunk in the evidence for its file and class."""
        import numpy as np

        return np.asarray(self.lexical + DENSE * self.dense, np.float32)


def to_floats(values: Iterable[float] | Floats) -> Floats:
    import numpy as np

    return np.asarray(values if isinstance(values, np.ndarray) else list(values), np.float32)


def spread(groups: Iterable[list[int]], values: Iterable[float] | Floats, count: int) -> Floats:
    """Return a column of `count` rows from a value for each group of rows."""
    import numpy as np

    column = np.zeros(count, np.float32)
    for rows, value in zip(groups, values, strict=True):
        column[rows] = value
    return column


def group_rows(keys: Iterable[Key]) -> dict[Key, list[int]]:
    groups: dict[Key, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        groups[key].append(row)
    return groups


def is_function(symbol: FoundSymbol) -> bool:
    return symbol.symbol.kind in CALLABLES


def _class_index(unit: Unit) -> int:
    if unit.symbol is None:
        return -1
    return unit.symbol.symbol.parent if is_function(unit.symbol) else unit.symbol.index


def squared_rarity(terms: Sequence[str]) -> dict[str, float]:
    return {term: rarity(term) ** 2 for term in terms}
