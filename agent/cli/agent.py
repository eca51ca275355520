"""`clew agent`: a task, carried out in a working copy and a sandbox."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer import ClewError

from .agent_progress import Follow
from .agent_runs import apply, find, replay, show
from .locate import (
    question,
    repository_top,
    store_to_read,
    store_to_write,
    tree_around,
    working_folder,
)
from .options import JsonOption, StoreOption
from .output import amount, say, say_json, warn
from .progress import progress

if TYPE_CHECKING:
    from agent import Outcome, SearcherIndex, Settings
    from indexer import State
    from retrieval import Searcher

EXIT_CODES = {
    "finished": 0,
    "unverified": 0,
    "rejected": 1,
    "limit": 1,
    "model": 2,
    "error": 2,
    "interrupted": 130,
}
RUN = "run"


class Approve(StrEnum):
    PLAN = "plan"
    EDITS = "edits"
    NEVER = "never"


class TaskOrCommand(typer.core.TyperGroup):
    """`clew agent TASK` is `clew agent run TASK`: what is no command's name is a task."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = [RUN, *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(cls=TaskOrCommand, rich_markup_mode=None, add_completion=False)
    group.command(
        RUN,
        epilog="Also: `clew agent show [RUN]`, `replay [RUN]` and `apply [RUN]`, for the last run or the one named.",
    )(agent)
    group.command("show")(show)
    group.command("replay")(replay)
    group.command("apply")(apply)
    app.add_typer(
        group,
        name="agent",
        help="Carry out a task: find, plan, edit a copy, run the tests in a sandbox.",
    )


