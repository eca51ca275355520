"""The state of a run: the fold of its events.

A run changes its state only by recording an event. A killed run therefore resumes in the state of
its transcript, and the transcript says what happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .records import Message, ToolCall, Usage

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """A tool call with its result, in the form that compaction keeps."""

    name: str
    gist: str  # the call in a few words
    refs: tuple[str, ...]  # names to read the result's body again: symbol ids, line ranges, outputs
    failed: str  # the first line of a result that reports a failure, else ""


@dataclass(slots=True)
class Turn:
    """A reply and the results of its calls."""

    start: int  # position in the conversation
    text: str  # of the reply
    acts: list[Act] = field(default_factory=list)


@dataclass(slots=True)
class RunState:
    """The fold of a run's events; only `apply` changes it."""

    messages: list[Message] = field(default_factory=list)  # the conversation as it is sent next
    prefix: int = 0  # messages at its beginning that compaction keeps: opening and digests
    digests: int = 0  # digests of old turns among them
    turns: list[Turn] = field(default_factory=list)  # those that are not compacted
    pending: list[ToolCall] = field(default_factory=list)  # calls of the last reply, not yet done
    request_key: str = ""  # of a request without a reply yet; "" if there is none
    steps: int = 0
    silent: int = 0  # replies in a row without a tool call
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0  # of work
    outputs: int = 0  # number of stored long texts
    tree: str = ""  # the git tree of the worktree after the last act
    plan: str = ""  # the current plan
    plan_tests: str = ""  # its test command
    files: set[str] = field(default_factory=set)  # of the accepted plans
    decisions: dict[str, Event] = field(default_factory=dict)  # digest of a proposal → decision
    commits: list[Event] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # of the last verification
    flaky: set[str] = field(default_factory=set)
    red_before: tuple[str, ...] = ()
    redacted: int = 0
    model: int = 0  # position of the current model among the model and its fallbacks
    stop: tuple[str, str] | None = None  # status and reason, once `finish` was accepted

    def apply(self, event: Event) -> None:
        """Apply one event. Informative events (`start`, `retry`, `end`, …) change no field."""
        name = event["event"]
        if apply_named := getattr(self, f"_apply_{name}", None):
            apply_named(event)
        self.seconds += event.get("seconds", 0.0)
        self.redacted += event.get("redacted", 0)
        self.outputs = max(self.outputs, event.get("outputs", 0))

    def _apply_open(self, event: Event) -> None:
        self.messages = list(event["messages"])
        self.prefix = len(self.messages)

    def _apply_message(self, event: Event) -> None:
        self.messages.append(event["message"])

    def _apply_ask(self, event: Event) -> None:
        self.request_key = event["key"]

    def _apply_reply(self, event: Event) -> None:
        self.request_key = ""
        self.steps += 1
        self.usage += Usage(**event["usage"])
        self.pending = [ToolCall(**call) for call in event["calls"]]
        self.silent = 0 if self.pending else self.silent + 1
        self.turns.append(Turn(len(self.messages), str(event["message"].get("content") or "")))
        self.messages.append(event["message"])

    def _apply_answer(self, event: Event) -> None:
        self.pending = self.pending[1:]  # calls are carried out in order
        self.messages.append(event["message"])
        self.tree = event.get("tree") or self.tree
        act = event["act"]
        self.turns[-1].acts.append(Act(act["name"], act["gist"], tuple(act["refs"]), act["failed"]))

    def _apply_compact(self, event: Event) -> None:
        opening = self.prefix - self.digests
        recent = self.turns[len(self.turns) - event["kept"] :]
        start = recent[0].start if recent else len(self.messages)
        older_digests = self.messages[self.prefix - event["digests"] : self.prefix]
        head = [*self.messages[:opening], *older_digests, event["message"]]
        self.messages = head + self.messages[start:]
        shift = len(head) - start
        self.turns = [Turn(turn.start + shift, turn.text, turn.acts) for turn in recent]
        self.prefix, self.digests = len(head), len(older_digests) + 1

    def _apply_fallback(self, event: Event) -> None:
        self.model = event["model"]

    def _apply_plan(self, event: Event) -> None:
        self.plan, self.plan_tests = event["text"], event["tests"]
        self.files.update(event["files"])

    def _apply_approval(self, event: Event) -> None:
        self.decisions[event["digest"]] = event

    def _apply_commit(self, event: Event) -> None:
        self.commits.append(event)

    def _apply_verify(self, event: Event) -> None:
        self.failures = list(event["failures"])
        self.flaky.update(event["flaky"])
        self.red_before = tuple(event["red_before"])

    def _apply_finish(self, event: Event) -> None:
        self.stop = (event["status"], event["reason"])

    def _apply_resume(self, event: Event) -> None:
        self.stop = None if event["again"] else self.stop

    def _apply_restore(self, event: Event) -> None:
        self.tree = event["tree"]


def fold_events(events: Iterable[Event]) -> RunState:
    """Return the state after `events`."""
    state = RunState()
    for event in events:
        state.apply(event)
    return state
