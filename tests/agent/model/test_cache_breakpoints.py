"""What a request looks like to a provider's cache: prefixes, breakpoints, compaction."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent import Outcome, load
from agent.model.cache_breakpoints import (
    SPACING,
    add_cache_hints,
    cache_style,
    choose_breakpoints,
    count_blocks,
)
from agent.scripted.provider_caches import ProviderCache
from agent.scripted.wire_formats import Block
from agent.session.records import Message
from agent.session.state import fold_events
from agent.tools.output import ITEM_TOKENS
from retrieval import count_tokens
from tests.agent.conftest import MENDED, PLAN, RIGHT, WRONG, Play, committed, reply, sample_in

MODELS = {
    "openai": "openai/scripted",
    "anthropic": "anthropic/claude-scripted",
    "gemini": "gemini/scripted",
}
LONG = [
    reply(("read", {"path": "courier/queue.py"}), text="I read the queue."),
    PLAN,
    reply(("edit", WRONG), ("finish", {"summary": "Mended"})),
    *[
        reply(("read", {"path": f"courier/{name}.py"}), text=f"On to {name}.")
        for name in ("job", "store", "cli", "worker")
    ],
    reply(("search", {"query": "backoff delay"})),
    *[
        reply(("read", {"path": f"courier/{name}.py"}))
        for name in ("config", "backoff", "job", "store")
    ],
    reply(
        ("edit", {**RIGHT, "old": "until=time.time() + delay"}), ("finish", {"summary": "Mended"})
    ),
]


def turn(calls: int) -> list[Message]:
    made = [{"id": f"c{n}", "function": {"name": "read", "arguments": "{}"}} for n in range(calls)]
    answers = [{"role": "tool", "tool_call_id": f"c{n}", "content": "x"} for n in range(calls)]
    return [{"role": "assistant", "content": "", "tool_calls": made}, *answers]


OPENING: list[Message] = [
    {"role": "system", "content": "s"},
    *({"role": "user", "content": c} for c in "mtp"),
]


def test_each_provider_gets_what_it_wants_for_its_cache() -> None:
    models = (
        "anthropic/claude-x", "bedrock/anthropic.claude-y", "openai/x", "gemini/x", "ollama/x",
    )  # fmt: skip
    assert [cache_style(model) for model in models] == [
        "explicit", "explicit", "key", "automatic", "automatic",
    ]  # fmt: skip
    assert "prompt_cache_key" in add_cache_hints(OPENING, [], 4, "openai/x")
    assert (
        set(add_cache_hints(OPENING, [], 4, "gemini/x"))
        == set(add_cache_hints(OPENING, [], 4, "anthropic/claude-x"))
        == {"messages"}
    )


def test_breakpoints_stand_at_map_opening_last_request_and_end() -> None:
    assert choose_breakpoints([*OPENING, *turn(2), *turn(1)], 4) == [1, 3, 6, 8]


@pytest.mark.parametrize("calls", [1, 5, 16, 40])
def test_there_are_at_most_four_breakpoints_and_the_moving_ones_stand_close(calls: int) -> None:
    messages = [*OPENING, *turn(1), *turn(calls)]
    at = choose_breakpoints(messages, 4)
    assert len(at) <= 4 and at[-1] == len(messages) - 1
    after = [one for one in at if one > 5]
    assert all(
        sum(count_blocks(messages[i]) for i in range(a + 1, b + 1)) <= SPACING
        for a, b in pairwise(after)
    )


def test_a_message_has_the_same_bytes_with_and_without_a_breakpoint() -> None:
    messages = add_cache_hints(OPENING, [], 4, "anthropic/claude-x")["messages"]
    for message in messages:
        for block in message["content"]:
            block.pop("cache_control", None)
    later = add_cache_hints([*OPENING, *turn(1), *turn(1)], [], 4, "anthropic/claude-x")[
        "messages"
    ][2]
    assert later == messages[2]


def test_a_breakpoint_finds_what_was_written_within_twenty_blocks_and_no_further() -> None:
    first = [Block(b"x" * 20_000, True)]
    near = [
        *first[:0],
        Block(b"x" * 20_000),
        *(Block(b"y" * 40) for _ in range(19)),
        Block(b"z", True),
    ]
    far = [Block(b"x" * 20_000), *(Block(b"w" * 40) for _ in range(20)), Block(b"z", True)]
    cache = ProviderCache("anthropic")
    assert cache.process(first).read == 0
    assert cache.process(near).read == 5000
    assert cache.process(far).read == 0


@pytest.mark.parametrize("wire_format", MODELS)
def test_with_every_provider_each_request_begins_as_the_one_before(
    repository: Path, play: Play, wire_format: str
) -> None:
    outcome = play(
        repository, LONG, model=MODELS[wire_format], wire_format=wire_format, test_command=MENDED
    )
    assert outcome.status == "finished", outcome.reason
    shared = [request.cache_use.best / request.cache_use.prompt for request in play.requests[1:]]
    assert min(shared) > 0.7


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("wire_format", MODELS)
def test_every_failure_is_waited_out_with_every_provider(
    repository: Path, play: Play, wire_format: str, stream: bool
) -> None:
    malformed = reply(("read", '{"path": "cour'), text="I read")
    done = reply(("finish", {"summary": "Done"}), fail=[429, 500, "cut"])
    told: list[str] = []

    def watch(event: dict[str, Any]) -> None:
        told.append(event["event"])

    outcome = play(
        repository, [malformed, done], model=MODELS[wire_format], wire_format=wire_format,
        retries=3, stream=stream, on_event=watch, test_command="true",
    )  # fmt: skip
    assert (outcome.status, outcome.steps) == ("finished", 2), outcome.reason
    assert told.count("retry") == 3
    assert ("text" in told) == stream
    assert len(play.requests) == 2


@pytest.mark.parametrize("wire_format", MODELS)
def test_a_conversation_that_is_too_long_is_compacted_and_asked_again(
    repository: Path, play: Play, wire_format: str
) -> None:
    replies = [*LONG[:6], {**LONG[6], "fail": ["length"]}, *LONG[7:]]
    outcome = play(
        repository, replies, model=MODELS[wire_format], wire_format=wire_format, test_command=MENDED
    )
    assert outcome.status == "finished", outcome.reason
    assert names(outcome).count("compact") == 1


def test_a_first_request_that_is_too_long_ends_the_run_with_the_reason(
    repository: Path, play: Play
) -> None:
    outcome = play(repository, [reply(fail=["length"])])
    assert outcome.status == "model"
    assert "nothing left to shorten" in outcome.reason


def test_a_fallback_goes_on_where_a_model_gives_no_answer(repository: Path, play: Play) -> None:
    replies = [LONG[0], reply(("finish", {"summary": "Done"}), fail=[401])]
    outcome = play(repository, replies, fallbacks=("openai/second",), test_command="true")
    assert outcome.status == "finished"
    assert [json.loads(request.body)["model"] for request in play.requests] == [
        "scripted",
        "second",
    ]


def names(outcome: Outcome) -> list[str]:
    return [event["event"] for event in load(outcome.transcript.parent)]


@pytest.fixture(scope="module")
def compacted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Play]:
    base = tmp_path_factory.mktemp("compacted")
    repository, play = committed(sample_in(base)), Play(base / "trees")
    return play(repository, LONG, compact_at=6500), play


def test_compaction_keeps_the_opening_and_shrinks_the_rest(compacted: tuple[Outcome, Play]) -> None:
    outcome, play = compacted
    assert outcome.status == "finished", outcome.reason
    assert names(outcome).count("compact") >= 1
    sent = [json.loads(request.body)["messages"] for request in play.requests]
    at = next(n for n, (a, b) in enumerate(pairwise(sent)) if len(b) < len(a)) + 1
    assert sent[at][:4] == sent[0][:4]
    assert sent[at][-1]["role"] == "tool"
    assert sum("class Queue" in str(message["content"]) for message in sent[at][4:]) == 0


def test_a_digest_knows_plan_failures_files_and_names_what_was_seen(
    compacted: tuple[Outcome, Play],
) -> None:
    outcome, _ = compacted
    digest = next(
        event for event in load(outcome.transcript.parent) if event["event"] == "compact"
    )["message"]["content"]
    assert "1. mend it" in digest
    assert "Files changed so far: courier/queue.py" in digest
    assert (
        "The last verification failed:\n"
        "- tests/test_queue.py::test_a_failed_job_is_tried_again_after_its_delay" in digest
    )
    assert "read courier/queue.py | seen courier/queue.py" in digest
    assert "I read the queue." in digest


def test_the_record_of_a_compacted_run_gives_the_conversation_as_it_was_sent(
    compacted: tuple[Outcome, Play],
) -> None:
    outcome, play = compacted
    messages = fold_events(load(outcome.transcript.parent)).messages
    sent = json.loads(play.requests[-1].body)["messages"]
    assert messages[: len(sent)] == sent


def test_no_item_is_larger_than_ten_thousand_tokens(repository: Path, play: Play) -> None:
    (repository / "hex.txt").write_text(
        "\n".join(f"{n * 7919:x} {n * 104729:x}" for n in range(9000))
    )
    play(
        repository,
        [reply(("read", {"path": "hex.txt"}), ("run", {"command": "cat hex.txt"}))] * 2,
        max_steps=2,
    )
    sent = json.loads(play.requests[-1].body)["messages"]
    assert max(count_tokens(str(message["content"])) for message in sent) <= ITEM_TOKENS


def test_secrets_are_kept_from_the_model_and_counted(repository: Path, play: Play) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    (repository / "settings.py").write_text(f"TOKEN = '{secret}'\n")
    replies = [
        reply(("read", {"path": "settings.py"}), ("run", {"command": "cat settings.py"})),
        reply(("finish", {"summary": "x"})),
    ]
    outcome = play(repository, replies, f"Use {secret}", test_command="true")
    assert outcome.redacted >= 3
    assert all(secret.encode() not in request.body for request in play.requests)
