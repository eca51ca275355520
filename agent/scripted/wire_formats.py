"""The wire formats of three providers, as far as a scripted server needs them.

Chat completions (OpenAI and most gateways), messages (Anthropic), generateContent (Gemini); answers
in one piece or as server-sent events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
LENGTH = {
    "openai": "This model's maximum context length is 8192 tokens."
    " However, your messages resulted in 9000 tokens.",
    "anthropic": "prompt is too long: 210000 tokens > 200000 maximum",
    "gemini": "The input token count (1200000) exceeds the maximum number of tokens allowed"
    " (1048576).",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a prompt, in the provider's order."""

    text: bytes
    has_breakpoint: bool = False  # at its end


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Tokens of one request and its answer."""

    prompt: int  # all input
    cached: int  # read from the cache
    written: int  # written to the cache at a price
    completion: int


def wire_format_of(path: str) -> str:
    """Return the wire format of a request's path: openai | anthropic | gemini, or ""."""
    path = path.partition("?")[0]
    if path.endswith("/chat/completions"):
        return "openai"
    if path.endswith("/v1/messages"):
        return "anthropic"
    return "gemini" if path.endswith((":generateContent", ":streamGenerateContent")) else ""


def is_streamed(path: str, body: Json) -> bool:
    """Tell if the request is for an answer in pieces."""
    return ":streamGenerateContent" in path or bool(body.get("stream"))


def count_replies(wire_format: str, body: Json) -> int:
    """Return the number of replies in the conversation."""
    messages = body.get("contents", []) if wire_format == "gemini" else body.get("messages", [])
    return sum(message["role"] in ("assistant", "model") for message in messages)


def prompt_blocks(wire_format: str, body: Json) -> list[Block]:
    """Return the prompt in the order of the provider's cache."""
    if wire_format == "anthropic":
        system = body.get("system", [])
        system = [{"type": "text", "text": system}] if isinstance(system, str) else system
        parts = [*body.get("tools", []), *system]
        for message in body["messages"]:
            content = message["content"]
            content = [{"type": "text", "text": content}] if isinstance(content, str) else content
            parts += [{"role": message["role"], **part} for part in content]
        return [
            Block(encode(part, "cache_control", "is_error"), has_breakpoint(part)) for part in parts
        ]
    if wire_format == "gemini":
        instruction = body.get("systemInstruction") or body.get("system_instruction") or {}
        return [
            Block(encode(part)) for part in (body.get("tools", []), instruction, *body["contents"])
        ]
    return [Block(encode(part)) for part in (*body.get("tools", []), *body["messages"])]


def has_breakpoint(part: Json) -> bool:
    """Tell if a block, or a block inside it, has a breakpoint."""
    inner = part.get("content")
    return "cache_control" in part or (
        isinstance(inner, list) and any("cache_control" in each for each in inner)
    )


def encode(part: Any, *without: str) -> bytes:
    """Return a part as bytes, without the fields that are no content."""
    return json.dumps(remove_fields(part, without), ensure_ascii=False).encode() + b"\n"


def remove_fields(value: Any, names: tuple[str, ...]) -> Any:
    """Return a JSON value without the fields of these names, at any depth."""
    if isinstance(value, list):
        return [remove_fields(item, names) for item in value]
    if isinstance(value, dict):
        return {
            name: remove_fields(item, names) for name, item in value.items() if name not in names
        }
    return value


