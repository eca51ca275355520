"""What the reranker learns from a history, and that a step of training takes it in."""

from __future__ import annotations

import random
from itertools import count
from pathlib import Path

import pytest

from benchmarks.systems.answer_cache import load_or_make
from benchmarks.train.reranker import batches, evaluate, load_model, loss_of, read_changes
from benchmarks.train.tasks import Repository
from tests.indexer.repositories import git, repository

BEFORE = (
    "def answer():\n    return {0}\n\n\ndef sent_number():\n    return 'the number that was sent'\n"
)
MESSAGE = "Number {0}: answer with what the caller asked for, not with what the last one asked for"


@pytest.fixture
def mirrors(tmp_path: Path) -> Path:
    tree = repository(tmp_path / "mirrors" / "own+app", {"app.py": BEFORE.format(0)})
    for number in range(1, 7):
        (tree / "app.py").write_text(BEFORE.format(number))
        git(tree, "commit", "-qam", MESSAGE.format(number))
    (tree / ".git").rename(tree / "repo")
    return tmp_path / "mirrors"


def test_a_message_asks_for_what_its_commit_changed_among_the_rest(mirrors: Path) -> None:
    asked, code = read_changes(Repository("own/app", "HEAD", ""), mirrors)
    assert [each.text.split(":")[0] for each in asked] == [
        f"Number {number}" for number in range(6, 0, -1)
    ]
    assert {each.right for each in asked} == {("app.py::answer",)}
    assert {each.wrong for each in asked} == {(("app.py::sent_number",), ())}
    assert code["app.py::answer"] == "app.py answer\ndef answer():\n    return 5"


def test_a_step_of_training_has_a_loss_and_figures(mirrors: Path) -> None:
    found = {"own/app": read_changes(Repository("own/app", "HEAD", ""), mirrors)}
    [(batch, code)] = batches(found, random.Random(1))
    model = load_model()
    assert 0 < float(loss_of(model, batch, code, random.Random(1)).detach()) < 10
    assert evaluate(model, found).startswith("first ")


def test_what_was_made_is_made_once_and_never_half(tmp_path: Path) -> None:
    numbers = count(1)
    for _ in range(2):
        assert load_or_make(tmp_path / "kept.pickle", lambda: next(numbers)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["kept.pickle"]
