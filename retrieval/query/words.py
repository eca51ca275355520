"""The parts of a name, and how well names cover the words of a question."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from indexer import FoundSymbol, search_terms

from ..file_roles import PACKAGE_INDEX_FILES

MIN_PREFIX = 4  # letters: a longer word matches its own beginning, `interceptors` `interceptor`


class QuestionWords:
    """The words of a question, matched against names. Caches the matches of each part of a name."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self._matches: dict[str, frozenset[int]] = {}  # part of a name → positions in `words`

    def name_overlap(self, symbol: FoundSymbol | None) -> float:
        """Return how well the words and the symbol's name cover each other: 1 for the same name."""
        if symbol is None or not self.words:
            return 0.0
        if symbol.symbol.name.lower() in self.words[:1]:
            return 1.0
        parts = name_parts(symbol.symbol.name)
        matches = [positions for positions in map(self._match, parts) if positions]
        if not matches:
            return 0.0
        covered = frozenset().union(*matches)
        return 0.5 * len(matches) / len(parts) + 0.5 * len(covered) / len(self.words)

    def path_overlap(self, path: str) -> float:
        """Return the covered share of the file's own name; its folder counts a third of it."""
        stem, folder = path_parts(path)
        return (3 * self._share(stem) + self._share(folder)) / 4

    def _share(self, parts: Sequence[str]) -> float:
        return sum(1 for part in parts if self._match(part)) / len(parts) if parts else 0.0

    def _match(self, part: str) -> frozenset[int]:
        """Return the positions of the words equal to `part`, or with the same beginning."""
        positions = self._matches.get(part)
        if positions is None:
            positions = frozenset(at for at, word in enumerate(self.words) if _alike(part, word))
            self._matches[part] = positions
        return positions


def _alike(part: str, word: str) -> bool:
    if part == word:
        return True
    if len(part) < MIN_PREFIX or len(word) < MIN_PREFIX:
        return False
    return word.startswith(part) or part.startswith(word)


@lru_cache(maxsize=1 << 16)
def name_parts(name: str) -> tuple[str, ...]:
    """Return the distinct parts of a name, without the whole name if it has several."""
    terms = list(dict.fromkeys(search_terms(name)))
    return tuple(terms[1:] if len(terms) > 2 else terms)


@lru_cache(maxsize=1 << 14)
def path_parts(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the parts of the file's name and of its folder's.

    A package index file goes by its folder: `extract/mod.rs` is `extract.rs` in other languages.
    """
    *folders, name = path.split("/")
    if name in PACKAGE_INDEX_FILES and folders:
        *folders, name = folders
    return name_parts(name.split(".", 1)[0]), name_parts(folders[-1]) if folders else ()
