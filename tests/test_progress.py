"""The command line while it works: progress, interrupts, terminals."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from agent.cli.app import GROUPS, app
from agent.cli.progress import Lines
from tests.indexer.repositories import git, repository
from tests.program import CACHE, CLEW, clew


def test_plain_progress_tells_phase_rate_remaining_time_and_memory() -> None:
    times: Iterator[float] = iter([0.0, 2.0, 6.0, 7.0])
    written: list[str] = []
    show = Lines(write=written.append, clock=lambda: next(times), memory=lambda: "90 MiB")
    for phase, done, total in (
        ("extract", 0, 100),
        ("extract", 10, 100),
        ("extract", 60, 100),
        ("resolve", 0, 100),
    ):
        show(phase, done, total)
    assert written == [
        "read files …",
        "read files: 60 of 100 (10/s, 4 s left, 90 MiB)",
        "resolve …",
    ]


def test_plain_progress_tells_how_long_a_phase_takes_that_does_not_say_how_far_it_is() -> None:
    times: Iterator[float] = iter([0.0, 4.0, 5.0, 6.0, 11.0])
    written: list[str] = []
    show = Lines(write=written.append, clock=lambda: next(times), memory=lambda: "90 MiB")
    show("search", 0, 0)
    for _ in range(4):
        show.tick()
    told = [
        "index text and vectors: 5 s so far (90 MiB)",
        "index text and vectors: 11 s so far (90 MiB)",
    ]
    assert written == ["index text and vectors …", *told]


def test_on_a_terminal_the_progress_is_a_bar(copy: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "CLEW_CACHE_DIR": CACHE.name, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        [CLEW, "index"], cwd=copy, env=environment, stderr=theirs, stdout=subprocess.DEVNULL
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            block = os.read(ours, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not block:
            break
        shown += block
    os.close(ours)
    assert process.wait() == 0
    assert "read files" in shown.decode(errors="replace")
    assert "━" in shown.decode(errors="replace")


def test_the_module_that_serves_a_script_runs_a_command(copy: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"replies": []}')
    command = [
        sys.executable,
        "-m",
        "agent.scripted",
        "--script",
        str(script),
        "--",
        "echo",
        "{base}",
    ]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("http://127.0.0.1:")


def test_a_linked_work_tree_uses_the_store_of_the_one_that_it_is_linked_to(tmp_path: Path) -> None:
    root = repository(tmp_path / "root", {"a.py": "def first(): pass\n"})
    git(root, "worktree", "add", "-q", str(tmp_path / "linked"))
    (tmp_path / "linked" / "b.py").write_text("def second(): pass\n")
    assert clew("index", "--encoder", "none", cwd=root).code == 0
    assert clew("index", "--encoder", "none", cwd=tmp_path / "linked").code == 0
    assert not (tmp_path / "linked" / ".clew").exists()
    assert clew("symbol", "second", cwd=tmp_path / "linked").code == 0
    assert clew("symbol", "second", cwd=root).code == 1
    shutil.rmtree(tmp_path / "linked")
    assert clew("gc", "--json", cwd=root).value["views"] == [str(tmp_path / "linked")]


def test_help_groups_every_command_and_cuts_no_summary(tmp_path: Path) -> None:
    help_text = clew("--help", cwd=tmp_path, env={"COLUMNS": "80"}).out
    names = [name for group in GROUPS.values() for name in group]
    assert sorted(names) == sorted(vars(typer.main.get_command(app))["commands"])
    rows = re.findall(r"^  ([a-z]+) +[A-Z]", help_text, re.MULTILINE)
    assert rows == names
    assert all(f"\n{title}:\n" in help_text for title in GROUPS)
    assert "..." not in help_text.partition("\nIndex:\n")[2]