def calls_of(position: int, reply: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (id, name, arguments as text) of each call; ids depend on the position alone."""
    calls = []
    for number, call in enumerate(reply.get("calls", []), start=1):
        arguments = call.get("arguments", {})
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        calls.append((f"call_{position + 1}_{number}", call["name"], text))
    return calls


def as_object(text: str) -> Json:
    """Return arguments as an object, for providers that send no text."""
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"malformed": text}


def answer(wire_format: str, position: int, reply: Mapping[str, Any], counts: TokenCounts) -> Json:
    """Return a whole response."""
    if wire_format == "anthropic":
        return anthropic_answer(position, reply, counts)
    if wire_format == "gemini":
        return gemini_answer(position, reply, counts)
    return openai_answer(position, reply, counts)


def anthropic_answer(position: int, reply: Mapping[str, Any], counts: TokenCounts) -> Json:
    calls, text = calls_of(position, reply), reply.get("text", "")
    content: list[Json] = [{"type": "text", "text": text}] if text else []
    content += [
        {"type": "tool_use", "id": call_id, "name": name, "input": as_object(arguments)}
        for call_id, name, arguments in calls
    ]
    return anthropic_message(position) | {
        "content": content,
        "stop_reason": "tool_use" if calls else "end_turn",
        "usage": usage("anthropic", counts),
    }


def gemini_answer(position: int, reply: Mapping[str, Any], counts: TokenCounts) -> Json:
    calls, text = calls_of(position, reply), reply.get("text", "")
    parts: list[Json] = [{"text": text}] if text else []
    parts += [
        {"functionCall": {"name": name, "args": as_object(arguments)}}
        for _, name, arguments in calls
    ]
    content = {"role": "model", "parts": parts}
    return {
        "candidates": [{"content": content, "finishReason": "STOP", "index": 0}],
        "usageMetadata": usage("gemini", counts),
        "modelVersion": "scripted",
    }


def openai_answer(position: int, reply: Mapping[str, Any], counts: TokenCounts) -> Json:
    calls = calls_of(position, reply)
    message: Json = {"role": "assistant", "content": reply.get("text", "")}
    if calls:
        message["tool_calls"] = [openai_call(*call) for call in calls]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    return completion(position, "chat.completion") | {
        "choices": [choice],
        "usage": usage("openai", counts),
    }


def events(
    wire_format: str, position: int, reply: Mapping[str, Any], counts: TokenCounts
) -> Iterator[tuple[str, Json]]:
    """Yield the same response in pieces: (name of the event or "", data)."""
    if wire_format == "gemini":
        yield "", answer(wire_format, position, reply, counts)
    elif wire_format == "anthropic":
        yield from anthropic_events(position, reply, counts)
    else:
        yield from openai_events(position, reply, counts)


def openai_events(
    position: int, reply: Mapping[str, Any], counts: TokenCounts
) -> Iterator[tuple[str, Json]]:
    head = completion(position, "chat.completion.chunk")
    calls, text = calls_of(position, reply), reply.get("text", "")
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in text.split(" ") if word]
    deltas[-1]["content"] = deltas[-1].get("content", "")
    for index, (call_id, name, arguments) in enumerate(calls):
        half = len(arguments) // 2
        deltas.append(
            {"tool_calls": [{"index": index} | openai_call(call_id, name, arguments[:half])]}
        )
        deltas.append(
            {"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]}
        )
    for at, delta in enumerate(deltas):
        if delta.get("content") and at > 1:
            delta["content"] = " " + delta["content"]
        yield "", head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    end = "tool_calls" if calls else "stop"
    yield "", head | {"choices": [{"index": 0, "delta": {}, "finish_reason": end}]}
    yield "", head | {"choices": [], "usage": usage("openai", counts)}


def anthropic_events(
    position: int, reply: Mapping[str, Any], counts: TokenCounts
) -> Iterator[tuple[str, Json]]:
    calls, text = calls_of(position, reply), reply.get("text", "")
    begun = anthropic_message(position) | {
        "content": [],
        "stop_reason": None,
        "usage": usage("anthropic", counts),
    }
    yield "message_start", {"type": "message_start", "message": begun}
    blocks: list[tuple[Json, list[Json]]] = []
    if text:
        blocks.append(({"type": "text", "text": ""}, [{"type": "text_delta", "text": text}]))
    for call_id, name, arguments in calls:
        deltas = [
            {"type": "input_json_delta", "partial_json": part}
            for part in (arguments[:5], arguments[5:])
        ]
        blocks.append(({"type": "tool_use", "id": call_id, "name": name, "input": {}}, deltas))
    for index, (start, deltas) in enumerate(blocks):
        yield (
            "content_block_start",
            {"type": "content_block_start", "index": index, "content_block": start},
        )
        for delta in deltas:
            yield (
                "content_block_delta",
                {"type": "content_block_delta", "index": index, "delta": delta},
            )
        yield "content_block_stop", {"type": "content_block_stop", "index": index}
    end = {"stop_reason": "tool_use" if calls else "end_turn", "stop_sequence": None}
    yield (
        "message_delta",
        {"type": "message_delta", "delta": end, "usage": {"output_tokens": counts.completion}},
    )
    yield "message_stop", {"type": "message_stop"}


def usage(wire_format: str, counts: TokenCounts) -> Json:
    """Return the tokens as the provider reports them."""
    if wire_format == "anthropic":
        return {
            "input_tokens": counts.prompt - counts.cached - counts.written,
            "output_tokens": counts.completion,
            "cache_read_input_tokens": counts.cached,
            "cache_creation_input_tokens": counts.written,
        }
    if wire_format == "gemini":
        total = counts.prompt + counts.completion
        metadata = {
            "promptTokenCount": counts.prompt,
            "candidatesTokenCount": counts.completion,
            "totalTokenCount": total,
        }
        return metadata | ({"cachedContentTokenCount": counts.cached} if counts.cached else {})
    return {
        "prompt_tokens": counts.prompt,
        "completion_tokens": counts.completion,
        "total_tokens": counts.prompt + counts.completion,
        "prompt_tokens_details": {"cached_tokens": counts.cached},
    }


def refusal(wire_format: str, failure: int | str, message: str) -> tuple[int, Json]:
    """Return status and body of a refusal; the failure `length` is a prompt that is too long."""
    status = 400 if failure == "length" else int(failure)
    if failure == "length":
        message = LENGTH[wire_format]
    if wire_format == "anthropic":
        kinds = {429: "rate_limit_error", 401: "authentication_error", 400: "invalid_request_error"}
        return status, {
            "type": "error",
            "error": {"type": kinds.get(status, "api_error"), "message": message},
        }
    if wire_format == "gemini":
        kinds = {429: "RESOURCE_EXHAUSTED", 400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED"}
        return status, {
            "error": {"code": status, "message": message, "status": kinds.get(status, "INTERNAL")}
        }
    code = "context_length_exceeded" if failure == "length" else None
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return status, {"error": {"message": message, "type": kind, "code": code}}


def completion(position: int, kind: str) -> Json:
    return {"id": f"scripted-{position + 1}", "object": kind, "created": 0, "model": "scripted"}


def anthropic_message(position: int) -> Json:
    head = {
        "id": f"msg_{position + 1}",
        "type": "message",
        "role": "assistant",
        "model": "scripted",
    }
    return head | {"stop_sequence": None}


def openai_call(call_id: str, name: str, arguments: str) -> Json:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
