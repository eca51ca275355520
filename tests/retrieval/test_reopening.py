"""A reader goes on when what it has open was collected."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import indexer.snapshot
import indexer.upkeep
from indexer import Store, VectorCache, build_index, load_encoder, open_worktree
from retrieval import Searcher
from tests.reader import answers


def test_a_searcher_whose_tables_have_gone_answers_from_the_newest_generation(tmp_path: Path) -> None:
    tree, store = tmp_path / "tree", str(tmp_path / "store")
    tree.mkdir()

    def build(encoder: str, text: str) -> None:
        (tree / "a.py").write_text(text)
        cache = VectorCache(tmp_path / "cache")
        source = open_worktree(tree)
        build_index(source, Store(store), load_encoder(encoder), encoder_spec=encoder, jobs=1, cache=cache)

    build("none", "def old_name(): pass\n")
    searcher = Searcher.open(store)
    build("builtin", "def new_name(): pass\n")  # facts of another encoder are other tables: the first ones are dropped
    assert [hit.symbol for hit in searcher.query("new_name")] == ["new_name"]
    assert searcher.snapshot.state.generation == Searcher.open(store).snapshot.state.generation
    assert "new_name" in searcher.context("new_name", 200).text
    assert searcher.text("a.py") == "def new_name(): pass\n"


@pytest.mark.parametrize("held_after", [0, 8])
def test_a_searcher_that_went_on_answers_as_one_that_is_opened_now(
    held_after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer.snapshot, "HELD_AFTER", held_after)
    for name in ("TAIL_CHUNKS", "TAIL_ROWS", "FRAGMENTS"):  # tables are tidied up all the time
        monkeypatch.setattr(indexer.upkeep, name, 3)
    tree, store, chosen = tmp_path / "tree", str(tmp_path / "store"), random.Random(7)
    (tree / "app").mkdir(parents=True)

    def save(number: int) -> None:
        text = f"class Worker{number}:\n    def push_{chosen.random()}(self):\n        return load(retry={number})\n"
        (tree / "app" / f"m{number}.py").write_text(text.replace("0.", ""))

    def build() -> None:
        cache = VectorCache(tmp_path / "cache")
        build_index(open_worktree(tree), Store(store), load_encoder("builtin"), jobs=1, cache=cache)

    for number in range(6):
        save(number)
    build()
    searcher = Searcher.open(store)
    for step in range(14):
        assert answers(searcher)
        for path in sorted((tree / "app").iterdir())[step % 3 :: 4]:
            if step % 4 == 3:
                path.unlink()
            elif step % 4 == 1:
                path.rename(path.with_stem(f"{path.stem}_"))
        save(chosen.randrange(8))
        build()
        searcher.reopen()
        assert answers(searcher) == answers(Searcher.open(store))
