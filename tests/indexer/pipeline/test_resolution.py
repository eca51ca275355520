"""A build resolves the files that a change can affect, and reuses all other edges."""

from __future__ import annotations

from pathlib import Path

from indexer import HashEncoder, Store, VectorCache, build_index, open_worktree
from indexer.pipeline.earlier_edges import PreviousBuild, ViewDiff
from indexer.pipeline.resolution import plan_resolution
from indexer.pipeline.resolve_worker import resolve_files
from indexer.store.writer import open_writer

from ..repositories import write


def index(tree: Path, store: Store, cache: Path) -> None:
    build_index(open_worktree(tree), store, HashEncoder(8), jobs=1, cache=VectorCache(cache))


def test_only_files_that_a_change_can_affect_are_resolved_again(tmp_path: Path) -> None:
    tree, cache, store = tmp_path / "tree", tmp_path / "cache", Store(str(tmp_path / "store"))
    write(tree, {f"pkg/m{n}.py": f"def f{n}(): pass\n" for n in range(8)} | {"pkg/__init__.py": ""})
    write(tree, {"pkg/user.py": "from pkg.m3 import f3\n\n\ndef use():\n    f3()\n"})
    index(tree, store, cache)
    state = store.state()
    assert state is not None
    view = state.views[state.latest]
    with open_writer(
        store, state.fact_version, (state.encoder, state.encoder_id, state.dim)
    ) as writer:
        rows = [row for row in writer.manifest(view.name).to_pylist() if row["file_id"]]
        files = {row["path"]: row["file_id"] for row in rows}
        sets = {row["path"]: (row["file_id"], row["edges_id"]) for row in rows}
        same = ViewDiff(files, PreviousBuild(sets, view.module_inputs))
        assert plan_resolution(writer.tables, same, {}, tmp_path).stale == []
        # as if the content of one file had been that of another
        sets["pkg/m3.py"] = (files["pkg/m4.py"], 0)
        changed = ViewDiff(files, PreviousBuild(sets, view.module_inputs))
        plan = plan_resolution(writer.tables, changed, {}, tmp_path)
        batches = list(resolve_files(plan.stale, plan.facts, {}))
    assert len(plan.stale) == 2
    resolved_sets = {path: edges_id for batch in batches for path, edges_id in batch.sets}
    assert {**plan.reused, **resolved_sets} == {row["path"]: row["edges_id"] for row in rows}
