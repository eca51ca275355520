"""A cache of vectors by model and content, shared by builds and repositories."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from ..resources import cache_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIZE_LIMIT = 2 << 30
"""Bytes on disk; the oldest entries go first. The Linux kernel's built-in vectors take .6 GB."""
INLINE = 1 << 20
"""Bytes; smaller values are stored in the database, since a file each would cost more."""
BUSY_SECONDS = 5  # that a batch waits for another build writing to the same cache


def vector_key(encoder: str, content_id: str, chunker: str) -> str:
    """Return the key of one file's vectors: they depend on the model, the bytes and the chunker."""
    return "\0".join((encoder, content_id, chunker))


class VectorCache:
    """The vectors of each file: one float16 matrix (chunks, dim).

    An unusable folder never raises: the cache is then empty and keeps nothing, and `warning` gives
    the reason, for the caller to show.
    """

    def __init__(self, folder: Path | None = None, size_limit: int = SIZE_LIMIT) -> None:
        self._folder = folder
        self._size_limit = size_limit
        self.warning = ""  # one line; empty while the cache works

    @cached_property
    def _store(self) -> Any:  # a diskcache.Cache, which has no types, or None
        try:
            import diskcache

            class BytesOnly(diskcache.Disk):  # type: ignore[misc]
                """Never unpickles: a cache folder holds data, and a pickle would be code."""

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
        """Return the matrix of each key, or None for a missing or damaged value."""
        return [_unpack(value) for value in self._read(keys)]

    def put_many(self, matrices: Mapping[str, NDArray[np.float16]]) -> None:
        """Store all `matrices` in one transaction."""
        if self._store is None:
            return
        try:
            self._write(matrices)
        except _failures() as error:
            self._fail(error)

    def _write(self, matrices: Mapping[str, NDArray[np.float16]]) -> None:
        with self._store.transact():
            for key, matrix in matrices.items():
                self._store.set(key, _pack(matrix))

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
        """Work without the cache from now on: a full disk or a torn file would fail every time."""
        folder = self._folder or "the user's cache folder"
        reason = error or type(error).__name__
        self.warning = f"vectors are not cached in {folder} ({reason}): delete it if it is damaged"
        self._store = None


def _failures() -> tuple[type[BaseException], ...]:
    """Return the errors of a torn, full, busy or unreadable cache; torn rows raise the last two."""
    import diskcache

    return (OSError, sqlite3.Error, diskcache.Timeout, ValueError, TypeError)


def _pack(matrix: NDArray[np.float16]) -> bytes:
    body = matrix.astype("<f2").tobytes()
    return crc32(body).to_bytes(4, "little") + int(matrix.shape[1]).to_bytes(4, "little") + body


def _unpack(value: object) -> NDArray[np.float16] | None:
    """Return the matrix, or None for a value not made by `_pack`. A matrix may have no rows."""
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
