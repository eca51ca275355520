"""The first step of a build: walk the source, and find the files to read.

A walked file need not be read if its size and time, or its content id, are those of the published
manifest. The new manifest is made of published rows, and of new ones for all other paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ..records import key64, printable
from ..source import Skipped, SkipReason, SourceFile
from ..store import EMPTY_MANIFEST, MANIFEST_COLUMNS, sort_by_path
from .extract_worker import Outcome
from .state import Build, is_small_change

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Item = SourceFile | Skipped

PROGRESS_ITEMS = 1_000  # between two reports of progress
# A file that changed so shortly before it was read may change again within its time stamp.
RACY_NS = 2_000_000_000


class NewRow(NamedTuple):
    """A row of the new manifest, without path and edges."""

    size: int  # bytes
    mtime_ns: int  # 0 if it does not prove that the file is unchanged
    content: str  # id
    file_id: int  # 0 without facts
    skipped: str  # reason, or ""


@dataclass(frozen=True, slots=True)
class WalkDiff:
    """The items of a walk, compared to the published manifest."""

    items: Sequence[Item]
    paths: Sequence[str]  # of the items, as the store writes them
    published: pa.Table
    unchanged: NDArray[np.int64]  # the published row of each item, or -1
    new_rows: Mapping[int, NewRow]  # item → its row, if it changed and need not be read
    pending: list[SourceFile]  # to read
    stored: NDArray[np.int64]  # ids of the file versions with facts
    quarantined: Mapping[int, str]  # id of a file version that cost a worker → reason

    @property
    def is_long(self) -> bool:
        """Return True if nobody waits for the first of the pending files."""
        return not is_small_change(len(self.pending))


def walk_files(build: Build) -> WalkDiff:
    """Walk the build's source, and compare the files to the published view."""
    writer, name = build.writer, build.source.view
    with build.phase("walk"):
        with ThreadPoolExecutor(1) as thread:
            read = thread.submit(
                lambda: (writer.manifest(name), writer.inventory.file_ids(), writer.quarantined())
            )
            items = _walk(build)
        return compare_files(items, *read.result())


def _walk(build: Build) -> list[Item]:
    items: list[Item] = []
    for item in build.source.files():
        if len(items) % PROGRESS_ITEMS == 0:
            build.progress("walk", len(items), 0)
        items.append(item)
    return items


def compare_files(
    items: Sequence[Item],
    published: pa.Table,
    stored: NDArray[np.int64],
    quarantined: Mapping[int, str],
) -> WalkDiff:
    """Divide the items of a walk into unchanged, known and pending ones.

    `stored` has the ids of file versions with facts. `quarantined` has those of versions that cost
    a worker, with the reason.
    """
    import numpy as np

    paths = [printable(item.path) for item in items]
    rows = _published_rows(paths, published)
    unchanged = np.where(_is_unchanged(items, rows, published, stored), rows, -1)
    new_rows: dict[int, NewRow] = {}
    pending: list[SourceFile] = []
    ids: frozenset[int] | None = None
    for at in np.flatnonzero(unchanged < 0).tolist():
        item = items[at]
        if isinstance(item, Skipped):
            new_rows[at] = NewRow(0, 0, "", 0, item.reason.value)
            continue
        if item.content and ids is None:
            ids = frozenset(stored.tolist())
        row = _known_row(paths[at], item, ids or frozenset(), quarantined)
        if row is None:
            pending.append(item)
        else:
            new_rows[at] = row
    return WalkDiff(items, paths, published, unchanged, new_rows, pending, stored, quarantined)


def _known_row(
    path: str, file: SourceFile, stored: frozenset[int], quarantined: Mapping[int, str]
) -> NewRow | None:
    """Return the row of a file whose content id is enough to know its facts, or None."""
    if not file.content:
        return None
    file_id = key64(path, file.content)
    if file_id in stored:
        return NewRow(file.size, 0, file.content, file_id, "")
    if file_id in quarantined:
        return NewRow(file.size, 0, file.content, 0, quarantined[file_id])
    return None


def _published_rows(paths: Sequence[str], published: pa.Table) -> NDArray[np.int64]:
    """Return the row of each path in `published`, or -1."""
    import numpy as np

    walked, earlier = pa.array(paths, pa.string()), published["path"].combine_chunks()
    if walked.equals(earlier):
        return np.arange(len(paths))
    rows = pc.fill_null(pc.index_in(walked, value_set=earlier), -1)
    return rows.to_numpy(zero_copy_only=False).astype(np.int64)  # type: ignore[no-any-return]


def _is_unchanged(
    items: Sequence[Item],
    rows: NDArray[np.int64],
    published: pa.Table,
    stored: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Compare items to their published rows: by content id if the source has it, else by time."""
    import numpy as np

    if not published.num_rows or not items:
        return np.zeros(len(items), dtype=bool)
    sizes = np.fromiter((getattr(item, "size", -1) for item in items), np.int64, len(items))
    times = np.fromiter((getattr(item, "mtime_ns", 0) for item in items), np.int64, len(items))
    contents = [getattr(item, "content", "") for item in items]
    at = np.maximum(rows, 0)
    facts = published["file_id"].to_numpy()
    usable = (facts == 0) | np.isin(facts, stored)
    same = (rows >= 0) & (published["size"].to_numpy()[at] == sizes) & usable[at]
    if any(contents):
        earlier = published["content"].take(pa.array(at))
        matches = pc.equal(pa.array(contents, pa.string()), earlier).to_numpy().astype(bool)
    else:
        earlier_times = published["mtime_ns"].to_numpy()[at]
        matches = (earlier_times != 0) & (earlier_times == times)
    unchanged: NDArray[np.bool_] = same & matches
    return unchanged


def make_manifest(diff: WalkDiff, outcomes: Iterable[Outcome], start_ns: int) -> pa.Table:
    """Return the manifest of the walked files, with the outcomes of all pending ones.

    `start_ns` is when reading began. Changed files have no edges yet.
    """
    import numpy as np

    new_rows = dict(diff.new_rows)
    if diff.pending:
        numbers = {item.path: at for at, item in enumerate(diff.items)}
        new_rows |= {numbers[each.file.path]: _outcome_row(each, start_ns) for each in outcomes}
    columns = list(zip(*new_rows.values(), strict=True)) or [()] * len(NewRow._fields)
    values = dict(zip(NewRow._fields, columns, strict=True)) | {
        "path": [diff.paths[at] for at in new_rows],
        "edges_id": np.zeros(len(new_rows), np.int64),
    }
    added = pa.table(
        {
            name: pa.array(values[name], EMPTY_MANIFEST.schema.field(name).type)
            for name in MANIFEST_COLUMNS
        }
    )
    rows = diff.unchanged.copy()
    rows[list(new_rows)] = diff.published.num_rows + np.arange(len(new_rows))
    return sort_by_path(
        pa.concat_tables([diff.published, added]).take(pa.array(rows)).combine_chunks()
    )


def _outcome_row(outcome: Outcome, start_ns: int) -> NewRow:
    file = outcome.file
    may_pass = outcome.skipped == SkipReason.UNREADABLE
    is_racy = file.mtime_ns >= start_ns - RACY_NS
    mtime_ns = 0 if is_racy or may_pass else file.mtime_ns
    return NewRow(max(file.size, 0), mtime_ns, outcome.content, outcome.file_id, outcome.skipped)
