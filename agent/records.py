"""The values that the agent passes on: what it was asked, what a model answered, how a run ended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

Message = dict[str, Any]
"""A message of the chat completions shape. Once sent it is never changed: prompt caches match from the first byte."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a run is to go. Nothing in here comes from the repository that is worked on."""

    root: Path  # the user's tree: read once, never written
    model: str  # any LiteLLM model string: `anthropic/claude-…`, `openai/…`, `ollama/…`
    api_base: str | None = None  # an OpenAI-compatible gateway or another address of the provider
    approve: str = "plan"  # plan | edits | never
    sandbox: str = "auto"  # auto | bwrap | landlock | none
    max_steps: int = 40  # replies that the model may give
    max_cost: float | None = None  # US dollars; needs a model whose price is known
    test_command: str | None = None  # None: found by what lies in the tree
    budget: int = 8000  # tokens of the context pack that opens the conversation
    retries: int = 4  # of one request, on rate limits, server errors and broken connections
    readable: tuple[Path, ...] = ()  # more folders that commands in the sandbox may read: tool chains
    state: Path | None = None  # where transcripts are kept; None: `.clew/runs` at the root
    trees: Path | None = None  # where working copies are made; None: the user's state folder


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money; of one reply, or summed."""

    prompt: int = 0  # input tokens, those read from and written to a cache among them
    cached: int = 0  # input tokens read from a cache
    written: int = 0  # input tokens written to a cache
    completion: int = 0  # output tokens
    cost: float | None = 0.0  # US dollars; None where the price is unknown

    def __add__(self, other: Usage) -> Usage:
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        return Usage(
            self.prompt + other.prompt,
            self.cached + other.cached,
            self.written + other.written,
            self.completion + other.completion,
            cost,
        )


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asked for, not yet checked."""

    id: str
    name: str
    arguments: str  # as the model wrote it; should be a JSON object, need not be


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a model."""

    message: Message  # what joins the conversation
    calls: tuple[ToolCall, ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run."""

    status: str  # finished | unverified | rejected | limit | model | interrupted | error
    reason: str
    branch: str | None  # in the user's repository; None without git, or where nothing was changed
    commit: str | None  # the last one on the branch
    diff: str  # from where the run began to where it ended
    steps: int
    usage: Usage
    transcript: Path
    sandbox: str  # which one the commands ran in
