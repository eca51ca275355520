"""What is published answers until something else is published."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

import indexer.upkeep
from indexer import HashEncoder, Snapshot, Store, StoreError, VectorCache, build_index, open_worktree


def build(root: Path, store: Path, stop_at: str = "") -> None:
    def progress(phase: str, done: int, total: int) -> None:
        if phase == stop_at and done == total:
            raise KeyboardInterrupt

    cache = VectorCache(store.with_name("cache"))
    build_index(open_worktree(root), Store(str(store)), HashEncoder(16), jobs=1, cache=cache, progress=progress)


def tree(root: Path) -> Path:
    root.mkdir()
    for number in range(5):
        (root / f"m{number}.py").write_text(f"def f{number}(): pass\n")
    return root


def names(store: Path) -> set[str]:
    """What the published index finds through each of its tables."""
    snapshot = Snapshot.open(str(store))
    chunks = snapshot.search_text({"f1": 1.0}, 5)
    return {found.symbol.qualname for found in snapshot.symbols_in(snapshot.entries)} if chunks else set()


def test_a_build_that_is_cut_off_leaves_the_published_index_however_old_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.upkeep, "VERSIONS", 0)
    monkeypatch.setattr(indexer.upkeep, "READER_GRACE", timedelta(0))  # every version is old enough to go
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    (root / "m0.py").write_text("def changed(): pass\n")
    with pytest.raises(KeyboardInterrupt):
        build(root, store, stop_at="resolve")
    assert names(store) == {"f0", "f1", "f2", "f3", "f4"}
    build(root, store)
    assert names(store) == {"changed", "f1", "f2", "f3", "f4"}


def test_what_was_read_before_an_interrupt_is_not_read_again(tmp_path: Path) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    with pytest.raises(KeyboardInterrupt):
        build(root, store, stop_at="extract")
    cache = VectorCache(tmp_path / "other cache")
    report = build_index(open_worktree(root), Store(str(store)), HashEncoder(16), jobs=1, cache=cache)
    assert (report.files, report.changed) == (5, 0)


def test_a_build_that_is_killed_while_it_creates_a_table_is_taken_up(tmp_path: Path) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    created = sorted(folder.name for folder in store.glob("*.lance"))
    shutil.rmtree(store)
    for name in created:
        (store / name / "data").mkdir(parents=True)
    build(root, store)
    assert names(store) == {"f0", "f1", "f2", "f3", "f4"}


def test_a_reader_whose_generation_has_gone_is_told_to_open_the_store_anew(tmp_path: Path) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    reader = Snapshot.open(str(store))
    build_index(open_worktree(root), Store(str(store)), HashEncoder(8), jobs=1, cache=VectorCache(tmp_path / "cache"))
    with pytest.raises(StoreError, match="open it anew"):
        reader.symbols_in(reader.entries)
