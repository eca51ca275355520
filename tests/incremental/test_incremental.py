"""After any changes of a tree and of its builds, the index equals that of a clean build."""

from __future__ import annotations

from pathlib import Path

import pytest

import indexer.pipeline.changed_files

from .sequence import Sequence
from .steps import draw

FEW, MANY = range(2), range(2, 202)
LENGTH = 14  # steps: about six builds


@pytest.mark.parametrize(
    "seed", [*FEW, *(pytest.param(seed, marks=pytest.mark.slow) for seed in MANY)]
)
def test_after_any_sequence_of_changes_and_kills_the_index_is_that_of_a_clean_build(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if seed % 2:
        monkeypatch.setattr(
            indexer.pipeline.changed_files, "RACY_NS", 0
        )  # every time stamp is trusted at once
    steps = draw(seed, LENGTH)
    found = Sequence(tmp_path, seed).run(steps)
    assert not found, f"seed {seed}:\n" + "\n".join(found)
