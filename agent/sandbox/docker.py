"""Run commands in a container: Docker, or a program that takes the same command line.

The container is started with the first command and lives until the run ends, so that what a command leaves in it is
there for the next one. It sees the working copy and nothing else of the machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..session.endings import SandboxError
from .watchdog import Limits, Ran, supervise

PROGRAM = "docker"
SECONDS = 60  # for the program itself, apart from the commands that it runs


@dataclass(slots=True)
class Container:
    """A container around `tree`, at the same path inside."""

    tree: Path
    image: str
    limits: Limits = field(default_factory=Limits)
    allow_net: bool = False
    writable: tuple[Path, ...] = ()
    path: tuple[Path, ...] = ()  # folders with programs, before the image's own
    variables: tuple[tuple[str, str], ...] = ()
    started: bool = False
    kind: str = "docker"

    @property
    def name(self) -> str:
        """The same for the same working copy, so that one that a kill left behind is found."""
        return f"clew-{self.tree.name}"

    def run(self, command: str, *, cwd: Path, output: Path, seconds: float | None = None) -> Ran:
        """Run a shell command; stdout and stderr go to the file `output`, together as they come."""
        if not self.started:
            self.start()
        limits = replace(
            self.limits, seconds=min(seconds or self.limits.seconds, self.limits.seconds)
        )
        line = [
            PROGRAM,
            "exec",
            "--workdir",
            str(cwd),
            self.name,
            "/bin/sh",
            "-c",
            self._bounded(command),
        ]
        with output.open("wb") as written:
            process = subprocess.Popen(
                line,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            stopped = supervise(process, limits, output, self.tree)
        if stopped:
            self.close()  # what runs inside is no child of ours: it ends with its container
        return Ran(137 if stopped else process.returncode, stopped)

    def start(self) -> None:
        """Start the container. Raises `SandboxError` with what the program says where it does not."""
        docker("rm", "--force", self.name)
        done = docker(*self.start_line())
        if done.returncode != 0:
            said = " ".join(done.stderr.decode(errors="replace").split())
            raise SandboxError(f"the container does not start: {said[-300:]}")
        self.started = True

    def start_line(self) -> list[str]:
        """The arguments that start it."""
        limits = self.limits
        line = ["run", "--detach", "--rm", "--init", "--pull", "never", "--name", self.name]
        line += ["--network", "bridge" if self.allow_net else "none", "--hostname", "clew"]
        line += [
            "--cap-drop",
            "ALL",
            "--security-opt",
            "no-new-privileges",
            "--user",
            f"{os.getuid()}:{os.getgid()}",
        ]
        line += ["--memory", str(limits.memory), "--memory-swap", str(limits.memory)]
        line += [
            "--pids-limit",
            str(limits.threads),
            "--ulimit",
            f"fsize={limits.file_size}",
            "--ulimit",
            "core=0",
        ]
        line += ["--read-only", "--tmpfs", "/tmp:rw,exec,size=1g", "--workdir", str(self.tree)]
        for path in (self.tree, *self.writable):
            line += ["--volume", f"{path}:{path}:rw"]
        for folder in self.path:
            line += (
                ["--volume", f"{folder.parent}:{folder.parent}:ro"]
                if folder.parent not in self.writable
                else []
            )
        for name, value in self._environment():
            line += ["--env", f"{name}={value}"]
        return [*line, self.image, "sleep", "infinity"]

    def close(self) -> None:
        """End the container and all that runs in it."""
        if self.started:
            docker("rm", "--force", self.name)
            self.started = False

    def _environment(self) -> list[tuple[str, str]]:
        fixed = {
            "HOME": "/tmp",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        fixed |= {"PYTHONHASHSEED": "0", "PYTEST_ADDOPTS": "-p no:cacheprovider -rfE"}
        return [*fixed.items(), *self.variables]

    def _bounded(self, command: str) -> str:
        folders = "".join(f"{folder}:" for folder in self.path)
        path = f'export PATH="{folders}$PATH"; ' if folders else ""
        return f"ulimit -t {self.limits.cpu_seconds}; {path}{command}"


def docker(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """What came of one call of the program."""
    try:
        return subprocess.run(
            [PROGRAM, *arguments], capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(arguments, 127, b"", str(error).encode())


def usable(image: str | None) -> str:
    """Why no container can be had, or "" where one can."""
    if shutil.which(PROGRAM) is None:
        return "docker is not installed"
    if not image:
        return "no image is named: --image NAME, or image in [tool.clew]"
    return first_failure(
        [
            (("version", "--format", "{{.Server.Version}}"), "its daemon does not answer"),
            (
                ("image", "inspect", image),
                f"there is no image {image} on this machine, and none is downloaded",
            ),
        ]
    )


def first_failure(calls: Sequence[tuple[tuple[str, ...], str]]) -> str:
    return next((failure for arguments, failure in calls if docker(*arguments).returncode != 0), "")
