"""A sample repository to work on, and a way to let the agent work on it with a scripted model."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent import Outcome, ScriptedServer, Settings, run_agent
from agent.sandbox.ladder import LADDER, probe
from agent.scripted.server import Request
from tests.agent.grep_index import GrepIndex

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
FAKE_DOCKER = Path(__file__).parent / "fake_docker.py"
WORKING = [kind for kind in LADDER if probe(kind).works]
# A machine without any sandbox runs the harmless commands of most tests unprotected.
ANY_SANDBOX = "auto" if WORKING else "none"


def reply(
    *calls: tuple[str, dict[str, Any] | str], text: str = "", fail: Sequence[int | str] = ()
) -> dict[str, Any]:
    """One reply of a script: the tools that it calls, with their arguments."""
    named = [{"name": name, "arguments": arguments} for name, arguments in calls]
    return {"text": text, "calls": named, "fail": list(fail)}


PLAN = reply(("plan", {"steps": ["mend it"], "files": ["courier/queue.py"], "tests": "pytest"}))
WRONG = {
    "path": "courier/queue.py",
    "old": "until=job.run_at + delay",
    "new": "until=time.time() + delay",
}
RIGHT = {
    "path": "courier/queue.py",
    "old": "until=job.run_at + delay",
    "new": "until=self.clock() + delay",
}


MENDED = "grep -q 'until=self.clock() + delay' courier/queue.py"  # a test that takes no time


def git(folder: Path, *arguments: str) -> str:
    """What plain git prints, as a user would call it."""
    identity = ["-c", "user.name=U", "-c", "user.email=u@example.org"]
    return subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


def sample_in(base: Path) -> Path:
    """A copy of the sample, without git."""
    return Path(
        shutil.copytree(
            SAMPLE, base / "sample", ignore=shutil.ignore_patterns("__pycache__", ".clew")
        )
    )


def committed(folder: Path) -> Path:
    """The folder as a repository with one commit."""
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "Start")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample, without git."""
    return sample_in(tmp_path)


@pytest.fixture
def repository(folder: Path) -> Path:
    """The sample, committed."""
    return committed(folder)


class Play:
    """Runs the agent with a script; afterwards `requests` holds what the model was sent."""

    def __init__(self, trees: Path) -> None:
        self.trees = trees
        self.requests: list[Request] = []

    def __call__(
        self,
        root: Path,
        replies: Sequence[dict[str, Any]],
        task: str = "Mend the queue",
        **changes: Any,
    ) -> Outcome:
        given = {
            name: changes.pop(name) for name in ("index", "ask", "on_event") if name in changes
        }
        wire_format = changes.pop("wire_format", "openai")
        with ScriptedServer(replies) as server:
            settings = Settings(
                root,
                "openai/scripted",
                server.base_for(wire_format),
                (),
                approve="never",
                sandbox=ANY_SANDBOX,
                retries=0,
                backoff=0.0,
                trees=self.trees,
            )
            self.requests = server.requests
            index = given.pop("index", None) or GrepIndex(root)
            return run_agent(task, settings=replace(settings, **changes), index=index, **given)


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return Play(tmp_path / "trees")


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put a stand-in for Docker on PATH; return the folder of its containers."""
    folder = tmp_path / "bin"
    folder.mkdir()
    shutil.copy(FAKE_DOCKER, folder / "docker")
    (folder / "docker").chmod(0o755)
    # The image's programs: pytest among them, which a fresh machine has in the environment only.
    programs = (str(folder), str(Path(sys.executable).parent), os.environ["PATH"])
    monkeypatch.setenv("PATH", os.pathsep.join(programs))
    probe.cache_clear()
    yield folder / "containers"
    probe.cache_clear()
