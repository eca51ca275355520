"""`clew agent`: carry out a task in a working copy and a sandbox."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer import ClewError

from .agent_index import index_of
from .agent_progress import ProgressPrinter
from .agent_runs import apply, find_run_folder, replay, show
from .locate import (
    read_question,
    repository_top,
    store_to_read,
    store_to_write,
    tree_around,
    working_folder,
)
from .options import JsonOption, StoreOption
from .output import FAILED, INTERRUPTED, NOTHING_FOUND, amount, say, say_json

if TYPE_CHECKING:
    from agent import Outcome, Settings

EXIT_CODES = {
    "finished": 0,
    "unverified": 0,
    "rejected": NOTHING_FOUND,
    "limit": NOTHING_FOUND,
    "model": FAILED,
    "error": FAILED,
    "interrupted": INTERRUPTED,
}
RUN = "run"
ISSUE_TASK = "Resolve the issue."  # the task if only an issue is given


class Approve(StrEnum):
    PLAN = "plan"
    EDITS = "edits"
    NEVER = "never"


Task = Annotated[
    str, typer.Argument(metavar="TASK", help="The task; - for stdin.", show_default=False)
]
ModelOption = Annotated[
    str | None,
    typer.Option(envvar="CLEW_MODEL", help="A LiteLLM model: anthropic/…, openai/…, ollama/…"),
]
IssueOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The text of an issue: data for the task, no instructions."),
]
FallbackOption = Annotated[
    list[str] | None,
    typer.Option("--fallback", metavar="MODEL", help="Try this model next. Repeatable."),
]
ApiBaseOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="Another address: an OpenAI-compatible gateway, a local server."
    ),
]
ApproveOption = Annotated[
    Approve, typer.Option(help="Ask for consent to plans, to plans and edits, or never.")
]
SandboxOption = Annotated[
    str, typer.Option(help="auto, docker, bwrap, landlock, or none: unprotected.")
]
ImageOption = Annotated[str | None, typer.Option(help="The container's image, for docker.")]
NetOption = Annotated[bool, typer.Option("--allow-net", help="Give commands the network.")]
TrustOption = Annotated[
    str | None,
    typer.Option(metavar="DIGEST", help="Obey the repository's [tool.clew] of this digest."),
]
StepsOption = Annotated[int, typer.Option(min=1, help="Limit of the model's replies.")]
TokensOption = Annotated[
    int | None, typer.Option(min=1, help="Limit of tokens, input and output together.")
]
CostOption = Annotated[float | None, typer.Option(metavar="USD", min=0, help="Limit of the cost.")]
TimeOption = Annotated[
    float | None,
    typer.Option("--max-time", metavar="SECONDS", min=0, help="Limit of the working time."),
]
TestOption = Annotated[
    str | None,
    typer.Option(
        "--test", metavar="CMD", help="The command that must pass.", show_default="detected"
    ),
]
ResumeOption = Annotated[
    str | None,
    typer.Option(metavar="RUN", help="Continue a run; options given here change its settings."),
]
TreeOption = Annotated[
    Path | None,
    typer.Option(help="The tree to work on.", show_default="the indexed one around here"),
]
ReadOption = Annotated[
    list[Path] | None,
    typer.Option("--read", help="A folder, such as a tool chain, for commands. Repeatable."),
]


class TaskOrCommand(typer.core.TyperGroup):
    """Takes `clew agent TASK` as `clew agent run TASK`, unless TASK is a command's name."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in self.commands:
            args = [RUN, *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(cls=TaskOrCommand, rich_markup_mode=None, add_completion=False)
    group.command(
        RUN,
        epilog="Also: `clew agent show [RUN]`, `replay [RUN]` and `apply [RUN]`, by default for"
        " the last run.",
    )(agent)
    group.command("show")(show)
    group.command("replay")(replay)
    group.command("apply")(apply)
    app.add_typer(
        group,
        name="agent",
        help="Carry out a task in a copy of the repository and a sandbox.",
    )


# Except for the first and the last ones, parameters are named as the fields of `Settings`.
def agent(
    context: typer.Context,
    task: Task = "",
    model: ModelOption = None,
    issue: IssueOption = None,
    fallbacks: FallbackOption = None,
    api_base: ApiBaseOption = None,
    approve: ApproveOption = Approve.PLAN,
    sandbox: SandboxOption = "auto",
    image: ImageOption = None,
    allow_net: NetOption = False,
    trust: TrustOption = None,
    max_steps: StepsOption = 40,
    max_tokens: TokensOption = None,
    max_cost: CostOption = None,
    max_seconds: TimeOption = None,
    test_command: TestOption = None,
    resume: ResumeOption = None,
    root: TreeOption = None,
    readable: ReadOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Carry out TASK: find, plan, edit a copy, run the tests in a sandbox.

    The result is a branch and a diff to review.
    """
    from agent import Settings

    uri, top = _store_and_tree(store, root)
    settings = Settings(
        root=top,
        model=model or "",
        api_base=api_base,
        fallbacks=tuple(fallbacks or ()),
        approve=approve.value,
        sandbox=sandbox,
        image=image,
        allow_net=allow_net,
        trust=trust,
        max_steps=max_steps,
        max_tokens=max_tokens,
        max_cost=max_cost,
        max_seconds=max_seconds,
        issue=_read_issue(issue),
        test_command=test_command,
        stream=sys.stderr.isatty(),
        readable=tuple(readable or ()),
    )
    if resume is None:
        outcome = _run(read_question(task or (ISSUE_TASK if issue else "")), settings, uri)
    else:
        outcome = _resume(resume, settings, _names_given(context), uri)
    if json:
        say_json(asdict(outcome) | {"transcript": str(outcome.transcript)})
    else:
        _say_outcome(outcome)
    raise typer.Exit(EXIT_CODES.get(outcome.status, FAILED))


def _read_issue(file: Path | None) -> str:
    """Return the text of an issue; "" without a file."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip() if file else ""
    except OSError as error:
        raise ClewError(f"{file} cannot be read: {error.strerror}") from error


def _names_given(context: typer.Context) -> list[str]:
    """Return the settings given on the command line or in the environment."""
    not_settings = {"task", "resume", "root", "store", "json"}
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return [
        name
        for name, source in sources.items()
        if name not in not_settings
        and source is not None
        and source.name in ("COMMANDLINE", "ENVIRONMENT")
    ]


def _run(task: str, settings: Settings, uri: str) -> Outcome:
    from agent import ask_on_terminal, run_agent

    if not settings.model:
        raise ClewError("name the model: --model NAME, or set CLEW_MODEL")
    ask = ask_on_terminal if sys.stdin.isatty() else None
    if settings.approve != "never" and ask is None:
        raise ClewError(
            f"--approve {settings.approve} needs a terminal to ask on: pass --approve never"
        )
    index = index_of(uri, settings.root)
    return run_agent(task, settings=settings, index=index, ask=ask, on_event=ProgressPrinter())


def _resume(run: str, settings: Settings, names: Sequence[str], uri: str) -> Outcome:
    """Continue a run; the settings in `names` replace the run's own."""
    from agent import ask_on_terminal, resume_agent

    folder = find_run_folder(run, settings.root)
    changes: dict[str, Any] = {name: getattr(settings, name) for name in (*names, "stream")}
    return resume_agent(
        folder,
        index=index_of(uri, settings.root),
        change=lambda recorded: replace(recorded, **changes),
        ask=ask_on_terminal if sys.stdin.isatty() else None,
        on_event=ProgressPrinter(),
    )


def _store_and_tree(store: str | None, root: Path | None) -> tuple[str, Path]:
    """Return the store and the tree: --root, else the indexed one around here or the repository."""
    if root is not None:
        top = root.resolve()
        return store_to_write(store, top, bare=False), top
    uri = store_to_read(store)
    here = working_folder()
    return uri, Path(tree_around(uri, here) or repository_top(here) or here)


def _say_outcome(outcome: Outcome) -> None:
    say(f"{outcome.status}: {outcome.reason}")
    review = f"review it, then `clew agent apply {outcome.run}`"
    if outcome.commit:
        say(f"branch {outcome.branch} at {outcome.commit[:12]}: {review}")
    elif outcome.diff:
        say(review)
    if outcome.status in ("limit", "model", "interrupted"):
        say(f"go on with `clew agent --resume {outcome.run}`")
    usage = outcome.usage
    cost = "" if usage.cost is None else f", ${usage.cost:.2f}"
    say(
        f"{amount(outcome.steps, 'step')}, {usage.prompt:,} tokens in ({usage.cached:,} from"
        f" cache), {usage.completion:,} out{cost}; sandbox {outcome.sandbox}"
    )
    if outcome.redacted:
        say(f"{amount(outcome.redacted, 'secret')} kept from the model")
    say(f"transcript {outcome.transcript}")
    if outcome.diff:
        say()
        say(outcome.diff.rstrip("\n"))
