"""What is known of each candidate for an issue, as a row of numbers for the learned ranker. Nothing is weighed here.

Every number is a share, a logarithm or a reciprocal rank, so that repositories of any size look alike. The names in
`SIGNALS` tell a reader of a hit which kind of evidence a number belongs to.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from indexer import CALLABLES, FoundSymbol, search_terms

from ..file_roles import FRONTS, place_of
from ..query.mention_matches import Anchors
from ..query.question import Question
from ..query.term_rarity import rarity
from ..search.commit_evidence import History
from ..search.fusion import Candidate
from .term_counts import Counts
from .weighted import name_parts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SIGNALS = {
    "lexical": ("lexical", "lexical_place", "bm25", "bm25_place", "bm25_title", "bm25_all", "body", "body_code", "head"),
    "dense": ("dense", "dense_place"),
    "mention": ("anchor", "file_anchor", "file_anchors", "anchored"),
    "name": ("name_cover", "name_share", "name_whole", "name_title", "doc", "signature", "class_cover", "class_title"),
    "path": ("stem_cover", "stem_share", "folder_cover", "path_share"),
    "file": ("file_sum", "file_best", "file_found", "file_bm25", "file_bm25_place"),
    "class": ("class_sum", "class_best", "siblings", "windows"),
    "history": ("history", "history_place", "recency", "frequency"),
    "kind": ("function", "type", "text", "small", "lines", "test", "aside", "added", "words"),
}  # fmt: skip
"""Kind of evidence → its numbers."""
FEATURES = tuple(name for names in SIGNALS.values() for name in names)
"""The columns of `feature_rows`, in order."""

DENSE = 0.2  # of nearness in meaning in what a chunk says for its file, beside BM25
COHERENCE = (
    0.9  # how much less each further chunk of a file, class or function adds to what it says
)
DOC_CHARS = 600  # of a docstring that are read
COMMON = 0.05  # that a word counts for which is the commonest of all


@dataclass(frozen=True, slots=True)
class Unit:
    """What is ranked for an issue: a symbol, or lines outside of any, in one chunk."""

    at: int  # the chunk's position among the candidates
    symbol: FoundSymbol | None


@dataclass(frozen=True, slots=True)
class Given:
    """All that is known when candidates for an issue are judged."""

    question: Question
    candidates: Sequence[Candidate]
    units: Sequence[Unit]
    symbols: Mapping[str, Sequence[FoundSymbol]]  # of the candidates' paths
    anchors: Anchors
    counts: Counts  # a row for each candidate
    history: History
    past: Mapping[str, float]  # of `history`, for this question


def feature_rows(given: Given) -> Floats:
    """An array (units, FEATURES)."""
    import numpy as np

    table = {name: np.zeros(len(given.units), np.float32) for name in FEATURES}
    says = _search(given, table)
    _names(given, table)
    _groups(given, table, says)
    return np.stack([table[name] for name in FEATURES], axis=1)


def _search(given: Given, table: dict[str, Floats]) -> Floats:
    """What the searches and the counted terms say; returns how much each unit's chunk says for what is around it."""
    import numpy as np

    question, counts = given.question, given.counts
    at = np.array([unit.at for unit in given.units], np.int64)
    weights, title, code = (
        dict(question.weights),
        _rare(question.title_terms),
        _rare(question.code_terms),
    )
    chunks = {
        "lexical": np.array([each.lexical for each in given.candidates], np.float32),
        "dense": np.array([each.dense for each in given.candidates], np.float32),
        "bm25": counts.bm25(weights),
        "bm25_title": counts.bm25(dict.fromkeys(title, 1.0)),
        "bm25_all": counts.bm25(dict.fromkeys(counts.terms, 1.0)),
        "body": counts.share(question.told),
        "body_code": counts.share(code),
        "head": counts.share(question.told, head=True),
    }
    for name in ("lexical", "dense", "bm25"):
        table[f"{name}_place"][:] = _places(chunks[name], 5)[at]
    for name, column in chunks.items():
        table[name][:] = column[at]
    found = np.array([bool(each.lexical or each.dense or each.anchor) for each in given.candidates])
    table["added"][:] = ~found[at]
    table["words"][:] = math.log1p(len(question.text.split()))
    table["anchored"][:] = math.log1p(len(given.anchors.symbols))
    return np.asarray(table["lexical"] + DENSE * table["dense"], np.float32)


def _names(given: Given, table: dict[str, Floats]) -> None:
    """What the names, signatures and docstrings of symbols have in common with the question."""
    told = given.question.told
    title = _rare(given.question.title_terms)
    total = sum(told.values()) or 1.0
    named = {
        (found.path, found.index): strength for found, strength in given.anchors.symbols.items()
    }
    for row, unit in enumerate(given.units):
        chunk, found = given.candidates[unit.at].chunk, unit.symbol
        table["lines"][row] = math.log1p(chunk.end_line - chunk.start_line)
        table["anchor"][row] = given.candidates[unit.at].anchor
        if found is None:
            table["text"][row] = 1.0
            continue
        symbol = found.symbol
        parts, whole = name_parts(symbol.name), symbol.name.lower()
        function = symbol.kind in CALLABLES
        small = function and found.index != chunk.symbol
        table["function" if function else "type"][row] = 1.0
        table["small"][row] = small
        if small:
            table["anchor"][row] = named.get((found.path, found.index), 0.0)
        table["name_cover"][row] = _cover(parts, told)
        table["name_title"][row] = _cover(parts, title)
        table["name_share"][row] = sum(told.get(part, 0.0) for part in {*parts, whole}) / total
        table["name_whole"][row] = rarity(whole) if whole in told else 0.0
        table["doc"][row] = (
            sum(told.get(term, 0.0) for term in _terms(symbol.doc[:DOC_CHARS])) / total
        )
        table["signature"][row] = (
            sum(told.get(term, 0.0) for term in _terms(symbol.signature)) / total
        )


