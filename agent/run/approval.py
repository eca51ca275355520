"""Ask a person: a proposal, the decision, and a hash that binds the two."""

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

from ..errors import AgentError

POLICIES = {  # policy → kinds of proposals to ask about
    "plan": ("plan", "configuration"),
    "edits": ("plan", "edit", "configuration"),
    "never": (),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """An action of the model that may need consent."""

    kind: str  # plan | edit | configuration
    text: str  # shown to the person; no other text takes effect

    @property
    def digest(self) -> str:
        """The hash that binds an approval to this proposal."""
        content = f"{self.kind}\0{self.text}"
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision."""

    approved: bool
    reason: str = ""  # for the model; a rejection without one ends the run
    text: str = ""  # the plan as edited by the person


Ask = Callable[[Proposal], Decision]


@dataclass(frozen=True, slots=True)
class Approval:
    """The policy on proposals, and the function that asks a person."""

    policy: str  # a key of POLICIES
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
        """Return the person's decision, or None if the policy asks for none."""
        if proposal.kind not in POLICIES[self.policy] or self.ask is None:
            return None
        return self.ask(proposal)


def ask_on_terminal(proposal: Proposal) -> Decision:
    """Show the proposal on stderr and read an answer from stdin.

    An answer that is neither yes nor no is the reason of a rejection.
    """
    print(f"\n{proposal.text}\n", file=sys.stderr)
    edit_option = " / e to edit it" if proposal.kind == "plan" else ""
    question = f"Approve this {proposal.kind}? [y / n{edit_option} / a reason to try again] "
    print(question, end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip()
    if answer.lower() in ("e", "edit") and proposal.kind == "plan":
        return Decision(True, "changed by the user", edit_text(proposal.text))
    if answer.lower() in ("y", "yes"):
        return Decision(True)
    return Decision(False, "" if answer.lower() in ("", "n", "no") else answer)


def edit_text(text: str) -> str:
    """Return the text after editing it in the user's editor. Raise `AgentError` without one."""
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
