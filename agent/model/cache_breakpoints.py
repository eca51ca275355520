"""Where a provider is told to keep a prompt in its cache, provider by provider.

Anthropic's rules (docs.claude.com, prompt caching): at most four breakpoints; a prefix is found again if a breakpoint of
the new request, or one of the 20 blocks before it, ends where an earlier breakpoint did. OpenAI and others keep prefixes
by themselves; `prompt_cache_key` leads equal prefixes to the same machine. Gemini and DeepSeek need nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from ..session.records import Message

MARK = {"type": "ephemeral"}
BREAKPOINTS = 4
APART = 15  # blocks between breakpoints: a look-back of 20 that never has to reach further, with room for what is added
KEYED = ("openai/", "azure/", "gpt-", "o1", "o3", "o4", "chatgpt-")


def caching(model: str) -> str:
    """`explicit` where breakpoints have to be set, `key` where a key helps, else `automatic`."""
    name = model.lower()
    if "claude" in name or name.startswith("anthropic/"):
        return "explicit"
    return "key" if name.startswith(KEYED) else "automatic"


def cache_key(messages: Sequence[Message], tools: Sequence[Message]) -> str:
    """The same for all requests that begin alike: with tools, system prompt and repository map."""
    first = repr((list(tools), [message["content"] for message in messages[:2]]))
    return "clew-" + hashlib.sha256(first.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def prepared(
    messages: Sequence[Message], tools: Sequence[Message], opening: int, model: str
) -> dict[str, Any]:
    """What a request to `model` holds for its cache's sake: `messages`, and perhaps `prompt_cache_key`.

    `opening` is the number of messages that the conversation begins with, whatever happens in it.
    """
    style = caching(model)
    if style == "explicit":
        marked = set(places(messages, opening))
        return {"messages": [in_blocks(one, at in marked) for at, one in enumerate(messages)]}
    plain = [
        {name: value for name, value in one.items() if name != "thinking_blocks"}
        for one in messages
    ]
    return {"messages": plain} | (
        {"prompt_cache_key": cache_key(messages, tools)} if style == "key" else {}
    )


def places(messages: Sequence[Message], opening: int) -> list[int]:
    """The messages that end with a breakpoint, in order, at most four.

    The last message, where the next request will look; the last one of the request before, where this one finds what
    that one left; the end of the opening, which survives a compaction; and the map, which other tasks share. Where more
    than `APART` blocks came since the request before, further ones between take the place of those at the beginning.
    """
    last = len(messages) - 1
    before = next(
        (at - 1 for at in range(last, 0, -1) if messages[at]["role"] == "assistant"), last
    )
    moving = [last, *between(messages, before, last), before]
    fixed = [opening - 1, min(1, last)]
    chosen = list(dict.fromkeys([*moving, *fixed]))[:BREAKPOINTS]
    return sorted(at for at in chosen if at >= 0)


def between(messages: Sequence[Message], first: int, last: int) -> list[int]:
    """Messages between two so that at most `APART` blocks lie from one breakpoint to the next, the later ones first."""
    found, since = [], 0
    for at in range(last, first, -1):
        if since and since + blocks(messages[at]) > APART:
            found.append(at)
            since = 0
        since += blocks(messages[at])
    return found[: BREAKPOINTS - 2]


def blocks(message: Message) -> int:
    """Content blocks of a message as Anthropic counts them."""
    calls, thinking = (
        len(message.get("tool_calls") or ()),
        len(message.get("thinking_blocks") or ()),
    )
    return max(1, calls + thinking + bool(message.get("content")))


def in_blocks(message: Message, marked: bool) -> Message:
    """The message with its text as a block, and perhaps a breakpoint at its end.

    All of them are blocks, so that a message looks the same once its breakpoint has moved on.
    """
    content = message.get("content")
    if message["role"] == "assistant" or not isinstance(content, str) or not content:
        return dict(message)
    return {
        **message,
        "content": [
            {"type": "text", "text": content, **({"cache_control": MARK} if marked else {})}
        ],
    }
