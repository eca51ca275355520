"""The opening of a conversation, its most constant parts first: caches match prefixes.

tools → system → repository map → task → issue → context pack → conversation. Tools and system are
equal for everybody, the map for an index, task and pack for a run. There is no clock, no random
number and no path of the machine in it: equal runs send equal bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

from ..session import Message


@dataclass(frozen=True, slots=True)
class OpeningParts:
    """The parts of the opening."""

    repository_map: str  # may be empty
    task: str
    issue: str  # may be empty
    test_command: str | None
    sandbox: str  # in words
    context: str  # the pack; may be empty


def opening_messages(parts: OpeningParts) -> list[Message]:
    """Return the messages before the model's first reply."""
    tests = parts.test_command or "none was found"
    task = read_template("task").format(task=parts.task, tests=tests, sandbox=parts.sandbox)
    texts = [
        fill_data_template("map", parts.repository_map),
        task,
        fill_data_template("issue", parts.issue),
        fill_data_template("context", parts.context),
    ]
    return [
        {"role": "system", "content": read_template("system")},
        *({"role": "user", "content": text} for text in texts if text),
    ]


def fill_data_template(name: str, text: str) -> str:
    """Return a text of the repository in a template, between marks it cannot forge; "" if empty."""
    if not text:
        return ""
    return read_template(name).format(text=text.rstrip("\n"), mark=data_mark(text))


def read_template(name: str) -> str:
    """Return one of the texts in `prompts/`."""
    return (files(__package__) / "prompts" / f"{name}.md").read_text(encoding="utf-8").strip()


def data_mark(text: str) -> str:
    """Return a line with a hash of `text`: the text cannot contain it, and equal texts share it."""
    return f"[data {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}]"
