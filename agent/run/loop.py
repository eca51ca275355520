"""The loop: observe, plan, act, verify. The session holds all memory of a run; see `state`."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NoReturn

from indexer import redact_text

from ..errors import ToolError
from ..model import Model, NoAnswer, OpeningParts, opening_messages, request_reply
from ..session import (
    Finished,
    LimitReached,
    Message,
    ModelFailed,
    Rejected,
    RunState,
    Session,
    Settings,
    StopReason,
    ToolCall,
    ToolResult,
    Unverified,
)
from ..tools import COMMAND_SECONDS, TOOLS, Toolbox, fit_item
from ..workspace import RunWorktree
from .approval import Approval, Decision, Proposal
from .compaction import compact, count_message_tokens
from .plan import format_plan, parse_plan
from .verification import Stage, Suite, Verdict, list_stages

SILENT_TURNS = 3  # replies in a row without a tool call that end a run
NUDGE = "No tool was called. Go on with a tool call; call finish when the task is done."
GIST = 140  # characters of a call that compaction keeps
CHANGING = ("edit", "run", "finish")  # tools that may change the worktree
STOP_REASONS: dict[str, type[StopReason]] = {"finished": Finished, "unverified": Unverified}


@dataclass(slots=True)
class Run:
    """One task in progress."""

    task: str
    settings: Settings
    models: Sequence[Model]
    worktree: RunWorktree
    tools: Toolbox
    session: Session
    approval: Approval
    test_command: str | None
    sandbox: str  # in words, for the model
    news: list[str] = field(default_factory=list)  # to tell the model before its next turn

    @property
    def state(self) -> RunState:
        return self.session.state

    def loop(self) -> NoReturn:
        """Open the conversation and take steps until a `StopReason` is raised."""
        if not self.state.messages:
            self.open()
        while True:
            self.step()

    def open(self) -> None:
        """Record the messages before the model's first reply, in one event: all or none."""
        messages, redacted = [], 0
        for message in opening_messages(self._opening_parts()):
            content, count = self.redact_and_fit(message["content"])
            messages.append({**message, "content": content})
            redacted += count
        self.session.record(
            "open", messages=messages, redacted=redacted, outputs=self.session.outputs
        )

    def _opening_parts(self) -> OpeningParts:
        index, settings = self.tools.index, self.settings
        question = f"{self.task}\n{settings.issue}".strip()
        return OpeningParts(
            index.map(settings.map_budget),
            self.task,
            settings.issue,
            self.test_command,
            self.sandbox,
            index.context(question, settings.budget),
        )

    def step(self) -> None:
        """Take one turn: carry out the pending calls, report their results, ask again."""
        while self.state.pending:  # also the calls that a killed run did not carry out
            self.observe(self.state.pending[0])
        if self.state.stop:
            status, reason = self.state.stop
            raise STOP_REASONS[status](reason)
        self.prepare_request()
        self.ask()

    def prepare_request(self) -> None:
        """Check the limits before another paid request; add news, a nudge or a digest."""
        self.check_limits()
        while self.news:
            self.session.add_message(self.news.pop(0), "news")
        if self.state.messages[-1]["role"] == "assistant":
            self.session.add_message(NUDGE, "nudge")
        if count_message_tokens(self.state.messages) > self.settings.compact_at:
            self.compact()

    def check_limits(self) -> None:
        """Raise the stop reason of the first limit that is reached."""
        if self.state.silent >= SILENT_TURNS:
            raise ModelFailed(
                f"{self.settings.model} answered {self.state.silent} times without calling a tool"
            )
        if reason := limit_reached(self.state, self.settings):
            raise LimitReached(reason)

    def ask(self) -> None:
        """Record the model's next reply. Compact once if the conversation is too long for it."""
        try:
            self._request_reply()
        except NoAnswer as error:
            if not self.compact():
                raise ModelFailed(f"{error}; there is nothing left to shorten") from error
            try:
                self._request_reply()
            except NoAnswer as again:
                raise ModelFailed(f"{again}, after the conversation was shortened") from again

    def _request_reply(self) -> None:
        on_text = self.report_text if self.settings.stream and self.session.on_event else None
        request_reply(self.session, self.models, TOOLS, self.settings, on_text)

    def report_text(self, text: str) -> None:
        """Report a piece of the model's text to the listener."""
        if self.session.on_event:
            self.session.on_event({"event": "text", "text": text})

    def compact(self) -> bool:
        """Replace old turns by a digest. Return False if there are none to replace."""
        tree = self.state.tree
        changed = self.worktree.changed_paths(self.worktree.start, tree) if tree else []
        compaction = compact(self.state, changed, self.settings.compact_at)
        if compaction is None:
            return False
        content, redacted = self.redact_and_fit(compaction.text)
        message: Message = {"role": "user", "content": content}
        self.session.record(
            "compact",
            message=message,
            kept=compaction.kept_turns,
            digests=compaction.kept_digests,
            redacted=redacted,
            outputs=self.session.outputs,
        )
        return True

    def observe(self, call: ToolCall) -> None:
        """Carry out a tool call; record its result and the resulting tree in one event."""
        begun, before = time.monotonic(), self.state.tree
        result = self.act(call)
        tree = self.worktree.snapshot() if call.name in CHANGING or not before else before
        text = result.text
        if call.name == "run" and before and tree != before:
            paths = ", ".join(self.worktree.changed_paths(before, tree)) or "outside of the root"
            text += f"\n[files changed by this command: {paths}]"
        content, redacted = self.redact_and_fit(text)
        redacted, self.tools.redacted = redacted + self.tools.redacted, 0
        self.session.record(
            "answer",
            message={"role": "tool", "tool_call_id": call.id, "content": content},
            act={
                "name": call.name,
                "gist": summarize_call(call),
                "refs": list(result.refs),
                "failed": content.partition("\n")[0][:GIST] if result.failed else "",
            },
            tree=tree,
            outputs=self.session.outputs,
            redacted=redacted,
            seconds=round(time.monotonic() - begun, 3),
        )

    def act(self, call: ToolCall) -> ToolResult:
        """Carry out a tool call."""
        steering: dict[str, Callable[..., ToolResult]] = {
            "plan": self.plan,
            "run": self.run_command,
            "finish": self.finish,
        }
        return self.tools.call(call, steering)

    def redact_and_fit(self, text: str) -> tuple[str, int]:
        """Return `text` without secrets, cut to the size of an item, and the number of secrets."""
        clean, count = redact_text(text)
        fitted = fit_item(clean, f"output:{self.session.outputs + 1}")
        if fitted != clean:
            self.session.next_output()[1].write_text(clean, encoding="utf-8", errors="replace")
        return fitted, count

    def plan(self, steps: list[str], files: list[str], tests: str, risks: str = "") -> ToolResult:
        """Accept a plan or ask a person to; a changed plan without new files needs no approval."""
        plan, answer = format_plan(steps, files, tests, risks), "the plan is accepted"
        if not (self.tools.planned and self.state.files.issuperset(files)):
            decision = self.decide(Proposal("plan", plan.text))
            if decision and not decision.approved:
                raise ToolError(f"the user rejects this plan: {decision.reason}")
            if decision and decision.text and decision.text != plan.text:
                plan = parse_plan(decision.text)
                answer = f"the user accepts the plan with changes; it is now:\n{plan.text}"
        self.tools.planned = True
        self.session.record("plan", text=plan.text, files=list(plan.files), tests=plan.tests)
        return ToolResult(answer)

    def run_command(self, command: str, seconds: int = COMMAND_SECONDS) -> ToolResult:
        """Run a command. If it is a test command and passes, commit the tested work."""
        result, answer = self.tools.run_command(command, seconds)
        if result.code == 0 and command.strip() in (self.test_command, self.state.plan_tests):
            self.commit(self.task)
        return answer

    def finish(self, summary: str) -> ToolResult:
        """Verify the work. Only passing tests end the run; a failure is the next observation."""
        if self.test_command is None and not self.state.plan_tests:
            return self._finish_untested(summary, "no test command was found")
        stages = self._list_stages()
        if not stages:
            return self._finish_untested(summary, "no command tests it")
        verdict = Suite(self.tools, self.worktree).verify(stages)
        self._record_verdict(verdict)
        if not verdict.passed:
            return ToolResult(f"not finished: {verdict.command} fails\n{verdict.text}", failed=True)
        self.commit(summary)
        remarks = format_remarks(verdict.flaky, verdict.red_before)
        self.session.record("finish", status="finished", reason=summary + remarks)
        return ToolResult(f"finished: {verdict.command} passes{remarks}")

    def _finish_untested(self, summary: str, reason: str) -> ToolResult:
        self.commit(summary)
        text = f"{summary} ({reason}: pass --test)"
        self.session.record("finish", status="unverified", reason=text)
        return ToolResult("the run ends without a test")

    def _list_stages(self) -> list[Stage]:
        tree = self.worktree.snapshot()
        changed = self.worktree.changed_lines(self.worktree.start, tree)
        return list_stages(
            self.tools.index.reaching_tests(changed),
            self.state.plan_tests,
            self.test_command,
            self.settings.test_command is not None,
            self.tools.root,
        )

    def _record_verdict(self, verdict: Verdict) -> None:
        self.session.record(
            "verify",
            passed=verdict.passed,
            command=verdict.command,
            failures=list(verdict.failures),
            flaky=list(verdict.flaky),
            red_before=list(verdict.red_before),
        )

    def commit(self, message: str) -> None:
        """Commit all changes to the run's branch, and index them for search."""
        text = format_commit_message(message)
        if commit := self.worktree.commit(text):
            self.session.record("commit", commit=commit, message=text.partition("\n")[0])
            if not self.state.stop:
                self.refresh_index()

    def refresh_index(self) -> None:
        """Index the worktree again, if possible, and queue the news of it for the model."""
        if index := self.tools.index.refresh(str(self.worktree.root)):
            self.tools.index = index
            self.news.append(
                "The index now covers your copy as it is after the last commit:"
                " `search` finds what you changed."
            )

    def decide(self, proposal: Proposal) -> Decision | None:
        """Return a person's decision, or None if nobody is asked.

        It is recorded with a hash of the proposal. Raise `Rejected` for a rejection without reason.
        """
        earlier = self.state.decisions.get(proposal.digest)
        if earlier and earlier["approved"]:  # decided before the run was killed
            return Decision(True, earlier["reason"], earlier["text"])
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
            raise Rejected(f"the {proposal.kind} was rejected")
        return decision

    def find_objection(self, proposal: Proposal) -> str:
        """Return why a person rejects the proposal, or ""."""
        decision = self.decide(proposal)
        if decision is None or decision.approved:
            return ""
        return f"the user rejects this {proposal.kind}: {decision.reason}"


