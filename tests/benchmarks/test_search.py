"""Search over labelled questions, from the command line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks.report.results import read_result
from benchmarks.search import main, weigh
from tests.indexer.repositories import git, repository

UPLOAD = "def send_upload(data):\n    '''Send one upload.'''\n    return data\n"
RETRY = "def retry_upload(times):\n    '''Retry a failed upload.'''\n    return times\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A repository that can be had, with two questions, and one that cannot."""
    tree = repository(
        tmp_path / "mirrors/own+app/tree",
        {"src/upload.py": UPLOAD, "src/retry.py": RETRY, "x.py": ""},
    )
    revision = git(tree, "rev-parse", "HEAD").decode().strip()
    (tree / ".git").rename(tmp_path / "mirrors/own+app/repo")
    row = {
        "name": "app",
        "language": "python",
        "url": "https://host/own/app.git",
        "revision": revision,
    }
    rows = [row | {"benchmark_root": "src"}, row | {"name": "gone", "revision": "0" * 40}]
    labels = [
        {
            "query": "send_upload",
            "category": "symbol",
            "relevant": ["src/upload.py"],
            "secondary": [],
        },
        {
            "query": "retry after failure",
            "category": "semantic",
            "relevant": ["src/retry.py"],
            "secondary": [],
        },
    ]
    folder = tmp_path / "data"
    (folder / "annotations").mkdir(parents=True)
    (folder / "repos.json").write_text(json.dumps(rows))
    for row in rows:
        (folder / "annotations" / f"{row['name']}.json").write_text(json.dumps(labels))
    return folder


def test_systems_answer_from_one_index_and_a_second_run_asks_nothing_again(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = data.parent
    options = [
        "--mirrors",
        str(folder / "mirrors"),
        "--work",
        str(folder / "work"),
        "--encoder",
        "none",
    ]
    options += ["--systems", "clew,bm25,ripgrep", "--results", str(folder / "results"), "--json"]
    assert main([str(data), *options]) == 0
    printed = capsys.readouterr()
    results = {row["system"]: row for row in map(json.loads, printed.out.splitlines())}
    assert list(results) == ["clew", "bm25", "ripgrep"]
    assert (
        results["clew"]["figures"]["ndcg@10"]["value"]
        == results["clew"]["figures"]["recall@500"]["value"]
        == 1
    )
    assert results["clew"]["setup"]["repositories"] == 1
    assert "gone: not available: " in printed.err
    paths = sorted((folder / "results").rglob("*.json"))
    assert [path.name for path in paths] == [
        f"search-data-{name}-none.json" for name in ("bm25", "clew", "ripgrep")
    ]
    assert read_result(paths[1]).values["recall@500"] == {"app": [1, 1]}
    answers = next((folder / "work").glob("answers-*.jsonl"))
    kept = answers.read_bytes()
    answers.write_bytes(kept + b'{"key": "app|cl')  # a run that was cut off
    assert main([str(data), *options]) == 0
    assert answers.read_bytes() == kept


def test_another_program_answers_beside_them(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = data.parent / "program.py"
    program.write_text(
        "import sys\nfor line in sys.stdin: print('[[\"src/upload.py\", 1, 3]]', flush=True)\n"
    )
    options = [
        "--mirrors",
        str(data.parent / "mirrors"),
        "--work",
        str(data.parent / "work"),
        "--encoder",
        "none",
    ]
    options += [
        "--results",
        str(data.parent / "results"),
        "--command",
        f"other={sys.executable} {program}",
        "--json",
    ]
    assert main([str(data), *options]) == 0
    other = json.loads(capsys.readouterr().out.splitlines()[1])
    assert other["values"]["ndcg@10"] == other["values"]["recall@500"] == {"app": [1, 0]}


def test_a_signal_is_left_out_of_every_score(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = data.parent
    options = [
        "--mirrors",
        str(folder / "mirrors"),
        "--work",
        str(folder / "work"),
        "--encoder",
        "none",
    ]
    options += ["--results", str(folder / "results"), "--systems", "clew,clew-path", "--json"]
    assert main([str(data), *options]) == 0
    whole, without = map(json.loads, capsys.readouterr().out.splitlines())
    assert set(whole["figures"]) > set(without["figures"]) == {"ndcg@10"}
    kept = (folder / "work").glob("answers-*.jsonl")
    rows = {row["key"]: row["hits"] for row in map(json.loads, next(kept).read_text().splitlines())}
    assert any("path" in hit[4] for hit in rows["app|clew|none|0"])
    assert not any("path" in hit[4] for hit in rows["app|clew-path|none|0"])


def test_a_program_that_ends_is_an_error(data: Path) -> None:
    options = [
        "--mirrors",
        str(data.parent / "mirrors"),
        "--work",
        str(data.parent / "work"),
        "--encoder",
        "none",
    ]
    with pytest.raises(RuntimeError, match="ended: 1"):
        main([str(data), *options, "--only", "app", "--command", "broken=false"])


def test_an_unknown_system_is_an_error() -> None:
    with pytest.raises(SystemExit):
        main(["data", "--mirrors", "mirrors", "--systems", "clew,grep"])


def test_a_language_counts_the_same_however_many_repositories_it_has() -> None:
    weights = weigh(["a", "b", "c"], {"a": "c", "b": "c", "c": "go"})
    assert weights == {"a": 0.25, "b": 0.25, "c": 0.5}
