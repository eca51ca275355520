"""The conversation's opening, from what stays the same longest to what changes first: caches match a prefix.

tools → system → repository map → task → issue → context pack → conversation. Tools and system are the same for everybody, the
map for an index, task and pack for a run. No clock, no random number and no path of this machine: the same run sends the
same bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from ..session.records import Message


@dataclass(frozen=True, slots=True)
class Opening:
    """What a conversation begins with."""

    outline: str  # the repository's map; may be empty
    task: str
    issue: str  # may be empty
    test_command: str | None
    sandbox: str  # in words
    context: str  # the pack; may be empty


def opening(given: Opening) -> list[Message]:
    """The messages that come before the model's first answer."""
    task = template("task").format(
        task=given.task, tests=given.test_command or "none was found", sandbox=given.sandbox
    )
    parts = [
        labelled("map", given.outline),
        task,
        labelled("issue", given.issue),
        labelled("context", given.context),
    ]
    return [
        {"role": "system", "content": template("system")},
        *({"role": "user", "content": part} for part in parts if part),
    ]


def labelled(name: str, text: str) -> str:
    """A text of the repository in the template `name`, between marks that it cannot forge; "" for none."""
    return template(name).format(text=text.rstrip("\n"), mark=mark(text)) if text else ""


def template(name: str) -> str:
    """One of the texts in `prompts/`."""
    return (files(__package__) / "prompts" / f"{name}.md").read_text(encoding="utf-8").strip()


def mark(text: str) -> str:
    """A line that `text` cannot hold unless it was written to hold its own hash; the same text gets the same mark."""
    return f"[data {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}]"
