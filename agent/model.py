"""A model, by its LiteLLM name: one question, one answer.

LiteLLM is the provider layer. Its router does the retries: exponential back-off with jitter, the provider's
`Retry-After` where there is one, and no retry of what cannot get better (a wrong key, a prompt that is too long).
"""

from __future__ import annotations

import functools
import json
import logging
import os
import warnings
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

from .endings import AgentError, ModelFailed
from .records import Message, Reply, ToolCall, Usage

# Without it LiteLLM 1.106 imports its MCP gateway, and with that the optional package `mcp`, where there are tools.
DIRECT: dict[str, Any] = {"_skip_mcp_handler": True}
REQUEST_SECONDS = 600.0  # a long reasoning turn of a large model takes minutes


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


@dataclass(slots=True)
class Model:
    """A model behind a provider; `ask` is one paid request."""

    name: str
    api_base: str | None = None
    retries: int = 4
    _router: Any = None

    def ask(self, messages: Sequence[Message], tools: Sequence[Message]) -> Reply:
        """The model's answer to the conversation. Raises `ModelFailed` when the provider gives none."""
        try:
            # Copies, because LiteLLM rewrites what it is given, and a conversation must never change.
            response = self._connect().completion(
                model="main", messages=deepcopy(list(messages)), tools=deepcopy(list(tools)), **DIRECT
            )
        except Exception as error:  # LiteLLM's errors share no root; the user reads the reason
            raise ModelFailed(failure(self.name, error)) from error
        return reply_from(response, self.price(response))

    def price(self, response: Any) -> float | None:
        """US dollars for one response, or None where LiteLLM knows no price."""
        if not price_known(self.name) or getattr(response, "usage", None) is None:
            return None
        # By the name that was asked for: the answer's may be a gateway's own, or one that a router entered as free.
        costs = load_litellm().cost_per_token(model=self.name, usage_object=response.usage)
        return float(sum(costs))

    def require_price(self) -> None:
        """Raise `AgentError` where a cost limit could not be kept."""
        if not price_known(self.name):
            raise AgentError(f"the price of {self.name} is unknown, so --max-cost cannot be kept: leave it out")

    def _connect(self) -> Any:
        if self._router is None:
            litellm = load_litellm()
            price_known(self.name)
            target: dict[str, Any] = {"model": self.name, "max_retries": 0, "timeout": REQUEST_SECONDS}
            if self.api_base:
                target["api_base"] = self.api_base
                known = litellm.validate_environment(self.name)["keys_in_environment"]
                # A gateway on one's own machine asks for no key, the client library always does.
                target |= {} if known else {"api_key": "none"}
            self._router = litellm.Router(
                model_list=[{"model_name": "main", "litellm_params": target}],
                num_retries=self.retries,
                disable_cooldowns=True,
            )
        return self._router


@functools.cache
def price_known(name: str) -> bool:
    """Whether LiteLLM knows the price of a model. Ask before making a router, which enters unknown models as free."""
    try:
        load_litellm().get_model_info(name)
    except Exception:  # noqa: BLE001 - LiteLLM's errors share no root; the user reads `require_price`
        return False
    return True


def failure(name: str, error: Exception) -> str:
    """One line for the user: which model, what kind of error, what the provider said."""
    said = " ".join(str(error).split())
    return f"{name}: {type(error).__name__}: {said[:500]}"


def reply_from(response: Any, cost: float | None) -> Reply:
    """Our record of a LiteLLM response."""
    if not response.choices:
        raise ModelFailed("the provider sent an answer without a choice")
    message = response.choices[0].message
    calls = tuple(
        ToolCall(call.id or f"call_{number}", call.function.name or "", call.function.arguments or "")
        for number, call in enumerate(message.tool_calls or (), start=1)
    )
    return Reply(spoken(message, calls), calls, usage_from(response, cost))


def spoken(message: Any, calls: Sequence[ToolCall]) -> Message:
    """The assistant's message as it joins the conversation.

    Arguments that are no JSON object become `{}`: some providers refuse a conversation that holds them, and the model
    reads what was wrong in the answer to its call.
    """
    result: Message = {"role": "assistant", "content": message.content or ""}
    if calls:
        result["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": sound(c.arguments)}}
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
