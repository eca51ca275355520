"""The files of a work tree by git's rules and `.clewignore`, with sizes or skip reasons.

`.git`, `.hg`, `.svn` and `.clew` are left out without mention. Every other path is named; a
directory that is skipped as a whole is named once, with a slash at its end.

The rules, first to last: links, directories and special files are never indexed; `.clewignore`
decides before .gitignore, with `!` too; tracked files are in; then .gitignore from the deepest
folder up, info/exclude, core.excludesFile. Below an ignored directory, only tracked files are
indexed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import SourceError
from .classify import is_secret
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
from .tree import (
    MAX_FILE_BYTES,
    TOOL_FOLDERS,
    Reader,
    Skipped,
    SkipReason,
    SourceFile,
    changed_ns,
    depth_first,
)

BARE_REPOSITORY = frozenset({"HEAD", "objects", "refs"})  # as git recognizes one
MAX_RULE_BYTES = 4 * 1024 * 1024  # a larger file is not read as a rule file


@dataclass(frozen=True, slots=True)
class Directory:
    """A folder to list, with the rules of the folders above it."""

    path: str  # relative to the root; "" or ending in a slash
    clew_rules: Rules  # of .clewignore
    git_rules: Rules  # of .gitignore, info/exclude and core.excludesFile
    ignored: bool  # listed only for the tracked files in it


@dataclass(frozen=True, slots=True)
class Worktree:
    """A `Source`: a folder on disk, in a git work tree or not."""

    root: str  # as the user wrote it
    view: str  # its real path
    commit: str
    prefix: str  # the root relative to the top of the work tree; "" or ending in a slash
    clew_rules: Rules = field(repr=False)  # of the folders above the root
    git_rules: Rules = field(repr=False)
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
        """Return the root."""
        return Directory("", self.clew_rules, self.git_rules, False)

    def scan(self, directory: Directory) -> Iterator[SourceFile | Skipped | Directory]:
        """Yield the items of a folder in order. Raise `SourceError` if the root is unreadable."""
        try:
            with os.scandir(os.path.join(self.view, directory.path)) as listing:
                entries = {entry.name: entry for entry in listing}
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
        clew_rules, git_rules = directory.clew_rules, directory.git_rules
        base = os.fsencode(self.prefix + directory.path)
        if ".clewignore" in entries:
            clew_rules = clew_rules.below(base, _rule_text(entries[".clewignore"].path))
        if ".gitignore" in entries and self.ignore:
            git_rules = git_rules.below(base, _rule_text(entries[".gitignore"].path))
        return Directory(directory.path, clew_rules, git_rules, directory.ignored)

    def _visit(
        self, parent: Directory, entry: os.DirEntry[str]
    ) -> SourceFile | Skipped | Directory:
        path = parent.path + entry.name
        try:
            is_dir = entry.is_dir(follow_symlinks=False)
            if is_dir:
                return self._visit_directory(parent, path)
            has_rules = parent.clew_rules.files or parent.git_rules.files or parent.ignored
            if has_rules and self._ignored(parent, path):
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
        verdict = self._clew_verdict(parent, name, True)
        ignored = parent.ignored or (
            verdict is None and bool(self._git_verdict(parent, name, True))
        )
        if verdict or (ignored and name not in self.tracked.directories):
            return Skipped(path + "/", SkipReason.IGNORED)
        return Directory(path + "/", parent.clew_rules, parent.git_rules, ignored)

    def _ignored(self, parent: Directory, path: str) -> bool:
        name = self.prefix + path
        verdict = self._clew_verdict(parent, name, False)
        if verdict is not None and not parent.ignored:
            return verdict
        if verdict or name in self.tracked.files:
            return bool(verdict)
        return parent.ignored or bool(self._git_verdict(parent, name, False))

    def _git_verdict(self, parent: Directory, name: str, is_dir: bool) -> bool | None:
        rules = parent.git_rules
        return rules.verdict(os.fsencode(name), is_dir) if rules.files else None

    def _clew_verdict(self, parent: Directory, name: str, is_dir: bool) -> bool | None:
        rules = parent.clew_rules
        return rules.verdict(os.fsencode(name), is_dir) if rules.files else None

    def _link_reason(self, path: str) -> SkipReason:
        target = os.path.realpath(path)
        inside = target == self.view or target.startswith(self.view.rstrip("/") + "/")
        return SkipReason.LINK if inside else SkipReason.LINK_OUTSIDE


@dataclass(frozen=True, slots=True)
class WorktreeReader:
    """Reads files from disk: never through a link, and without waiting for a fifo."""

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
    """Open the folder `root`, inside a git work tree or not.

    With `ignore=False`, git's ignore rules do not count; `.clewignore` and the folders of version
    control still do. Raise `SourceError` if there is no such folder.
    """
    name = os.fspath(root)
    real = os.path.realpath(name)
    if not os.path.exists(real):
        raise SourceError(f"{name} does not exist: give the folder to index")
    if not os.path.isdir(real):
        raise SourceError(f"{name} is a file: give the folder that holds it")
    top = find_top(real)
    if top is None and all(os.path.exists(os.path.join(real, name)) for name in BARE_REPOSITORY):
        raise SourceError(f"{name} is a bare repository: use --git-dir {name} --rev REV")
    prefix = os.path.relpath(real, top) + "/" if top and top != real else ""
    repository = open_repository(top) if top else None
    clew_rules, git_rules = _rules_above(top or real, prefix, ignore)
    if ignore:
        outside = (parse_rules(_outside_text(path)) for path in exclude_files(repository))
        git_rules = Rules((*git_rules.files, *outside))
    commit, tracked = (
        (head_commit(repository), tracked_files(repository)) if repository else ("", Tracked())
    )
    return Worktree(name, real, commit, prefix, clew_rules, git_rules, tracked, ignore)


def _rules_above(top: str, prefix: str, ignore: bool) -> tuple[Rules, Rules]:
    """Return the rules of the folders from the top down to the root, without its own."""
    clew_rules = git_rules = Rules()
    names = prefix.split("/")[:-1]
    for depth in range(len(names)):
        base = "".join(name + "/" for name in names[:depth])
        folder, key = os.path.join(top, base), os.fsencode(base)
        clew_rules = clew_rules.below(key, _rule_text(os.path.join(folder, ".clewignore")))
        if ignore:
            git_rules = git_rules.below(key, _rule_text(os.path.join(folder, ".gitignore")))
    return clew_rules, git_rules


def _sort_key(entry: os.DirEntry[str]) -> str:
    try:
        return entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name
    except OSError:  # no type from the file system, in a folder without the right to search it
        return entry.name


def _rule_text(path: str) -> bytes:
    """Return the bytes of a rule file; none if it is unreadable or, as in git, a link."""
    try:
        return read_regular(path, MAX_RULE_BYTES) or b""
    except OSError:
        return b""


def _outside_text(path: str) -> bytes:
    """Return the bytes of a rule file outside the tree, where git follows links; else none."""
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
