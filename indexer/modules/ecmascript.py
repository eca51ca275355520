"""JavaScript and TypeScript: relative paths, path mapping, packages of the repository.

As TypeScript (https://www.typescriptlang.org/docs/handbook/modules/reference.html) and Node
(https://nodejs.org/api/packages.html) look, with one difference: a package's entries name what its build will write
(`./dist/sub.mjs`), and what is wanted is the source that it is built from.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from posixpath import basename, dirname, join, normpath

from ..languages.families import family_rules
from ..records import SETTING
from .finder import Finder
from .finder_files import FinderFile

_ENDINGS = (
    "", ".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".d.mts", ".d.cts", ".vue", ".svelte",
    "/index.ts", "/index.tsx", "/index.d.ts", "/index.mts", "/index.cts", "/index.js", "/index.jsx", "/index.mjs",
    "/index.cjs", "/index.vue", "/index.svelte",
)  # fmt: skip
_WRITTEN = re.compile(r"(\.d)?\.[mc]?[jt]sx?$")
"""The ending of a file that a compiler reads or writes."""

_SOURCES = {"": (".ts", ".tsx"), "m": (".mts",), "c": (".cts",)}
_BUILT_INTO = (
    """dist lib build out output es esm cjs umd types typings node browser module modern legacy"""
)
_BUILT = frozenset(_BUILT_INTO.split())
"""Names of folders into which builds write."""

_LINKS = ("extends", "references")
_MAX_LINKED = 32  # settings that one tsconfig extends or references, through others too
_MAX_WORKSPACES = 200  # roots of workspaces, the outermost first; more are samples of tests
_MAX_STARS = 4  # in the glob of a workspace: more cost time and name nothing
_ENTRY_SETTINGS = ("source", "types", "typings", "module", "main")
_CONFIGS = ("tsconfig.json", "jsconfig.json")
_PACKAGES = ("package.json", "deno.json", "deno.jsonc", "jsr.json")
_CONVENTIONS = {
    "@/": ("src/", ""),
    "~/": ("src/", "", "app/"),
    "$lib/": ("src/lib/",),
    "/": ("", "public/"),
}
"""Prefixes that bundlers map without a word in a settings file, and what they stand for in a folder above."""


@dataclass(frozen=True, slots=True)
class _Settings:
    """The settings of one file; lists in the order of the text."""

    values: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, dict[str, list[str]]] = field(
        default_factory=dict
    )  # `paths`, `exports`, `imports`
    patterns: dict[str, list[tuple[str, str, list[str]]]] = field(
        default_factory=dict
    )  # keys with a star, in two

    def __getitem__(self, name: str) -> list[str]:
        return self.values.get(name, [])

    def matching(self, table: str, module: str) -> list[str]:
        """The targets of the key that matches `module`: the key itself, else the longest pattern with a star."""
        if exact := self.tables.get(table, {}).get(module):
            return exact
        fitting = [
            (low, high, targets)
            for low, high, targets in self.patterns.get(table, ())
            if module.startswith(low)
            and module.endswith(high)
            and len(module) >= len(low) + len(high)
        ]
        if not fitting:
            return []
        low, high, targets = max(fitting, key=lambda pattern: len(pattern[0]))
        middle = module[len(low) : len(module) - len(high)]
        return [target.replace("*", middle) for target in targets]


class EcmascriptFinder(Finder):
    """JavaScript and TypeScript: relative paths, mapped ones, packages of the repository."""

    def __init__(
        self, family: str, files: Mapping[str, FinderFile], folders: Mapping[str, list[str]]
    ) -> None:
        super().__init__(family, files, folders)
        others = (
            (path, facts) for path, facts in files.items() if not family_rules(facts.language).name
        )
        self._settings = {
            path: found for path, facts in others if (found := _settings(facts)) is not None
        }
        self._configs: dict[str, list[str]] = {}

    def find(self, path: str, module: str) -> list[str]:
        module = module.partition("?")[0] if not module.startswith("?") else ""  # `./icon.svg?raw`
        if (
            not module
            or "\\" in module
            or ":" in module.partition("/")[0].removeprefix("npm:").removeprefix("jsr:")
        ):
            return []
        folder = dirname(path)
        if self.files[path].language == "html" and (beside := self._at(join(folder, module))):
            return [beside]  # a page's addresses are relative to it
        if module.startswith("."):
            found = self._at(join(folder, module)) or self._beside_roots(path, join(folder, module))
        elif module.startswith("#"):
            found = self._mapped(path, module) or self._imports_of(folder, module)
        else:
            module = re.sub(r"^(?:npm|jsr):/?", "", module)
            found = (
                self._mapped(path, module)
                or self._package(folder, module)
                or self._by_convention(folder, module)
            )
        return [found] if found else []

    def _at(self, stem: str) -> str:
        """The file at a path without its ending, or whose build has this path; "" where there is none."""
        clean = _clean(stem)
        if clean is None:
            return ""
        found = ((clean + ending).lstrip("/") for ending in _ENDINGS)
        return next((path for path in found if path in self.files), "") or self._source_at(clean)

    def _first(self, stems: Iterable[str]) -> str:
        """The first file that is at one of `stems`, as `_at` finds it."""
        return next(filter(None, map(self._at, stems)), "")

    def _source_at(self, written: str) -> str:
        """The source beside a file that a compiler will write: `x.js` → `x.ts`."""
        match = _WRITTEN.search(written)
        if match is None:
            return ""
        kind = match[0].removeprefix(".d").lstrip(".")[0]
        bare = written[: match.start()]
        endings = (*_SOURCES.get(kind if kind in "mc" else "", ()), *_ENDINGS[1:])
        return next((bare + ending for ending in endings if bare + ending in self.files), "")

    # -- tsconfig.json and jsconfig.json

    def _mapped(self, path: str, module: str) -> str:
        for config in self._configs_for(dirname(path)):
            base = self._base(config)
            for target in self._settings[config].matching("paths", module):
                if found := self._at(
                    join(dirname(config) if base is None else base, _here(target))
                ):
                    return found
            if (
                base is not None
                and not module.startswith("#")
                and (found := self._at(join(base, module)))
            ):
                return found
        return ""

    def _base(self, config: str) -> str | None:
        """The folder that `baseUrl` names, here or in what is extended."""
        for at in self._chain([config], ("extends",)):
            for base in self._settings[at]["baseUrl"]:
                return join(dirname(at), _here(base))
        return None

    def _beside_roots(self, path: str, stem: str) -> str:
        """A relative import within `rootDirs`, which are laid over each other."""
        wanted = _clean(stem) or ""
        for config in self._configs_for(dirname(path)) if wanted else ():
            written = (
                _clean(join(dirname(config), root)) for root in self._settings[config]["rootDirs"]
            )
            roots = [root for root in written if root]
            inside = [wanted[len(root) + 1 :] for root in roots if wanted.startswith(root + "/")]
            if found := self._first(join(other, rest) for rest in inside for other in roots):
                return found
        return ""

    def _configs_for(self, folder: str) -> list[str]:
        """The settings that hold for the files of a folder, the nearest first: those above it, and what they extend or
        refer to."""
        if folder not in self._configs:
            nearest = list(self._above(folder, _CONFIGS))
            self._configs[folder] = [
                config for start in nearest for config in self._chain([start], _LINKS)
            ]
        return self._configs[folder]

    def _chain(self, configs: list[str], links: tuple[str, ...]) -> list[str]:
        """The settings that `links` lead to, each once and the nearest first; a cycle ends."""
        seen: dict[str, None] = {}
        waiting = list(configs)
        while waiting and len(seen) < _MAX_LINKED:
            config = waiting.pop(0)
            if config not in seen:
                seen[config] = None
                names = [
                    name
                    for link in links
                    for name in reversed(self._settings[config][link][:_MAX_LINKED])
                ]
                waiting += [found for name in names if (found := self._config_at(config, name))]
        return list(seen)

    def _config_at(self, config: str, name: str) -> str:
        if name.startswith("."):
            stem = _clean(join(dirname(config), name))
        else:
            package, inside = _split(name)
            folder = self._package_named(dirname(config), package)
            stem = _clean(join(folder, inside)) if folder is not None else None
        if stem is None:
            return ""
        candidates = (stem, f"{stem}.json", f"{stem}/tsconfig.json".lstrip("/"))
        return next((c for c in candidates if c in self._settings), "")

    # -- package.json

    def _imports_of(self, folder: str, module: str) -> str:
        for package in self._above(folder, _PACKAGES):
            for target in self._settings[package].matching("imports", module):
                found = (
                    self._entry(dirname(package), target)
                    if target.startswith(".")
                    else self._package(folder, target)
                )
                if found:
                    return found
        return ""

    def _package(self, folder: str, module: str) -> str:
        for package in self._above(folder, ("deno.json", "deno.jsonc")):
            for target in self._settings[package].matching("imports", module):
                if target.startswith(".") and (found := self._entry(dirname(package), target)):
                    return found
        name, inside = _split(module)
        home = self._package_named(folder, name)
        return self._in_package(home, inside) if home is not None else ""

    def _in_package(self, home: str, inside: str) -> str:
        """The file of the package in the folder `home` that it gives out as `inside` ("" for the package itself)."""
        settings = self._settings[
            next(c for name in _PACKAGES if (c := join(home, name)) in self._settings)
        ]
        targets = list(settings.matching("exports", f"./{inside}" if inside else "."))
        if not inside:
            targets += [value for name in _ENTRY_SETTINGS for value in settings[name]]
        written = ""
        for target in dict.fromkeys(targets):
            found = self._entry(home, target)
            if found and not found.endswith((".d.ts", ".d.mts", ".d.cts")):
                return found
            written = written or found
        if written:
            return written
        stems = (
            (inside, f"src/{inside}", f"lib/{inside}")
            if inside
            else ("src/index", "index", "lib/index", "src/main")
        )
        return next((found for stem in stems if (found := self._at(join(home, stem)))), "")

    def _entry(self, home: str, target: str) -> str:
        """The source of what the build of the package in `home` will write to `target`."""
        return self._first(join(home, *place) for place in _sources_of(_here(target)))

    def _package_named(self, folder: str, name: str) -> str | None:
        """The folder of the repository's package of a name: one above, a member of a workspace, or the only one."""
        homes = self._homes.get(name, [])
        around = [
            home for home in homes if folder == home or folder.startswith(home + "/") or not home
        ]
        if around:
            return max(around, key=len)
        members = [home for home in homes if home in self._members]
        chosen = members or ([] if self._members else homes)
        return min(
            chosen, key=lambda home: (-_shared(home, folder), home.count("/"), home), default=None
        )

    @cached_property
    def _homes(self) -> dict[str, list[str]]:
        """Name → the folders whose package has it."""
        homes: dict[str, list[str]] = defaultdict(list)
        for path, settings in self._settings.items():
            if basename(path) in _PACKAGES:
                for name in settings["name"][:1]:
                    homes[name].append(dirname(path))
        return homes

    @cached_property
    def _members(self) -> frozenset[str]:
        """The folders of the packages that a workspace lists."""
        homes = sorted({home for found in self._homes.values() for home in found})
        members: set[str] = set()
        roots = [path for path, settings in self._settings.items() if settings["workspaces"]]
        for path in sorted(roots, key=lambda path: (path.count("/"), path))[:_MAX_WORKSPACES]:
            globs = self._settings[path]["workspaces"]
            wanted = _globs(dirname(path), [glob for glob in globs if not glob.startswith("!")])
            unwanted = _globs(dirname(path), [glob[1:] for glob in globs if glob.startswith("!")])
            members.update(
                home for home in homes if wanted.fullmatch(home) and not unwanted.fullmatch(home)
            )
        return frozenset(members)

    # -- conventions of bundlers

    def _by_convention(self, folder: str, module: str) -> str:
        named = (
            (module[len(prefix) :], roots)
            for prefix, roots in _CONVENTIONS.items()
            if module.startswith(prefix)
        )
        return self._first(
            join(above, root, rest)
            for rest, roots in named
            for above in _folders_above(folder)
            for root in roots
        )

    def _above(self, folder: str, names: tuple[str, ...]) -> Iterator[str]:
        """The settings files of these names in a folder and in those above it, the nearest first."""
        for above in _folders_above(folder):
            yield from (path for name in names if (path := join(above, name)) in self._settings)