def agent(
    context: typer.Context,
    task: Annotated[
        str, typer.Argument(metavar="TASK", help="What to do; - for stdin.", show_default=False)
    ] = "",
    model: Annotated[
        str | None,
        typer.Option(
            envvar="CLEW_MODEL", help="Any LiteLLM model: anthropic/…, openai/…, ollama/…"
        ),
    ] = None,
    issue: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The text of an issue: data for the task, not your own words."
        ),
    ] = None,
    fallback: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL", help="Asked when the one before gives no answer. Repeatable."
        ),
    ] = None,
    api_base: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Another address: an OpenAI-compatible gateway, a local server."
        ),
    ] = None,
    approve: Annotated[
        Approve, typer.Option(help="What needs your consent: plans, plans and edits, nothing.")
    ] = (Approve.PLAN),
    sandbox: Annotated[
        str, typer.Option(help="auto, docker, bwrap, landlock, or none: unprotected.")
    ] = "auto",
    image: Annotated[str | None, typer.Option(help="The container's image, for docker.")] = None,
    allow_net: Annotated[
        bool, typer.Option("--allow-net", help="Commands may use the network.")
    ] = False,
    trust: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST", help="Obey the repository's [tool.clew] of this digest unasked."
        ),
    ] = None,
    max_steps: Annotated[int, typer.Option(min=1, help="Replies that the model may give.")] = 40,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Stop at so many tokens, in and out.")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(metavar="USD", min=0, help="Stop at this sum.")
    ] = None,
    max_time: Annotated[
        float | None, typer.Option(metavar="SECONDS", min=0, help="Stop after so much work.")
    ] = None,
    test: Annotated[
        str | None,
        typer.Option(
            metavar="CMD", help="What has to pass.", show_default="found by what lies there"
        ),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help="Go on with a run; options given here change its settings."
        ),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(help="The tree to work on.", show_default="the indexed one around here"),
    ] = None,
    read: Annotated[
        list[Path] | None,
        typer.Option(help="A folder, such as a tool chain, that commands may read. Repeatable."),
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Carry out TASK: find, plan, edit a copy, run the tests in a sandbox; the result is a branch and a diff to review."""
    from agent import Settings

    uri, top = _place(store, root)
    stream = sys.stderr.isatty()
    given: dict[str, Any] = {
        "model": model, "fallbacks": tuple(fallback or ()), "api_base": api_base, "approve": approve.value,
        "sandbox": sandbox, "image": image, "allow_net": allow_net, "trust": trust, "max_steps": max_steps,
        "max_tokens": max_tokens, "max_cost": max_cost, "max_seconds": max_time, "test_command": test,
        "readable": tuple(read or ()), "stream": stream, "issue": _text_of(issue),
    }  # fmt: skip
    if resume is None:
        settings = Settings(root=top, **{**given, "model": model or ""})
        outcome = _begin(question(task or (RESOLVE if issue else "")), settings, uri)
    else:
        named = {_OPTIONS.get(name, name) for name in context.params if _was_given(context, name)}
        changes = {name: value for name, value in given.items() if name in named}
        outcome = _go_on(resume, top, uri, {**changes, "stream": stream})
    if json:
        say_json(asdict(outcome) | {"transcript": str(outcome.transcript)})
    else:
        _say_outcome(outcome)
    raise typer.Exit(EXIT_CODES.get(outcome.status, 2))


RESOLVE = "Resolve the issue."  # the task where only an issue is given
_OPTIONS = {
    "max_time": "max_seconds",
    "test": "test_command",
    "read": "readable",
    "fallback": "fallbacks",
}


def _text_of(file: Path | None) -> str:
    """The text of an issue; "" for none."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip() if file else ""
    except OSError as error:
        raise ClewError(f"{file} cannot be read: {error.strerror}") from error


def _was_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name in ("COMMANDLINE", "ENVIRONMENT")


def _begin(task: str, settings: Settings, uri: str) -> Outcome:
    from agent import ask_on_terminal, run_agent

    if not settings.model:
        raise ClewError("name the model: --model NAME, or set CLEW_MODEL")
    ask = ask_on_terminal if sys.stdin.isatty() else None
    if settings.approve != "never" and ask is None:
        raise ClewError(
            f"--approve {settings.approve} needs a terminal to ask on: pass --approve never"
        )
    return run_agent(
        task, settings=settings, index=index_of(uri, settings.root), ask=ask, on_event=Follow()
    )


def _go_on(run: str, top: Path, uri: str, changes: dict[str, Any]) -> Outcome:
    from agent import ask_on_terminal, resume_agent

    folder = find(run, top)
    ask = ask_on_terminal if sys.stdin.isatty() else None
    return resume_agent(
        folder,
        index=index_of(uri, top),
        change=lambda settings: replace(settings, **changes),
        ask=ask,
        on_event=Follow(),
    )


def _place(store: str | None, root: Path | None) -> tuple[str, Path]:
    """The store and the tree: the one given, or the indexed one around here, or the repository."""
    if root is not None:
        top = root.resolve()
        return store_to_write(store, top, bare=False), top
    uri = store_to_read(store)
    here = working_folder()
    return uri, Path(tree_around(uri, here) or repository_top(here) or here)


def index_of(uri: str, top: Path) -> SearcherIndex:
    """An index of `top` as it is now; the store is brought up to date first."""
    from agent import SearcherIndex
    from indexer import Store, StoreError, open_worktree
    from retrieval import Searcher

    from .index import build

    state: State | None = Store(uri).state()
    view = str(top)
    try:
        with progress() as show_progress:
            build(open_worktree(view), Store(uri), None, 0, show_progress)
    except StoreError as error:
        if state is None or view not in state.views:
            raise
        warn(f"the index stays as it was: {error}")
    return SearcherIndex(Searcher.open(uri, view), lambda tree: _searcher_of_copy(uri, tree))


def _searcher_of_copy(uri: str, tree: str) -> Searcher | None:
    """A searcher over the working copy, in a store of its own that begins as the user's; None where that is elsewhere."""
    from agent import copy_store
    from indexer import Store, open_worktree
    from retrieval import Searcher

    from .index import build

    copy = copy_store(uri, tree)
    if copy is None:
        return None
    build(open_worktree(tree), Store(copy), None, 0, lambda phase, done, total: None)
    return Searcher.open(copy, tree)


def _say_outcome(outcome: Outcome) -> None:
    usage = outcome.usage
    cost = "" if usage.cost is None else f", ${usage.cost:.2f}"
    say(f"{outcome.status}: {outcome.reason}")
    if outcome.commit:
        say(
            f"branch {outcome.branch} at {outcome.commit[:12]}: review it, then `clew agent apply {outcome.run}`"
        )
    elif outcome.diff:
        say(f"review it, then `clew agent apply {outcome.run}`")
    if outcome.status in ("limit", "model", "interrupted"):
        say(f"go on with `clew agent --resume {outcome.run}`")
    say(
        f"{amount(outcome.steps, 'step')}, {usage.prompt:,} tokens in ({usage.cached:,} from cache), "
        f"{usage.completion:,} out{cost}; sandbox {outcome.sandbox}"
    )
    if outcome.redacted:
        say(f"{amount(outcome.redacted, 'secret')} kept from the model")
    say(f"transcript {outcome.transcript}")
    if outcome.diff:
        say()
        say(outcome.diff.rstrip("\n"))
