"""Run commands in a container: Docker, or a program with the same command line.

The container is started with the first command and lives until the run ends, so later commands
find the changes of earlier ones. It sees the worktree and no other folder of the machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import SandboxError
from .environment import container_environment
from .watchdog import CommandResult, Limits, supervise

PROGRAM = "docker"
TIMEOUT = 60  # seconds for the program itself, apart from the commands that it runs


@dataclass(slots=True)
class Container:
    """A container around `tree`, mounted at its host path."""

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
        """Equal for equal worktrees, so that a container left behind by a kill is replaced."""
        return f"clew-{self.tree.name}"

    def run(
        self, command: str, *, cwd: Path, output: Path, seconds: float | None = None
    ) -> CommandResult:
        """Run a shell command; stdout and stderr go to the file `output`, interleaved."""
        if not self.started:
            self.start()
        limits = self.limits.with_timeout(seconds)
        shell = ["/bin/sh", "-c", self._shell_command(command)]
        with output.open("wb") as file:
            process = subprocess.Popen(
                [PROGRAM, "exec", "--workdir", str(cwd), self.name, *shell],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            broken_limit = supervise(process, limits, output, self.tree)
        if broken_limit:
            self.close()  # its processes are no children of ours: they end with the container
        return CommandResult(137 if broken_limit else process.returncode, broken_limit)

    def start(self) -> None:
        """Start the container. Raise `SandboxError` with the program's message if it fails."""
        run_docker("rm", "--force", self.name)
        result = run_docker(*self.start_line())
        if result.returncode != 0:
            message = " ".join(result.stderr.decode(errors="replace").split())
            raise SandboxError(f"the container does not start: {message[-300:]}")
        self.started = True

    def start_line(self) -> list[str]:
        """Return the arguments that start the container."""
        line = ["run", "--detach", "--rm", "--init", "--pull", "never", "--name", self.name]
        line += ["--network", "bridge" if self.allow_net else "none", "--hostname", "clew"]
        line += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        line += ["--user", f"{os.getuid()}:{os.getgid()}"]
        line += [*self._limit_options(), *self._volume_options()]
        for name, value in container_environment(self.variables).items():
            line += ["--env", f"{name}={value}"]
        return [*line, self.image, "sleep", "infinity"]

    def close(self) -> None:
        """Remove the container with all its processes."""
        if self.started:
            run_docker("rm", "--force", self.name)
            self.started = False

    def _limit_options(self) -> list[str]:
        memory = str(self.limits.memory)
        line = ["--memory", memory, "--memory-swap", memory]
        line += ["--pids-limit", str(self.limits.threads)]
        return [*line, "--ulimit", f"fsize={self.limits.file_size}", "--ulimit", "core=0"]

    def _volume_options(self) -> list[str]:
        line = ["--read-only", "--tmpfs", "/tmp:rw,exec,size=1g", "--workdir", str(self.tree)]
        for path in (self.tree, *self.writable):
            line += ["--volume", f"{path}:{path}:rw"]
        for prefix in (folder.parent for folder in self.path):
            if prefix not in self.writable:
                line += ["--volume", f"{prefix}:{prefix}:ro"]
        return line

    def _shell_command(self, command: str) -> str:
        folders = "".join(f"{folder}:" for folder in self.path)
        path = f'export PATH="{folders}$PATH"; ' if folders else ""
        return f"ulimit -t {self.limits.cpu_seconds}; {path}{command}"


def run_docker(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Call the program; return code 127 if it cannot be run or does not end in time."""
    try:
        return subprocess.run(
            [PROGRAM, *arguments], capture_output=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(arguments, 127, b"", str(error).encode())


def find_problem(image: str | None) -> str:
    """Return why no container of `image` can be used, or ""."""
    if shutil.which(PROGRAM) is None:
        return "docker is not installed"
    if not image:
        return "no image is named: --image NAME, or image in [tool.clew]"
    if run_docker("version", "--format", "{{.Server.Version}}").returncode != 0:
        return "its daemon does not answer"
    if run_docker("image", "inspect", image).returncode != 0:
        return f"there is no image {image} on this machine, and none is downloaded"
    return ""
