"""Before the first turn: the repository's configuration, if a person consents, and its set-up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ..session import Rejected, StopReason
from .approval import Proposal
from .loop import Run
from .repository_config import (
    Configuration,
    environment_folder,
    is_trusted,
    read_configuration,
    trust,
)

DONE = ".clew-done"  # in an environment with a successful set-up
SETUP_SECONDS = 3600.0


def set_up(run: Run) -> None:
    """Apply the repository's configuration if it is trusted, else record that it is not.

    Raise `StopReason` if the set-up command fails.
    """
    configuration = read_configuration(run.worktree.root)
    if configuration is None:
        return
    if not _has_consent(run, configuration):
        if not run.state.messages:
            run.session.record("untrusted", digest=configuration.digest, text=configuration.text)
        return
    if configuration.test and run.settings.test_command is None:
        run.test_command = configuration.test
    if configuration.setup:
        _install(run, configuration)


def _has_consent(run: Run, configuration: Configuration) -> bool:
    """Tell if a person consented: earlier, by option, or now."""
    if is_trusted(configuration, run.settings.trust):
        return True
    try:
        decision = run.decide(Proposal("configuration", configuration.text))
    except Rejected:
        return False
    if decision is None or not decision.approved:
        return False
    trust(configuration)
    return True


def _install(run: Run, configuration: Configuration) -> None:
    """Run the set-up once per configuration, and put its programs first on the sandbox's PATH."""
    folder = environment_folder(configuration, run.worktree.root, run.settings.root)
    sandbox = run.tools.sandbox
    additions: dict[str, Any] = {
        "path": (folder / "bin",),
        "variables": (("CLEW_ENV", str(folder)),),
    }
    if not (folder / DONE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        number, output = run.session.next_output()
        limits = replace(sandbox.limits, seconds=SETUP_SECONDS)
        installer = replace(sandbox, allow_net=True, writable=(folder,), limits=limits, **additions)
        result = installer.run(configuration.setup, cwd=run.worktree.root, output=output)
        installer.close()
        run.session.record("setup", command=configuration.setup, code=result.code, outputs=number)
        if result.code != 0:
            reason = result.broken_limit or last_line(output)
            raise StopReason(f"the set-up failed: {reason}")
        (folder / DONE).touch()
    run.tools.sandbox = replace(sandbox, **additions)


def last_line(output: Path) -> str:
    lines = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"
