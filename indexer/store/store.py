"""The store: LanceDB tables, generations that are published in one commit, and the one writer.

A generation is a row of the table `generations`: the version of every other table, and the views. Readers look it up
once and pin those versions, so they see one generation however far a writer has got; a build that is killed leaves
rows that no generation names, and the next build takes up those that are complete.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import StoreError
from .fragment_cache import Held
from .generation import State, Tuning
from .lance import connect, lance_errors, table_names
from .schema import FORMAT
from .writer import Writer

if TYPE_CHECKING:
    from lancedb.db import DBConnection
    from lancedb.table import Table

HEAD = "head.json"


class Store:
    """A store at a folder or an object-store URI. Opening is cheap and reads nothing."""

    def __init__(self, uri: str, patience: float = 0.0) -> None:
        """`patience`: seconds that a writer waits for another to end."""
        self.uri, self.patience = uri, patience
        self.local = None if "://" in uri else Path(uri)
        self.held = Held()
        self._db: DBConnection | None = None

    def exists(self) -> bool:
        return self.local is None or self.local.is_dir()

    def size(self) -> int:
        """Bytes on disk; 0 for an object store, which is not listed for that."""
        if self.local is None:
            return 0
        files = (path for table in self.local.glob("*.lance") for path in table.rglob("*"))
        return sum(path.lstat().st_size for path in files if path.is_file())

    def has_table(self, name: str) -> bool:
        """Whether there is a table `name`. A folder alone is none: a build may be killed while it creates one."""
        if self.local is None:
            return name in table_names(self.db)
        return any(self.local.glob(f"{name}.lance/_versions/*.manifest"))

    @property
    def db(self) -> DBConnection:
        if self._db is None:
            self._db = connect(self.uri)
        return self._db

    def state(self) -> State | None:
        """The published generation, or None where there is none yet.

        Raises `StoreError` where the store is damaged or of another format.
        """
        if not self.exists():
            return None
        stamp = self._stamp()
        if stamp and (known := self._remembered(stamp)):
            return known
        with lance_errors(self.uri):
            if not self.has_table("generations"):
                return None
            rows = self.db.open_table("generations").to_arrow()
        if rows.num_rows == 0:
            return None
        last = max(rows.to_pylist(), key=lambda row: row["generation"])
        if last["format"] != FORMAT:
            raise StoreError(
                f"the store {self.uri} has format {last['format']}, this clew reads format {FORMAT}: "
                "delete its *.lance folders (`runs` beside them are the agent's) and run `clew index` again, or use the clew "
                "that wrote it"
            )
        try:
            return State.from_json(last["state"])
        except (ValueError, TypeError, KeyError) as error:
            raise StoreError(
                f"the store {self.uri} is damaged (its state cannot be read): delete it and index again"
            ) from error

    def remember(self, state: State) -> None:
        """Write the published state beside the tables, with a stamp that tells whether it is still the last: to read it
        there costs a tenth of a millisecond, and needs no LanceDB. A full or foreign disk is no matter."""
        if self.local is None or not (stamp := self._stamp()):
            return
        making = self.local / f".{HEAD}.{os.getpid()}"
        with contextlib.suppress(OSError):
            making.write_text(json.dumps([stamp, state.to_json()]), encoding="utf-8")
            making.replace(self.local / HEAD)

    def _remembered(self, stamp: str) -> State | None:
        """The state that was written down at this stamp; None where another one is, or none that can be read."""
        assert self.local is not None
        try:
            found, state = json.loads((self.local / HEAD).read_text(encoding="utf-8"))
            known = State.from_json(state) if found == stamp else None
            return known if known and known.format == FORMAT else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _stamp(self) -> str:
        """What no other content of the table `generations` has; "" where that is not known."""
        if self.local is None:
            return ""
        try:
            with os.scandir(self.local / "generations.lance" / "_versions") as found:
                files = sorted((entry.name, entry.stat()) for entry in found)
        except OSError:
            return ""
        return " ".join(f"{name}:{status.st_ino}:{status.st_mtime_ns}" for name, status in files)

    def table(self, name: str, epoch: str, version: int | None = None) -> Table:
        """The physical table `name` of `epoch`, pinned to `version` if one is given."""
        table = self.db.open_table(f"{name}-{epoch}")
        if version is not None:
            table.checkout(version)
        return table

    @contextlib.contextmanager
    def writer(self, epoch: str, encoder: tuple[str, str, int]) -> Iterator[Writer]:
        """The one writer of the store. `encoder` is (spec, id, dim).

        Raises `StoreError` where another process writes, or the place cannot be written. What was added before a
        KeyboardInterrupt is kept for the next writer.
        """
        with self._lock(), lance_errors(self.uri):
            writer = Writer(self, self.state(), epoch, encoder)
            try:
                yield writer
            except KeyboardInterrupt:
                writer.save()
                raise

    def publish_tunings(self, tunings: tuple[Tuning, ...]) -> None:
        """Publish `tunings` with the views as they are. Raises `StoreError` as `writer` does."""
        state = self.state()
        if state is None:
            raise StoreError(f"no index at {self.uri}: run `clew index` first")
        with self.writer(state.epoch, (state.encoder, state.encoder_id, state.dim)) as writer:
            writer.publish_tunings(tunings)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        if (
            self.local is None
        ):  # Lance's commits are atomic there too, and a clash of writers raises
            yield
            return
        from filelock import FileLock, Timeout

        lock = FileLock(self.local / "lock", timeout=self.patience)
        try:
            self.local.mkdir(parents=True, exist_ok=True)
            if not any(self.local.iterdir()):  # a folder of the user's own keeps what it has
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
