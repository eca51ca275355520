"""The published state: the table of generations, and its copy beside the tables."""

from __future__ import annotations

from pathlib import Path

from indexer import Store

from .builds import build, tree


def test_an_outdated_or_damaged_copy_of_the_state_is_ignored(
    tmp_path: Path,
) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    old = (store / "head.json").read_bytes()
    (root / "m0.py").write_text("def changed(): pass\n")
    build(root, store)
    for content in (old, b"", b"[]", b'["", "{}"]'):
        (store / "head.json").write_bytes(content)
        state = Store(str(store)).state()
        assert state is not None
        assert state.generation == 3  # one for the new text, one for its edges
