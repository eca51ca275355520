"""A copy of the user's store beside a worktree: indexing the worktree leaves the store alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def copy_store(uri: str, tree: str) -> str | None:
    """Copy the store at `uri` beside the worktree, if not done yet; return the copy's path.

    Files are hard-linked, since a store never changes a file once written. Return None for a store
    that is not on disk.
    """
    source, target = Path(uri), store_path(Path(tree))
    if "://" in uri or not source.is_dir():
        return None
    if not target.exists():
        ignore = shutil.ignore_patterns("runs", "*.lock", ".lock", "lock")
        shutil.copytree(source, target, copy_function=_link_or_copy, ignore=ignore)
    return str(target)


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def store_path(tree: Path) -> Path:
    """Return the path of the store beside a worktree."""
    return tree.with_name(f"{tree.name}.index")
