"""A store: LanceDB tables at a folder or URI, and the generation published last.

A generation is a row of the table `generations`: the version of every other table, and the views.
Readers look it up once and pin these versions, so they see one generation however far a writer is.
A killed build leaves rows outside of any generation; the next build reuses the complete ones.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import StoreError
from .fragment_cache import FragmentCache
from .generation import State
from .lance import connect, lance_errors, table_names
from .schema import FORMAT

if TYPE_CHECKING:
    from lancedb.db import DBConnection
    from lancedb.table import Table

HEAD = "head.json"
"""A copy of the published state, beside the tables. It is read in .1 ms and without LanceDB."""


class Store:
    """A store at a folder or an object-store URI. Opening is cheap and reads nothing."""

    def __init__(self, uri: str, lock_timeout: float = 0.0) -> None:
        """`lock_timeout`: seconds that a writer waits for another one to end."""
        self.uri, self.lock_timeout = uri, lock_timeout
        self.local = None if "://" in uri else Path(uri)
        self.cache = FragmentCache()
        self._db: DBConnection | None = None

    def exists(self) -> bool:
        return self.local is None or self.local.is_dir()

    def size(self) -> int:
        """Return the bytes on disk; 0 for an object store, to avoid listing it."""
        if self.local is None:
            return 0
        files = (path for table in self.local.glob("*.lance") for path in table.rglob("*"))
        return sum(path.lstat().st_size for path in files if path.is_file())

    def has_table(self, name: str) -> bool:
        """Return True if the table exists. The empty folder of a killed build does not count."""
        if self.local is None:
            return name in table_names(self.db)
        return any(self.local.glob(f"{name}.lance/_versions/*.manifest"))

    @property
    def db(self) -> DBConnection:
        if self._db is None:
            self._db = connect(self.uri)
        return self._db

    def table(self, name: str, fact_version: str, version: int | None = None) -> Table:
        """Return the physical table `name`, pinned to the Lance version if one is given."""
        table = self.db.open_table(f"{name}-{fact_version}")
        if version is not None:
            table.checkout(version)
        return table

    # -- the published state

    def state(self) -> State | None:
        """Return the published generation, or None before the first one.

        Raises `StoreError` if the store is damaged or of another format.
        """
        if not self.exists():
            return None
        stamp = self._stamp()
        if stamp and (state := self._read_head(stamp)):
            return state
        with lance_errors(self.uri):
            if not self.has_table("generations"):
                return None
            rows = self.db.open_table("generations").to_arrow()
        if rows.num_rows == 0:
            return None
        return self._parse(max(rows.to_pylist(), key=lambda row: row["generation"]))

    def _parse(self, row: dict[str, Any]) -> State:
        """Return the state in a row of the table `generations`."""
        if row["format"] != FORMAT:
            raise StoreError(
                f"the store {self.uri} has format {row['format']}, this clew reads format "
                f"{FORMAT}: delete its *.lance folders (`runs` beside them are the agent's) and "
                "run `clew index` again, or use the clew that wrote it"
            )
        try:
            return State.from_json(row["state"])
        except (ValueError, TypeError, KeyError) as error:
            raise StoreError(
                f"the store {self.uri} is damaged (its state cannot be read): "
                "delete it and index again"
            ) from error

    def write_head(self, state: State) -> None:
        """Write HEAD with the stamp of its state. A full or read-only disk is ignored."""
        if self.local is None or not (stamp := self._stamp()):
            return
        temporary = self.local / f".{HEAD}.{os.getpid()}"
        with contextlib.suppress(OSError):
            temporary.write_text(json.dumps([stamp, state.to_json()]), encoding="utf-8")
            temporary.replace(self.local / HEAD)

    def _read_head(self, stamp: str) -> State | None:
        """Return the state in HEAD; None if its stamp differs or it cannot be read."""
        assert self.local is not None
        try:
            head_stamp, text = json.loads((self.local / HEAD).read_text(encoding="utf-8"))
            state = State.from_json(text) if head_stamp == stamp else None
            return state if state and state.format == FORMAT else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _stamp(self) -> str:
        """Return a fingerprint of the table `generations`; "" if it is unknown."""
        if self.local is None:
            return ""
        try:
            with os.scandir(self.local / "generations.lance" / "_versions") as entries:
                files = sorted((entry.name, entry.stat()) for entry in entries)
        except OSError:
            return ""
        return " ".join(f"{name}:{status.st_ino}:{status.st_mtime_ns}" for name, status in files)

    # -- the lock

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other writers out.

        Raises `StoreError` if one is at work, or the folder cannot be written. On an object store
        Lance's commits are atomic, and a clash of writers raises.
        """
        if self.local is None:
            yield
            return
        from filelock import FileLock, Timeout

        lock = FileLock(self.local / "lock", timeout=self.lock_timeout)
        try:
            self.local.mkdir(parents=True, exist_ok=True)
            if not any(self.local.iterdir()):  # leaves the user's own folders alone
                (self.local / ".gitignore").write_text("*\n")
            lock.acquire()
        except Timeout as error:
            raise StoreError(
                f"another clew is writing to {self.uri}: wait for it to end"
            ) from error
        except OSError as error:
            raise StoreError(
                f"cannot write the store {self.uri}: {error.strerror or error}"
            ) from error
        try:
            yield
        finally:
            lock.release()
