"""The locations of stores, and the view for a command."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from indexer import ClewError, find_main_tree, find_top

STORE = ".clew"
SHORTEST_ID = 4  # of a commit; git's own limit


def version() -> str:
    """Return the installed version."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("clew")
    except PackageNotFoundError:
        return "of a source tree"


def working_folder() -> Path:
    """Return the current folder. Raise ClewError if it is deleted."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise ClewError(
            "the current folder does not exist any more: change to another one"
        ) from error


def repository_top(folder: Path) -> Path | None:
    """Return the top of the work tree around `folder`: the nearest folder with a `.git`."""
    top = find_top(folder)
    return Path(top) if top else None


def store_to_read(name: str | None) -> str:
    """Return `--store` or CLEW_STORE, else the nearest `.clew`.

    The search goes from here to the repository's top, then to the store of `clew index`, then
    further up.
    """
    if named := name or os.environ.get("CLEW_STORE"):
        return named if "://" in named else os.path.abspath(named)
    here = working_folder()
    usual = _usual_store(here)
    above = [folder / STORE for folder in (here, *here.parents)]
    top = repository_top(here)
    inside = [store for store in above if top is None or store.is_relative_to(top)]
    return str(next((store for store in (*inside, usual, *above) if store.is_dir()), usual))


def store_to_write(name: str | None, root: Path, bare: bool) -> str:
    """Return `--store` or CLEW_STORE, else `.clew` at the top of the repository around `root`.

    A linked work tree shares the store of its main work tree.
    """
    if named := name or os.environ.get("CLEW_STORE"):
        return named
    if bare:
        return str((root.parent if root.name == ".git" else root) / STORE)
    return str(_usual_store(root))


def _usual_store(folder: Path) -> Path:
    top = repository_top(folder)
    if top is None:
        return folder / STORE
    main = find_main_tree(top)
    return (top if main is None or (top / STORE).is_dir() else Path(main)) / STORE


def view_to_read(uri: str, rev: str | None) -> str | None:
    """Return the view of `rev`, else of the innermost indexed work tree around the current folder.

    None stands for the view published last.
    """
    from indexer import Store

    if rev is None:
        return tree_around(uri, working_folder())
    state = Store(uri).state()
    if state is None:
        return None
    commits = [view.commit for view in state.views.values() if view.kind == "revision"]
    if len(rev) >= SHORTEST_ID and any(commit.startswith(rev) for commit in commits):
        return rev
    return _resolve_revision(rev, [view.root for view in state.views.values()])


def tree_around(uri: str, folder: Path) -> str | None:
    """Return the innermost indexed work tree around `folder`."""
    from indexer import Store

    state = Store(uri).state()
    views = state.views.values() if state else ()
    around = [
        view.name for view in views if view.kind == "worktree" and folder.is_relative_to(view.name)
    ]
    return max(around, key=len, default=None)


def _resolve_revision(rev: str, roots: list[str]) -> str:
    """Return the commit of `rev` in the repository here or in an indexed one, else `rev` itself."""
    from indexer import SourceError, open_revision

    here = repository_top(working_folder())
    for root in [*([str(here)] if here else []), *dict.fromkeys(roots)]:
        try:
            return open_revision(root, rev).commit
        except SourceError:
            continue
    return rev


def read_question(text: str) -> str:
    """Return TEXT, or standard input for `-`; invalid UTF-8 becomes question marks."""
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    text = text.encode("utf-8", "replace").decode("utf-8").strip()
    if not text:
        raise ClewError("the text is empty: say what to look for")
    return text
