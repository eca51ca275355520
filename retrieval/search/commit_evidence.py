"""Past commits as evidence: similar questions are answered in the same files.

BM25 finds the commits with messages similar to the question; each passes its score on to the files
it touched. Only ancestors of the view count: no later commit gives the answer away.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cached_property

from indexer import LoggedCommit, Snapshot

from ..query import Question

# "LOG history" is the section of benchmarks/LOG.md
COMMITS = 100  # used for one question; LOG history: top
SHARPNESS = 3  # power of a commit's share of the best score: many poor matches outvote no good one
MAX_FILES = 30  # a commit that touches more is a sweep, and about none of them
HALF_AGE = 10_000  # commits back, for half the weight
RECENT = 100  # commits back, for a recency of a half


class CommitEvidence:
    """The evidence of the commits that lead to a view. Everything is empty, or 0, without git."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def evidence(self, question: Question) -> dict[str, float]:
        """Return path → evidence of the similar commits, as a share of the best, 0 to 1.

        Only paths of the view, tests and prose included; paths without evidence are left out.
        """
        log, present = self._snapshot.commit_log, self._snapshot.entries.keys()
        similar = log.search(dict(question.weights), COMMITS)
        best = similar[0][1] if similar else 1.0
        evidence: dict[str, float] = defaultdict(float)
        for at, score in similar:
            commit = log.commits[at]
            if _is_specific(commit):
                share = (score / best) ** SHARPNESS
                weight = share / math.sqrt(commit.touched) / (1 + at / HALF_AGE)
                for path in present & set(commit.paths):
                    evidence[path] += weight
        most = max(evidence.values(), default=1.0)
        return {path: evidence[path] / most for path in sorted(evidence)}

    def recency(self, path: str) -> float:
        """Return 1 for a change in the newest commit, a half RECENT commits back, 0 if unknown."""
        changes = self._changes.get(path)
        return 1 / (1 + changes[0] / RECENT) if changes else 0.0

    def frequency(self, path: str) -> float:
        """Return the natural logarithm of one more than the number of commits to the file."""
        return math.log1p(len(self._changes.get(path, ())))

    @cached_property
    def _changes(self) -> dict[str, list[int]]:
        """Path → positions of the commits that changed it, newest first; merges repeat others."""
        changes: dict[str, list[int]] = {}
        for at, commit in enumerate(self._snapshot.commit_log.commits):
            if commit.parents < 2 and _is_specific(commit):
                for path in commit.paths:
                    changes.setdefault(path, []).append(at)
        return changes


def _is_specific(commit: LoggedCommit) -> bool:
    """Return True for a commit that touches few files."""
    return 0 < commit.touched <= MAX_FILES
