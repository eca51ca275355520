"""Which job is next, and what becomes of it afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable

from courier.backoff import Backoff
from courier.job import Job
from courier.store import Store


class Queue:
    """A queue over a store; `clock` gives seconds since the epoch."""

    def __init__(self, store: Store, backoff: Backoff | None = None, clock: Callable[[], float] = time.time) -> None:
        self.store = store
        self.backoff = backoff or Backoff()
        self.clock = clock

    def add(self, kind: str, payload: str = "", delay: float = 0.0) -> Job:
        """Put a job into the queue, to be run after `delay` seconds."""
        return self.store.add(Job(kind, payload, run_at=self.clock() + delay))

    def take(self) -> Job | None:
        """The next job that is due, now running; None when there is none."""
        job = self.store.first_due(self.clock())
        if job is None:
            return None
        running = job.started()
        self.store.save(running)
        return running

    def succeed(self, job: Job) -> Job:
        """The job was run."""
        return self._keep(job.finished())

    def fail(self, job: Job, error: str) -> Job:
        """The attempt failed: try again later, or give the job up."""
        if self.backoff.exhausted(job.attempts):
            return self._keep(job.buried(error))
        delay = self.backoff.delay(job.attempts)
        return self._keep(job.delayed(until=job.run_at + delay, error=error))

    def _keep(self, job: Job) -> Job:
        self.store.save(job)
        return job
