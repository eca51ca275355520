"""The built-in reranker, on passages and on the hits of an index."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import Store, build_index, data_folder, load_encoder, open_worktree
from retrieval import Passage, Searcher, load_neural_reranker
from tests.program import clew

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
ISSUE = (
    "Deliveries that fail are given up at once.\n\n"
    "I expected a failed delivery to be tried again after a while, but nothing waits."
)
CODE = {
    "parse_date": "def parse_date(text):\n    return datetime.strptime(text, '%Y-%m-%d').date()",
    "retry_upload": (
        "def retry_upload(self, request):\n"
        "    for attempt in range(self.attempts):\n        self.send(request)"
    ),
    "draw_border": (
        "def draw_border(canvas, width):\n    canvas.rectangle(0, 0, width, canvas.height)"
    ),
}


def passage(name: str, score: float, text: str = "", signature: str = "") -> Passage:
    return Passage(f"app/{name}.py", name, "function", 1, signature, "", text or CODE[name], score)


def test_of_equals_what_the_question_is_about_comes_first() -> None:
    passages = [passage(name, 1.0) for name in CODE]
    assert load_neural_reranker()("a failed upload is not sent a second time", passages)[0] == 1
    assert (
        load_neural_reranker()("days and months change places when a date is read", passages)[0]
        == 0
    )


def test_of_equal_text_the_score_decides() -> None:
    passages = [passage("parse_date", score) for score in (0.1, 0.9, 0.5)]
    assert load_neural_reranker()("anything", passages) == [1, 2, 0]


def test_every_position_comes_once_and_always_the_same_way() -> None:
    passages = [passage(name, score) for score in (3.0, 1.0, -2.0) for name in CODE]
    order = load_neural_reranker()("where are borders drawn", passages)
    assert sorted(order) == list(range(len(passages)))
    assert load_neural_reranker()("where are borders drawn", passages) == order


def test_a_part_of_a_function_is_known_by_its_signature() -> None:
    body = "    for each in self.rows:\n        self.write(each)"
    bare, headed = (
        passage("emit", 1.0, body, signature)
        for signature in ("", "def retry_failed_upload(attempts)")
    )
    assert load_neural_reranker()("failed uploads are not retried", [bare, headed]) == [1, 0]


@pytest.mark.parametrize(
    "text", ["", "\x00\ud800", "x" * 200_000], ids=["empty", "garbled", "long"]
)
def test_any_text_gets_an_order(text: str) -> None:
    passages = [passage("parse_date", 1.0), passage("odd", 0.5, text or " ")]
    assert sorted(load_neural_reranker()(text, passages)) == [0, 1]


def test_hits_change_places_and_why_still_adds_up(tmp_path: Path) -> None:
    uri = str(tmp_path / "store")
    build_index(
        open_worktree(SAMPLE), Store(uri), load_encoder("none"), encoder_spec="none", jobs=1
    )
    searcher = Searcher.open(uri)
    plain, hits = (
        searcher.query(ISSUE, 30),
        searcher.query(ISSUE, 30, reranker=load_neural_reranker()),
    )
    assert [hit.score for hit in hits] == [hit.score for hit in plain]
    assert sorted((hit.path, hit.start_line) for hit in hits) == sorted(
        (hit.path, hit.start_line) for hit in plain
    )
    assert all(hit.score == pytest.approx(sum(dict(hit.why).values()), abs=1e-3) for hit in hits)
    assert any("rerank" in dict(hit.why) for hit in hits)
    assert searcher.context(ISSUE, 2000, reranker=load_neural_reranker()).tokens <= 2000


def test_the_command_line_takes_the_built_in_one_alone(tmp_path: Path) -> None:
    assert clew("index", str(SAMPLE), "--store", "s", "--encoder", "none", cwd=tmp_path).code == 0
    asked = ["query", ISSUE, "--store", "s", "--explain", "--rerank", "builtin"]
    found = clew(*asked, cwd=tmp_path)
    assert (found.code, found.err, " rerank" in found.out) == (0, "", True)
    for more in (["--rerank", "openai/x"], ["--api-base", "http://127.0.0.1:1"]):
        refused = clew(*asked, *more, cwd=tmp_path)
        assert (refused.code, "--rerank builtin asks nobody else" in refused.err) == (2, True)


def test_no_file_of_the_model_is_too_large_for_a_repository() -> None:
    sizes = [file.stat().st_size for file in data_folder("reranker").rglob("*") if file.is_file()]
    assert sizes and max(sizes) < 50_000_000
