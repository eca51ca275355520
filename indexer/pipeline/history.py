"""The commits of a view: read beside the other steps, stored before the view is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from ..source import Commit, read_commits
from .state import Build


@dataclass(frozen=True, slots=True)
class PendingCommits:
    """Commits that a thread is reading."""

    future: Future[list[Commit]]
    stored: Mapping[str, int]  # as from `Inventory.commits`


@contextmanager
def read_history(build: Build) -> Iterator[PendingCommits | None]:
    """Read the view's commits in a thread during the block; most of the work is a git process.

    Yield None if the view was published with the same commit and prefix.
    """
    source, writer = build.source, build.writer
    view = writer.view(source.view)
    if view is not None and (view.commit, view.prefix) == (source.commit, source.prefix):
        yield None
        return
    stored = writer.inventory.commits()
    with ThreadPoolExecutor(1) as thread:
        yield PendingCommits(thread.submit(read_commits, source, stored), stored)


def store_history(build: Build, pending: PendingCommits | None) -> bool:
    """Store the pending commits. Return True if the view shows another commit than before."""
    if pending is None:
        return False
    with build.phase("history"):
        if commits := pending.future.result():
            build.writer.add_commits(commits, pending.stored)
    return True
