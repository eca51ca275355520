"""Choose a sandbox: Docker if an image is named, else bubblewrap, else Landlock, else refuse.

`none` has to be requested by name.
"""

from __future__ import annotations

import functools
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from ..errors import SandboxError
from .docker import Container, find_problem
from .local import LocalSandbox, private_folder
from .watchdog import Limits

LADDER = ("docker", "bwrap", "landlock")
LONGEST_DETAIL = 300  # characters of a failed trial's output
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
CONTAINER_TRIAL = (
    "cat {base}/secret 2>/dev/null; echo x 2>/dev/null > {base}/written; : > inside; echo confined"
)

Sandbox = LocalSandbox | Container


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of trying a sandbox."""

    kind: str
    works: bool
    detail: str


@functools.cache
def probe(kind: str, image: str | None = None) -> ProbeResult:
    """Try a sandbox by running a command that writes in its tree and tries to get out of it."""
    if kind == "docker":
        return _probe_docker(image)
    if kind == "bwrap" and shutil.which("bwrap") is None:
        return ProbeResult(kind, False, "bubblewrap is not installed")
    return _probe_local(kind)


def _probe_local(kind: str) -> ProbeResult:
    with private_folder() as base, socket.create_server(("127.0.0.1", 0)) as server:
        tree, outside, output = base / "tree", base / "outside", base / "output"
        tree.mkdir()
        outside.mkdir()
        (outside / "secret").write_text("leaked")
        script = TRIAL.format(outside=outside, port=server.getsockname()[1])
        command = f"{sys.executable} -I -S -c '{script}'"
        result = LocalSandbox(kind, tree).run(command, cwd=tree, output=output, seconds=30)
        text = " ".join(output.read_text(errors="replace").split())
        confined = (tree / "inside").exists() and not (outside / "written").exists()
    if result.code == 0 and confined and text == "confined":
        return ProbeResult(
            kind,
            True,
            "runs commands without network,"
            " and nothing outside of the tree is readable or writable",
        )
    detail = text[-LONGEST_DETAIL:] or f"the trial command ended with {result.code}"
    return ProbeResult(kind, False, detail)


def _probe_docker(image: str | None) -> ProbeResult:
    if problem := find_problem(image):
        return ProbeResult("docker", False, problem)
    with private_folder() as base:
        tree, output = base / "tree", base / "output"
        tree.mkdir()
        (base / "secret").write_text("leaked")
        container = Container(tree, image or "")
        command = CONTAINER_TRIAL.format(base=base)
        try:
            container.run(command, cwd=tree, output=output, seconds=60)
        except SandboxError as error:
            return ProbeResult("docker", False, str(error))
        finally:
            container.close()
        confined = (tree / "inside").exists() and not (base / "written").exists()
        words = output.read_text(errors="replace").split()
    if confined and words[-1:] == ["confined"] and "leaked" not in words:
        return ProbeResult("docker", True, f"runs commands in a container of {image}")
    detail = " ".join(words)[-LONGEST_DETAIL:] or "the trial command said nothing"
    return ProbeResult("docker", False, detail)


def try_ladder(requested: str, image: str | None = None) -> list[ProbeResult]:
    """Return the probes of `requested` (with `auto` the whole ladder) up to the first success."""
    results = []
    for kind in LADDER if requested == "auto" else (requested,):
        results.append(probe(kind, image))
        if results[-1].works:
            break
    return results


def choose(requested: str, image: str | None = None) -> str:
    """Return the kind to use for `auto`, a kind of the ladder, or `none`.

    Raise `SandboxError` if it does not exist or does not work.
    """
    if requested == "none":
        return requested
    if requested != "auto" and requested not in LADDER:
        raise SandboxError(
            f"there is no sandbox {requested!r}: use auto, {', '.join(LADDER)} or none"
        )
    results = try_ladder(requested, image)
    if not results[-1].works:
        tried = "; ".join(f"{result.kind}: {result.detail}" for result in results)
        raise SandboxError(
            f"no sandbox works here ({tried}):"
            " install bubblewrap, or pass --sandbox none to run unprotected"
        )
    return results[-1].kind


def open_sandbox(
    requested: str,
    tree: Path,
    readable: tuple[Path, ...] = (),
    limits: Limits | None = None,
    *,
    allow_net: bool = False,
    image: str | None = None,
) -> Sandbox:
    """Return a sandbox of the requested kind around `tree`. Raise `SandboxError` without one."""
    kind = choose(requested, image)
    if kind == "docker":
        return Container(tree.resolve(), image or "", limits or Limits(), allow_net)
    return LocalSandbox(kind, tree.resolve(), readable, limits or Limits(), allow_net)


def describe_sandbox(kind: str, allow_net: bool) -> str:
    """Tell the model what a command may do, in words that are equal on every machine."""
    if kind == "none":
        return "none: commands run unprotected"
    network = "the network is open" if allow_net else "there is no network"
    return f"{kind}: commands can write in the repository only, and {network}"
