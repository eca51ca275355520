"""Path mapping of tsconfig.json and jsconfig.json: `paths`, `baseUrl` and `rootDirs`, through
`extends` and `references`.

As TypeScript looks (https://www.typescriptlang.org/docs/handbook/modules/reference.html).
"""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import dirname, join

from .ecmascript_packages import Packages, split_module
from .ecmascript_settings import Settings, settings_above
from .ecmascript_sources import SourceFiles, clean_path, in_folder

_CONFIGS = ("tsconfig.json", "jsconfig.json")
_LINKS = ("extends", "references")
_MAX_LINKED = 32  # settings that one tsconfig extends or references, directly or not


class PathMapping:
    """Finds files by the path mapping of the settings above the importing file."""

    def __init__(
        self, settings: Mapping[str, Settings], sources: SourceFiles, packages: Packages
    ) -> None:
        self._settings, self._sources, self._packages = settings, sources, packages
        self._configs: dict[str, list[str]] = {}

    def find(self, folder: str, module: str) -> str:
        """Return the file of a mapped `module` in a folder; "" without one."""
        for config in self._configs_for(folder):
            base = self._base(config)
            start = dirname(config) if base is None else base
            targets = self._settings[config].match("paths", module)
            stems = [join(start, in_folder(target)) for target in targets]
            if base is not None and not module.startswith("#"):
                stems.append(join(base, module))
            if found := self._sources.find_first(stems):
                return found
        return ""

    def find_in_roots(self, folder: str, stem: str) -> str:
        """Return the file of a relative import within `rootDirs`, laid over each other; "" without
        one.
        """
        path = clean_path(stem) or ""
        for config in self._configs_for(folder) if path else ():
            names = self._settings[config]["rootDirs"]
            cleaned = (clean_path(join(dirname(config), name)) for name in names)
            roots = [root for root in cleaned if root]
            inside = [path[len(root) + 1 :] for root in roots if path.startswith(root + "/")]
            stems = (join(other, rest) for rest in inside for other in roots)
            if found := self._sources.find_first(stems):
                return found
        return ""

    def _base(self, config: str) -> str | None:
        """Return the folder of `baseUrl`, here or in extended settings."""
        for path in self._linked([config], ("extends",)):
            for base in self._settings[path]["baseUrl"]:
                return join(dirname(path), in_folder(base))
        return None

    def _configs_for(self, folder: str) -> list[str]:
        """Return the settings for the files in a folder, the nearest first: those above it, and
        those extended or referenced by them.
        """
        if folder not in self._configs:
            above = settings_above(self._settings, folder, _CONFIGS)
            self._configs[folder] = [
                config for start in list(above) for config in self._linked([start], _LINKS)
            ]
        return self._configs[folder]

    def _linked(self, configs: list[str], links: tuple[str, ...]) -> list[str]:
        """Return `configs` and the settings linked from them, each once and the nearest first."""
        seen: dict[str, None] = {}
        queue = list(configs)
        while queue and len(seen) < _MAX_LINKED:
            config = queue.pop(0)
            if config not in seen:
                seen[config] = None
                queue += self._links_of(config, links)
        return list(seen)

    def _links_of(self, config: str, links: tuple[str, ...]) -> list[str]:
        settings = self._settings[config]
        names = [name for link in links for name in reversed(settings[link][:_MAX_LINKED])]
        return [path for name in names if (path := self._config_at(config, name))]

    def _config_at(self, config: str, name: str) -> str:
        if name.startswith("."):
            stem = clean_path(join(dirname(config), name))
        else:
            package, inside = split_module(name)
            folder = self._packages.find_folder(dirname(config), package)
            stem = clean_path(join(folder, inside)) if folder is not None else None
        if stem is None:
            return ""
        candidates = (stem, f"{stem}.json", f"{stem}/tsconfig.json".lstrip("/"))
        return next((path for path in candidates if path in self._settings), "")
