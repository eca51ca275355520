"""Growth of the cost of an index: the same measurement on nested parts of a tree.

A part is whole folders, so that files find their neighbors; they are chosen by a digest of their
paths. Cost is fitted as bytes ** exponent (least squares over logarithms); 1 is linear.
"""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

PARTS = (16, 8, 4, 2, 1)  # of each so many folders one is in the part
LINEAR = 1.05  # the largest exponent counted as linear


def write_part(tree: Path, parts: int, target: Path) -> None:
    """Write one of `parts` shares of the folders of `tree` to `target`, with their files as hard
    links if the disk allows it."""
    for folder, _, names in os.walk(tree):
        inside = os.path.relpath(folder, tree)
        digest = blake2b(inside.encode("utf-8", "surrogateescape"), digest_size=8).digest()
        if int.from_bytes(digest) % parts:
            continue
        (target / inside).mkdir(parents=True, exist_ok=True)
        files = [name for name in names if not os.path.islink(os.path.join(folder, name))]
        for name in files:
            _link(os.path.join(folder, name), str(target / inside / name))


def _link(source: str, target: str) -> None:
    with suppress(OSError):
        os.link(source, target)
        return
    shutil.copy2(source, target)


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the slope of a line through the logarithms of (size, cost)."""
    xs, ys = [math.log(size) for size in sizes], [math.log(cost) for cost in costs]
    x, y = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = sum((each - x) ** 2 for each in xs)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / spread if spread else 0.0
