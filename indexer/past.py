"""Reading the commits that lead to a view: its own and its ancestors, never what came later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from .history import MAX_COMMITS, newest
from .lance import match_query, quoted

if TYPE_CHECKING:
    import pyarrow as pa

    from .snapshot import Snapshot


class PastCommit(NamedTuple):
    """A commit that leads to a view."""

    commit: str  # its id
    time: int  # of the committer, seconds since 1970
    parents: int  # how many; more than one is a merge
    paths: tuple[str, ...]  # of the view, which may no longer have them; at most `history.MAX_PATHS`
    touched: int  # paths in all, also those outside the view; -1 where that is not known


class Past:
    """The newest commits that lead to a view, as its generation holds them. Empty where there is no git."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    @cached_property
    def commits(self) -> list[PastCommit]:
        """Newest first, at most `history.MAX_COMMITS`."""
        start, prefix = self._snapshot.view.commit, self._snapshot.view.prefix
        if not start:
            return []
        rows = self._snapshot.read("commits", ["commit", "time", "parents", "paths", "touched"], None)
        ids, times, parents = (rows[name].to_pylist() for name in ("commit", "time", "parents"))
        at = {commit: row for row, commit in enumerate(ids)}

        def look(commit: str) -> tuple[int, Sequence[str]] | None:
            row = at.get(commit)
            return None if row is None else (times[row], parents[row])

        order = [at[commit] for commit in newest(start, look, MAX_COMMITS)]
        columns = (column.take(order).to_pylist() for column in (rows["paths"], rows["touched"]))
        return [
            PastCommit(ids[row], times[row], len(parents[row]), _inside(paths, prefix), touched)
            for row, paths, touched in zip(order, *columns, strict=True)
        ]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {each.commit: at for at, each in enumerate(self.commits)}

    def search(self, weights: Mapping[str, float], limit: int) -> list[tuple[int, float]]:
        """The commits whose messages match any of the terms best, best first: (position in `commits`, BM25 score)."""
        wanted = match_query(weights)
        if wanted is None or not self.commits:
            return []
        table = self._snapshot.table("commits")
        total, count = table.count_rows(), limit
        while True:  # the table holds what leads to other views, too
            query: Any = table.search(wanted, query_type="fts")
            with self._snapshot.reading():
                rows = query.select(["commit", "_score"]).limit(count).to_arrow()
            found = self._found(rows)
            if len(found) >= limit or rows.num_rows < count or count >= total:
                return found[:limit]
            count *= 4

    def _found(self, rows: pa.Table) -> list[tuple[int, float]]:
        scored = zip(rows["commit"].to_pylist(), rows["_score"].to_pylist(), strict=True)
        found = [(self._places[commit], score) for commit, score in scored if commit in self._places]
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def messages(self, positions: Sequence[int]) -> list[str]:
        """What the commits at `positions` say."""
        ids = [self.commits[at].commit for at in positions]
        where = f"commit IN ({','.join(map(quoted, ids))})" if ids else "false"
        rows = self._snapshot.read("commits", ["commit", "message"], where)
        found = dict(zip(rows["commit"].to_pylist(), rows["message"].to_pylist(), strict=True))
        return [found[commit] for commit in ids]


def _inside(paths: Sequence[str], prefix: str) -> tuple[str, ...]:
    if not prefix:
        return tuple(paths)
    return tuple(path.removeprefix(prefix) for path in paths if path.startswith(prefix))
