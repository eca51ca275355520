"""Records and the names made from them."""

from __future__ import annotations

import pytest

from indexer.records import base_name


@pytest.mark.parametrize(
    ("qualname", "base"),
    [
        ("A.f", "A.f"),
        ("A.f#2", "A.f"),
        ("Part#2.Title#13", "Part.Title"),
        ("src/a.py::f#3", "src/a.py::f"),
        ("A.#secret", "A.#secret"),
        ("A.#x1#2", "A.#x1"),
    ],
)
def test_a_repeated_name_loses_its_number_alone(qualname: str, base: str) -> None:
    assert base_name(qualname) == base
