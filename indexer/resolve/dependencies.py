"""The dependencies of a file's edges on other files as 64-bit keys, and the keys altered by a
change.

Each thing read by the resolution of a file has a key: a part of another file (`part_key`; see
`parts`), the whole of it (`file_key`), the global definitions of a name (`name_key`), the set of
paths (`PATHS`), the inputs of a family's module finder beside the paths (`modules_key`), all
exports of a family (`family_key`). The keys are stored with the edges of the file. A build compares
the old and the new facts of the changed files; another file keeps its edges if it has read none of
the altered keys. Includes of C have no key for the including file, since every file of a kernel
would read it: their changes are followed through the includes (`c_includers`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from ..code_digest import digest_code
from ..facts import find_global_names
from ..languages import family_of, family_rules
from ..records import FileFacts, key64
from .namespace import Namespace
from .namespace_tables import build_namespace
from .parts import INCLUDES, WHOLE, changed_parts, ranks

ModuleInputs = Sequence[tuple[str, str, str]]
"""(family, language, attribute of FileFacts): the attributes of a language's files read by the
module finder of a family.
"""

RESOLUTION_SOURCES = (
    "resolve",
    "modules",
    "facts",
    "languages/families.py",
    "kinds.py",
    "records.py",
)
"""Rooms and files of the package that decide on edges."""

PATHS = key64("paths")
"""The set of paths with their languages, without C: its files are found by the includes of C alone.
"""
OCCURRENCES = key64("occurrences")
"""The occurrences of compilers: files with any are resolved by every build."""

_PART_BITS = (1 << 32) - 1


@lru_cache(maxsize=1 << 16)
def file_key(path: str) -> int:
    """Return the key of all exports of a file: symbols, imports, bindings and bases."""
    return key64("file", path) & ~_PART_BITS


def part_key(path: str, part: str) -> int:
    """Return the key of a part of a file; its upper half is the file's."""
    return file_key(path) | _part_bits(part)


@lru_cache(maxsize=1 << 16)
def _part_bits(part: str) -> int:
    return key64("part", part) & _PART_BITS if part != WHOLE else 0


@lru_cache(maxsize=1 << 16)
def name_key(family: str, name: str) -> int:
    """Return the key of the global definitions of a name in a family."""
    return key64("name", family, name)


@cache
def modules_key(family: str) -> int:
    """Return the key of the inputs of a family's module finder beside the paths."""
    return key64("modules", family)


@cache
def family_key(family: str) -> int:
    """Return the key of all exports of a family's files."""
    return key64("family", family)


def keys_of_reads(reads: Mapping[str, Collection[str]]) -> Iterator[int]:
    """Yield the keys of a read set, path → parts."""
    for path, parts in reads.items():
        for part in (WHOLE,) if WHOLE in parts else parts:
            yield part_key(path, part)


def files_of_keys(keys: Iterable[int], paths: Iterable[str]) -> Iterator[str]:
    """Yield those of `paths` with a part among `keys`; on a collision one more."""
    files = {key >> 32 for key in keys}
    return (path for path in paths if file_key(path) >> 32 in files)


def include_keys(paths: Iterable[str]) -> set[int]:
    """Return the keys of the includes of these files, direct or not."""
    return {part_key(path, INCLUDES) for path in paths}


@cache
def resolution_id() -> str:
    """Return a digest of the resolving code; edges of another digest are resolved again."""
    package = Path(__file__).parent.parent
    return digest_code(package / name for name in RESOLUTION_SOURCES)


# -- what a change alters


def altered_keys(
    old: Mapping[str, FileFacts], new: Mapping[str, FileFacts], inputs: ModuleInputs
) -> set[int]:
    """Return the keys with another content after a change of files: path → facts, before and after.
    Added files are in `new` alone, deleted ones in `old` alone. `inputs` are those of all module
    finders.
    """
    keys: set[int] = set()
    for path in {**old, **new}:
        change = _Change(path, old.get(path), new.get(path), inputs)
        keys.update(*(keys_of(change) for has_changed, keys_of in _ALTERED if has_changed(change)))
    return keys


