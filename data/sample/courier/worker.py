"""Runs jobs with the handlers registered for their kinds."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from courier.job import Job
from courier.queue import Queue

Handler = Callable[[str], None]


class UnknownKind(Exception):
    """No handler was registered for a job's kind."""


def shell(payload: str) -> None:
    """The built-in handler: run the payload as a shell command."""
    done = subprocess.run(payload, shell=True, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")


class Worker:
    """Takes jobs from a queue, one after another."""

    def __init__(self, queue: Queue) -> None:
        self.queue = queue
        self.handlers: dict[str, Handler] = {"shell": shell}

    def register(self, kind: str, handler: Handler) -> None:
        self.handlers[kind] = handler

    def step(self) -> Job | None:
        """Run one job that is due; what became of it, or None when none was due."""
        job = self.queue.take()
        if job is None:
            return None
        try:
            self._handler(job.kind)(job.payload)
        except Exception as error:  # whatever a handler raises is the job's failure, shown by `status`
            return self.queue.fail(job, f"{type(error).__name__}: {error}")
        return self.queue.succeed(job)

    def run_until_idle(self) -> int:
        """Run jobs until none is due; how many were run."""
        count = 0
        while self.step() is not None:
            count += 1
        return count

    def _handler(self, kind: str) -> Handler:
        if kind not in self.handlers:
            raise UnknownKind(f"no handler for {kind!r}")
        return self.handlers[kind]
