"""Weighted terms as queries of the full-text index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FEW_WEIGHTS = 2  # a short question's terms have two: words, and their variants


def match_queries(weights: Mapping[str, float]) -> list[Any]:
    """Return full-text queries that together find the best rows for `weights`, term → weight.

    The last query matches every row with any of the terms; without terms there is no query.

    In one query, terms of different weights are separate clauses, and Lance scores every row with
    any of them. With a million chunks that takes fifteen times as long as one query for the
    heaviest terms and one for all terms: those skip rows that cannot be among the best. An
    issue's many weights still become the clauses of one query.
    """
    from lancedb.query import BooleanQuery, MatchQuery, Occur

    match: Any = MatchQuery  # its defaults are hidden from type checkers
    groups: dict[float, list[str]] = {}
    for term, weight in weights.items():
        groups.setdefault(round(weight, 3), []).append(term)
    if len(groups) > FEW_WEIGHTS:
        clauses = [
            match(" ".join(terms), column="terms", boost=weight) for weight, terms in groups.items()
        ]
        return [BooleanQuery([(Occur.SHOULD, clause) for clause in clauses])]
    heaviest: list[list[str]] = []
    for weight in sorted(groups, reverse=True):
        heaviest.append([*(heaviest[-1] if heaviest else ()), *groups[weight]])
    return [match(" ".join(terms), column="terms") for terms in heaviest]