def _groups(given: Given, table: dict[str, Floats], says: Floats) -> None:
    """What the file, the class and the other windows of a unit say for it."""
    files: dict[str, list[int]] = defaultdict(list)
    classes: dict[tuple[str, int], list[int]] = defaultdict(list)
    symbols: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row, unit in enumerate(given.units):
        path, found = given.candidates[unit.at].chunk.path, unit.symbol
        around = (
            -1
            if found is None
            else found.symbol.parent
            if found.symbol.kind in CALLABLES
            else found.index
        )
        files[path].append(row)
        classes[path, around].append(row)
        symbols[path, -row - 1 if found is None else found.index].append(row)
    _files(given, table, says, files)
    _classes(given, table, says, classes)
    for rows in symbols.values():
        table["windows"][rows] = _summed(table["bm25"][rows])


def _files(
    given: Given, table: dict[str, Floats], says: Floats, files: Mapping[str, list[int]]
) -> None:
    import numpy as np

    told = given.question.told
    total = sum(told.values()) or 1.0
    sums = np.array([_summed(says[rows]) for rows in files.values()], np.float32)
    squares = np.array([_summed(table["bm25"][rows] ** 2) for rows in files.values()], np.float32)
    past = np.array([given.past.get(path, 0.0) for path in files], np.float32)
    in_file: dict[str, int] = defaultdict(int)
    for found in given.anchors.symbols:
        in_file[found.path] += 1
    ranks = zip(_places(squares, 3), _places(past, 3), strict=True)
    for at, ((path, rows), (square_place, past_place)) in enumerate(
        zip(files.items(), ranks, strict=True)
    ):
        stem, folder = _path_parts(path)
        place = place_of(path)
        values = {
            "file_sum": sums[at] / (sums.max() or 1.0), "file_best": table["lexical"][rows].max(),
            "file_bm25": squares[at] / (squares.max() or 1.0), "file_bm25_place": square_place,
            "file_found": math.log1p(len(rows)), "file_anchor": given.anchors.files.get(path, 0.0),
            "file_anchors": math.log1p(in_file[path]), "history": past[at], "history_place": past_place,
            "recency": given.history.recency(path), "frequency": given.history.frequency(path),
            "stem_cover": _cover(stem, told), "stem_share": sum(told.get(part, 0.0) for part in set(stem)) / total,
            "folder_cover": _cover(folder, told), "path_share": sum(told.get(t, 0.0) for t in _terms(path)) / total,
            "test": place == "test" and not given.question.wants_tests,
            "aside": place in ("example", "prose", "vendored", "generated"),
        }  # fmt: skip
        for name, value in values.items():
            table[name][rows] = value


def _classes(
    given: Given,
    table: dict[str, Floats],
    says: Floats,
    classes: Mapping[tuple[str, int], list[int]],
) -> None:
    told, title = given.question.told, _rare(given.question.title_terms)
    for (path, around), rows in classes.items():
        table["class_sum"][rows] = _summed(says[rows])
        table["class_best"][rows] = says[rows].max()
        table["siblings"][rows] = math.log1p(len(rows))
        if around >= 0:
            parts = name_parts(given.symbols[path][around].symbol.name)
            table["class_cover"][rows] = _cover(parts, told)
            table["class_title"][rows] = _cover(parts, title)


def _rare(terms: Sequence[str]) -> dict[str, float]:
    return {term: rarity(term) ** 2 for term in terms}


def _cover(parts: Sequence[str], told: Mapping[str, float]) -> float:
    """How much of a name the question says, each part counting by how rare it is."""
    worth: Callable[[str], float] = lambda part: rarity(part) ** 2 + COMMON  # noqa: E731
    return sum(worth(part) for part in parts if part in told) / (sum(map(worth, parts)) or 1.0)


def _summed(values: Floats) -> float:
    """The sum, largest first, each counting less than the one before."""
    return sum(
        float(value) * COHERENCE**at for at, value in enumerate(sorted(values, reverse=True))
    )


def _places(values: Floats, scale: int) -> Floats:
    """1 for the largest, falling with the place; 0 where there is no value."""
    import numpy as np

    places = np.zeros(len(values), np.float32)
    order = np.argsort(-values, kind="stable")
    places[order] = 1.0 / (1.0 + np.arange(len(values)) / scale)
    return np.asarray(np.where(values > 0, places, 0.0), np.float32)


@lru_cache(maxsize=1 << 14)
def _terms(text: str) -> frozenset[str]:
    return frozenset(search_terms(text))


@lru_cache(maxsize=1 << 14)
def _path_parts(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The parts of the file's name and of its folder's; a front file is called after its folder."""
    *folders, name = path.split("/")
    if name in FRONTS and folders:
        *folders, name = folders
    return name_parts(name.split(".", 1)[0]), name_parts(folders[-1]) if folders else ()
