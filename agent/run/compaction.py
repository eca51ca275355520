"""Compaction by reference: the bodies of old turns give way to the names that bring them back.

What replaces them is one message behind the opening and the digests before it, so that tools and prefix stay what the
provider's cache holds. What the run knows, its plan, decisions, commits, failures and changed files, is in every digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ..model.prompt import mark, template
from ..session.records import Message
from ..session.state import State, Turn

KEPT_TURNS = 4  # the last ones stay as they are: the model is in the middle of something
DIGEST_SHARE = 4  # older digests may take a quarter of the conversation; what the oldest know stands in the newest
SAID = 300  # characters of what the model said in a turn
FAILURES = 12  # of the last verification


def size_of(messages: Sequence[Message]) -> int:
    """Tokens of a conversation, near enough for any provider."""
    return sum(size_of_text(text) for message in messages for text in texts_of(message))


def texts_of(message: Message) -> list[str]:
    """What is written in a message."""
    calls = message.get("tool_calls") or ()
    return [str(message.get("content") or ""), *(call["function"]["arguments"] for call in calls)]


@lru_cache(maxsize=4096)
def size_of_text(text: str) -> int:
    """Tokens of one text and what frames it."""
    from retrieval import count_tokens

    return count_tokens(text) + 6


def compacted(state: State, changed: Sequence[str], limit: int) -> tuple[str, int, int] | None:
    """(text of the digest, turns kept, older digests kept) for a conversation that is to shrink; None where it cannot."""
    kept = min(KEPT_TURNS, len(state.turns) - 1)
    if kept < 1:
        return None
    text = digest(state, state.turns[: len(state.turns) - kept], changed)
    older = state.messages[state.prefix - state.digests : state.prefix]
    while older and size_of(older) > limit // DIGEST_SHARE:
        older = older[1:]
    return text, kept, len(older)


def digest(state: State, turns: Sequence[Turn], changed: Sequence[str]) -> str:
    """The message that stands for `turns`."""
    acts = "\n".join(line for turn in turns for line in lines_of(turn))
    return template("digest").format(
        turns=len(turns), knowledge=knowledge(state, changed), acts=acts, mark=mark(acts)
    )


def knowledge(state: State, changed: Sequence[str]) -> str:
    """What must not be forgotten, whatever is."""
    parts = [f"The plan that holds:\n{state.plan}"] if state.plan else ["There is no plan yet."]
    decided = [
        f"- {event['kind']} {'approved' if event['approved'] else 'rejected'}: {event['reason'] or event['digest'][:12]}"
        for event in state.decisions.values()
    ]
    parts += ["Decisions of the user:\n" + "\n".join(decided)] if decided else []
    parts += (
        [f"Files changed so far: {', '.join(changed)}"] if changed else ["No file is changed yet."]
    )
    commits = [f"- {event['commit'][:12]} {event['message']}" for event in state.commits]
    parts += ["Commits:\n" + "\n".join(commits)] if commits else []
    failing = [f"- {name}" for name in state.failures[:FAILURES]]
    parts += ["The last verification failed:\n" + "\n".join(failing)] if failing else []
    return "\n".join(parts)


def lines_of(turn: Turn) -> list[str]:
    """A turn: what was said, and each call with what brings its answer back."""
    said = " ".join(turn.said.split())[:SAID]
    lines = [f"* {said}"] if said else []
    for act in turn.acts:
        seen = f" | seen {', '.join(act.refs)}" if act.refs else ""
        lines.append(f"  - {act.gist}{seen}" + (f" | failed: {act.failed}" if act.failed else ""))
    return lines
