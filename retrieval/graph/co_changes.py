"""Which files change together, by the commits that lead to a view."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from indexer import CommitLog

MAX_COMMITS = 500  # the newest: what changed together years ago says little
MAX_FILES = 20  # of a commit; a sweep over more says nothing of any two of them
MIN_TOGETHER = 3  # commits; fewer are chance
MIN_SHARE = 0.25  # of a file's changes that another one shared
MAX_PARTNERS = 10  # of one file, the surest


class CoChange(NamedTuple):
    """Of the changes of `src` the share `confidence` changed `dst` too, `together` times. Both are paths of the view."""

    src: str
    dst: str
    together: int
    confidence: float


def co_changes(past: CommitLog) -> list[CoChange]:
    """What changes together in the newest commits, merges left out; in order. Paths may be gone from the view by now."""
    alone: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for commit in past.commits[:MAX_COMMITS]:
        if commit.parents == 1 and 1 < commit.touched <= MAX_FILES:
            paths = sorted(commit.paths)
            alone.update(paths)
            pairs.update(combinations(paths, 2))
    found: dict[str, list[CoChange]] = {}
    for (first, second), together in pairs.items():
        for src, dst in ((first, second), (second, first)):
            if together >= MIN_TOGETHER and together >= MIN_SHARE * alone[src]:
                found.setdefault(src, []).append(
                    CoChange(src, dst, together, round(together / alone[src], 3))
                )
    kept = (
        sorted(own, key=lambda c: (-c.confidence, -c.together, c.dst))[:MAX_PARTNERS]
        for own in found.values()
    )
    return sorted(each for own in kept for each in own)
