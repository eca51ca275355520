"""The compared systems: clew, clew without single signals, and plainer ways to search.

All of them use the same index, with the same files, chunks and symbols:

- `clew`: the product's ranking and packing;
- `clew+rerank`: the same with `--rerank builtin`;
- `clew-dense`, `clew-name`, …: the same without one of ABLATIONS. The signal's part of the score is
  0 and it brings no candidates; hits only. The ranker of issues was trained with all of them, so
  this shows its reliance on the signal; a ranker trained without the signal may lose less. The gain
  of the encoder in a whole set-up is the difference to `--encoder none`;
- `bm25`: LanceDB's full-text index over the chunks alone, each term of the question with weight 1.
  The terms are ours (whole identifiers and their parts, of name, path and text), so this is a
  stronger BM25 than one over plain words;
- `dense`: the chunks' vectors alone; nothing without an encoder;
- `ripgrep`: files by the number of lines with one of the question's words, then read from their
  start. The count is that of `rg --count --ignore-case --fixed-strings`, on the indexed text, since
  a bare revision has no checkout.

Other programs are compared by `--command NAME=COMMAND`; see `benchmarks/systems/external.py`.

A pack of any system but clew is its hits in order, each whole, the last cut at the budget.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any, Protocol

from indexer import FoundChunk, FoundSymbol, search_terms
from retrieval import Filter, Hit, Piece, Reranker, Searcher, count_tokens, load_neural_reranker

RERANKED = "clew+rerank"
NAMES = ("clew", RERANKED, "bm25", "dense", "ripgrep")
ABLATIONS = ("lexical", "dense", "mention", "name", "path", "file", "place", "class", "history")
"""Signals of short questions, of issues, or of both."""
MIN_WORD = 3  # letters of a word in a text search
READ = 50  # hits for a pack
HEADER_TOKENS = 14  # of the line with the name of a piece


class System(Protocol):
    """A way to answer questions about one repository."""

    def hits(self, text: str, k: int) -> list[Hit]:
        """Return the `k` best places, best first."""

    def pieces(self, text: str, budget: int) -> Sequence[Piece]:
        """Return the shown text of the best places, within `budget` tokens."""


def parse_systems(text: str) -> list[str]:
    """Return the systems of a comma-separated list, with one for each signal in place of
    `ablations`. Raise ValueError for an unknown one."""
    known = (*NAMES, *(f"clew-{signal}" for signal in ABLATIONS))
    systems = text.replace("ablations", ",".join(known[len(NAMES) :])).split(",")
    for name in systems:
        if name not in known:
            raise ValueError(f"no system {name!r}: one of {', '.join(known)}")
    return systems


def has_packs(name: str) -> bool:
    """Return True if the system's packs are measured, too."""
    return not name.startswith("clew-")


def open_system(name: str, searcher: Searcher) -> System:
    """Return the system called `name` over the index of `searcher`."""
    if name.startswith("clew"):
        without = [signal for signal in ABLATIONS if name == f"clew-{signal}"]
        return Clew(searcher, without, load_neural_reranker() if name == RERANKED else None)
    if name == "bm25":
        snapshot = searcher.snapshot
        return Chunks(
            searcher,
            lambda text, k: snapshot.chunks.search_text(dict.fromkeys(search_terms(text), 1.0), k),
        )
    if name == "dense":
        return Chunks(searcher, searcher.dense.search)
    return Ripgrep(searcher)


class Remembering(Searcher):
    """A searcher with the last ranking cached, for the hits and all packs of one question."""

    _last: tuple[Any, Any] = (None, None)

    def rank(self, question: Any, filter: Filter | None = None) -> Any:
        key = (question, filter or Filter())
        if self._last[0] != key:
            self._last = key, super().rank(question, filter)
        return self._last[1]


