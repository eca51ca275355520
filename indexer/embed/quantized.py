"""Stored vectors: one byte per component, and beside them the components' signs, one bit each.

A large index is searched by signs first. The number of shared signs estimates the angle between two
vectors (Charikar, Similarity Estimation Techniques from Rounding Algorithms, 2002), and a CPU
compares a hundred million sign vectors per second. Those of a million chunks take 32 MB; an index
over the vectors would take a byte per component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

OVERSAMPLING = 10
"""Rows read and compared by their bytes for each row asked for: recall .99 of 10."""
OVERSAMPLING_IN_MEMORY = 40  # of rows in memory; see "vectors" in benchmarks/LOG.md
WORD = 64  # signs compared at once


def vector_fields(dim: int) -> dict[str, pa.DataType]:
    """Return the columns, name → type, for vectors of `dim` components; none if it is 0."""
    return {"vector": pa.list_(pa.int8(), dim), "signs": pa.binary(_words(dim) * 8)} if dim else {}


def vector_columns(vectors: NDArray[np.float16]) -> list[pa.Array]:
    """Return vectors (rows, dim) as these columns."""
    rows = quantize(vectors)
    count, dim = rows.shape
    if not dim:
        return []
    signs = pa.py_buffer(_signs(rows).tobytes())
    packed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(_words(dim) * 8), count, [None, signs])
    return [pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), dim), packed]


def quantize(vectors: NDArray[Any]) -> NDArray[np.int8]:
    """Scale each vector so that its largest component becomes 127 or -127, and round."""
    import numpy as np

    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0).astype(np.float32)
    return np.asarray(np.rint(vectors * (127 / np.where(largest > 0, largest, 1))), np.int8)


def cosines(column: pa.Array, vector: NDArray[Any]) -> NDArray[np.float32]:
    """Return the cosine of each row of the column `vector` with a unit vector; 0 for a zero row."""
    import numpy as np

    query = vector.astype(np.float32)
    rows = column.flatten().to_numpy().reshape(-1, len(query)).astype(np.float32)
    squares: Any = np.vecdot(rows, rows)  # typed as if it gave one number
    return np.asarray(np.vecdot(rows, query) / np.sqrt(np.maximum(squares, 1)), np.float32)


class Signs:
    """The signs of many vectors."""

    def __init__(self, rows: pa.ChunkedArray, dim: int, previous: Signs | None = None) -> None:
        """Take the column `signs`. Chunks shared with `previous` are not transposed again."""
        self.rows = rows  # keeps the memory, so that its addresses identify the chunks
        known = previous._parts if previous else {}
        self._parts: dict[tuple[int, int, int], _Words] = {
            _address(chunk): known.get(_address(chunk)) or _Words(chunk, dim)
            for chunk in rows.chunks
        }

    def nearest(
        self, vector: NDArray[Any], count: int, among: NDArray[np.bool_]
    ) -> NDArray[np.intp]:
        """Return the rows of the mask `among` that share most signs with `vector`, ascending.

        At least `count` of them if there are so many. Rows tied at the end are all included, so
        that their order does not decide, up to twice `count`.
        """
        import numpy as np

        signs = _signs(quantize(vector[None]))[0].view(np.uint64)
        differing = np.concatenate(
            [words.count_differing(signs) for words in self._parts.values()]
            or [np.zeros(0, np.uint16)]
        )
        available = np.count_nonzero(among)
        if count >= available:
            return np.flatnonzero(among)
        if available < len(among):
            differing[~among] = np.iinfo(np.uint16).max
        least = np.partition(differing, count - 1)[count - 1]
        rows = np.flatnonzero(differing <= least)
        if len(rows) > 2 * count:
            rows = rows[np.argsort(differing[rows], kind="stable")[: 2 * count]]
        return rows


class _Words:
    """The signs of some rows, transposed to words: three times as fast to compare."""

    def __init__(self, chunk: pa.Array, dim: int) -> None:
        import numpy as np

        words = np.frombuffer(chunk.buffers()[1] or b"", np.uint64).reshape(-1, _words(dim))
        self._words = np.ascontiguousarray(words[chunk.offset :][: len(chunk)].T)

    def count_differing(self, signs: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """Return the number of differing signs of each row."""
        import numpy as np

        counts = np.zeros(self._words.shape[1], np.uint16)
        for column, word in zip(self._words, signs, strict=True):
            counts += np.bitwise_count(column ^ word)
        return counts


def _address(chunk: pa.Array) -> tuple[int, int, int]:
    """Return the position of the chunk's values in memory."""
    values = chunk.buffers()[1]
    return (values.address if values else 0), chunk.offset, len(chunk)


def _words(dim: int) -> int:
    return -(-dim // WORD)


def _signs(rows: NDArray[np.int8]) -> NDArray[np.uint8]:
    import numpy as np

    packed = np.packbits(rows > 0, axis=1)
    return np.pad(packed, ((0, 0), (0, _words(rows.shape[1]) * 8 - packed.shape[1])))
