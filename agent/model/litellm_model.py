"""A model by its LiteLLM name: one request, one reply, or the reason why there is none.

LiteLLM is the provider layer; `retries` handles failures.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import time
import warnings
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

from ..errors import AgentError
from ..session import Message, Reply, ToolCall, Usage
from .cache_breakpoints import add_cache_hints

# Without the first, LiteLLM 1.106 imports its MCP gateway for requests with tools, and with it the
# optional package `mcp`.
DIRECT: dict[str, Any] = {"_skip_mcp_handler": True, "num_retries": 0, "max_retries": 0}
REQUEST_SECONDS = 600.0  # a long reasoning turn of a large model takes minutes
RETRIED = (408, 409, 425, 429, 500, 502, 503, 504, 529)
TOO_LONG = (
    "context length",
    "context window",
    "prompt is too long",
    "exceeds the maximum number of tokens",
    "input is too long",
)
NO_MONEY = ("insufficient_quota", "credit balance", "billing")
BROKEN = ("APIConnectionError", "Timeout", "MidStreamFallbackError", "ServiceUnavailableError")

OnText = Callable[[str], None]


class NoAnswer(Exception):
    """The provider gave no answer; the message names the model and the reason."""

    def __init__(self, message: str, kind: str, wait: float | None = None) -> None:
        super().__init__(message)
        # again: it may answer later; length: the prompt is too long; final: it never will
        self.kind = kind
        self.wait = wait  # seconds, as requested by the provider


def load_litellm() -> Any:
    """Import LiteLLM so that it neither uses the network nor reads a `.env` file.

    It searches `.env` in the folders above its own installation. With a virtual environment inside
    a repository, the repository could then choose the provider's address.
    """
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    import litellm

    # After Ctrl-C, its event loop complains on stderr about requests in flight.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="coroutine .* was never awaited")
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    return litellm


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request, the same for every model."""

    messages: Sequence[Message]
    tools: Sequence[Message]
    prefix: int  # messages at the beginning that no compaction changes
    key: str  # equal for a repeated request: a provider that supports such keys bills it once
    # The `response_format` of a single question; such a request is not cached.
    response_format: Message | None = None
    seconds: float = REQUEST_SECONDS  # for the whole answer


@dataclass(frozen=True, slots=True)
class Model:
    """A model behind a provider; `ask` is one paid request."""

    name: str
    api_base: str | None = None

    def ask(self, request: ModelRequest, on_text: OnText | None = None) -> Reply:
        """Return the model's reply. Raise `NoAnswer` if there is none.

        `on_text` is called with pieces of the text as they arrive.
        """
        begun = time.monotonic()
        try:
            response = self._response(request, on_text)
        except NoAnswer:
            raise
        except Exception as error:  # LiteLLM's and every provider's: shown to the user, or retried
            raise NoAnswer(
                describe_error(self.name, error), classify_error(error), requested_wait(error)
            ) from error
        return reply_from(self.name, response, self.price(response), time.monotonic() - begun)

    def price(self, response: Any) -> float | None:
        """Return the price of a response in US dollars, or None if LiteLLM does not know it."""
        if not is_price_known(self.name) or getattr(response, "usage", None) is None:
            return None
        # By the requested name: the response's may be a gateway's own.
        costs = load_litellm().cost_per_token(model=self.name, usage_object=response.usage)
        return float(sum(costs))

    def require_price(self) -> None:
        """Raise `AgentError` if the price is unknown, so that no cost limit could be kept."""
        if not is_price_known(self.name):
            raise AgentError(
                f"the price of {self.name} is unknown, so --max-cost cannot be kept: leave it out"
            )

    def _content(self, request: ModelRequest) -> dict[str, Any]:
        """Return messages with tools, or with a response format if the provider enforces one."""
        if request.response_format is None:
            tools = {"tools": list(request.tools)}
            return (
                add_cache_hints(request.messages, request.tools, request.prefix, self.name) | tools
            )
        is_enforced = load_litellm().supports_response_schema(self.name)
        response_format = {"response_format": request.response_format} if is_enforced else {}
        return {"messages": list(request.messages)} | response_format

    def _arguments(self, request: ModelRequest) -> dict[str, Any]:
        # Copies, because LiteLLM changes its arguments, and a conversation must never change.
        arguments = deepcopy(self._content(request))
        arguments |= DIRECT | {"model": self.name, "timeout": request.seconds}
        arguments["extra_headers"] = {"Idempotency-Key": request.key}
        if self.api_base:
            arguments["api_base"] = self.api_base
            # A gateway on the user's machine needs no key, but the client library always does.
            has_key = load_litellm().validate_environment(self.name)["keys_in_environment"]
            arguments |= {} if has_key else {"api_key": "none"}
        return arguments

    def _response(self, request: ModelRequest, on_text: OnText | None) -> Any:
        litellm, arguments = load_litellm(), self._arguments(request)
        if on_text is None:
            return litellm.completion(**arguments)
        options = {"stream": True, "stream_options": {"include_usage": True}}
        chunks, has_ended = [], False
        for chunk in litellm.completion(**arguments, **options):
            chunks.append(chunk)
            has_ended = report_chunk(chunk, on_text) or has_ended
        if not has_ended:
            raise NoAnswer(
                f"{self.name}: the connection was cut in the middle of an answer", "again"
            )
        return litellm.stream_chunk_builder(chunks, messages=arguments["messages"])


