"""Tells the person at the terminal what a run of the agent is doing."""

from __future__ import annotations

import json
import sys
from typing import Any

from .output import warn

SHOWN_LENGTH = 90  # characters of a tool call that are shown


class Follow:
    """Is told every event of a run, and pieces of the model's text where it is streamed."""

    def __init__(self) -> None:
        self.in_text = False

    def __call__(self, event: dict[str, Any]) -> None:
        if event["event"] == "text":
            self.in_text = True
            print(event["text"], end="", file=sys.stderr, flush=True)
            return
        streamed, self.in_text = self.in_text, False
        if streamed:
            print(file=sys.stderr, flush=True)
        for line in told(event, streamed):
            warn(line)


def told(event: dict[str, Any], streamed: bool = False) -> list[str]:
    """One event in lines for a person; [] for most."""
    match event["event"]:
        case "start" | "resume":
            settings = event["settings"]
            tests = (
                event.get("test_command") or settings["test_command"] or "none found, see --test"
            )
            lines = [f"works in {event['worktree']['tree']}; tests: {tests}"]
            return lines + [
                f"sandbox {one['kind']}: {one['detail']}" for one in event.get("sandbox", ())
            ]
        case "reply":
            said = "" if streamed else (event["message"].get("content") or "").strip()
            lines = [said.splitlines()[0][:200]] if said else []
            return lines + [
                f"  {call['name']} {short(call['arguments'])}" for call in event["calls"]
            ]
        case "verify":
            return [f"  {event['command']}: {'passes' if event['passed'] else 'fails'}"]
        case "commit":
            return [f"  commit {event['commit'][:12]}"]
        case "retry":
            return [f"  {event['reason'][:200]}; again in {event['wait']:g} s"]
        case "fallback":
            return [f"  {event['reason'][:200]}; going on with {event['name']}"]
        case "compact":
            return ["  old turns were replaced by a digest"]
        case "untrusted":
            return [
                f"the repository's [tool.clew] is not obeyed; to allow it: --trust {event['digest'][:16]}"
            ]
        case "setup":
            return [f"  set-up: {event['command']}: {'done' if event['code'] == 0 else 'failed'}"]
    return []


def short(arguments: str) -> str:
    """A call's arguments on one line of bearable length."""
    try:
        text = " ".join(f"{name}={value!r}" for name, value in json.loads(arguments).items())
    except (ValueError, AttributeError):
        text = arguments
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"
