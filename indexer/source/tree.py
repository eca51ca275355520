"""What a tree to index looks like to the rest of the build: its files, what was left out of it, and how to read it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

D = TypeVar("D")  # a directory, in whatever form the source knows it

MAX_FILE_BYTES = 2 * 1024 * 1024
"""Code to read does not come in larger files. Of 19,888 files of nineteen well-known repositories the largest source
is the amalgamated `json.hpp` with 0.9 MiB; above 1 MiB stand lock files, drawings and fixtures alone."""


class SkipReason(StrEnum):
    """Why a path has no facts in the index."""

    IGNORED = "ignored"  # by a rule of .gitignore, info/exclude, core.excludesFile or .clewignore
    BINARY = "binary"
    GENERATED = "generated"
    MINIFIED = "minified"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    LINK_OUTSIDE = "link out of the root"
    LINK = "link"  # what it points to is indexed under its own path
    NESTED_REPOSITORY = (
        "nested repository"  # a clone or a work tree of its own: index it on its own
    )
    SUBMODULE = "submodule"
    SPECIAL = "special file"  # socket, fifo, device
    MISSING_BLOB = "missing blob"  # the repository is partial or shallow and lacks the content
    SECRET = "secret"  # a file that holds credentials, told by its name
    TIMEOUT = "timed out"
    CRASHED = "crashed the parser"
    OUT_OF_MEMORY = "out of memory"

    @property
    def findable(self) -> bool:
        """Whether the path is still a file that a user may look for; the others are not part of what was asked for."""
        return self not in _NOT_FINDABLE


QUARANTINED = (SkipReason.TIMEOUT, SkipReason.CRASHED, SkipReason.OUT_OF_MEMORY)
"""What a file is not tried again for until its content changes: each try costs a worker, and the time that it may take."""
_NOT_FINDABLE = frozenset(
    {SkipReason.IGNORED, SkipReason.SECRET, SkipReason.NESTED_REPOSITORY, SkipReason.SUBMODULE}
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to index."""

    path: str  # relative to the root, forward slashes; bytes that are not UTF-8 are kept by surrogateescape
    size: int  # bytes
    mtime_ns: int  # as `changed_ns` gives it; 0 in a revision
    content: str  # git blob id where it is known without reading (a revision), else ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A path that is left out, and why."""

    path: str  # as in SourceFile; a directory that is left out as a whole ends in a slash
    reason: SkipReason


class Reader(Protocol):
    """Reads files of one source. It can be pickled, so that workers read for themselves."""

    def __call__(self, file: SourceFile) -> bytes | SkipReason:
        """The file's bytes, or why there are none; never raises for what is wrong with one file."""
        ...


class Source(Protocol):
    """A tree at one moment: a work tree or a revision."""

    @property
    def root(self) -> str:
        """Where it is, for people."""
        ...

    @property
    def kind(self) -> str:
        """`worktree` or `revision`."""
        ...

    @property
    def commit(self) -> str:
        """The commit that it shows or, for a work tree, that is checked out; "" without one."""
        ...

    @property
    def view(self) -> str:
        """What names this tree in the store: the real path of a work tree's root, or `rev:<commit>`."""
        ...

    @property
    def prefix(self) -> str:
        """Where it lies below the top of its repository: "", or a folder that ends in a slash."""
        ...

    def files(self) -> Iterator[SourceFile | Skipped]:
        """Every path once, in the order of the path as a string."""
        ...

    def reader(self) -> Reader: ...


def changed_ns(status: os.stat_result) -> int:
    """When a file last changed. Archives set equal times and a rename keeps them, but nobody can set the inode's own."""
    return max(status.st_mtime_ns, status.st_ctime_ns)


TOOL_FOLDERS = frozenset({".git", ".hg", ".svn", ".clew"})
"""Never part of a tree and not reported either: what version control and the index keep for themselves."""


def depth_first(
    top: D, scan: Callable[[D], Iterator[SourceFile | Skipped | D]]
) -> Iterator[SourceFile | Skipped]:
    """What `scan` gives for `top` and, in place, for each directory that it gives.

    With a stack of its own: a path may be two thousand folders deep, and Python's stack is not.
    """
    stack = [scan(top)]
    while stack:
        item = next(stack[-1], None)
        if item is None:
            stack.pop()
        elif isinstance(item, SourceFile | Skipped):
            yield item
        else:
            stack.append(scan(item))
