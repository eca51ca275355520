"""The loop: observe, plan, act, verify."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .approve import Approval, Ask, Proposal
from .edit import ToolError
from .endings import AgentError, Ending, Finished, Interrupted, LimitReached, ModelFailed, Refused, Unverified
from .model import Model
from .prompt import opening
from .records import Outcome, Reply, Settings, ToolCall, Usage
from .sandbox import choose, open_sandbox
from .session import Session, Watch, new_run_id, runs_folder
from .tools import COMMAND_SECONDS, TOOLS, Index, Toolbox
from .verify import find_test_command
from .worktree import Worktree, open_worktree

SILENT_TURNS = 3  # answers without a tool call, one after another, that end a run
NUDGE = "No tool was called. Go on with a tool call; call finish when the task is done."


@dataclass(slots=True)
class Run:
    """One task on its way."""

    task: str
    settings: Settings
    model: Model
    work: Worktree
    tools: Toolbox
    session: Session
    approval: Approval
    test_command: str | None
    steps: int = 0
    usage: Usage = field(default_factory=Usage)
    silent: int = 0  # turns in a row without a tool call
    ending: Ending | None = None  # set by `finish`, raised once the conversation is complete
    approved: set[str] = field(default_factory=set)  # files of the plans that were accepted

    def until_it_ends(self) -> Ending:
        """Open the conversation and take steps; the ending says why there is no next one."""
        try:
            context = self.tools.index.context(self.task, self.settings.budget).text
            for message in opening(self.task, self.test_command, context):
                self.session.say(message)
            while True:
                self.step()
        except Ending as ending:
            return ending

    def step(self) -> None:
        """One turn: ask the model, do what it calls for, tell it what came of that."""
        self.stay_within_limits()
        reply = self.ask()
        for call in reply.calls:
            self.observe(call, self.act(call))
        if self.ending:
            raise self.ending
        if not reply.calls:
            self.session.say({"role": "user", "content": NUDGE})

    def stay_within_limits(self) -> None:
        """Raise the ending that is due before another request is paid for."""
        if self.steps >= self.settings.max_steps:
            raise LimitReached(f"{self.steps} steps are used up (--max-steps)")
        if self.settings.max_cost is not None and (self.usage.cost or 0) >= self.settings.max_cost:
            raise LimitReached(
                f"{self.usage.cost:.2f} of {self.settings.max_cost:.2f} dollars are used up (--max-cost)"
            )
        if self.silent >= SILENT_TURNS:
            raise ModelFailed(f"{self.settings.model} answered {self.silent} times without calling a tool")

    def ask(self) -> Reply:
        """The model's next answer; it is on disk before anything is done about it."""
        reply = self.model.ask(self.session.messages, TOOLS)
        self.session.hear(reply.message, calls=[asdict(call) for call in reply.calls], usage=asdict(reply.usage))
        self.steps += 1
        self.usage += reply.usage
        self.silent = 0 if reply.calls else self.silent + 1
        return reply

    def act(self, call: ToolCall) -> str:
        """Carry out a tool call; the text that answers it."""
        return self.tools.call(call, {"plan": self.plan, "run": self.command, "finish": self.finish})

    def observe(self, call: ToolCall, answer: str) -> None:
        """Tell the model what came of its call."""
        self.session.say({"role": "tool", "tool_call_id": call.id, "content": answer})

    def plan(self, steps: list[str], files: list[str], tests: str, risks: str = "") -> str:
        """Accept a plan, or ask a person to; a change that names no new file needs no new approval."""
        text = plan_text(steps, files, tests, risks)
        known = self.tools.planned and self.approved.issuperset(files)
        if not known and (refusal := self.refusal(Proposal("plan", text))):
            raise ToolError(refusal)
        self.tools.planned = True
        self.approved.update(files)
        self.session.record("plan", text=text)
        return "the plan is accepted"

    def command(self, command: str, seconds: int = COMMAND_SECONDS) -> str:
        """Run a command; where it was the test command and passed, what it tested becomes a commit."""
        ran, shown = self.tools.run_command(command, seconds)
        if command.strip() == self.test_command and ran.code == 0:
            self.commit(self.task)
        return shown

    def finish(self, summary: str) -> str:
        """Verify. Only passing tests end the run; a failure is the next observation."""
        if self.test_command is None:
            self.commit(summary)
            self.ending = Unverified(f"{summary} (no test command was found: pass --test)")
            return "the run ends without a test"
        ran, shown = self.tools.run_command(self.test_command)
        self.session.record("verify", command=self.test_command, passed=ran.code == 0)
        if ran.code != 0:
            return f"not finished: {self.test_command} fails\n{shown}"
        self.commit(summary)
        self.ending = Finished(summary)
        return f"finished: {self.test_command} passes"

    def commit(self, message: str) -> None:
        """Keep what is there on the run's branch."""
        if commit := self.work.commit(commit_message(message)):
            self.session.record("commit", commit=commit)

    def refusal(self, proposal: Proposal) -> str:
        """Why a person does not want it, or "". The decision is recorded with a hash of what was decided on."""
        decision = self.approval.decide(proposal)
        if decision is None:
            return ""
        self.session.record("approval", kind=proposal.kind, digest=proposal.digest, **asdict(decision))
        if not decision.approved and not decision.reason:
            raise Refused(f"the {proposal.kind} was rejected")
        return "" if decision.approved else f"the user rejects this {proposal.kind}: {decision.reason}"


