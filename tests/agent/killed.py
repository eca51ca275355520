"""A run killed at every event, and resumed each time in a new process. It kills itself.

    python -m tests.agent.killed BASE ROOT TREES MOMENT TEST

`MOMENT` is `before` or `after`: the kill comes right before an event is written, or right after.
"""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

from agent import Settings, find_run, resume_agent, run_agent
from agent.model.litellm_model import load_litellm
from agent.sandbox.ladder import choose
from agent.session import runs_folder
from agent.session.transcript import Session
from retrieval import count_tokens
from tests.agent.conftest import ANY_SANDBOX
from tests.agent.grep_index import GrepIndex


def kill_at(moment: str, places: Path) -> None:
    """Kill this process at the first event not in `places`, the events of earlier kills."""
    record = Session.record

    def watched(session: Session, event: str, **content: Any) -> None:
        place = f"{session.state.steps} {len(session.state.pending)} {event}"
        due = event != "end" and place not in places.read_text().splitlines()
        if due:
            with places.open("a") as file:
                file.write(f"{place}\n")
        if due and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        record(session, event, **content)
        if due:
            os.kill(os.getpid(), signal.SIGKILL)

    Session.record = watched  # type: ignore[assignment, method-assign]


def work(settings: Settings) -> str:
    """Begin the run, or go on with it; how it ended."""
    index = GrepIndex(settings.root)
    runs = runs_folder(settings.root)
    begun = [path for path in runs.glob("*/transcript.jsonl") if path.read_bytes().count(b"\n")]
    if begun:
        return resume_agent(find_run(runs, begun[0].parent.name), index=index).status
    return run_agent("Mend it", settings=settings, index=index).status


def main(base: str, root: str, trees: str, moment: str, test: str) -> int:
    """Kill and go on until a run ends; prints how often that was."""
    settings = Settings(
        Path(root),
        "openai/scripted",
        base,
        approve="never",
        sandbox=ANY_SANDBOX,
        trees=Path(trees),
        test_command=test,
        backoff=0.0,
    )
    places = Path(f"{trees}.killed")
    places.touch()
    count_tokens("loaded once, for all the children")
    choose(settings.sandbox)  # and tried once
    load_litellm().completion("openai/x", [{"role": "user", "content": "x"}], mock_response="x")
    for number in count(1):
        child = os.fork()
        if child == 0:
            kill_at(moment, places)
            status = work(settings)
            print(status, number, flush=True)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code != -signal.SIGKILL:
            return code
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
