"""Before the first turn: the repository's configuration, if a person consents, and the set-up that it asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..session.endings import Ending, Refused
from .approval import Proposal
from .repository_config import (
    Configuration,
    environment_folder,
    is_trusted,
    read_configuration,
    trust,
)

if TYPE_CHECKING:
    from .loop import Run

DONE = ".clew-done"  # in an environment whose set-up has ended well
SETUP_SECONDS = 3600.0


def prepare(run: Run) -> None:
    """Obey what the repository asks for as far as it is trusted; say what is not. Raises `Ending` where set-up fails."""
    asked = read_configuration(run.work.root)
    if asked is None:
        return
    if not consented(run, asked):
        if not run.state.messages:
            run.session.record("untrusted", digest=asked.digest, text=asked.text)
        return
    if asked.test and run.settings.test_command is None:
        run.test_command = asked.test
    if asked.setup:
        set_up(run, asked)


def consented(run: Run, asked: Configuration) -> bool:
    """Whether a person wants it so: earlier, by option, or asked now."""
    if is_trusted(asked, run.settings.trust):
        return True
    try:
        decision = run.decision(Proposal("configuration", asked.text))
    except Refused:
        return False
    if decision is None or not decision.approved:
        return False
    trust(asked)
    return True


def set_up(run: Run, asked: Configuration) -> None:
    """Install what tests need into a folder of its own, once for the same command and lists; commands find it first."""
    folder = environment_folder(asked, run.work.root, run.settings.root)
    sandbox = run.tools.sandbox
    inside: dict[str, Any] = {"path": (folder / "bin",), "variables": (("CLEW_ENV", str(folder)),)}
    if not (folder / DONE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        number, output = run.session.next_output()
        limits = replace(sandbox.limits, seconds=SETUP_SECONDS)
        installing = replace(sandbox, allow_net=True, writable=(folder,), limits=limits, **inside)
        ran = installing.run(asked.setup, cwd=run.work.root, output=output)
        installing.close()
        run.session.record("setup", command=asked.setup, code=ran.code, outputs=number)
        if ran.code != 0:
            raise Ending(f"the set-up failed: {ran.stopped or last_line(output)}")
        (folder / DONE).touch()
    run.tools.sandbox = replace(sandbox, **inside)


def last_line(output: Path) -> str:
    lines = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"
