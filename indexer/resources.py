"""Folders outside a repository: data shipped with clew, and caches."""

from __future__ import annotations

import os
from pathlib import Path


def data_folder(name: str) -> Path:
    """Return the folder of shipped data: in the package (wheel) or beside it (checkout)."""
    package = Path(__file__).resolve().parent
    folders = (package / "data" / name, package.parent / "data" / name)
    return next((folder for folder in folders if folder.is_dir()), folders[1])


def cache_folder() -> Path:
    """Return the folder of caches: CLEW_CACHE_DIR, else `clew` in the user's cache folder.

    Raises RuntimeError without a home.
    """
    if folder := os.environ.get("CLEW_CACHE_DIR"):
        return Path(folder)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "clew"
