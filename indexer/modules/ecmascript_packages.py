"""The packages of a repository by package.json and deno.json: entry points and workspaces.

As Node looks (https://nodejs.org/api/packages.html), with one difference: the entries of a package
name the output of its build (`./dist/sub.mjs`), and the source of that is found.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from posixpath import basename, dirname, join, normpath

from .ecmascript_settings import Settings, settings_above
from .ecmascript_sources import SourceFiles, in_folder, sources_of_build

_PACKAGES = ("package.json", "deno.json", "deno.jsonc", "jsr.json")
_DENO = ("deno.json", "deno.jsonc")
_ENTRY_SETTINGS = ("source", "types", "typings", "module", "main")
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
_MAX_WORKSPACES = 200  # roots of workspaces, the outermost first; more are samples of tests
_MAX_STARS = 4  # in the glob of a workspace: more cost time and name nothing


class Packages:
    """Finds packages of the repository, and files in them."""

    def __init__(self, settings: Mapping[str, Settings], sources: SourceFiles) -> None:
        self._settings, self._sources = settings, sources

    def find_internal(self, folder: str, module: str) -> str:
        """Return the file of an import `#…` of the package around a folder; "" without one."""
        for package in settings_above(self._settings, folder, _PACKAGES):
            for target in self._settings[package].match("imports", module):
                if found := self._find_target(folder, package, target):
                    return found
        return ""

    def _find_target(self, folder: str, package: str, target: str) -> str:
        is_path = target.startswith(".")
        return self._entry(dirname(package), target) if is_path else self.find(folder, target)

    def find(self, folder: str, module: str) -> str:
        """Return the file of `module`, `package/sub` or an import mapped by Deno; "" without
        one.
        """
        for package in settings_above(self._settings, folder, _DENO):
            for target in self._settings[package].match("imports", module):
                if target.startswith(".") and (found := self._entry(dirname(package), target)):
                    return found
        name, inside = split_module(module)
        home = self.find_folder(folder, name)
        return self._export(home, inside) if home is not None else ""

    def find_folder(self, folder: str, name: str) -> str | None:
        """Return the folder of the package of a name: one above, else the nearest member of a
        workspace, or without workspaces the nearest of all.
        """
        homes = self._homes.get(name, [])
        around = [
            home for home in homes if folder == home or folder.startswith(home + "/") or not home
        ]
        if around:
            return max(around, key=len)
        members = [home for home in homes if home in self._members]
        candidates = members or ([] if self._members else homes)
        return min(candidates, key=lambda home: _nearness(home, folder), default=None)

    def _export(self, home: str, inside: str) -> str:
        """Return the file exported as `inside` by the package in the folder `home`; "" is the
        package itself.
        """
        found = self._declared_export(home, inside)
        if found:
            return found
        stems = ["src/index", "index", "lib/index", "src/main"]
        if inside:
            stems = [inside, f"src/{inside}", f"lib/{inside}"]
        return self._sources.find_first(join(home, stem) for stem in stems)

    def _declared_export(self, home: str, inside: str) -> str:
        """Return the file of the package's settings; one of declarations alone if there is no
        other.
        """
        names = (join(home, name) for name in _PACKAGES)
        settings = self._settings[next(name for name in names if name in self._settings)]
        targets = list(settings.match("exports", f"./{inside}" if inside else "."))
        if not inside:
            targets += [value for name in _ENTRY_SETTINGS for value in settings[name]]
        declarations = ""
        for target in dict.fromkeys(targets):
            found = self._entry(home, target)
            if found and not found.endswith(_DECLARATIONS):
                return found
            declarations = declarations or found
        return declarations

    def _entry(self, home: str, target: str) -> str:
        """Return the source of the build output `target` of the package in `home`."""
        return self._sources.find_first(
            join(home, *parts) for parts in sources_of_build(in_folder(target))
        )

    @cached_property
    def _homes(self) -> dict[str, list[str]]:
        """Name → the folders of its packages."""
        homes: dict[str, list[str]] = defaultdict(list)
        for path, settings in self._settings.items():
            if basename(path) in _PACKAGES:
                for name in settings["name"][:1]:
                    homes[name].append(dirname(path))
        return homes

    @cached_property
    def _members(self) -> frozenset[str]:
        """The folders of the packages in workspaces."""
        homes = sorted({home for homes in self._homes.values() for home in homes})
        return frozenset(home for root in self._roots() for home in self._members_of(root, homes))

    def _roots(self) -> list[str]:
        """Return the settings files of workspaces, the outermost first."""
        roots = [path for path, settings in self._settings.items() if settings["workspaces"]]
        return sorted(roots, key=lambda path: (path.count("/"), path))[:_MAX_WORKSPACES]

    def _members_of(self, root: str, homes: Iterable[str]) -> Iterator[str]:
        globs = self._settings[root]["workspaces"]
        folder = dirname(root)
        included = _globs(folder, [glob for glob in globs if not glob.startswith("!")])
        excluded = _globs(folder, [glob[1:] for glob in globs if glob.startswith("!")])
        for home in homes:
            if included.fullmatch(home) and not excluded.fullmatch(home):
                yield home


def split_module(module: str) -> tuple[str, str]:
    """Return the package's name, without a version, and the rest of `@scope/name@1/sub`."""
    parts = module.split("/")
    width = 2 if module.startswith("@") else 1
    parts[width - 1 : width] = [part.partition("@")[0] for part in parts[width - 1 : width]]
    return "/".join(parts[:width]), "/".join(parts[width:])


def _globs(root: str, globs: Iterable[str]) -> re.Pattern[str]:
    """Return one expression for the folders of a workspace's globs."""
    patterns = ["(?!)"]
    for glob in globs:
        plain = re.escape(normpath(join(root, glob)))
        if glob.count("*") <= _MAX_STARS:
            deep = plain.replace(r"/\*\*", "(?:/.*)?").replace(r"\*\*", ".*")
            patterns.append(deep.replace(r"\*", "[^/]*"))
    return re.compile("|".join(patterns))


def _nearness(home: str, folder: str) -> tuple[int, int, str]:
    shared = 0
    for ours, theirs in zip(home.split("/"), folder.split("/"), strict=False):
        if ours != theirs:
            break
        shared += 1
    return -shared, home.count("/"), home