class Clew:
    """The product, possibly without some signals."""

    def __init__(
        self, searcher: Searcher, without: Sequence[str], reranker: Reranker | None = None
    ) -> None:
        self.searcher, self.reranker = Remembering(searcher.snapshot, without), reranker

    def hits(self, text: str, k: int) -> list[Hit]:
        return self.searcher.query(text, k, reranker=self.reranker)

    def pieces(self, text: str, budget: int) -> Sequence[Piece]:
        return self.searcher.context(text, budget, reranker=self.reranker).pieces


class Chunks:
    """The chunks of one search."""

    def __init__(self, searcher: Searcher, find: Callable[[str, int], list[FoundChunk]]) -> None:
        self.searcher, self.find = searcher, find
        self._read = lru_cache(maxsize=1)(
            lambda text: self.hits(text, READ)
        )  # the budgets of one question follow each other

    def hits(self, text: str, k: int) -> list[Hit]:
        chunks = self.find(text, k)
        symbols = self.searcher.lookup.symbols_in(chunk.path for chunk in chunks)
        return [_hit(at, chunk, symbols[chunk.path]) for at, chunk in enumerate(chunks, 1)]

    def pieces(self, text: str, budget: int) -> Sequence[Piece]:
        return list(read_hits(self.searcher, self._read(text), budget))


def _hit(rank: int, chunk: FoundChunk, symbols: Sequence[FoundSymbol]) -> Hit:
    symbol = symbols[chunk.symbol].symbol if 0 <= chunk.symbol < len(symbols) else None
    name, kind = (symbol.qualname, symbol.kind) if symbol is not None else ("", "text")
    return Hit(
        rank, chunk.path, name, kind, chunk.start_line, chunk.end_line, chunk.score, (), False
    )


class Ripgrep:
    """Files by matching lines, read from their start."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self._counts = lru_cache(maxsize=1)(lambda question: count_lines(self._texts, question))

    @cached_property
    def _texts(self) -> dict[str, str]:
        return self.searcher.snapshot.sources(self.searcher.snapshot.entries)

    def hits(self, text: str, k: int) -> list[Hit]:
        counts = self._counts(text)
        best = sorted(
            (path for path in counts if counts[path]), key=lambda path: (-counts[path], path)
        )[:k]
        ends = {path: self._texts[path].count("\n") + 1 for path in best}
        return [
            Hit(at, path, "", "file", 1, ends[path], counts[path], (), False)
            for at, path in enumerate(best, 1)
        ]

    def pieces(self, text: str, budget: int) -> Sequence[Piece]:
        return list(read_hits(self.searcher, self.hits(text, READ), budget))


def count_lines(texts: dict[str, str], question: str) -> dict[str, int]:
    """Return the number of lines of each path with one of the question's words, in any case."""
    words = sorted({word.lower() for word in re.findall(r"\w+", question) if len(word) >= MIN_WORD})
    if not words:
        return {}
    counts = {}
    for path, text in texts.items():
        lines = text.lower().split("\n")
        counts[path] = sum(
            1 for line in lines if any(word in line for word in words)
        )  # 14 times as fast as a pattern
    return counts


def read_hits(searcher: Searcher, hits: Iterable[Hit], budget: int) -> Iterator[Piece]:
    """Yield the lines of `hits` in order, whole, the last cut at `budget` tokens."""
    left = budget
    for hit in hits:
        left -= HEADER_TOKENS
        lines = (searcher.text(hit.path) or "").split("\n")[hit.start_line - 1 : hit.end_line]
        fitting, left = fit(lines, left)
        is_cut = fitting < len(lines)
        if fitting:
            end = hit.start_line + fitting - 1
            text = "\n".join(lines[:fitting])
            whole = "signature" if hit.kind == "signature" else "body"
            resolution = "slice" if is_cut else whole
            yield Piece(hit.path, hit.start_line, end, hit.symbol, resolution, text)
        if is_cut:
            return


def fit(lines: Sequence[str], budget: int) -> tuple[int, int]:
    """Return the number of first lines within `budget` tokens, and the rest of the budget."""
    for count, line in enumerate(lines):
        cost = count_tokens(line + "\n")
        if cost > budget:
            return count, budget
        budget -= cost
    return len(lines), budget
