"""Files without facts, such as images: only their path can find them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from indexer import search_terms

from ..query import Lookup, Question, QuestionWords, findable
from ..records import Filter
from .filters import path_matches

# scores, as shares of the best hit's
NAMED_FILE = 1.05  # the question is the file's path
MENTIONED_FILE = 0.95  # the path is in the question
WORDED_FILE = 0.5  # the question's words are those of the file's name


class PathOnlyFiles:
    """Finds files without facts, over one snapshot."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup

    def find(self, question: Question, filter: Filter, best: float) -> dict[str, float]:
        """Return path → score, by path; `best` is the best hit's score."""
        if filter.language or filter.kind not in ("", "file"):
            return {}
        share = NAMED_FILE if question.kind == "symbol" else MENTIONED_FILE
        scores = dict.fromkeys(self._mentioned(question) & self._paths, share * best)
        if question.kind != "issue":
            for path, overlap in self._worded(question).items():
                scores.setdefault(path, WORDED_FILE * overlap * best)
        return {path: scores[path] for path in sorted(scores) if path_matches(path, filter.path)}

    def _mentioned(self, question: Question) -> set[str]:
        """Return the paths that the question may mean."""
        mentions = [*question.mentions.paths]
        if question.kind == "symbol":
            mentions.append(question.text.strip())
        return {path for mention in mentions for path, _ in self._lookup.files(mention)}

    def _worded(self, question: Question) -> dict[str, float]:
        """Return path → its overlap with the question's words, if that is more than a half."""
        words = QuestionWords(question.words)
        paths = {path for word in question.words for path in self._paths_by_term.get(word, ())}
        overlaps = {path: words.path_overlap(path) for path in paths}
        return {path: overlap for path, overlap in overlaps.items() if overlap > 0.5}

    @cached_property
    def _paths(self) -> frozenset[str]:
        skipped = self._lookup.snapshot.entries.skipped()
        return frozenset(
            path for path, reason in skipped.items() if findable(reason) and not path.endswith("/")
        )

    @cached_property
    def _paths_by_term(self) -> Mapping[str, list[str]]:
        return _index_names(self._paths)


@lru_cache(maxsize=8)
def _index_names(paths: frozenset[str]) -> dict[str, list[str]]:
    """Return a term of a file's name → the paths with it.

    Cached, since the next generation usually has the same paths.
    """
    index: dict[str, list[str]] = {}
    for path in sorted(paths):
        for term in set(search_terms(path.rsplit("/", 1)[-1])):
            index.setdefault(term, []).append(path)
    return index
