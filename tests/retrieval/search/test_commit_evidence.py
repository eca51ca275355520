"""Past commits as evidence for a question."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import Snapshot, Source, Store, build_index, load_encoder, open_revision, open_worktree
from retrieval import Searcher
from retrieval.query.question import read_question
from retrieval.search.commit_evidence import CommitEvidence
from tests.indexer.repositories import git, repository, write

QUESTION = read_question("uploads are not retried after a timeout")


def commit(root: Path, message: str, *paths: str) -> None:
    for path in paths:
        before = (root / path).read_text() if (root / path).exists() else ""
        write(root, {path: before + "x = 1\n"})
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)


def history(source: Source, tmp_path: Path) -> CommitEvidence:
    store = str(tmp_path / "store")
    build_index(source, Store(store), load_encoder("none"), encoder_spec="none", jobs=1)
    return CommitEvidence(Snapshot.open(store, source.view))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = repository(
        tmp_path / "repo", {f"{name}.py": "" for name in ("net", "wire", "page", "gone")}
    )
    commit(root, "Retry uploads after a timeout", "net.py", "gone.py")
    commit(root, "Draw the page anew", "page.py")
    commit(root, "Time out later", "net.py", "wire.py")
    (root / "gone.py").unlink()
    commit(root, "Sweep", *(f"old/{at}.py" for at in range(40)))
    return root


def test_files_that_similar_commits_touched_are_pointed_at_and_the_rest_is_not(
    root: Path, tmp_path: Path
) -> None:
    found = history(open_worktree(root), tmp_path).evidence(QUESTION)
    assert found["net.py"] == 1.0
    assert "page.py" not in found


def test_files_that_the_view_no_longer_has_are_not_pointed_at(root: Path, tmp_path: Path) -> None:
    assert "gone.py" not in history(open_worktree(root), tmp_path).evidence(QUESTION)


def test_what_came_after_the_indexed_revision_tells_nothing(root: Path, tmp_path: Path) -> None:
    history(open_worktree(root), tmp_path)
    early = history(open_revision(root / ".git", "HEAD~4"), tmp_path)
    assert early.evidence(QUESTION) == {}
    assert (early.recency("net.py"), early.frequency("wire.py")) == (
        1.0,
        early.frequency("page.py"),
    )


def test_lately_and_often_changed_files_are_told_from_others(root: Path, tmp_path: Path) -> None:
    told = history(open_worktree(root), tmp_path)
    assert told.recency("wire.py") > told.recency("page.py") > told.recency("nowhere.py") == 0.0
    assert (
        told.frequency("net.py") > told.frequency("page.py") > told.frequency("nowhere.py") == 0.0
    )


def test_without_git_there_is_no_evidence(tmp_path: Path) -> None:
    write(tmp_path / "tree", {"net.py": "x = 1\n"})
    told = history(open_worktree(tmp_path / "tree"), tmp_path)
    assert (told.evidence(QUESTION), told.recency("net.py"), told.frequency("net.py")) == (
        {},
        0.0,
        0.0,
    )


def test_a_searcher_has_its_history(searcher: Searcher) -> None:
    assert searcher.commits.evidence(QUESTION) == {}
