"""Vectors that were computed before, kept across builds and repositories by model and content."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIZE_LIMIT = (
    2 << 30
)  # bytes on disk; the oldest entries go first. A kernel's worth of built-in vectors is .6 GB
INLINE = (
    1 << 20
)  # bytes; smaller values live in the database, as a file each would cost more than the value
BUSY_SECONDS = 5  # how long a batch waits for another build that writes to the same cache


def vector_key(encoder: str, content_id: str, chunker: str) -> str:
    """The key for the vectors of one file: they depend on the model, the bytes, and how they are cut into chunks."""
    return "\0".join((encoder, content_id, chunker))


def cache_folder() -> Path:
    """Where caches live: CLEW_CACHE_DIR, else `clew` in the user's cache folder. Raises RuntimeError without a home."""
    if own := os.environ.get("CLEW_CACHE_DIR"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "clew"


class VectorCache:
    """One value a file: the float16 matrix (chunks, dim) of all its chunks.

    Never raises for what is wrong with the folder: a cache that cannot be used is an empty one that keeps nothing, and
    `warning` says why, for the caller to show.
    """

    def __init__(self, folder: Path | None = None, size_limit: int = SIZE_LIMIT) -> None:
        self._folder = folder
        self._size_limit = size_limit
        self.hits = 0
        self.misses = 0
        self.warning = ""  # one line, empty while all is well

    @cached_property
    def _store(self) -> Any:  # a diskcache.Cache, which has no types, or None
        try:
            import diskcache

            class BytesOnly(diskcache.Disk):  # type: ignore[misc]
                """Never unpickles: what lies in a cache folder is data, and a pickle would be code."""

                def fetch(self, mode: int, filename: str, value: object, read: bool) -> object:
                    return (
                        None
                        if mode == diskcache.core.MODE_PICKLE
                        else super().fetch(mode, filename, value, read)
                    )

            folder = self._folder or cache_folder() / "vectors"
            return diskcache.Cache(
                str(folder),
                disk=BytesOnly,
                timeout=BUSY_SECONDS,
                size_limit=self._size_limit,
                disk_min_file_size=INLINE,
                eviction_policy="least-recently-stored",  # so that a read does not write
            )
        except (ImportError, OSError, RuntimeError, sqlite3.Error) as error:
            self._fail(error)
            return None

    def get_many(self, keys: Sequence[str]) -> list[NDArray[np.float16] | None]:
        """The matrix for each key, or None for one that is not kept; a value that was damaged counts as not kept."""
        found = [_unpack(value) for value in self._read(keys)]
        self.hits += sum(matrix is not None for matrix in found)
        self.misses += sum(matrix is None for matrix in found)
        return found

    def put_many(self, matrices: Mapping[str, NDArray[np.float16]]) -> None:
        """Keeps all of `matrices` in one transaction."""
        if self._store is None:
            return
        try:
            with self._store.transact():
                for key, matrix in matrices.items():
                    self._store.set(key, _pack(matrix))
        except _failures() as error:
            self._fail(error)

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def _read(self, keys: Sequence[str]) -> list[object]:
        if self._store is None:
            return [None] * len(keys)
        try:
            with self._store.transact():
                return [self._store.get(key) for key in keys]
        except _failures() as error:
            self._fail(error)
            return [None] * len(keys)

    def _fail(self, error: BaseException) -> None:
        """Works without the cache from here on: what failed once (a full disk, a torn file) would fail every time."""
        where = self._folder or "the user's cache folder"
        self.warning = f"vectors are not cached in {where} ({error or type(error).__name__}): delete it if it is damaged"
        self._store = None


def _failures() -> tuple[type[BaseException], ...]:
    """What a torn, full, busy or unreadable cache raises; the last two come from a row that is torn in itself."""
    import diskcache

    return (OSError, sqlite3.Error, diskcache.Timeout, ValueError, TypeError)


def _pack(matrix: NDArray[np.float16]) -> bytes:
    body = matrix.astype("<f2").tobytes()
    return crc32(body).to_bytes(4, "little") + int(matrix.shape[1]).to_bytes(4, "little") + body


def _unpack(value: object) -> NDArray[np.float16] | None:
    """The matrix, or None where the value is not what `_pack` made. A matrix without rows is a value too."""
    import numpy as np

    if (
        not isinstance(value, bytes)
        or len(value) < 8
        or crc32(value[8:]) != int.from_bytes(value[:4], "little")
    ):
        return None
    dim = int.from_bytes(value[4:8], "little")
    if dim == 0 or (len(value) - 8) % (2 * dim):
        return None
    return np.frombuffer(value, "<f2", offset=8).reshape(-1, dim).astype(np.float16)
