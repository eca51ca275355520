"""The files of a work tree, by git's rules and ours, each with its size or with the reason why it is left out.

What is left out without a word: `.git`, `.hg`, `.svn` and `.clew`. All else is named, a directory that is left out as a
whole once, with a slash at its end.

What decides, first to last: links, directories and special files are never files to index; `.clewignore` has the last
word on everything else, with `!` against .gitignore too; what git tracks is in; then .gitignore from the deepest up,
info/exclude, core.excludesFile. Nothing below an ignored directory is taken back in, except what git tracks.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import SourceError
from .classify import classify, content_id, is_secret
from .git import (
    Tracked,
    exclude_files,
    find_top,
    head_commit,
    is_git_marker,
    open_repository,
    read_regular,
    tracked_files,
)
from .gitignore import Rules, parse_rules
from .revision import Revision, open_revision
from .tree import (
    MAX_FILE_BYTES,
    TOOL_FOLDERS,
    Reader,
    Skipped,
    SkipReason,
    Source,
    SourceFile,
    changed_ns,
    depth_first,
)

__all__ = [
    "MAX_FILE_BYTES",
    "Reader",
    "Revision",
    "SkipReason",
    "Skipped",
    "Source",
    "SourceFile",
    "Worktree",
    "classify",
    "content_id",
    "open_revision",
    "open_worktree",
]

BARE_REPOSITORY = frozenset({"HEAD", "objects", "refs"})  # what git looks for, too
MAX_RULE_BYTES = 4 * 1024 * 1024  # a larger rule file is no rule file


@dataclass(frozen=True, slots=True)
class Directory:
    """A folder to list, and what is known of it from above."""

    path: str  # relative to the root; "" or ending in a slash
    own: Rules  # of .clewignore
    git: Rules  # of .gitignore, info/exclude and core.excludesFile
    ignored: bool  # entered only for what git tracks in it


@dataclass(frozen=True, slots=True)
class Worktree:
    """A `Source`: a folder on disk, in a git work tree or not."""

    root: str  # as given
    view: str  # its real path
    commit: str
    prefix: str  # the root relative to the top of the work tree; "" or ending in a slash
    own: Rules = field(repr=False)  # in force above the root
    git: Rules = field(repr=False)
    tracked: Tracked = field(repr=False)
    ignore: bool

    @property
    def kind(self) -> str:
        return "worktree"

    def reader(self) -> Reader:
        return WorktreeReader(self.view)

    def files(self) -> Iterator[SourceFile | Skipped]:
        return depth_first(self.top(), self.scan)

    def top(self) -> Directory:
        """The root, which is listed first."""
        return Directory("", self.own, self.git, False)

    def scan(self, directory: Directory) -> Iterator[SourceFile | Skipped | Directory]:
        """What the folder holds, in order. Raises SourceError where the root cannot be read."""
        try:
            with os.scandir(os.path.join(self.view, directory.path)) as found:
                entries = {entry.name: entry for entry in found}
        except OSError as error:
            if not directory.path:
                raise SourceError(f"{self.root} cannot be read: {error.strerror}") from error
            yield Skipped(directory.path, SkipReason.UNREADABLE)
            return
        if directory.path and self._is_repository(directory.path, entries):
            yield Skipped(directory.path, SkipReason.NESTED_REPOSITORY)
            return
        directory = self._with_rules(directory, entries)
        for entry in sorted(entries.values(), key=_sort_key):
            if entry.name not in TOOL_FOLDERS:
                yield self._visit(directory, entry)

    def _is_repository(self, path: str, entries: dict[str, os.DirEntry[str]]) -> bool:
        if self.prefix + path[:-1] in self.tracked.directories:
            return False
        if entries.keys() >= BARE_REPOSITORY:
            return True
        return ".git" in entries and is_git_marker(os.path.join(self.view, path, ".git"))

    def _with_rules(self, directory: Directory, entries: dict[str, os.DirEntry[str]]) -> Directory:
        own, git = directory.own, directory.git
        base = os.fsencode(self.prefix + directory.path)
        if ".clewignore" in entries:
            own = own.below(base, _rule_text(entries[".clewignore"].path))
        if ".gitignore" in entries and self.ignore:
            git = git.below(base, _rule_text(entries[".gitignore"].path))
        return Directory(directory.path, own, git, directory.ignored)

    def _visit(
        self, parent: Directory, entry: os.DirEntry[str]
    ) -> SourceFile | Skipped | Directory:
        path = parent.path + entry.name
        try:
            is_dir = entry.is_dir(follow_symlinks=False)
            if is_dir:
                return self._visit_directory(parent, path)
            if (parent.own.files or parent.git.files or parent.ignored) and self._ignored(
                parent, path
            ):
                return Skipped(path, SkipReason.IGNORED)
            if entry.is_symlink():
                return Skipped(path, self._link_reason(entry.path))
            status = entry.stat(follow_symlinks=False)
        except OSError:
            return Skipped(path, SkipReason.UNREADABLE)
        if not stat.S_ISREG(status.st_mode):
            return Skipped(path, SkipReason.SPECIAL)
        if is_secret(path):
            return Skipped(path, SkipReason.SECRET)
        if status.st_size > MAX_FILE_BYTES:
            return Skipped(path, SkipReason.TOO_LARGE)
        return SourceFile(path, status.st_size, changed_ns(status), "")

    def _visit_directory(self, parent: Directory, path: str) -> Skipped | Directory:
        name = self.prefix + path
        if name in self.tracked.submodules:
            return Skipped(path + "/", SkipReason.SUBMODULE)
        own = parent.own.verdict(os.fsencode(name), True) if parent.own.files else None
        ignored = parent.ignored or (own is None and bool(self._git_verdict(parent, name, True)))
        if own or (ignored and name not in self.tracked.directories):
            return Skipped(path + "/", SkipReason.IGNORED)
        return Directory(path + "/", parent.own, parent.git, ignored)

    def _ignored(self, parent: Directory, path: str) -> bool:
        name = self.prefix + path
        own = parent.own.verdict(os.fsencode(name), False) if parent.own.files else None
        if own is not None and not parent.ignored:
            return own
        if own or name in self.tracked.files:
            return bool(own)
        return parent.ignored or bool(self._git_verdict(parent, name, False))

    def _git_verdict(self, parent: Directory, name: str, is_dir: bool) -> bool | None:
        return parent.git.verdict(os.fsencode(name), is_dir) if parent.git.files else None

    def _link_reason(self, path: str) -> SkipReason:
        target = os.path.realpath(path)
        inside = target == self.view or target.startswith(self.view.rstrip("/") + "/")
        return SkipReason.LINK if inside else SkipReason.LINK_OUTSIDE


@dataclass(frozen=True, slots=True)
class WorktreeReader:
    """Reads from disk. Never through a link, and never waits on a fifo that has taken a file's place since the walk."""

    root: str

    def __call__(self, file: SourceFile) -> bytes | SkipReason:
        try:
            data = read_regular(os.path.join(self.root, file.path), MAX_FILE_BYTES + 1)
        except OSError as error:
            return SkipReason.LINK if error.errno == errno.ELOOP else SkipReason.UNREADABLE
        if data is None:
            return SkipReason.SPECIAL
        return SkipReason.TOO_LARGE if len(data) > MAX_FILE_BYTES else data


