"""Weights from a repository's own history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from indexer import (
    ClewError,
    Snapshot,
    Source,
    Store,
    Tuning,
    build_index,
    load_encoder,
    open_revision,
    open_worktree,
    publish_tunings,
)
from retrieval import Searcher, publish_tuning, tune
from retrieval.rank.tuned_weights import ranker_id
from retrieval.tune.tuning import (
    MIN_EXAMPLES,
    Groups,
    RankedExample,
    accuracy,
    fit_weights,
    is_beyond_chance,
    score,
)
from tests.indexer.repositories import git, repository, write

ISSUE = (
    "Uploads fail\n\n\nAn upload that fails is never sent again, though the server asked for it; "
    "the queue just drops it."
)


def index(source: Source, store: Path) -> Snapshot:
    build_index(source, Store(str(store)), load_encoder("none"), encoder_spec="none", jobs=1)
    return Snapshot.open(str(store), source.view)


def function(name: str, body: str) -> str:
    return f"def {name}(value):\n    # {body}\n    return value\n\n\n"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose commits tell what they change: MIN_EXAMPLES and some more."""
    root = tmp_path_factory.mktemp("tune") / "repo"
    names = [
        f"{verb}_{noun}"
        for verb in ("send", "draw", "parse", "store")
        for noun in ("page", "queue", "clock", "name")
    ]
    repository(root, {f"{name}.py": function(name, f"how to {name}") for name in names})
    for number in range(MIN_EXAMPLES + 4):
        name = names[number % len(names)]
        write(root, {f"{name}.py": function(name, f"take {number}")})
        verb, noun = name.split("_")
        git(
            root,
            "commit",
            "-qam",
            f"Let the program {verb} every {noun} even where it is number {number}",
        )
    return root


def judged(*rows: tuple[float, float], right: int) -> RankedExample:
    """Candidates, each in a file and a function of its own, with two signals."""
    group = Groups(np.arange(len(rows)), len(rows), [right])
    return RankedExample(np.array(rows), group, group)


def test_a_signal_that_misleads_loses_its_weight_and_one_that_helps_keeps_it() -> None:
    tasks = [judged((0.2, 2.0), (1.0, 0.1), right=1)] * 3
    assert (
        fit_weights(tasks, ["helps", "misleads"])[0]
        >= 1.0
        > fit_weights(tasks, ["helps", "misleads"])[1]
    )


def test_weights_stay_where_nothing_can_be_gained() -> None:
    assert fit_weights([judged((1.0, 1.0), (0.5, 0.5), right=0)], ["one", "two"]) == [1.0, 1.0]


def test_a_file_stands_where_its_best_candidate_stands_and_what_was_not_found_counts_nothing() -> (
    None
):
    group = Groups(np.array([0, 1, 0, 2]), 2, [1, -1])  # the last candidate belongs to no file
    assert group.ranks(np.array([0.1, 0.5, 0.9, 2.0])) == [2, 0]
    task = RankedExample(np.array([[0.1], [0.5], [0.9], [2.0]]), group, group)
    assert (accuracy([task], [1.0]).file, 0 < score(task, [1.0]) < 0.5) == (0.0, True)


def test_a_gain_in_one_task_of_many_is_chance() -> None:
    assert not is_beyond_chance([0.0] * 20)
    assert not is_beyond_chance([0.5, -0.5, 0.1, -0.1])
    assert is_beyond_chance([0.2, 0.1, 0.3, 0.0])


def test_commits_are_asked_to_the_tree_before_them_and_the_store_stays_as_it_was(
    past: Path, tmp_path: Path
) -> None:
    snapshot = index(open_worktree(past), tmp_path / "store")
    trial = tune(snapshot)
    assert trial.tasks == MIN_EXAMPLES + 4
    assert trial.unseen == trial.tasks // 3
    assert trial.base == git(past, "rev-list", "--max-parents=0", "HEAD").decode().strip()
    assert trial.before.file > 0.5
    state = Store(str(tmp_path / "store")).state()
    assert state == snapshot.state
    assert list((tmp_path / "store").glob(".tune-*")) == []


def test_too_short_a_history_and_none_are_told(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": function("run", "it")})
    with pytest.raises(ClewError, match="too little history"):
        tune(index(open_worktree(root), tmp_path / "store"))
    write(tmp_path / "tree", {"a.py": "x = 1\n"})
    with pytest.raises(ClewError, match="no git history"):
        tune(index(open_worktree(tmp_path / "tree"), tmp_path / "other"))


def kept(root: Path, tmp_path: Path) -> tuple[Snapshot, Tuning]:
    snapshot = index(open_worktree(root), tmp_path / "store")
    tuning = Tuning(snapshot.view.commit, ranker_id(), {"lexical": 0.0, "file": 2.0}, 60, 0.5, 0.6)
    publish_tuning(snapshot.store, snapshot, tuning)
    return Snapshot.open(str(tmp_path / "store")), tuning


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "a.py": function("upload", "an upload fails and is sent again"),
        "b.py": function("queue", "drops what fails"),
    }
    return repository(tmp_path / "repo", files)


def parts(store: Path, view: str | None = None) -> set[str]:
    return {
        signal
        for hit in Searcher.open(str(store), view).query(ISSUE)
        for signal, value in hit.why
        if value
    }


def test_what_was_learned_is_used_by_issues_and_forgotten_on_demand(
    root: Path, tmp_path: Path
) -> None:
    assert "lexical" in parts_before(root, tmp_path)
    snapshot, tuning = kept(root, tmp_path)
    assert snapshot.tuning == tuning
    assert "lexical" not in parts(tmp_path / "store")
    assert any(
        signal == "lexical"
        for signal, _ in Searcher.open(str(tmp_path / "store")).query("upload")[0].why
    )
    assert publish_tuning(snapshot.store, snapshot, None) == 1
    assert "lexical" in parts(tmp_path / "store")


def parts_before(root: Path, tmp_path: Path) -> set[str]:
    index(open_worktree(root), tmp_path / "store")
    return parts(tmp_path / "store")


def test_what_was_learned_outlives_later_builds_and_holds_for_descendants_alone(
    root: Path, tmp_path: Path
) -> None:
    _, tuning = kept(root, tmp_path)
    write(root, {"c.py": function("later", "more")})
    git(root, "add", "-A")
    git(root, "commit", "-qm", "later")
    assert index(open_worktree(root), tmp_path / "store").tuning == tuning
    git(root, "checkout", "-q", "--orphan", "apart")
    git(root, "commit", "-qm", "another history")
    assert index(open_revision(root / ".git", "HEAD"), tmp_path / "store").tuning is None


def test_weights_for_another_ranker_are_left_alone(root: Path, tmp_path: Path) -> None:
    snapshot, tuning = kept(root, tmp_path)
    publish_tunings(snapshot.store, (replace(tuning, ranker="another"),))
    assert "lexical" in parts(tmp_path / "store")


def test_a_new_tuning_takes_the_place_of_the_one_before(root: Path, tmp_path: Path) -> None:
    snapshot, tuning = kept(root, tmp_path)
    assert publish_tuning(snapshot.store, snapshot, replace(tuning, weights={})) == 1
    assert [each.weights for each in Snapshot.open(str(tmp_path / "store")).state.tunings] == [{}]
