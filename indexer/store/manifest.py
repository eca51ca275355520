"""Manifests: what a view holds at each path, and which paths need not be read to know that.

A manifest is an Arrow table with the COLUMNS, in the order of paths. The store keeps it as rows that a build wrote in
one go and, above them, those that later builds changed: each row says `since` which generation it holds, and the newest
of a path counts. A path that has gone leaves a row whose reason is GONE.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ..pipeline.extract_worker import Outcome
from ..records import key64, printable
from ..source.tree import Skipped, SkipReason, SourceFile
from .schema import MANIFESTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RACY_NS = 2_000_000_000  # a file that changed so shortly before it was read may change again within its time stamp
GONE = "gone"
COLUMNS = ("path", "size", "mtime_ns", "content", "file_id", "edges_id", "skipped")
FIRST_OVERLAY = 1_000  # rows above the first ones, before all are written anew,
OVERLAY_SHARE = (
    1.0  # or so many of those: what a view held before a few switches of branches stays readable
)
EMPTY = pa.table({name: pa.array([], MANIFESTS.field(name).type) for name in COLUMNS})


def current(rows: pa.Table) -> pa.Table:
    """The manifest that stored rows of one view give."""
    import numpy as np

    since = rows["since"].to_numpy()
    if len(since) and since.min() != since.max():
        rows = rows.take(np.argsort(-since, kind="stable"))
        first = (
            rows.append_column("at", pa.array(np.arange(len(rows))))
            .group_by("path")
            .aggregate([("at", "min")])
        )
        rows = rows.take(first["at_min"])
        rows = rows.filter(pc.not_equal(rows["skipped"], GONE))
    return in_order(rows.select(COLUMNS).combine_chunks())


def in_order(manifest: pa.Table) -> pa.Table:
    """By path, as most of them are already."""
    paths = manifest["path"]
    if (
        len(paths) < 2
        or pc.all(pc.less_equal(paths.slice(0, len(paths) - 1), paths.slice(1))).as_py()
    ):
        return manifest
    return manifest.take(pc.sort_indices(paths)).combine_chunks()


def changes(old: pa.Table, new: pa.Table) -> pa.Table:
    """The rows of `new` that `old` does not have, and one for each path that has gone."""
    at = pc.index_in(new["path"], value_set=old["path"].combine_chunks())
    same = pc.is_valid(at)
    for name in COLUMNS[1:]:
        same = pc.and_(same, pc.fill_null(pc.equal(new[name], old[name].take(at)), False))
    gone = old.filter(pc.invert(pc.is_in(old["path"], value_set=new["path"].combine_chunks())))
    return pa.concat_tables([new.filter(pc.invert(same)), _gone(gone["path"])]).combine_chunks()


def _gone(paths: pa.ChunkedArray) -> pa.Table:
    zeros, blank = pa.repeat(pa.scalar(0, pa.int64()), len(paths)), pa.repeat("", len(paths))
    return pa.table(
        [paths, zeros, zeros, blank, zeros, zeros, pa.repeat(GONE, len(paths))], names=list(COLUMNS)
    )


def same_files(old: pa.Table, new: pa.Table) -> bool:
    """Whether both hold the same, but for time stamps and edges."""
    return all(old[name].equals(new[name]) for name in ("path", "content", "file_id", "skipped"))


class Walked:
    """What a walk found, beside what was published: the files that are known, and those that have to be read."""

    def __init__(
        self,
        items: Sequence[SourceFile | Skipped],
        published: pa.Table,
        known: NDArray[np.int64],
        lost: Mapping[int, str],
    ) -> None:
        """`known` are the versions of files whose facts are stored, `lost` those that were tried in vain, with the reason."""
        self.items, self._published = items, published
        self.paths = [printable(item.path) for item in items]
        self._at = _positions(self.paths, published)
        self.known, self.lost = known, lost
        self._settled = self._as_before()
        self._rows: list[
            tuple[int, int, str, int, str]
        ] = []  # what overlays: size, mtime_ns, content, file_id, skipped
        self._places: list[int] = []
        self.pending = list(self._unsettled())
        self._place_of: dict[str, int] = {}

    def _as_before(self) -> NDArray[np.bool_]:
        """Which items are as they were: by size and time, or by content where that is known without reading."""
        import numpy as np

        at, rows = np.maximum(self._at, 0), self._published
        size = np.fromiter(
            (getattr(item, "size", -1) for item in self.items), np.int64, len(self.items)
        )
        if not rows.num_rows or not len(size):
            return np.zeros(len(size), dtype=bool)
        times = np.fromiter(
            (getattr(item, "mtime_ns", 0) for item in self.items), np.int64, len(self.items)
        )
        facts = rows["file_id"].to_numpy()
        usable = (facts == 0) | np.isin(facts, self.known)
        old_times = rows["mtime_ns"].to_numpy()
        same = (self._at >= 0) & (rows["size"].to_numpy()[at] == size) & usable[at]
        contents = [getattr(item, "content", "") for item in self.items]
        if any(contents):
            matched = pc.equal(pa.array(contents, pa.string()), rows["content"].take(pa.array(at)))
            matched_before: NDArray[np.bool_] = same & matched.to_numpy().astype(bool)
            return matched_before
        found: NDArray[np.bool_] = same & (old_times[at] != 0) & (old_times[at] == times)
        return found

    def _unsettled(self) -> Iterable[SourceFile]:
        """The files that have to be read. What needs no reading, but is not as it was, is noted on the way."""
        import numpy as np

        known: frozenset[int] | None = None
        for place in np.flatnonzero(~self._settled).tolist():
            item = self.items[place]
            if isinstance(item, Skipped):
                self._note(place, (0, 0, "", 0, item.reason.value))
                continue
            if item.content:
                known = frozenset(self.known.tolist()) if known is None else known
                file_id = key64(self.paths[place], item.content)
                if file_id in known or file_id in self.lost:
                    is_lost = file_id not in known
                    row = (
                        item.size,
                        0,
                        item.content,
                        0 if is_lost else file_id,
                        self.lost[file_id] if is_lost else "",
                    )
                    self._note(place, row)
                    continue
            yield item

    def _note(self, place: int, row: tuple[int, int, str, int, str]) -> None:
        self._places.append(place)
        self._rows.append(row)

    def read(self, outcomes: Iterable[Outcome], start_ns: int) -> None:
        """Take in what a build that began at `start_ns` found by reading."""
        if not self._place_of:
            self._place_of = {item.path: place for place, item in enumerate(self.items)}
        for outcome in outcomes:
            file = outcome.file
            is_settled = (
                file.mtime_ns < start_ns - RACY_NS and outcome.skipped != SkipReason.UNREADABLE
            )  # it may pass
            mtime_ns = file.mtime_ns if is_settled else 0
            row = (max(file.size, 0), mtime_ns, outcome.content, outcome.file_id, outcome.skipped)
            self._note(self._place_of[file.path], row)

    def manifest(self) -> pa.Table:
        """The view's manifest, once all that was pending has been read. Edges are those of before."""
        import numpy as np

        columns = list(zip(*self._rows, strict=True)) or [()] * 5
        size, time, content, file_id, skipped = columns
        paths = [self.paths[place] for place in self._places]
        zeros = np.zeros(len(paths), np.int64)
        named = dict(
            zip(COLUMNS, (paths, size, time, content, file_id, zeros, skipped), strict=True)
        )
        overlay = pa.table(
            {name: pa.array(named[name], EMPTY.schema.field(name).type) for name in COLUMNS}
        )
        rows = np.where(self._settled, self._at, -1)
        rows[self._places] = self._published.num_rows + np.arange(len(paths))
        return in_order(
            pa.concat_tables([self._published, overlay]).take(pa.array(rows)).combine_chunks()
        )


def _positions(paths: Sequence[str], published: pa.Table) -> NDArray[np.int64]:
    """For each of `paths` its row in `published`, or -1."""
    import numpy as np

    given = pa.array(paths, pa.string())
    if given.equals(published["path"].combine_chunks()):
        return np.arange(len(paths))
    at = pc.index_in(given, value_set=published["path"].combine_chunks())
    return pc.fill_null(at, -1).to_numpy(zero_copy_only=False).astype(np.int64)  # type: ignore[no-any-return]
