"""The values of a run: its settings, a model's replies, tool calls, the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

Message = dict[str, Any]
"""A chat completions message. A sent one never changes: prompt caches match from the first byte."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run. No value comes from the repository."""

    root: Path  # the user's tree: read once, never written
    model: str  # any LiteLLM model string: `anthropic/claude-…`, `openai/…`, `ollama/…`
    api_base: str | None = None  # an OpenAI-compatible gateway or another address of the provider
    fallbacks: tuple[str, ...] = ()  # models to continue with, in order, when one does not answer
    approve: str = "plan"  # plan | edits | never
    sandbox: str = "auto"  # auto | docker | bwrap | landlock | none
    image: str | None = None  # of the container, for docker
    allow_net: bool = False  # commands in the sandbox may use the network
    trust: str | None = None  # digest of a repository configuration to obey without asking
    max_steps: int = 40  # replies of the model
    max_tokens: int | None = None  # of all requests together, in and out
    max_cost: float | None = None  # US dollars; needs a model with a known price
    max_seconds: float | None = None  # of requests and tools, without the user's time to decide
    issue: str = ""  # the issue to resolve, in somebody else's words: data, not an instruction
    test_command: str | None = None  # None: detected from the files of the tree
    budget: int = 8000  # tokens of the context pack that opens the conversation
    map_budget: int = 3000  # tokens of the repository map before it
    compact_at: int = 96_000  # tokens of a conversation that trigger compaction
    retries: int = 4  # of one request, on rate limits, server errors and broken connections
    backoff: float = 2.0  # seconds before the first retry, doubled for each further one
    stream: bool = False  # report the model's text while it arrives
    readable: tuple[Path, ...] = ()  # more folders for sandboxed commands to read: tool chains
    state: Path | None = None  # the folder of transcripts; None: `.clew/runs` at the root
    trees: Path | None = None  # the folder of worktrees; None: the user's state folder


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money, of one reply or summed."""

    prompt: int = 0  # input tokens, including those read from and written to a cache
    cached: int = 0  # input tokens read from a cache
    written: int = 0  # input tokens written to a cache, if the provider bills that
    completion: int = 0  # output tokens
    cost: float | None = 0.0  # US dollars; None if the price is unknown

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
    """A tool call of the model, not yet checked."""

    id: str
    name: str
    arguments: str  # as the model wrote it: usually, not always, a JSON object


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The result of a tool call, for the model."""

    text: str
    refs: tuple[str, ...] = ()  # names to read its body again, see `tools.code_refs`
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a model."""

    message: Message  # as it joins the conversation
    calls: tuple[ToolCall, ...]
    usage: Usage
    model: str = ""  # the name of the model
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a run."""

    status: str  # finished | unverified | rejected | limit | model | interrupted | error
    reason: str
    branch: str | None  # in the user's repository; None without git or without changes
    commit: str | None  # the last one on the branch
    diff: str  # from the start of the run to its end
    steps: int
    usage: Usage
    transcript: Path
    sandbox: str  # the kind of sandbox
    run: str = ""  # the run's id, for `--resume`
    flaky: tuple[str, ...] = ()  # tests that failed once and passed when run again
    red_before: tuple[str, ...] = ()  # failing tests that failed before the run, too
    redacted: int = 0  # secrets kept out of the conversation
