"""Lines and symbols of a file → chunks, the units of search, embedding and display."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..kinds import CHUNK_OWNERS, CHUNK_PARENTS
from ..records import Chunk, Symbol
from ..tokenizer import cut_terms

CHUNKER = 2
"""Version of the chunker; part of the key of cached vectors, with the encoder."""

MAX_LINES = 60
"""Lines of a chunk: about as much as a reader takes in at once, some 600 tokens."""
MIN_LINES = 4  # a shorter definition shares a chunk with its neighbors
TEXT_LINES = 40  # window over files without symbols
MAX_CHARS = 8_000  # a chunk of long lines ends here
NAME_WEIGHT = 3
"""How often terms of the qualified name count: simple BM25F, weighted fields summed first."""
_MAX_DOC = 200  # characters of a long symbol's documentation in its later windows

Span = tuple[int, int, int]
"""First line, last line (1-based, inclusive), position of the innermost CHUNK_OWNERS symbol."""


def chunk_lines(
    path: str,
    lines: Sequence[str],
    symbols: Sequence[Symbol],
    blocks: Sequence[tuple[int, int]] = (),
) -> Iterator[Chunk]:
    """Cut the file into chunks, in the order of lines; only blank lines belong to none.

    A function is a chunk, cut into windows if it is long. The lines between functions form chunks
    of the symbol around them. `blocks` are the runs of lines (1-based, inclusive, in order) that
    belong together in a file without symbols.
    """
    path_terms = cut_terms(path)
    limit = MAX_LINES if symbols or blocks else TEXT_LINES
    for start, end, owner in _block_spans(lines, blocks) if blocks else _spans(len(lines), symbols):
        for low, high in _windows(lines, start, end, limit):
            yield _chunk(path_terms, lines, symbols, low, high, owner)


def _spans(last_line: int, symbols: Sequence[Symbol]) -> Iterator[Span]:
    """Yield spans that cover the file.

    Nesting goes by lines and not by parents: a method may be far from its type.
    """
    position, open_symbols = 1, [(-1, last_line)]
    for index in _by_line(symbols):
        symbol = symbols[index]
        first = max(symbol.start_line, position)
        for span in _closed_spans(open_symbols, position, first):
            yield span
            position = span[1] + 1
        owner, end = open_symbols[-1]
        last = min(symbol.end_line, end)
        is_inside_whole = owner >= 0 and symbols[owner].kind not in CHUNK_PARENTS
        if last - first + 1 < MIN_LINES or is_inside_whole:
            continue
        if position < first:
            yield position, first - 1, owner
        position = first
        open_symbols.append((index, last))
    for owner, end in reversed(open_symbols):
        if position <= end:
            yield position, end, owner
        position = max(position, end + 1)


def _closed_spans(open_symbols: list[tuple[int, int]], position: int, first: int) -> Iterator[Span]:
    """Remove the open symbols that end before the line `first`; yield their remaining lines."""
    while open_symbols[-1][1] < first and len(open_symbols) > 1:
        owner, end = open_symbols.pop()
        if position <= end:
            yield position, end, owner
            position = end + 1


def _block_spans(lines: Sequence[str], blocks: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """Yield spans that cover the file: blocks with the lines right above, and those between."""
    position = 1
    for first, last in blocks:
        if last - first + 1 < MIN_LINES or first < position:
            continue
        while first > position and lines[first - 2].strip():
            first -= 1
        if position < first:
            yield position, first - 1, -1
        yield first, min(last, len(lines)), -1
        position = last + 1
    if position <= len(lines):
        yield position, len(lines), -1


def _by_line(symbols: Sequence[Symbol]) -> list[int]:
    """Return the symbols with chunks of their own, an outer one before those inside."""
    keyed = [
        (s.start_line, -s.end_line, index)
        for index, s in enumerate(symbols)
        if s.kind in CHUNK_OWNERS
    ]
    return [index for _, _, index in sorted(keyed)]


def _windows(lines: Sequence[str], start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Cut a run of lines, without blank borders, at `limit` lines and `MAX_CHARS`."""
    while start <= end and not lines[start - 1].strip():
        start += 1
    while end >= start and not lines[end - 1].strip():
        end -= 1
    while start <= end:
        last = _fitting(lines, start, min(end, start + limit - 1))
        if last < end:
            last = _best_cut(lines, start, last)
        yield start, last
        start = last + 1
        while start <= end and not lines[start - 1].strip():
            start += 1


def _fitting(lines: Sequence[str], start: int, last: int) -> int:
    room = MAX_CHARS
    if sum(map(len, lines[start - 1 : last])) + last - start < room:
        return last
    for number in range(start, last + 1):
        room -= len(lines[number - 1]) + 1
        if room < 0:
            return max(start, number - 1)
    return last


def _best_cut(lines: Sequence[str], start: int, last: int) -> int:
    """Return the last line of a window.

    It is before a blank line, or the least indented line, of the window's second half.
    """
    best, depth = last, len(lines[last]) - len(lines[last].lstrip()) if last < len(lines) else 0
    for number in range(last, start + (last - start) // 2, -1):
        below = lines[number - 1]
        if not below.strip():
            return number
        indent = len(below) - len(below.lstrip())
        if indent < depth:
            best, depth = number - 1, indent
    return best


def _chunk(
    path_terms: str,
    lines: Sequence[str],
    symbols: Sequence[Symbol],
    start: int,
    end: int,
    owner: int,
) -> Chunk:
    text = "\n".join(lines[start - 1 : end])
    if owner < 0:
        return Chunk(start, end, owner, text, f"{path_terms}\n{cut_terms(text)}")
    symbol = symbols[owner]
    context = symbol.qualname
    if start > symbol.start_line:  # a later window of a long symbol
        context = f"{symbol.qualname}\n{symbol.signature}\n{symbol.doc[:_MAX_DOC]}".rstrip()
    text = f"{context}\n{text}"
    names = f"{cut_terms(symbol.qualname)} " * (NAME_WEIGHT - 1)
    return Chunk(start, end, owner, text, f"{path_terms} {names}\n{cut_terms(text)}")
