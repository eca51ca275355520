"""Measure many small updates: the time of each in a warm process, and the growth of the store.

    python -m benchmarks.updates PATH [--count N] [--encoder NAME] [--no-ignore] [--json]

A copy of PATH is indexed. Then files are edited, renamed, removed and put back, one change at a
time; the index is updated as in `clew watch`, from the changed paths. At the end the tree is
indexed into a new store, and the size of the first store, at most and at the end, is given as a
multiple of the new one's.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from indexer import Store, VectorCache, WatchedWorktree, build_index, load_encoder

from .readers import EDITED, edit
from .report.progress import steps

COUNT = 1_000
SEED = 5
SHARES = {
    "edit": 0.8,
    "rename": 0.1,
    "remove": 0.1,
}  # of all changes; a removed file comes back before the next removal
TARGET_RATIO = 2.0  # of a clean store's size


@dataclass(frozen=True, slots=True)
class Growth:
    """Seconds of wall time, and bytes."""

    updates: int
    median: float
    p95: float
    slowest: float
    first: int  # the store after the first build
    most: int  # after any update
    last: int
    clean: int  # a new store of the tree as it is in the end


class Tree:
    """A tree with random changes, the same ones each time."""

    def __init__(self, root: Path) -> None:
        self.files = sorted(
            path for path in root.rglob("*") if path.suffix in EDITED and not path.is_symlink()
        )
        self._random = random.Random(SEED)
        self._removed: list[tuple[Path, bytes]] = []
        if not self.files:
            raise SystemExit(f"nothing below {root} that could be edited")

    def change(self) -> list[Path]:
        """Make one change and return its paths."""
        kind = self._random.choices([*SHARES], [*SHARES.values()])[0]
        at = self._random.randrange(len(self.files))
        path = self.files[at]
        if kind == "rename":
            self.files[at] = path.with_name(f"{path.stem}_{path.suffix}")
            path.rename(self.files[at])
            return [path, self.files[at]]
        if kind == "remove" and self._removed:
            back, data = self._removed.pop()
            back.write_bytes(data)
            self.files.append(back)
            return [back]
        if kind == "remove" and len(self.files) > 1:
            self._removed.append((path, path.read_bytes()))
            self.files.pop(at)
            path.unlink()
        else:
            edit(path, f"changed {self._random.random()}")
        return [path]


def measure(root: Path, folder: Path, encoder: str, count: int, ignore: bool) -> Growth:
    """Index `root`, change it `count` times, and index it again; stores are in `folder`."""
    loaded, cache = load_encoder(encoder), VectorCache(folder / "cache")
    source, store = WatchedWorktree(str(root), ignore=ignore), folder / "store"

    def build(into: Path, tree: WatchedWorktree) -> float:
        start = time.perf_counter()
        build_index(tree, Store(str(into)), loaded, encoder_spec=encoder, jobs=1, cache=cache)
        return time.perf_counter() - start

    build(store, source)
    first, tree = size(store), Tree(root)
    seconds, sizes = [], []
    for _ in steps(range(count), (f"update {at}" for at in range(1, count + 1))):
        source.on_change(map(str, tree.change()))
        seconds.append(build(store, source))
        sizes.append(size(store))
    build(folder / "clean", WatchedWorktree(str(root), ignore=ignore))
    return summarize(seconds, first, sizes, size(folder / "clean"))


def summarize(seconds: Sequence[float], first: int, sizes: Sequence[int], clean: int) -> Growth:
    """Return the figures of a run."""
    import numpy as np

    median, p95 = (float(np.quantile(seconds, at)) for at in (0.5, 0.95))
    return Growth(len(seconds), median, p95, max(seconds), first, max(sizes), sizes[-1], clean)


def size(folder: Path) -> int:
    """Return the bytes of the files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def describe(result: Growth) -> str:
    """Return the figures as two lines for people."""
    sizes = ", ".join(
        f"{name} {getattr(result, name) / 1e6:,.1f} MB"
        for name in ("first", "most", "last", "clean")
    )
    return (
        f"{result.updates:,} updates: median {result.median:.2f} s, p95 {result.p95:.2f}, slowest"
        f" {result.slowest:.2f}\nstore: {sizes}: at most {result.most / result.clean:.2f} times a"
        f" clean one, in the end {result.last / result.clean:.2f} (target: {TARGET_RATIO:.0f})"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.updates", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("path", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument(
        "--no-ignore", action="store_true", help="also index files ignored by .gitignore"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="clew-updates-") as name:
        folder = Path(name)
        shutil.copytree(options.path, folder / "tree", symlinks=True)
        result = measure(
            folder / "tree", folder, options.encoder, options.count, not options.no_ignore
        )
    print(json.dumps(asdict(result)) if options.json else describe(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
