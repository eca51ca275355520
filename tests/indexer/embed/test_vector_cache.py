"""The cache of vectors: no damage to it ever fails a build."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer import VectorCache
from indexer.embed.vector_cache import vector_key
from indexer.resources import cache_folder

MATRIX = np.arange(12, dtype=np.float16).reshape(3, 4)
KEY = vector_key("static-1", "0" * 40, "1")


def read_back(folder: Path, key: str = KEY) -> NDArray[np.float16] | None:
    cache = VectorCache(folder)
    matrix = cache.get_many([key])[0]
    cache.close()
    return matrix


def filled(folder: Path) -> Path:
    cache = VectorCache(folder)
    cache.put_many({KEY: MATRIX})
    cache.close()
    return folder


def test_the_next_process_reads_stored_vectors(tmp_path: Path) -> None:
    matrix = read_back(filled(tmp_path))
    assert matrix is not None
    assert matrix.dtype == np.float16
    assert matrix.tobytes() == MATRIX.tobytes()
    assert matrix.shape == MATRIX.shape


@pytest.mark.parametrize(
    "key",
    [
        vector_key("static-2", "0" * 40, "1"),
        vector_key("static-1", "1" * 40, "1"),
        vector_key("static-1", "0" * 40, "2"),
    ],
)
def test_another_model_content_or_chunker_is_a_miss(tmp_path: Path, key: str) -> None:
    assert read_back(filled(tmp_path), key) is None


def test_hits_and_misses_stand_in_the_order_of_the_keys(tmp_path: Path) -> None:
    cache = VectorCache(filled(tmp_path))
    matrices = cache.get_many([KEY, "other", KEY])
    assert [matrix is not None for matrix in matrices] == [True, False, True]
    assert cache.warning == ""


def test_a_matrix_without_rows_is_kept(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    cache.put_many({KEY: np.zeros((0, 4), np.float16)})
    matrix = cache.get_many([KEY])[0]
    assert matrix is not None
    assert matrix.shape == (0, 4)


def test_a_large_matrix_is_kept(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    large = np.ones((5000, 256), np.float16)
    cache.put_many({KEY: large})
    matrix = cache.get_many([KEY])[0]
    assert matrix is not None
    assert matrix.tobytes() == large.tobytes()


def test_the_cache_stays_within_its_size(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, size_limit=1 << 20)
    for batch in range(40):
        cache.put_many({f"{batch}-{i}": np.ones((100, 256), np.float16) for i in range(10)})
    cache.close()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 4 << 20


def test_a_torn_database_is_an_empty_cache_with_a_warning(tmp_path: Path) -> None:
    (filled(tmp_path) / "cache.db").write_bytes(b"not a database at all" * 400)
    cache = VectorCache(tmp_path)
    assert cache.get_many([KEY]) == [None]
    cache.put_many({KEY: MATRIX})
    assert cache.warning.startswith("vectors are not cached")
    assert "\n" not in cache.warning


def test_a_database_torn_in_the_middle_never_raises(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path)
    cache.put_many({f"key{i}": np.full((20, 64), i, np.float16) for i in range(200)})
    cache.close()
    database = tmp_path / "cache.db"
    whole = database.read_bytes()
    for start in range(4096, len(whole) - 4096, len(whole) // 12):
        database.write_bytes(whole[:start] + b"\xff" * 4096 + whole[start + 4096 :])
        torn = VectorCache(tmp_path)
        for i, matrix in enumerate(torn.get_many([f"key{i}" for i in range(200)])):
            assert matrix is None or (matrix == i).all()
        torn.put_many({KEY: MATRIX})


def test_a_changed_value_is_a_miss(tmp_path: Path) -> None:
    with sqlite3.connect(filled(tmp_path) / "cache.db") as database:
        database.execute("UPDATE Cache SET value = ?", (b"\0" * 32,))
    assert read_back(tmp_path) is None


def test_a_pickle_in_the_cache_is_not_loaded(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    pickled = b"cos\nsystem\n(S'touch " + str(marker).encode() + b"'\ntR."
    with sqlite3.connect(filled(tmp_path) / "cache.db") as database:
        database.execute("UPDATE Cache SET mode = 4, value = ?", (pickled,))
    assert read_back(tmp_path) is None
    assert not marker.exists()


def test_an_impossible_folder_is_an_empty_cache_with_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = VectorCache(tmp_path / "file" / "cache")
    cache.put_many({KEY: MATRIX})
    assert cache.get_many([KEY]) == [None]
    assert cache.warning
    cache.close()


def test_the_folder_is_the_users_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("CLEW_CACHE_DIR", raising=False)
    assert cache_folder() == tmp_path / "xdg" / "clew"
    monkeypatch.setenv("CLEW_CACHE_DIR", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
