"""Stop for a person: what is proposed, what they decided, and a receipt that binds the two."""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..session.endings import AgentError

POLICIES = ("plan", "edits", "never")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that the model wants to do."""

    kind: str  # plan | edit | configuration
    text: str  # what the person sees, and nothing else takes effect

    @property
    def digest(self) -> str:
        """What an approval is bound to."""
        return hashlib.sha256(
            f"{self.kind}\0{self.text}".encode("utf-8", "surrogatepass")
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person answered."""

    approved: bool
    reason: str = ""  # goes back to the model; a refusal without one ends the run
    text: str = ""  # the plan as the person changed it


Ask = Callable[[Proposal], Decision]


@dataclass(frozen=True, slots=True)
class Approval:
    """Which proposals need a person, and who is asked."""

    policy: str  # plan: plans; edits: plans and edits; never: nothing
    ask: Ask | None = None

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise AgentError(
                f"there is no approval policy {self.policy!r}: use {', '.join(POLICIES)}"
            )
        if self.policy != "never" and self.ask is None:
            raise AgentError(
                f"--approve {self.policy} needs a terminal to ask on: pass --approve never"
            )

    def decide(self, proposal: Proposal) -> Decision | None:
        """The person's decision, or None where the policy does not ask for one."""
        asked = {
            "plan": ("plan", "configuration"),
            "edits": ("plan", "edit", "configuration"),
            "never": (),
        }[self.policy]
        if proposal.kind not in asked or self.ask is None:
            return None
        return self.ask(proposal)


def ask_on_terminal(proposal: Proposal) -> Decision:
    """Show the proposal on stderr, read an answer from stdin; a text that is neither yes nor no is a reason to refuse."""
    print(f"\n{proposal.text}\n", file=sys.stderr)
    change = " / e to edit it" if proposal.kind == "plan" else ""
    print(
        f"Approve this {proposal.kind}? [y / n{change} / a reason to try again] ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    answer = sys.stdin.readline().strip()
    if answer.lower() in ("e", "edit") and proposal.kind == "plan":
        return Decision(True, "changed by the user", edited(proposal.text))
    if answer.lower() in ("y", "yes"):
        return Decision(True)
    return Decision(False, "" if answer.lower() in ("", "n", "no") else answer)


def edited(text: str) -> str:
    """The text after the user's editor was closed. Raises `AgentError` where there is none."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.NamedTemporaryFile(
        "w+", suffix=".md", prefix="clew-plan-", encoding="utf-8"
    ) as file:
        file.write(text + "\n")
        file.flush()
        try:
            subprocess.run([*shlex.split(command), file.name], check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise AgentError(f"the editor {command} cannot be used: set EDITOR") from error
        return Path(file.name).read_text(encoding="utf-8").strip()
