"""A watched work tree: a later walk lists only the folders with changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .git import find_git_folder
from .gitignore import Rules
from .tree import TOOL_FOLDERS, Reader, Skipped, SourceFile, depth_first
from .worktree import Directory, open_worktree

# Files of a repository that tell the commit, the tracked files and the ignored ones.
GIT_FILES = frozenset({"HEAD", "index", "packed-refs", "config", "info/exclude", "logs/HEAD"})

_Items = list[SourceFile | Skipped | Directory]


class WatchedWorktree:
    """A `Source` for a tree under watch. Its walks give the same as a walk of everything.

    Between two walks, `on_change` must be called with every path that may have changed. If events
    were lost, `reset` makes the next walk list everything.
    """

    def __init__(self, root: str, *, ignore: bool = True) -> None:
        """Raise `SourceError`, as `open_worktree` does."""
        self._tree = open_worktree(root, ignore=ignore)
        self._listings: dict[str, tuple[Directory, _Items]] = {}  # folder → as visited, its items
        self._changed: set[str] = set()  # folders to list again
        self.git_folder = find_git_folder(self._tree.view)  # "" if there is none
        self.listed = 0  # folders that the last walk listed

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

    def is_relevant(self, path: str) -> bool:
        """Return True if an event at the absolute `path` can change the files of the tree."""
        if self._is_of_git(path):
            name = path[len(self.git_folder) + 1 :]
            return name in GIT_FILES or (name.startswith("refs/") and not name.endswith(".lock"))
        folders = f"{path[len(self.view) :]}/"
        return not any(f"/{name}/" in folders for name in TOOL_FOLDERS)

    def on_change(self, paths: Iterable[str]) -> None:
        """Note that these absolute paths, of files and folders, may have changed."""
        git_changed = False
        root = self.view.rstrip("/") + "/"
        for path in paths:
            if self._is_of_git(path):
                git_changed = True
            elif path.startswith(root):
                self._note_change(path[len(root) :])
        if git_changed:
            self._reopen()

    def reset(self) -> None:
        """Make the next walk list everything."""
        self._tree = open_worktree(self._tree.root, ignore=self._tree.ignore)
        self._listings.clear()

    def files(self) -> Iterator[SourceFile | Skipped]:
        """Yield every path once, in the order of the path as a string."""
        changed, self.listed = self._changed, 0
        self._changed = set()
        is_done = False
        try:
            yield from depth_first(
                self._tree.top(), lambda directory: self._scan(directory, changed)
            )
            is_done = True
        finally:
            if not is_done:
                self._changed |= changed

    def _is_of_git(self, path: str) -> bool:
        return bool(self.git_folder) and path.startswith(self.git_folder + "/")

    def _note_change(self, path: str) -> None:
        cut = path.rfind("/") + 1
        self._changed.add(path[:cut])
        if path + "/" in self._listings:
            for folder in [each for each in self._listings if each.startswith(path + "/")]:
                del self._listings[folder]

    def _reopen(self) -> None:
        """Read the commit and the tracked files again; only the latter change listings."""
        old, tree = self._tree, open_worktree(self._tree.root, ignore=self._tree.ignore)
        inputs = (tree.tracked, tree.clew_rules, tree.git_rules)
        if inputs == (old.tracked, old.clew_rules, old.git_rules):
            self._tree = replace(old, commit=tree.commit)
        else:
            self._tree = tree
            self._listings.clear()

    def _scan(
        self, directory: Directory, changed: set[str]
    ) -> Iterator[SourceFile | Skipped | Directory]:
        visited, items = self._listings.get(directory.path, (None, []))
        if visited != directory or directory.path in changed:
            self.listed += 1
            items = _with_earlier_rules(list(self._tree.scan(directory)), items)
            self._listings[directory.path] = (directory, items)
        yield from items


def _with_earlier_rules(items: _Items, earlier: _Items) -> _Items:
    """Replace rules by equal ones of the last listing: comparing identical objects is free."""
    old = next((each for each in earlier if isinstance(each, Directory)), None)
    new = next((each for each in items if isinstance(each, Directory)), None)
    if old is None or new is None:
        return items
    clew_rules: Rules = old.clew_rules if old.clew_rules == new.clew_rules else new.clew_rules
    git_rules: Rules = old.git_rules if old.git_rules == new.git_rules else new.git_rules
    return [
        replace(each, clew_rules=clew_rules, git_rules=git_rules)
        if isinstance(each, Directory)
        else each
        for each in items
    ]