@dataclass
class _Change:
    """A file before and after; None before it was added, and after it was deleted."""

    path: str
    old: FileFacts | None
    new: FileFacts | None
    inputs: ModuleInputs

    def has_changed_paths(self) -> bool:
        """Return True if the file is added, deleted or of another language, and not of C."""
        languages = [facts.language if facts else "" for facts in (self.old, self.new)]
        is_c = all(not each or family_rules(each).includes for each in languages)
        return languages[0] != languages[1] and not is_c

    def has_changed_content(self) -> bool:
        return self.old is not None and self.new is not None

    def has_changed_exports(self) -> bool:
        return self._has_changed_exports

    @cached_property
    def _has_changed_exports(self) -> bool:
        return bool(_exports(self.old) != _exports(self.new))

    @cached_property
    def _namespaces(self) -> list[Namespace | None]:
        return [build_namespace(facts) if facts else None for facts in (self.old, self.new)]

    def path_keys(self) -> Iterable[int]:
        return (PATHS,)

    def modules_keys(self) -> Iterator[int]:
        assert self.old and self.new
        for family, language, attribute in self.inputs:
            if language in (self.old.language, self.new.language) and (
                _without_lines(self.old, attribute) != _without_lines(self.new, attribute)
            ):
                yield modules_key(family)

    def file_keys(self) -> Iterator[int]:
        yield file_key(self.path)
        yield from (family_key(family_of(each.language)) for each in (self.old, self.new) if each)

    def part_keys(self) -> Iterator[int]:
        return (part_key(self.path, part) for part in changed_parts(*self._namespaces))

    def name_keys(self) -> Iterator[int]:
        before, after = map(_global_entries, self._namespaces)
        names = before.keys() | after.keys()
        return (name_key(*name) for name in names if before.get(name) != after.get(name))


_ALTERED: tuple[tuple[Callable[[_Change], bool], Callable[[_Change], Iterable[int]]], ...] = (
    (_Change.has_changed_paths, _Change.path_keys),
    (_Change.has_changed_content, _Change.modules_keys),
    (_Change.has_changed_exports, _Change.file_keys),
    (_Change.has_changed_exports, _Change.part_keys),
    (_Change.has_changed_exports, _Change.name_keys),
)
"""The cause of a change → the altered keys."""


def _exports(facts: FileFacts | None) -> Any:
    """Return everything in a file that the resolution of other files can read. Lines are left out
    except to tell packages apart, and their order in Python: there, a name means its last binding.
    """
    if facts is None:
        return None
    packages = [binding.line for binding in facts.bindings if binding.how == "package"]
    starts = [symbol.start_line for symbol in facts.symbols] if len(packages) > 1 else []
    symbols = [(s.name, s.qualname, s.kind, s.signature, s.parent) for s in facts.symbols]
    bases = [(r.name, r.receiver, r.scope) for r in facts.references if r.kind == "inherit"]
    rows = (_without_lines(facts, "imports"), _without_lines(facts, "bindings"))
    exports = (facts.language, symbols, bases, *rows)
    if facts.language == "python":
        return (*exports, _order(facts))
    return (*exports, packages, starts) if starts else exports


def _order(facts: FileFacts) -> list[int]:
    """Return the order of a file's definitions, imports and bindings: the ranks of their lines."""
    lines = [symbol.start_line for symbol in facts.symbols] + [spec.line for spec in facts.imports]
    lines += [line for binding in facts.bindings for line in (binding.line, binding.until)]
    return ranks(lines)


def _without_lines(facts: FileFacts, attribute: str) -> Any:
    """Return an attribute of a file's facts; of records all but their lines, the last fields."""
    value = getattr(facts, attribute)
    has_lines = attribute in ("imports", "bindings", "references")
    return [record[:4] for record in value] if has_lines else value


def _global_entries(file: Namespace | None) -> dict[tuple[str, str], list[str]]:
    """Return (family, name) → the entries of a file in the tables of global names."""
    entries: dict[tuple[str, str], list[str]] = {}
    if file is None:
        return entries
    symbols = file.facts.symbols
    definitions, methods = find_global_names({file.facts.path: file.facts})
    for key, positions in methods.items():
        entries.setdefault(key, []).extend(symbols[index].qualname for _, index in positions)
    for key, found in definitions.items():
        entries.setdefault(key, []).extend(
            f"{symbols[each.index].qualname}|{each.is_alias_macro}|{each.is_external}"
            for each in found
        )
    for name in file.public_names():
        entries.setdefault(("", name), []).append("")
    return entries
