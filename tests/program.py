"""The real binary, as a user runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

CLEW = Path(sys.executable).with_name("clew")
SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
CACHE = TemporaryDirectory(prefix="clew-tests-")  # of vectors, for this process
SECONDS = 120  # a run that takes longer hangs


@dataclass(frozen=True, slots=True)
class Ran:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)

    @property
    def values(self) -> list[Any]:
        """What it printed, a JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def last(self) -> str:
        """The last line on standard error."""
        return self.err.strip().rpartition("\n")[2]


def clew(
    *arguments: str | bytes, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Ran:
    """Run `clew` in the folder `cwd`."""
    return run([str(CLEW), *arguments], cwd, stdin, env)


def run(
    command: list[str | bytes], cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Ran:
    """Run a program with the environment that tests use."""
    done = subprocess.run(
        command, cwd=cwd, env=environment(env), input=stdin, capture_output=True, timeout=SECONDS
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of tests: nothing of the user's settings, then `settings`.

    PYTHONUNBUFFERED goes too: it would hide a missing flush.
    """
    general = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CLEW_", "GIT_", "OPENAI_")) and name != "PYTHONUNBUFFERED"
    }
    return (
        general | {"CLEW_CACHE_DIR": CACHE.name, "PYTHONWARNINGS": "ignore"} | dict(settings or {})
    )
