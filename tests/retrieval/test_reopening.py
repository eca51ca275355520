"""A reader goes on when what it has open was collected."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import indexer.snapshot.tables
import indexer.store.maintenance
from indexer import Store, VectorCache, build_index, load_encoder, open_worktree
from retrieval import Searcher
from tests.reader import answers


def test_a_searcher_whose_tables_have_gone_answers_from_the_newest_generation(
    tmp_path: Path,
) -> None:
    tree, store = tmp_path / "tree", str(tmp_path / "store")
    tree.mkdir()

    def build(encoder: str, text: str) -> None:
        (tree / "a.py").write_text(text)
        cache = VectorCache(tmp_path / "cache")
        source = open_worktree(tree)
        build_index(
            source, Store(store), load_encoder(encoder), encoder_spec=encoder, jobs=1, cache=cache
        )

    build("none", "def old_name(): pass\n")
    searcher = Searcher.open(store)
    build(
        "builtin", "def new_name(): pass\n"
    )  # facts of another encoder are other tables: the first ones are dropped
    assert [hit.symbol for hit in searcher.query("new_name")] == ["new_name"]
    assert searcher.snapshot.state.generation == Searcher.open(store).snapshot.state.generation
    assert "new_name" in searcher.context("new_name", 200).text
    assert searcher.text("a.py") == "def new_name(): pass\n"


@pytest.mark.parametrize("held_after", [0, 8])
def test_a_searcher_that_went_on_answers_as_one_that_is_opened_now(
    held_after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.snapshot.tables, "CACHED_AFTER", held_after)
    for name in ("TAIL_CHUNKS", "TAIL_ROWS", "FRAGMENTS"):  # tables are tidied up all the time
        monkeypatch.setattr(indexer.store.maintenance, name, 3)
    tree, store, chosen = tmp_path / "tree", str(tmp_path / "store"), random.Random(7)
    (tree / "app").mkdir(parents=True)

    def change(number: int, *kinds: str) -> None:
        """Save, remove or rename a file."""
        path, kind = tree / "app" / f"m{number}.py", chosen.choice(kinds)
        if kind == "save" or not path.exists():
            retry = chosen.randrange(1_000)
            path.write_text(
                f"class Worker{retry}:\n    def push_{retry}(self):\n"
                f"        return load(retry={retry})\n"
            )
        elif kind == "rename":
            path.rename(path.with_stem(f"m{chosen.randrange(4)}"))
        else:
            path.unlink()

    def build() -> None:
        cache, source = VectorCache(tmp_path / "cache"), open_worktree(tree)
        build_index(
            source, Store(store), load_encoder("builtin"), jobs=1, cache=cache, progress=compare
        )

    def compare(phase: str, done: int, total: int) -> None:
        """As soon as something is published: texts, then edges."""
        if phase == "publish" and done == total and open_now:
            open_now[0].reopen()
            newest = Searcher.open(store)
            assert answers(open_now[0]) == answers(newest)
            assert open_now[0].lookup.files("m1.py") == newest.lookup.files("m1.py")

    open_now: list[Searcher] = []
    for number in range(4):
        change(number, "save")
    build()
    open_now.append(Searcher.open(store))
    for _ in range(10):
        assert answers(open_now[0])
        change(chosen.randrange(4), "save", "save", "rename", "remove")
        build()
        compare("publish", 1, 1)  # once more after the tables were tidied up
