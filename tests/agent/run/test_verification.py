"""Which tests count against the work, and what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent import Outcome, load
from agent.run.verification import Stage, list_stages, shorten_output
from tests.agent.conftest import Play, git, reply

TESTS = {
    "pyproject.toml": "",
    "value.py": "def value():\n    return 1\n",
    "tests/test_value.py": (
        "from value import value\n\n\ndef test_value():\n    assert value() == 2\n"
    ),
    "tests/test_red.py": "def test_red():\n    assert False, 'it was always so'\n",
    "conftest.py": "",
}
FLAKY = (
    "from pathlib import Path\n\n\ndef test_flaky():\n    seen = Path('seen.txt')\n"
    "    first = not seen.exists()\n"
    "    seen.write_text('x')\n    assert not first\n"
)
PLAN = reply(
    (
        "plan",
        {
            "steps": ["mend it"],
            "files": ["value.py"],
            "tests": "python -m pytest -q tests/test_value.py",
        },
    )
)
FIX = reply(("edit", {"path": "value.py", "old": "return 1", "new": "return 2"}))
FINISH = reply(("finish", {"summary": "Two"}))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a test that fails and has nothing to do with the task."""
    root = tmp_path / "project"
    for name, text in TESTS.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / ".gitignore").write_text("seen.txt\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Start")
    return root


def verified(outcome: Outcome) -> list[dict[str, Any]]:
    return [event for event in load(outcome.transcript.parent) if event["event"] == "verify"]


def test_a_test_that_was_red_before_does_not_count_and_is_named(project: Path, play: Play) -> None:
    outcome = play(project, [PLAN, FIX, FINISH])
    assert outcome.status == "finished", outcome.reason
    assert outcome.red_before == ("tests/test_red.py::test_red",)
    assert "failed before and still do: tests/test_red.py::test_red" in outcome.reason


def test_what_the_user_names_has_to_pass_whatever_was_red_before(project: Path, play: Play) -> None:
    outcome = play(project, [PLAN, FIX, FINISH], test_command="python -m pytest -q", max_steps=3)
    assert outcome.status == "limit"
    assert verified(outcome)[0]["failures"] == ["tests/test_red.py::test_red"]


def test_the_tests_of_the_plan_have_to_pass(project: Path, play: Play) -> None:
    outcome = play(project, [PLAN, FINISH], max_steps=2)
    assert outcome.status == "limit"
    assert verified(outcome)[0]["failures"] == ["tests/test_value.py::test_value"]


def test_a_test_that_passes_when_it_is_run_again_is_flaky_and_named(
    project: Path, play: Play
) -> None:
    (project / "tests" / "test_red.py").write_text(FLAKY)
    outcome = play(project, [PLAN, FIX, FINISH])
    assert outcome.status == "finished", outcome.reason
    assert outcome.flaky == ("tests/test_red.py::test_flaky",)
    assert "flaky: tests/test_red.py::test_flaky" in outcome.reason


def test_tests_that_reach_the_change_run_first_then_the_plans_then_all(tmp_path: Path) -> None:
    (tmp_path / "test_near.py").touch()
    order = list_stages(
        ["test_near.py", "test_gone.py"],
        "python -m pytest x",
        "python -m pytest -q",
        False,
        tmp_path,
    )
    assert order == [
        Stage("python -m pytest -q test_near.py", True),
        Stage("python -m pytest x", False),
        Stage("python -m pytest -q", True),
    ]


def test_a_sentence_in_place_of_a_test_command_is_not_run(tmp_path: Path) -> None:
    assert (
        list_stages([], "all tests of the queue; rm -rf x", "make test", False, tmp_path)[0].command
        == "make test"
    )


def test_many_failures_are_cut_to_the_first_and_a_list_of_all() -> None:
    sections = "".join(
        f"___ test_{n} ___\n" + f"line of {n}\n" * 500 + f"E  error {n}\n" for n in range(9)
    )
    names = "".join(f"FAILED t.py::test_{n}\n" for n in range(9))
    shown = shorten_output(f"exit code 1\n{sections}=== short test summary info ===\n{names}")
    assert len(shown) < 9000
    assert (
        "E  error 3" in shown
        and "E  error 4" not in shown
        and "[5 more failures, named below]" in shown
    )
    assert shown.count("FAILED ") == 9
