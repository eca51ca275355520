"""Run commands where they can do no harm: no network, no secrets, nothing writable but the working copy.

The ladder is bubblewrap (namespaces), then Landlock with a seccomp filter, then refusal; `none` has to be asked for.
Both see the same short list of folders: an allow-list, so that what we did not think of stays out. Landlock is the
weaker one: it neither hides the names of files nor keeps their owner from chmod, and it allows no socket at all.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from .endings import SandboxError
from .watchdog import Limits, supervise

LADDER = ("bwrap", "landlock")
CONFINE = Path(__file__).with_name("confine.py")

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt", "/nix/store", "/gnu/store")
# Of /etc what compilers, interpreters and the C library read; the rest holds passwords, keys and host configuration.
ETC = (
    "alternatives", "ca-certificates", "crypto-policies", "debian_version", "fonts", "group", "host.conf", "hosts",
    "java", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "locale.conf", "localtime", "mime.types",
    "nsswitch.conf", "os-release", "passwd", "perl", "pki/tls/certs", "protocols", "python3", "services", "ssl/certs",
    "ssl/openssl.cnf", "terminfo", "timezone",
)  # fmt: skip
NETWORK = ("/etc/resolv.conf", "/etc/ssl", "/etc/pip.conf")  # read where the network may be used
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")
LOCAL_FAMILIES = (1, 2, 10, 16)  # unix, internet, internet 6, netlink: harmless in a network namespace of one's own
TMPFS_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command."""

    code: int  # as a shell gives it: 128 + n for signal n; 137 for a broken limit
    stopped: str | None  # the limit that it broke, in words


@dataclass(frozen=True, slots=True)
class Finding:
    """What trying a sandbox showed."""

    kind: str
    works: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A way to run commands that see `tree`, may write there, and see little else."""

    kind: str  # bwrap | landlock | none
    tree: Path
    readable: tuple[Path, ...] = ()  # folders beyond the system's and the running interpreter's
    limits: Limits = field(default_factory=Limits)
    allow_net: bool = False  # whether commands may use the host's network
    namespaces: bool = True  # Landlock asks for some, and does without where the kernel gives none

    def run(self, command: str, *, cwd: Path, output: Path, seconds: float | None = None) -> Ran:
        """Run `command` by `sh`; stdout and stderr go to the file `output`, together as they come."""
        limits = replace(self.limits, seconds=min(seconds or self.limits.seconds, self.limits.seconds))
        with private_folder() as private, output.open("wb") as written:
            process = subprocess.Popen(
                self.command_line(["/bin/sh", "-c", command], cwd, private),
                cwd=cwd,
                env=environment(private),
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            stopped = supervise(process, limits, output, self.tree)
        return Ran(137 if stopped else process.returncode, stopped)

    def command_line(self, command: Sequence[str], cwd: Path, private: Path) -> list[str]:
        """What is really started for `command`; `private` is its temporary folder."""
        network = [path for path in map(Path, NETWORK) if path.exists()] if self.allow_net else []
        readable = [*visible_system(), *network, *interpreter(), *self.readable]
        confined = [sys.executable, "-I", "-S", str(CONFINE), self._policy(readable, private), *command]
        if self.kind == "bwrap":
            return [*bubblewrap(readable, self.tree, private, self.allow_net), "--chdir", str(cwd), "--", *confined]
        return confined

    def _policy(self, readable: Sequence[Path], private: Path) -> str:
        """What `confine` is to do inside."""
        limits = {
            "RLIMIT_CPU": self.limits.cpu_seconds,
            "RLIMIT_DATA": self.limits.memory,
            "RLIMIT_FSIZE": self.limits.file_size,
            "RLIMIT_CORE": 0,
        }
        if self.kind == "bwrap":  # elsewhere the kernel would count the user's other processes
            limits["RLIMIT_NPROC"] = self.limits.threads
        writable = [self.tree, private, *map(Path, DEVICES)]
        landlock = self.kind == "landlock"
        policy = {
            "limits": limits,
            "families": self._families(),
            "namespaces": landlock and self.namespaces and not self.allow_net,
            "net": self.allow_net,
            "read": [str(path) for path in (*readable, "/proc")] if landlock else None,
            "write": [str(path) for path in writable if path.exists()] if landlock else None,
        }
        return json.dumps(policy)

    def _families(self) -> tuple[int, ...] | None:
        """Address families of the sockets that a command may open; None for all."""
        if self.kind == "none":
            return None
        return LOCAL_FAMILIES if self.kind == "bwrap" or self.allow_net else ()


@contextmanager
def private_folder() -> Iterator[Path]:
    """A temporary folder that is gone afterwards, whatever was done to it."""
    path = Path(tempfile.mkdtemp(prefix="clew-")).resolve()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def environment(private: Path) -> dict[str, str]:
    """The whole environment of a command: nothing of the host's, which may hold keys."""
    folders = [Path(sys.executable).parent, *map(Path, os.defpath.split(os.pathsep)), *map(Path, SYSTEM_PATH)]
    return {
        "PATH": os.pathsep.join(dict.fromkeys(map(str, folders))),
        "HOME": str(private),
        "TMPDIR": str(private),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # or the working copy fills with files that nobody wrote
        "PYTHONHASHSEED": "0",  # the same input gives the same output
        "PYTEST_ADDOPTS": "-p no:cacheprovider -rfE",  # and name each test that fails
    }


SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/go/bin")


def visible_system() -> list[Path]:
    """What every command may read of the system."""
    candidates = [*map(Path, SYSTEM), *(Path("/etc", name) for name in ETC)]
    return [path for path in candidates if path.exists()]


def interpreter() -> list[Path]:
    """Where the running Python and its packages lie, if not in the system's folders, and the script that confines."""
    home = Path.home().resolve()
    found = [CONFINE]
    for prefix in dict.fromkeys((sys.prefix, sys.base_prefix, sys.exec_prefix)):
        for path in dict.fromkeys((Path(prefix), Path(prefix).resolve())):
            if path == home or path in home.parents:
                raise SandboxError(
                    f"Python is installed in {path}, which holds the home folder: use a virtual environment"
                )
            if not str(path).startswith("/usr"):
                found.append(path)
    return found


def bubblewrap(readable: Sequence[Path], tree: Path, private: Path, net: bool) -> list[str]:
    """The command line of bwrap up to the command's own."""
    line = [
        "bwrap",
        "--unshare-all",
        *(["--share-net"] if net else []),
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
    ]
    line += ["--hostname", "clew"]
    line += ["--unshare-user", "--disable-userns"] if "--disable-userns" in bubblewrap_options() else []
    size = ["--size", str(TMPFS_BYTES)] if "--size" in bubblewrap_options() else []
    line += ["--proc", "/proc", "--dev", "/dev", *size, "--tmpfs", "/tmp", *size, "--tmpfs", "/var/tmp"]
    for path in readable:  # after the temporary folders: one of these may lie in there
        if path.is_symlink() and path.parent == Path("/"):
            line += ["--symlink", os.readlink(path), str(path)]  # /bin → usr/bin
        else:
            line += ["--ro-bind", str(path), str(path)]
    return [*line, *size, "--tmpfs", str(private), "--bind", str(tree), str(tree), "--remount-ro", "/"]


@functools.cache
def bubblewrap_options() -> str:
    """What the installed bwrap says of its options."""
    return subprocess.run(["bwrap", "--help"], capture_output=True, text=True).stdout


@functools.cache
def probe(kind: str) -> Finding:
    """Try a sandbox once, for real: it runs a command that writes in its tree, and reads, writes, connects outside."""
    if kind == "bwrap" and shutil.which("bwrap") is None:
        return Finding(kind, False, "bubblewrap is not installed")
    with private_folder() as base, socket.create_server(("127.0.0.1", 0)) as server:
        tree, outside, output = base / "tree", base / "outside", base / "output"
        tree.mkdir()
        outside.mkdir()
        (outside / "secret").write_text("leaked")
        script = TRIAL.format(outside=outside, port=server.getsockname()[1])
        ran = Sandbox(kind, tree).run(f"{sys.executable} -I -S -c '{script}'", cwd=tree, output=output, seconds=30)
        said = output.read_text(errors="replace").strip()
        lasting = (tree / "inside").exists() and not (outside / "written").exists()
    if ran.code == 0 and lasting and said == "confined":
        return Finding(
            kind, True, "runs commands without network, and nothing outside of the tree is readable or writable"
        )
    return Finding(kind, False, " ".join(said.split())[-300:] or f"the trial command ended with {ran.code}")


TRIAL = """
import socket
open("inside", "w").close()
def attempt(what, act):
    try:
        act()
    except OSError:
        return
    print("it does not keep a command from:", what)
attempt("reading", lambda: open("{outside}/secret").read())
attempt("writing", lambda: open("{outside}/written", "w").close())
attempt("connecting", lambda: socket.create_connection(("127.0.0.1", {port}), 5))
print("confined")
"""


def open_sandbox(
    wanted: str,
    tree: Path,
    readable: tuple[Path, ...] = (),
    limits: Limits | None = None,
    *,
    allow_net: bool = False,
) -> Sandbox:
    """The sandbox of the kind `wanted`, or with `auto` the first that works. Raises `SandboxError` without one."""
    return Sandbox(choose(wanted), tree.resolve(), readable, limits or Limits(), allow_net)


def described(sandbox: Sandbox) -> str:
    """What a command can do in it, in words that are the same on every machine."""
    if sandbox.kind == "none":
        return "none: commands run unprotected"
    network = "the network is open" if sandbox.allow_net else "there is no network"
    return f"{sandbox.kind}: commands can write in the repository only, and {network}"


def choose(wanted: str) -> str:
    """The kind to use for `wanted`: `auto`, one of the ladder, or `none`, which only a person can choose."""
    if wanted == "none":
        return wanted
    if wanted != "auto" and wanted not in LADDER:
        raise SandboxError(f"there is no sandbox {wanted!r}: use auto, {', '.join(LADDER)} or none")
    findings = [probe(kind) for kind in (LADDER if wanted == "auto" else (wanted,))]
    working = next((finding.kind for finding in findings if finding.works), None)
    if working is None:
        tried = "; ".join(f"{finding.kind}: {finding.detail}" for finding in findings)
        raise SandboxError(
            f"no sandbox works here ({tried}): install bubblewrap, or pass --sandbox none to run unprotected"
        )
    return working
