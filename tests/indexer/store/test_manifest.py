"""Manifests: changed rows above a full write."""

from __future__ import annotations

from pathlib import Path

import pytest

import indexer.pipeline.changed_files
import indexer.store.writer
from indexer import Snapshot

from .builds import build, table, tree


def test_a_changed_file_adds_a_row_for_its_text_and_one_for_its_edges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # no time stamp is new once it has aged
    monkeypatch.setattr(indexer.pipeline.changed_files, "RACY_NS", -(10**18))
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    before = table(store, "manifests").count_rows()
    (root / "m0.py").write_text("def changed(): pass\n")
    (root / "m1.py").unlink()
    (root / "new.py").write_text("def new(): pass\n")
    build(root, store)
    assert before + 3 <= table(store, "manifests").count_rows() <= before + 6
    entries = Snapshot.open(str(store)).entries
    assert list(entries) == sorted(
        ["new.py", *(f"m{number}.py" for number in range(80) if number != 1)]
    )


def test_a_manifest_is_rewritten_after_many_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.store.writer, "FIRST_OVERLAY", 3)
    root, store = tree(tmp_path / "root", 8), tmp_path / "store"
    for number in range(9):
        (root / "m0.py").write_text(f"def changed{number}(): pass\n")
        build(root, store)
        assert table(store, "manifests").count_rows() <= 8 + 8 + 3
    paths = table(store, "manifests").to_arrow()["path"].to_pylist()
    assert paths.count("m0.py") <= 1 + 8
