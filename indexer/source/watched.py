"""A work tree that is walked again and again: folders in which nothing has happened are not listed anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .git import find_git_folder
from .gitignore import Rules
from .tree import Reader, Skipped, SourceFile, depth_first
from .worktree import Directory, open_worktree

GIT_FILES = frozenset({"HEAD", "index", "packed-refs", "config", "info/exclude", "logs/HEAD"})
"""Files of a repository that say what is checked out, what is tracked and what is ignored."""

_Found = list[SourceFile | Skipped | Directory]


class Rewalked:
    """A `Source` for one who hears what happens in the tree: a walk gives what a walk of the whole would give.

    Between two walks `heard` has to be called with every path that may have changed. What that leaves open is closed by
    `forget`, after which the next walk looks everywhere.
    """

    def __init__(self, root: str, *, ignore: bool = True) -> None:
        """Raises `SourceError`, as `open_worktree` does."""
        self._tree = open_worktree(root, ignore=ignore)
        self._listed: dict[
            str, tuple[Directory, _Found]
        ] = {}  # folder → as it was come to, and what was found in it
        self._touched: set[str] = set()  # folders to list again
        self.git_folder = find_git_folder(self._tree.view)  # "" where there is none
        self.listed = 0  # folders that the last walk looked at

    @property
    def root(self) -> str:
        return self._tree.root

    @property
    def kind(self) -> str:
        return self._tree.kind

    @property
    def commit(self) -> str:
        return self._tree.commit

    @property
    def view(self) -> str:
        return self._tree.view

    @property
    def prefix(self) -> str:
        return self._tree.prefix

    def reader(self) -> Reader:
        return self._tree.reader()

    def matters(self, path: str) -> bool:
        """Whether something that happened to the absolute `path` can change what the tree holds."""
        if self.git_folder and path.startswith(self.git_folder + "/"):
            inside = path[len(self.git_folder) + 1 :]
            return inside in GIT_FILES or (
                inside.startswith("refs/") and not inside.endswith(".lock")
            )
        return not any(
            f"/{name}/" in f"{path[len(self.view) :]}/" for name in (".git", ".hg", ".svn", ".clew")
        )

    def heard(self, paths: Iterable[str]) -> None:
        """These absolute paths, of files and folders, may have changed, come or gone."""
        asked_git = False
        for path in paths:
            if self.git_folder and path.startswith(self.git_folder + "/"):
                asked_git = True
            elif path.startswith(self.view.rstrip("/") + "/"):
                self._touch(path[len(self.view.rstrip("/")) + 1 :])
        if asked_git:
            self._ask_git()

    def forget(self) -> None:
        """List everything again."""
        self._tree = open_worktree(self._tree.root, ignore=self._tree.ignore)
        self._listed.clear()

    def files(self) -> Iterator[SourceFile | Skipped]:
        """Every path once, in the order of the path as a string."""
        touched, self.listed = self._touched, 0
        self._touched = set()
        done = False
        try:
            yield from depth_first(
                self._tree.top(), lambda directory: self._scan(directory, touched)
            )
            done = True
        finally:
            if not done:
                self._touched |= touched

    def _touch(self, path: str) -> None:
        cut = path.rfind("/") + 1
        self._touched.add(path[:cut])
        if path + "/" in self._listed:
            for folder in [each for each in self._listed if each.startswith(path + "/")]:
                del self._listed[folder]

    def _ask_git(self) -> None:
        """Take in another commit, or other tracked files; only the latter can change what the folders hold."""
        tree = open_worktree(self._tree.root, ignore=self._tree.ignore)
        old = self._tree
        if (tree.tracked, tree.own, tree.git) == (old.tracked, old.own, old.git):
            self._tree = replace(old, commit=tree.commit)
        else:
            self._tree = tree
            self._listed.clear()

    def _scan(
        self, directory: Directory, touched: set[str]
    ) -> Iterator[SourceFile | Skipped | Directory]:
        kept = self._listed.get(directory.path)
        if kept is not None and directory.path not in touched and kept[0] == directory:
            yield from kept[1]
            return
        self.listed += 1
        found = _same_rules(list(self._tree.scan(directory)), kept[1] if kept else [])
        self._listed[directory.path] = (directory, found)
        yield from found


def _same_rules(found: _Found, before: _Found) -> _Found:
    """`found`, with the rules that were found `before` where they are equal: so that to compare them again costs nothing."""
    old = next((each for each in before if isinstance(each, Directory)), None)
    new = next((each for each in found if isinstance(each, Directory)), None)
    if old is None or new is None:
        return found
    own: Rules = old.own if old.own == new.own else new.own
    git: Rules = old.git if old.git == new.git else new.git
    return [
        Directory(each.path, own, git, each.ignored) if isinstance(each, Directory) else each
        for each in found
    ]
