"""Values are computed once and cached."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from benchmarks.systems.answer_cache import load_or_make


def test_what_was_made_is_made_once_and_never_half(tmp_path: Path) -> None:
    numbers = count(1)
    for _ in range(2):
        assert load_or_make(tmp_path / "kept.pickle", lambda: next(numbers)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["kept.pickle"]
