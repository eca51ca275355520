"""Parts of a file by name: what stands in old turns gives way to such names, and a name brings the lines back.

`path::Qual.name` is a symbol, `path:12-40` are lines, `path` is the whole file. Names are looked up in the file as it
is now, so that what they bring back is never out of date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from .edit import ToolError

if TYPE_CHECKING:
    from indexer import Symbol

LINES = re.compile(r"^(?P<path>.+):(?P<start>\d+)-(?P<end>\d+)$")
SYMBOLS_NAMED = 12  # in an error: enough to find the one that was meant


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or a part of it."""

    path: str
    symbol: str = ""  # its qualified name
    start: int = 0  # 1-based, inclusive; 0 where no lines are named
    end: int = 0


def part_of(name: str) -> Part:
    """What `name` names."""
    path, found, symbol = name.partition("::")
    if found:
        return Part(path, symbol)
    if lines := LINES.match(name):
        return Part(lines["path"], "", int(lines["start"]), int(lines["end"]))
    return Part(name)


@lru_cache(maxsize=256)
def symbols_in(path: str, text: str) -> tuple[Symbol, ...]:
    """The definitions in a text, by the indexer's own extraction."""
    from indexer import definitions

    return definitions(path, text)


def lines_of(path: str, text: str, name: str) -> tuple[int, int]:
    """First and last line of the symbol `name`, or of the only one whose qualified name ends in it."""
    symbols = symbols_in(path, text)
    found = [each for each in symbols if each.qualname == name]
    found = found or [each for each in symbols if each.qualname.endswith(f".{name}")]
    if not found:
        known = ", ".join(each.qualname for each in symbols[:SYMBOLS_NAMED])
        raise ToolError(f"{path} has no symbol {name}" + (f"; it has {known}" if known else ""))
    return found[0].start_line, found[0].end_line


def names_of(path: str, text: str, start: int, end: int) -> list[str]:
    """Names that bring back the lines `start` to `end`: whole symbols where there are some, lines for what is left."""
    lines = text.splitlines()
    if start <= 1 and end >= len(lines):
        return [path]
    names, covered = [], set[int]()
    for symbol in sorted(
        symbols_in(path, text), key=lambda each: (each.start_line, -each.end_line)
    ):
        if (
            start <= symbol.start_line
            and symbol.end_line <= end
            and symbol.start_line not in covered
        ):
            names.append(f"{path}::{symbol.qualname}")
            covered.update(range(symbol.start_line, symbol.end_line + 1))
    left = [
        line
        for line in range(start, min(end, len(lines)) + 1)
        if line not in covered and lines[line - 1].strip()
    ]
    return names + [f"{path}:{first}-{last}" for first, last in runs(left)]


def runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) of those that follow one another."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
