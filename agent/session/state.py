"""Where a run stands: the fold of its events, and nothing else.

A run changes its state by recording an event only. So a run that was killed stands, once its record is read, where it
stood; and what a record says is what happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .records import Message, ToolCall, Usage

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """A tool call that was answered, as compaction remembers it."""

    name: str
    gist: str  # the call in a few words
    refs: tuple[
        str, ...
    ]  # what brings the body of the answer back: symbol ids, lines of files, outputs
    failed: str  # the first line of an answer that tells of a failure, else ""


@dataclass(slots=True)
class Turn:
    """A reply and the answers to its calls."""

    start: int  # where it begins in the conversation
    said: str
    acts: list[Act] = field(default_factory=list)


@dataclass(slots=True)
class State:
    """Folded by `apply`, which alone changes it."""

    messages: list[Message] = field(default_factory=list)  # the conversation as it is sent next
    prefix: int = (
        0  # messages at its beginning that stay whatever is compacted: opening and digests
    )
    digests: int = 0  # how many of them are digests of old turns
    turns: list[Turn] = field(default_factory=list)  # those that are not compacted
    pending: list[ToolCall] = field(
        default_factory=list
    )  # calls of the last reply without an answer
    asked: str = ""  # the key of a request that has no answer yet; "" where none is on its way
    steps: int = 0
    silent: int = 0  # replies in a row that called no tool
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0  # of work
    outputs: int = 0  # long texts kept so far
    tree: str = ""  # the git tree of the working copy after the last act
    plan: str = ""  # the plan that holds
    plan_tests: str = ""  # the command that it names
    files: set[str] = field(default_factory=set)  # of the plans that were accepted
    decisions: dict[str, Event] = field(
        default_factory=dict
    )  # digest of a proposal → what the person decided
    commits: list[Event] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)  # what a verification found
    flaky: set[str] = field(default_factory=set)
    red_before: tuple[str, ...] = ()
    redacted: int = 0
    model: int = 0  # position of the model in use among the model and its fallbacks
    ending: tuple[str, str] | None = None  # status and reason, once `finish` was accepted

    def apply(self, event: Event) -> None:
        """Take in one event. Events that only tell (`start`, `retry`, `end`, …) change nothing."""
        name = event["event"]
        if name == "open":
            self.messages = list(event["messages"])
            self.prefix = len(self.messages)
        elif name == "message":
            self.messages.append(event["message"])
        elif name == "ask":
            self.asked = event["key"]
        elif name == "reply":
            self._reply(event)
        elif name == "answer":
            self._answer(event)
        elif name == "compact":
            self._compact(event)
        elif name == "fallback":
            self.model = event["model"]
        else:
            self._told(name, event)
        self.seconds += event.get("seconds", 0.0)
        self.redacted += event.get("redacted", 0)
        self.outputs = max(self.outputs, event.get("outputs", 0))

    def _reply(self, event: Event) -> None:
        self.asked = ""
        self.steps += 1
        self.usage += Usage(**event["usage"])
        self.pending = [ToolCall(**call) for call in event["calls"]]
        self.silent = 0 if self.pending else self.silent + 1
        self.turns.append(Turn(len(self.messages), str(event["message"].get("content") or "")))
        self.messages.append(event["message"])

    def _answer(self, event: Event) -> None:
        self.pending = self.pending[1:]  # they are answered in order
        self.messages.append(event["message"])
        self.tree = event.get("tree") or self.tree
        act = event["act"]
        self.turns[-1].acts.append(Act(act["name"], act["gist"], tuple(act["refs"]), act["failed"]))

    def _compact(self, event: Event) -> None:
        opening = self.prefix - self.digests
        kept = self.turns[len(self.turns) - event["kept"] :]
        start = kept[0].start if kept else len(self.messages)
        older = self.messages[self.prefix - event["digests"] : self.prefix]
        head = [*self.messages[:opening], *older, event["message"]]
        self.messages = head + self.messages[start:]
        self.turns = [Turn(turn.start - start + len(head), turn.said, turn.acts) for turn in kept]
        self.prefix, self.digests = len(head), len(older) + 1

    def _told(self, name: str, event: Event) -> None:
        if name == "plan":
            self.plan, self.plan_tests = event["text"], event["tests"]
            self.files.update(event["files"])
        elif name == "approval":
            self.decisions[event["digest"]] = event
        elif name == "commit":
            self.commits.append(event)
        elif name == "verify":
            self.failures = list(event["failures"])
            self.flaky.update(event["flaky"])
            self.red_before = tuple(event["red_before"])
        elif name == "finish":
            self.ending = (event["status"], event["reason"])
        elif name == "resume":
            self.ending = None if event["again"] else self.ending
        elif name == "restore":
            self.tree = event["tree"]


def folded(events: Any) -> State:
    """The state after `events`."""
    state = State()
    for event in events:
        state.apply(event)
    return state
