"""Questions to a real index."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

import indexer.snapshot.tables
import indexer.store.maintenance
from indexer import Store, VectorCache, build_index, load_encoder, open_worktree
from retrieval import Searcher
from tests.reader import answers

from .conftest import indexed

GOLDEN = Path(__file__).parent / "golden"
QUESTIONS = {
    "symbol": "Queue",
    "qualified": "courier.store",
    "search": "how long to wait before a failed job is tried again",
    "javascript": "where are uploads retried",
    "tests": "tests of the retry delay",
    "trace": (
        'Worker dies\n\nTraceback (most recent call last):\n  File "/app/courier/worker.py", line'
        ' 30, in run\n  File "/app/courier/queue.py", line 20, in take\nKeyError: no such job\n'
    ),
    "path": "assets/retry-logo.png",
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_ranking_is_the_golden_one(searcher: Searcher, name: str) -> None:
    """After a change of ranking: read the diff, then run with CLEW_UPDATE_GOLDEN=1 to accept it."""
    lines = [f"? {line}" for line in QUESTIONS[name].splitlines()]
    for hit in searcher.query(QUESTIONS[name], 8):
        why = "  ".join(f"{signal} {value:+.2f}" for signal, value in hit.why)
        lines.append(
            f"{hit.rank} {hit.path}:{hit.start_line}-{hit.end_line} {hit.kind} {hit.symbol or '-'}"
            f" {hit.score:.2f} | {why}"
        )
    text = "\n".join(lines) + "\n"
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("CLEW_UPDATE_GOLDEN"):
        file.write_text(text)
    assert text == file.read_text()


def test_a_hit_says_what_its_score_is_made_of(searcher: Searcher) -> None:
    for hit in searcher.query("retry delay of a job", 10):
        assert hit.score == pytest.approx(sum(value for _, value in hit.why), abs=1e-3)


def test_the_json_of_a_hit_has_the_promised_keys(searcher: Searcher) -> None:
    hit = searcher.query("queue", 1)[0].to_json()
    assert list(hit) == [
        "rank",
        "path",
        "symbol",
        "kind",
        "start_line",
        "end_line",
        "score",
        "why",
        "stale",
    ]
    assert json.loads(json.dumps(hit)) == hit


def test_the_same_question_gets_the_same_bytes_from_another_process_wide_reader(
    searcher: Searcher, store: str
) -> None:
    for question in QUESTIONS.values():
        assert searcher.query(question) == Searcher.open(store).query(question)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "...",
        "(",
        "'",
        "日本語 の 検索",
        "x" * 100_000,
        "job " * 25_000,
        "\0",
        "\ud800",
    ],
)
def test_no_question_is_too_odd(searcher: Searcher, text: str) -> None:
    assert len(searcher.query(text)) <= 10


def test_no_hits_are_no_error(searcher: Searcher) -> None:
    assert searcher.query("zzyzx") == []
    assert searcher.query("queue", 0) == []


def test_filters_hold_for_every_hit(searcher: Searcher) -> None:
    assert {hit.path for hit in searcher.query("retry", lang="javascript")} <= {
        "web/retry.js",
        "web/clock.js",
    }
    assert all(hit.path.startswith("tests/") for hit in searcher.query("queue", path="tests"))
    assert all(hit.path.endswith(".js") for hit in searcher.query("retry", path="**/*.js"))
    assert {hit.kind for hit in searcher.query("retry job queue", kind="class")} == {"class"}


def test_tests_rank_low_unless_they_are_asked_for(searcher: Searcher) -> None:
    assert not searcher.query("retry delay")[0].path.startswith("tests/")
    assert searcher.query("tests of the retry delay")[0].path.startswith("tests/")


def test_a_binary_file_is_found_by_its_path(searcher: Searcher) -> None:
    hit = next(hit for hit in searcher.query("retry logo") if hit.kind == "file")
    assert (hit.path, hit.start_line) == ("assets/retry-logo.png", 0)


def test_a_frame_of_a_trace_finds_the_function_that_it_stands_in(searcher: Searcher) -> None:
    top = searcher.query(QUESTIONS["trace"], 3)
    assert "courier/queue.py" in {hit.path for hit in top}
    assert any(signal == "mention" for hit in top for signal, _ in hit.why)


def test_a_frame_finds_its_function_where_it_is_installed_elsewhere_and_its_lines_have_shifted(
    searcher: Searcher,
) -> None:
    trace = 'File "/usr/lib/python3/site-packages/courier/queue.py", line 2, in take\nKeyError'
    assert searcher.query(trace, 1)[0].symbol == "Queue.take"


def test_vectors_add_to_the_score(dense_searcher: Searcher) -> None:
    hits = dense_searcher.query("how long to wait before a failed job is tried again")
    assert any(signal == "dense" for hit in hits for signal, _ in hit.why)


def test_a_file_that_changed_is_stale_and_its_indexed_text_is_shown(
    tree: Path, tmp_path: Path
) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    (root / ".git").mkdir()
    (root / "a.py").write_text("def first():\n    return 1\n")
    (root / "b.py").write_text("def second():\n    return first()\n")
    searcher = Searcher.open(indexed(root, tmp_path, "none"))
    (root / "a.py").write_text("def other():\n    return 2\n")
    stale = {hit.path: hit.stale for hit in searcher.query("first second")}
    assert stale == {"a.py": True, "b.py": False}
    assert searcher.text("a.py") == "def first():\n    return 1\n"
    pack = searcher.context("first", 500)
    assert pack.stale == ("a.py",) and "return 1" in pack.text


def test_an_empty_index_has_no_hits(tmp_path: Path) -> None:
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    uri = str(tmp_path / "store")
    build_index(
        open_worktree(tmp_path / "tree"),
        Store(uri),
        load_encoder("none"),
        encoder_spec="none",
        jobs=1,
    )
    searcher = Searcher.open(uri)
    assert searcher.query("anything") == []
    assert searcher.context("anything", 100).text == ""
    assert searcher.graph.map(100) == "" and list(searcher.graph.edges()) == []


# -- reopening


def test_a_searcher_whose_tables_have_gone_answers_from_the_newest_generation(
    tmp_path: Path,
) -> None:
    tree, store = tmp_path / "tree", str(tmp_path / "store")
    tree.mkdir()

    def build(encoder: str, text: str) -> None:
        (tree / "a.py").write_text(text)
        cache = VectorCache(tmp_path / "cache")
        source = open_worktree(tree)
        build_index(
            source, Store(store), load_encoder(encoder), encoder_spec=encoder, jobs=1, cache=cache
        )

    build("none", "def old_name(): pass\n")
    searcher = Searcher.open(store)
    build(
        "builtin", "def new_name(): pass\n"
    )  # facts of another encoder are other tables: the first ones are dropped
    assert [hit.symbol for hit in searcher.query("new_name")] == ["new_name"]
    assert searcher.snapshot.state.generation == Searcher.open(store).snapshot.state.generation
    assert "new_name" in searcher.context("new_name", 200).text
    assert searcher.text("a.py") == "def new_name(): pass\n"


@pytest.mark.parametrize("held_after", [0, 8])
def test_a_searcher_that_went_on_answers_as_one_that_is_opened_now(
    held_after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.snapshot.tables, "CACHED_AFTER", held_after)
    for name in ("TAIL_CHUNKS", "TAIL_ROWS", "FRAGMENTS"):  # tables are tidied up all the time
        monkeypatch.setattr(indexer.store.maintenance, name, 3)
    tree, store, chosen = tmp_path / "tree", str(tmp_path / "store"), random.Random(7)
    (tree / "app").mkdir(parents=True)

    def change(number: int, *kinds: str) -> None:
        """Save, remove or rename a file."""
        path, kind = tree / "app" / f"m{number}.py", chosen.choice(kinds)
        if kind == "save" or not path.exists():
            retry = chosen.randrange(1_000)
            path.write_text(
                f"class Worker{retry}:\n    def push_{retry}(self):\n"
                f"        return load(retry={retry})\n"
            )
        elif kind == "rename":
            path.rename(path.with_stem(f"m{chosen.randrange(4)}"))
        else:
            path.unlink()

    def build() -> None:
        cache, source = VectorCache(tmp_path / "cache"), open_worktree(tree)
        build_index(
            source, Store(store), load_encoder("builtin"), jobs=1, cache=cache, progress=compare
        )

    def compare(phase: str, done: int, total: int) -> None:
        """As soon as something is published: texts, then edges."""
        if phase == "publish" and done == total and open_now:
            open_now[0].reopen()
            newest = Searcher.open(store)
            assert answers(open_now[0]) == answers(newest)
            assert open_now[0].lookup.files("m1.py") == newest.lookup.files("m1.py")

    open_now: list[Searcher] = []
    for number in range(4):
        change(number, "save")
    build()
    open_now.append(Searcher.open(store))
    for _ in range(10):
        assert answers(open_now[0])
        change(chosen.randrange(4), "save", "save", "rename", "remove")
        build()
        compare("publish", 1, 1)  # once more after the tables were tidied up
