#!/usr/bin/env python3
"""A program with Docker's command line, for machines without a container engine.

A container is a file with the arguments it was started with. Its commands run as plain processes,
in the container's environment. Folders outside of its volumes are hidden by renaming them in the
text of a command, so a command that names one fails as it would in a container. This needs
nothing of the kernel, and is no protection.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

STATE = Path(__file__).parent / "containers"
GROUPS = Path(__file__).parent / "groups"  # process groups of the commands, per container
HIDDEN = "/not-in-this-container"


def values_of(arguments: list[str], option: str) -> list[str]:
    """Return all values of an option that may be repeated."""
    return [arguments[at + 1] for at, part in enumerate(arguments) if part == option]


def hide_host_paths(command: str, volumes: list[str]) -> str:
    """Return `command` with paths in the temporary folder renamed, except those in `volumes`."""
    host = re.escape(tempfile.gettempdir())
    seen = "|".join(rf"{re.escape(volume)}(?:/|\b)" for volume in volumes)
    return re.sub(rf"(?!{seen}){host}(?=/)", HIDDEN, command)


def run(arguments: list[str]) -> int:
    STATE.mkdir(exist_ok=True)
    GROUPS.mkdir(exist_ok=True)
    (name,) = values_of(arguments, "--name")
    (STATE / name).write_text(json.dumps(arguments))
    return 0


def execute(arguments: list[str]) -> int:
    folder, name, command = arguments[1], arguments[2], arguments[3:]
    if not (STATE / name).exists():
        print(f"no such container: {name}", file=sys.stderr)
        return 1
    started = json.loads((STATE / name).read_text())
    volumes = [value.split(":")[0] for value in values_of(started, "--volume")]
    variables = dict(value.split("=", 1) for value in values_of(started, "--env"))
    process = subprocess.Popen(
        [hide_host_paths(part, volumes) for part in command],
        cwd=folder,
        env={"PATH": os.environ["PATH"]} | variables,
        start_new_session=True,
    )
    with (GROUPS / name).open("a") as groups:
        groups.write(f"{process.pid}\n")
    return process.wait()


def remove(name: str) -> int:
    (STATE / name).unlink(missing_ok=True)
    if (GROUPS / name).exists():
        for group in (GROUPS / name).read_text().split():
            with suppress(ProcessLookupError):
                os.killpg(int(group), signal.SIGKILL)
        (GROUPS / name).unlink()
    return 0


def main(arguments: list[str]) -> int:
    if arguments[0] == "run":
        return run(arguments)
    if arguments[0] == "exec":
        return execute(arguments[1:])
    if arguments[0] == "rm":
        return remove(arguments[-1])
    if arguments[:2] == ["image", "inspect"]:
        return 0 if arguments[2] == "there" else 1
    return 0


sys.exit(main(sys.argv[1:]))
