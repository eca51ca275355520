"""A model, by its LiteLLM name: one question, one answer, or the reason why there is none.

LiteLLM is the provider layer; what to do about a failure is decided in `patience`.
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

from ..session.endings import AgentError
from ..session.records import Message, Reply, ToolCall, Usage
from .cache_breakpoints import prepared

# Without it LiteLLM 1.106 imports its MCP gateway, and with that the optional package `mcp`, where there are tools.
DIRECT: dict[str, Any] = {"_skip_mcp_handler": True, "num_retries": 0, "max_retries": 0}
REQUEST_SECONDS = 600.0  # a long reasoning turn of a large model takes minutes
AGAIN = (408, 409, 425, 429, 500, 502, 503, 504, 529)
TOO_LONG = (
    "context length",
    "context window",
    "prompt is too long",
    "exceeds the maximum number of tokens",
    "input is too long",
)
NO_MONEY = ("insufficient_quota", "credit balance", "billing")

OnText = Callable[[str], None]


class NoAnswer(Exception):
    """The provider gave no answer; the message says which model and why."""

    def __init__(self, message: str, kind: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.kind = (
            kind  # again: it may answer later; length: the prompt is too long; final: it never will
        )
        self.wait = wait  # seconds that the provider asked for


def load_litellm() -> Any:
    """Import LiteLLM so that it neither looks for the network nor reads a `.env` file.

    It looks for `.env` in the folders above its own installation: with a virtual environment inside a repository
    that would let the repository choose the provider's address.
    """
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    import litellm

    # Its event loop complains on stderr about what was in flight when the user pressed Ctrl-C.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    warnings.filterwarnings("ignore", message="coroutine .* was never awaited")
    litellm.suppress_debug_info = True
    litellm.telemetry = False
    return litellm


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, the same for every model."""

    messages: Sequence[Message]
    tools: Sequence[Message]
    prefix: int  # messages at the beginning that stay whatever happens
    key: str  # the same for a request that is sent again, so that a provider that knows such keys bills it once
    answer: Message | None = (
        None  # the `response_format` of a question that stands alone: nothing of it goes to a cache
    )
    seconds: float = REQUEST_SECONDS  # for the whole answer


@dataclass(frozen=True, slots=True)
class Model:
    """A model behind a provider; `ask` is one paid request."""

    name: str
    api_base: str | None = None

    def ask(self, asked: Asked, on_text: OnText | None = None) -> Reply:
        """The model's answer to the conversation; `on_text` is told its text while it comes. Raises `NoAnswer`."""
        begun = time.monotonic()
        try:
            response = self._response(asked, on_text)
        except NoAnswer:
            raise
        except Exception as error:  # LiteLLM's own and every provider's: the run tells the user, or asks the next model
            raise NoAnswer(failure(self.name, error), kind_of(error), wait_of(error)) from error
        return reply_from(self.name, response, self.price(response), time.monotonic() - begun)

    def price(self, response: Any) -> float | None:
        """US dollars for one response, or None where LiteLLM knows no price."""
        if not price_known(self.name) or getattr(response, "usage", None) is None:
            return None
        # By the name that was asked for: the answer's may be a gateway's own.
        costs = load_litellm().cost_per_token(model=self.name, usage_object=response.usage)
        return float(sum(costs))

    def require_price(self) -> None:
        """Raise `AgentError` where a cost limit could not be kept."""
        if not price_known(self.name):
            raise AgentError(
                f"the price of {self.name} is unknown, so --max-cost cannot be kept: leave it out"
            )

    def _content(self, asked: Asked) -> dict[str, Any]:
        """What the model gets to read, and how it has to answer, where the provider can see to that."""
        if asked.answer is None:
            return prepared(asked.messages, asked.tools, asked.prefix, self.name) | {
                "tools": list(asked.tools)
            }
        enforced = load_litellm().supports_response_schema(self.name)
        return {"messages": list(asked.messages)} | (
            {"response_format": asked.answer} if enforced else {}
        )

    def _response(self, asked: Asked, on_text: OnText | None) -> Any:
        litellm = load_litellm()
        # Copies, because LiteLLM rewrites what it is given, and a conversation must never change.
        given = deepcopy(self._content(asked))
        given |= DIRECT | {"model": self.name, "timeout": asked.seconds}
        given["extra_headers"] = {"Idempotency-Key": asked.key}
        if self.api_base:
            given["api_base"] = self.api_base
            # A gateway on one's own machine asks for no key, the client library always does.
            known = litellm.validate_environment(self.name)["keys_in_environment"]
            given |= {} if known else {"api_key": "none"}
        if on_text is None:
            return litellm.completion(**given)
        chunks, ended = [], False
        for chunk in litellm.completion(
            **given, stream=True, stream_options={"include_usage": True}
        ):
            chunks.append(chunk)
            for choice in chunk.choices:
                ended = ended or bool(choice.finish_reason)
                if choice.delta.content:
                    on_text(choice.delta.content)
        if not ended:
            raise NoAnswer(
                f"{self.name}: the connection was cut in the middle of an answer", "again"
            )
        return litellm.stream_chunk_builder(chunks, messages=given["messages"])


