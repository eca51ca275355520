"""Tables stay fast and small after many builds, and maintenance costs little."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import indexer.pipeline.state
import indexer.store.maintenance
from indexer import Snapshot, Store
from indexer.store.generation import State

from .builds import build, table, tree


def segments(store: Path) -> int:
    """Return the number of segments of the full-text index."""
    return int(table(store, "chunks").index_stats("terms_idx").num_indices)


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a handful of rows enough for maintenance, so that tests need not write thousands."""
    for name, bound in {
        "TAIL_CHUNKS": 1,
        "TAIL_ROWS": 1,
        "SEGMENTS": 3,
        "FRAGMENTS": 3,
        "OUTGROWN": 1e9,
    }.items():
        monkeypatch.setattr(indexer.store.maintenance, name, bound)


def test_a_few_new_rows_touch_no_index(tmp_path: Path) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    (root / "m0.py").write_text("def changed(): pass\n")
    build(root, store)
    assert table(store, "chunks").index_stats("terms_idx").num_unindexed_rows == 1
    assert Snapshot.open(str(store)).chunks.search_text({"changed": 1.0}, 5)


@pytest.mark.usefixtures("eager")
def test_many_new_rows_are_indexed_in_their_first_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    monkeypatch.setattr(indexer.pipeline.state, "SMALL_CHANGE", 40)
    for number in range(80):
        (root / f"m{number}.py").write_text(f"def changed{number}(): pass\n")
    build(root, store)
    states = (
        Store(str(store))
        .db.open_table("generations")
        .to_arrow()
        .sort_by("generation")["state"]
        .to_pylist()
    )
    second = State.from_json(states[1])
    chunks: Any = Store(str(store)).table("chunks", second.fact_version, second.versions["chunks"])
    assert second.views[second.latest].report.generation == 2
    assert chunks.index_stats("terms_idx").num_unindexed_rows == 0


@pytest.mark.usefixtures("eager")
def test_new_rows_get_a_new_index_segment_and_many_segments_are_merged(
    tmp_path: Path,
) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    counts = []
    for number in range(8):
        for name in ("a.py", "b.py"):
            (root / name).write_text(f"def news{number}(): pass\n")
        build(root, store)
        counts.append(segments(store))
        assert len(Snapshot.open(str(store)).chunks.search_text({f"news{number}": 1.0}, 5)) == 2
    assert max(counts) == 4
    assert min(counts[2:]) == 2


@pytest.mark.usefixtures("eager")
def test_many_small_fragments_are_joined(tmp_path: Path) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    for number in range(12):
        (root / "m0.py").write_text(f"def changed{number}(): pass\n")
        (root / "m1.py").write_text(f"def other{number}(): pass\n")
        build(root, store)
        for name in ("chunks", "symbols", "files", "dependencies"):
            assert table(store, name).stats()["fragment_stats"]["num_fragments"] <= 8


def test_rows_of_the_first_build_are_not_rewritten(tmp_path: Path, eager: None) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    first = {path.name for path in store.glob("chunks-*.lance/data/*")}
    for number in range(6):
        for name in ("a.py", "b.py"):
            (root / name).write_text(f"def news{number}(): pass\n")
        build(root, store)
    fragments = table(store, "chunks").to_lance().get_fragments()
    assert first <= {file.path for each in fragments for file in each.data_files()}


def test_versions_without_readers_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.store.maintenance, "VERSIONS", 3)
    for grace in ("READER_GRACE", "BURST_GRACE"):
        monkeypatch.setattr(indexer.store.maintenance, grace, timedelta(0))
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    for number in range(20):
        (root / "m0.py").write_text(f"def changed{number}(): pass\n")
        build(root, store)
    for name in ("chunks", "manifests", "dependencies"):
        assert len(table(store, name).list_versions()) <= 8
    assert len(list(store.glob("generations.lance/_versions/*.manifest"))) <= 24


def test_a_burst_of_updates_leaves_few_versions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.store.maintenance, "BURST_GRACE", timedelta(0))
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    for number in range(25):
        (root / "m0.py").write_text(f"def changed{number}(): pass\n")
        build(root, store)
    # the versions of the last second stay, and the last two
    for name in ("chunks", "symbols", "manifests", "statistics"):
        assert len(table(store, name).list_versions()) < 25