def open_worktree(root: str | os.PathLike[str], *, ignore: bool = True) -> Worktree:
    """The folder `root`, which may lie inside a git work tree or in none.

    `ignore=False` leaves out git's own rules; `.clewignore` and the folders of version control stay in force.
    Raises SourceError where there is no such folder.
    """
    given = os.fspath(root)
    real = os.path.realpath(given)
    if not os.path.exists(real):
        raise SourceError(f"{given} does not exist: give the folder to index")
    if not os.path.isdir(real):
        raise SourceError(f"{given} is a file: give the folder that holds it")
    top = find_top(real)
    if top is None and all(os.path.exists(os.path.join(real, name)) for name in BARE_REPOSITORY):
        raise SourceError(f"{given} is a bare repository: use --git-dir {given} --rev REV")
    prefix = os.path.relpath(real, top) + "/" if top and top != real else ""
    repository = open_repository(top) if top else None
    own, git = _rules_above(top or real, prefix, ignore)
    if ignore:
        git = Rules((*git.files, *(parse_rules(_text(path)) for path in exclude_files(repository))))
    commit, tracked = (
        (head_commit(repository), tracked_files(repository)) if repository else ("", Tracked())
    )
    return Worktree(given, real, commit, prefix, own, git, tracked, ignore)


def _rules_above(top: str, prefix: str, ignore: bool) -> tuple[Rules, Rules]:
    """The rules that the folders from the top down to the root, but not the root itself, lay on it."""
    own = git = Rules()
    parts = prefix.split("/")[:-1]
    for depth in range(len(parts)):
        base = "".join(part + "/" for part in parts[:depth])
        own = own.below(os.fsencode(base), _rule_text(os.path.join(top, base, ".clewignore")))
        if ignore:
            git = git.below(os.fsencode(base), _rule_text(os.path.join(top, base, ".gitignore")))
    return own, git


def _sort_key(entry: os.DirEntry[str]) -> str:
    try:
        return entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name
    except (
        OSError
    ):  # some file systems give no type, and then a folder that may be listed but not searched
        return entry.name


def _rule_text(path: str) -> bytes:
    """A rule file's bytes; empty where it cannot be read or, as git has it, is a link."""
    try:
        return read_regular(path, MAX_RULE_BYTES) or b""
    except OSError:
        return b""


def _text(path: str) -> bytes:
    """The bytes of a rule file outside the tree, where git follows links; empty where it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
