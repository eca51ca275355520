"""Files that change together, by the commits that lead to the indexed one."""

from __future__ import annotations

from pathlib import Path

from indexer import Snapshot, Source, Store, build_index, load_encoder, open_revision, open_worktree
from retrieval import Searcher
from retrieval.graph.co_changes import find_co_changes
from tests.indexer.repositories import git, repository, write


def commit(root: Path, *paths: str) -> None:
    for path in paths:
        before = (root / path).read_text() if (root / path).exists() else ""
        write(root, {path: before + "x = 1\n"})
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "more")


def history(tmp_path: Path) -> Path:
    root = repository(tmp_path / "repo", {"a.py": "", "b.py": "", "c.py": ""})
    for _ in range(3):
        commit(root, "a.py", "b.py")
    commit(root, "a.py")
    commit(root, "a.py", "c.py")
    return root


def index(source: Source, tmp_path: Path) -> Snapshot:
    store = str(tmp_path / "store")
    build_index(source, Store(store), load_encoder("none"), encoder_spec="none", jobs=1)
    return Snapshot.open(store, source.view)


def test_what_changed_together_often_enough_has_support_and_confidence_each_way(
    tmp_path: Path,
) -> None:
    found = find_co_changes(index(open_worktree(history(tmp_path)), tmp_path).commit_log)
    assert [(c.src, c.dst, c.commits, c.confidence) for c in found] == [
        ("a.py", "b.py", 3, 0.75),
        ("b.py", "a.py", 3, 1.0),
    ]


def test_only_ancestors_of_the_indexed_commit_count(tmp_path: Path) -> None:
    root = history(tmp_path)
    index(open_worktree(root), tmp_path)
    assert find_co_changes(index(open_revision(root / ".git", "HEAD~3"), tmp_path).commit_log) == []


def test_paths_are_those_of_the_view(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"part/a.py": "", "part/b.py": "", "b.py": ""})
    for _ in range(3):
        commit(root, "part/a.py", "part/b.py", "b.py")
    found = find_co_changes(index(open_worktree(root / "part"), tmp_path).commit_log)
    assert [(c.src, c.dst) for c in found] == [("a.py", "b.py"), ("b.py", "a.py")]


def test_a_new_commit_of_the_same_files_is_taken_in_and_gone_files_give_no_edge(
    tmp_path: Path,
) -> None:
    root = history(tmp_path)

    def edges() -> list[tuple[str, str, str, float]]:
        index(open_worktree(root), tmp_path)
        graph = Searcher.open(str(tmp_path / "store")).graph
        rows = [row for row in graph.edges() if row["kind"] == "co-changes"]
        return [(row["src"], row["dst"], row["rule"], row["confidence"]) for row in rows]

    assert edges() == [("a.py", "b.py", "history", 0.75), ("b.py", "a.py", "history", 1.0)]
    for _ in range(3):
        commit(root, "a.py", "c.py")
    assert ("c.py", "a.py", "history", 1.0) in edges()
    (root / "b.py").unlink()
    assert {end for src, dst, *_ in edges() for end in (src, dst)} == {"a.py", "c.py"}
