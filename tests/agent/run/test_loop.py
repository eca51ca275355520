"""Whole runs, over real HTTP, with real git and a real sandbox."""

from __future__ import annotations

import json
import signal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from agent import AgentError, Decision, Outcome, Proposal, conversation, load
from agent.errors import SandboxError
from agent.session.state import Event
from retrieval import Hit
from tests.agent.conftest import (
    PLAN,
    RIGHT,
    WORKING,
    WRONG,
    Play,
    committed,
    git,
    reply,
    sample_in,
)
from tests.agent.grep_index import GrepIndex

DEMO = json.loads((Path(__file__).parents[3] / "data" / "demo" / "fix.json").read_text())
FINISH = reply(("finish", {"summary": "Retries wait from the failure"}))
LOOK = reply(("search", {"query": "retry"}), ("read", {"path": "courier/queue.py"}))


def events(outcome: Outcome) -> list[Event]:
    return list(load(outcome.transcript.parent))


def answers(outcome: Outcome) -> list[str]:
    """What the tools answered."""
    return [
        message["content"]
        for message in conversation(iter(events(outcome)))
        if message["role"] == "tool"
    ]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Play, Outcome]:
    """The demonstration, played once: the repository, what was sent, what became of it."""
    base = tmp_path_factory.mktemp("demo")
    repository, play = committed(sample_in(base)), Play(base / "trees")
    return repository, play, play(repository, DEMO["replies"], DEMO["task"])


def test_the_demo_brings_a_failing_test_to_a_verified_commit(
    demo: tuple[Path, Play, Outcome],
) -> None:
    repository, _, outcome = demo
    assert outcome.status == "finished"
    assert [event["passed"] for event in events(outcome) if event["event"] == "verify"] == [
        False,
        True,
    ]
    assert outcome.commit == git(repository, "rev-parse", str(outcome.branch)).strip()
    assert (
        "+        return self._keep(job.delayed(until=self.clock() + delay, error=error))"
        in outcome.diff
    )
    assert git(repository, "status", "--porcelain") == ""


@pytest.mark.parametrize("sandbox", WORKING)
def test_a_run_works_in_every_sandbox_of_the_machine(
    repository: Path, play: Play, sandbox: str
) -> None:
    outcome = play(repository, [PLAN, reply(("edit", RIGHT)), FINISH], sandbox=sandbox)
    assert (outcome.status, outcome.sandbox) == ("finished", sandbox)


def test_text_of_the_repository_is_marked_as_data(repository: Path, play: Play) -> None:
    play(repository, [FINISH], test_command="true")
    pack = json.loads(play.requests[0].body)["messages"][3]["content"]
    mark = pack.splitlines()[-1]
    assert mark.startswith("[data ")
    assert pack.count(mark) == 2


def test_the_result_for_a_folder_without_git_is_a_diff(folder: Path, play: Play) -> None:
    outcome = play(folder, [PLAN, reply(("edit", RIGHT)), FINISH])
    assert (outcome.status, outcome.branch, outcome.commit) == ("finished", None, None)
    assert (outcome.transcript.parent / "result.diff").read_text() == outcome.diff != ""
    assert "job.run_at + delay" in (folder / "courier" / "queue.py").read_text()


def test_each_request_begins_with_the_bytes_of_the_one_before(
    demo: tuple[Path, Play, Outcome],
) -> None:
    prompts = [request.prompt for request in demo[1].requests]
    assert len(prompts) == 6
    for earlier, later in pairwise(prompts):
        assert later.startswith(earlier)


def test_two_runs_of_the_same_task_send_the_same_bytes(repository: Path, play: Play) -> None:
    replies = [
        LOOK,
        PLAN,
        reply(("edit", RIGHT), ("run", {"command": "ls -R; cat missing"})),
        FINISH,
    ]
    sent = []
    for _ in range(2):
        play(repository, replies)
        sent.append([request.body for request in play.requests])
    assert sent[0] == sent[1]


def test_most_of_the_prompt_is_read_from_the_cache(demo: tuple[Path, Play, Outcome]) -> None:
    usage = demo[2].usage
    assert usage.cached / usage.prompt > 0.6
    assert usage.cost is None


def test_a_failing_test_is_the_next_observation(repository: Path, play: Play) -> None:
    outcome = play(repository, [PLAN, reply(("edit", WRONG)), FINISH], max_steps=3)
    assert outcome.status == "limit", outcome.reason
    near = "python -m pytest -q tests/test_queue.py tests/test_worker.py"
    assert answers(outcome)[-1].startswith(f"not finished: {near} fails\nexit code 1\n")


