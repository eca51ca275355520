"""A paid request that may fail: wait and retry, continue with the next model, or give up."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from ..session import ModelFailed, Reply, Session, Settings
from .litellm_model import Model, ModelRequest, NoAnswer, OnText

LONGEST_WAIT = 120.0  # seconds between two attempts, for any number of attempts
# The same for a single question: a person waits, and can do without the answer.
QUESTION_RETRIES, QUESTION_WAIT, QUESTION_LONGEST_WAIT = 2, 1.0, 20.0


def models_from(settings: Settings) -> list[Model]:
    """Return the model and its fallbacks."""
    return models_named((settings.model, *settings.fallbacks), settings.api_base)


def models_named(names: Sequence[str], api_base: str | None = None) -> list[Model]:
    """Return models in the given order. `api_base` is for the provider of the first one only."""
    provider = names[0].partition("/")[0]
    return [Model(name, api_base if name.partition("/")[0] == provider else None) for name in names]


def ask_in_turn(models: Sequence[Model], request: ModelRequest) -> Reply:
    """Return the first reply of one of `models` to a single question.

    Raise `NoAnswer` with the reasons of all models if none replies.
    """
    reasons = []
    for model in models:
        try:
            return _ask_with_retries(model, request)
        except NoAnswer as error:
            reasons.append(str(error))
    raise NoAnswer("; ".join(reasons), "final")


def _ask_with_retries(model: Model, request: ModelRequest) -> Reply:
    for failures in range(QUESTION_RETRIES):
        try:
            return model.ask(request)
        except NoAnswer as error:
            wait = error.wait if error.wait is not None else QUESTION_WAIT * 2**failures
            if error.kind != "again" or wait > QUESTION_LONGEST_WAIT:
                raise
            time.sleep(wait)
    return model.ask(request)


def request_reply(
    session: Session,
    models: Sequence[Model],
    tools: Sequence[dict[str, Any]],
    settings: Settings,
    on_text: OnText | None,
) -> None:
    """Record a reply to the current conversation.

    Raise `NoAnswer` of the kind `length` if the conversation is too long, and `ModelFailed` if no
    model replies.
    """
    reply = _ask_models(session, models, tools, settings, on_text)
    session.record(
        "reply",
        message=reply.message,
        calls=[asdict(call) for call in reply.calls],
        usage=asdict(reply.usage),
        model=reply.model,
        seconds=reply.seconds,
    )


def _ask_models(
    session: Session,
    models: Sequence[Model],
    tools: Sequence[dict[str, Any]],
    settings: Settings,
    on_text: OnText | None,
) -> Reply:
    state, failures = session.state, 0
    while True:
        model = models[state.model]
        key = idempotency_key(session, model.name)
        request = ModelRequest(list(state.messages), tools, state.prefix, key)
        session.record("ask", key=key, model=model.name)
        try:
            return rename_calls(model.ask(request, on_text), state.steps)
        except NoAnswer as error:
            if error.kind == "length":
                raise
            failures = handle_failure(session, models, settings, error, failures)


def handle_failure(
    session: Session, models: Sequence[Model], settings: Settings, error: NoAnswer, failures: int
) -> int:
    """Wait, or switch to the next model; return the failures so far of the model to ask next.

    Raise `ModelFailed` if there is no next model.
    """
    if error.kind == "again" and failures < settings.retries:
        backoff = min(LONGEST_WAIT, settings.backoff * 2**failures)
        wait = error.wait if error.wait is not None else backoff
        session.record("retry", reason=str(error), wait=wait)
        time.sleep(wait)
        return failures + 1
    following = session.state.model + 1
    if following == len(models):
        raise ModelFailed(str(error)) from error
    session.record("fallback", model=following, name=models[following].name, reason=str(error))
    return 0


def idempotency_key(session: Session, model: str) -> str:
    """Return a key that is equal for equal requests of a run, in any process."""
    content = json.dumps([model, session.state.messages], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"clew-{session.folder.name}-step{session.state.steps}-{digest}"


def rename_calls(reply: Reply, step: int) -> Reply:
    """Return the reply with call ids made of its position: some providers send random ones."""
    ids = {
        call.id: call.id if "__thought__" in call.id else f"call_{step + 1}_{number}"
        for number, call in enumerate(reply.calls, start=1)
    }
    message = dict(reply.message)
    if calls := message.get("tool_calls"):
        message["tool_calls"] = [{**call, "id": ids[call["id"]]} for call in calls]
    calls_renamed = tuple(replace(call, id=ids[call.id]) for call in reply.calls)
    return replace(reply, message=message, calls=calls_renamed)
