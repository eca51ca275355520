"""Files that change together, by the commits before a view."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from indexer import CommitLog

MAX_COMMITS = 500  # the newest: older habits say little
MAX_FILES = 20  # of a commit; a sweep over more relates no two of them
MIN_COMMITS = 3  # in common; fewer are chance
MIN_SHARE = 0.25  # of a file's changes in common with the other one
MAX_PARTNERS = 10  # of one file, by confidence


class CoChange(NamedTuple):
    """`commits` commits changed both paths; `confidence` is their share of the changes of `src`."""

    src: str
    dst: str
    commits: int
    confidence: float


def find_co_changes(log: CommitLog) -> list[CoChange]:
    """Return the co-changes in the newest commits without merges, in order.

    A path may no longer exist in the view.
    """
    changes, pairs = _count_changes(log)
    by_src: dict[str, list[CoChange]] = {}
    for (first, second), commits in pairs.items():
        for src, dst in ((first, second), (second, first)):
            if commits >= MIN_COMMITS and commits >= MIN_SHARE * changes[src]:
                co_change = CoChange(src, dst, commits, round(commits / changes[src], 3))
                by_src.setdefault(src, []).append(co_change)
    strongest = (
        sorted(partners, key=lambda c: (-c.confidence, -c.commits, c.dst))[:MAX_PARTNERS]
        for partners in by_src.values()
    )
    return sorted(each for partners in strongest for each in partners)


def _count_changes(log: CommitLog) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Return the number of commits of each path, and of each pair of paths."""
    changes: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for commit in log.commits[:MAX_COMMITS]:
        if commit.parents == 1 and 1 < commit.touched <= MAX_FILES:
            paths = sorted(commit.paths)
            changes.update(paths)
            pairs.update(combinations(paths, 2))
    return changes, pairs
