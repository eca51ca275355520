"""Measure the retrieval of code by its docstring in held-out projects: MRR and recall at 10.

    python -m benchmarks.train.evaluate --corpus CORPUS --exclude REPOSITORIES
                                        [--encoder FOLDER ...]

For each held-out project, every docstring (at most QUERIES) is a query, and every documented
definition, without its documentation, a candidate. Compared: BM25 over the same terms, the encoder,
and both fused. Means are over projects.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from indexer import Encoder, StaticEncoder, load_encoder

from .corpus import excluded_names, sources
from .pairs import Pair, pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 2017
QUERIES = 400  # of a project
K1, B = 1.2, 0.75  # BM25's usual constants
RRF = 60  # of reciprocal rank fusion: Cormack et al., 2009
WEIGHTS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0)  # of the encoder beside BM25's 1


@dataclass(frozen=True, slots=True)
class MethodScore:
    """The scores of one method."""

    method: str
    mrr: float
    recall_at_10: float


def bm25(queries: Sequence[str], texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the Okapi BM25 score of every query for every text; both are space-separated terms."""
    ids: dict[str, int] = {}
    tokens = [[ids.setdefault(term, len(ids)) for term in text.split()] for text in texts]
    lengths = np.array([len(row) for row in tokens], np.float32)
    rows = np.repeat(np.arange(len(tokens)), lengths.astype(int))
    columns = np.array([i for row in tokens for i in row])
    counts = csr_array(
        (np.ones(len(columns), np.float32), (rows, columns)), shape=(len(tokens), len(ids))
    )
    counts.sum_duplicates()
    frequency = np.bincount(counts.indices, minlength=len(ids))
    idf = np.log(1 + (len(tokens) - frequency + 0.5) / (frequency + 0.5))
    norm = K1 * (1 - B + B * lengths / lengths.mean())
    tf = counts.data * (K1 + 1) / (counts.data + np.repeat(norm, np.diff(counts.indptr)))
    weights = csr_array(
        (tf * idf[counts.indices], counts.indices, counts.indptr), shape=counts.shape
    )
    query_terms = [[ids[term] for term in set(query.split()) if term in ids] for query in queries]
    query_matrix = csr_array(
        (
            np.ones(sum(map(len, query_terms)), np.float32),
            np.array([i for row in query_terms for i in row], np.int64),
            np.cumsum([0, *map(len, query_terms)]),
        ),
        shape=(len(query_terms), len(ids)),
    )
    return np.asarray((query_matrix @ weights.T).todense(), np.float32)


def cosines(
    encoder: StaticEncoder, queries: Sequence[str], texts: Sequence[str]
) -> NDArray[np.float32]:
    """Return the encoder's score of every query for every text. Both are terms already, so they are
    not tokenized again."""
    questions, answers = encoder.encode_terms(queries), encoder.encode_terms(texts)
    return np.asarray(questions.astype(np.float32) @ answers.astype(np.float32).T, np.float32)


def ranks(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the rank of each score in its row, 1 for the best; equal scores share the worst
    rank."""
    order = np.sort(scores, axis=1)
    positions = [
        scores.shape[1] - np.searchsorted(row, values, side="left")
        for row, values in zip(order, scores, strict=True)
    ]
    return np.asarray(positions, np.float32)


def by_rank(
    lexical: NDArray[np.float32], dense: NDArray[np.float32], weight: float
) -> NDArray[np.float32]:
    """Return weighted reciprocal rank fusion."""
    return np.asarray(1 / (RRF + ranks(lexical)) + weight / (RRF + ranks(dense)), np.float32)


def by_score(
    lexical: NDArray[np.float32], dense: NDArray[np.float32], weight: float
) -> NDArray[np.float32]:
    """Return BM25 over its best of the query, plus the weighted cosine over its best."""
    best, nearest = lexical.max(axis=1, keepdims=True), dense.max(axis=1, keepdims=True)
    return np.asarray(
        lexical / np.maximum(best, 1e-6) + weight * dense / np.maximum(nearest, 1e-6), np.float32
    )


def score_methods(
    lexical: NDArray[np.float32], dense: NDArray[np.float32]
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield each method's name and scores."""
    yield "BM25", lexical
    yield "encoder", dense
    for weight in WEIGHTS:
        yield f"ranks fused, {weight}", by_rank(lexical, dense, weight)
    for weight in WEIGHTS:
        yield f"scores fused, {weight}", by_score(lexical, dense, weight)


def evaluate(held_out: Sequence[Pair], encoder: StaticEncoder) -> list[MethodScore]:
    """Return a figure for each method, averaged over the projects."""
    by_method: dict[str, list[tuple[float, float]]] = {}
    for project in dict.fromkeys(pair.project for pair in held_out):
        members = [pair for pair in held_out if pair.project == project]
        sample = np.sort(np.random.default_rng(SEED).permutation(len(members))[:QUERIES])
        queries, texts = [members[i].question for i in sample], [pair.code for pair in members]
        lexical, dense = bm25(queries, texts), cosines(encoder, queries, texts)
        for method, scores in score_methods(lexical, dense):
            rank = ranks(scores)[np.arange(len(sample)), sample]
            by_method.setdefault(method, []).append(
                (float((1 / rank).mean()), float((rank <= 10).mean()))
            )
    return [
        MethodScore(method, *map(float, np.mean(values, axis=0)))
        for method, values in by_method.items()
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each encoder and method."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.train.evaluate", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--exclude", type=Path, required=True)
    parser.add_argument(
        "--encoder", type=Path, nargs="*", default=[], help="folders; without any, the built-in one"
    )
    options = parser.parse_args(arguments)
    excluded = excluded_names(options.exclude.read_text("utf-8").splitlines())
    held_out = list(pairs(sources(options.corpus, excluded, held_out=True)))
    encoders: list[Encoder] = [StaticEncoder(folder) for folder in options.encoder] or [
        load_encoder()
    ]
    for encoder in encoders:
        assert isinstance(encoder, StaticEncoder)
        for figure in evaluate(held_out, encoder):
            row = {
                "method": figure.method,
                "mrr": round(figure.mrr, 3),
                "recall@10": round(figure.recall_at_10, 3),
            }
            print(json.dumps({"encoder": encoder.name, **row}), flush=True)


if __name__ == "__main__":
    main()
