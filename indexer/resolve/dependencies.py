"""What the edges of a file depend on beyond the file itself, and which of it a change alters.

To resolve a file is to ask questions, and each has a 64-bit key: what another file says of a name at its top
(`part_need`; `parts` tells what belongs to it), or all that it shows (`file_need`), what a name is in the whole program
(`name_need`), which paths there are (`PATHS`), what else tells the modules of a family (`modules_need`), all that a family
shows (`family_need`). The keys that the resolution of a file asked are stored with its edges. A build compares the old and
the new facts of the files that changed: another file, none of whose questions has another answer, keeps its edges. Which
files a file of C includes, and through that which paths concern it, has no key for the file itself: every file of a kernel
would ask. Whose includes a change alters is followed through the includes themselves (`includers`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ..code_digest import digest_code
from ..languages.families import family_of, family_rules
from ..records import FileFacts, key64
from .namespace import Namespace, arrange, program_names
from .tracking import INCLUDES, WHOLE, altered_parts

Consulted = Sequence[tuple[str, str, str]]
"""(family, language, attribute of FileFacts): what the finder of a family reads of files of a language beside their paths."""

RESOLUTION_SOURCES = (
    "resolve",
    "modules",
    "facts",
    "languages/families.py",
    "kinds.py",
    "records.py",
)
"""Rooms and files of the package that decide which edges there are."""

PATHS = key64("paths")
"""Which paths there are, and of which language: those of the files that imports may name, so none of C's."""
TOLD = key64("told")
"""What compilers say: files of which they say anything are resolved at every build."""


@lru_cache(maxsize=1 << 16)
def file_need(path: str) -> int:
    """All that the file shows to others: its symbols, imports, bindings and bases."""
    return key64("file", path) & ~_PART


def part_need(path: str, part: str) -> int:
    """What a file shows in one of its parts; `parts` tells which there are. The upper half tells the file."""
    return file_need(path) | _part(part)


@lru_cache(maxsize=1 << 16)
def _part(part: str) -> int:
    return key64("part", part) & _PART if part != WHOLE else 0


_PART = (1 << 32) - 1


def looked_at(asked: Iterable[int], paths: Iterable[str]) -> Iterator[str]:
    """Those of `paths` that some of the questions `asked` are about; now and then one more."""
    files = {need >> 32 for need in asked}
    return (path for path in paths if file_need(path) >> 32 in files)


def parts_needs(asked: Mapping[str, Collection[str]]) -> Iterator[int]:
    """The needs of a resolution that has read these parts: path → parts."""
    for path, parts in asked.items():
        for part in (WHOLE,) if WHOLE in parts else parts:
            yield part_need(path, part)


@lru_cache(maxsize=1 << 16)
def name_need(family: str, name: str) -> int:
    """The definitions of a name that a family's files see wherever they are."""
    return key64("name", family, name)


@cache
def modules_need(family: str) -> int:
    """Which files the imports of a family name, as far as other files' facts say so."""
    return key64("modules", family)


@cache
def family_need(family: str) -> int:
    """What any file of a family shows to others."""
    return key64("family", family)


@cache
def resolution_id() -> str:
    """Return a digest of the code that resolves; edges of another digest are resolved again."""
    package = Path(__file__).parent.parent
    return digest_code(package / name for name in RESOLUTION_SOURCES)


def included(paths: Iterable[str]) -> set[int]:
    """The questions that have another answer where these files include others than before, directly or not."""
    return {part_need(path, INCLUDES) for path in paths}


def altered(
    old: Mapping[str, FileFacts], new: Mapping[str, FileFacts], consulted: Consulted
) -> set[int]:
    """The questions that have another answer after files changed: path → facts, before and after; files that came are in
    `new` alone, files that went in `old` alone."""
    needs: set[int] = set()
    for path in {**old, **new}:
        needs.update(_altered(path, old.get(path), new.get(path), consulted))
    return needs


def _altered(
    path: str, old: FileFacts | None, new: FileFacts | None, consulted: Consulted
) -> Iterator[int]:
    families = {family_of(facts.language) for facts in (old, new) if facts}
    languages = [facts.language if facts else None for facts in (old, new)]
    if languages[0] != languages[1] and not all(
        each is None or family_rules(each).includes for each in languages
    ):
        yield PATHS
    if old and new:
        for family, language, attribute in consulted:
            if language in (old.language, new.language) and _bare(old, attribute) != _bare(
                new, attribute
            ):
                yield modules_need(family)
    if _shown(old) == _shown(new):
        return
    yield file_need(path)
    yield from map(family_need, families)
    files = [arrange(facts) if facts else None for facts in (old, new)]
    yield from (part_need(path, part) for part in altered_parts(*files))
    before, after = (_named(file) for file in files)
    for key in before.keys() | after.keys():
        if before.get(key) != after.get(key):
            yield name_need(*key)


def _shown(facts: FileFacts | None) -> Any:
    """All that the resolution of other files can read of a file. Lines are none of it, but where they tell packages apart;
    in Python, whose names mean what they were last bound to, their order is."""
    if facts is None:
        return None
    packages = [binding.line for binding in facts.bindings if binding.how == "package"]
    starts = [symbol.start_line for symbol in facts.symbols] if len(packages) > 1 else []
    symbols = [(s.name, s.qualname, s.kind, s.signature, s.parent) for s in facts.symbols]
    bases = [(r.name, r.receiver, r.scope) for r in facts.references if r.kind == "inherit"]
    shown = (facts.language, symbols, bases, _bare(facts, "imports"), _bare(facts, "bindings"))
    if facts.language == "python":
        return (*shown, _order(facts))
    return (*shown, packages, starts) if starts else shown


def _order(facts: FileFacts) -> list[int]:
    """Which of a file's definitions, imports and bindings come before which: the ranks of their lines."""
    lines = [symbol.start_line for symbol in facts.symbols] + [spec.line for spec in facts.imports]
    lines += [line for binding in facts.bindings for line in (binding.line, binding.until)]
    rank = {line: position for position, line in enumerate(sorted({0, *lines}))}
    return [rank[line] for line in lines]


def _bare(facts: FileFacts, attribute: str) -> Any:
    """An attribute of a file's facts; of records all but their lines, which come last."""
    found = getattr(facts, attribute)
    return (
        [record[:4] for record in found]
        if attribute in ("imports", "bindings", "references")
        else found
    )


def _named(file: Namespace | None) -> dict[tuple[str, str], list[str]]:
    """What a file adds to the tables of the whole program: (family, name) → its definitions."""
    named: dict[tuple[str, str], list[str]] = {}
    if file is None:
        return named
    facts = file.facts
    visible, methods = program_names({facts.path: facts})
    for key, entities in methods.items():
        named.setdefault(key, []).extend(
            facts.symbols[entity.index].qualname for entity in entities
        )
    for key, found in visible.items():
        said = (
            f"{facts.symbols[each.index].qualname}|{each.renames}|{each.linked}" for each in found
        )
        named.setdefault(key, []).extend(said)
    for name in file.public():
        named.setdefault(("", name), []).append("")
    return named
