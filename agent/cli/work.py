"""`clew agent`: a task, carried out in a working copy and a sandbox."""

from __future__ import annotations

import json as jsonlib
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer import ClewError

from .options import JsonOption, StoreOption
from .output import amount, say, say_json, warn
from .place import question, repository_top, store_to_read, store_to_write, tree_around, working_folder
from .progress import progress

if TYPE_CHECKING:
    from agent import Outcome
    from indexer import State

EXIT_CODES = {"finished": 0, "unverified": 0, "rejected": 1, "limit": 1, "model": 2, "error": 2, "interrupted": 130}
SHOWN_LENGTH = 90  # characters of a tool call that are shown


class Approve(StrEnum):
    PLAN = "plan"
    EDITS = "edits"
    NEVER = "never"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("agent")(agent)


def agent(
    task: Annotated[str, typer.Argument(metavar="TASK", help="What to do; - for stdin.")],
    model: Annotated[
        str | None, typer.Option(envvar="CLEW_MODEL", help="Any LiteLLM model: anthropic/…, openai/…, ollama/…")
    ] = None,
    api_base: Annotated[
        str | None, typer.Option(metavar="URL", help="Another address: an OpenAI-compatible gateway, a local server.")
    ] = None,
    approve: Annotated[Approve, typer.Option(help="What needs your consent: plans, plans and edits, nothing.")] = (
        Approve.PLAN
    ),
    sandbox: Annotated[str, typer.Option(help="auto, bwrap, landlock, or none: unprotected.")] = "auto",
    max_steps: Annotated[int, typer.Option(min=1, help="Replies that the model may give.")] = 40,
    max_cost: Annotated[float | None, typer.Option(metavar="USD", min=0, help="Stop at this sum.")] = None,
    test: Annotated[
        str | None, typer.Option(metavar="CMD", help="What has to pass.", show_default="found by what lies there")
    ] = None,
    root: Annotated[
        Path | None, typer.Option(help="The tree to work on.", show_default="the indexed one around here")
    ] = None,
    read: Annotated[
        list[Path] | None, typer.Option(help="A folder, such as a tool chain, that commands may read. Repeatable.")
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Carry out TASK: find, plan, edit a copy, run the tests in a sandbox; the result is a branch and a diff to review."""
    from agent import Settings, ask_on_terminal, run_agent

    text = question(task)
    if model is None:
        raise ClewError("name the model: --model NAME, or set CLEW_MODEL")
    uri, top = _place(store, root)
    settings = Settings(
        top, model, api_base=api_base, approve=approve.value, sandbox=sandbox, max_steps=max_steps, max_cost=max_cost,
        test_command=test, readable=tuple(read or ()),
    )  # fmt: skip
    ask = ask_on_terminal if sys.stdin.isatty() else None
    if approve is not Approve.NEVER and ask is None:
        raise ClewError(f"--approve {approve.value} needs a terminal to ask on: pass --approve never")
    outcome = run_agent(text, settings=settings, index=_index(uri, top), ask=ask, watch=_follow)
    if json:
        say_json(asdict(outcome) | {"transcript": str(outcome.transcript)})
    else:
        _say_outcome(outcome)
    raise typer.Exit(EXIT_CODES.get(outcome.status, 2))


def _place(store: str | None, root: Path | None) -> tuple[str, Path]:
    """The store and the tree: the one given, or the indexed one around here, or the repository."""
    if root is not None:
        top = root.resolve()
        return store_to_write(store, top, bare=False), top
    uri = store_to_read(store)
    here = working_folder()
    return uri, Path(tree_around(uri, here) or repository_top(here) or here)


def _index(uri: str, top: Path) -> Any:
    """A searcher over `top` as it is now; the index is brought up to date first."""
    from indexer import Store, StoreError, open_worktree
    from retrieval import Searcher

    from .build import build

    state: State | None = Store(uri).state()
    view = str(top)
    try:
        with progress() as show:
            build(open_worktree(view), Store(uri), None, 0, show)
    except StoreError as error:
        if state is None or view not in state.views:
            raise
        warn(f"the index stays as it was: {error}")
    return Searcher.open(uri, view)


def _follow(event: dict[str, Any]) -> None:
    """Tell the person at the terminal what goes on."""
    match event["event"]:
        case "start":
            warn(f"works on branch {event['branch']}; tests: {event['test_command'] or 'none found, see --test'}")
        case "reply":
            if said := (event["message"].get("content") or "").strip():
                warn(said.splitlines()[0][:200])
            for call in event["calls"]:
                warn(f"  {call['name']} {_short(call['arguments'])}")
        case "verify":
            warn(f"  {event['command']}: {'passes' if event['passed'] else 'fails'}")
        case "commit":
            warn(f"  commit {event['commit'][:12]}")


def _short(arguments: str) -> str:
    try:
        given = jsonlib.loads(arguments)
        text = " ".join(f"{name}={value!r}" for name, value in given.items())
    except (ValueError, AttributeError):
        text = arguments
    return text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"


def _say_outcome(outcome: Outcome) -> None:
    usage = outcome.usage
    cost = "" if usage.cost is None else f", ${usage.cost:.2f}"
    say(f"{outcome.status}: {outcome.reason}")
    if outcome.commit:
        say(f"branch {outcome.branch} at {outcome.commit[:12]}: review it, then `git merge {outcome.branch}`")
    say(
        f"{amount(outcome.steps, 'step')}, {usage.prompt:,} tokens in ({usage.cached:,} from cache), "
        f"{usage.completion:,} out{cost}; sandbox {outcome.sandbox}"
    )
    say(f"transcript {outcome.transcript}")
    if outcome.diff:
        say()
        say(outcome.diff.rstrip("\n"))
