"""Caches of a running benchmark, so that an interrupted run resumes."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class AnswerCache:
    """Rows by key in a file of JSON lines. Only one process may write."""

    def __init__(self, path: Path) -> None:
        """Read the rows in `path` and remove an incomplete last line."""
        self.path = path
        self.rows: dict[str, dict[str, Any]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            text = path.read_text("utf-8")
            whole = text[: text.rfind("\n") + 1]
            if whole != text:
                path.write_text(whole, "utf-8")
            self.rows = {row.pop("key"): row for row in map(json.loads, whole.splitlines())}

    def __contains__(self, key: str) -> bool:
        return key in self.rows

    def __getitem__(self, key: str) -> dict[str, Any]:
        return self.rows[key]

    def add(self, key: str, row: dict[str, Any]) -> dict[str, Any]:
        """Store `row` on disk and return it."""
        self.rows[key] = row
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, **row}) + "\n")
        return row


def load_or_make(path: Path, make: Callable[[], T]) -> T:
    """Return the result of `make()`, or the one pickled in `path` by an earlier run. Only for
    folders written by nobody else."""
    if path.exists():
        return pickle.loads(path.read_bytes())  # type: ignore[no-any-return]
    value = make()
    path.with_suffix(".part").write_bytes(pickle.dumps(value))
    os.replace(path.with_suffix(".part"), path)
    return value
