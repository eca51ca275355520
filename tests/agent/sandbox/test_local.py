"""Every way out that we could think of, in every sandbox that works on this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent import SandboxError
from agent.sandbox.ladder import LADDER, choose, open_sandbox, probe
from agent.sandbox.local import LocalSandbox
from agent.sandbox.watchdog import CommandResult, Limits
from tests.agent.conftest import WORKING

VARIETIES = [(kind, True) for kind in WORKING] + [
    (kind, False) for kind in WORKING if kind == "landlock"
]
SMALL = Limits(
    seconds=20,
    cpu_seconds=2,
    memory=256 << 20,
    threads=64,
    file_size=4 << 20,
    output=1 << 20,
    disk=32 << 20,
)


class Shell:
    """Runs commands in one sandbox and keeps what they print."""

    def __init__(self, sandbox: LocalSandbox, output: Path) -> None:
        self.sandbox = sandbox
        self.output = output

    @property
    def tree(self) -> Path:
        return self.sandbox.tree

    def __call__(self, command: str, **limits: Any) -> CommandResult:
        sandbox = replace(self.sandbox, limits=replace(SMALL, **limits))
        return sandbox.run(command, cwd=self.tree, output=self.output)

    def python(self, program: str, **limits: Any) -> CommandResult:
        (self.tree / "program.py").write_text(program)
        return self(f"{sys.executable} program.py", **limits)

    @property
    def said(self) -> str:
        return self.output.read_text(errors="replace")


@pytest.fixture(
    params=VARIETIES, ids=lambda variety: variety[0] if variety[1] else f"{variety[0]}-alone"
)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    kind, namespaces = request.param
    (tmp_path / "tree").mkdir()
    sandbox = open_sandbox(kind, tmp_path / "tree")
    assert isinstance(sandbox, LocalSandbox)
    return Shell(replace(sandbox, namespaces=namespaces), tmp_path / "output")


def test_auto_takes_the_first_kind_that_works_or_says_why_none_does() -> None:
    if WORKING:
        assert choose("auto") == WORKING[0]
        return
    with pytest.raises(SandboxError) as caught:
        choose("auto")
    for kind in LADDER:
        assert f"{kind}: {probe(kind).detail}" in str(caught.value)


@pytest.mark.parametrize("kind", LADDER)
def test_a_kind_is_used_where_it_works_and_refused_with_the_reason_elsewhere(kind: str) -> None:
    if kind in WORKING:
        assert choose(kind) == kind
        return
    with pytest.raises(SandboxError) as caught:
        choose(kind)
    assert probe(kind).detail in str(caught.value)


def test_a_command_runs_in_the_tree_and_gives_its_exit_code(shell: Shell) -> None:
    assert shell("echo hello > made; pwd; exit 7") == CommandResult(7, None)
    assert (shell.tree / "made").read_text() == "hello\n"
    assert shell.said.strip() == str(shell.tree)


def test_pytest_of_this_environment_runs(shell: Shell) -> None:
    (shell.tree / "test_it.py").write_text(
        "def test_it(tmp_path):\n    (tmp_path / 'x').write_text('y')\n"
    )
    assert shell("python -m pytest -q").code == 0, shell.said


def test_secrets_in_the_home_folder_cannot_be_read(shell: Shell) -> None:
    with tempfile.NamedTemporaryFile("w", dir=Path.home(), prefix=".clew-test-") as secret:
        secret.write("the-password")
        secret.flush()
        assert shell(f"cat {secret.name}").code != 0
        assert "the-password" not in shell.said


def test_files_beside_the_tree_cannot_be_read(shell: Shell) -> None:
    (shell.tree.parent / "secret").write_text("the-password")
    assert shell("cat ../secret").code != 0
    assert "the-password" not in shell.said


def test_password_hashes_cannot_be_read(shell: Shell) -> None:
    assert shell("cat /etc/shadow").code != 0


def test_links_do_not_lead_out(shell: Shell) -> None:
    (shell.tree.parent / "secret").write_text("the-password")
    (shell.tree / "link").symlink_to(shell.tree.parent / "secret")
    assert shell("cat link; ln -s ../secret second; cat second").code != 0
    assert "the-password" not in shell.said


def test_the_environment_holds_nothing_of_the_hosts(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "the-password")
    shell("env; cat /proc/*/environ")
    assert "the-password" not in shell.said


def test_the_environment_of_the_agent_cannot_be_read(shell: Shell) -> None:
    with subprocess.Popen(["sleep", "60"], env={"KEY": "the-password"}) as other:
        shell(f"cat /proc/{other.pid}/environ")
        other.kill()
    assert "the-password" not in shell.said


@pytest.mark.parametrize("place", ["..", "/etc", "/usr/local", "/var/tmp", str(Path.home()), "/"])
def test_nothing_is_written_outside_of_the_tree(shell: Shell, place: str) -> None:
    name = f"clew-test-{os.getpid()}"
    shell(f"echo leak > {place}/{name}")
    assert not (shell.tree / place / name).exists()


def test_files_beside_the_tree_cannot_be_removed(shell: Shell) -> None:
    beside = shell.tree.parent / "beside"
    beside.write_text("precious")
    shell("rm -rf ../beside; mv ../beside .")
    assert beside.read_text() == "precious"


def test_no_tcp_connection_leaves_it(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ran = shell.python(f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 5)")
        assert ran.code != 0
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_no_datagram_leaves_it(shell: Shell) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        shell.python(f"import socket\nsocket.socket(2, 2).sendto(b'leak', ('127.0.0.1', {port}))")
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.recv(10)


@pytest.mark.parametrize("abstract", [False, True])
def test_no_unix_socket_of_the_host_is_reached(
    shell: Shell, tmp_path: Path, abstract: bool
) -> None:
    address = f"\0clew-test-{os.getpid()}" if abstract else str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        assert shell.python(f"import socket\nsocket.socket(1).connect({address!r})").code != 0


def test_processes_of_the_host_cannot_be_killed(shell: Shell) -> None:
    with subprocess.Popen(["sleep", "60"]) as other:
        shell(f"kill -9 {other.pid}")
        assert other.poll() is None
        other.kill()


def test_a_fork_bomb_is_bounded_and_nothing_of_it_stays(shell: Shell) -> None:
    marker = f"bomb{os.getpid()}"
    ran = shell(f": {marker}; b() {{ b | b & }}; b; sleep 60")
    # Of a plain user the kernel may refuse forks first; the shell then waits for its time limit.
    assert ran.broken_limit is not None
    assert "processes" in ran.broken_limit or os.getuid() != 0
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert not [line for line in commands if marker.encode() in line]


def test_a_huge_file_is_bounded(shell: Shell) -> None:
    shell("head -c 100000000 /dev/zero > big")
    assert (shell.tree / "big").stat().st_size <= SMALL.file_size


def test_many_files_are_bounded(shell: Shell) -> None:
    ran = shell(
        "i=0; while :; do i=$((i+1)); head -c 2000000 /dev/zero > f$i; done", cpu_seconds=60
    )
    assert ran.broken_limit is not None and "disk" in ran.broken_limit


def test_memory_of_one_process_is_bounded(shell: Shell) -> None:
    assert shell.python("x = bytearray(1 << 30)").code != 0


def test_memory_of_all_processes_together_is_bounded(shell: Shell) -> None:
    ran = shell.python(
        "import subprocess, sys, time\n"
        "hog = 'x = bytearray(100 << 20); import time; time.sleep(60)'\n"
        "all = [subprocess.Popen([sys.executable, '-c', hog]) for _ in range(4)]\n"
        "time.sleep(60)\n"
    )
    assert ran.broken_limit is not None and "memory" in ran.broken_limit


def test_output_is_bounded(shell: Shell) -> None:
    ran = shell("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done", cpu_seconds=60)
    assert ran.broken_limit is not None and "output" in ran.broken_limit


def test_wall_clock_is_bounded(shell: Shell) -> None:
    ran = shell("sleep 60", seconds=0.2)
    assert ran.broken_limit is not None and "seconds" in ran.broken_limit


def test_cpu_time_is_bounded(shell: Shell) -> None:
    assert shell("while :; do :; done", cpu_seconds=1).code in (137, 152)


def test_what_a_command_leaves_behind_ends_with_it(shell: Shell) -> None:
    assert (
        shell("(setsid sh -c 'while :; do echo . >> beat; sleep 0.02; done' &) ; sleep 0.2").code
        == 0
    )
    beats = (shell.tree / "beat").stat().st_size
    time.sleep(0.2)
    assert (shell.tree / "beat").stat().st_size == beats > 0


def test_a_folder_made_readable_can_be_read_and_not_written(shell: Shell, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "data").write_text("useful")
    shell.sandbox = replace(shell.sandbox, readable=(tools,))
    shell(f"cat {tools}/data; echo leak > {tools}/made")
    assert "useful" in shell.said
    assert not (tools / "made").exists()


def test_a_sandbox_that_is_missing_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    probe.cache_clear()
    with pytest.raises(SandboxError, match="bubblewrap is not installed"):
        choose("bwrap")
    probe.cache_clear()


def test_a_sandbox_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SandboxError, match="there is no sandbox 'chroot'"):
        choose("chroot")


def test_only_an_explicit_none_runs_without_a_sandbox(tmp_path: Path) -> None:
    assert "none" not in LADDER
    assert open_sandbox("none", tmp_path).run(
        "true", cwd=tmp_path, output=tmp_path / "out"
    ) == CommandResult(0, None)


def test_with_an_open_network_a_connection_is_made_and_files_stay_shut(shell: Shell) -> None:
    shell.sandbox = replace(shell.sandbox, allow_net=True)
    (shell.tree.parent / "secret").write_text("the-password")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        ran = shell.python(
            f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 5)\n"
            "open('../secret').read()"
        )
    assert "FileNotFoundError" in shell.said or "PermissionError" in shell.said, (ran, shell.said)
    assert "the-password" not in shell.said


def test_hooks_and_settings_that_a_command_plants_are_not_run_by_the_agent(shell: Shell) -> None:
    shell(
        "mkdir -p .git/hooks; printf '#!/bin/sh\\ntouch ../ran' > .git/hooks/pre-commit;"
        " chmod +x .git/hooks/pre-commit"
    )
    shell(
        "printf '[core]\\n\\tfsmonitor = touch ../ran\\n' > .git/config;"
        " git status; git commit -m x"
    )
    assert not (shell.tree.parent / "ran").exists()
