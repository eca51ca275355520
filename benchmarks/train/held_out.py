"""Measure the encoder alone on past commits of held-out repositories: recall@10 of changed files.

    python -m benchmarks.train.held_out --mirrors DIR --exclude REPOSITORIES [--encoder FOLDER ...]

The tasks are those of `tasks.py`, of the repositories in HELD_OUT. Candidates are all sources of
the base revision except tests, chunked as in the index; a file is as near as its nearest chunk.
Recall@10 is the share of a task's files among the first ten, averaged over tasks, then over
repositories. BM25 over the same chunks is printed beside it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexer import (
    LANGUAGES,
    Encoder,
    SourceFile,
    StaticEncoder,
    extract_facts,
    language_of,
    load_encoder,
    open_revision,
    search_terms,
)
from retrieval import is_test

from .evaluate import bm25
from .tasks import LIST, Repository, read_repositories, tasks

if TYPE_CHECKING:
    from numpy.typing import NDArray

HELD_OUT = (
    "tornadoweb/tornado",
    "nilearn/nilearn",
    "beetbox/beets",
    "prisma/prisma",
    "rclone/rclone",
)
"""Never trained on: of the first two the published package is held out as well."""
CUTOFF = 10
MAX_TERMS = 300  # of a message


@dataclass(frozen=True, slots=True)
class Case:
    """A repository's tasks and candidates."""

    name: str
    questions: tuple[str, ...]  # terms
    gold: tuple[frozenset[str], ...]
    paths: tuple[str, ...]  # of each chunk
    chunks: tuple[str, ...]  # terms


def read_case(repository: Repository, mirrors: Path) -> Case:
    """Return the tasks and candidates of one repository."""
    source = open_revision(repository.git_dir(mirrors), repository.base)
    read, paths, chunks = source.reader(), [], []
    for file in source.files():
        if (
            not isinstance(file, SourceFile)
            or is_test(file.path)
            or language_of(file.path) not in LANGUAGES
        ):
            continue
        data = read(file)
        if isinstance(data, bytes):
            file_chunks = extract_facts(file.path, data, language_of(file.path, data)).chunks
            paths += [file.path] * len(file_chunks)
            chunks += [chunk.terms for chunk in file_chunks]
    rows = list(tasks(repository, mirrors))
    questions = tuple(" ".join(search_terms(row["text"])[:MAX_TERMS]) for row in rows)
    return Case(
        repository.name,
        questions,
        tuple(frozenset(row["files"]) for row in rows),
        tuple(paths),
        tuple(chunks),
    )


def recall(case: Case, scores: NDArray[np.float32]) -> float:
    """Return the recall@10 of `scores`, of shape (questions, chunks)."""
    names = list(dict.fromkeys(case.paths))
    place = {path: at for at, path in enumerate(names)}
    of = np.array([place[path] for path in case.paths])
    shares = []
    for row, gold in zip(scores, case.gold, strict=True):
        best = np.full(len(names), -np.inf, np.float32)
        np.maximum.at(best, of, row)
        first = {names[at] for at in np.argsort(-best, kind="stable")[:CUTOFF]}
        shares.append(len(gold & first) / len(gold))
    return float(np.mean(shares))


def nearness(encoder: StaticEncoder, case: Case) -> NDArray[np.float32]:
    """Return the cosines of each question and chunk."""
    questions = encoder.encode_terms(case.questions).astype(np.float32)
    return np.asarray(
        questions @ encoder.encode_terms(case.chunks).astype(np.float32).T, np.float32
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the recall of BM25 and of each encoder."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.train.held_out", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--mirrors", type=Path, required=True)
    parser.add_argument("--exclude", type=Path, required=True, help="one owner/name a line")
    parser.add_argument(
        "--encoder", type=Path, nargs="*", default=[], help="folders; without any, the built-in one"
    )
    options = parser.parse_args(arguments)
    excluded = frozenset(options.exclude.read_text("utf-8").lower().split())
    repositories = [
        each
        for each in read_repositories(LIST.read_text("utf-8"), excluded)
        if each.name in HELD_OUT
    ]
    cases = [read_case(repository, options.mirrors) for repository in repositories]
    show("BM25", [recall(case, bm25(case.questions, case.chunks)) for case in cases], cases)
    encoders: list[Encoder] = [StaticEncoder(folder) for folder in options.encoder] or [
        load_encoder()
    ]
    for encoder in encoders:
        assert isinstance(encoder, StaticEncoder)
        show(encoder.name, [recall(case, nearness(encoder, case)) for case in cases], cases)


def show(method: str, shares: Sequence[float], cases: Sequence[Case]) -> None:
    each = ", ".join(f"{case.name} {share:.3f}" for case, share in zip(cases, shares, strict=True))
    print(f"{method}: recall@{CUTOFF} {np.mean(shares):.3f} ({each})", flush=True)


if __name__ == "__main__":
    main()
