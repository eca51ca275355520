"""`clew watch` takes in what is saved, and lets others write too."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from time import sleep

import pytest

from tests.indexer.repositories import git, repository, write
from tests.program import CLEW, SECONDS, clew, environment

Process = subprocess.Popen[str]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(
        tmp_path / "root", {f"m{number}.py": f"def first{number}(): pass\n" for number in range(4)}
    )


@pytest.fixture
def watcher(root: Path) -> Iterator[Process]:
    """A watcher that watches."""
    command = [str(CLEW), "watch", "--encoder", "none", "--jobs", "1"]
    process = subprocess.Popen(
        command,
        cwd=root,
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    hangs = Timer(SECONDS, process.kill)
    hangs.start()
    assert told(process).startswith("watching")
    yield process
    hangs.cancel()
    process.kill()
    process.communicate()


def told(process: Process) -> str:
    """The next line that it prints."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "it has ended"
    return line


def found(root: Path, name: str) -> list[str]:
    ran = clew("symbol", name, "--json", cwd=root)
    return [symbol["path"] for symbol in ran.value["symbols"]] if ran.code == 0 else []


def wait_for(process: Process, root: Path, name: str, paths: list[str]) -> str:
    """Follow the updates until `name` is found in `paths`; the last line that was printed."""
    line = ""
    while found(root, name) != paths:
        line = told(process)
    return line


def test_what_is_saved_is_found_and_the_time_is_told(root: Path, watcher: Process) -> None:
    write(root, {"m0.py": "def second(): pass\n"})
    line = told(watcher)
    assert "1 file read" in line
    assert "s after the save" in line
    wait_for(watcher, root, "second", ["m0.py"])
    (root / "m0.py").rename(root / "moved.py")
    wait_for(watcher, root, "second", ["moved.py"])


def test_the_graph_is_made_before_anybody_asks(root: Path, watcher: Process) -> None:
    while not list((root / ".clew" / "graph").glob("*/edges.arrow")):
        assert watcher.poll() is None
        sleep(0.1)


def test_a_branch_switch_is_seen(root: Path, watcher: Process) -> None:
    git(root, "checkout", "-q", "-b", "other")
    write(root, {"only_here.py": "def only_here(): pass\n"})
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "other")
    wait_for(watcher, root, "only_here", ["only_here.py"])
    git(root, "checkout", "-q", "main")
    wait_for(watcher, root, "only_here", [])
    assert found(root, "first1") == ["m1.py"]


def test_another_command_may_index_meanwhile(root: Path, watcher: Process) -> None:
    assert clew("index", "--rev", "HEAD", cwd=root).code == 0
    write(root, {"m1.py": "def second(): pass\n"})
    wait_for(watcher, root, "second", ["m1.py"])
    assert {view["kind"] for view in clew("status", "--json", cwd=root).value["views"]} == {
        "worktree",
        "revision",
    }


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_asked_to(watcher: Process, sign: signal.Signals) -> None:
    watcher.send_signal(sign)
    _, err = watcher.communicate()
    assert watcher.returncode == 0
    assert err.splitlines()[-1] == "clew: no longer watching"
