"""Verify the work by tests: first those that reach the change, then the plan's, then all.

A failing test is run again by itself. If it passes then, it is flaky and reported. A test that
failed before the run does not count, unless the plan names it or the user gave the command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from ..session import ToolResult
from ..tools import LINES, Toolbox
from ..workspace import RunWorktree

PYTEST = re.compile(r"^(?:python3? -m )?(?:py\.test|pytest)\b")
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?\.py(?:::.+?)?)(?: - .*)?$", re.MULTILINE)
NO_TESTS = 5  # pytest's exit code
MAX_RERUN = 50  # failing tests to run again; more of them are no accident
SECTION = re.compile(r"^_{3,} .* _{3,}$", re.MULTILINE)
SECTIONS, SECTION_SIZE = 4, 1600  # failures shown in full, characters of each
PROGRAMS = ("python", "go", "cargo", "npm", "make", "sh", "node", "tox")  # that start a command


@dataclass(frozen=True, slots=True)
class Stage:
    """Tests that are run together."""

    command: str
    lenient: bool  # tests that failed before the run may fail


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a verification."""

    passed: bool
    command: str  # the failing one, or the last
    text: str  # of a failure, for the model
    failures: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    red_before: tuple[str, ...] = ()


@dataclass(slots=True)
class Suite:
    """The tests of one worktree."""

    tools: Toolbox
    worktree: RunWorktree
    _flaky: dict[str, None] = field(default_factory=dict)
    _red_before: dict[str, None] = field(default_factory=dict)

    def verify(self, stages: Sequence[Stage]) -> Verdict:
        """Run the stages in order, up to the first that fails."""
        for stage in stages:
            result, failing, code = self.run(stage.command)
            if code == 0 or (code == NO_TESTS and is_pytest(stage.command) and len(stages) > 1):
                continue
            failures = self.count_failures(stage, failing) if failing else ["the command failed"]
            if failures:
                return self._verdict(stage.command, shorten_output(result.text), tuple(failures))
        return self._verdict(stages[-1].command if stages else "", "", ())

    def run(self, command: str) -> tuple[ToolResult, list[str], int]:
        """Return (result for the model, ids of failing tests, exit code)."""
        command_result, result = self.tools.run_command(command)
        if not is_pytest(command) or command_result.broken_limit:
            return result, [], command_result.code
        session = self.tools.session
        path = session.output_path(session.outputs)
        output = path.read_text(encoding="utf-8", errors="replace")
        return result, list(dict.fromkeys(FAILED.findall(output))), command_result.code

    def count_failures(self, stage: Stage, failing: list[str]) -> list[str]:
        """Return the failing tests that count.

        Flaky tests do not, and in a lenient stage those that failed before the run.
        """
        if len(failing) <= MAX_RERUN:
            failing_again = set(self.run(pytest_command(failing))[1])
            self._flaky |= dict.fromkeys(test for test in failing if test not in failing_again)
            failing = [test for test in failing if test in failing_again]
        if stage.lenient and failing:
            before = self.failing_at_start(failing)
            self._red_before |= dict.fromkeys(test for test in failing if test in before)
            failing = [test for test in failing if test not in before]
        return failing

    def failing_at_start(self, tests: Sequence[str]) -> set[str]:
        """Return the failing tests of the same files in the tree of the run's start."""
        tree = self.worktree.snapshot()
        self.worktree.restore(self.worktree.start)
        try:
            paths = dict.fromkeys(test.partition("::")[0] for test in tests)
            existing = [path for path in paths if (self.tools.root / path).is_file()]
            return set(self.run(pytest_command(existing))[1]) if existing else set()
        finally:
            self.worktree.restore(tree)

    def _verdict(self, command: str, text: str, failures: tuple[str, ...]) -> Verdict:
        flaky, red_before = tuple(self._flaky), tuple(self._red_before)
        return Verdict(not failures, command, text, failures, flaky, red_before)


def is_pytest(command: str) -> bool:
    """Tell if a command is a call of pytest alone, whose output can be parsed."""
    return PYTEST.match(command.strip()) is not None and not re.search(r"[;&|<>]", command)


def pytest_command(tests: Sequence[str]) -> str:
    """Return a command for these tests or test files only."""
    return "python -m pytest -q " + " ".join(shlex.quote(test) for test in tests)


def list_stages(
    reaching: Sequence[str], planned: str, command: str | None, from_user: bool, root: Path
) -> list[Stage]:
    """Return the stages of a verification.

    `reaching` are test files that reach the change, `planned` is the plan's command. If `command`
    is `from_user`, all of it has to pass.
    """
    stages: list[Stage] = []
    files = [path for path in reaching if (root / path).is_file() and not LINES.match(path)]
    if command and is_pytest(command) and files:
        stages.append(Stage(pytest_command(files), lenient=not from_user))
    if planned and planned != command and is_command(planned):
        stages.append(Stage(planned, lenient=False))
    if command:
        lenient = bool(planned) and planned != command and not from_user
        stages.append(Stage(command, lenient=lenient))
    return stages


def is_command(planned: str) -> bool:
    """Tell if a plan's tests are a command, rather than a sentence about tests."""
    return is_pytest(planned) or planned.split(" ")[0] in PROGRAMS


def shorten_output(text: str) -> str:
    """Return a test run's output reduced to the first failures and the list of all."""
    starts = [match.start() for match in SECTION.finditer(text)]
    if not starts:
        return text
    summary = text.find("short test summary", starts[-1])
    end = text.rfind("\n", 0, summary) if summary >= 0 else len(text)
    sections = [shorten_section(text[start:stop]) for start, stop in pairwise([*starts, end])]
    omitted = len(sections) - SECTIONS
    note = f"[{omitted} more failures, named below]\n" if omitted > 0 else ""
    first_line, shown = text.partition("\n")[0], "".join(sections[:SECTIONS])
    return f"{first_line}\n{shown}{note}" + text[end:].lstrip("\n")


def shorten_section(section: str) -> str:
    """Return the beginning of a failure, and its end with the error."""
    if len(section) <= SECTION_SIZE:
        return section
    return f"{section[: SECTION_SIZE // 4]}\n[…]\n{section[-SECTION_SIZE * 3 // 4 :]}"
