"""Look at a run afterwards: its turns with their cost, and its changes for the user's tree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import AgentError, WorktreeError
from ..session import Event, Session, Usage, load
from ..workspace import git

ANSWER_LENGTH = 100  # characters of an answer in the summary
ABOUT_LAST_TURN = ("verify", "commit", "approval", "plan", "finish")  # events after their turn


def summarize_run(events: Iterable[Event]) -> dict[str, Any]:
    """Return `{"task", "turns", "total", "status", "reason"}`.

    Tokens are counted by cache state: read from a cache, written to one, or fresh.
    """
    summary = _Summary()
    for event in events:
        summary.add(event)
    return {
        "task": summary.task,
        "turns": summary.turns,
        "status": summary.status,
        "reason": summary.reason,
        "total": count_tokens_by_cache(summary.total),
    }


@dataclass(slots=True)
class _Summary:
    task: str = ""
    turns: list[dict[str, Any]] = field(default_factory=list)
    status: str = ""
    reason: str = ""
    total: Usage = field(default_factory=Usage)
    notes: list[str] = field(default_factory=list)  # for the next turn

    def add(self, event: Event) -> None:
        match event["event"]:
            case "start":
                self.task = event["task"]
            case "reply":
                self._add_turn(event)
            case "answer" if self.turns:
                add_answer(self.turns[-1], event)
            case "end":
                self.status, self.reason = event["status"], event["reason"]
            case name:
                self._add_note(name, format_note(event))

    def _add_turn(self, event: Event) -> None:
        usage = Usage(**event["usage"])
        self.total += usage
        self.turns.append(format_turn(event, usage, len(self.turns) + 1, self.notes))
        self.notes = []

    def _add_note(self, name: str, note: str) -> None:
        if note:
            of_last_turn = self.turns and name in ABOUT_LAST_TURN
            (self.turns[-1]["notes"] if of_last_turn else self.notes).append(note)


def format_turn(event: Event, usage: Usage, number: int, notes: list[str]) -> dict[str, Any]:
    """Return a reply as a turn of the summary."""
    calls = [
        {"name": call["name"], "arguments": call["arguments"], "answer": ""}
        for call in event["calls"]
    ]
    return {
        "turn": number,
        "model": event.get("model", ""),
        "said": (event["message"].get("content") or "").strip(),
        "calls": calls,
        "notes": notes,
        **count_tokens_by_cache(usage),
        "model_seconds": event.get("seconds", 0.0),
        "tool_seconds": 0.0,
    }


def add_answer(turn: dict[str, Any], event: Event) -> None:
    """Add an answer's first line to the first call without one, and its time to the turn."""
    turn["tool_seconds"] = round(turn["tool_seconds"] + event.get("seconds", 0.0), 3)
    call = next((call for call in turn["calls"] if not call["answer"]), None)
    if call:
        lines = event["message"]["content"].splitlines() or ["nothing"]
        call["answer"] = lines[0][:ANSWER_LENGTH]


def count_tokens_by_cache(usage: Usage) -> dict[str, Any]:
    return {
        "prompt": usage.prompt,
        "cached": usage.cached,
        "written": usage.written,
        "fresh": usage.prompt - usage.cached - usage.written,
        "completion": usage.completion,
        "cost": usage.cost,
    }


def format_note(event: Event) -> str:
    """Return an event that is no turn on one line, or "" if it is not worth one."""
    match event["event"]:
        case "verify":
            failing = ", ".join(event["failures"][:3])
            result = "passes" if event["passed"] else f"fails: {failing}"
            return f"tests: {event['command']} {result}"
        case "commit":
            return f"commit {event['commit'][:12]} {event['message']}"
        case "approval":
            decision = "approved" if event["approved"] else f"rejected: {event['reason']}"
            return f"{event['kind']} {event['digest'][:12]} {decision}"
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
    """Apply the changes of a run to the user's tree `top`, uncommitted; return the changed paths.

    All changes are made or none. Raise `AgentError` if they do not apply or the run has not ended.
    """
    session = Session(folder)  # locks it: no other process writes meanwhile
    try:
        patch = ended_patch(folder)
        if not patch.stat().st_size:
            return []
        paths = apply_patch_file(patch, git_top(folder, top), folder)
        session.record("apply", paths=paths)
        return paths
    finally:
        session.close()


def ended_patch(folder: Path) -> Path:
    """Return the patch of an ended run. After a resume, the patch on disk is out of date."""
    patch, events = folder / "result.diff", list(load(folder))
    if not patch.is_file() or events[-1]["event"] not in ("end", "apply"):
        raise AgentError(
            f"run {folder.name} has not ended: go on with `clew agent --resume {folder.name}`"
        )
    return patch


def git_top(folder: Path, top: Path) -> Path:
    """Return the repository's top folder around `top`: the paths of the patch start there."""
    worktree = next(load(folder))["worktree"]
    below = Path(worktree["root"]).relative_to(worktree["tree"])
    return top.parents[len(below.parts) - 1] if below.parts else top


def apply_patch_file(patch: Path, top: Path, folder: Path) -> list[str]:
    """Apply a patch file to the tree `top` as if it were no repository."""
    variables = {"GIT_DIR": str(folder / "no-repository"), "GIT_CEILING_DIRECTORIES": "/"}
    try:
        listing = git("apply", "--numstat", "-z", str(patch), cwd=top, environment=variables)
        git("apply", "--whitespace=nowarn", str(patch), cwd=top, environment=variables)
    except WorktreeError as error:
        raise AgentError(
            "the changes do not fit your tree any more, nothing was changed:"
            f" merge the branch instead ({error})"
        ) from error
    return sorted(line.split("\t")[2] for line in listing.split("\0") if line.count("\t") == 2)
