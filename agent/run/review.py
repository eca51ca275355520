"""Looking at a run afterwards: its turns with what they cost, and its changes in the user's tree."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..session.endings import AgentError, WorktreeError
from ..session.records import Usage
from ..session.state import Event
from ..session.transcript import Session, load
from ..workspace.worktree import git

ANSWER_LENGTH = 100  # characters of an answer that are shown


def told_turns(events: Iterable[Event]) -> dict[str, Any]:
    """`{"task", "turns", "total", "status", "reason"}`; tokens are read from a cache, written to one, or fresh."""
    shown: dict[str, Any] = {"task": "", "turns": [], "status": "", "reason": ""}
    total, notes = Usage(), list[str]()
    for event in events:
        name = event["event"]
        if name == "start":
            shown["task"] = event["task"]
        elif name == "reply":
            usage = Usage(**event["usage"])
            total += usage
            shown["turns"].append(turn_of(event, usage, len(shown["turns"]) + 1, notes))
            notes = []
        elif name == "answer" and shown["turns"]:
            take_answer(shown["turns"][-1], event)
        elif name == "end":
            shown |= {"status": event["status"], "reason": event["reason"]}
        elif note := note_of(event):
            (shown["turns"][-1]["notes"] if shown["turns"] and name in AFTER else notes).append(
                note
            )
    return shown | {"total": tokens_of(total)}


AFTER = ("verify", "commit", "approval", "plan", "finish")


def turn_of(event: Event, usage: Usage, number: int, notes: list[str]) -> dict[str, Any]:
    calls = [
        {"name": call["name"], "arguments": call["arguments"], "answer": ""}
        for call in event["calls"]
    ]
    said = (event["message"].get("content") or "").strip()
    head = {
        "turn": number,
        "model": event.get("model", ""),
        "said": said,
        "calls": calls,
        "notes": notes,
    }
    return (
        head | tokens_of(usage) | {"model_seconds": event.get("seconds", 0.0), "tool_seconds": 0.0}
    )


def take_answer(turn: dict[str, Any], event: Event) -> None:
    turn["tool_seconds"] = round(turn["tool_seconds"] + event.get("seconds", 0.0), 3)
    waiting = next((call for call in turn["calls"] if not call["answer"]), None)
    if waiting:
        lines = event["message"]["content"].splitlines() or ["nothing"]
        waiting["answer"] = lines[0][:ANSWER_LENGTH]


def tokens_of(usage: Usage) -> dict[str, Any]:
    """Tokens by cache state."""
    fresh = usage.prompt - usage.cached - usage.written
    return {
        "prompt": usage.prompt, "cached": usage.cached, "written": usage.written, "fresh": fresh,
        "completion": usage.completion, "cost": usage.cost,
    }  # fmt: skip


def note_of(event: Event) -> str:
    """An event that is no turn, on one line; "" for those that nobody needs to see."""
    match event["event"]:
        case "verify":
            failing = ", ".join(event["failures"][:3])
            return (
                f"tests: {event['command']} {'passes' if event['passed'] else 'fails: ' + failing}"
            )
        case "commit":
            return f"commit {event['commit'][:12]} {event['message']}"
        case "approval":
            what = "approved" if event["approved"] else f"rejected: {event['reason']}"
            return f"{event['kind']} {event['digest'][:12]} {what}"
        case "retry":
            return f"asked again after: {event['reason'][:120]}"
        case "fallback":
            return f"went on with {event['name']} after: {event['reason'][:120]}"
        case "compact":
            return "old turns were replaced by a digest"
        case "resume":
            return "resumed"
    return ""


def apply_run(folder: Path, top: Path) -> list[str]:
    """Bring the changes of the run in `folder` into the tree `top`, which it was about, uncommitted; the paths that changed.

    All or nothing. Raises `AgentError` where they do not fit, or the run is still going on.
    """
    patch = folder / "result.diff"
    session = Session(folder)  # nobody else writes to it meanwhile
    try:
        events = list(load(folder))
        if not patch.is_file() or events[-1]["event"] not in (
            "end",
            "apply",
        ):  # an older diff, of before a resume
            raise AgentError(
                f"run {folder.name} has not ended: go on with `clew agent --resume {folder.name}`"
            )
        if not patch.stat().st_size:
            return []
        below = Path(events[0]["worktree"]["root"]).relative_to(events[0]["worktree"]["tree"])
        whole = (
            top.parents[len(below.parts) - 1] if below.parts else top
        )  # paths of the patch begin at git's top folder
        where = {"GIT_DIR": str(folder / "no-repository"), "GIT_CEILING_DIRECTORIES": "/"}
        try:
            listed = git("apply", "--numstat", "-z", str(patch), cwd=whole, environment=where)
            git("apply", "--whitespace=nowarn", str(patch), cwd=whole, environment=where)
        except WorktreeError as error:
            raise AgentError(
                f"the changes do not fit your tree any more, nothing was changed: merge the branch instead ({error})"
            ) from error
        paths = sorted(line.split("\t")[2] for line in listed.split("\0") if line.count("\t") == 2)
        session.record("apply", paths=paths)
        return paths
    finally:
        session.close()
