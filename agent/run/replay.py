"""Run again with the recorded replies: no model is asked, edits and commands are repeated."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import AgentError
from ..model import Model, ModelRequest, NoAnswer, OnText
from ..session import Event, Outcome, Reply, Session, ToolCall, Usage, load
from ..tools import Index
from ..workspace import worktree_at_start
from .approval import Approval
from .lifecycle import build_run, drive, resolve_settings, settings_from_json

SHOWN = 160  # characters of a differing answer
CONTEXT = 20  # of them before the difference


@dataclass(frozen=True, slots=True)
class RecordedModel(Model):
    """Gives the replies of an earlier run, in order."""

    replies: tuple[Event, ...] = ()

    def ask(self, request: ModelRequest, on_text: OnText | None = None) -> Reply:
        step = self._step(request)
        if step >= len(self.replies):
            raise NoAnswer("the record ends here", "final")
        event = self.replies[step]
        calls = tuple(ToolCall(**call) for call in event["calls"])
        return Reply(event["message"], calls, Usage(**event["usage"]), self.name)

    def _step(self, request: ModelRequest) -> int:
        if "-step" in request.key:
            return int(request.key.rpartition("-step")[2].partition("-")[0])
        return sum(message["role"] == "assistant" for message in request.messages)


def replay_run(folder: Path, index: Index) -> dict[str, Any]:
    """Return `{"run", "replies", "status", "same_diff", "differences"}`.

    A difference is an answer of a tool that is not as recorded. Raise `AgentError` if the start of
    the run no longer exists.
    """
    events = list(load(folder))
    if not events or events[0]["event"] != "start":
        raise AgentError(f"{folder} holds no run that has begun")
    replies = tuple(event for event in events if event["event"] == "reply")
    outcome, repeated = _repeat(folder, events[0], replies, index)
    return {
        "run": folder.name,
        "replies": len(replies),
        "status": outcome.status,
        "same_diff": not has_ended(events) or recorded_diff(folder) == outcome.diff,
        "differences": find_differences(events, repeated),
    }


def _repeat(
    folder: Path, start: Event, replies: tuple[Event, ...], index: Index
) -> tuple[Outcome, list[Event]]:
    """Return the outcome and the events of a second run from the same start."""
    settings = resolve_settings(
        replace(
            settings_from_json(start["settings"]),
            approve="never",
            max_cost=None,
            max_steps=len(replies) + 1,
        )
    )
    name = f"replay-{folder.name}"
    with tempfile.TemporaryDirectory(prefix="clew-replay-") as runs:
        worktree = worktree_at_start(start["worktree"], name, settings.trees)
        session = Session(Path(runs) / name)
        session.record(
            "start",
            run=name,
            task=start["task"],
            settings=start["settings"],
            worktree=worktree.to_json(),
        )
        run = build_run(
            start["task"],
            settings,
            index,
            Approval("never"),
            session,
            worktree,
            start["test_command"],
        )
        run.models = [RecordedModel("recorded", replies=replies)]
        outcome = drive(run)
        if outcome.branch:
            worktree.delete_branch()
        return outcome, list(load(session.folder))


def has_ended(events: Sequence[Event]) -> bool:
    return any(event["event"] == "end" for event in events)


def recorded_diff(folder: Path) -> str:
    return (folder / "result.diff").read_text(encoding="utf-8", errors="surrogateescape")


def find_differences(first: Sequence[Event], second: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the differing answers of two records of the same replies."""
    differences = []
    pairs = zip(numbered_answers(first), numbered_answers(second), strict=False)
    for (turn, earlier), (_, later) in pairs:
        old, new = earlier["message"]["content"], later["message"]["content"]
        if old != new:
            characters = enumerate(zip(old, new, strict=False))
            at = next((position for position, (a, b) in characters if a != b), 0)
            shown = slice(max(0, at - CONTEXT), at + SHOWN)
            name = earlier["act"]["name"]
            differences.append({"turn": turn, "name": name, "was": old[shown], "is": new[shown]})
    return differences


def numbered_answers(events: Sequence[Event]) -> list[tuple[int, Event]]:
    """Return (turn, answer) for each answer of a tool, in order."""
    turn, answers = 0, []
    for event in events:
        turn += event["event"] == "reply"
        if event["event"] == "answer":
            answers.append((turn, event))
    return answers