def test_unfinished_work_is_kept_on_the_branch(repository: Path, play: Play) -> None:
    outcome = play(repository, [PLAN, reply(("edit", WRONG))], max_steps=2)
    assert git(repository, "log", "-1", "--format=%s", str(outcome.branch)).startswith(
        "Unfinished: "
    )
    assert "time.time()" in outcome.diff


def test_a_step_whose_tests_pass_is_a_commit(repository: Path, play: Play) -> None:
    outcome = play(
        repository,
        [PLAN, reply(("edit", RIGHT), ("run", {"command": "python -m pytest -q"}))],
        max_steps=2,
    )
    assert len([event for event in events(outcome) if event["event"] == "commit"]) == 1


def test_a_run_without_a_test_command_is_not_called_finished(tmp_path: Path, play: Play) -> None:
    root = tmp_path / "plain"
    root.mkdir()
    (root / "a.txt").write_text("a\n")
    assert play(root, [FINISH]).status == "unverified"


def test_the_users_test_command_goes_before_the_one_that_is_found(
    repository: Path, play: Play
) -> None:
    assert play(repository, [FINISH], test_command="test -d courier").status == "finished"


def test_text_without_a_tool_call_is_answered_and_ends_the_run_in_the_end(
    repository: Path, play: Play
) -> None:
    outcome = play(repository, [reply(text="I think")] * 5)
    assert (outcome.status, outcome.steps) == ("model", 3)
    assert "without calling a tool" in outcome.reason


def test_malformed_arguments_come_back_and_leave_a_conversation_that_every_provider_takes(
    repository: Path, play: Play
) -> None:
    outcome = play(repository, [reply(("read", '{"path": "cour'))], max_steps=1)
    assert "not JSON" in answers(outcome)[0]
    said = next(event for event in events(outcome) if event["event"] == "reply")
    assert said["message"]["tool_calls"][0]["function"]["arguments"] == "{}"
    assert said["calls"][0]["arguments"] == '{"path": "cour'


def test_rate_limits_and_server_errors_are_tried_again(repository: Path, play: Play) -> None:
    failing = reply(("finish", {"summary": "Done"}), fail=[429])
    assert play(repository, [failing], test_command="true", retries=2).status == "finished"


def test_a_failing_provider_ends_the_run_with_the_reason_and_the_transcript(
    repository: Path, play: Play
) -> None:
    outcome = play(repository, [LOOK, reply(fail=[500, 500, 500])])
    assert outcome.status == "model"
    assert "InternalServerError" in outcome.reason
    assert [event["event"] for event in events(outcome)].count("reply") == 1
    assert events(outcome)[-1]["status"] == "model"


class BrokenIndex(GrepIndex):
    """An index that does something unforeseen when it is searched."""

    def __init__(self, root: Path, accident: Any) -> None:
        super().__init__(root)
        self.accident = accident

    def query(self, text: str, k: int = 10) -> list[Hit]:
        if text == "now":
            self.accident()
        return super().query(text, k)


def fail() -> None:
    raise RuntimeError("the index broke")


def test_an_error_in_a_tool_is_raised_and_the_transcript_is_there(
    repository: Path, play: Play
) -> None:
    with pytest.raises(RuntimeError, match="the index broke"):
        play(
            repository,
            [LOOK, reply(("search", {"query": "now"}))],
            index=BrokenIndex(repository, fail),
        )
    (run,) = (repository / ".clew" / "runs").iterdir()
    recorded = list(load(run))
    assert [event["event"] for event in recorded].count("reply") == 2
    assert recorded[-1]["reason"] == "RuntimeError: the index broke"


def test_control_c_ends_the_run_and_keeps_its_work(repository: Path, play: Play) -> None:
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a shell's background jobs begin without one
    index = BrokenIndex(repository, lambda: signal.raise_signal(signal.SIGINT))
    outcome = play(
        repository, [PLAN, reply(("edit", RIGHT)), reply(("search", {"query": "now"}))], index=index
    )
    signal.signal(signal.SIGINT, before)
    assert outcome.status == "interrupted"
    assert events(outcome)[-1]["status"] == "interrupted"
    assert "self.clock() + delay" in outcome.diff
    assert git(repository, "rev-parse", str(outcome.branch)).strip() == outcome.commit


def test_the_transcript_holds_the_conversation_as_it_was_sent(repository: Path, play: Play) -> None:
    outcome = play(repository, [LOOK, FINISH], test_command="true")
    sent = json.loads(play.requests[-1].body)["messages"]
    assert conversation(iter(events(outcome)))[: len(sent)] == sent


