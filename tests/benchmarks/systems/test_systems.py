"""Plain text search."""

from __future__ import annotations

from benchmarks.systems.systems import count_lines


def test_lines_are_counted_once_whatever_they_hold() -> None:
    assert count_lines({"a": "Retry retry\nupload\nno", "b": "x"}, "retry UPLOAD of it") == {
        "a": 2,
        "b": 0,
    }
