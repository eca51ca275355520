"""What a person consents to, and what becomes of a run's result."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agent import (
    AgentError,
    Decision,
    Outcome,
    Proposal,
    apply_run,
    load,
    replay_run,
    summarize_run,
)
from agent.run.approval import edit_text
from agent.run.repository_config import Configuration, environment_folder, read_configuration
from tests.agent.conftest import MENDED, PLAN, RIGHT, Play, git, reply
from tests.agent.grep_index import GrepIndex

FINISH = reply(("finish", {"summary": "Retries wait from the failure"}))
FIX = [PLAN, reply(("edit", RIGHT)), FINISH]
PYPROJECT = (
    '[tool.clew]\nsetup = "echo installed > $CLEW_ENV/made"\ntest = "grep . $CLEW_ENV/made"\n'
)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_a_plan_that_the_user_changes_is_the_one_that_holds(repository: Path, play: Play) -> None:
    def ask(proposal: Proposal) -> Decision:
        return Decision(
            True, "changed by the user", proposal.text.replace("Tests: pytest", "Tests: true")
        )

    outcome = play(repository, [PLAN, FINISH], approve="plan", ask=ask, test_command="true")
    events = list(load(outcome.transcript.parent))
    approval = next(event for event in events if event["event"] == "approval")
    assert next(event for event in events if event["event"] == "plan")["tests"] == "true"
    assert approval["digest"] != approval["approved_digest"]
    answer = next(event for event in events if event["event"] == "answer")["message"]["content"]
    assert "accepts the plan with changes" in answer and "Tests: true" in answer


def test_the_users_editor_gives_the_changed_plan(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "editor.py"
    program.write_text(
        "import sys\npath = sys.argv[1]\ntext = open(path).read()\n"
        "open(path, 'w').write(text + 'more\\n')\n"
    )
    monkeypatch.setenv("VISUAL", f"{sys.executable} {program}")
    assert edit_text("1. one") == "1. one\nmore"
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    with pytest.raises(AgentError, match="set EDITOR"):
        edit_text("1. one")


@pytest.fixture
def fixed(repository: Path, play: Play) -> Outcome:
    return play(repository, FIX, test_command=MENDED)


def test_apply_brings_the_changes_into_the_users_tree_uncommitted(
    repository: Path, fixed: Outcome
) -> None:
    head = git(repository, "rev-parse", "HEAD")
    assert apply_run(fixed.transcript.parent, repository) == ["courier/queue.py"]
    assert git(repository, "status", "--porcelain") == " M courier/queue.py\n"
    assert git(repository, "rev-parse", "HEAD") == head


def test_apply_changes_nothing_where_something_does_not_fit(
    repository: Path, fixed: Outcome
) -> None:
    path = repository / "courier" / "queue.py"
    path.write_text(path.read_text().replace("job.run_at + delay", "job.run_at - delay"))
    before = path.read_text()
    with pytest.raises(AgentError, match="nothing was changed"):
        apply_run(fixed.transcript.parent, repository)
    assert path.read_text() == before


def test_apply_works_for_a_folder_without_git(folder: Path, play: Play) -> None:
    outcome = play(folder, FIX, test_command=MENDED)
    assert apply_run(outcome.transcript.parent, folder) == ["courier/queue.py"]
    assert "self.clock() + delay" in (folder / "courier" / "queue.py").read_text()


def test_the_changes_of_a_folder_in_a_repository_are_applied_there(
    repository: Path, play: Play
) -> None:
    part = repository / "part"
    part.mkdir()
    git(repository, "mv", "courier", "part/courier")
    git(repository, "commit", "-q", "-m", "Move")
    outcome = play(part, FIX, test_command=MENDED)
    assert apply_run(outcome.transcript.parent, part) == ["part/courier/queue.py"]
    assert "self.clock() + delay" in (part / "courier" / "queue.py").read_text()


def test_a_run_that_was_killed_after_it_was_resumed_is_not_applied(
    repository: Path, fixed: Outcome
) -> None:
    with fixed.transcript.open("a") as transcript:
        transcript.write('{"event": "ask", "key": "k"}\n')
    with pytest.raises(AgentError, match="has not ended: go on with"):
        apply_run(fixed.transcript.parent, repository)
    assert git(repository, "status", "--porcelain") == ""


def test_a_replay_makes_the_same_changes_without_asking_a_model(
    repository: Path, fixed: Outcome
) -> None:
    (repository / "courier" / "queue.py").write_text("changed since\n")
    replayed = replay_run(fixed.transcript.parent, GrepIndex(repository))
    assert (replayed["status"], replayed["replies"], replayed["same_diff"]) == ("finished", 3, True)
    assert git(repository, "branch", "--list", "clew/replay-*") == ""


def test_a_run_is_told_turn_by_turn_with_its_tokens(fixed: Outcome) -> None:
    told = summarize_run(load(fixed.transcript.parent))
    assert [turn["calls"][0]["name"] for turn in told["turns"]] == ["plan", "edit", "finish"]
    assert (
        told["total"]["prompt"]
        == fixed.usage.prompt
        == sum(turn["cached"] + turn["written"] + turn["fresh"] for turn in told["turns"])
    )
    assert told["status"] == "finished"
    assert any("passes" in note for note in told["turns"][2]["notes"])


def with_configuration(repository: Path) -> str:
    (repository / "pyproject.toml").write_text(PYPROJECT)
    asked = read_configuration(repository)
    assert asked is not None
    return asked.digest


def test_configuration_of_the_repository_is_not_obeyed_before_somebody_consents(
    repository: Path, play: Play
) -> None:
    digest = with_configuration(repository)
    outcome = play(repository, [FINISH], test_command=None)
    events = list(load(outcome.transcript.parent))
    assert next(event for event in events if event["event"] == "untrusted")["digest"] == digest
    assert not [event for event in events if event["event"] == "setup"]


def test_configuration_is_obeyed_with_its_digest_and_with_no_other(
    repository: Path, play: Play
) -> None:
    digest = with_configuration(repository)
    assert play(repository, [FINISH], trust=digest[:16]).status == "finished"
    other = "0" * 16
    assert "setup" not in [
        event["event"] for event in load(play(repository, [FINISH], trust=other).transcript.parent)
    ]


def test_consent_is_asked_once_for_the_same_values(repository: Path, play: Play) -> None:
    with_configuration(repository)
    shown: list[str] = []

    def ask(proposal: Proposal) -> Decision:
        shown.append(proposal.kind)
        return Decision(True)

    for _ in range(2):
        assert play(repository, [FINISH], approve="plan", ask=ask).status == "finished"
    assert shown == ["configuration"]
    (repository / "pyproject.toml").write_text(PYPROJECT.replace("installed", "other"))
    play(repository, [FINISH], approve="plan", ask=ask)
    assert shown == ["configuration"] * 2


def test_a_set_up_that_fails_ends_the_run_with_what_it_said(repository: Path, play: Play) -> None:
    (repository / "pyproject.toml").write_text(
        '[tool.clew]\nsetup = "echo no such package; exit 3"\n'
    )
    outcome = play(repository, [FINISH], approve="plan", ask=lambda _: Decision(True))
    assert outcome.status == "error"
    assert "the set-up failed: no such package" in outcome.reason


def test_consent_ends_when_a_script_that_the_set_up_names_changes(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.clew]\nsetup = 'sh tools/setup.sh --into=$CLEW_ENV'\n"
    )
    (tmp_path / "tools").mkdir()
    script = tmp_path / "tools" / "setup.sh"
    digests = set()
    for text in ("echo one", "echo two"):
        script.write_text(text)
        asked = read_configuration(tmp_path)
        assert asked is not None
        assert "runs tools/setup.sh" in asked.text
        digests.add(asked.digest)
    assert len(digests) == 2


def test_what_a_set_up_installs_belongs_to_one_repository(tmp_path: Path) -> None:
    asked = Configuration(setup="pip install .")
    folders = {environment_folder(asked, tmp_path, tmp_path / name) for name in ("mine", "theirs")}
    assert len(folders) == 2