def test_a_transcript_that_was_cut_off_is_read_up_to_there(repository: Path, play: Play) -> None:
    outcome = play(repository, [FINISH], test_command="true")
    whole = events(outcome)
    outcome.transcript.write_bytes(outcome.transcript.read_bytes()[:-10])
    assert events(outcome) == whole[:-1]


def test_the_record_ignores_itself(repository: Path, play: Play) -> None:
    play(repository, [FINISH], test_command="true")
    assert git(repository, "status", "--porcelain") == ""


def test_events_are_told_as_they_happen(repository: Path, play: Play) -> None:
    seen: list[Event] = []
    outcome = play(repository, [FINISH], test_command="true", on_event=seen.append)
    assert seen == events(outcome)


def test_an_approved_plan_is_recorded_with_its_hash(repository: Path, play: Play) -> None:
    shown: list[Proposal] = []

    def ask(proposal: Proposal) -> Decision:
        shown.append(proposal)
        return Decision(True)

    outcome = play(
        repository, [PLAN, PLAN, reply(("edit", RIGHT)), FINISH], approve="plan", ask=ask
    )
    assert outcome.status == "finished"
    assert [proposal.kind for proposal in shown] == ["plan"]
    receipt = next(event for event in events(outcome) if event["event"] == "approval")
    assert (receipt["digest"], receipt["approved"]) == (shown[0].digest, True)


def test_a_plan_that_is_rejected_with_a_reason_goes_back_to_the_model(
    repository: Path, play: Play
) -> None:
    decisions = iter([Decision(False, "mend the store instead"), Decision(True)])
    outcome = play(
        repository,
        [PLAN, PLAN, FINISH],
        approve="plan",
        ask=lambda _: next(decisions),
        test_command="true",
    )
    assert outcome.status == "finished"
    assert answers(outcome)[0] == "error: the user rejects this plan: mend the store instead"


def test_a_plan_that_is_rejected_without_a_reason_ends_the_run(
    repository: Path, play: Play
) -> None:
    assert (
        play(repository, [PLAN], approve="plan", ask=lambda _: Decision(False)).status == "rejected"
    )


def test_each_edit_is_shown_as_a_patch_where_edits_are_approved(
    repository: Path, play: Play
) -> None:
    shown: list[Proposal] = []

    def ask(proposal: Proposal) -> Decision:
        shown.append(proposal)
        return Decision(proposal.kind == "plan", "not like this")

    outcome = play(
        repository, [PLAN, reply(("edit", RIGHT))], approve="edits", ask=ask, max_steps=2
    )
    assert (
        "+        return self._keep(job.delayed(until=self.clock() + delay, error=error))"
        in shown[1].text
    )
    assert outcome.diff == ""


def test_approval_without_anyone_to_ask_is_refused_at_once(repository: Path, play: Play) -> None:
    with pytest.raises(AgentError, match="--approve never"):
        play(repository, [], approve="plan")


def test_a_cost_limit_that_cannot_be_kept_is_refused_at_once(repository: Path, play: Play) -> None:
    with pytest.raises(AgentError, match="price of openai/scripted is unknown"):
        play(repository, [], max_cost=1.0)


def test_a_cost_limit_ends_the_run(repository: Path, play: Play) -> None:
    outcome = play(repository, [LOOK] * 9, model="openai/gpt-4o", max_cost=0.01)
    assert outcome.status == "limit", outcome.reason
    assert "--max-cost" in outcome.reason


def test_commands_cannot_reach_the_scripted_provider(repository: Path, play: Play) -> None:
    program = "import socket, os; socket.create_connection(('127.0.0.1', 80), 1)"
    outcome = play(repository, [reply(("run", {"command": f'python -c "{program}"'}))], max_steps=1)
    assert "exit code 1" in answers(outcome)[0]


@pytest.mark.usefixtures("docker")
def test_the_record_says_which_sandboxes_were_tried(repository: Path, play: Play) -> None:
    outcome = play(repository, [FINISH], sandbox="auto", image="there", test_command="true")
    (tried,) = events(outcome)[0]["sandbox"]
    assert (tried["kind"], tried["works"]) == ("docker", True)


def test_the_record_says_which_sandboxes_did_not_work(repository: Path, play: Play) -> None:
    if not WORKING:
        with pytest.raises(SandboxError, match=r"no sandbox works here \(docker: "):
            play(repository, [FINISH], sandbox="auto", test_command="true")
        return
    tried = events(play(repository, [FINISH], sandbox="auto", test_command="true"))[0]["sandbox"]
    assert (tried[0]["kind"], tried[0]["works"]) == ("docker", False)
    assert tried[-1]["works"]
