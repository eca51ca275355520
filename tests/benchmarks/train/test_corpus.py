"""Copies of excluded repositories in packages are left out."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from benchmarks.train import corpus
from benchmarks.train.corpus import Package, excluded_names, sources


def test_copies_of_excluded_repositories_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [
        "package/src/a.js",
        "package/src/zod/b.js",
        "package/src/github.com/Own/Thing/c.js",
        "package/vendor/d.js",
    ]
    with tarfile.open(tmp_path / "one-1.tgz", "w:gz") as archive:
        for path in paths:
            member = tarfile.TarInfo(path)
            member.size = 1
            archive.addfile(member, io.BytesIO(b";"))
    monkeypatch.setattr(corpus, "PACKAGES", (Package("npm", "one", "1", "MIT", False),))
    files = sources(tmp_path, excluded_names(["colinhacks/zod", "own/thing"]))
    assert [source.path for source in files] == ["package/src/a.js"]
