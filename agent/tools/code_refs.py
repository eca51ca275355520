"""Names for parts of files: compaction leaves such names, and `read` brings the lines back.

`path::Qual.name` is a symbol, `path:12-40` are lines, `path` is the whole file. Names are looked up
in the current file, so that the lines are never out of date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ..errors import ToolError

if TYPE_CHECKING:
    from indexer import Symbol

LINES = re.compile(r"^(?P<path>.+):(?P<start>\d+)-(?P<end>\d+)$")
SUGGESTIONS = 12  # symbols named in an error


@dataclass(frozen=True, slots=True)
class CodeRef:
    """A reference to a file or a part of it."""

    path: str
    symbol: str = ""  # its qualified name
    start: int = 0  # 1-based, inclusive; 0 without lines
    end: int = 0


def parse_ref(name: str) -> CodeRef:
    path, separator, symbol = name.partition("::")
    if separator:
        return CodeRef(path, symbol)
    if lines := LINES.match(name):
        return CodeRef(lines["path"], "", int(lines["start"]), int(lines["end"]))
    return CodeRef(name)


@lru_cache(maxsize=256)
def symbols_in(path: str, text: str) -> tuple[Symbol, ...]:
    """Return the definitions in a text, as the indexer extracts them."""
    from indexer import parse_definitions

    return parse_definitions(path, text)


def find_symbol_lines(path: str, text: str, name: str) -> tuple[int, int]:
    """Return first and last line of the symbol `name`, or of one whose name ends in it.

    Raise `ToolError` if there is no such symbol.
    """
    symbols = symbols_in(path, text)
    matches = [symbol for symbol in symbols if symbol.qualname == name]
    matches = matches or [symbol for symbol in symbols if symbol.qualname.endswith(f".{name}")]
    if not matches:
        known = ", ".join(symbol.qualname for symbol in symbols[:SUGGESTIONS])
        raise ToolError(f"{path} has no symbol {name}" + (f"; it has {known}" if known else ""))
    return matches[0].start_line, matches[0].end_line


def refs_to_lines(path: str, text: str, start: int, end: int) -> list[str]:
    """Return names for the lines `start` to `end`: whole symbols, and ranges for the rest."""
    lines = text.splitlines()
    if start <= 1 and end >= len(lines):
        return [path]
    names, covered = [], set[int]()
    by_line = sorted(symbols_in(path, text), key=lambda each: (each.start_line, -each.end_line))
    for symbol in by_line:
        is_inside = start <= symbol.start_line and symbol.end_line <= end
        if is_inside and symbol.start_line not in covered:
            names.append(f"{path}::{symbol.qualname}")
            covered.update(range(symbol.start_line, symbol.end_line + 1))
    numbers = range(start, min(end, len(lines)) + 1)
    rest = [number for number in numbers if number not in covered and lines[number - 1].strip()]
    return names + [f"{path}:{first}-{last}" for first, last in group_consecutive(rest)]


def group_consecutive(numbers: list[int]) -> list[tuple[int, int]]:
    """Return (first, last) of each run of consecutive numbers in an ascending list."""
    groups: list[tuple[int, int]] = []
    for number in numbers:
        if groups and groups[-1][1] == number - 1:
            groups[-1] = (groups[-1][0], number)
        else:
            groups.append((number, number))
    return groups
