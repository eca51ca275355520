"""Entries that a language's line reader finds → symbols."""

from __future__ import annotations

from collections.abc import Sequence

from ..languages import LineEntry, LineReader
from ..records import Symbol
from .definitions import MAX_NAME, MAX_PREFIX, MAX_SIGNATURE

MAX_ENTRIES = 2_000
"""Entries of one file. The longest manuals have some hundreds of headings; the rest is data."""

MAX_LINE = 2_000
"""Characters of a line. A longer one is no heading or rule, and patterns with more than one way to
match take time by its square."""


def line_symbols(read: LineReader, lines: Sequence[str]) -> tuple[Symbol, ...]:
    """Return a file's entries as symbols, nested by level; a repeated name becomes `name#2`."""
    short = [line.lstrip("\ufeff").rstrip("\r") if len(line) <= MAX_LINE else "" for line in lines]
    entries = [entry for entry, _ in zip(read(short), range(MAX_ENTRIES), strict=False)]
    symbols: list[Symbol] = []
    counts: dict[str, int] = {}
    for position, (entry, end) in enumerate(zip(entries, _ends(entries, len(lines)), strict=True)):
        parent = _parent(entries, symbols, position)
        name = " ".join(entry.name.split())[:MAX_NAME].strip() or "?"
        above = symbols[parent].qualname if parent >= 0 else ""
        base = f"{above}.{name}" if above and len(above) <= MAX_PREFIX else name
        counts[base] = counts.get(base, 0) + 1
        qualname = base if counts[base] == 1 else f"{base}#{counts[base]}"
        signature = " ".join(short[entry.line - 1].split())[:MAX_SIGNATURE]
        symbols.append(
            Symbol(
                name, qualname, entry.kind, entry.line, max(end, entry.line), signature, "", parent
            )
        )
    return tuple(symbols)


def _ends(entries: Sequence[LineEntry], last_line: int) -> list[int]:
    """Return the last line of each entry."""
    ends = [entry.last_line or last_line for entry in entries]
    open_at: list[int] = []
    for position, entry in enumerate(entries):
        while open_at and entries[open_at[-1]].level >= entry.level:
            at = open_at.pop()
            ends[at] = entries[at].last_line or entry.line - 1
        open_at.append(position)
    return ends


def _parent(entries: Sequence[LineEntry], symbols: Sequence[Symbol], position: int) -> int:
    """Return the position of the nearest outer entry before `position`, or -1."""
    parent = position - 1
    while parent >= 0 and entries[parent].level >= entries[position].level:
        parent = symbols[parent].parent
    return parent
