"""A changing work tree, its store, updated through kills, and the comparison to a clean build."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from indexer import Store

from ..indexer.repositories import git, repository
from ..program import environment
from .contents import contents, differences
from .killed import build
from .steps import CHANGES, Step, add

HERE = Path(__file__).resolve().parent
GRAIN = 0.012  # seconds: more than the resolution of a file system's clock
CALLS = 2_000  # counted ones in a build of such a tree; a kill planned for later does not happen
ROOM = (0, 8 << 10, 64 << 10, 256 << 10)  # bytes that are left on a full disk
SECONDS = 300  # a build of a tree of twenty files that takes longer hangs


class Sequence:
    """The state of one sequence: a work tree, a linked one, and the store of both."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.tree, self.other, self.store, self.cache = (
            folder / name for name in ("tree", "other", "store", "cache")
        )
        self.encoder = "none"
        self.checks = 0
        self.interrupted = 0  # builds that did not end well
        random = Random(seed)
        self.tree.mkdir(parents=True)
        for _ in range(random.randrange(4, 16)):
            add(random, self.tree)
        repository(self.tree)

    def run(self, steps: list[Step]) -> list[str]:
        """Take the steps. Return the differences to a clean build at the first failed check."""
        for name, number in steps:
            time.sleep(GRAIN)
            random = Random(number)
            if name in CHANGES:
                CHANGES[name][1](random, self.tree)
            elif name != "check":
                time.sleep(GRAIN)
                getattr(self, name.replace(" ", "_"))(random)
            elif found := self.check():
                return found
        return []

    # -- builds

    def index(self, _: Random) -> None:
        self._build(self.tree)

    def revision(self, random: Random) -> None:
        self._build(self.tree, self._commit(random))

    def second_tree(self, random: Random) -> None:
        if not self.other.exists():
            git(self.tree, "worktree", "add", "-q", "--detach", str(self.other))
        git(self.other, "checkout", "-q", "-f", "--detach", self._commit(random))
        self._build(self.other)

    def change_encoder(self, _: Random) -> None:
        self.encoder = "builtin" if self.encoder == "none" else "none"
        self._build(self.tree)

    def kill(self, random: Random) -> None:
        delay = random.choice((0.0, random.random() / 20))
        self._interrupt("self", random.randrange(1, CALLS), delay)

    def kill_a_worker(self, random: Random) -> None:
        self._interrupt("worker", random.randrange(1, CALLS // 4), 0.0)

    def full_disk(self, random: Random) -> None:
        """Build on an almost full device, and copy the store back as it is after that."""
        self.store.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=self.store.parent) as small:
            taken = sum(max(4096, path.lstat().st_size + 4095) for path in self.store.rglob("*"))
            script = (
                f'cp -a "{self.store}/." "{small}" || exit 9; "$@"; echo code $?; '
                f'rm -r "{self.store}"; cp -a "{small}" "{self.store}"'
            )
            command = [
                sys.executable,
                str(HERE.parent / "small_disk.py"),
                small,
                str(taken + random.choice(ROOM)),
                "--",
            ]
            ran = self._run(
                [*command, "sh", "-c", script, "sh", *self._command(Path(small), "nobody", 0, 0.0)]
            )
        assert "Traceback" not in ran.stderr, ran.stderr
        self.interrupted += "code 0" not in ran.stdout

    def _commit(self, random: Random) -> str:
        return random.choice(git(self.tree, "rev-list", "-n", "3", "HEAD").decode().split())

    def _build(self, tree: Path, rev: str = "") -> None:
        build(str(tree), rev, str(self.store), str(self.cache), self.encoder)

    def _interrupt(self, whom: str, at: int, delay: float) -> None:
        ran = self._run(self._command(self.store, whom, at, delay))
        assert ran.returncode <= 0, ran.stderr
        self.interrupted += ran.returncode < 0

    def _command(self, store: Path, whom: str, at: int, delay: float) -> list[str]:
        what = [
            str(self.tree),
            "",
            str(store),
            str(self.cache),
            self.encoder,
            whom,
            str(at),
            str(delay),
        ]
        return [sys.executable, "-m", "tests.incremental.killed", *what]

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        there = HERE.parents[1]
        return subprocess.run(
            command, cwd=there, env=environment(), capture_output=True, text=True, timeout=SECONDS
        )

    # -- the comparison

    def check(self) -> list[str]:
        """Return the differences to a clean build of the same trees and revisions."""
        self._build(self.tree)
        if self.other.exists():
            self._build(self.other)
        self.checks += 1
        state = Store(str(self.store)).state()
        assert state is not None
        with TemporaryDirectory(dir=self.store.parent) as clean:
            found: list[str] = []
            for view in sorted(state.views):
                store = f"{clean}/{len(found)}{view.count('/')}"
                rev = view.removeprefix("rev:") if view.startswith("rev:") else ""
                build(str(self.tree) if rev else view, rev, store, f"{clean}/cache", self.encoder)
                found += differences(contents(str(self.store), view), contents(store, view))
                shutil.rmtree(store)
        return found
