"""Answers that are kept while a benchmark runs, one JSON object a line, so that a run that was cut
off goes on."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """Rows by key, in a file. One process writes."""

    def __init__(self, path: Path) -> None:
        """Read what `path` holds; a last line that was cut off goes."""
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
        """Keep `row`, on disk before this returns; returns it."""
        self.rows[key] = row
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, **row}) + "\n")
        return row


def pickled(path: Path, make: Callable[[], T]) -> T:
    """What `make()` gives, from `path` if an earlier run got so far. Only for folders that nobody
    else writes into."""
    if path.exists():
        return pickle.loads(path.read_bytes())  # type: ignore[no-any-return]
    made = make()
    path.with_suffix(".part").write_bytes(pickle.dumps(made))
    os.replace(path.with_suffix(".part"), path)
    return made
