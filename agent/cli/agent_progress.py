"""The progress of a run of the agent, for a person at the terminal."""

from __future__ import annotations

import json
import sys
from typing import Any

from .output import warn

MAX_LENGTH = 90  # characters of a tool call


class ProgressPrinter:
    """Prints the events of a run, and the pieces of a streamed reply."""

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
        for line in describe_event(event, streamed):
            warn(line)


def describe_event(event: dict[str, Any], streamed: bool = False) -> list[str]:
    """Return an event in lines for a person; [] for most."""
    match event["event"]:
        case "start" | "resume":
            settings = event["settings"]
            tests = (
                event.get("test_command") or settings["test_command"] or "none found, see --test"
            )
            lines = [f"works in {event['worktree']['tree']}; tests: {tests}"]
            findings = event.get("sandbox", ())
            return lines + [f"sandbox {each['kind']}: {each['detail']}" for each in findings]
        case "reply":
            text = "" if streamed else (event["message"].get("content") or "").strip()
            lines = [text.splitlines()[0][:200]] if text else []
            return lines + [
                f"  {call['name']} {shorten(call['arguments'])}" for call in event["calls"]
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
                "the repository's [tool.clew] is not obeyed; to allow it: --trust"
                f" {event['digest'][:16]}"
            ]
        case "setup":
            return [f"  set-up: {event['command']}: {'done' if event['code'] == 0 else 'failed'}"]
    return []


def shorten(arguments: str) -> str:
    """Return a call's arguments on one line of at most MAX_LENGTH characters."""
    try:
        text = " ".join(f"{name}={value!r}" for name, value in json.loads(arguments).items())
    except (ValueError, AttributeError):
        text = arguments
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1] + "…"
