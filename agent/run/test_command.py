"""Which command says whether the work is right, where the user names none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Runner:
    """A way to test, and how to see that a tree uses it."""

    command: str
    applies: Callable[[Path], bool]


def has_python_tests(root: Path) -> bool:
    """Python settings at the root, and a test file or folder where pytest looks."""
    named = any(
        (root / name).is_file()
        for name in ("pyproject.toml", "setup.cfg", "setup.py", "pytest.ini", "tox.ini")
    )
    return named and (
        any((root / name).is_dir() for name in ("tests", "test")) or any(root.glob("test_*.py"))
    )


def has_npm_test(root: Path) -> bool:
    """A `test` script of its own in package.json; npm writes one that only fails into new packages."""
    try:
        script = (
            json.loads((root / "package.json").read_text(encoding="utf-8"))
            .get("scripts", {})
            .get("test", "")
        )
    except (OSError, ValueError, AttributeError):
        return False
    return bool(script) and "no test specified" not in script


def has_make_test(root: Path) -> bool:
    """A makefile with the target `test`."""
    try:
        return any(
            line.startswith("test:")
            for line in (root / "Makefile").read_text(errors="replace").splitlines()
        )
    except OSError:
        return False


RUNNERS = (  # the first that applies
    Runner("python -m pytest -q", has_python_tests),
    Runner("go test ./...", lambda root: (root / "go.mod").is_file()),
    Runner("cargo test --offline --quiet", lambda root: (root / "Cargo.toml").is_file()),
    Runner("npm test --silent", has_npm_test),
    Runner("make test", has_make_test),
)


def find_test_command(root: Path) -> str | None:
    """The command that runs the tests of the tree at `root`, by what lies there; None where nothing tells."""
    return next((runner.command for runner in RUNNERS if runner.applies(root)), None)
