"""A question → ranked hits, or a pack. One snapshot, opened once and kept warm."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TypeVar

from indexer import SHOWN_WHOLE, GenerationGone, Snapshot

from .graph import Graph
from .query import Lookup, Question, read_question
from .rank import IssueRanker, Ranked, Ranker, RankingInput, Reranker, WeightedRanker, rerank_hits
from .records import Filter, Hit, Pack
from .search import CandidateSearch, CommitEvidence, DenseSearch, PathOnlyFiles

T = TypeVar("T")

ATTEMPTS = 3  # a new generation is collected after minutes: more attempts mean another fault


class Searcher:
    """Answers questions about one view of the index. Not for several threads at once.

    It stays with one generation, `snapshot.state.generation`, until that is collected, and goes on
    with the newest then. So each answer comes from one whole generation.
    """

    def __init__(self, snapshot: Snapshot, without: Collection[str] = ()) -> None:
        """Create a searcher in which the signals named in `without` find and add nothing.

        Without a signal, its use can be measured.
        """
        self._without = frozenset(without)
        self._open(snapshot, Lookup(snapshot))

    @classmethod
    def open(cls, uri: str, view: str | None = None) -> Searcher:
        """Open the store `uri` at `view`, by default the last published. Raises `StoreError`."""
        return cls(Snapshot.open(uri, view))

    def reopen(self) -> None:
        """Go on with the newest generation of this view. Raises `StoreError` if there is none."""
        newest = self.snapshot.newest()
        self._open(newest, self.lookup.reopen_at(newest))

    def _open(self, snapshot: Snapshot, lookup: Lookup) -> None:
        self.snapshot, self.lookup = snapshot, lookup
        self.graph = Graph(snapshot, lookup)
        self.commits = CommitEvidence(snapshot)
        self.dense = DenseSearch(snapshot)
        self._candidates = CandidateSearch(lookup, self.dense, self.commits, self._without)
        self._path_only = PathOnlyFiles(lookup)
        self._short_ranker = WeightedRanker(lookup, self._without)
        self._issue_ranker = IssueRanker(lookup, self.commits, self._without)

    def query(
        self,
        text: str,
        k: int = 10,
        *,
        lang: str | None = None,
        path: str | None = None,
        kind: str | None = None,
        reranker: Reranker | None = None,
    ) -> list[Hit]:
        """Return the `k` best answers to `text`, best first; fewer, or none, if fewer are found.

        `lang` is a language's name, `path` a glob or folder, `kind` a symbol's kind, `text` or
        `file`. The reranker has the last word on the first of them.
        """
        question, filter = read_question(text), Filter(lang or "", path or "", kind or "")
        return self._retry(lambda: self._hits(question, filter, reranker, k))

    def context(self, text: str, budget: int = 8000, *, reranker: Reranker | None = None) -> Pack:
        """Return the evidence for `text` in at most `budget` tokens.

        The same index, question and reranker give the same bytes.
        """
        from .pack import pack

        question = read_question(text)

        def build() -> Pack:
            ranked = self._reranked(question, Filter(), reranker)
            return pack(self.snapshot, self.lookup, question, ranked, budget)

        return self._retry(build)

    def text(self, path: str) -> str | None:
        """Return the file as it was indexed; None if the view has no facts of it."""
        return self._retry(lambda: self.snapshot.source(path))

    def rank(self, question: Question, filter: Filter | None = None) -> list[Ranked]:
        """Return the candidates that pass the filter, best first, windows of a symbol merged."""
        filter = filter or Filter()
        candidates = self._candidates.find(question, filter)
        ranked = self._ranker(question).rank(question, candidates)
        return [hit for hit in ranked if not filter.kind or hit.kind == filter.kind]

    def ranking_input(self, text: str) -> RankingInput:
        """Return the input of the issue ranker if `text` is an issue: for its training."""
        question = read_question(text, "issue")
        return self._issue_ranker.read_input(question, self._candidates.find(question, Filter()))

    def _ranker(self, question: Question) -> Ranker:
        return self._issue_ranker if question.kind == "issue" else self._short_ranker

    def _reranked(
        self, question: Question, filter: Filter, reranker: Reranker | None
    ) -> list[Ranked]:
        ranked = self.rank(question, filter)
        return rerank_hits(self.snapshot, question.text, ranked, reranker) if reranker else ranked

    def _hits(
        self, question: Question, filter: Filter, reranker: Reranker | None, k: int
    ) -> list[Hit]:
        ranked = self._reranked(question, filter, reranker)
        best = ranked[0].score if ranked else 1.0
        files = self._path_only.find(question, filter, best)
        hits = [*(_file_hit(path, score) for path, score in files.items()), *map(_hit, ranked)]
        hits.sort(key=lambda hit: -round(hit.score, 9))  # stable: both parts are in order
        return [self._finish(hit, rank) for rank, hit in enumerate(hits[: max(k, 0)], 1)]

    def _finish(self, hit: Hit, rank: int) -> Hit:
        """Return the hit with its rank, rounded scores and staleness."""
        why = tuple(
            (signal, round(value, 4))
            for signal, value in sorted(hit.why, key=lambda part: -part[1])
        )
        stale = self.snapshot.is_stale(hit.path)
        return replace(hit, rank=rank, score=round(hit.score, 4), why=why, stale=stale)

    def _retry(self, answer: Callable[[], T]) -> T:
        """Return `answer()`, from the newest generation if that of the first try was collected."""
        for _ in range(ATTEMPTS - 1):
            try:
                return answer()
            except GenerationGone:
                self.reopen()
        return answer()


def _file_hit(path: str, score: float) -> Hit:
    return Hit(0, path, "", "file", 0, 0, score, (("path", score),), False)


def _hit(ranked: Ranked) -> Hit:
    """Return the hit of a candidate, by its lines: a function's own, else the matching ones."""
    chunk = ranked.candidate.chunk
    (start, end), name = ranked.windows[0], ""
    if ranked.symbol is not None:
        symbol = ranked.symbol.symbol
        name = symbol.qualname
        if symbol.kind in SHOWN_WHOLE and ranked.symbol.index == chunk.symbol:
            start, end = symbol.start_line, symbol.end_line
    why = tuple(ranked.parts.items())
    return Hit(0, chunk.path, name, ranked.kind, start, end, ranked.score, why, False)
