"""Latency of each kind of question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import table
from benchmarks.latency import main, questions
from indexer import Store, build_index, load_encoder, open_worktree
from retrieval import Searcher

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The sample repository, indexed."""
    uri = str(tmp_path_factory.mktemp("latency") / "store")
    build_index(open_worktree(SAMPLE), Store(uri), load_encoder("none"), encoder_spec="none")
    return uri


def test_questions_are_the_same_each_time_and_of_every_kind(store: str) -> None:
    by_kind = questions(Searcher.open(store), 3)
    assert by_kind == questions(Searcher.open(store), 3)
    assert list(by_kind) == ["symbol", "short", "issue", "trace"]
    assert all(by_kind.values())


def test_each_kind_is_timed_and_the_result_filed(
    store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [
        "--count",
        "2",
        "--cold",
        "1",
        "--name",
        "sample",
        "--results",
        str(tmp_path),
        "--json",
    ]
    assert main([store, *options]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    kinds = dict.fromkeys(name.split(" ")[0] for name in figures)
    assert list(kinds) == ["all", "symbol", "short", "issue", "trace", "callers", "cold"]
    assert all(
        0 < figure["low"] <= figure["value"] <= figure["high"] for figure in figures.values()
    )
    path = next(tmp_path.glob("*/latency-sample-clew-none.json"))
    path.rename(path.parent.parent / "kept.json")
    path.parent.rename(tmp_path / "commit")
    (tmp_path / "kept.json").rename(tmp_path / "commit" / path.name)
    assert "| cold | " in table.tables(table.newest(tmp_path))
