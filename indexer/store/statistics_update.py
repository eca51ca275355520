"""Keeps the term statistics of views as their manifests are, counting as little as will do.

Statistics are linear, so what came is added and what went is taken away. Most of what a switch of branches brings was
counted when the branch was there before, and most chunks of a file that was edited are as they were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from .lance import quoted
from .manifest import EMPTY
from .schema import STATISTICS, batch_of
from .term_statistics import TermStatistics, counted, exchanged, from_rows, summed

if TYPE_CHECKING:
    from .writer import Writer

MAX_NEWS = 16  # rows of statistics of a view that readers add up
SWITCH = 100  # file versions that come at once, from which on they may be those of a branch that was there before
NOTED = 32  # statistics of batches that are held before they are summed up: some 10 MB
PIECE = 8_192  # chunks whose terms are read at a time: some 10 MB
MANY_FILES = 4_000  # that one filter names; for more, all rows are read
MOST_HELD = 200_000  # chunks whose terms are held at once: some 120 MB


class Tally:
    """The term statistics that one writer brings up to date."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._noted: tuple[set[int], list[TermStatistics]] = set(), []

    def note(self, file_ids: Iterable[int], statistics: TermStatistics) -> None:
        """Know the statistics of these file versions, which are to be written, without reading their terms."""
        known, noted = self._noted
        known.update(file_ids)
        noted.append(statistics)
        if len(noted) > NOTED:
            noted[:] = [summed(noted)]

    def bring(self, view: str, before: pa.ChunkedArray, now: pa.ChunkedArray) -> None:
        """Bring the statistics of `view` from the file versions `before`, which it publishes, to those of `now`."""
        table, mine = self._writer.tables["statistics"], f"view = {quoted(view)}"
        rows = table.search().where(mine).to_arrow()
        undone = rows.slice(0, 0)
        is_new = len(rows) == 0
        if is_new:
            rows, before = self._alike(now)
        came = _without(now, before)
        if not is_new and len(came) > SWITCH:
            undone, before = self._since_nearest(view, rows, before, now)
            came = _without(now, before)
        went = _without(before, now)
        if not is_new and not came and not went and not len(undone):
            return
        news = summed([self._exchanged(came, went)], [from_rows(undone)])
        if is_new:
            news = summed([from_rows(rows), news])
        parts = [(self._writer.next_generation, news)]
        if not is_new and len(rows) >= MAX_NEWS:
            table.delete(mine)
            parts = [*self._joined(view, rows), *parts]
        added = batch_of([each.to_row(view, since) for since, each in parts], STATISTICS)
        self._writer.add({"statistics": added})

    def _joined(self, view: str, rows: pa.Table) -> Iterator[tuple[int, TermStatistics]]:
        """The view's `rows` summed up between the generations that may come back, each sum since its newest row."""
        published = self._writer.view(view)
        former = sorted(published.former) if published else []
        for after, last in pairwise([0, *former, self._writer.next_generation]):
            some = rows.filter(
                pc.and_(pc.greater(rows["since"], after), pc.less_equal(rows["since"], last))
            )
            if len(some):
                yield pc.max(some["since"]).as_py(), from_rows(some)

    def _alike(self, now: pa.ChunkedArray) -> tuple[pa.Table, pa.ChunkedArray]:
        """The statistics of the published view that shares most file versions with `now`, if it is half of them, and the
        versions that it holds: another work tree of a repository, or another revision, differs in few."""
        import numpy as np

        ids = now.to_numpy()
        best, most = EMPTY["file_id"], len(ids) // 2
        name = ""
        for view in self._writer.published_views():
            held = self._writer.manifest(view.name)["file_id"]
            shared = int(np.isin(held.to_numpy(), ids[ids != 0]).sum())
            if shared > most:
                best, most, name = held, shared, view.name
        rows = self._writer.tables["statistics"].search().where(f"view = {quoted(name)}").to_arrow()
        return (rows, best) if len(rows) else (rows, EMPTY["file_id"])

    def _since_nearest(
        self, view: str, rows: pa.Table, before: pa.ChunkedArray, now: pa.ChunkedArray
    ) -> tuple[pa.Table, pa.ChunkedArray]:
        """Of the view's `rows` those that came after the generation of it that has most file versions of `now`, to be taken
        back, and the versions that it held then. `before` are those of the last one, since which nothing came."""
        published = self._writer.view(view)
        nearest, stored = (rows.slice(0, 0), before), frozenset(self._writer.known_files().tolist())
        for generation in published.former if published else ():
            held = self._writer.manifest(view, generation)["file_id"]
            can_count = (
                pc.min(rows["since"]).as_py() <= generation and _without(held, now) <= stored
            )
            if can_count and len(_without(now, held)) < len(_without(now, nearest[1])):
                nearest = rows.filter(pc.greater(rows["since"], generation)), held
        return nearest

    def _exchanged(self, came: set[int], went: set[int]) -> TermStatistics:
        """The statistics of the file versions that `came` without those that `went`."""
        if went and self._chunks({*came, *went}) <= MOST_HELD:  # most of them are on both sides
            return exchanged(self._terms(came), self._terms(went))
        known, noted = (
            self._noted if self._noted[0] <= came else (set[int](), list[TermStatistics]())
        )
        return summed([*noted, counted(self._terms(came - known))], [counted(self._terms(went))])

    def _chunks(self, file_ids: Collection[int]) -> int:
        wanted = pa.chunked_array([pa.array(file_ids, pa.int64())])
        return self._writer.sums("files", wanted, ["chunks"])["chunks"]

    def _terms(self, file_ids: Collection[int]) -> Iterator[str]:
        """The terms of each chunk of `file_ids`, in no particular order."""
        if not file_ids:
            return
        query = self._writer.tables["chunks"].search().select(["file_id", "terms"])
        if len(file_ids) <= MANY_FILES:
            query = query.where(f"file_id IN ({','.join(map(str, sorted(file_ids)))})")
        wanted = pa.array(file_ids, pa.int64())
        for rows in query.to_batches(PIECE):
            for at in range(0, rows.num_rows, PIECE):
                some = rows.slice(at, PIECE)
                yield from some.filter(pc.is_in(some["file_id"], wanted))["terms"].to_pylist()


def _without(ids: pa.ChunkedArray, others: pa.ChunkedArray) -> set[int]:
    """Those of `ids` that are not among `others`; 0 is none."""
    import numpy as np

    return set(np.setdiff1d(ids.to_numpy(), others.to_numpy()).tolist()) - {0}
