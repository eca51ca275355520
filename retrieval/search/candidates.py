"""The first stage: the chunks worth ranking for a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from indexer import FoundChunk

from ..file_roles import is_source
from ..query import Lookup, MentionMatches, Question, match_mentions
from ..records import Filter
from .commit_evidence import CommitEvidence
from .dense import DenseSearch
from .file_evidence import sum_file_evidence
from .filters import passes
from .fusion import Candidate, fuse

LEXICAL = {"symbol": 200, "search": 200, "issue": 300}  # chunks from the full-text index
DENSE = 100  # chunks by vector
MENTIONED_FILES = 40  # files read for the mentions in them
LATER_WINDOW = 0.5  # of the confidence of a mentioned symbol, for its chunks after the first
FILTER_FACTOR = 5  # times as many candidates if a filter will drop most of them
SHORT_LIMIT = 160  # candidates of a short question; reading more files' symbols takes longer
NEIGHBOR_FILES = 8  # of an issue: in one of ten, the searches find the file, not the function
NEIGHBOR_CHUNKS = 150  # of one such file


@dataclass(frozen=True, slots=True)
class Candidates:
    """The result of the first stage."""

    chunks: Sequence[Candidate]  # by path and line; the neighbors of an issue's come last
    mentions: MentionMatches = field(default_factory=MentionMatches)
    commits: Mapping[str, float] = field(default_factory=dict)  # path → evidence, for issues


class CandidateSearch:
    """Finds candidates by full text, vectors, mentions and, for issues, commits."""

    def __init__(
        self,
        lookup: Lookup,
        dense: DenseSearch,
        commits: CommitEvidence,
        without: Collection[str] = (),
    ) -> None:
        """Create a search in which the signals named in `without` find nothing."""
        self._lookup, self._snapshot = lookup, lookup.snapshot
        self._dense, self._commits, self._without = dense, commits, without

    def find(self, question: Question, filter: Filter) -> Candidates:
        """Return the candidates for `question` that pass `filter`, its `kind` aside."""
        mentions = self._match_mentions(question)
        factor = FILTER_FACTOR if filter != Filter() else 1
        fused = fuse(
            self._search_text(question, LEXICAL[question.kind] * factor),
            self._search_vectors(question, DENSE * factor),
            self._mentioned_chunks(mentions),
        )
        chunks = [candidate for candidate in fused if passes(candidate.chunk.path, filter)]
        if question.kind != "issue":
            return Candidates(_most_promising(chunks, SHORT_LIMIT * factor), mentions)
        commits = {} if "history" in self._without else self._commits.evidence(question)
        neighbors = self._neighbors(chunks, mentions, commits, filter)
        return Candidates([*chunks, *neighbors], mentions, commits)

    def _match_mentions(self, question: Question) -> MentionMatches:
        if "mention" in self._without:
            return MentionMatches()
        return match_mentions(self._lookup, question)

    def _search_text(self, question: Question, limit: int) -> list[FoundChunk]:
        """Search whole identifiers and their parts by BM25, names and path weighted in."""
        if "lexical" in self._without:
            return []
        return self._snapshot.chunks.search_text(dict(question.weights), limit)

    def _search_vectors(self, question: Question, limit: int) -> list[FoundChunk]:
        return [] if "dense" in self._without else self._dense.search(question.text, limit)

    def _mentioned_chunks(self, mentions: MentionMatches) -> Iterator[tuple[FoundChunk, float]]:
        """Yield the chunks with a mentioned symbol or line, and the first of each other file."""
        spans = mentions.spans_by_path()
        best = {path: max(span.confidence for span in spans[path]) for path in spans}
        surest = sorted(spans, key=lambda path: (-best[path], path))[:MENTIONED_FILES]
        files = [path for path in mentions.files if path not in spans][:MENTIONED_FILES]
        unopened = set(files)
        for chunk in self._snapshot.chunks.of_files(sorted({*surest, *files})):
            if chunk.path in unopened:
                unopened.discard(chunk.path)
                yield chunk, mentions.files[chunk.path] / 2
            for span in spans.get(chunk.path, ()):
                if chunk.start_line <= span.start_line <= chunk.end_line:
                    yield chunk, span.confidence
                elif span.symbol is not None and span.symbol.index == chunk.symbol:
                    yield chunk, span.confidence * LATER_WINDOW

    def _neighbors(
        self,
        candidates: Sequence[Candidate],
        mentions: MentionMatches,
        commits: Mapping[str, float],
        filter: Filter,
    ) -> Iterator[Candidate]:
        """Yield the other chunks of the files with the most evidence."""
        evidence = sum_file_evidence(candidates, lambda candidate: candidate.estimate)
        for path, strength in [*commits.items(), *mentions.files.items()]:
            if path in self._snapshot.entries:
                evidence[path] = evidence.get(path, 0.0) + strength / 2
        sources = [path for path in evidence if is_source(path)]
        best = sorted(sources, key=lambda path: (-evidence[path], path))[:NEIGHBOR_FILES]
        known = {candidate.chunk.row for candidate in candidates}
        counts: Counter[str] = Counter()
        for chunk in self._snapshot.chunks.of_files(sorted(best)):
            if chunk.row in known or counts[chunk.path] >= NEIGHBOR_CHUNKS:
                continue
            if passes(chunk.path, filter):
                counts[chunk.path] += 1
                yield Candidate(chunk)


def best_positions(scores: Sequence[float], limit: int) -> list[int]:
    """Return the positions of the `limit` highest scores, best first; equal ones in order."""
    return sorted(range(len(scores)), key=lambda at: (-scores[at], at))[:limit]


def _most_promising(candidates: list[Candidate], limit: int) -> list[Candidate]:
    """Return the candidates with the highest estimates, in their order."""
    best = best_positions([candidate.estimate for candidate in candidates], limit)
    return [candidates[at] for at in sorted(best)]
