"""Run commands where they can do no harm: no network, no secrets, nothing writable but the working copy.

The ladder is Docker, where an image is named (`container`), bubblewrap (namespaces), Landlock with a seccomp filter, and
refusal; `none` has to be asked for. The two of our own see the same short list of folders: an allow-list, so that what we did not think of stays out. Landlock is the
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

from ..session.endings import SandboxError
from .docker import Container, usable
from .watchdog import Limits, Ran, supervise

LADDER = ("docker", "bwrap", "landlock")
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
# Of /etc what compilers, interpreters and the C library read; the rest holds passwords, keys and host configuration.
ETC = (
    "alternatives", "ca-certificates", "crypto-policies", "debian_version", "fonts", "group", "host.conf", "hosts",
    "java", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "locale.alias", "locale.conf", "localtime", "mime.types",
    "nsswitch.conf", "os-release", "passwd", "perl", "pki/tls/certs", "protocols", "python3", "services", "ssl/certs",
    "ssl/openssl.cnf", "terminfo", "timezone",
)  # fmt: skip
NETWORK = ("/etc/resolv.conf", "/etc/ssl", "/etc/pip.conf")  # read where the network may be used
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty")
LOCAL_FAMILIES = (
    1,
    2,
    10,
    16,
)  # unix, internet, internet 6, netlink: harmless in a network namespace of one's own
TMPFS_BYTES = 1 << 30


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
    writable: tuple[Path, ...] = ()  # folders beside the tree
    path: tuple[Path, ...] = ()  # folders with programs, before the system's
    variables: tuple[tuple[str, str], ...] = ()  # more of the environment
    namespaces: bool = True  # Landlock asks for some, and does without where the kernel gives none

    def run(self, command: str, *, cwd: Path, output: Path, seconds: float | None = None) -> Ran:
        """Run `command` by `sh`; stdout and stderr go to the file `output`, together as they come."""
        limits = replace(
            self.limits, seconds=min(seconds or self.limits.seconds, self.limits.seconds)
        )
        with private_folder() as private, output.open("wb") as written:
            process = subprocess.Popen(
                self.command_line(["/bin/sh", "-c", command], cwd, private),
                cwd=cwd,
                env=self._environment(private),
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
        around = [folder.parent for folder in self.path if folder.parent not in self.writable]
        readable = [*visible_system(), *network, *interpreter(), *self.readable, *around]
        confined = [
            sys.executable,
            "-I",
            "-S",
            str(CONFINE),
            self._policy(readable, private),
            *command,
        ]
        if self.kind == "bwrap":
            return [
                *bubblewrap(readable, (self.tree, *self.writable), private, self.allow_net),
                "--chdir",
                str(cwd),
                "--",
                *confined,
            ]
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
        writable = [self.tree, *self.writable, private, *map(Path, DEVICES)]
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

    def close(self) -> None:
        """Nothing lives on between commands."""

    def _environment(self, private: Path) -> dict[str, str]:
        given = environment(private)
        path = os.pathsep.join([*map(str, self.path), given["PATH"]])
        return given | {"PATH": path} | dict(self.variables)

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
    folders = [
        Path(sys.executable).parent,
        *map(Path, os.defpath.split(os.pathsep)),
        *map(Path, SYSTEM_PATH),
    ]
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


SYSTEM_PATH = (
    "/usr/local/bin",
    "/usr/bin",
    "/bin",
    "/usr/local/sbin",
    "/usr/sbin",
    "/sbin",
    "/usr/local/go/bin",
)


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


def bubblewrap(
    readable: Sequence[Path], writable: Sequence[Path], private: Path, net: bool
) -> list[str]:
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
    line += (
        ["--unshare-user", "--disable-userns"] if "--disable-userns" in bubblewrap_options() else []
    )
    size = ["--size", str(TMPFS_BYTES)] if "--size" in bubblewrap_options() else []
    line += [
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        *size,
        "--tmpfs",
        "/tmp",
        *size,
        "--tmpfs",
        "/var/tmp",
    ]
    for path in readable:  # after the temporary folders: one of these may lie in there
        if path.is_symlink() and path.parent == Path("/"):
            line += ["--symlink", os.readlink(path), str(path)]  # /bin → usr/bin
        else:
            line += ["--ro-bind", str(path), str(path)]
    return [*line, *size, "--tmpfs", str(private), *bound(writable), "--remount-ro", "/"]


def bound(folders: Sequence[Path]) -> list[str]:
    """Arguments that show folders as they are."""
    return [part for folder in folders for part in ("--bind", str(folder), str(folder))]


@functools.cache
def bubblewrap_options() -> str:
    """What the installed bwrap says of its options."""
    return subprocess.run(["bwrap", "--help"], capture_output=True, text=True).stdout


@functools.cache
def probe(kind: str, image: str | None = None) -> Finding:
    """Try a sandbox once, for real: it runs a command that writes in its tree, and reads, writes, connects outside."""
    if kind == "docker":
        return probe_container(image)
    if kind == "bwrap" and shutil.which("bwrap") is None:
        return Finding(kind, False, "bubblewrap is not installed")
    with private_folder() as base, socket.create_server(("127.0.0.1", 0)) as server:
        tree, outside, output = base / "tree", base / "outside", base / "output"
        tree.mkdir()
        outside.mkdir()
        (outside / "secret").write_text("leaked")
        script = TRIAL.format(outside=outside, port=server.getsockname()[1])
        ran = Sandbox(kind, tree).run(
            f"{sys.executable} -I -S -c '{script}'", cwd=tree, output=output, seconds=30
        )
        said = output.read_text(errors="replace").strip()
        lasting = (tree / "inside").exists() and not (outside / "written").exists()
    if ran.code == 0 and lasting and said == "confined":
        return Finding(
            kind,
            True,
            "runs commands without network, and nothing outside of the tree is readable or writable",
        )
    return Finding(
        kind, False, " ".join(said.split())[-300:] or f"the trial command ended with {ran.code}"
    )


def probe_container(image: str | None) -> Finding:
    """Try a container once, for real."""
    if problem := usable(image):
        return Finding("docker", False, problem)
    with private_folder() as base:
        tree, output = base / "tree", base / "output"
        tree.mkdir()
        (base / "secret").write_text("leaked")
        container = Container(tree, image or "")
        script = f"cat {base}/secret 2>/dev/null; echo x 2>/dev/null > {base}/written; : > inside; echo confined"
        try:
            container.run(script, cwd=tree, output=output, seconds=60)
        except SandboxError as error:
            return Finding("docker", False, str(error))
        finally:
            container.close()
        kept = (tree / "inside").exists() and not (base / "written").exists()
        said = output.read_text(errors="replace").split()
    if kept and said[-1:] == ["confined"] and "leaked" not in said:
        return Finding("docker", True, f"runs commands in a container of {image}")
    return Finding("docker", False, " ".join(said)[-300:] or "the trial command said nothing")


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
    image: str | None = None,
) -> Sandbox | Container:
    """The sandbox of the kind `wanted`, or with `auto` the first that works. Raises `SandboxError` without one."""
    kind = choose(wanted, image)
    if kind == "docker":
        return Container(tree.resolve(), image or "", limits or Limits(), allow_net)
    return Sandbox(kind, tree.resolve(), readable, limits or Limits(), allow_net)


def described(kind: str, allow_net: bool) -> str:
    """What a command can do in a sandbox, in words that are the same on every machine."""
    if kind == "none":
        return "none: commands run unprotected"
    network = "the network is open" if allow_net else "there is no network"
    return f"{kind}: commands can write in the repository only, and {network}"


def findings(wanted: str, image: str | None = None) -> list[Finding]:
    """What trying them showed, in the order of the ladder, up to the first that works."""
    found = []
    for kind in LADDER if wanted == "auto" else (wanted,):
        found.append(probe(kind, image))
        if found[-1].works:
            break
    return found


def choose(wanted: str, image: str | None = None) -> str:
    """The kind to use for `wanted`: `auto`, one of the ladder, or `none`, which only a person can choose."""
    if wanted == "none":
        return wanted
    if wanted != "auto" and wanted not in LADDER:
        raise SandboxError(f"there is no sandbox {wanted!r}: use auto, {', '.join(LADDER)} or none")
    found = findings(wanted, image)
    if not found[-1].works:
        tried = "; ".join(f"{finding.kind}: {finding.detail}" for finding in found)
        raise SandboxError(
            f"no sandbox works here ({tried}): install bubblewrap, or pass --sandbox none to run unprotected"
        )
    return found[-1].kind
