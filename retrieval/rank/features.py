"""Features of the candidates for an issue: a row of numbers for each, for the learned ranker.

Every number is a share, a logarithm or a reciprocal rank, so that repositories of any size look
alike. A function for each signal returns its columns; `SIGNALS` names these in the model's order.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from indexer import FoundSymbol, search_terms

from ..file_roles import file_role
from ..query import name_parts, path_parts, rarity
from ..search import discounted_sum
from .feature_table import (
    FeatureTable,
    RankingInput,
    Unit,
    group_rows,
    is_function,
    spread,
    squared_rarity,
    to_floats,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Columns = Mapping[str, Floats]

SIGNALS = {
    "lexical": ("lexical", "lexical_place", "bm25", "bm25_place", "bm25_title", "bm25_all",
                "body", "body_code", "head"),
    "dense": ("dense", "dense_place"),
    "mention": ("anchor", "file_anchor", "file_anchors", "anchored"),
    "name": ("name_cover", "name_share", "name_whole", "name_title", "doc", "signature",
             "class_cover", "class_title"),
    "path": ("stem_cover", "stem_share", "folder_cover", "path_share"),
    "file": ("file_sum", "file_best", "file_found", "file_bm25", "file_bm25_place"),
    "class": ("class_sum", "class_best", "siblings", "windows"),
    "history": ("history", "history_place", "recency", "frequency"),
    "kind": ("function", "type", "text", "small", "lines", "test", "aside", "added", "words"),
}  # fmt: skip
"""Signal → the names of its columns. The model in `data/ranker` has the same names and order."""
FEATURES = tuple(name for names in SIGNALS.values() for name in names)
"""The columns of `feature_rows`, in order."""

DOC_CHARS = 600  # of a docstring that are read
COMMON = 0.05  # weight of the commonest word


def feature_rows(inputs: RankingInput) -> Floats:
    """Return an array (units, FEATURES)."""
    import numpy as np

    table = FeatureTable(inputs)
    columns = {name: values for group in COLUMNS.values() for name, values in group(table).items()}
    return np.stack([columns[name] for name in FEATURES], axis=1)


# -- a function for each signal


def _lexical(table: FeatureTable) -> Columns:
    counts, question = table.inputs.counts, table.question
    code = squared_rarity(question.code_terms)
    return {
        "lexical": table.lexical,
        "lexical_place": table.of_chunks(_places(table.chunk_lexical, 5)),
        "bm25": table.bm25,
        "bm25_place": table.of_chunks(_places(table.chunk_bm25, 5)),
        "bm25_title": table.of_chunks(counts.bm25(dict.fromkeys(table.title, 1.0))),
        "bm25_all": table.of_chunks(counts.bm25(dict.fromkeys(counts.terms, 1.0))),
        "body": table.of_chunks(counts.share(table.weights)),
        "body_code": table.of_chunks(counts.share(code)),
        "head": table.of_chunks(counts.share(table.weights, head=True)),
    }


def _dense(table: FeatureTable) -> Columns:
    places = _places(table.chunk_dense, 5)
    return {"dense": table.dense, "dense_place": table.of_chunks(places)}


def _mention(table: FeatureTable) -> Columns:
    mentions, candidates = table.inputs.mentions, table.inputs.candidates
    by_symbol = {(each.path, each.index): value for each, value in mentions.symbols.items()}
    by_file = Counter(symbol.path for symbol in mentions.symbols)

    def confidence(unit: Unit) -> float:
        if unit.symbol is not None and table.is_small(unit):
            return by_symbol.get((unit.symbol.path, unit.symbol.index), 0.0)
        return candidates[unit.at].mention

    return {
        "anchor": table.of_units(confidence),
        "file_anchor": table.of_files(mentions.files.get(path, 0.0) for path in table.files),
        "file_anchors": table.of_files(math.log1p(by_file[path]) for path in table.files),
        "anchored": table.of_units(lambda _: math.log1p(len(mentions.symbols))),
    }


def _name(table: FeatureTable) -> Columns:
    weights = table.weights

    def name_share(symbol: FoundSymbol) -> float:
        return table.share({*name_parts(symbol.symbol.name), symbol.symbol.name.lower()})

    def whole_name(symbol: FoundSymbol) -> float:
        name = symbol.symbol.name.lower()
        return rarity(name) if name in weights else 0.0

    def cover(symbol: FoundSymbol, terms: Mapping[str, float]) -> float:
        return _cover(name_parts(symbol.symbol.name), terms)

    classes = [
        table.inputs.symbols[path][index] if index >= 0 else None for path, index in table.classes
    ]

    def of_classes(terms: Mapping[str, float]) -> Floats:
        covers = [0.0 if each is None else cover(each, terms) for each in classes]
        return spread(table.classes.values(), covers, len(table.units))

    return {
        "name_cover": table.of_symbols(lambda symbol: cover(symbol, weights)),
        "name_share": table.of_symbols(name_share),
        "name_whole": table.of_symbols(whole_name),
        "name_title": table.of_symbols(lambda symbol: cover(symbol, table.title)),
        "doc": table.of_symbols(lambda each: table.share(_terms(each.symbol.doc[:DOC_CHARS]))),
        "signature": table.of_symbols(lambda each: table.share(_terms(each.symbol.signature))),
        "class_cover": of_classes(weights),
        "class_title": of_classes(table.title),
    }


def _path(table: FeatureTable) -> Columns:
    weights, parts = table.weights, [path_parts(path) for path in table.files]
    return {
        "stem_cover": table.of_files(_cover(stem, weights) for stem, _ in parts),
        "stem_share": table.of_files(table.share(set(stem)) for stem, _ in parts),
        "folder_cover": table.of_files(_cover(folder, weights) for _, folder in parts),
        "path_share": table.of_files(table.share(_terms(path)) for path in table.files),
    }


def _file(table: FeatureTable) -> Columns:
    groups = table.files.values()
    sums = to_floats([discounted_sum(table.evidence[rows]) for rows in groups])
    squares = to_floats([discounted_sum(table.bm25[rows] ** 2) for rows in groups])
    return {
        "file_sum": table.of_files(sums / _largest(sums)),
        "file_best": table.of_files(table.lexical[rows].max() for rows in groups),
        "file_found": table.of_files(math.log1p(len(rows)) for rows in groups),
        "file_bm25": table.of_files(squares / _largest(squares)),
        "file_bm25_place": table.of_files(_places(squares, 3)),
    }


def _class(table: FeatureTable) -> Columns:
    groups, count = table.classes.values(), len(table.units)
    symbols = group_rows(
        (table.path_of(unit), -row - 1 if unit.symbol is None else unit.symbol.index)
        for row, unit in enumerate(table.units)
    ).values()
    return {
        "class_sum": spread(
            groups, (discounted_sum(table.evidence[rows]) for rows in groups), count
        ),
        "class_best": spread(groups, (table.evidence[rows].max() for rows in groups), count),
        "siblings": spread(groups, (math.log1p(len(rows)) for rows in groups), count),
        "windows": spread(symbols, (discounted_sum(table.bm25[rows]) for rows in symbols), count),
    }


def _history(table: FeatureTable) -> Columns:
    commits, files = table.inputs.commits, table.files
    evidence = to_floats([table.inputs.commit_evidence.get(path, 0.0) for path in files])
    return {
        "history": table.of_files(evidence),
        "history_place": table.of_files(_places(evidence, 3)),
        "recency": table.of_files(commits.recency(path) for path in files),
        "frequency": table.of_files(commits.frequency(path) for path in files),
    }


def _kind(table: FeatureTable) -> Columns:
    candidates, question = table.inputs.candidates, table.question
    roles = [file_role(path) for path in table.files]
    chunks = [candidate.chunk for candidate in candidates]
    added = [not (each.lexical or each.dense or each.mention) for each in candidates]
    return {
        "function": table.of_symbols(is_function),
        "type": table.of_symbols(lambda symbol: not is_function(symbol)),
        "text": table.of_units(lambda unit: unit.symbol is None),
        "small": table.of_units(table.is_small),
        "lines": table.of_chunks([math.log1p(each.end_line - each.start_line) for each in chunks]),
        "test": table.of_files(role == "test" and not question.wants_tests for role in roles),
        "aside": table.of_files(role in _ASIDE for role in roles),
        "added": table.of_chunks(added),
        "words": table.of_units(lambda _: math.log1p(len(question.text.split()))),
    }


COLUMNS: Mapping[str, Callable[[FeatureTable], Columns]] = {
    "lexical": _lexical,
    "dense": _dense,
    "mention": _mention,
    "name": _name,
    "path": _path,
    "file": _file,
    "class": _class,
    "history": _history,
    "kind": _kind,
}
"""Signal → the function that returns its columns."""
_ASIDE = frozenset({"example", "prose", "vendored", "generated"})


# -- grouping and measuring


def _cover(parts: Sequence[str], terms: Mapping[str, float]) -> float:
    """Return the share of a name's parts among `terms`, rare parts counting more."""
    weights = {part: rarity(part) ** 2 + COMMON for part in parts}
    return sum(weights[part] for part in parts if part in terms) / (sum(weights.values()) or 1.0)


def _largest(values: Floats) -> float:
    """Return the largest value, or 1 instead of 0."""
    return max(values.tolist(), default=0.0) or 1.0


def _places(values: Floats, scale: int) -> Floats:
    """Return 1 for the largest value, falling with the rank; 0 for a value of 0."""
    import numpy as np

    places = np.zeros(len(values), np.float32)
    order = np.argsort(-values, kind="stable")
    places[order] = 1.0 / (1.0 + np.arange(len(values)) / scale)
    return np.asarray(np.where(values > 0, places, 0.0), np.float32)


@lru_cache(maxsize=1 << 14)
def _terms(text: str) -> frozenset[str]:
    return frozenset(search_terms(text))
