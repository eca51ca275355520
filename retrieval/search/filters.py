"""Filters on paths and languages."""

from __future__ import annotations

from fnmatch import fnmatchcase

from indexer import language_of

from ..records import Filter


def passes(path: str, filter: Filter) -> bool:
    """Return True if the file is of the filter's path and language."""
    if not path_matches(path, filter.path):
        return False
    return not filter.language or language_of(path, b"") == filter.language


def path_matches(path: str, glob: str) -> bool:
    """Return True if `path` is `glob`, is below it, or fits it as a pattern.

    `**/` may stand for no folder at all.
    """
    if not glob:
        return True
    bare = glob.removeprefix("./").rstrip("/")
    return (
        path == bare
        or path.startswith(bare + "/")
        or fnmatchcase(path, glob)
        or fnmatchcase(path, glob.replace("**/", ""))
    )
