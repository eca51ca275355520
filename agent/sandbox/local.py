"""Run commands with the host's programs, in bubblewrap or Landlock.

Both see the same short list of folders: an allow-list, so that a forgotten secret stays out.
bubblewrap uses namespaces. Landlock, with a seccomp filter, is the weaker one: it neither hides
the names of files nor keeps their owner from chmod, and it allows no socket at all.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import SandboxError
from .environment import host_environment
from .watchdog import CommandResult, Limits, count_threads, supervise

CONFINE = Path(__file__).with_name("confine.py")

SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/opt",
    "/nix/store",
    "/gnu/store",
)
# Of /etc only the files of compilers, interpreters and the C library; the rest holds passwords,
# keys and host configuration.
ETC = (
    *("alternatives", "ca-certificates", "crypto-policies", "debian_version", "fonts", "group"),
    *("host.conf", "hosts", "java", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias"),
    *("locale.conf", "localtime", "mime.types", "nsswitch.conf", "os-release", "passwd", "perl"),
    *("pki/tls/certs", "protocols", "python3", "services", "ssl/certs", "ssl/openssl.cnf"),
    *("terminfo", "timezone"),
)
NETWORK = ("/etc/resolv.conf", "/etc/ssl", "/etc/pip.conf")  # readable with --allow-net
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")
# unix, internet, internet 6, netlink: harmless in a private network namespace
LOCAL_FAMILIES = (1, 2, 10, 16)
TMPFS_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class LocalSandbox:
    """A way to run commands that see and write `tree`, and see little else."""

    kind: str  # bwrap | landlock | none
    tree: Path
    readable: tuple[Path, ...] = ()  # folders besides the system's and the running interpreter's
    limits: Limits = field(default_factory=Limits)
    allow_net: bool = False  # commands may use the host's network
    writable: tuple[Path, ...] = ()  # folders besides the tree
    path: tuple[Path, ...] = ()  # folders with programs, before the system's
    variables: tuple[tuple[str, str], ...] = ()  # additions to the environment
    namespaces: bool = True  # for Landlock: ask for some, and do without if the kernel has none

    def run(
        self, command: str, *, cwd: Path, output: Path, seconds: float | None = None
    ) -> CommandResult:
        """Run `command` by `sh`; stdout and stderr go to the file `output`, interleaved."""
        limits = self.limits.with_timeout(seconds)
        with private_folder() as private, output.open("wb") as file:
            process = subprocess.Popen(
                self.command_line(["/bin/sh", "-c", command], cwd, private),
                cwd=cwd,
                env=host_environment(private, self.path, self.variables),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            broken_limit = supervise(process, limits, output, self.tree)
        return CommandResult(137 if broken_limit else process.returncode, broken_limit)

    def command_line(self, command: Sequence[str], cwd: Path, private: Path) -> list[str]:
        """Return the arguments that start `command` confined; `private` is its temporary folder."""
        network = [path for path in map(Path, NETWORK) if path.exists()] if self.allow_net else []
        prefixes = [folder.parent for folder in self.path if folder.parent not in self.writable]
        readable = [*system_paths(), *network, *interpreter_paths(), *self.readable, *prefixes]
        policy = json.dumps(self._policy(readable, private))
        confined = [sys.executable, "-I", "-S", str(CONFINE), policy, *command]
        if self.kind != "bwrap":
            return confined
        line = bubblewrap_line(readable, (self.tree, *self.writable), private, self.allow_net)
        return [*line, "--chdir", str(cwd), "--", *confined]

    def close(self) -> None:
        """Do nothing: no process lives on between commands."""

    def _policy(self, readable: Sequence[Path], private: Path) -> dict[str, object]:
        """Return the policy for `confine`."""
        writable = [self.tree, *self.writable, private, *map(Path, DEVICES)]
        landlock = self.kind == "landlock"
        return {
            "limits": self._kernel_limits(),
            "families": self._families(),
            "namespaces": landlock and self.namespaces and not self.allow_net,
            "net": self.allow_net,
            "read": [str(path) for path in (*readable, "/proc")] if landlock else None,
            "write": [str(path) for path in writable if path.exists()] if landlock else None,
        }

    def _kernel_limits(self) -> dict[str, int]:
        limits = {
            "RLIMIT_CPU": self.limits.cpu_seconds,
            "RLIMIT_DATA": self.limits.memory,
            "RLIMIT_FSIZE": self.limits.file_size,
            "RLIMIT_CORE": 0,
        }
        # Outside of bubblewrap's namespace the kernel counts the user's other processes too. There
        # the limit only slows a fork bomb down until the watchdog kills it.
        others = 0 if self.kind == "bwrap" else self.limits.threads + count_threads(os.getuid())
        return limits | {"RLIMIT_NPROC": self.limits.threads + others}

    def _families(self) -> tuple[int, ...] | None:
        """Return the address families of the sockets that a command may open; None for all."""
        if self.kind == "none":
            return None
        return LOCAL_FAMILIES if self.kind == "bwrap" or self.allow_net else ()


@contextmanager
def private_folder() -> Iterator[Path]:
    """Yield a temporary folder and delete it afterwards."""
    path = Path(tempfile.mkdtemp(prefix="clew-")).resolve()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def system_paths() -> list[Path]:
    """Return the existing system paths; every command may read them."""
    candidates = [*map(Path, SYSTEM), *(Path("/etc", name) for name in ETC)]
    return [path for path in candidates if path.exists()]


def interpreter_paths() -> list[Path]:
    """Return the folders of the running Python outside of the system's, and `confine`.

    Raise `SandboxError` if one of them contains the home folder.
    """
    prefixes = dict.fromkeys((sys.prefix, sys.base_prefix, sys.exec_prefix))
    candidates = [path for each in prefixes for path in (Path(each), Path(each).resolve())]
    home = Path.home().resolve()
    for path in candidates:
        if path == home or path in home.parents:
            raise SandboxError(
                f"Python is installed in {path}, which holds the home folder:"
                " use a virtual environment"
            )
    outside = (path for path in dict.fromkeys(candidates) if not str(path).startswith("/usr"))
    return [CONFINE, *outside]


def bubblewrap_line(
    readable: Sequence[Path], writable: Sequence[Path], private: Path, net: bool
) -> list[str]:
    """Return the command line of bwrap, up to its own `--`."""
    nested = "--disable-userns" in bubblewrap_options()
    size = ["--size", str(TMPFS_BYTES)] if "--size" in bubblewrap_options() else []
    line = ["bwrap", "--unshare-all", *(["--share-net"] if net else []), "--die-with-parent"]
    line += ["--new-session", "--cap-drop", "ALL", "--hostname", "clew"]
    line += ["--unshare-user", "--disable-userns"] if nested else []
    line += ["--proc", "/proc", "--dev", "/dev"]
    line += [*size, "--tmpfs", "/tmp", *size, "--tmpfs", "/var/tmp"]
    for path in readable:  # after the temporary folders, since a path may be inside one
        if path.is_symlink() and path.parent == Path("/"):
            line += ["--symlink", os.readlink(path), str(path)]  # /bin → usr/bin
        else:
            line += ["--ro-bind", str(path), str(path)]
    binds = [part for folder in writable for part in ("--bind", str(folder), str(folder))]
    return [*line, *size, "--tmpfs", str(private), *binds, "--remount-ro", "/"]


@functools.cache
def bubblewrap_options() -> str:
    """Return the help text of the installed bwrap."""
    return subprocess.run(["bwrap", "--help"], capture_output=True, text=True).stdout
