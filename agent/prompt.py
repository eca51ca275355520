"""The conversation's opening, from what stays the same longest to what changes first: caches match a prefix.

tools → system → task → context pack → conversation. The repository's map will stand before the task.
No clock, no random number and no path of this machine: the same run sends the same bytes.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files

from .records import Message


def opening(task: str, test_command: str | None, context: str) -> list[Message]:
    """The messages that come before the model's first answer."""
    messages: list[Message] = [
        {"role": "system", "content": template("system")},
        {"role": "user", "content": template("task").format(task=task, tests=test_command or "none was found")},
    ]
    if context:
        content = template("context").format(text=context, mark=mark(context))
        messages.append({"role": "user", "content": content})
    return messages


def template(name: str) -> str:
    """One of the texts in `prompts/`."""
    return (files(__package__) / "prompts" / f"{name}.md").read_text(encoding="utf-8").strip()


def mark(text: str) -> str:
    """A line that `text` cannot hold unless it was written to hold its own hash; the same text gets the same mark."""
    return f"[data {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}]"
