"""The reranker's questions of a history, and a step of its training."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.train.reranker import batches, evaluate, load_model, loss_of, read_changes
from benchmarks.train.tasks import Repository
from tests.indexer.repositories import git, repository

BEFORE = (
    "def answer():\n    return {0}\n\n\ndef sent_number():\n    return 'the number that was sent'\n"
)
MESSAGE = "Number {0}: answer what the caller asks for, not what the last one asks for"


@pytest.fixture
def mirrors(tmp_path: Path) -> Path:
    tree = repository(tmp_path / "mirrors" / "own+app", {"app.py": BEFORE.format(0)})
    for number in range(1, 7):
        (tree / "app.py").write_text(BEFORE.format(number))
        git(tree, "commit", "-qam", MESSAGE.format(number))
    (tree / ".git").rename(tree / "repo")
    return tmp_path / "mirrors"


def test_a_message_asks_for_what_its_commit_changed_among_the_rest(mirrors: Path) -> None:
    questions, code = read_changes(Repository("own/app", "HEAD", ""), mirrors)
    assert [each.text.split(":")[0] for each in questions] == [
        f"Number {number}" for number in range(6, 0, -1)
    ]
    assert {each.right for each in questions} == {("app.py::answer",)}
    assert {each.wrong for each in questions} == {(("app.py::sent_number",), ())}
    assert code["app.py::answer"] == "app.py answer\ndef answer():\n    return 5"


def test_a_step_of_training_has_a_loss_and_figures(mirrors: Path) -> None:
    changes = {"own/app": read_changes(Repository("own/app", "HEAD", ""), mirrors)}
    [(batch, code)] = batches(changes, random.Random(1))
    model = load_model()
    assert 0 < float(loss_of(model, batch, code, random.Random(1)).detach()) < 10
    assert evaluate(model, changes).startswith("first ")
