"""Processor time by phase."""

from __future__ import annotations

from pathlib import Path

from benchmarks.speed.phases import has_grammar, measure_phases, table
from indexer import HashEncoder, Store, VectorCache, build_index, open_worktree


def test_every_phase_of_an_index_is_told_beside_parsing(tmp_path: Path) -> None:
    tree, store = tmp_path / "tree", str(tmp_path / "store")
    tree.mkdir()
    (tree / "app.py").write_text("def run():\n    run()\n" * 2000)
    (tree / "notes.txt").write_text("run\n")
    build_index(
        open_worktree(tree),
        Store(store),
        HashEncoder(8),
        jobs=1,
        cache=VectorCache(tmp_path / "cache"),
    )
    files = [
        str(path) for path in sorted(tree.iterdir()) if path.is_file() and has_grammar(str(path))
    ]
    assert files == [str(tree / "app.py")]
    phases = measure_phases(store, files)
    assert min(phases.parse, phases.graph, phases.chunks, phases.rows, phases.resolve) > 0
    for phase in ("parse", "query and facts", "chunks and terms", "rows", "resolve", "graph work"):
        assert phase in table(phases)
