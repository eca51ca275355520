"""Outlines of formats whose structure lies in their lines: Markdown's headings, a Makefile's targets, a Dockerfile's stages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..extract.definitions import MAX_NAME, MAX_PREFIX, MAX_SIGNATURE
from ..records import Symbol

MAX_ENTRIES = 2_000
"""Entries of one file: the longest manuals have some hundreds of headings; what comes after so many is data."""

MAX_LINE = 2_000
"""Characters of a line above which it is no heading or rule: patterns with more than one way to match take their square."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A heading, target or stage."""

    kind: str
    name: str
    line: int  # 1-based
    level: (
        int  # 1 is the outermost; it ends where the next of its level or of one further out begins
    )
    last: int = 0  # its last line where the next entry does not say it; 1-based, inclusive


Reader = Callable[[Sequence[str]], Iterator[Entry]]

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_PROSE = re.compile(r" {0,3}(?![#>|<\-*+=]|\d+[.)] |`{3}|~{3})\S")
_MARKUP = re.compile(r"!?\[([^\]\[]*)\]\([^()]*\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}|<[^<>]*>")


def read_markdown(lines: Sequence[str]) -> Iterator[Entry]:
    """Headings of both forms, outside of fenced code."""
    fence = ""
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
        elif mark:
            fence = mark[1]
        elif heading := _HEADING.match(line):
            yield Entry("section", _plain(heading[2] or ""), number, len(heading[1]))
        elif number > 1 and (under := _UNDERLINE.match(line)) and _PROSE.match(lines[number - 2]):
            yield Entry(
                "section", _plain(lines[number - 2]), number - 1, 1 if under[1][0] == "=" else 2
            )


def _plain(heading: str) -> str:
    return _MARKUP.sub(lambda found: found[1] or "", heading[: 4 * MAX_NAME]).strip(" \t.:")


_TARGET = re.compile(r"(?![#\t ])((?:[^:=#$]|\$\([^()]*\)|\$\{[^{}]*\})+?)[ \t]*&?::?(?![:=])")
_DEFINE = re.compile(r"(?:override[ \t]+)?define[ \t]+(\S+)")
_ASSIGNED = re.compile(r"(?:export[ \t]+|override[ \t]+)*([\w.-]+)[ \t]*(?:[:?+!]|::|:::)?=")


def read_makefile(lines: Sequence[str]) -> Iterator[Entry]:
    """Targets of rules with their recipes, variables and `define`d texts; names that begin with a dot speak to make itself."""
    number = 0
    while number < len(lines):
        line, start = lines[number], number
        number += 1
        if found := _DEFINE.match(line):
            while number < len(lines) and not lines[number].startswith("endef"):
                number += 1
            yield Entry("variable", found[1], start + 1, 1, min(number + 1, len(lines)))
        elif found := _ASSIGNED.match(line):
            number = _continued(lines, start)
            yield Entry("variable", found[1], start + 1, 1, number)
        elif found := _TARGET.match(line):
            number = _recipe(lines, _continued(lines, start))
            names = (name for name in found[1].split() if name[0] != "." or "/" in name)
            yield from [Entry("target", name, start + 1, 1, number) for name in names]


def _continued(lines: Sequence[str], at: int) -> int:
    """The number of the last line that the line at the 0-based position `at` goes on to."""
    while at + 1 < len(lines) and lines[at].endswith("\\"):
        at += 1
    return at + 1


def _recipe(lines: Sequence[str], after: int) -> int:
    """The last line of the recipe below a rule that ends on line `after`; blank lines within it count."""
    last = at = after
    while at < len(lines) and (lines[at].startswith("\t") or not lines[at].strip()):
        at = _continued(lines, at)
        if lines[at - 1].strip():
            last = at
    return last


_FROM = re.compile(r"[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?", re.IGNORECASE)
_GIVEN = re.compile(r"[ \t]*(?:ARG|ENV)[ \t]+([A-Za-z_]\w*)", re.IGNORECASE)


def read_dockerfile(lines: Sequence[str]) -> Iterator[Entry]:
    """Stages by their name, else by their image; arguments and variables inside of them."""
    number = 0
    while number < len(lines):
        line, start = lines[number], number
        number = _continued(lines, start)
        if found := _FROM.match(line):
            yield Entry("stage", found[2] or found[1], start + 1, 1)
        elif found := _GIVEN.match(line):
            yield Entry("variable", found[1], start + 1, 2, number)


def line_symbols(read: Reader, lines: Sequence[str]) -> tuple[Symbol, ...]:
    """The entries of a file as symbols, nested by their levels; of equal names the second is `name#2`."""
    short = [line.lstrip("\ufeff").rstrip("\r") if len(line) <= MAX_LINE else "" for line in lines]
    entries = [entry for entry, _ in zip(read(short), range(MAX_ENTRIES), strict=False)]
    symbols: list[Symbol] = []
    taken: dict[str, int] = {}
    for position, (entry, end) in enumerate(zip(entries, _ends(entries, len(lines)), strict=True)):
        parent = _parent(entries, symbols, position)
        name = " ".join(entry.name.split())[:MAX_NAME].strip() or "?"
        above = symbols[parent].qualname if parent >= 0 else ""
        base = f"{above}.{name}" if above and len(above) <= MAX_PREFIX else name
        taken[base] = taken.get(base, 0) + 1
        qualname = base if taken[base] == 1 else f"{base}#{taken[base]}"
        signature = " ".join(short[entry.line - 1].split())[:MAX_SIGNATURE]
        symbols.append(
            Symbol(
                name, qualname, entry.kind, entry.line, max(end, entry.line), signature, "", parent
            )
        )
    return tuple(symbols)


def _ends(entries: Sequence[Entry], last_line: int) -> list[int]:
    """The last line of each entry."""
    ends = [entry.last or last_line for entry in entries]
    open_at: list[int] = []
    for position, entry in enumerate(entries):
        while open_at and entries[open_at[-1]].level >= entry.level:
            at = open_at.pop()
            ends[at] = entries[at].last or entry.line - 1
        open_at.append(position)
    return ends


def _parent(entries: Sequence[Entry], symbols: Sequence[Symbol], position: int) -> int:
    """The nearest entry before it that is further out, or -1."""
    parent = position - 1
    while parent >= 0 and entries[parent].level >= entries[position].level:
        parent = symbols[parent].parent
    return parent
