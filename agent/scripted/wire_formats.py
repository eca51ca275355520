"""How three providers spell the same things over HTTP, as far as a scripted server needs it: chat completions
(OpenAI and most gateways), messages (Anthropic), generateContent (Gemini); answers whole or as server-sent events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
LENGTH = {
    "openai": "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
    "anthropic": "prompt is too long: 210000 tokens > 200000 maximum",
    "gemini": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a prompt, in the order in which the provider reads it."""

    text: bytes
    marked: bool = False  # a breakpoint stands at its end


@dataclass(frozen=True, slots=True)
class Counted:
    """Tokens of one request and its answer."""

    prompt: int  # all input
    cached: int  # of it, read from the cache
    written: int  # of it, written to the cache at a price
    spoken: int


def shape_of(path: str) -> str:
    """Which provider's shape a request's path asks for; "" for none."""
    path = path.partition("?")[0]
    if path.endswith("/chat/completions"):
        return "openai"
    if path.endswith("/v1/messages"):
        return "anthropic"
    return "gemini" if path.endswith((":generateContent", ":streamGenerateContent")) else ""


def streams(path: str, body: Json) -> bool:
    """Whether the answer is wanted piece by piece."""
    return ":streamGenerateContent" in path or bool(body.get("stream"))


def turns(shape: str, body: Json) -> int:
    """How many replies the conversation already holds."""
    messages = body.get("contents", []) if shape == "gemini" else body.get("messages", [])
    return sum(message["role"] in ("assistant", "model") for message in messages)


def prompt_blocks(shape: str, body: Json) -> list[Block]:
    """The prompt in the order in which the provider's cache sees it."""
    if shape == "anthropic":
        system = body.get("system", [])
        system = [{"type": "text", "text": system}] if isinstance(system, str) else system
        parts = [*body.get("tools", []), *system]
        for message in body["messages"]:
            content = message["content"]
            content = [{"type": "text", "text": content}] if isinstance(content, str) else content
            parts += [{"role": message["role"], **part} for part in content]
        return [Block(encoded(part, "cache_control", "is_error"), has_mark(part)) for part in parts]
    if shape == "gemini":
        instruction = body.get("systemInstruction") or body.get("system_instruction") or {}
        return [
            Block(encoded(part)) for part in (body.get("tools", []), instruction, *body["contents"])
        ]
    return [Block(encoded(part)) for part in (*body.get("tools", []), *body["messages"])]


def has_mark(part: Json) -> bool:
    """Whether a block, or one that it holds, carries a breakpoint."""
    inner = part.get("content")
    return "cache_control" in part or (
        isinstance(inner, list) and any("cache_control" in each for each in inner)
    )


def encoded(part: Any, *without: str) -> bytes:
    """A part as bytes, without the fields that are no content."""
    if isinstance(part, dict):
        part = {
            name: stripped(value, without) for name, value in part.items() if name not in without
        }
    return json.dumps(part, ensure_ascii=False).encode() + b"\n"


def stripped(value: Any, without: tuple[str, ...]) -> Any:
    if isinstance(value, list):
        return [stripped(each, without) for each in value]
    if isinstance(value, dict):
        return {
            name: stripped(each, without) for name, each in value.items() if name not in without
        }
    return value


