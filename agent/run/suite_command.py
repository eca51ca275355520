"""Detect the test command of a tree, if the user names none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PYTHON_SETTINGS = ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "tox.ini")


@dataclass(frozen=True, slots=True)
class Runner:
    """A test command, and a check if a tree uses it."""

    command: str
    applies: Callable[[Path], bool]


def has_python_tests(root: Path) -> bool:
    """Tell if there are Python settings at the root, and tests in pytest's default places."""
    has_settings = any((root / name).is_file() for name in PYTHON_SETTINGS)
    has_folder = any((root / name).is_dir() for name in ("tests", "test"))
    return has_settings and (has_folder or any(root.glob("test_*.py")))


def has_npm_test(root: Path) -> bool:
    """Tell if package.json has a `test` script other than npm's failing placeholder."""
    try:
        package = json.loads((root / "package.json").read_text(encoding="utf-8"))
        script = package.get("scripts", {}).get("test", "")
    except (OSError, ValueError, AttributeError):
        return False
    return bool(script) and "no test specified" not in script


def has_make_test(root: Path) -> bool:
    """Tell if there is a makefile with the target `test`."""
    try:
        lines = (root / "Makefile").read_text(errors="replace").splitlines()
    except OSError:
        return False
    return any(line.startswith("test:") for line in lines)


RUNNERS = (  # in order of precedence
    Runner("python -m pytest -q", has_python_tests),
    Runner("go test ./...", lambda root: (root / "go.mod").is_file()),
    Runner("cargo test --offline --quiet", lambda root: (root / "Cargo.toml").is_file()),
    Runner("npm test --silent", has_npm_test),
    Runner("make test", has_make_test),
)


def find_test_command(root: Path) -> str | None:
    """Return the command for the tests of the tree at `root`, or None if no file tells."""
    return next((runner.command for runner in RUNNERS if runner.applies(root)), None)
