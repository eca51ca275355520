"""The container adapter, against a program with Docker's command line; no engine is needed on the
machine."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from agent import SandboxError
from agent.sandbox.docker import Container
from agent.sandbox.ladder import LADDER, choose, open_sandbox, probe, try_ladder
from agent.sandbox.watchdog import CommandResult, Limits
from tests.agent.conftest import PLAN, RIGHT, Play, reply

pytestmark = pytest.mark.usefixtures("docker")


@pytest.fixture
def container(tmp_path: Path) -> Container:
    (tmp_path / "tree").mkdir()
    return Container(tmp_path / "tree", "there", Limits(seconds=20))


def test_a_named_image_is_first_on_the_ladder() -> None:
    assert choose("auto", "there") == "docker"


def test_without_a_named_image_the_next_kind_is_tried() -> None:
    tried = try_ladder("auto")
    assert [finding.kind for finding in tried] == list(LADDER[: len(tried)])
    assert (tried[0].works, len(tried) > 1) == (False, True)
    assert "no image is named" in tried[0].detail


def test_a_container_that_shows_the_host_is_not_used(
    docker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = docker.parent / "docker"
    program.write_text(program.read_text().replace("hide_host_paths(part, volumes)", "part"))
    found = probe("docker", "there")
    assert not found.works and "leaked" in found.detail


def test_an_image_that_is_not_there_is_not_downloaded() -> None:
    with pytest.raises(
        SandboxError, match="there is no image missing on this machine, and none is downloaded"
    ):
        choose("docker", "missing")


def test_a_container_is_started_once_with_all_limits_and_without_network(
    container: Container, docker: Path
) -> None:
    output = container.tree.parent / "output"
    assert container.run("echo one > made", cwd=container.tree, output=output) == CommandResult(
        0, None
    )
    assert container.run("cat made; exit 3", cwd=container.tree, output=output) == CommandResult(
        3, None
    )
    assert output.read_text() == "one\n"
    (started,) = docker.iterdir()
    line = " ".join(json.loads(started.read_text()))
    for part in (
        "--network none", "--cap-drop ALL", "no-new-privileges", "--memory", "--pids-limit",
        "--read-only", "--ulimit fsize=", "--pull never", f"{container.tree}:{container.tree}:rw",
    ):  # fmt: skip
        assert part in line
    container.close()
    assert not list(docker.iterdir())


def test_nothing_of_the_hosts_environment_gets_in(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "the-password")
    output = container.tree.parent / "output"
    container.run("env", cwd=container.tree, output=output)
    assert "the-password" not in output.read_text()


def test_a_command_that_breaks_a_limit_ends_with_its_container(
    container: Container, docker: Path
) -> None:
    hurried = replace(container, limits=Limits(seconds=0.5))
    ran = hurried.run("sleep 60", cwd=container.tree, output=container.tree.parent / "output")
    assert ran.broken_limit is not None and "seconds" in ran.broken_limit
    assert not list(docker.iterdir())


def test_a_run_works_in_a_container(repository: Path, play: Play, docker: Path) -> None:
    replies = [PLAN, reply(("edit", RIGHT)), reply(("finish", {"summary": "Mended"}))]
    outcome = play(
        repository,
        replies,
        sandbox="docker",
        image="there",
        test_command="grep -q 'self.clock() + delay, error' courier/queue.py",
    )
    assert (outcome.status, outcome.sandbox) == ("finished", "docker"), outcome.reason
    assert not list(docker.iterdir())


def test_an_open_network_is_asked_for_by_name(tmp_path: Path) -> None:
    box = open_sandbox("docker", tmp_path, allow_net=True, image="there")
    assert isinstance(box, Container)
    assert "bridge" in box.start_line()
