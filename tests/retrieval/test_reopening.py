"""A reader goes on when what it has open was collected."""

from __future__ import annotations

from pathlib import Path

from indexer import Store, VectorCache, build_index, load_encoder, open_worktree
from retrieval import Searcher


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
