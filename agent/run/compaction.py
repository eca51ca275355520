"""Compaction by reference: the bodies of old turns are replaced by names to read them again.

They become one message after the opening and the earlier digests, so that tools and prefix stay in
the provider's cache. Every digest repeats the plan, decisions, commits, failures and changed files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..model import data_mark, read_template
from ..session import Message, RunState, Turn

KEPT_TURNS = 4  # the last ones stay as they are: the model is in the middle of its work
DIGEST_SHARE = 4  # older digests may take a quarter of the conversation, then the oldest go
TEXT_LENGTH = 300  # characters of the model's text in a turn
FAILURES = 12  # of the last verification
MESSAGE_OVERHEAD = 6  # tokens around a text, approximately


@dataclass(frozen=True, slots=True)
class Compaction:
    """A digest and the parts of the conversation that it leaves."""

    text: str  # of the digest
    kept_turns: int
    kept_digests: int  # of the older ones


def count_message_tokens(messages: Sequence[Message]) -> int:
    """Return the tokens of a conversation, approximately for any provider."""
    return sum(_count(text) for message in messages for text in _texts(message))


def _texts(message: Message) -> list[str]:
    calls = message.get("tool_calls") or ()
    return [str(message.get("content") or ""), *(call["function"]["arguments"] for call in calls)]


@lru_cache(maxsize=4096)
def _count(text: str) -> int:
    from retrieval import count_tokens

    return count_tokens(text) + MESSAGE_OVERHEAD


def compact(state: RunState, changed: Sequence[str], limit: int) -> Compaction | None:
    """Return the compaction of a conversation, or None if there are no old turns.

    `changed` are the paths changed so far, `limit` the tokens that trigger compaction.
    """
    kept = min(KEPT_TURNS, len(state.turns) - 1)
    if kept < 1:
        return None
    text = write_digest(state, state.turns[: len(state.turns) - kept], changed)
    digests = state.messages[state.prefix - state.digests : state.prefix]
    while digests and count_message_tokens(digests) > limit // DIGEST_SHARE:
        digests = digests[1:]
    return Compaction(text, kept, len(digests))


def write_digest(state: RunState, turns: Sequence[Turn], changed: Sequence[str]) -> str:
    """Return the message that replaces `turns`."""
    acts = "\n".join(line for turn in turns for line in list_acts(turn))
    return read_template("digest").format(
        turns=len(turns), knowledge=write_knowledge(state, changed), acts=acts, mark=data_mark(acts)
    )


def write_knowledge(state: RunState, changed: Sequence[str]) -> str:
    """Return the facts that no compaction may lose."""
    parts = [f"The plan that holds:\n{state.plan}"] if state.plan else ["There is no plan yet."]
    decisions = [
        f"- {event['kind']} {'approved' if event['approved'] else 'rejected'}:"
        f" {event['reason'] or event['digest'][:12]}"
        for event in state.decisions.values()
    ]
    parts += ["Decisions of the user:\n" + "\n".join(decisions)] if decisions else []
    parts += [
        f"Files changed so far: {', '.join(changed)}" if changed else "No file is changed yet."
    ]
    commits = [f"- {event['commit'][:12]} {event['message']}" for event in state.commits]
    parts += ["Commits:\n" + "\n".join(commits)] if commits else []
    failures = [f"- {name}" for name in state.failures[:FAILURES]]
    parts += ["The last verification failed:\n" + "\n".join(failures)] if failures else []
    return "\n".join(parts)


def list_acts(turn: Turn) -> list[str]:
    """Return the lines of a turn: the model's text, and each call with names of its result."""
    text = " ".join(turn.text.split())[:TEXT_LENGTH]
    lines = [f"* {text}"] if text else []
    for act in turn.acts:
        refs = f" | seen {', '.join(act.refs)}" if act.refs else ""
        failure = f" | failed: {act.failed}" if act.failed else ""
        lines.append(f"  - {act.gist}{refs}{failure}")
    return lines
