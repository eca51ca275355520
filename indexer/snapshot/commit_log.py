"""Reading the commits that lead to a view: its own and its ancestors, never what came later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ..bm25 import Bm25
from ..source.commits import MAX_COMMITS, newest
from ..store.lance import quoted

if TYPE_CHECKING:
    import pyarrow as pa

    from .snapshot import Snapshot


class PastCommit(NamedTuple):
    """A commit that leads to a view."""

    commit: str  # its id
    time: int  # of the committer, seconds since 1970
    parents: int  # how many; more than one is a merge
    paths: tuple[
        str, ...
    ]  # of the view, which may no longer have them; at most `history.MAX_PATHS`
    touched: int  # paths in all, also those outside the view; -1 where that is not known


class Past:
    """The newest commits that lead to a view, as its generation holds them. Empty where there is no git."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    @cached_property
    def _rows(self) -> pa.Table:
        """The newest commits that lead to the view, newest first."""
        columns = ["commit", "time", "parents", "paths", "touched", "terms"]
        rows = self._snapshot.read("commits", columns, None)
        ids, times, parents = (
            rows["commit"].to_pylist(),
            rows["time"].to_pylist(),
            _lists(rows["parents"]),
        )
        at = {commit: row for row, commit in enumerate(ids)}

        def look(commit: str) -> tuple[int, Sequence[str]] | None:
            row = at.get(commit)
            return None if row is None else (times[row], parents[row])

        return rows.take(
            [at[commit] for commit in newest(self._snapshot.view.commit, look, MAX_COMMITS)]
        )

    @cached_property
    def commits(self) -> list[PastCommit]:
        """Newest first, at most `history.MAX_COMMITS`."""
        if not self._snapshot.view.commit:
            return []
        rows, prefix = self._rows, self._snapshot.view.prefix
        paths = (_inside(each, prefix) for each in _lists(rows["paths"]))
        parents = map(len, _lists(rows["parents"]))
        columns = (
            rows["commit"].to_pylist(),
            rows["time"].to_pylist(),
            parents,
            paths,
            rows["touched"].to_pylist(),
        )
        return [PastCommit(*row) for row in zip(*columns, strict=True)]

    @cached_property
    def _messages(self) -> Bm25:
        return Bm25(self._rows["terms"])

    def has(self, commit: str) -> bool:
        """Whether `commit`, a whole id, is one of them."""
        return commit in self._ids

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(each.commit for each in self.commits)

    def search(self, weights: Mapping[str, float], limit: int) -> list[tuple[int, float]]:
        """The commits whose messages match any of the terms best, best first: (position in `commits`, BM25 score)."""
        return self._messages.search(weights, limit) if self.commits else []

    def messages(self, positions: Sequence[int]) -> list[str]:
        """What the commits at `positions` say."""
        ids = [self.commits[at].commit for at in positions]
        where = f"commit IN ({','.join(map(quoted, ids))})" if ids else "false"
        rows = self._snapshot.read("commits", ["commit", "message"], where)
        found = dict(zip(rows["commit"].to_pylist(), rows["message"].to_pylist(), strict=True))
        return [found[commit] for commit in ids]


def _lists(column: pa.ChunkedArray) -> list[list[str]]:
    """A column of lists; thirty times as fast as `to_pylist`."""
    whole = column.combine_chunks()
    values, ends = whole.flatten().to_pylist(), whole.offsets.to_pylist()
    first = ends[0] if ends else 0
    return [values[start - first : end - first] for start, end in pairwise(ends)]


def _inside(paths: Sequence[str], prefix: str) -> tuple[str, ...]:
    if not prefix:
        return tuple(paths)
    return tuple(path.removeprefix(prefix) for path in paths if path.startswith(prefix))
