"""Full-text search: BM25 over whole identifiers and their parts, names and path weighted in."""

from __future__ import annotations

from indexer import FoundChunk, Snapshot

from .query.question import Question

CANDIDATES = 200  # chunks taken from the index; see "candidates" in benchmarks/LOG.md


def search_lexical(
    snapshot: Snapshot, question: Question, limit: int = CANDIDATES
) -> list[FoundChunk]:
    """The chunks that share the question's terms, best first, scored by BM25."""
    return snapshot.chunks.search_text(dict(question.weights), limit)
