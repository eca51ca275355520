"""Parts of a tree, and how cost grows with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.speed.scaling import PARTS, exponent, write_part


def test_each_part_lies_in_the_next_and_the_last_is_the_whole(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    for number in range(40):
        (tree / f"d{number}").mkdir(parents=True)
        (tree / f"d{number}" / "a.c").write_text(f"int x{number};\n")
    smaller: set[str] = set()
    for parts in PARTS:
        write_part(tree, parts, tmp_path / str(parts))
        files = {
            str(path.relative_to(tmp_path / str(parts)))
            for path in (tmp_path / str(parts)).rglob("*.c")
        }
        assert smaller <= files
        smaller = files
    assert len(smaller) == 40


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_is_that_of_the_cost(power: float) -> None:
    assert exponent([1, 2, 4, 8], [3 * size**power for size in (1, 2, 4, 8)]) == pytest.approx(
        power
    )
