"""The index for a run of the agent, brought up to date first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .index import build
from .output import warn
from .progress import progress

if TYPE_CHECKING:
    from agent import SearcherIndex
    from retrieval import Searcher


def index_of(uri: str, top: Path) -> SearcherIndex:
    """Update the store and return an index of the tree `top`.

    If the store cannot be updated, but has a view of the tree, that is used with a warning.
    """
    from agent import SearcherIndex
    from indexer import Store, StoreError, open_worktree
    from retrieval import Searcher

    state = Store(uri).state()
    view = str(top)
    try:
        with progress() as show_progress:
            build(open_worktree(view), Store(uri), None, 0, show_progress)
    except StoreError as error:
        if state is None or view not in state.views:
            raise
        warn(f"the index stays as it was: {error}")
    return SearcherIndex(Searcher.open(uri, view), lambda tree: _search_copy(uri, tree))


def _search_copy(uri: str, tree: str) -> Searcher | None:
    """Return a searcher over a working copy, in a copy of the user's store.

    Return None for a store on another machine.
    """
    from agent import copy_store
    from indexer import Store, open_worktree
    from retrieval import Searcher

    store = copy_store(uri, tree)
    if store is None:
        return None
    build(open_worktree(tree), Store(store), None, 0, lambda phase, done, total: None)
    return Searcher.open(store, tree)