def _settings(facts: FinderFile) -> _Settings | None:
    if not facts.bindings or facts.bindings[0].how != SETTING:
        return None  # a file has settings or code
    found = _Settings()
    for binding in facts.bindings:
        name, _, key = binding.name.partition(" ")
        values = found.tables.setdefault(name, {}) if key else found.values
        values.setdefault(key or name, []).append(binding.type)
    for table, entries in found.tables.items():
        for key, targets in entries.items():
            low, star, high = key.partition("*")
            if star:
                found.patterns.setdefault(table, []).append((low, high, targets))
            elif key.endswith("/"):  # a folder, as Deno and older versions of Node write it
                found.patterns.setdefault(table, []).append(
                    (key, "", [target + "*" for target in targets])
                )
    return found


def _split(module: str) -> tuple[str, str]:
    """`@scope/name/sub` as the package's name and the rest, without a version."""
    parts = module.split("/")
    width = 2 if module.startswith("@") else 1
    parts[width - 1 : width] = [part.partition("@")[0] for part in parts[width - 1 : width]]
    return "/".join(parts[:width]), "/".join(parts[width:])


def _here(target: str) -> str:
    """A target relative to the folder of its settings, without the variable that stands for that folder."""
    return target.replace("${configDir}", ".").lstrip("/")