@functools.cache
def price_known(name: str) -> bool:
    """Whether LiteLLM knows the price of a model."""
    try:
        load_litellm().get_model_info(name)
    except Exception:  # noqa: BLE001 - LiteLLM's errors share no root; the user reads `require_price`
        return False
    return True


def failure(name: str, error: Exception) -> str:
    """One line for the user: which model, what kind of error, what the provider said."""
    said = " ".join(str(error).split())
    return f"{name}: {type(error).__name__}: {said[:500]}"


def kind_of(error: Exception) -> str:
    """What can be done about a provider's error."""
    said, status = str(error).lower(), getattr(error, "status_code", None)
    if type(error).__name__ == "ContextWindowExceededError" or (
        status in (400, 413) and any(t in said for t in TOO_LONG)
    ):
        return "length"
    if any(word in said for word in NO_MONEY):
        return "final"
    broken = type(error).__name__ in (
        "APIConnectionError",
        "Timeout",
        "MidStreamFallbackError",
        "ServiceUnavailableError",
    )
    return "again" if broken or status in AGAIN else "final"


def wait_of(error: Exception) -> float | None:
    """The seconds that the provider asks to wait, from `Retry-After`."""
    headers: Any = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return min(300.0, max(0.0, float(headers.get("retry-after"))))
    except (TypeError, ValueError):
        return None


def reply_from(name: str, response: Any, cost: float | None, seconds: float) -> Reply:
    """Our record of a LiteLLM response."""
    if response is None or not response.choices:
        raise NoAnswer(f"{name}: the provider sent an answer without a choice", "again")
    message = response.choices[0].message
    calls, seen = [], set[str]()
    for number, call in enumerate(message.tool_calls or (), start=1):
        identity = call.id if call.id and call.id not in seen else f"{call.id or 'call'}_{number}"
        seen.add(identity)
        calls.append(ToolCall(identity, call.function.name or "", call.function.arguments or ""))
    return Reply(
        spoken(message, calls), tuple(calls), usage_from(response, cost), name, round(seconds, 3)
    )


def spoken(message: Any, calls: Sequence[ToolCall]) -> Message:
    """The assistant's message as it joins the conversation.

    Arguments that are no JSON object become `{}`: some providers refuse a conversation that holds them, and the model
    reads what was wrong in the answer to its call.
    """
    result: Message = {"role": "assistant", "content": message.content or ""}
    if calls:
        result["tool_calls"] = [
            {
                "id": c.id,
                "type": "function",
                "function": {"name": c.name, "arguments": sound(c.arguments)},
            }
            for c in calls
        ]
    # Signed thinking has to go back to the provider unchanged, or it refuses the next turn.
    if thinking := getattr(message, "thinking_blocks", None):
        result["thinking_blocks"] = cast("list[Message]", thinking)
    return result


def sound(arguments: str) -> str:
    """`arguments` where they are a JSON object, else an empty one."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except ValueError:
        return "{}"


def usage_from(response: Any, cost: float | None) -> Usage:
    """Tokens by cache state; LiteLLM gives one shape for all providers."""
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