def report_chunk(chunk: Any, on_text: OnText) -> bool:
    """Report the text of a piece of a response. Return True if it is the last one."""
    for choice in chunk.choices:
        if choice.delta.content:
            on_text(choice.delta.content)
    return any(choice.finish_reason for choice in chunk.choices)


@functools.cache
def is_price_known(name: str) -> bool:
    """Tell if LiteLLM knows the price of a model."""
    try:
        load_litellm().get_model_info(name)
    except Exception:  # noqa: BLE001 - LiteLLM's errors share no base; see `require_price`
        return False
    return True


def describe_error(name: str, error: Exception) -> str:
    """Return one line for the user: the model, the type of error, the provider's message."""
    message = " ".join(str(error).split())
    return f"{name}: {type(error).__name__}: {message[:500]}"


def classify_error(error: Exception) -> str:
    """Return the kind of a provider's error: again | length | final, see `NoAnswer`."""
    message, status = str(error).lower(), getattr(error, "status_code", None)
    name = type(error).__name__
    is_too_long = status in (400, 413) and any(text in message for text in TOO_LONG)
    if name == "ContextWindowExceededError" or is_too_long:
        return "length"
    if any(text in message for text in NO_MONEY):
        return "final"
    return "again" if name in BROKEN or status in RETRIED else "final"


def requested_wait(error: Exception) -> float | None:
    """Return the seconds of the provider's `Retry-After`, if there is one."""
    headers: Any = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return min(300.0, max(0.0, float(headers.get("retry-after"))))
    except (TypeError, ValueError):
        return None


def reply_from(name: str, response: Any, cost: float | None, seconds: float) -> Reply:
    """Return the record of a LiteLLM response."""
    if response is None or not response.choices:
        raise NoAnswer(f"{name}: the provider sent an answer without a choice", "again")
    message = response.choices[0].message
    calls, ids = [], set[str]()
    for number, call in enumerate(message.tool_calls or (), start=1):
        is_new = call.id and call.id not in ids
        call_id = call.id if is_new else f"{call.id or 'call'}_{number}"
        ids.add(call_id)
        calls.append(ToolCall(call_id, call.function.name or "", call.function.arguments or ""))
    usage = usage_from(response, cost)
    return Reply(message_from(message, calls), tuple(calls), usage, name, round(seconds, 3))


def message_from(message: Any, calls: Sequence[ToolCall]) -> Message:
    """Return the assistant's message as it joins the conversation.

    Arguments that are no JSON object become `{}`, since some providers refuse a conversation with
    such arguments; the answer to the call tells the model about the mistake.
    """
    result: Message = {"role": "assistant", "content": message.content or ""}
    if calls:
        result["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": valid_arguments(call.arguments)},
            }
            for call in calls
        ]
    # Signed thinking has to go back to the provider unchanged, or it refuses the next turn.
    if thinking := getattr(message, "thinking_blocks", None):
        result["thinking_blocks"] = cast("list[Message]", thinking)
    return result


def valid_arguments(arguments: str) -> str:
    """Return `arguments` if they are a JSON object, else an empty one."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except ValueError:
        return "{}"


def usage_from(response: Any, cost: float | None) -> Usage:
    """Return the tokens by cache state; LiteLLM reports all providers in one form."""
    usage = getattr(response, "usage", None)
    if usage is None:
        return Usage(cost=cost)
    details = getattr(usage, "prompt_tokens_details", None)
    return Usage(
        prompt=usage.prompt_tokens or 0,
        cached=getattr(details, "cached_tokens", None) or 0,
        written=getattr(usage, "cache_creation_input_tokens", None) or 0,
        completion=usage.completion_tokens or 0,
        cost=cost,
    )
