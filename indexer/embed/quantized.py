"""Vectors as a store holds them: a byte for each component, and their signs beside them, a bit for each.

A large index is searched by signs first: how many two vectors share says how small the angle between them is (Charikar,
Similarity Estimation Techniques from Rounding Algorithms, 2002), and a processor compares a hundred million of them in a
second. Those of a million chunks take 32 MB, where an index over their vectors takes as much as a byte for each component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LISTED = (
    10  # times as many rows as are wanted are read to be compared by their bytes: recall .99 of 10,
)
LISTED_HELD = 40  # and of rows that are in memory; see "vectors" in benchmarks/LOG.md
WORD = 64  # signs that are compared at once


def fields(dim: int) -> dict[str, pa.DataType]:
    """The columns of vectors of `dim` components; none where it is 0."""
    return {"vector": pa.list_(pa.int8(), dim), "signs": pa.binary(_words(dim) * 8)} if dim else {}


def columns(vectors: NDArray[np.float16]) -> list[pa.Array]:
    """Vectors (rows, dim) as those columns."""
    rows = rounded(vectors)
    count, dim = rows.shape
    if not dim:
        return []
    signs = pa.py_buffer(_signs(rows).tobytes())
    packed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(_words(dim) * 8), count, [None, signs])
    return [pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), dim), packed]


def rounded(vectors: NDArray[Any]) -> NDArray[np.int8]:
    """The directions of vectors: the largest component of each becomes 127 or -127."""
    import numpy as np

    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0).astype(np.float32)
    return np.asarray(np.rint(vectors * (127 / np.where(largest > 0, largest, 1))), np.int8)


def cosines(column: pa.Array, vector: NDArray[Any]) -> NDArray[np.float32]:
    """The cosine of each of the column `vector` with a vector of unit length; that of zeros is 0."""
    import numpy as np

    wanted = vector.astype(np.float32)
    rows = column.flatten().to_numpy().reshape(-1, len(wanted)).astype(np.float32)
    squares: Any = np.vecdot(rows, rows)  # typed as if it gave one number
    return np.asarray(np.vecdot(rows, wanted) / np.sqrt(np.maximum(squares, 1)), np.float32)


class Signs:
    """The signs of many vectors."""

    def __init__(self, rows: pa.ChunkedArray, dim: int, before: Signs | None = None) -> None:
        """`rows`: the column `signs`; what it has in common with that of `before` is not laid out once more."""
        self.rows = rows  # and with them their memory: no others come to lie at its addresses
        known = before._parts if before else {}
        self._parts: dict[tuple[int, int, int], _Words] = {
            _place(chunk): known.get(_place(chunk)) or _Words(chunk, dim) for chunk in rows.chunks
        }

    def nearest(
        self, vector: NDArray[Any], count: int, among: NDArray[np.bool_]
    ) -> NDArray[np.intp]:
        """The rows `among` all that share most signs with `vector`, at least `count` of them if there are so many, ascending:
        all that tie at the end, so that their order does not decide, as long as they are few."""
        import numpy as np

        signs = _signs(rounded(vector[None]))[0].view(np.uint64)
        differing = np.concatenate(
            [part.differing(signs) for part in self._parts.values()] or [np.zeros(0, np.uint16)]
        )
        most = np.count_nonzero(among)
        if count >= most:
            return np.flatnonzero(among)
        if most < len(among):
            differing[~among] = np.iinfo(np.uint16).max
        least = np.partition(differing, count - 1)[count - 1]
        found = np.flatnonzero(differing <= least)
        return (
            found
            if len(found) <= 2 * count
            else found[np.argsort(differing[found], kind="stable")[: 2 * count]]
        )


class _Words:
    """The signs of some rows, word by word: three times as fast to compare."""

    def __init__(self, chunk: pa.Array, dim: int) -> None:
        import numpy as np

        words = np.frombuffer(chunk.buffers()[1] or b"", np.uint64).reshape(-1, _words(dim))
        self._words = np.ascontiguousarray(words[chunk.offset :][: len(chunk)].T)

    def differing(self, signs: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """In how many signs each row differs."""
        import numpy as np

        found = np.zeros(self._words.shape[1], np.uint16)
        for word, own in zip(self._words, signs, strict=True):
            found += np.bitwise_count(word ^ own)
        return found


def _place(chunk: pa.Array) -> tuple[int, int, int]:
    """Where its values lie in memory."""
    values = chunk.buffers()[1]
    return (values.address if values else 0), chunk.offset, len(chunk)


def _words(dim: int) -> int:
    return -(-dim // WORD)


def _signs(rows: NDArray[np.int8]) -> NDArray[np.uint8]:
    import numpy as np

    packed = np.packbits(rows > 0, axis=1)
    return np.pad(packed, ((0, 0), (0, _words(rows.shape[1]) * 8 - packed.shape[1])))
