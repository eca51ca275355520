"""The edges of a view do not depend on the processes that find them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from indexer.pipeline import resolve_worker
from indexer.pipeline.earlier_edges import NO_BUILD, ViewDiff
from indexer.pipeline.memory import Shares
from indexer.pipeline.resolution import plan_resolution
from indexer.pipeline.resolve_worker import resolve_files
from indexer.store.writer import Writer


def resolved(
    writer: Writer, files: Mapping[str, int], shares: Shares, folder: Path
) -> dict[str, int]:
    """Return path → id of its edge set. `files` is path → file_id."""
    plan = plan_resolution(writer.tables, ViewDiff(files, NO_BUILD), {}, folder)
    batches = resolve_files(plan.stale, plan.facts, {}, shares, folder)
    return {path: edges_id for batch in batches for path, edges_id in batch.sets}


def test_processes_that_share_the_work_find_the_edges_that_one_finds(
    writer: tuple[Writer, dict[str, int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve_worker, "MAX_ALONE", 0)
    monkeypatch.setattr(resolve_worker, "BATCH_FILES", 2)
    alone = resolved(*writer, Shares(1, 0), tmp_path)
    assert resolved(*writer, Shares(2, 1 << 30), tmp_path) == alone
    assert len(set(alone.values())) > 3
