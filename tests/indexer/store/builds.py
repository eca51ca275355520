"""Small trees and stores for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from indexer import HashEncoder, Snapshot, Store, VectorCache, build_index, open_worktree


def build(root: Path, store: Path) -> None:
    cache = VectorCache(store.with_name("cache"))
    build_index(open_worktree(root), Store(str(store)), HashEncoder(16), jobs=1, cache=cache)


def tree(root: Path, files: int = 80) -> Path:
    root.mkdir()
    for number in range(files):
        (root / f"m{number}.py").write_text(f"def f{number}(): pass\n")
    return root


def table(store: Path, name: str) -> Any:
    """Return the table at its published version."""
    return Snapshot.open(str(store)).tables.table(name)
