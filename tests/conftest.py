"""For all tests."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from tests.indexer.repositories import git
from tests.program import SAMPLE, clew

signal.signal(signal.SIGINT, signal.default_int_handler)
"""Undo a shell's setting for background jobs: they ignore interrupts, so our programs would."""


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample repository with two commits, indexed as a work tree. Tests leave it as it is."""
    root = tmp_path_factory.mktemp("cli") / "courier"
    shutil.copytree(SAMPLE, root)
    (root / ".gitignore").write_text("/build/\n")
    (root / "build").mkdir()
    (root / "build" / "out.txt").write_text("made by a tool\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    git(root, "tag", "v1")
    (root / "courier" / "extra.py").write_text("def brand_new_function():\n    return 1\n")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "second")
    built = clew("index", "--json", cwd=root)
    assert built.code == 0, built.err
    return root


@pytest.fixture
def copy(repo: Path, tmp_path: Path) -> Path:
    """The same without its index, to change."""
    return Path(shutil.copytree(repo, tmp_path / "courier", ignore=shutil.ignore_patterns(".clew")))
