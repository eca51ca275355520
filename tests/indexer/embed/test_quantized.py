"""Stored vectors: bytes and signs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from indexer.embed.quantized import Signs, cosines, quantize, vector_columns, vector_fields


def directions(count: int, dim: int = 256) -> np.ndarray:
    rows = np.random.default_rng(7).standard_normal((count, dim))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float16)


def stored(vectors: np.ndarray) -> pa.Table:
    return pa.table(vector_columns(vectors), schema=pa.schema(vector_fields(vectors.shape[1])))


def test_a_vector_keeps_its_direction() -> None:
    vectors = directions(50)
    column = stored(vectors)["vector"].combine_chunks()
    assert min(cosines(column, vector)[at] for at, vector in enumerate(vectors)) > 0.9999


def test_the_cosine_with_zeros_is_none() -> None:
    column = stored(np.zeros((2, 64), np.float16))["vector"].combine_chunks()
    assert cosines(column, directions(1, 64)[0]).tolist() == [0, 0]


def test_no_vectors_have_no_columns() -> None:
    assert vector_columns(np.zeros((3, 0), np.float16)) == [] and vector_fields(0) == {}


def test_the_largest_component_is_a_whole_byte() -> None:
    assert quantize(np.array([[0.5, -0.25, 0.0]], np.float16)).tolist() == [[127, -64, 0]]


def nearest(column: pa.ChunkedArray, vector: np.ndarray, count: int) -> list[int]:
    """Return the nearest of all rows."""
    rows: list[int] = (
        Signs(column, len(vector)).nearest(vector, count, np.ones(len(column), bool)).tolist()
    )
    return rows


def test_signs_find_near_vectors() -> None:
    vectors = directions(5_000)
    near = (
        vectors[:40].astype(np.float32) + np.random.default_rng(8).standard_normal((40, 256)) / 40
    )
    column = stored(vectors)["signs"]
    assert all(row in nearest(column, vector, 50) for row, vector in enumerate(near))


def test_signs_of_a_part_of_a_word() -> None:
    vectors = directions(100, 70)
    assert [
        row for row in range(100) if nearest(stored(vectors)["signs"], vectors[row], 1)[0] != row
    ] == []


def test_signs_of_a_slice() -> None:
    column = stored(directions(100))["signs"].slice(10, 20)
    assert nearest(column, directions(100)[15], 1) == [5]


def test_tied_rows_at_the_end_are_all_listed() -> None:
    vectors = directions(10).repeat(3, axis=0)
    assert nearest(stored(vectors)["signs"], vectors[0], 2) == [0, 1, 2]


def test_many_tied_rows_are_cut_off() -> None:
    vectors = directions(1).repeat(100, axis=0)
    assert nearest(stored(vectors)["signs"], vectors[0], 5) == list(range(10))


def test_signs_of_no_rows_list_nothing() -> None:
    assert nearest(stored(np.zeros((0, 256), np.float16))["signs"], directions(1)[0], 5) == []


def test_signs_of_some_rows_alone() -> None:
    vectors = directions(100)
    signs, even = Signs(stored(vectors)["signs"], 256), np.arange(100) % 2 == 0
    assert signs.nearest(vectors[7], 50, even).tolist() == list(range(0, 100, 2))
    rows = signs.nearest(vectors[8], 3, even).tolist()
    assert 8 in rows and all(row % 2 == 0 for row in rows)
    assert signs.nearest(vectors[8], 3, np.zeros(100, bool)).tolist() == []


def test_reused_signs_belong_to_their_rows() -> None:
    vectors = directions(300)
    column = stored(vectors)["signs"]
    parts = [column.slice(start, 100).combine_chunks() for start in (0, 100, 200)]
    before = Signs(pa.chunked_array(parts[:2]), 256)
    for order in ([0, 1, 2], [2, 0], [1], []):
        now = pa.chunked_array([parts[at] for at in order], column.type)
        rows = [100 * at + row for at in order for row in range(100)]
        signs = Signs(now, 256, before)
        for place, row in enumerate(rows[::17]):
            assert signs.nearest(vectors[row], 1, np.ones(len(rows), bool))[0] == 17 * place
