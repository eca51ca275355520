"""Jobs in a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from courier.job import Job, State

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    run_at REAL NOT NULL,
    error TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS due ON jobs (state, run_at);
"""
COLUMNS = "id, kind, payload, state, attempts, run_at, error"


class Store:
    """Holds jobs; knows nothing of time or of retries."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._db = sqlite3.connect(path)
        self._db.executescript(SCHEMA)

    def add(self, job: Job) -> Job:
        values = (job.kind, job.payload, job.state, job.attempts, job.run_at, job.error)
        with self._db:
            cursor = self._db.execute(
                "INSERT INTO jobs (kind, payload, state, attempts, run_at, error) VALUES (?, ?, ?, ?, ?, ?)", values
            )
        return replace(job, id=cursor.lastrowid or 0)

    def save(self, job: Job) -> None:
        values = (job.state, job.attempts, job.run_at, job.error, job.id)
        with self._db:
            self._db.execute("UPDATE jobs SET state = ?, attempts = ?, run_at = ?, error = ? WHERE id = ?", values)

    def get(self, number: int) -> Job:
        row = self._db.execute(f"SELECT {COLUMNS} FROM jobs WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(f"there is no job {number}")
        return _job(row)

    def first_due(self, now: float) -> Job | None:
        """The waiting job that has been due for longest."""
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM jobs WHERE state = ? AND run_at <= ? ORDER BY run_at, id LIMIT 1", (State.WAITING, now)
        ).fetchone()
        return _job(row) if row else None

    def count(self) -> dict[str, int]:
        found = dict(self._db.execute("SELECT state, COUNT(*) FROM jobs GROUP BY state"))
        return {state.value: found.get(state.value, 0) for state in State}

    def __iter__(self) -> Iterator[Job]:
        yield from map(_job, self._db.execute(f"SELECT {COLUMNS} FROM jobs ORDER BY id"))


def _job(row: tuple) -> Job:
    number, kind, payload, state, attempts, run_at, error = row
    return Job(kind, payload, number, State(state), attempts, run_at, error)
