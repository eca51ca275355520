"""Files by folder, and how near two paths are: what every family's finder starts from."""

from __future__ import annotations

import os.path
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from ..facts.file_view import FileView
from ..languages.families import family_of
from .finder_files import FinderFile


class Finder:
    """Finds the files that an import names, for one family of languages. Built once for all files of a view."""

    def __init__(
        self, family: str, files: Mapping[str, FinderFile], folders: Mapping[str, list[str]]
    ) -> None:
        """`files`: path → facts, of every language; `folders`: folder → the paths of the files in it."""
        self.family, self.files, self.folders = family, files, folders

    def find(self, path: str, module: str) -> list[str]:
        """The files that `module`, as written in the file `path`, stands for; several only where a module is a folder of files."""
        return []

    def own_files(self) -> Iterable[str]:
        """The paths of the family's files."""
        return (
            path for path, facts in self.files.items() if family_of(facts.language) == self.family
        )

    @cached_property
    def files_named(self) -> dict[str, list[str]]:
        """Last part of a path → the family's files of that name."""
        names: dict[str, list[str]] = defaultdict(list)
        for path in self.own_files():
            names[os.path.basename(path)].append(path)
        return names

    def files_ending(self, tail: str) -> list[str]:
        """The family's files whose path is `tail`, or ends with it."""
        return [
            p
            for p in self.files_named.get(os.path.basename(tail), ())
            if p == tail or p.endswith("/" + tail)
        ]

    @cached_property
    def _folders_named(self) -> dict[str, list[str]]:
        """Last part of a folder's path → the folders."""
        names: dict[str, list[str]] = defaultdict(list)
        for folder in self.folders:
            names[os.path.basename(folder)].append(folder)
        return names

    def folders_ending(self, tail: str) -> list[str]:
        """The folders whose path is `tail`, or ends with it."""
        return [
            f
            for f in self._folders_named.get(os.path.basename(tail), ())
            if f == tail or f.endswith("/" + tail)
        ]


def package_of(facts: FileView) -> str:
    """The package that a file says it belongs to, with dots; "" where it says none."""
    return next((binding.type for binding in facts.bindings if binding.how == "package"), "")


def reach(start: str, following: Callable[[str], list[str]], most: int) -> dict[str, None]:
    """`start` and the files that `following` leads to from it, through others too: each once, in the order of the text,
    and no more than about `most`."""
    seen: dict[str, None] = {}
    stack = [start]
    while stack and len(seen) < most:
        at = stack.pop()
        if at not in seen:
            seen[at] = None
            stack += [target for target in reversed(following(at)) if target not in seen]
    return seen


def nearness(path: str, other: str) -> tuple[int, int, str]:
    """Sorts paths by how many folders they share with `path`, then by depth, then by name."""
    shared = 0
    for ours, theirs in zip(path.split("/")[:-1], other.split("/")[:-1], strict=False):
        if ours != theirs:
            break
        shared += 1
    return -shared, other.count("/"), other


def nearest(path: str, found: list[str]) -> list[str]:
    """The nearest of the paths, as a list of at most one."""
    return [min(found, key=lambda other: nearness(path, other))] if found else []
