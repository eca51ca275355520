"""The paths of a view: a mapping over the columns of its manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, ValuesView
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Entry:
    """A path of the view."""

    path: str
    size: int
    mtime_ns: int  # from `changed_ns`; 0 for revisions, and for files that changed during the build
    content: str  # content id; "" if the file was not read
    file_id: int  # 0 without facts
    skipped: str  # the reason for missing facts, or ""


_FIELDS = ("path", "size", "mtime_ns", "content", "file_id", "skipped")


class Entries(Mapping[str, Entry]):
    """path → entry, in the order of paths. An entry is made on access."""

    def __init__(self, manifest: pa.Table) -> None:
        self._columns = [manifest[name] for name in _FIELDS]

    @cached_property
    def _at(self) -> dict[str, int]:
        return {path: at for at, path in enumerate(self._columns[0].to_pylist())}

    def __getitem__(self, path: str) -> Entry:
        at = self._at[path]
        return Entry(*(column[at].as_py() for column in self._columns))

    @property
    def paths(self) -> pa.ChunkedArray:
        """All paths, in order."""
        return self._columns[0]

    def __contains__(self, path: object) -> bool:
        return path in self._at

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._columns[0])

    def skipped(self) -> dict[str, str]:
        """Return path → reason, for paths without facts."""
        rows = pa.table(self._columns, names=list(_FIELDS)).filter(
            pc.not_equal(self._columns[-1], "")
        )
        return dict(zip(rows["path"].to_pylist(), rows["skipped"].to_pylist(), strict=True))

    def values(self) -> ValuesView[Entry]:
        """Return all entries, made at once."""
        return {
            path: Entry(path, *rest)
            for path, *rest in zip(*map(pa.ChunkedArray.to_pylist, self._columns), strict=True)
        }.values()
