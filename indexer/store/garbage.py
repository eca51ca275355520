"""Taking views out of a store that nobody can want any more, and the facts that only they held."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ..errors import StoreError
from .generation import State
from .store import Store

KEPT_REVISIONS = 10  # that were indexed last


@dataclass(frozen=True, slots=True)
class Collected:
    """What went."""

    views: list[str]  # their names, in order
    files: int  # versions of files
    freed: int  # bytes on disk; what readers may still be in goes at a later collection


def collect_views(store: Store, keep: int = KEPT_REVISIONS) -> Collected:
    """Take out work trees whose folder has gone and all revisions but the `keep` that were indexed last, then all facts
    that no view holds. Of the others the view that was indexed last stays, and one view always does. Raises `StoreError`."""
    state = store.state()
    if state is None:
        raise StoreError(f"no index at {store.uri}: there is nothing to collect")
    before, gone = store.size(), _unwanted(state, keep)
    with store.writer(state.epoch, (state.encoder, state.encoder_id, state.dim)) as writer:
        writer.drop_views(gone)
        files = writer.collect(least=0.0)
        writer.tend(whole=bool(files))
        writer.publish_again()
        writer.drop_old_versions()
    return Collected(gone, files, max(before - store.size(), 0))


def _unwanted(state: State, keep: int) -> list[str]:
    revisions = [view for view in state.views.values() if view.kind == "revision"]
    revisions.sort(key=lambda view: view.report.generation, reverse=True)
    old = {view.name for view in revisions[keep:]} - {state.latest}
    vanished = {
        view.name
        for view in state.views.values()
        if view.kind == "worktree" and not os.path.isdir(view.name)
    }
    gone = old | vanished
    return sorted(gone if len(gone) < len(state.views) else gone - {state.latest})