def calls_of(position: int, reply: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(id, name, arguments as written) of each call; ids follow from the position alone."""
    found = []
    for number, call in enumerate(reply.get("calls", []), start=1):
        arguments = call.get("arguments", {})
        written = arguments if isinstance(arguments, str) else json.dumps(arguments)
        found.append((f"call_{position + 1}_{number}", call["name"], written))
    return found


def as_object(written: str) -> Json:
    """Arguments as an object, for providers that send no text; what is none is told as such."""
    try:
        value = json.loads(written)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"malformed": written}


def answer(shape: str, position: int, reply: Mapping[str, Any], counted: Counted) -> Json:
    """A whole response."""
    calls, text = calls_of(position, reply), reply.get("text", "")
    if shape == "anthropic":
        content: list[Json] = [{"type": "text", "text": text}] if text else []
        content += [
            {"type": "tool_use", "id": i, "name": n, "input": as_object(a)} for i, n, a in calls
        ]
        return anthropic_message(position) | {
            "content": content, "stop_reason": "tool_use" if calls else "end_turn", "usage": usage(shape, counted),
        }  # fmt: skip
    if shape == "gemini":
        parts: list[Json] = [{"text": text}] if text else []
        parts += [{"functionCall": {"name": n, "args": as_object(a)}} for _, n, a in calls]
        candidate = {
            "content": {"role": "model", "parts": parts},
            "finishReason": "STOP",
            "index": 0,
        }
        return {
            "candidates": [candidate],
            "usageMetadata": usage(shape, counted),
            "modelVersion": "scripted",
        }
    message: Json = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [openai_call(*call) for call in calls]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    return completion(position, "chat.completion") | {
        "choices": [choice],
        "usage": usage(shape, counted),
    }


def events(
    shape: str, position: int, reply: Mapping[str, Any], counted: Counted
) -> Iterator[tuple[str, Json]]:
    """The same response in pieces: (name of the event or "", data)."""
    if shape == "gemini":
        yield "", answer(shape, position, reply, counted)
    elif shape == "anthropic":
        yield from anthropic_events(position, reply, counted)
    else:
        yield from openai_events(position, reply, counted)


def openai_events(
    position: int, reply: Mapping[str, Any], counted: Counted
) -> Iterator[tuple[str, Json]]:
    head = completion(position, "chat.completion.chunk")
    calls, text = calls_of(position, reply), reply.get("text", "")
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in text.split(" ") if word]
    deltas[-1]["content"] = deltas[-1].get("content", "")
    for index, (name, function, written) in enumerate(calls):
        half = len(written) // 2
        deltas.append(
            {"tool_calls": [{"index": index} | openai_call(name, function, written[:half])]}
        )
        deltas.append({"tool_calls": [{"index": index, "function": {"arguments": written[half:]}}]})
    for at, delta in enumerate(deltas):
        if delta.get("content") and at > 1:
            delta["content"] = " " + delta["content"]
        yield "", head | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    end = "tool_calls" if calls else "stop"
    yield "", head | {"choices": [{"index": 0, "delta": {}, "finish_reason": end}]}
    yield "", head | {"choices": [], "usage": usage("openai", counted)}


def anthropic_events(
    position: int, reply: Mapping[str, Any], counted: Counted
) -> Iterator[tuple[str, Json]]:
    calls, text = calls_of(position, reply), reply.get("text", "")
    begun = anthropic_message(position) | {
        "content": [],
        "stop_reason": None,
        "usage": usage("anthropic", counted),
    }
    yield "message_start", {"type": "message_start", "message": begun}
    blocks: list[tuple[Json, list[Json]]] = []
    if text:
        blocks.append(({"type": "text", "text": ""}, [{"type": "text_delta", "text": text}]))
    for name, function, written in calls:
        deltas = [
            {"type": "input_json_delta", "partial_json": part}
            for part in (written[:5], written[5:])
        ]
        blocks.append(({"type": "tool_use", "id": name, "name": function, "input": {}}, deltas))
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
        {"type": "message_delta", "delta": end, "usage": {"output_tokens": counted.spoken}},
    )
    yield "message_stop", {"type": "message_stop"}


def usage(shape: str, counted: Counted) -> Json:
    """Tokens as the provider tells them."""
    if shape == "anthropic":
        return {
            "input_tokens": counted.prompt - counted.cached - counted.written, "output_tokens": counted.spoken,
            "cache_read_input_tokens": counted.cached, "cache_creation_input_tokens": counted.written,
        }  # fmt: skip
    if shape == "gemini":
        total = counted.prompt + counted.spoken
        found = {
            "promptTokenCount": counted.prompt,
            "candidatesTokenCount": counted.spoken,
            "totalTokenCount": total,
        }
        return found | ({"cachedContentTokenCount": counted.cached} if counted.cached else {})
    return {
        "prompt_tokens": counted.prompt, "completion_tokens": counted.spoken,
        "total_tokens": counted.prompt + counted.spoken, "prompt_tokens_details": {"cached_tokens": counted.cached},
    }  # fmt: skip


def failure(shape: str, what: int | str, message: str) -> tuple[int, Json]:
    """Status and body of a refusal; `length` is a prompt that is too long."""
    status = 400 if what == "length" else int(what)
    if what == "length":
        message = LENGTH[shape]
    if shape == "anthropic":
        kinds = {429: "rate_limit_error", 401: "authentication_error", 400: "invalid_request_error"}
        return status, {
            "type": "error",
            "error": {"type": kinds.get(status, "api_error"), "message": message},
        }
    if shape == "gemini":
        kinds = {429: "RESOURCE_EXHAUSTED", 400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED"}
        return status, {
            "error": {"code": status, "message": message, "status": kinds.get(status, "INTERNAL")}
        }
    code = "context_length_exceeded" if what == "length" else None
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


def openai_call(name: str, function: str, written: str) -> Json:
    return {"id": name, "type": "function", "function": {"name": function, "arguments": written}}