def _clean(stem: str) -> str | None:
    """A path without `..` and `.`; None outside the repository."""
    stem = normpath(stem)
    if stem.startswith(("..", "/")):
        return None
    return "" if stem == "." else stem


def _globs(root: str, globs: Iterable[str]) -> re.Pattern[str]:
    """One expression for the folders that the globs of a workspace name."""
    made = ["(?!)"]
    for glob in globs:
        plain = re.escape(normpath(join(root, glob)))
        if glob.count("*") <= _MAX_STARS:
            made.append(
                plain.replace(r"/\*\*", "(?:/.*)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
            )
    return re.compile("|".join(made))


def _sources_of(target: str) -> Iterator[tuple[str, ...]]:
    """Where what a build writes to `target` may come from, as parts of a path, likeliest first."""
    yield (target,)
    parts = normpath(target).split("/")
    for at, part in enumerate(parts[:-1]):
        if part not in _BUILT:
            continue
        above, tail = parts[:at], parts[at:]
        while len(tail) > 1 and tail[0] in _BUILT:
            tail.pop(0)
            yield from ((*above, root, *tail) for root in ("src", "", "source", "lib"))
        if at and at == len(parts) - 2:
            yield (*above, "src/index")


def _folders_above(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = dirname(folder)
    yield ""


def _shared(home: str, folder: str) -> int:
    count = 0
    for ours, theirs in zip(home.split("/"), folder.split("/"), strict=False):
        if ours != theirs:
            break
        count += 1
    return count
