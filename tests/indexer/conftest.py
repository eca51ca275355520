"""Fixtures that several modules of these tests use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pygit2
import pytest


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
