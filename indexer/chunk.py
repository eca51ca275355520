"""Lines and symbols of a file → chunks: what is searched, embedded and shown as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .records import Chunk, Symbol
from .terms import terms

CHUNKER = 1
"""Version of the cutting; keys the cached vectors together with the encoder."""

MAX_LINES = 60  # a longer function is cut: about what a reader takes in at once, and some 600 tokens
MIN_LINES = 4  # a shorter definition shares a chunk with its neighbours
TEXT_LINES = 40  # window over files without symbols
MAX_CHARS = 8_000  # a chunk of long lines ends here
NAME_WEIGHT = 3  # how often terms of the qualified name count; simple BM25F: weighted fields added up before saturation
OWN_CHUNK = frozenset({"function", "method", "class", "interface", "struct", "enum", "type", "trait", "module"})
DESCENDED = frozenset({"class", "interface", "struct", "enum", "trait", "module", "type"})


def chunk_lines(path: str, lines: Sequence[str], symbols: Sequence[Symbol]) -> Iterator[Chunk]:
    """Cut the file into chunks, in the order of lines; only blank lines belong to none.

    A function is a chunk, cut into windows where it is long; what stands between functions is filled up into
    chunks that belong to the symbol around it.
    """
    path_terms = terms(path)
    children: dict[int, list[int]] = {}
    for index, symbol in enumerate(symbols):
        children.setdefault(symbol.parent, []).append(index)
    for start, end, owner in _spans(lines, symbols, children, -1, 1, len(lines)):
        for low, high in _windows(lines, start, end, MAX_LINES if symbols else TEXT_LINES):
            yield _chunk(path_terms, lines, symbols, low, high, owner)


def _spans(
    lines: Sequence[str],
    symbols: Sequence[Symbol],
    children: dict[int, list[int]],
    owner: int,
    start: int,
    end: int,
) -> Iterator[tuple[int, int, int]]:
    """Runs of lines (first, last, innermost symbol) between `start` and `end`, both inclusive."""
    stack = [(owner, start, end, iter(sorted(children.get(owner, ()), key=lambda i: symbols[i].start_line)))]
    while stack:  # not recursive: nesting is as deep as the file likes
        owner, position, end, rest = stack.pop()
        for index in rest:
            symbol = symbols[index]
            first, last = max(symbol.start_line, position), min(symbol.end_line, end)
            if symbol.kind not in OWN_CHUNK or last - first + 1 < MIN_LINES:
                continue
            if position < first:
                yield position, first - 1, owner
            position = last + 1
            if symbol.kind in DESCENDED:
                stack.append((owner, position, end, rest))
                below = iter(sorted(children.get(index, ()), key=lambda i: symbols[i].start_line))
                stack.append((index, first, last, below))
                position = end + 1
                break
            yield first, last, index
        if position <= end:
            yield position, end, owner


def _windows(lines: Sequence[str], start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Cut a run of lines, without its blank borders, into windows of at most `limit` lines and `MAX_CHARS` characters."""
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
    for number in range(start, last + 1):
        room -= len(lines[number - 1]) + 1
        if room < 0:
            return max(start, number - 1)
    return last


def _best_cut(lines: Sequence[str], start: int, last: int) -> int:
    """The last line of the window: before a blank line or the least indented line of the window's second half."""
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
    path_terms: list[str], lines: Sequence[str], symbols: Sequence[Symbol], start: int, end: int, owner: int
) -> Chunk:
    body = "\n".join(lines[start - 1 : end])
    if owner < 0:
        return Chunk(start, end, owner, body, f"{' '.join(path_terms)}\n{' '.join(terms(body))}")
    symbol = symbols[owner]
    name_terms = terms(symbol.qualname)
    context = symbol.qualname  # a later window of a long symbol needs to say whose part it is
    if start > symbol.start_line:
        context = f"{symbol.qualname}\n{symbol.signature}\n{symbol.doc[:200]}".rstrip()
    text = f"{context}\n{body}"
    head = path_terms + name_terms * (NAME_WEIGHT - 1)
    return Chunk(start, end, owner, text, f"{' '.join(head)}\n{' '.join(terms(text))}")
