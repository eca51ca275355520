"""The project settings of JavaScript and TypeScript: tsconfig.json, package.json and their like, as
extracted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join

from ..languages import family_rules
from ..records import SETTING
from .finder_files import FinderFile


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one file; lists in the order of the text."""

    values: dict[str, list[str]] = field(default_factory=dict)
    tables: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """`paths`, `exports`, `imports` → key → targets."""
    patterns: dict[str, list[tuple[str, str, list[str]]]] = field(default_factory=dict)
    """Table → the keys with a star: the text before and after it, and targets."""

    def __getitem__(self, name: str) -> list[str]:
        return self.values.get(name, [])

    def match(self, table: str, module: str) -> list[str]:
        """Return the targets of the key for `module`: the key itself, else the longest pattern with
        a star.
        """
        if exact := self.tables.get(table, {}).get(module):
            return exact
        matches = [
            (before, after, targets)
            for before, after, targets in self.patterns.get(table, ())
            if module.startswith(before)
            and module.endswith(after)
            and len(module) >= len(before) + len(after)
        ]
        if not matches:
            return []
        before, after, targets = max(matches, key=lambda pattern: len(pattern[0]))
        middle = module[len(before) : len(module) - len(after)]
        return [target.replace("*", middle) for target in targets]


def read_settings(files: Mapping[str, FinderFile]) -> dict[str, Settings]:
    """Return path → settings of the files with settings."""
    others = ((path, file) for path, file in files.items() if not family_rules(file.language).name)
    return {path: found for path, file in others if (found := _settings(file)) is not None}


def _settings(file: FinderFile) -> Settings | None:
    bindings = file.bindings
    if not bindings or bindings[0].how != SETTING:
        return None  # a file has settings or code
    settings = Settings()
    for binding in bindings:
        name, _, key = binding.name.partition(" ")
        values = settings.tables.setdefault(name, {}) if key else settings.values
        values.setdefault(key or name, []).append(binding.type)
    for table, entries in settings.tables.items():
        patterns = [found for entry in entries.items() if (found := _pattern(*entry))]
        if patterns:
            settings.patterns[table] = patterns
    return settings


def _pattern(key: str, targets: list[str]) -> tuple[str, str, list[str]] | None:
    before, star, after = key.partition("*")
    if star:
        return before, after, targets
    if key.endswith("/"):  # a folder, as Deno and older versions of Node write it
        return key, "", [target + "*" for target in targets]
    return None


def settings_above(
    settings: Mapping[str, Settings], folder: str, names: tuple[str, ...]
) -> Iterator[str]:
    """Yield the settings files of these names in a folder and above it, the nearest first."""
    for above in folders_above(folder):
        yield from (path for name in names if (path := join(above, name)) in settings)


def folders_above(folder: str) -> Iterator[str]:
    """Yield a folder and those above it, the nearest first."""
    while folder:
        yield folder
        folder = dirname(folder)
    yield ""
