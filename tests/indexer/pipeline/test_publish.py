"""A published index answers until the next one is published."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

import indexer.pipeline.state
import indexer.store.maintenance
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
from indexer.pipeline.earlier_edges import find_previous
from indexer.store.writer import open_writer

from ..repositories import git, repository


def build(root: Path, store: Path, stop_at: str = "") -> None:
    def progress(phase: str, done: int, total: int) -> None:
        if phase == stop_at and done == total:
            raise KeyboardInterrupt

    cache = VectorCache(store.with_name("cache"))
    build_index(
        open_worktree(root),
        Store(str(store)),
        HashEncoder(16),
        jobs=1,
        cache=cache,
        progress=progress,
    )


def tree(root: Path) -> Path:
    root.mkdir()
    for number in range(5):
        (root / f"m{number}.py").write_text(f"def f{number}(): pass\n")
    return root


def names(store: Path) -> set[str]:
    """Return the symbols of the published index, if its text index finds anything."""
    snapshot = Snapshot.open(str(store))
    chunks = snapshot.chunks.search_text({"f1": 1.0}, 5)
    return (
        {found.symbol.qualname for found in snapshot.symbols_in(snapshot.entries)}
        if chunks
        else set()
    )


def test_a_build_that_is_cut_off_leaves_the_published_index_however_old_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.store.maintenance, "VERSIONS", 0)
    monkeypatch.setattr(
        indexer.store.maintenance, "READER_GRACE", timedelta(0)
    )  # every version is old enough to go
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    (root / "m0.py").write_text("def changed(): pass\n")
    with pytest.raises(KeyboardInterrupt):
        build(root, store, stop_at="extract")
    assert names(store) == {"f0", "f1", "f2", "f3", "f4"}
    build(root, store)
    assert names(store) == {"changed", "f1", "f2", "f3", "f4"}


def test_what_was_read_before_an_interrupt_is_not_read_again(tmp_path: Path) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    with pytest.raises(KeyboardInterrupt):
        build(root, store, stop_at="extract")
    cache = VectorCache(tmp_path / "other cache")
    report = build_index(
        open_worktree(root), Store(str(store)), HashEncoder(16), jobs=1, cache=cache
    )
    assert (report.files, report.changed) == (5, 0)


def test_a_build_that_is_killed_while_it_creates_a_table_is_taken_up(tmp_path: Path) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    created = sorted(folder.name for folder in store.glob("*.lance"))
    shutil.rmtree(store)
    for name in created:
        (store / name / "data").mkdir(parents=True)
    build(root, store)
    assert names(store) == {"f0", "f1", "f2", "f3", "f4"}


def test_a_reader_whose_generation_has_gone_is_told_to_open_the_store_anew(tmp_path: Path) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    reader = Snapshot.open(str(store))
    build_index(
        open_worktree(root),
        Store(str(store)),
        HashEncoder(8),
        jobs=1,
        cache=VectorCache(tmp_path / "cache"),
    )
    with pytest.raises(StoreError, match="open it anew"):
        reader.symbols_in(reader.entries)


def test_a_saved_file_is_found_before_it_is_resolved_and_its_edges_are_those_of_before(
    tmp_path: Path,
) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    (root / "m0.py").write_text("from m1 import f1\n\n\ndef f0():\n    f1()\n")
    build(root, store)
    (root / "m0.py").write_text(
        "from m2 import f2\n\n\ndef f0():\n    f2()\n\n\ndef news(): pass\n"
    )
    with pytest.raises(KeyboardInterrupt):
        build(root, store, stop_at="publish")
    snapshot = Snapshot.open(str(store))
    assert not snapshot.view.has_current_edges
    assert [found.path for found in snapshot.chunks.search_text({"news": 1.0}, 5)] == ["m0.py"]
    assert called(snapshot) == {"f1"}
    build(root, store)
    assert Snapshot.open(str(store)).view.has_current_edges
    assert called(Snapshot.open(str(store))) == {"f2"}


def called(snapshot: Snapshot) -> set[str]:
    """Return the names that f0 calls."""
    (caller,) = snapshot.symbols_named(["f0"])
    targets = [edge.dst for edge in snapshot.edges_from([caller.uid], ["calls"])]
    return {found.symbol.name for found in snapshot.symbols_of(targets).values()}


def test_a_build_that_takes_up_unsettled_edges_gives_what_a_clean_one_gives(tmp_path: Path) -> None:
    root, store = tree(tmp_path / "root"), tmp_path / "store"
    build(root, store)
    for number in range(3):  # cut off again and again, each time after other changes
        (root / "m0.py").write_text(
            f"from m{number} import f{number}\n\n\ndef f0():\n    f{number}()\n"
        )
        (root / "m4.py").unlink(missing_ok=True)
        with pytest.raises(KeyboardInterrupt):
            build(root, store, stop_at="publish")
    build(root, store)
    build(root, tmp_path / "clean")
    found, clean = (Snapshot.open(str(each)) for each in (store, tmp_path / "clean"))
    assert sorted(found.all_edges().to_pylist(), key=str) == sorted(
        clean.all_edges().to_pylist(), key=str
    )
    shown, expected = (
        [(e.path, e.file_id) for e in each.entries.values()] for each in (found, clean)
    )
    assert shown == expected


def test_of_a_branch_that_another_view_holds_the_edges_of_that_view_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.pipeline.state, "SMALL_CHANGE", 0)
    root = repository(
        tmp_path / "root", {f"m{number}.py": f"def f{number}(): pass\n" for number in range(9)}
    )
    store = tmp_path / "store"
    git(root, "checkout", "-q", "-b", "other")
    for number in range(9):
        (root / f"m{number}.py").write_text(f"def f{number}(): return {number}\n")
    git(root, "commit", "-q", "-a", "-m", "other")
    cache = VectorCache(store.with_name("cache"))
    build_index(
        open_revision(root / ".git", "other"),
        Store(str(store)),
        HashEncoder(16),
        jobs=1,
        cache=cache,
    )
    held = {entry.path: entry.file_id for entry in Snapshot.open(str(store)).entries.values()}
    git(root, "checkout", "-q", "main")
    build(root, store)
    state = Store(str(store)).state()
    assert state is not None
    with open_writer(
        Store(str(store)), state.fact_version, (state.encoder, state.encoder_id, state.dim)
    ) as writer:
        before = find_previous(writer, str(root), held)
    assert {path: file_id for path, (file_id, _) in before.files.items()} == held


def resolved(root: Path, store: Path) -> int:
    """Index the tree. Return the number of resolved files."""
    counts = [0]

    def progress(phase: str, done: int, total: int) -> None:
        counts.append(total if phase == "resolve" else 0)

    cache = VectorCache(store.with_name("cache"))
    build_index(
        open_worktree(root),
        Store(str(store)),
        HashEncoder(16),
        jobs=1,
        cache=cache,
        progress=progress,
    )
    return max(counts)


def edges(store: Path) -> set[tuple[object, ...]]:
    return {tuple(row.values()) for row in Snapshot.open(str(store)).all_edges().to_pylist()}


def test_a_branch_that_comes_back_has_its_edges_without_resolving_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # changed files that are no switch of branches
    monkeypatch.setattr(indexer.pipeline.state, "SMALL_CHANGE", 2)
    root, store = tmp_path / "root", tmp_path / "store"
    first = {
        f"m{at}.py": f"from m{after} import f{after}\ndef f{at}(): f{after}()\n"
        for at, after in ((at, (at + 1) % 40) for at in range(40))
    }
    repository(root, first)
    git(root, "branch", "other")
    assert resolved(root, store) == 40
    before = edges(store)
    (root / "m0.py").write_text("def f0(): pass\n")
    assert resolved(root, store) > 0
    git(root, "commit", "-qam", "small")
    after = edges(store)
    git(root, "checkout", "-q", "other")
    for at in range(1, 6):
        (root / f"m{at}.py").write_text(f"def f{at}(): pass\n")
    git(root, "commit", "-qam", "much")
    assert resolved(root, store) > 2
    git(root, "checkout", "-q", "-")
    assert resolved(root, store) == 0
    assert edges(store) == after != before


def test_edges_that_were_collected_meanwhile_are_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.pipeline.state, "SMALL_CHANGE", 2)
    root, store = tmp_path / "root", tmp_path / "store"
    first = {
        f"m{at}.py": f"from m{after} import f{after}\ndef f{at}(): f{after}()\n"
        for at, after in ((at, (at + 1) % 6) for at in range(6))
    }
    repository(root, first)
    resolved(root, store)
    before = edges(store)
    for at in range(6):
        (root / f"m{at}.py").write_text(f"def f{at}(): pass\n")
    resolved(root, store)
    collect_views(Store(str(store)))
    for name, text in first.items():
        (root / name).write_text(text)
    assert resolved(root, store) == 6
    assert edges(store) == before


def test_a_store_hides_itself_from_git_but_never_a_folder_of_the_users_own(tmp_path: Path) -> None:
    root, own = tree(tmp_path / "root"), tmp_path / "own"
    own.mkdir()
    (own / "notes.txt").write_text("mine\n")
    build(root, tmp_path / "new")
    build(root, own)
    assert (tmp_path / "new" / ".gitignore").read_text() == "*\n"
    assert not (own / ".gitignore").exists()
