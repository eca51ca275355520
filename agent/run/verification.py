"""Whether the work is right: the tests that reach it first, then those of the plan, then all.

A failing test is run again by itself; one that passes then is flaky, and named. One that failed before the run began does
not count against the work, unless the plan says that it is to pass or the user gave the command.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from ..session.records import Answer
from ..tools.code_refs import LINES
from ..tools.toolbox import Toolbox
from ..workspace.worktree import Worktree

PYTEST = re.compile(r"^(?:python3? -m )?(?:py\.test|pytest)\b")
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?\.py(?:::.+?)?)(?: - .*)?$", re.MULTILINE)
NO_TESTS = 5  # pytest's exit code
AGAIN_AT_MOST = 50  # failing tests that are run again; beyond them it is no accident
SECTION = re.compile(r"^_{3,} .* _{3,}$", re.MULTILINE)
SECTIONS, SECTION_SIZE = 4, 1600  # failures shown in full, characters of each


@dataclass(frozen=True, slots=True)
class Stage:
    """Tests that are run together."""

    command: str
    lenient: bool  # what failed before the run may fail


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tests say."""

    passed: bool
    command: str  # that failed, or the last one
    text: str  # for the model, where they failed
    failures: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    red_before: tuple[str, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Suite:
    """The tests of one working copy."""

    tools: Toolbox
    work: Worktree
    _flaky: dict[str, None] = field(default_factory=dict)
    _red: dict[str, None] = field(default_factory=dict)

    def verify(self, stages: Sequence[Stage]) -> Verdict:
        """Run the stages in order, up to the first that fails."""
        for stage in stages:
            answer, failing, code = self.run(stage.command)
            if code in (0, NO_TESTS if is_pytest(stage.command) and len(stages) > 1 else 0):
                continue
            left = self.counting(stage, failing) if failing else ["the command failed"]
            if left:
                return self._verdict(False, stage.command, trimmed(answer.text), tuple(left))
        return self._verdict(True, stages[-1].command if stages else "", "")

    def run(self, command: str) -> tuple[Answer, list[str], int]:
        """(what the model would see, failing tests by their ids, exit code)."""
        ran, answer = self.tools.run_command(command)
        if not is_pytest(command) or ran.stopped:
            return answer, [], ran.code
        output = self.tools.session.keep(self.tools.session.outputs).read_text(
            encoding="utf-8", errors="replace"
        )
        return answer, list(dict.fromkeys(FAILED.findall(output))), ran.code

    def counting(self, stage: Stage, failing: list[str]) -> list[str]:
        """Those failing tests that count: not the flaky ones and, where that is allowed, not those that failed before."""
        if len(failing) <= AGAIN_AT_MOST:
            again = set(self.run(again_command(failing))[1])
            self._flaky |= dict.fromkeys(test for test in failing if test not in again)
            failing = [test for test in failing if test in again]
        if stage.lenient and failing:
            before = self.failing_at_start(failing)
            self._red |= dict.fromkeys(test for test in failing if test in before)
            failing = [test for test in failing if test not in before]
        return failing

    def failing_at_start(self, tests: Sequence[str]) -> set[str]:
        """Which tests of the same files fail in the tree that the run began with."""
        now = self.work.snapshot()
        self.work.restore(self.work.start)
        try:
            paths = dict.fromkeys(test.partition("::")[0] for test in tests)
            there = [path for path in paths if (self.tools.root / path).is_file()]
            return set(self.run(again_command(there))[1]) if there else set()
        finally:
            self.work.restore(now)

    def _verdict(
        self, passed: bool, command: str, text: str, failures: tuple[str, ...] = ()
    ) -> Verdict:
        return Verdict(passed, command, text, failures, tuple(self._flaky), tuple(self._red))


def is_pytest(command: str) -> bool:
    """Whether a command is one of pytest's, whose words we know."""
    return PYTEST.match(command.strip()) is not None and not re.search(r"[;&|<>]", command)


def again_command(tests: Sequence[str]) -> str:
    """Runs these tests, or test files, and nothing else."""
    return "python -m pytest -q " + " ".join(shlex.quote(test) for test in tests)


def stages(
    near: Sequence[str], planned: str, command: str | None, given: bool, root: Path
) -> list[Stage]:
    """What is run for a verification: `near` are test files that reach the change, `planned` is the plan's command.

    `given` says that the user named the command: then all of it has to pass.
    """
    found: list[Stage] = []
    there = [path for path in near if (root / path).is_file() and not LINES.match(path)]
    if command and is_pytest(command) and there:
        found.append(Stage(again_command(there), lenient=not given))
    if planned and planned != command and runnable(planned):
        found.append(Stage(planned, lenient=False))
    if command:
        found.append(Stage(command, lenient=bool(planned) and planned != command and not given))
    return found


def runnable(planned: str) -> bool:
    """Whether what a plan names as its tests is a command, rather than a sentence about them."""
    return is_pytest(planned) or planned.split(" ")[0] in (
        "python",
        "go",
        "cargo",
        "npm",
        "make",
        "sh",
        "node",
        "tox",
    )


def trimmed(text: str) -> str:
    """A test run's output reduced to the first failures and the list of all."""
    found = [match.start() for match in SECTION.finditer(text)]
    if not found:
        return text
    summary = text.find("short test summary", found[-1])
    end = text.rfind("\n", 0, summary) if summary >= 0 else len(text)
    bounds = [*found, end]
    parts = [shortened(text[start:stop]) for start, stop in pairwise(bounds)]
    left = (
        f"[{len(parts) - SECTIONS} more failures, named below]\n" if len(parts) > SECTIONS else ""
    )
    return (
        text.partition("\n")[0] + "\n" + "".join(parts[:SECTIONS]) + left + text[end:].lstrip("\n")
    )


def shortened(section: str) -> str:
    """One failure: its beginning, and its end, where the error stands."""
    if len(section) <= SECTION_SIZE:
        return section
    return f"{section[: SECTION_SIZE // 4]}\n[…]\n{section[-SECTION_SIZE * 3 // 4 :]}"
