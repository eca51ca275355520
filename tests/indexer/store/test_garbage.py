"""Facts without a view are removed, and readers are not disturbed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer import (
    HashEncoder,
    Snapshot,
    Store,
    StoreError,
    VectorCache,
    build_index,
    collect_views,
    open_revision,
    open_worktree,
)

from ..repositories import git, repository, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(
        tmp_path / "root", {f"m{number}.py": f"def f{number}(): pass\n" for number in range(6)}
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(str(tmp_path / "store"))


def index(store: Store, root: Path, rev: str = "") -> None:
    source = open_revision(root / ".git", rev) if rev else open_worktree(root)
    build_index(
        source, store, HashEncoder(8), jobs=1, cache=VectorCache(Path(store.uri).with_name("cache"))
    )


def views(store: Store) -> list[str]:
    state = store.state()
    assert state is not None
    return sorted(view.kind for view in state.views.values())


def test_a_deleted_work_tree_is_removed_with_its_own_facts(
    root: Path, store: Store, tmp_path: Path
) -> None:
    git(root, "worktree", "add", "-q", str(tmp_path / "other"))
    write(tmp_path / "other", {"only_here.py": "def only_here(): pass\n"})
    index(store, tmp_path / "other")
    index(store, root)
    reader = Snapshot.open(store.uri, str(tmp_path / "other"))
    shutil.rmtree(tmp_path / "other")
    done = collect_views(store)
    assert (done.views, done.files) == ([str(tmp_path / "other")], 1)
    assert views(store) == ["worktree"]
    assert reader.symbols_named(["only_here"])
    assert not Snapshot.open(store.uri).symbols_named(["only_here"])
    assert len(Snapshot.open(store.uri).symbols_named([f"f{number}" for number in range(6)])) == 6


def test_the_revisions_indexed_last_are_kept(root: Path, store: Store) -> None:
    for number in range(3):
        write(root, {"m0.py": f"def changed{number}(): pass\n"})
        git(root, "commit", "-q", "-a", "-m", str(number))
        index(store, root, "HEAD")
    index(store, root)
    assert len(collect_views(store, keep=1).views) == 2
    assert views(store) == ["revision", "worktree"]
    assert Snapshot.open(
        store.uri, "rev:" + git(root, "rev-parse", "HEAD").decode().strip()
    ).symbols_named(["changed2"])


def test_the_last_view_is_never_removed(root: Path, store: Store) -> None:
    index(store, root, "HEAD")
    assert collect_views(store, keep=0).views == []
    shutil.rmtree(root)
    assert views(store) == ["revision"]


def test_collecting_twice_removes_nothing_more(root: Path, store: Store) -> None:
    index(store, root)
    write(root, {"m0.py": "def changed(): pass\n"})
    index(store, root)
    assert collect_views(store).files == 1
    assert collect_views(store).files == 0
    index(store, root)
    assert Snapshot.open(store.uri).symbols_named(["changed"])


def test_a_folder_without_an_index_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing to collect"):
        collect_views(Store(str(tmp_path / "none")))


def test_work_trees_of_one_repository_share_all_but_their_manifests(
    root: Path, store: Store, tmp_path: Path
) -> None:
    index(store, root)
    chunks = Snapshot.open(store.uri).tables.table("chunks").count_rows()
    for number in range(4):
        git(root, "worktree", "add", "-q", "--detach", str(tmp_path / f"tree{number}"))
        index(store, tmp_path / f"tree{number}")
    last = Snapshot.open(store.uri)
    assert last.tables.table("chunks").count_rows() == chunks
    assert last.tables.table("edges").count_rows() == 0
    assert last.tables.table("manifests").count_rows() == 5 * 6
