"""A tree can be read back from its store, and a rebuild changes only what changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import indexer.pipeline.changed_files
import indexer.pipeline.pool
from indexer import (
    HashEncoder,
    Report,
    Snapshot,
    SourceError,
    Store,
    StoreError,
    VectorCache,
    build_index,
    load_encoder,
    open_revision,
    open_worktree,
)
from indexer.store.writer import open_writer

from ..repositories import git, repository, write

FILES = {
    "app/__init__.py": "",
    "app/server.py": '"""Serving."""\nfrom app.store import Store\n\n\n'
    'class Server:\n    """Answers."""\n\n'
    "    def start(self, store: Store) -> None:\n"
    "        store.load_everything()\n        self.running = True\n",
    "app/store.py": "class Store:\n    def load_everything(self) -> int:\n"
    "        total = 0\n        return total\n",
    "README.md": "# Sample\n\nA server that answers questions.\n",
    "logo.png": "\x89PNG\0\0",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    write(tmp_path / "tree", FILES)
    return tmp_path / "tree"


def index(tree: Path, cache: Path, store: Path | None = None, ignore: bool = True) -> Report:
    source = open_worktree(tree, ignore=ignore)
    return build_index(
        source,
        Store(str(store or tree / ".clew")),
        HashEncoder(32),
        jobs=2,
        cache=VectorCache(cache),
    )


def opened(tree: Path) -> Snapshot:
    return Snapshot.open(str(tree / ".clew"))


def rows(snapshot: Snapshot) -> list[object]:
    """Return all rows of a snapshot in a canonical order, to compare two stores."""
    paths = [path for path, entry in snapshot.entries.items() if entry.file_id]
    chunks = [(c.path, c.start_line, c.end_line, c.symbol) for c in snapshot.chunks.of_files(paths)]
    edges = sorted(tuple(row.values()) for row in snapshot.all_edges().to_pylist())
    return [
        paths,
        snapshot.symbols_in(paths),
        chunks,
        edges,
        [snapshot.source(path) for path in paths],
    ]


def test_symbols_chunks_edges_and_sources_come_back_as_extracted(
    tree: Path, tmp_path: Path
) -> None:
    report = index(tree, tmp_path / "cache")
    snapshot = opened(tree)
    assert (report.files, report.symbols, report.skipped) == (4, 5, {"binary": 1})
    assert [f.id for f in snapshot.symbols_named(["start"])] == ["app/server.py::Server.start"]
    (edge,) = snapshot.edges_from([snapshot.symbols_named(["start"])[0].uid], ["calls"])
    assert snapshot.symbols_of([edge.dst])[edge.dst].id == "app/store.py::Store.load_everything"
    assert snapshot.source("app/store.py") == FILES["app/store.py"]


def test_text_search_finds_parts_of_names_and_files_without_symbols(
    tree: Path, tmp_path: Path
) -> None:
    index(tree, tmp_path / "cache")
    snapshot = opened(tree)
    assert snapshot.chunks.search_text({"everything": 1.0}, 5)[0].path in (
        "app/store.py",
        "app/server.py",
    )
    assert snapshot.chunks.search_text({"question": 1.0}, 5)[0].path == "README.md"


def test_vector_search_finds_the_chunk_that_shares_words(tree: Path, tmp_path: Path) -> None:
    index(tree, tmp_path / "cache")
    vector = HashEncoder(32).encode(["A server that answers questions."])[0]
    assert opened(tree).chunks.search_vector(vector, 3)[0].path == "README.md"


def test_the_first_search_of_a_process_finds_what_later_ones_find(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for number in range(150):
        (tree / f"m{number}.py").write_text(f"def f{number * 7919}(): return {number * 104729}\n")
    index(tree, tmp_path / "cache")
    for vector in HashEncoder(32).encode([f"question {number}" for number in range(10)]):
        snapshot = opened(tree)
        found = [snapshot.chunks.search_vector(vector, 2) for _ in range(12)]
        assert found == [found[0]] * 12


def test_a_build_without_changes_extracts_nothing_and_publishes_nothing(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        indexer.pipeline.changed_files, "RACY_NS", -(10**18)
    )  # fresh time stamps are news once they have aged
    first = index(tree, tmp_path / "cache")
    second = index(tree, tmp_path / "cache")
    assert (second.changed, second.encoded, second.generation) == (0, 0, first.generation)


def test_the_same_content_is_not_encoded_twice_even_in_another_store(
    tree: Path, tmp_path: Path
) -> None:
    first = index(tree, tmp_path / "cache")
    second = index(tree, tmp_path / "cache", tmp_path / "elsewhere")
    assert first.encoded == first.chunks > 0
    assert (second.changed, second.encoded) == (4, 0)


def test_an_incremental_build_equals_a_clean_one(tree: Path, tmp_path: Path) -> None:
    index(tree, tmp_path / "cache")
    (tree / "app/store.py").rename(tree / "app/storage.py")
    write(
        tree,
        {
            "app/server.py": FILES["app/server.py"].replace("app.store", "app.storage"),
            "new.py": "def late(): ...\n",
        },
    )
    (tree / "README.md").unlink()
    report = index(tree, tmp_path / "cache")
    incremental = rows(opened(tree))
    index(tree, tmp_path / "cache", tmp_path / "clean")
    assert report.changed == 3
    assert incremental == rows(Snapshot.open(str(tmp_path / "clean")))


def test_a_file_that_was_only_moved_is_not_encoded_again(tree: Path, tmp_path: Path) -> None:
    index(tree, tmp_path / "cache")
    (tree / "app/store.py").rename(tree / "app/storage.py")
    assert index(tree, tmp_path / "cache").encoded == 0


def test_an_open_snapshot_does_not_see_a_later_build(tree: Path, tmp_path: Path) -> None:
    index(tree, tmp_path / "cache")
    before = opened(tree)
    write(tree, {"app/store.py": "def something_else(): pass\n"})
    index(tree, tmp_path / "cache")
    assert before.symbols_named(["something_else"]) == []
    assert [f.symbol.name for f in before.symbols_named(["load_everything"])] == ["load_everything"]
    assert opened(tree).symbols_named(["load_everything"]) == []


def test_a_stale_file_is_told_and_its_indexed_text_is_shown(tree: Path, tmp_path: Path) -> None:
    index(tree, tmp_path / "cache")
    write(tree, {"app/store.py": "changed = 1\n"})
    snapshot = opened(tree)
    assert snapshot.is_stale("app/store.py") and not snapshot.is_stale("app/server.py")
    assert snapshot.source("app/store.py") == FILES["app/store.py"]


def test_a_touched_file_is_not_stale(tree: Path, tmp_path: Path) -> None:
    index(tree, tmp_path / "cache")
    os.utime(tree / "app/store.py")
    assert not opened(tree).is_stale("app/store.py")


def test_revisions_and_the_work_tree_share_facts_and_are_views_of_one_store(tmp_path: Path) -> None:
    tree = repository(tmp_path / "tree", FILES)
    write(tree, {"app/store.py": "def other(): pass\n"})
    git(tree, "commit", "-qam", "second")
    store = Store(str(tmp_path / "store"))
    encoder, cache = HashEncoder(32), VectorCache(tmp_path / "cache")
    first = build_index(open_revision(tree / ".git", "HEAD~1"), store, encoder, cache=cache)
    second = build_index(open_revision(tree / ".git", "HEAD"), store, encoder, cache=cache)
    work = build_index(open_worktree(tree), store, encoder, cache=cache)
    assert (first.changed, second.changed, work.changed) == (4, 1, 0)
    old = Snapshot.open(store.uri, git(tree, "rev-parse", "HEAD~1").decode().strip()[:10])
    assert old.symbols_named(["other"]) == [] and old.symbols_named(["load_everything"])
    assert Snapshot.open(store.uri, str(tree)).symbols_named(["other"])


def test_no_encoder_gives_an_index_without_vectors(tree: Path, tmp_path: Path) -> None:
    build_index(
        open_worktree(tree), Store(str(tree / ".clew")), load_encoder("none"), encoder_spec="none"
    )
    assert opened(tree).chunks.search_text({"server": 1.0}, 3)
    assert opened(tree).chunks.search_vector(HashEncoder(32).encode(["x"])[0], 3) == []


def test_another_encoder_replaces_the_index(tree: Path, tmp_path: Path) -> None:
    index(tree, tmp_path / "cache")
    report = build_index(
        open_worktree(tree),
        Store(str(tree / ".clew")),
        HashEncoder(16),
        cache=VectorCache(tmp_path / "c"),
    )
    assert report.changed == 4
    snapshot = opened(tree)
    assert snapshot.state.dim == 16 and len(rows(snapshot)[0]) == 4  # type: ignore[arg-type]


def test_an_empty_tree_gives_an_index_that_answers_nothing(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    report = index(tmp_path / "tree", tmp_path / "cache")
    assert (
        report.files == 0
        and opened(tmp_path / "tree").chunks.search_text({"anything": 1.0}, 3) == []
    )


def test_a_second_writer_is_refused_by_name(tree: Path, tmp_path: Path) -> None:
    store = Store(str(tree / ".clew"))
    with (
        open_writer(store, "facts", ("none", "none", 0)),
        pytest.raises(StoreError, match="another clew is writing"),
    ):
        index(tree, tmp_path / "cache")


def test_a_store_without_an_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="clew index"):
        Snapshot.open(str(tmp_path / "none"))


def test_facts_that_a_killed_build_left_whole_are_taken_up(tree: Path, tmp_path: Path) -> None:
    encoder = HashEncoder(32)

    class Killed(Exception):
        pass

    def kill(phase: str, done: int, total: int) -> None:
        if phase == "resolve":
            raise Killed

    source, cache = open_worktree(tree), VectorCache(tmp_path / "cache")
    with pytest.raises(Killed):
        build_index(source, Store(str(tree / ".clew")), encoder, cache=cache, progress=kill)
    with pytest.raises(StoreError):
        opened(tree)
    assert index(tree, tmp_path / "cache").changed == 0
    assert len(opened(tree).symbols_in(["app/store.py", "app/server.py"])) == 4


def test_names_that_are_not_utf8_or_ascii_are_indexed(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    write(tree, {"größe näher.py": "def größer(): pass\n"})
    with open(os.fsencode(tree) + b"/caf\xe9.py", "wb") as file:
        file.write(b"def latin(): return '\xe9'\n")
    report = index(tree, tmp_path / "cache")
    assert report.files == 2
    assert [f.id for f in opened(tree).symbols_named(["größer", "latin"])] == [
        "caf\\xe9.py::latin",
        "größe näher.py::größer",
    ]


def test_the_view_that_was_indexed_last_is_the_one_that_answers_changed_or_not(
    tree: Path, tmp_path: Path
) -> None:
    store, other = tmp_path / "store", tmp_path / "other"
    write(other, {"b.py": "def b(): ...\n"})
    for folder in (tree, other, tree):
        index(folder, tmp_path / "cache", store)
        assert Snapshot.open(str(store)).view.name == str(folder)


def test_an_empty_tree_is_a_view_beside_others(tree: Path, tmp_path: Path) -> None:
    index(tree, tmp_path / "cache", tmp_path / "store")
    (tmp_path / "empty").mkdir()
    assert index(tmp_path / "empty", tmp_path / "cache", tmp_path / "store").files == 0
    assert Snapshot.open(str(tmp_path / "store"), str(tree)).entries


def test_a_build_that_dies_with_its_manifest_half_replaced_does_not_empty_its_view(
    tree: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    write(other, {"b.py": "def b(): ...\n"})
    index(tree, tmp_path / "cache", tmp_path / "store")
    store = Store(str(tmp_path / "store"))
    state = store.state()
    assert state
    with open_writer(
        store, state.fact_version, (state.encoder, state.encoder_id, state.dim)
    ) as writer:
        writer.tables["manifests"].delete("true")  # and here it is killed
    index(other, tmp_path / "cache", tmp_path / "store")
    assert len(Snapshot.open(store.uri, str(tree)).entries) == len(FILES)


def test_news_of_time_stamps_alone_resolves_nothing_and_loses_nothing(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index(tree, tmp_path / "cache")
    before = rows(opened(tree))
    monkeypatch.setattr(
        indexer.pipeline.changed_files, "RACY_NS", 0
    )  # every time stamp is trusted at once
    for path in FILES:
        os.utime(tree / path, ns=(10**18, 10**18))
    time.sleep(0.05)  # more than the grain of the file system's clock
    report = index(tree, tmp_path / "cache")
    assert (report.changed, "resolve" in report.seconds) == (0, False)
    assert rows(opened(tree)) == before
    assert index(tree, tmp_path / "cache").generation == report.generation


def test_files_that_change_places_are_seen_although_sizes_and_times_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        indexer.pipeline.changed_files, "RACY_NS", 0
    )  # every time stamp is trusted at once
    tree, aside = tmp_path / "tree", tmp_path / "aside"
    write(tree, {"a.py": "def a(): ...\n", "b.py": "def b(): ...\n"})
    for path in tree.iterdir():
        os.utime(path, ns=(10**18, 10**18))
    time.sleep(0.05)  # more than the grain of the file system's clock
    assert index(tree, tmp_path / "cache").changed == 2
    (tree / "a.py").rename(aside)
    (tree / "b.py").rename(tree / "a.py")
    aside.rename(tree / "b.py")
    assert opened(tree).is_stale("a.py")
    assert index(tree, tmp_path / "cache").changed == 2
    assert [f.id for f in opened(tree).symbols_named(["a"])] == ["b.py::a"]


def test_a_root_that_is_not_utf8_is_refused_by_name(tmp_path: Path) -> None:
    root = tmp_path / os.fsdecode(b"caf\xe9")
    root.mkdir()
    with pytest.raises(SourceError, match=r"caf\\xe9 is not UTF-8"):
        index(root, tmp_path / "cache", tmp_path / "store")


def test_a_byte_that_is_no_text_and_the_characters_that_stand_for_it_are_two_paths(
    tmp_path: Path,
) -> None:
    tree = tmp_path / "tree"
    write(
        tree, {"caf\\xe9.py": "def characters(): pass\n", "caf\\\\xe9.py": "def doubled(): pass\n"}
    )
    (tree / os.fsdecode(b"caf\xe9.py")).write_text("def byte(): pass\n")
    assert index(tree, tmp_path / "cache").files == 3
    snapshot = opened(tree)
    assert [len(snapshot.symbols_named([name])) for name in ("byte", "characters", "doubled")] == [
        1,
        1,
        1,
    ]
    assert not any(map(snapshot.is_stale, snapshot.entries))


def test_a_file_that_was_given_up_is_tried_again_only_when_its_content_changes(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = "int f(void) {\n" + "{\n" * 100_000
    write(tree, {"endless.c": endless})
    monkeypatch.setattr(indexer.pipeline.pool, "MAX_SECONDS", 1.0)
    assert index(tree, tmp_path / "cache").skipped["timed out"] == 1
    monkeypatch.setattr(indexer.pipeline.pool, "MAX_SECONDS", 60.0)
    write(
        tree, {"endless.c": endless, "copy.py": "def other(): pass\n"}
    )  # a new time stamp, and no other content
    again = index(tree, tmp_path / "cache")
    assert (again.changed, again.skipped["timed out"]) == (1, 1)
    write(tree, {"endless.c": "int f(void);\n"})
    assert "timed out" not in index(tree, tmp_path / "cache").skipped


def test_a_commit_without_a_change_of_content_is_the_views_commit(tmp_path: Path) -> None:
    tree = repository(tmp_path / "tree", FILES)
    index(tree, tmp_path / "cache")
    git(tree, "commit", "-q", "--allow-empty", "-m", "second")
    index(tree, tmp_path / "cache")
    assert opened(tree).view.commit == git(tree, "rev-parse", "HEAD").decode().strip()
