"""A run goes on after a kill at any point, and nothing is paid for twice."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from agent import AgentError, Outcome, ScriptedServer, Settings, find_run, load, resume_agent
from agent.session import runs_folder
from agent.session.state import fold_events
from agent.session.transcript import Session
from agent.workspace.worktree import create_worktree
from tests.agent.conftest import Play, git, reply
from tests.agent.grep_index import GrepIndex

TEST = "sh check.sh"
PLAN = reply(("plan", {"steps": ["mend it"], "files": ["value.txt"], "tests": TEST}))
REPLIES = [
    reply(("read", {"path": "value.txt"}), ("search", {"query": "value"})),
    PLAN,
    reply(
        ("edit", {"path": "value.txt", "old": "one", "new": "two"}), ("finish", {"summary": "Two"})
    ),
    reply(text="It has to be three"),
    reply(
        ("edit", {"path": "value.txt", "old": "two", "new": "three"}),
        ("run", {"command": "echo x >> made; " + TEST}),
    ),
    reply(("run", {"command": TEST}), ("finish", {"summary": "Three"})),
]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A repository whose one test passes once a file says three."""
    root = tmp_path / "small"
    root.mkdir()
    (root / "value.txt").write_text("one\n")
    (root / "check.sh").write_text("grep -q three value.txt\n")
    (root / "use.py").write_text("value = open('value.txt').read()\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "Start")
    return root


def again(outcome: Outcome, root: Path, base: str, **changes: object) -> Outcome:
    """Resume a run that ended."""

    def change(settings: Settings) -> Settings:
        return replace(settings, api_base=base, **changes)  # type: ignore[arg-type]

    return resume_agent(outcome.transcript.parent, index=GrepIndex(root), change=change)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_that_is_killed_at_every_event_ends_as_an_undisturbed_one(
    small: Path, tmp_path: Path, play: Play, moment: str
) -> None:
    undisturbed = play(small, REPLIES, "Mend it", test_command=TEST)
    runs = small / ".clew" / "runs"
    undisturbed.transcript.unlink()
    with ScriptedServer(REPLIES) as server:
        given = [server.base, str(small), str(tmp_path / "killed"), moment, TEST]
        command = [sys.executable, "-m", "tests.agent.killed", *given]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=Path(__file__).parents[3], timeout=300
        )
        status, kills = done.stdout.split()
        assert (status, int(kills) > 20) == ("finished", True), done.stderr
        run = find_run(runs, None)
        events = list(load(run))
        asked = [request.key for request in server.requests]
    assert (run / "result.diff").read_text() == undisturbed.diff != ""
    assert [event["event"] for event in events].count("reply") == len(REPLIES)
    assert len(set(asked)) == len(REPLIES), "a provider that knows the key bills each once"
    if moment == "after":
        assert len(asked) == len(REPLIES)
    assert git(small, "show", f"{events[-1]['branch']}:value.txt") == "three\n"
    assert git(small, "show", f"{events[-1]['branch']}:made") == "x\n", (
        "no command ran twice on the same tree"
    )
    assert git(small, "status", "--porcelain") == ""
    assert not list((tmp_path / "killed").glob(f"{run.name}-*"))


def test_a_run_that_reached_a_limit_goes_on_with_more(small: Path, play: Play) -> None:
    first = play(small, REPLIES, "Mend it", test_command=TEST, max_steps=3)
    assert first.status == "limit"
    with ScriptedServer(REPLIES) as server:
        second = again(first, small, server.base, max_steps=40)
        assert len(server.requests) == 3
        sent = json.loads(server.requests[0].body)["messages"]
    assert (second.status, second.steps) == ("finished", 6)
    assert (
        sent[: len(fold_events(list(load(first.transcript.parent))[:-1]).messages[:5])] == sent[:5]
    )
    assert "three" in second.diff


def test_a_finished_run_is_not_resumed(small: Path, play: Play) -> None:
    outcome = play(small, REPLIES, "Mend it", test_command=TEST)
    with pytest.raises(AgentError, match="is finished"):
        again(outcome, small, "http://127.0.0.1:1/v1")


def test_a_run_that_is_going_on_is_not_resumed(small: Path, play: Play) -> None:
    outcome = play(small, REPLIES, "Mend it", test_command=TEST, max_steps=1)
    holder = Session(outcome.transcript.parent)
    with pytest.raises(AgentError, match="going on in another process"):
        again(outcome, small, "http://127.0.0.1:1/v1")
    holder.close()


@pytest.mark.usefixtures("docker")
def test_another_sandbox_is_told_as_news_and_not_by_changing_what_was_said(
    small: Path, play: Play
) -> None:
    box = {"sandbox": "docker", "image": "there"}
    first = play(small, REPLIES, "Mend it", test_command=TEST, max_steps=1, **box)
    with ScriptedServer(REPLIES) as server:
        again(first, small, server.base, max_steps=2, **box, allow_net=True)
        sent = json.loads(server.requests[0].body)["messages"]
    assert "there is no network" in sent[2]["content"]
    assert (
        sent[-1]["content"].startswith("The sandbox has changed.")
        and "the network is open" in sent[-1]["content"]
    )


def test_a_run_is_found_by_the_beginning_of_its_id(small: Path, play: Play) -> None:
    outcome = play(small, REPLIES, "Mend it", test_command=TEST, max_steps=1)
    runs = small / ".clew" / "runs"
    assert find_run(runs, outcome.run[:12]).name == find_run(runs, None).name == outcome.run
    with pytest.raises(AgentError, match="there is no run nothing"):
        find_run(runs, "nothing")


def test_what_a_run_left_that_was_killed_before_its_first_event_is_removed_by_the_next(
    small: Path, play: Play
) -> None:
    runs = runs_folder(small)
    killed = Session(runs / "20260101-000000-abcdef")
    killed.close()
    left = create_worktree(small.resolve(), killed.folder.name, play.trees)
    starting = Session(
        runs / "20260101-000001-abcdef"
    )  # by another process, which is only about to say so
    outcome = play(small, REPLIES, "Mend it", test_command=TEST, max_steps=1)
    starting.close()
    assert {path.name for path in runs.iterdir()} == {outcome.run, starting.folder.name}
    assert find_run(runs, None).name == outcome.run
    assert not left.tree.exists()
    assert git(small, "branch", "--list", "clew/20260101*") == ""
