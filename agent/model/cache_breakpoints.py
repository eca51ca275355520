"""Tell a provider to keep a prompt in its cache, by the rules of each provider.

Anthropic (docs.claude.com, prompt caching): at most four breakpoints. A prefix is read from the
cache if a breakpoint of the new request, or one of the 20 blocks before it, is at an earlier
breakpoint. OpenAI and others cache prefixes automatically; `prompt_cache_key` routes equal prefixes
to the same machine. Gemini and DeepSeek need no hint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from ..session import Message

MARK = {"type": "ephemeral"}
BREAKPOINTS = 4
SPACING = 15  # blocks between breakpoints: within the 20 of a look-back, with room for new blocks
KEYED = ("openai/", "azure/", "gpt-", "o1", "o3", "o4", "chatgpt-")


def cache_style(model: str) -> str:
    """Return `explicit` if breakpoints are needed, `key` if a key helps, else `automatic`."""
    name = model.lower()
    if "claude" in name or name.startswith("anthropic/"):
        return "explicit"
    return "key" if name.startswith(KEYED) else "automatic"


def cache_key(messages: Sequence[Message], tools: Sequence[Message]) -> str:
    """Return a key of the request's beginning: tools, system prompt and repository map."""
    beginning = repr((list(tools), [message["content"] for message in messages[:2]]))
    digest = hashlib.sha256(beginning.encode("utf-8", "surrogatepass")).hexdigest()
    return f"clew-{digest[:24]}"


def add_cache_hints(
    messages: Sequence[Message], tools: Sequence[Message], opening: int, model: str
) -> dict[str, Any]:
    """Return `messages` with the hints for the model's cache, and `prompt_cache_key` if it helps.

    `opening` is the number of messages that no compaction changes.
    """
    style = cache_style(model)
    if style == "explicit":
        breakpoints = set(choose_breakpoints(messages, opening))
        return {
            "messages": [
                to_blocks(message, position in breakpoints)
                for position, message in enumerate(messages)
            ]
        }
    plain = [
        {name: value for name, value in message.items() if name != "thinking_blocks"}
        for message in messages
    ]
    key = {"prompt_cache_key": cache_key(messages, tools)} if style == "key" else {}
    return {"messages": plain} | key


def choose_breakpoints(messages: Sequence[Message], opening: int) -> list[int]:
    """Return the positions of messages that end with a breakpoint, ascending, at most four.

    In order of importance: the last message, for the next request; intermediate ones if there are
    more than `SPACING` blocks since the last request; the last message of that request, written to
    the cache by it; the end of the opening, which compaction keeps; the map, shared by other tasks.
    """
    last = len(messages) - 1
    replies = (at for at in range(last, 0, -1) if messages[at]["role"] == "assistant")
    last_sent = next((at - 1 for at in replies), last)
    moving = [last, *intermediate_breakpoints(messages, last_sent, last), last_sent]
    fixed = [opening - 1, min(1, last)]
    positions = list(dict.fromkeys([*moving, *fixed]))[:BREAKPOINTS]
    return sorted(position for position in positions if position >= 0)


def intermediate_breakpoints(messages: Sequence[Message], first: int, last: int) -> list[int]:
    """Return positions between two messages, at most `SPACING` blocks apart, latest first."""
    positions, blocks = [], 0
    for position in range(last, first, -1):
        if blocks and blocks + count_blocks(messages[position]) > SPACING:
            positions.append(position)
            blocks = 0
        blocks += count_blocks(messages[position])
    return positions[: BREAKPOINTS - 2]


def count_blocks(message: Message) -> int:
    """Return the number of content blocks of a message as Anthropic counts them."""
    calls = len(message.get("tool_calls") or ())
    thinking = len(message.get("thinking_blocks") or ())
    return max(1, calls + thinking + bool(message.get("content")))


def to_blocks(message: Message, has_breakpoint: bool) -> Message:
    """Return the message with its text as a block, and a breakpoint at its end if wanted.

    Every message becomes blocks, so that it stays the same once its breakpoint has moved on.
    """
    content = message.get("content")
    if message["role"] == "assistant" or not isinstance(content, str) or not content:
        return dict(message)
    block: Message = {"type": "text", "text": content}
    if has_breakpoint:
        block["cache_control"] = MARK
    return {**message, "content": [block]}
