"""Packs within a budget."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval import Searcher, count_tokens, messages
from retrieval.pack import render
from retrieval.pack.related_code import find_related_code
from tests.retrieval.conftest import indexed

QUESTION = "how long to wait before a failed job is tried again"


@pytest.mark.parametrize("budget", [0, 1, 20, 60, 100, 300, 777, 2_000, 50_000])
def test_a_pack_is_never_above_its_budget(searcher: Searcher, budget: int) -> None:
    pack = searcher.context(QUESTION, budget)
    assert pack.tokens == count_tokens(pack.text) <= budget


def test_a_larger_budget_shows_more(searcher: Searcher) -> None:
    sizes = [
        sum(len(piece.text) for piece in searcher.context(QUESTION, budget).pieces)
        for budget in (50, 200, 800, 3_200)
    ]
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]


def test_the_same_question_gives_the_same_bytes(searcher: Searcher, store: str) -> None:
    assert searcher.context(QUESTION, 900).text == Searcher.open(store).context(QUESTION, 900).text


@pytest.mark.parametrize("budget", [120, 600, 4_000])
def test_every_piece_is_a_run_of_whole_lines_of_its_file(searcher: Searcher, budget: int) -> None:
    for piece in searcher.context(QUESTION, budget).pieces:
        lines = (searcher.text(piece.path) or "").split("\n")
        shown = piece.text.split("\n") if piece.resolution != "name" else []
        assert shown == (lines[piece.start_line - 1 : piece.end_line] if shown else [])


def test_pieces_of_a_file_do_not_overlap(searcher: Searcher) -> None:
    pieces = [
        piece for piece in searcher.context(QUESTION, 3_000).pieces if piece.resolution != "name"
    ]
    seen: set[tuple[str, int]] = set()
    for piece in pieces:
        lines = {(piece.path, number) for number in range(piece.start_line, piece.end_line + 1)}
        assert not lines & seen
        seen |= lines


def test_a_method_comes_with_the_header_of_its_class(searcher: Searcher) -> None:
    pack = searcher.context("Queue.push", 150)
    assert "class " in pack.text


def test_what_found_no_room_is_named(searcher: Searcher) -> None:
    pack = searcher.context(QUESTION, 200)
    assert pack.left_out
    assert not set(pack.left_out) & {f"{piece.path}::{piece.symbol}" for piece in pack.pieces}


def test_messages_put_the_question_behind_the_evidence(searcher: Searcher) -> None:
    pack = searcher.context(QUESTION, 400)
    system, user = messages(pack)
    assert (system["role"], user["role"]) == ("system", "user")
    assert [part["text"] for part in user["content"]] == [pack.text, QUESTION]


def test_json_holds_every_piece(searcher: Searcher) -> None:
    pack = searcher.context(QUESTION, 400)
    found = json.loads(render(pack, "json"))
    assert len(found["pieces"]) == len(pack.pieces)
    assert found["generation"] == 1


# -- related code

PROJECT = {
    "app/base.py": "class Base:\n    def run(self):\n        return 1\n",
    "app/conf.py": "RETRY_LIMIT = 5\n\nUNUSED = 6\n",
    "app/pause.py": "def pause_after(n):\n    return 2 ** n\n",
    "app/work.py": (
        "from .base import Base\nfrom .conf import RETRY_LIMIT\n"
        "from .pause import pause_after\n\n\n"
        "class Worker(Base):\n    def upload(self):\n"
        "        return [pause_after(n) for n in range(RETRY_LIMIT)]\n"
    ),
    "tests/test_other.py": (
        "from app.work import Worker\n\n\ndef test_a_start():\n    Worker().upload()\n"
    ),
    "tests/test_work.py": (
        "from app.work import Worker\n\n\ndef test_upload():\n    assert Worker().upload()\n"
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    return searched(tmp_path_factory.mktemp("project"), PROJECT)


def searched(folder: Path, files: dict[str, str]) -> Searcher:
    """A searcher over a tree of these files."""
    for path, text in files.items():
        (folder / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "tree" / path).write_text(text, newline="")
    (folder / "tree" / ".git").mkdir()
    return Searcher.open(indexed(folder / "tree", folder, "none"))


def test_callees_constants_bases_of_the_class_and_a_test_by_name_are_related_to_a_hit(
    project: Searcher,
) -> None:
    (hit,) = project.lookup.symbols("Worker.upload")
    found = [
        each.symbol.id
        for each in find_related_code(project.snapshot, project.lookup, [hit])[hit.uid]
    ]
    assert found == [
        "app/base.py::Base",
        "app/pause.py::pause_after",
        "app/conf.py::RETRY_LIMIT",
        "tests/test_work.py::test_upload",
    ]


def test_what_comes_along_is_shown_small_and_only_where_there_is_room(project: Searcher) -> None:
    large, small = project.context("Worker.upload", 400), project.context("Worker.upload", 60)
    assert {piece.path for piece in large.pieces} >= {"app/base.py", "app/work.py"}
    assert small.pieces[0].path == large.pieces[0].path == "app/work.py"
    assert len(small.pieces) < len(large.pieces)


# -- hostile input


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Long lines in, between and as symbols; no final line end; carriage returns."""
    code = "\n".join(f"def upload_{n}(x):\n    return x + {n}\n" for n in range(400))
    between = (
        f"def retry_first():\n    return 1\n# {'x' * 1_000_000}\n"
        "def retry_second():\n    return 2\n"
    )
    inside = f"def retry_third():\n    data = '{'y ' * 100_000}'\n    return data\n"
    header = f"def retry_fourth(a='{'z ' * 100_000}'):\n    return a"
    files = {
        "between.py": between,
        "inside.py": inside,
        "header.py": header,
        "crlf.py": "def retry_fifth():\r\n    return 5\r\n",
    }
    return searched(
        tmp_path_factory.mktemp("hostile"),
        {path: f"{code}\n{text}" for path, text in files.items()},
    )


