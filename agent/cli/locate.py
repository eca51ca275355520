"""Where the store is, and which of its views is meant."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from indexer import ClewError, find_main_tree, find_top

STORE = ".clew"
SHORTEST_ID = 4  # of a commit; git's own limit


def version() -> str:
    """The installed version."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("clew")
    except PackageNotFoundError:
        return "of a source tree"


def working_folder() -> Path:
    """Where the command was called."""
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


def store_to_read(given: str | None) -> str:
    """`--store` or CLEW_STORE; else the nearest `.clew`, from here up to the repository's top; else where `clew index`
    puts it; else the nearest further up."""
    if named := given or os.environ.get("CLEW_STORE"):
        return named if "://" in named else os.path.abspath(named)
    here = working_folder()
    usual = _usual_store(here)
    above = [place / STORE for place in (here, *here.parents)]
    top = repository_top(here)
    inside = [place for place in above if top is None or place.is_relative_to(top)]
    return str(next((place for place in (*inside, usual, *above) if place.is_dir()), usual))


def store_to_write(given: str | None, root: Path, bare: bool) -> str:
    """`--store` or CLEW_STORE; else `.clew` at the top of the repository that holds `root`, and for a linked work tree at
    the top of the one that it is linked to: they share what they have in common."""
    if named := given or os.environ.get("CLEW_STORE"):
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
    """The name of the view that is meant; None for the one published last.

    With `rev` the view of that commit. Without, the innermost indexed work tree that the current folder lies in.
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
    return _commit_named(rev, [view.root for view in state.views.values()])


def tree_around(uri: str, folder: Path) -> str | None:
    """The innermost indexed work tree that `folder` lies in."""
    from indexer import Store

    state = Store(uri).state()
    views = state.views.values() if state else ()
    around = [
        view.name for view in views if view.kind == "worktree" and folder.is_relative_to(view.name)
    ]
    return max(around, key=len, default=None)


def _commit_named(rev: str, roots: list[str]) -> str:
    """The commit that `rev` names in the repository here or in one that was indexed; `rev` itself where none knows it."""
    from indexer import SourceError, open_revision

    here = repository_top(working_folder())
    for root in [*([str(here)] if here else []), *dict.fromkeys(roots)]:
        try:
            return open_revision(root, rev).commit
        except SourceError:
            continue
    return rev


def question(text: str) -> str:
    """TEXT as it was given, or standard input for `-`. Bytes that are not UTF-8 become question marks."""
    if text == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    text = text.encode("utf-8", "replace").decode("utf-8").strip()
    if not text:
        raise ClewError("the text is empty: say what to look for")
    return text