def run_agent(
    task: str,
    *,
    settings: Settings,
    index: Index,
    ask: Ask | None = None,
    watch: Watch | None = None,
    model: Model | None = None,
) -> Outcome:
    """Work on `task` in a copy of `settings.root` until an ending; what was done, however it ended.

    `ask` is asked for approvals, `watch` is told every event of the transcript. Raises `AgentError` where the run
    cannot begin. An error in the program itself is recorded and raised again.
    """
    approval = Approval(settings.approve, ask)
    settings = replace(settings, root=settings.root.resolve(), sandbox=choose(settings.sandbox))
    model = model or Model(settings.model, settings.api_base, settings.retries)
    if settings.max_cost is not None:
        model.require_price()
    run = prepare(clean(task), settings, index, approval, watch, model)
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


def prepare(task: str, settings: Settings, index: Index, approval: Approval, watch: Watch | None, model: Model) -> Run:
    """Make the working copy, the sandbox around it and the record."""
    run_id = new_run_id()
    try:
        session = Session((settings.state or runs_folder(settings.root)) / run_id, watch)
    except OSError as error:
        raise AgentError(f"the transcript cannot be written at {settings.root}: {error.strerror}") from error
    work = open_worktree(settings.root, run_id, settings.trees)
    sandbox = open_sandbox(settings.sandbox, work.tree, settings.readable)
    test_command = settings.test_command or find_test_command(work.root)
    session.record(
        "start",
        run=run_id,
        task=task,
        settings=plain(settings),
        start=work.start,
        branch=work.branch,
        test_command=test_command,
    )
    session.record("tools", tools=list(TOOLS))
    tools = Toolbox(work.root, index, sandbox, session)
    run = Run(task, settings, model, work, tools, session, approval, test_command)
    tools.refusal = lambda patch: run.refusal(Proposal("edit", patch))
    return run


def conclude(run: Run, ending: Ending) -> Outcome:
    """Keep what there is: the rest as a commit, the diff as a file, the ending in the transcript. Remove the copy."""
    commit, diff, reason = None, "", str(ending)
    try:
        run.commit(f"Unfinished: {run.task}")
        diff = run.work.diff()
        commit = run.work.head() if run.work.branch and run.work.head() != run.work.start else None
        (run.session.folder / "result.diff").write_text(diff, encoding="utf-8", errors="surrogateescape")
        run.work.remove()
    except (AgentError, OSError) as error:
        reason += f"; the working copy is left at {run.work.tree}: {error}"
    outcome = Outcome(
        status=ending.status,
        reason=reason,
        branch=run.work.branch if commit else None,
        commit=commit,
        diff=diff,
        steps=run.steps,
        usage=run.usage,
        transcript=run.session.transcript,
        sandbox=run.settings.sandbox,
    )
    ended = {name: value for name, value in asdict(outcome).items() if name not in ("diff", "transcript")}
    run.session.record("end", **ended)
    return outcome


def plan_text(steps: Sequence[str], files: Sequence[str], tests: str, risks: str) -> str:
    """A plan as a person reads it."""
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1))
    return f"{numbered}\nFiles: {', '.join(files) or 'none'}\nTests: {tests}" + (f"\nRisks: {risks}" if risks else "")


def commit_message(text: str) -> str:
    """`text` with a first line of bearable length."""
    first, _, rest = text.strip().partition("\n")
    if len(first) <= 72:
        return f"{first}\n{rest}".strip() or "Work of clew"
    return f"{first[:69]}...\n\n{text.strip()}"


def clean(text: str) -> str:
    """Text that can be sent: bytes of a command line that are no UTF-8 become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def plain(settings: Settings) -> dict[str, Any]:
    """The settings as JSON holds them."""
    given = asdict(settings) | {"readable": [str(path) for path in settings.readable]}
    return {name: str(value) if isinstance(value, Path) else value for name, value in given.items()}