@pytest.mark.parametrize("budget", [-1, 0, 1, 10, 100, 1_000, 5_000_000])
def test_hostile_lines_are_shown_whole_or_not_at_all(hostile: Searcher, budget: int) -> None:
    pack = hostile.context(
        "where are failed uploads retried: retry first second third fourth fifth", budget
    )
    assert pack.tokens == count_tokens(pack.text) <= max(budget, 0)
    for piece in pack.pieces:
        lines = (hostile.text(piece.path) or "").split("\n")
        assert piece.text in ("", "\n".join(lines[piece.start_line - 1 : piece.end_line]))


def test_a_long_line_does_not_keep_its_neighbours_out(hostile: Searcher) -> None:
    pack = hostile.context("retry_first", 300)
    assert "def retry_first" in pack.text
    assert "xxxx" not in pack.text


def test_what_is_too_large_as_a_body_is_shown_as_less(hostile: Searcher) -> None:
    assert "def retry_third" in hostile.context("retry_third", 300).text


def test_what_was_left_out_is_said_shortly_where_names_find_no_room(searcher: Searcher) -> None:
    assert any("hits\n" in searcher.context(QUESTION, budget).text for budget in range(20, 80))


def test_a_long_function_without_room_is_shown_by_the_lines_that_say_most(tmp_path: Path) -> None:
    steps = [f"    total = total * {number} + seed" for number in range(60)]
    steps[40] = "    wait = backoff_seconds * attempts  # before the upload is retried"
    source = "\n".join(
        ["def run_transfer(seed, total, backoff_seconds, attempts):", *steps, "    return total"]
    )
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "transfer.py").write_text(source + "\n")
    searcher = Searcher.open(indexed(tmp_path / "tree", tmp_path, "none"))
    pieces = searcher.context("where the upload is retried after a backoff", 160).pieces
    assert [piece.resolution for piece in pieces] == ["slice", "slice"]
    assert pieces[0].text.startswith("def run_transfer(")
    assert "before the upload is retried" in pieces[1].text
    assert len(pieces[1].text.split("\n")) < 10
