"""A paid request that may fail: wait and ask again, go on to the next model, or end with the reason."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from ..session.endings import ModelFailed
from ..session.records import Reply, Settings
from ..session.transcript import Session
from .litellm_model import Asked, Model, NoAnswer, OnText

LONGEST_WAIT = 120.0  # seconds between two attempts, whatever the number of attempts
RETRIES, PAUSE, LONGEST_PAUSE = (
    2,
    1.0,
    20.0,
)  # the same for a single question: a person waits, and can do without


def models_of(settings: Settings) -> list[Model]:
    """The model and its fallbacks."""
    return models_named((settings.model, *settings.fallbacks), settings.api_base)


def models_named(names: Sequence[str], api_base: str | None = None) -> list[Model]:
    """Models to be asked in order. Another address belongs to the provider that it was given for, that of the first."""
    provider = names[0].partition("/")[0]
    return [Model(name, api_base if name.partition("/")[0] == provider else None) for name in names]


def answered(models: Sequence[Model], asked: Asked) -> Reply:
    """The reply of the first of `models` that gives one, to a question that stands alone. Raises `NoAnswer` with all
    their reasons."""
    reasons = []
    for model in models:
        try:
            return _answered(model, asked)
        except NoAnswer as error:
            reasons.append(str(error))
    raise NoAnswer("; ".join(reasons), "final")


def _answered(model: Model, asked: Asked) -> Reply:
    for failures in range(RETRIES):
        try:
            return model.ask(asked)
        except NoAnswer as error:
            wait = error.wait if error.wait is not None else PAUSE * 2**failures
            if error.kind != "again" or wait > LONGEST_PAUSE:
                raise
            time.sleep(wait)
    return model.ask(asked)


def ask(
    session: Session,
    models: Sequence[Model],
    tools: Sequence[dict[str, Any]],
    settings: Settings,
    on_text: OnText | None,
) -> Reply:
    """The reply to the conversation as it stands; it is on disk when this returns.

    Raises `NoAnswer` of the kind `length` for a conversation that is too long, `ModelFailed` when no model answers.
    """
    state, failures = session.state, 0
    while True:
        model = models[state.model]
        asked = Asked(list(state.messages), tools, state.prefix, key_of(session, model.name))
        session.record("ask", key=asked.key, model=model.name)
        try:
            reply = renamed(model.ask(asked, on_text), state.steps)
            break
        except NoAnswer as error:
            if error.kind == "length":
                raise
            failures = after_failure(session, models, settings, error, failures)
    calls = [asdict(call) for call in reply.calls]
    session.record(
        "reply",
        message=reply.message,
        calls=calls,
        usage=asdict(reply.usage),
        model=reply.model,
        seconds=reply.seconds,
    )
    return reply


def after_failure(
    session: Session, models: Sequence[Model], settings: Settings, error: NoAnswer, failures: int
) -> int:
    """Wait, or change the model; the number of failures of the model that is asked next. Raises when none is left."""
    if error.kind == "again" and failures < settings.retries:
        wait = (
            error.wait
            if error.wait is not None
            else min(LONGEST_WAIT, settings.backoff * 2**failures)
        )
        session.record("retry", reason=str(error), wait=wait)
        time.sleep(wait)
        return failures + 1
    following = session.state.model + 1
    if following == len(models):
        raise ModelFailed(str(error)) from error
    session.record("fallback", model=following, name=models[following].name, reason=str(error))
    return 0


def key_of(session: Session, model: str) -> str:
    """The same for the same request of the same run, in any process."""
    content = json.dumps([model, session.state.messages], sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"clew-{session.folder.name}-step{session.state.steps}-{digest}"


def renamed(reply: Reply, step: int) -> Reply:
    """The reply with ids that follow from its place: some providers give none, and then a random one would be made."""
    new = {
        call.id: call.id if "__thought__" in call.id else f"call_{step + 1}_{number}"
        for number, call in enumerate(reply.calls, start=1)
    }
    message = dict(reply.message)
    if calls := message.get("tool_calls"):
        message["tool_calls"] = [{**call, "id": new[call["id"]]} for call in calls]
    return replace(
        reply, message=message, calls=tuple(replace(call, id=new[call.id]) for call in reply.calls)
    )
