"""How a run begins, goes on after a kill, is run again, and is concluded."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ..model.retries import models_of
from ..sandbox.local import choose, described, findings, open_sandbox
from ..session.endings import AgentError, Ending, Interrupted
from ..session.records import Outcome, Settings
from ..session.transcript import Session, Watch, load, new_run_id, runs_folder, unbegun
from ..tools.index import Index
from ..tools.toolbox import TOOLS, Toolbox
from ..workspace.worktree import Worktree, discard, open_worktree, reopen
from .approval import Approval, Ask, Proposal
from .loop import Run
from .test_command import find_test_command

PATHS = ("root", "state", "trees")


def run_agent(
    task: str,
    *,
    settings: Settings,
    index: Index,
    ask: Ask | None = None,
    watch: Watch | None = None,
) -> Outcome:
    """Work on `task` in a copy of `settings.root` until an ending; what was done, however it ended.

    `ask` is asked for approvals, `watch` is told every event of the transcript. Raises `AgentError` where the run
    cannot begin. An error in the program itself is recorded and raised again.
    """
    approval = Approval(settings.approve, ask)
    tried = findings(settings.sandbox, settings.image) if settings.sandbox != "none" else []
    settings = settled(settings)
    session = new_session(settings, watch)
    run_id = session.folder.name
    work = open_worktree(settings.root, run_id, settings.trees)
    test_command = settings.test_command or find_test_command(work.root)
    task = clean(task)
    session.record(
        "start", run=run_id, task=task, settings=plain(settings), worktree=work.to_json(), branch=work.branch,
        test_command=test_command, sandbox=[asdict(finding) for finding in tried],
    )  # fmt: skip
    session.record("tools", tools=list(TOOLS))
    return drive(made(task, settings, index, approval, session, work, test_command))


def new_session(settings: Settings, watch: Watch | None) -> Session:
    """The empty record of a new run. What is left of runs that were killed before theirs began is removed."""
    try:
        runs = settings.state or runs_folder(settings.root)
        for left in unbegun(runs):
            discard(settings.root, left.name, settings.trees)
            shutil.rmtree(left, ignore_errors=True)
        return Session(runs / new_run_id(), watch)
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
    watch: Watch | None = None,
) -> Outcome:
    """Go on with the run in `folder`, from its last event; `change` may change its settings. Raises `AgentError`."""
    session = Session(folder, watch)
    events = list(load(folder))
    if not events or events[0]["event"] != "start":
        raise AgentError(f"{folder} holds no run that has begun: start it anew")
    start, state = events[0], session.state
    if state.ending and state.ending[0] == "finished" and events[-1]["event"] == "end":
        raise AgentError(f"run {folder.name} is finished: there is nothing to resume")
    before = settings_of(start["settings"])
    settings = settled(change(before))
    approval = Approval(settings.approve, ask)
    work = reopen(last_worktree(events), start["run"], settings.trees)
    session.record(
        "resume",
        again=events[-1]["event"] == "end",
        settings=plain(settings),
        worktree=work.to_json(),
    )
    work.restore(state.tree or work.start)
    run = made(start["task"], settings, index, approval, session, work, start["test_command"])
    if state.commits:
        run.refresh()
        run.news.clear()  # the model was told when it happened
    if (told := described(before.sandbox, before.allow_net)) != run.sandbox:
        run.news.append(f"The sandbox has changed. It was: {told}. It is: {run.sandbox}.")
    return drive(run)


def made(
    task: str,
    settings: Settings,
    index: Index,
    approval: Approval,
    session: Session,
    work: Worktree,
    test_command: str | None,
) -> Run:
    """The run over an open session and working copy."""
    sandbox = open_sandbox(
        settings.sandbox,
        work.tree,
        settings.readable,
        allow_net=settings.allow_net,
        image=settings.image,
    )
    tools = Toolbox(work.root, index, sandbox, session, planned=bool(session.state.plan))
    run = Run(
        task,
        settings,
        models_of(settings),
        work,
        tools,
        session,
        approval,
        test_command,
        described(settings.sandbox, settings.allow_net),
    )
    tools.refusal = lambda patch: run.refusal(Proposal("edit", patch))
    return run


def drive(run: Run) -> Outcome:
    """Take steps until an ending, and conclude whatever happens."""
    ending = Ending("the run was cut off")
    try:
        ending = run.until_it_ends()
    except KeyboardInterrupt:
        ending = Interrupted("interrupted by the user")
    except BaseException as error:  # the transcript says how the run ended; raised again
        ending = Ending(f"{type(error).__name__}: {error}")
        raise
    finally:
        outcome = conclude(run, ending)
    return outcome


def settled(settings: Settings) -> Settings:
    """The settings with what `auto` and relative paths mean here, and checked."""
    settings = replace(
        settings, root=settings.root.resolve(), sandbox=choose(settings.sandbox, settings.image)
    )
    if settings.max_cost is not None:
        for model in models_of(settings):
            model.require_price()
    return settings


def conclude(run: Run, ending: Ending) -> Outcome:
    """Keep what there is: the rest as a commit, the diff as a file, the ending in the transcript. Remove the copy."""
    commit, diff, reason, state = None, "", str(ending), run.state
    try:
        run.tools.sandbox.close()
        run.work.unlock()
        if run.work.commit(f"Unfinished: {run.task.partition(chr(10))[0][:60]}"):
            run.session.record("commit", commit=run.work.head(), message="Unfinished")
        diff = run.work.diff()
        commit = run.work.head() if run.work.branch and run.work.head() != run.work.start else None
        (run.session.folder / "result.diff").write_text(
            diff, encoding="utf-8", errors="surrogateescape"
        )
        run.work.remove()
    except (AgentError, OSError) as error:
        reason += f"; the working copy is left at {run.work.tree}: {error}"
    outcome = Outcome(
        status=ending.status,
        reason=reason,
        branch=run.work.branch if commit else None,
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
    ended = {
        name: value
        for name, value in asdict(outcome).items()
        if name not in ("diff", "transcript", "run")
    }
    ended |= {"flaky": list(outcome.flaky), "red_before": list(outcome.red_before)}
    run.session.record("end", **ended)
    run.session.close()
    return outcome


def last_worktree(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Where the run worked last."""
    return next(event["worktree"] for event in reversed(events) if "worktree" in event)


def clean(text: str) -> str:
    """Text that can be sent: bytes of a command line that are no UTF-8 become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def plain(settings: Settings) -> dict[str, Any]:
    """The settings as JSON holds them."""
    given = asdict(settings) | {"readable": [str(path) for path in settings.readable]}
    return {name: str(value) if isinstance(value, Path) else value for name, value in given.items()}


def settings_of(given: dict[str, Any]) -> Settings:
    """The settings that `plain` wrote; names that this version does not know are passed over."""
    known = {name: value for name, value in given.items() if name in Settings.__dataclass_fields__}
    known |= {name: Path(known[name]) for name in PATHS if known.get(name)}
    known["readable"] = tuple(map(Path, known.get("readable", ())))
    known["fallbacks"] = tuple(known.get("fallbacks", ()))
    return Settings(**known)
