"""Past commits as evidence: a question like what was changed before is answered where it was changed before.

BM25 finds the commits whose messages the question resembles; each hands its score to the files that it touched. Only
commits that lead to the view are known, so that nothing is told by what came after it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cached_property

from indexer import PastCommit, Snapshot

from ..query.question import Question

# "LOG history" is the section of benchmarks/LOG.md
COMMITS = 100  # that a question is told by; LOG history: top
SHARPNESS = (
    3  # power of a commit's share of the best score: many poor matches must not outvote a good one
)
WIDEST = 30  # files of a commit that tells something; a sweep over more is about none of them
HALF_AGE = 10_000  # commits back at which one counts half
RECENT = 100  # commits back at which a file's recency is a half


class History:
    """What the commits that lead to a view say about its files. Everything is empty, or 0, where there is no git."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._past = snapshot.past
        self._present = snapshot.entries.keys()
        self._partners: dict[str, dict[str, float]] = {}

    def evidence(self, question: Question) -> dict[str, float]:
        """Path → how strongly past commits that resemble the question point at it: a share of the strongest, 0 to 1.

        Only paths of the view, tests and prose among them; a path that is missing has none.
        """
        found = self._past.search(dict(question.weights), COMMITS)
        best = found[0][1] if found else 1.0
        strength: dict[str, float] = defaultdict(float)
        for at, score in found:
            commit = self._past.commits[at]
            if _tells(commit):
                part = (score / best) ** SHARPNESS / math.sqrt(commit.touched) / (1 + at / HALF_AGE)
                for path in self._present & set(commit.paths):
                    strength[path] += part
        most = max(strength.values(), default=1.0)
        return {path: strength[path] / most for path in sorted(strength)}

    def recency(self, path: str) -> float:
        """How lately the file was changed: 1 in the newest commit, a half RECENT commits back, 0 where it is not known."""
        changes = self._changes.get(path)
        return 1 / (1 + changes[0] / RECENT) if changes else 0.0

    def frequency(self, path: str) -> float:
        """How often the file was changed: the natural logarithm of one more than the number of commits."""
        return math.log1p(len(self._changes.get(path, ())))

    def partners(self, path: str) -> Mapping[str, float]:
        """Other paths of the view → the share of the file's changes in which they changed, too; 0 to 1."""
        if path not in self._partners:
            changes = self._changes.get(path, ())
            together = Counter(other for at in changes for other in self._past.commits[at].paths)
            self._partners[path] = {
                other: times / (len(changes) + 1)  # one change says little
                for other, times in sorted(together.items())
                if other != path and other in self._present
            }
        return self._partners[path]

    @cached_property
    def _changes(self) -> dict[str, list[int]]:
        """Path → the commits that changed it, newest first; merges left out, since they repeat others."""
        changes: dict[str, list[int]] = {}
        for at, commit in enumerate(self._past.commits):
            if commit.parents < 2 and _tells(commit):
                for path in commit.paths:
                    changes.setdefault(path, []).append(at)
        return changes


def _tells(commit: PastCommit) -> bool:
    return 0 < commit.touched <= WIDEST
