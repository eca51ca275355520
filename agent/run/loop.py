"""The loop: observe, plan, act, verify. All that a run remembers is in its session; see `state`."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from indexer import redact_text

from ..model.litellm_model import Model, NoAnswer
from ..model.prompt import Opening, opening
from ..model.retries import ask
from ..session.endings import Ending, Finished, LimitReached, ModelFailed, Refused, Unverified
from ..session.records import Answer, Message, Settings, ToolCall
from ..session.state import State
from ..session.transcript import Session
from ..tools.edit import ToolError
from ..tools.output import fitting
from ..tools.toolbox import COMMAND_SECONDS, TOOLS, Toolbox
from ..workspace.worktree import Worktree
from . import plan as plans
from .approval import Approval, Decision, Proposal
from .compaction import compacted, size_of
from .setup import prepare
from .verification import Suite, stages

SILENT_TURNS = 3  # answers without a tool call, one after another, that end a run
NUDGE = "No tool was called. Go on with a tool call; call finish when the task is done."
GIST = 140  # characters of a call that compaction remembers
ENDINGS: dict[str, type[Ending]] = {"finished": Finished, "unverified": Unverified}


@dataclass(slots=True)
class Run:
    """One task on its way."""

    task: str
    settings: Settings
    models: Sequence[Model]
    work: Worktree
    tools: Toolbox
    session: Session
    approval: Approval
    test_command: str | None
    sandbox: str  # in words, as the model is told
    news: list[str] = field(
        default_factory=list
    )  # changes in the world that the model is told before its next turn

    @property
    def state(self) -> State:
        return self.session.state

    def until_it_ends(self) -> Ending:
        """Open the conversation and take steps; the ending says why there is no next one."""
        try:
            prepare(self)
            if not self.state.messages:
                self.open()
            while True:
                self.step()
        except Ending as ending:
            return ending

    def open(self) -> None:
        """Say what comes before the model's first answer: in one event, so that it is there whole or not at all."""
        index, settings = self.tools.index, self.settings
        given = Opening(
            index.map(settings.map_budget),
            self.task,
            settings.issue,
            self.test_command,
            self.sandbox,
            index.context(f"{self.task}\n{settings.issue}".strip(), settings.budget).text,
        )
        messages, redacted = [], 0
        for message in opening(given):
            content, count = self.presentable(message["content"])
            messages.append({**message, "content": content})
            redacted += count
        self.session.record(
            "open", messages=messages, redacted=redacted, outputs=self.session.outputs
        )

    def step(self) -> None:
        """One turn: do what the model called for, tell it what came of that, ask again."""
        while (
            self.state.pending
        ):  # before anything is asked: a run that was killed may have calls to answer
            self.observe(self.state.pending[0])
        if self.state.ending:
            status, reason = self.state.ending
            raise ENDINGS[status](reason)
        self.before_asking()
        self.ask()

    def before_asking(self) -> None:
        """Raise the ending that is due before another request is paid for; say what the model has to know."""
        self.stay_within_limits()
        while self.news:
            self.session.say(self.news.pop(0), "news")
        if self.state.messages[-1]["role"] == "assistant":
            self.session.say(NUDGE, "nudge")
        if size_of(self.state.messages) > self.settings.compact_at:
            self.compact()

    def stay_within_limits(self) -> None:
        """Raise the ending that is due."""
        state, settings = self.state, self.settings
        if state.silent >= SILENT_TURNS:
            raise ModelFailed(
                f"{settings.model} answered {state.silent} times without calling a tool"
            )
        if state.steps >= settings.max_steps:
            raise LimitReached(f"{state.steps} steps are used up (--max-steps)")
        if settings.max_cost is not None and (state.usage.cost or 0) >= settings.max_cost:
            raise LimitReached(
                f"{state.usage.cost:.2f} of {settings.max_cost:.2f} dollars are used up (--max-cost)"
            )
        if (
            settings.max_tokens is not None
            and (spent := state.usage.prompt + state.usage.completion) >= settings.max_tokens
        ):
            raise LimitReached(
                f"{spent:,} of {settings.max_tokens:,} tokens are used up (--max-tokens)"
            )
        if settings.max_seconds is not None and state.seconds >= settings.max_seconds:
            raise LimitReached(
                f"{state.seconds:.0f} of {settings.max_seconds:.0f} seconds are used up (--max-time)"
            )

    def ask(self) -> None:
        """Have the model's next answer on disk. A conversation that the model finds too long is compacted, once."""
        on_text = self.streamed if self.settings.stream and self.session.watch else None
        try:
            ask(self.session, self.models, TOOLS, self.settings, on_text)
        except NoAnswer as error:
            if not self.compact():
                raise ModelFailed(f"{error}; there is nothing left to shorten") from error
            try:
                ask(self.session, self.models, TOOLS, self.settings, on_text)
            except NoAnswer as again:
                raise ModelFailed(f"{again}, after the conversation was shortened") from again

    def streamed(self, text: str) -> None:
        """Let the person see what the model says while it says it."""
        if self.session.watch:
            self.session.watch({"event": "text", "text": text})

    def compact(self) -> bool:
        """Let old turns give way to a digest; whether there were any."""
        changed = self.work.changes(self.work.start, self.state.tree) if self.state.tree else []
        found = compacted(self.state, changed, self.settings.compact_at)
        if found is None:
            return False
        text, kept, digests = found
        content, redacted = self.presentable(text)
        message: Message = {"role": "user", "content": content}
        self.session.record(
            "compact",
            message=message,
            kept=kept,
            digests=digests,
            redacted=redacted,
            outputs=self.session.outputs,
        )
        return True

    def observe(self, call: ToolCall) -> None:
        """Carry out a tool call and tell the model what came of it, in one event with the tree that it left behind."""
        begun, before = time.monotonic(), self.state.tree
        answer = self.act(call)
        tree = (
            self.work.snapshot() if call.name in ("edit", "run", "finish") or not before else before
        )
        text = answer.text
        if call.name == "run" and before and tree != before:
            text += f"\n[files changed by this command: {', '.join(self.work.changes(before, tree)) or 'outside of the root'}]"
        content, redacted = self.presentable(text)
        redacted, self.tools.hidden = redacted + self.tools.hidden, 0
        failed = content.partition("\n")[0][:GIST] if answer.failed else ""
        self.session.record(
            "answer",
            message={"role": "tool", "tool_call_id": call.id, "content": content},
            act={
                "name": call.name,
                "gist": gist(call),
                "refs": list(answer.refs),
                "failed": failed,
            },
            tree=tree,
            outputs=self.session.outputs,
            redacted=redacted,
            seconds=round(time.monotonic() - begun, 3),
        )

    def act(self, call: ToolCall) -> Answer:
        """Carry out a tool call."""
        own: dict[str, Callable[..., Answer]] = {
            "plan": self.plan,
            "run": self.command,
            "finish": self.finish,
        }
        return self.tools.call(call, own)

    def presentable(self, text: str) -> tuple[str, int]:
        """`text` without secrets and no longer than an item may be, and how many secrets there were."""
        shown, count = redact_text(text)
        kept = f"output:{self.session.outputs + 1}"
        fitted = fitting(shown, kept)
        if fitted != shown:
            self.session.next_output()[1].write_text(shown, encoding="utf-8", errors="replace")
        return fitted, count

    def plan(self, steps: list[str], files: list[str], tests: str, risks: str = "") -> Answer:
        """Accept a plan, or ask a person to; a change that names no new file needs no new approval."""
        plan, answer = plans.written(steps, files, tests, risks), "the plan is accepted"
        if not (self.tools.planned and self.state.files.issuperset(files)):
            decision = self.decision(Proposal("plan", plan.text))
            if decision and not decision.approved:
                raise ToolError(f"the user rejects this plan: {decision.reason}")
            if decision and decision.text and decision.text != plan.text:
                plan = plans.read(decision.text)
                answer = f"the user accepts the plan with changes; it is now:\n{plan.text}"
        self.tools.planned = True
        self.session.record("plan", text=plan.text, files=list(plan.files), tests=plan.tests)
        return Answer(answer)

    def command(self, command: str, seconds: int = COMMAND_SECONDS) -> Answer:
        """Run a command; where it was a test that shows the work to be right, what it tested becomes a commit."""
        ran, answer = self.tools.run_command(command, seconds)
        if ran.code == 0 and command.strip() in (self.test_command, self.state.plan_tests):
            self.commit(self.task)
        return answer

    def finish(self, summary: str) -> Answer:
        """Verify. Only passing tests end the run; a failure is the next observation."""
        if self.test_command is None and not self.state.plan_tests:
            self.commit(summary)
            self.end("unverified", f"{summary} (no test command was found: pass --test)")
            return Answer("the run ends without a test")
        now = self.work.snapshot()
        near = self.tools.index.reaching(self.work.changed_lines(self.work.start, now))
        given = self.settings.test_command is not None
        order = stages(near, self.state.plan_tests, self.test_command, given, self.tools.root)
        if not order:
            self.commit(summary)
            self.end("unverified", f"{summary} (no command tests it: pass --test)")
            return Answer("the run ends without a test")
        verdict = Suite(self.tools, self.work).verify(order)
        told = {
            name: value
            for name, value in asdict(verdict).items()
            if name not in ("text", "seconds")
        }
        told |= {name: list(told[name]) for name in ("failures", "flaky", "red_before")}
        self.session.record("verify", **told)
        if not verdict.passed:
            return Answer(f"not finished: {verdict.command} fails\n{verdict.text}", failed=True)
        self.commit(summary)
        self.end("finished", summary + remarks(verdict.flaky, verdict.red_before))
        return Answer(
            f"finished: {verdict.command} passes{remarks(verdict.flaky, verdict.red_before)}"
        )

    def end(self, status: str, reason: str) -> None:
        """The run is over once this call is answered."""
        self.session.record("finish", status=status, reason=reason)

    def commit(self, message: str) -> None:
        """Keep what is there on the run's branch; search knows it from then on."""
        short = commit_message(message)
        if commit := self.work.commit(short):
            self.session.record("commit", commit=commit, message=short.partition("\n")[0])
            if not self.state.ending:
                self.refresh()

    def refresh(self) -> None:
        """Index the working copy again, where that is possible, and say so before the next turn."""
        if index := self.tools.index.refreshed(str(self.work.root)):
            self.tools.index = index
            self.news.append(
                "The index now covers your copy as it is after the last commit: `search` finds what you changed."
            )

    def decision(self, proposal: Proposal) -> Decision | None:
        """What a person decided, or None where nobody is asked. It is recorded with a hash of what was decided on."""
        known = self.state.decisions.get(proposal.digest)
        if known and known["approved"]:  # decided before the run was killed
            return Decision(True, known["reason"], known["text"])
        decision = self.approval.decide(proposal)
        if decision is None:
            return None
        approved = Proposal(proposal.kind, decision.text or proposal.text).digest
        self.session.record(
            "approval",
            kind=proposal.kind,
            digest=proposal.digest,
            approved_digest=approved,
            **asdict(decision),
        )
        if not decision.approved and not decision.reason:
            raise Refused(f"the {proposal.kind} was rejected")
        return decision

    def refusal(self, proposal: Proposal) -> str:
        """Why a person does not want it, or ""."""
        decision = self.decision(proposal)
        return (
            ""
            if decision is None or decision.approved
            else f"the user rejects this {proposal.kind}: {decision.reason}"
        )


def remarks(flaky: Sequence[str], red_before: Sequence[str]) -> str:
    """What a person should know of tests that did not simply pass."""
    parts = [f"flaky: {', '.join(flaky)}"] if flaky else []
    parts += [f"failed before and still do: {', '.join(red_before)}"] if red_before else []
    return f" ({'; '.join(parts)})" if parts else ""


def gist(call: ToolCall) -> str:
    """A call in a few words."""
    try:
        given: dict[str, Any] = json.loads(call.arguments)
        shown = [
            shlex.quote(str(given[name]))
            for name in ("path", "query", "command", "start", "end", "find")
            if name in given
        ]
    except (ValueError, TypeError):
        shown = []
    return " ".join(" ".join([call.name, *shown]).split())[:GIST]


def commit_message(text: str) -> str:
    """`text` with a first line of bearable length."""
    first, _, rest = text.strip().partition("\n")
    if len(first) <= 72:
        return f"{first}\n{rest}".strip() or "Work of clew"
    return f"{first[:69]}...\n\n{text.strip()}"