def limit_reached(state: RunState, settings: Settings) -> str:
    """Return the first reached limit of steps, money, tokens or time in words, or ""."""
    cost, max_cost = state.usage.cost or 0, settings.max_cost
    tokens, max_tokens = state.usage.prompt + state.usage.completion, settings.max_tokens
    seconds, max_seconds = state.seconds, settings.max_seconds
    if state.steps >= settings.max_steps:
        return f"{state.steps} steps are used up (--max-steps)"
    if max_cost is not None and cost >= max_cost:
        return f"{cost:.2f} of {max_cost:.2f} dollars are used up (--max-cost)"
    if max_tokens is not None and tokens >= max_tokens:
        return f"{tokens:,} of {max_tokens:,} tokens are used up (--max-tokens)"
    if max_seconds is not None and seconds >= max_seconds:
        return f"{seconds:.0f} of {max_seconds:.0f} seconds are used up (--max-time)"
    return ""


def format_remarks(flaky: Sequence[str], red_before: Sequence[str]) -> str:
    """Return a remark for the user on tests that did not simply pass, or ""."""
    remarks = [f"flaky: {', '.join(flaky)}"] if flaky else []
    remarks += [f"failed before and still do: {', '.join(red_before)}"] if red_before else []
    return f" ({'; '.join(remarks)})" if remarks else ""


def summarize_call(call: ToolCall) -> str:
    """Return a call in a few words."""
    try:
        arguments: dict[str, Any] = json.loads(call.arguments)
        words = [
            shlex.quote(str(arguments[name]))
            for name in ("path", "query", "command", "start", "end", "find")
            if name in arguments
        ]
    except (ValueError, TypeError):
        words = []
    return " ".join(" ".join([call.name, *words]).split())[:GIST]


def format_commit_message(text: str) -> str:
    """Return `text` with a first line of at most 72 characters."""
    first, _, rest = text.strip().partition("\n")
    if len(first) <= 72:
        return f"{first}\n{rest}".strip() or "Work of clew"
    return f"{first[:69]}...\n\n{text.strip()}"
