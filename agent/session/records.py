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
    fallbacks: tuple[
        str, ...
    ] = ()  # models to go on with, in this order, when the one before gives no answer
    approve: str = "plan"  # plan | edits | never
    sandbox: str = "auto"  # auto | docker | bwrap | landlock | none
    image: str | None = None  # of the container, where the sandbox is docker
    allow_net: bool = False  # whether commands in the sandbox may use the network
    trust: str | None = (
        None  # the digest of the repository's configuration that may be obeyed without asking
    )
    max_steps: int = 40  # replies that the model may give
    max_tokens: int | None = None  # of all requests together, in and out
    max_cost: float | None = None  # US dollars; needs a model whose price is known
    max_seconds: float | None = (
        None  # of work: requests and tools, not the time in which a person decides
    )
    issue: str = ""  # what the task is about, in somebody else's words: data, not an instruction
    test_command: str | None = None  # None: found by what lies in the tree
    budget: int = 8000  # tokens of the context pack that opens the conversation
    map_budget: int = 3000  # tokens of the repository's map before it
    compact_at: int = 96_000  # tokens of a conversation whose old turns give way to references
    retries: int = 4  # of one request, on rate limits, server errors and broken connections
    backoff: float = 2.0  # seconds before the first of them; each further one waits twice as long
    stream: bool = False  # whether `watch` is told the model's text while it comes
    readable: tuple[
        Path, ...
    ] = ()  # more folders that commands in the sandbox may read: tool chains
    state: Path | None = None  # where transcripts are kept; None: `.clew/runs` at the root
    trees: Path | None = None  # where working copies are made; None: the user's state folder


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money; of one reply, or summed."""

    prompt: int = 0  # input tokens, those read from and written to a cache among them
    cached: int = 0  # input tokens read from a cache
    written: int = 0  # input tokens written to a cache, where the provider bills that
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
class Answer:
    """What a tool says to a call."""

    text: str
    refs: tuple[str, ...] = ()  # names that bring its body back, see `symbols`
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a model."""

    message: Message  # what joins the conversation
    calls: tuple[ToolCall, ...]
    usage: Usage
    model: str = ""  # which one answered
    seconds: float = 0.0


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
    run: str = ""  # its id: what `--resume` takes
    flaky: tuple[str, ...] = ()  # tests that failed and passed when they were run again
    red_before: tuple[str, ...] = ()  # tests that fail, and failed before the run began
    redacted: int = 0  # secrets that were kept out of the conversation
