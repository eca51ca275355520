"""Fixtures that several modules of these tests use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pygit2
import pytest

from indexer import HashEncoder, Store, VectorCache, build_index, open_worktree
from indexer.store.writer import Writer, open_writer

from .repositories import write
from .sources import PROGRAMS


@pytest.fixture
def home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Yield a home folder for the environment and for libgit2; the latter reads HOME only once."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    level = pygit2.enums.ConfigLevel.GLOBAL
    before = pygit2.settings.search_path[level]
    pygit2.settings.search_path[level] = str(folder)
    yield folder
    pygit2.settings.search_path[level] = before


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Writer, dict[str, int]]]:
    """The writer of a store of PROGRAMS, and path → file_id."""
    folder = tmp_path_factory.mktemp("link")
    write(folder / "tree", PROGRAMS)
    store = Store(str(folder / "store"))
    build_index(
        open_worktree(folder / "tree"),
        store,
        HashEncoder(8),
        jobs=1,
        cache=VectorCache(folder / "cache"),
    )
    state = store.state()
    assert state is not None
    with open_writer(
        store, state.fact_version, (state.encoder, state.encoder_id, state.dim)
    ) as writer:
        rows = store.table("manifests", state.fact_version).to_arrow().to_pylist()
        yield (
            writer,
            {
                row["path"]: row["file_id"]
                for row in sorted(rows, key=lambda row: row["path"])
                if row["file_id"]
            },
        )
