"""The base of all finders: files by name and folder, and the distance of paths."""

from __future__ import annotations

import os.path
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from ..facts import FileView
from ..languages import family_of
from .finder_files import FinderFile


class Finder:
    """Finds the files named by an import, for one family of languages. Built once for all files of
    a view.
    """

    def __init__(
        self, family: str, files: Mapping[str, FinderFile], folders: Mapping[str, list[str]]
    ) -> None:
        """`files`: path → file, of every language; `folders`: folder → paths of its files."""
        self.family, self.files, self.folders = family, files, folders

    def find(self, path: str, module: str) -> list[str]:
        """Return the files of `module`, as written in the file `path`; several only if a module is
        a folder of files.
        """
        return []

    def family_files(self) -> Iterable[str]:
        """Return the paths of the family's files."""
        return (
            path for path, file in self.files.items() if family_of(file.language) == self.family
        )

    @cached_property
    def _files_named(self) -> dict[str, list[str]]:
        """Last part of a path → the family's files of that name."""
        names: dict[str, list[str]] = defaultdict(list)
        for path in self.family_files():
            names[os.path.basename(path)].append(path)
        return names

    def files_ending(self, tail: str) -> list[str]:
        """Return the family's files with a path equal to `tail` or ending in it."""
        return _ending(self._files_named, tail)

    @cached_property
    def _folders_named(self) -> dict[str, list[str]]:
        """Last part of a folder's path → the folders."""
        names: dict[str, list[str]] = defaultdict(list)
        for folder in self.folders:
            names[os.path.basename(folder)].append(folder)
        return names

    def folders_ending(self, tail: str) -> list[str]:
        """Return the folders with a path equal to `tail` or ending in it."""
        return _ending(self._folders_named, tail)

    def find_beside(self, path: str, module: str) -> list[str]:
        """Return the file at `module` relative to the folder of `path`, else the nearest file with
        this end of its path.
        """
        beside = os.path.normpath(os.path.join(os.path.dirname(path), module))
        if beside in self.files:
            return [beside]
        return nearest(path, self.files_ending(os.path.normpath(module).lstrip("./")))


def _ending(named: Mapping[str, list[str]], tail: str) -> list[str]:
    paths = named.get(os.path.basename(tail), ())
    return [path for path in paths if path == tail or path.endswith("/" + tail)]


def package_of(facts: FileView) -> str:
    """Return the declared package of a file, with dots, or ""."""
    return next((binding.type for binding in facts.bindings if binding.how == "package"), "")


def reach(start: str, links: Callable[[str], list[str]], limit: int) -> dict[str, None]:
    """Return `start` and the files reached from it through `links`: each once, in the order of the
    text, and no more than about `limit`.
    """
    seen: dict[str, None] = {}
    stack = [start]
    while stack and len(seen) < limit:
        path = stack.pop()
        if path not in seen:
            seen[path] = None
            stack += [target for target in reversed(links(path)) if target not in seen]
    return seen


def nearness(path: str, other: str) -> tuple[int, int, str]:
    """Return a sort key: most folders shared with `path` first, then by depth, then by name."""
    shared = 0
    for ours, theirs in zip(path.split("/")[:-1], other.split("/")[:-1], strict=False):
        if ours != theirs:
            break
        shared += 1
    return -shared, other.count("/"), other


def nearest(path: str, candidates: list[str]) -> list[str]:
    """Return the nearest of the paths, as a list of at most one."""
    return [min(candidates, key=lambda other: nearness(path, other))] if candidates else []
