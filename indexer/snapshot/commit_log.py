"""The commits of a view's history: its own and its ancestors, never later ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ..bm25 import Bm25
from ..source import MAX_COMMITS, newest
from ..store import in_filter
from .tables import ViewTables

if TYPE_CHECKING:
    import pyarrow as pa


class LoggedCommit(NamedTuple):
    """A commit of a view's history."""

    commit: str  # its id
    time: int  # of the committer, seconds since 1970
    parents: int  # number; more than one for a merge
    paths: tuple[str, ...]  # touched, relative to the view; at most `commits.MAX_PATHS`
    touched: int  # number of paths, also outside the view; -1 if unknown


class CommitLog:
    """The newest commits of a view's history. Empty without git."""

    def __init__(self, tables: ViewTables) -> None:
        self._tables = tables

    @cached_property
    def _rows(self) -> pa.Table:
        """The rows of the newest commits of the view's history, newest first."""
        columns = ["commit", "time", "parents", "paths", "touched", "terms"]
        rows = self._tables.read("commits", columns, None)
        ids, times = rows["commit"].to_pylist(), rows["time"].to_pylist()
        parents = _lists(rows["parents"])
        at = {commit: row for row, commit in enumerate(ids)}

        def look(commit: str) -> tuple[int, Sequence[str]] | None:
            row = at.get(commit)
            return None if row is None else (times[row], parents[row])

        commits = newest(self._tables.view.commit, look, MAX_COMMITS)
        return rows.take([at[commit] for commit in commits])

    @cached_property
    def commits(self) -> list[LoggedCommit]:
        """The newest first, at most `commits.MAX_COMMITS`."""
        if not self._tables.view.commit:
            return []
        rows, prefix = self._rows, self._tables.view.prefix
        columns = (
            rows["commit"].to_pylist(),
            rows["time"].to_pylist(),
            map(len, _lists(rows["parents"])),
            (_paths_below(prefix, paths) for paths in _lists(rows["paths"])),
            rows["touched"].to_pylist(),
        )
        return [LoggedCommit(*row) for row in zip(*columns, strict=True)]

    @cached_property
    def _messages(self) -> Bm25:
        return Bm25(self._rows["terms"])

    def has(self, commit: str) -> bool:
        """Return True if `commit`, a full id, is one of the commits."""
        return commit in self._ids

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(each.commit for each in self.commits)

    def search(self, weights: Mapping[str, float], limit: int) -> list[tuple[int, float]]:
        """Return (position in `commits`, BM25 score) of the best matching messages, best first."""
        return self._messages.search(weights, limit) if self.commits else []

    def messages(self, positions: Sequence[int]) -> list[str]:
        """Return the messages of the commits at `positions`."""
        ids = [self.commits[at].commit for at in positions]
        rows = self._tables.read("commits", ["commit", "message"], in_filter("commit", ids))
        messages = dict(zip(rows["commit"].to_pylist(), rows["message"].to_pylist(), strict=True))
        return [messages[commit] for commit in ids]


def _lists(column: pa.ChunkedArray) -> list[list[str]]:
    """Return the values of a column of lists; thirty times as fast as `to_pylist`."""
    array = column.combine_chunks()
    values, ends = array.flatten().to_pylist(), array.offsets.to_pylist()
    first = ends[0] if ends else 0
    return [values[start - first : end - first] for start, end in pairwise(ends)]


def _paths_below(prefix: str, paths: Sequence[str]) -> tuple[str, ...]:
    if not prefix:
        return tuple(paths)
    return tuple(path.removeprefix(prefix) for path in paths if path.startswith(prefix))
