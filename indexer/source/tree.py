"""A tree to index: its files, the skipped paths with reasons, and a reader."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

D = TypeVar("D")  # the directory type of a source

# Code is not written in larger files. Of 19,888 files in nineteen well-known repositories, the
# largest source is the amalgamated `json.hpp` with 0.9 MiB; above 1 MiB there are only lock files,
# drawings and fixtures.
MAX_FILE_BYTES = 2 * 1024 * 1024


class SkipReason(StrEnum):
    """The reason for a path without facts in the index."""

    IGNORED = "ignored"  # by a rule of .gitignore, info/exclude, core.excludesFile or .clewignore
    BINARY = "binary"
    GENERATED = "generated"
    MINIFIED = "minified"
    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    LINK_OUTSIDE = "link out of the root"
    LINK = "link"  # its target is indexed under a path of its own
    NESTED_REPOSITORY = "nested repository"  # a clone or a work tree: index it on its own
    SUBMODULE = "submodule"
    SPECIAL = "special file"  # socket, fifo, device
    MISSING_BLOB = "missing blob"  # not in this partial or shallow repository
    SECRET = "secret"  # a file of credentials, by its name
    TIMEOUT = "timed out"
    CRASHED = "crashed the parser"
    OUT_OF_MEMORY = "out of memory"

    @property
    def is_findable(self) -> bool:
        """Return True if users may still search for the path."""
        return self not in _NOT_FINDABLE


QUARANTINED = (SkipReason.TIMEOUT, SkipReason.CRASHED, SkipReason.OUT_OF_MEMORY)
"""Reasons to skip a file in later builds until it changes: each try costs a worker."""
_NOT_FINDABLE = frozenset(
    {SkipReason.IGNORED, SkipReason.SECRET, SkipReason.NESTED_REPOSITORY, SkipReason.SUBMODULE}
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to index."""

    path: str  # relative to the root, with forward slashes; decoded with surrogateescape
    size: int  # bytes
    mtime_ns: int  # from `changed_ns`; 0 in a revision
    content: str  # git blob id if known without reading (in a revision), else ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A path that is not indexed, and the reason."""

    path: str  # as in SourceFile; a whole directory ends in a slash
    reason: SkipReason


class Reader(Protocol):
    """Reads the files of a source. It can be pickled, so that workers read files themselves."""

    def __call__(self, file: SourceFile) -> bytes | SkipReason:
        """Return the bytes of a file, or the reason why there are none. Never raise for a file."""
        ...


class Source(Protocol):
    """A tree at one moment: a work tree or a revision."""

    @property
    def root(self) -> str:
        """The location, for messages."""
        ...

    @property
    def kind(self) -> str:
        """`worktree` or `revision`."""
        ...

    @property
    def commit(self) -> str:
        """The id of the commit that is shown or checked out, or ""."""
        ...

    @property
    def view(self) -> str:
        """The name in the store: the real path of a work tree's root, or `rev:<commit>`."""
        ...

    @property
    def prefix(self) -> str:
        """The folder below the top of the repository: "", or a path that ends in a slash."""
        ...

    def files(self) -> Iterator[SourceFile | Skipped]:
        """Yield every path once, in the order of the path as a string."""
        ...

    def reader(self) -> Reader: ...


def changed_ns(status: os.stat_result) -> int:
    """Return the time of a file's last change.

    Archives set equal modification times and a rename keeps them; the inode's time cannot be set.
    """
    return max(status.st_mtime_ns, status.st_ctime_ns)


TOOL_FOLDERS = frozenset({".git", ".hg", ".svn", ".clew"})
"""Folders of version control and of the index: not indexed, and not reported."""


def depth_first(
    top: D, scan: Callable[[D], Iterator[SourceFile | Skipped | D]]
) -> Iterator[SourceFile | Skipped]:
    """Yield the items that `scan` gives for `top` and, in their place, for its directories.

    A path may be two thousand folders deep, deeper than Python's stack.
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
