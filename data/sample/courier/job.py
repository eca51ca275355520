"""A job and the states that it goes through."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """Waiting jobs have a time before which they must not run."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True)
class Job:
    """One piece of work."""

    kind: str  # names the handler
    payload: str
    id: int = 0  # given by the store
    state: State = State.WAITING
    attempts: int = 0  # how often it was tried
    run_at: float = 0.0  # seconds since the epoch; not to be run before
    error: str = ""  # what the last attempt said

    def started(self) -> Job:
        return replace(self, state=State.RUNNING, attempts=self.attempts + 1)

    def finished(self) -> Job:
        return replace(self, state=State.DONE, error="")

    def buried(self, error: str) -> Job:
        return replace(self, state=State.DEAD, error=error)

    def delayed(self, until: float, error: str) -> Job:
        return replace(self, state=State.WAITING, run_at=until, error=error)
