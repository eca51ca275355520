"""Stop for a person: what is proposed, what they decided, and a receipt that binds the two."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass

from .endings import AgentError

POLICIES = ("plan", "edits", "never")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that the model wants to do."""

    kind: str  # plan | edit
    text: str  # what the person sees, and nothing else takes effect

    @property
    def digest(self) -> str:
        """What an approval is bound to."""
        return hashlib.sha256(f"{self.kind}\0{self.text}".encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the person answered."""

    approved: bool
    reason: str = ""  # goes back to the model; a refusal without one ends the run


Ask = Callable[[Proposal], Decision]


@dataclass(frozen=True, slots=True)
class Approval:
    """Which proposals need a person, and who is asked."""

    policy: str  # plan: plans; edits: plans and edits; never: nothing
    ask: Ask | None = None

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise AgentError(f"there is no approval policy {self.policy!r}: use {', '.join(POLICIES)}")
        if self.policy != "never" and self.ask is None:
            raise AgentError(f"--approve {self.policy} needs a terminal to ask on: pass --approve never")

    def decide(self, proposal: Proposal) -> Decision | None:
        """The person's decision, or None where the policy does not ask for one."""
        asked = {"plan": ("plan",), "edits": ("plan", "edit"), "never": ()}[self.policy]
        if proposal.kind not in asked or self.ask is None:
            return None
        return self.ask(proposal)


def ask_on_terminal(proposal: Proposal) -> Decision:
    """Show the proposal on stderr, read an answer from stdin; anything but yes is a refusal, its text the reason."""
    print(f"\n{proposal.text}\n", file=sys.stderr)
    print(f"Approve this {proposal.kind}? [y / n / a reason to try again] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip()
    if answer.lower() in ("y", "yes"):
        return Decision(True)
    return Decision(False, "" if answer.lower() in ("", "n", "no") else answer)
