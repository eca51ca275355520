"""A run once more, with the replies that were recorded: no model is asked, edits and commands happen anew."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..model.litellm_model import Asked, Model, NoAnswer, OnText
from ..session.endings import AgentError
from ..session.records import Reply, ToolCall, Usage
from ..session.state import Event
from ..session.transcript import Session, load
from ..tools.index import Index
from ..workspace.worktree import at_start, git
from .approval import Approval
from .lifecycle import drive, made, settings_of, settled

SHOWN = 160  # characters of an answer that differs


@dataclass(frozen=True, slots=True)
class Recorded(Model):
    """Gives the replies of an earlier run, in order."""

    replies: tuple[Event, ...] = ()

    def ask(self, asked: Asked, on_text: OnText | None = None) -> Reply:
        given = sum(message["role"] == "assistant" for message in asked.messages)
        step = (
            int(asked.key.rpartition("-step")[2].partition("-")[0])
            if "-step" in asked.key
            else given
        )
        if step >= len(self.replies):
            raise NoAnswer("the record ends here", "final")
        event = self.replies[step]
        calls = tuple(ToolCall(**call) for call in event["calls"])
        return Reply(event["message"], calls, Usage(**event["usage"]), self.name)


def replay_run(folder: Path, index: Index) -> dict[str, Any]:
    """`{"run", "replies", "status", "same_diff", "differences"}`; a difference is an answer that is not as it was.

    Raises `AgentError` where the start of the run is no longer there.
    """
    events = list(load(folder))
    if not events or events[0]["event"] != "start":
        raise AgentError(f"{folder} holds no run that has begun")
    start, replies = events[0], tuple(event for event in events if event["event"] == "reply")
    with tempfile.TemporaryDirectory(prefix="clew-replay-") as state:
        given = replace(
            settings_of(start["settings"]),
            approve="never",
            max_cost=None,
            max_steps=len(replies) + 1,
        )
        settings = settled(given)
        work = at_start(start["worktree"], f"replay-{folder.name}", settings.trees)
        session = Session(Path(state) / f"replay-{folder.name}")
        session.record(
            "start",
            run=session.folder.name,
            task=start["task"],
            settings=start["settings"],
            worktree=work.to_json(),
        )
        run = made(
            start["task"], settings, index, Approval("never"), session, work, start["test_command"]
        )
        run.models = [Recorded("recorded", replies=replies)]
        outcome = drive(run)
        again = list(load(session.folder))
        if work.repository and outcome.branch:
            git(
                "branch",
                "--quiet",
                "-D",
                str(work.branch),
                cwd=work.repository,
                settings=work.settings,
            )
    before = (
        (folder / "result.diff").read_text(encoding="utf-8", errors="surrogateescape")
        if ended(events)
        else ""
    )
    return {
        "run": folder.name, "replies": len(replies), "status": outcome.status,
        "same_diff": not ended(events) or before == outcome.diff, "differences": differences(events, again),
    }  # fmt: skip


def ended(events: Sequence[Event]) -> bool:
    return any(event["event"] == "end" for event in events)


def differences(first: Sequence[Event], second: Sequence[Event]) -> list[dict[str, Any]]:
    """The answers in which two records of the same replies differ."""
    found = []
    for (turn, was), (_, now) in zip(answers(first), answers(second), strict=False):
        old, new = was["message"]["content"], now["message"]["content"]
        if old != new:
            at = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
            around = slice(max(0, at - 20), at + SHOWN)
            found.append(
                {"turn": turn, "name": was["act"]["name"], "was": old[around], "is": new[around]}
            )
    return found


def answers(events: Sequence[Event]) -> list[tuple[int, Event]]:
    """(turn, answer), in order; of an act that was repeated after a kill the last."""
    turn, found = 0, []
    for event in events:
        turn += event["event"] == "reply"
        if event["event"] == "answer":
            found.append((turn, event))
    return found
