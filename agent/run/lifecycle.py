"""A run from its start, or its resumption after a kill, to its outcome."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..errors import AgentError
from ..model import models_from
from ..sandbox import choose, describe_sandbox, open_sandbox, try_ladder
from ..session import (
    Interrupted,
    OnEvent,
    Outcome,
    RunState,
    Session,
    Settings,
    StopReason,
    find_unstarted,
    load,
    new_run_id,
    runs_folder,
)
from ..tools import TOOLS, Index, Toolbox
from ..workspace import RunWorktree, create_worktree, discard_worktree, reopen_worktree
from .approval import Approval, Ask, Proposal
from .loop import Run
from .setup import set_up
from .suite_command import find_test_command

PATHS = ("root", "state", "trees")  # settings that are paths
NOT_RECORDED = ("diff", "transcript", "run")  # fields of an outcome that the folder says


def run_agent(
    task: str,
    *,
    settings: Settings,
    index: Index,
    ask: Ask | None = None,
    on_event: OnEvent | None = None,
) -> Outcome:
    """Work on `task` in a copy of `settings.root` until the run stops; return the outcome.

    `ask` is called for approvals, `on_event` with every event of the transcript. Raise `AgentError`
    if the run cannot start. An error of the program itself is recorded and raised again.
    """
    approval = Approval(settings.approve, ask)
    probes = try_ladder(settings.sandbox, settings.image) if settings.sandbox != "none" else []
    settings = resolve_settings(settings)
    session = create_session(settings, on_event)
    run_id = session.folder.name
    worktree = create_worktree(settings.root, run_id, settings.trees)
    test_command = settings.test_command or find_test_command(worktree.root)
    task = clean_text(task)
    session.record(
        "start",
        run=run_id,
        task=task,
        settings=settings_to_json(settings),
        worktree=worktree.to_json(),
        branch=worktree.branch,
        test_command=test_command,
        sandbox=[asdict(result) for result in probes],
    )
    session.record("tools", tools=list(TOOLS))
    return drive(build_run(task, settings, index, approval, session, worktree, test_command))


def create_session(settings: Settings, on_event: OnEvent | None) -> Session:
    """Return the empty transcript of a new run; delete the leftovers of runs that never started."""
    try:
        runs = settings.state or runs_folder(settings.root)
        for folder in find_unstarted(runs):
            discard_worktree(settings.root, folder.name, settings.trees)
            shutil.rmtree(folder, ignore_errors=True)
        return Session(runs / new_run_id(), on_event)
    except OSError as error:
        raise AgentError(
            f"the transcript cannot be written at {settings.root}: {error.strerror}"
        ) from error


def resume_agent(
    folder: Path,
    *,
    index: Index,
    change: Callable[[Settings], Settings] = lambda settings: settings,
    ask: Ask | None = None,
    on_event: OnEvent | None = None,
) -> Outcome:
    """Continue the run in `folder` after its last event; `change` may change its settings.

    Raise `AgentError` if the run has not started or is finished.
    """
    session = Session(folder, on_event)
    events = list(load(folder))
    check_resumable(events, session.state, folder)
    start, state = events[0], session.state
    before = settings_from_json(start["settings"])
    settings = resolve_settings(change(before))
    approval = Approval(settings.approve, ask)
    worktree = reopen_worktree(last_worktree(events), start["run"], settings.trees)
    session.record(
        "resume",
        again=events[-1]["event"] == "end",
        settings=settings_to_json(settings),
        worktree=worktree.to_json(),
    )
    worktree.restore(state.tree or worktree.start)
    run = build_run(
        start["task"], settings, index, approval, session, worktree, start["test_command"]
    )
    if state.commits:
        run.refresh_index()
        run.news.clear()  # the model was told at the time of the commit
    described = describe_sandbox(before.sandbox, before.allow_net)
    if described != run.sandbox:
        run.news.append(f"The sandbox has changed. It was: {described}. It is: {run.sandbox}.")
    return drive(run)


def check_resumable(events: list[dict[str, Any]], state: RunState, folder: Path) -> None:
    """Raise `AgentError` if the run has not started or is finished."""
    if not events or events[0]["event"] != "start":
        raise AgentError(f"{folder} holds no run that has begun: start it anew")
    if state.stop and state.stop[0] == "finished" and events[-1]["event"] == "end":
        raise AgentError(f"run {folder.name} is finished: there is nothing to resume")


def build_run(
    task: str,
    settings: Settings,
    index: Index,
    approval: Approval,
    session: Session,
    worktree: RunWorktree,
    test_command: str | None,
) -> Run:
    """Return the run over an open session and worktree."""
    sandbox = open_sandbox(
        settings.sandbox,
        worktree.tree,
        settings.readable,
        allow_net=settings.allow_net,
        image=settings.image,
    )
    tools = Toolbox(worktree.root, index, sandbox, session, planned=bool(session.state.plan))
    run = Run(
        task,
        settings,
        models_from(settings),
        worktree,
        tools,
        session,
        approval,
        test_command,
        describe_sandbox(settings.sandbox, settings.allow_net),
    )
    tools.find_objection = lambda patch: run.find_objection(Proposal("edit", patch))
    return run


def drive(run: Run) -> Outcome:
    """Set up, take steps until a stop reason, and conclude in any case."""
    reason = StopReason("the run was cut off")
    try:
        set_up(run)
        run.loop()
    except StopReason as stop:
        reason = stop
    except KeyboardInterrupt:
        reason = Interrupted("interrupted by the user")
    except BaseException as error:  # recorded in the transcript, and raised again
        reason = StopReason(f"{type(error).__name__}: {error}")
        raise
    finally:
        outcome = conclude(run, reason)
    return outcome


def resolve_settings(settings: Settings) -> Settings:
    """Return the settings with an absolute root and a chosen sandbox; check the cost limit."""
    sandbox = choose(settings.sandbox, settings.image)
    settings = replace(settings, root=settings.root.resolve(), sandbox=sandbox)
    if settings.max_cost is not None:
        for model in models_from(settings):
            model.require_price()
    return settings


def conclude(run: Run, stop: StopReason) -> Outcome:
    """Commit the rest, write the diff, record the end, and remove the worktree."""
    commit, diff, reason, worktree = None, "", str(stop), run.worktree
    try:
        run.tools.sandbox.close()
        worktree.unlock()
        if worktree.commit(f"Unfinished: {run.task.partition(chr(10))[0][:60]}"):
            run.session.record("commit", commit=worktree.head(), message="Unfinished")
        diff = worktree.diff()
        has_commits = worktree.branch and worktree.head() != worktree.start
        commit = worktree.head() if has_commits else None
        (run.session.folder / "result.diff").write_text(
            diff, encoding="utf-8", errors="surrogateescape"
        )
        worktree.remove()
    except (AgentError, OSError) as error:
        reason += f"; the working copy is left at {worktree.tree}: {error}"
    outcome = _build_outcome(run, stop.status, reason, commit, diff)
    fields = {name: value for name, value in asdict(outcome).items() if name not in NOT_RECORDED}
    run.session.record("end", **fields)
    run.session.close()
    return outcome


def _build_outcome(run: Run, status: str, reason: str, commit: str | None, diff: str) -> Outcome:
    state = run.state
    return Outcome(
        status=status,
        reason=reason,
        branch=run.worktree.branch if commit else None,
        commit=commit,
        diff=diff,
        steps=state.steps,
        usage=state.usage,
        transcript=run.session.transcript,
        sandbox=run.settings.sandbox,
        run=run.session.folder.name,
        flaky=tuple(sorted(state.flaky)),
        red_before=state.red_before,
        redacted=state.redacted,
    )


def last_worktree(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the recorded worktree of the last start or resume."""
    return next(event["worktree"] for event in reversed(events) if "worktree" in event)


def clean_text(text: str) -> str:
    """Return text that can be sent: invalid UTF-8 of a command line becomes question marks."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def settings_to_json(settings: Settings) -> dict[str, Any]:
    values = asdict(settings) | {"readable": [str(path) for path in settings.readable]}
    return {
        name: str(value) if isinstance(value, Path) else value for name, value in values.items()
    }


def settings_from_json(values: dict[str, Any]) -> Settings:
    """Return recorded settings; names unknown to this version are skipped."""
    known = {name: value for name, value in values.items() if name in Settings.__dataclass_fields__}
    known |= {name: Path(known[name]) for name in PATHS if known.get(name)}
    known["readable"] = tuple(map(Path, known.get("readable", ())))
    known["fallbacks"] = tuple(known.get("fallbacks", ()))
    return Settings(**known)
