"""`clew watch`: the index follows the files as they are saved."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexer import StoreError

from .graph_prebuild import GraphWriter
from .index import encoder_spec
from .locate import store_to_write
from .options import MemoryOption, StoreOption
from .output import amount, finish_line, say, warn
from .progress import progress

if TYPE_CHECKING:
    from indexer import Encoder, Progress, Report, Store, VectorCache, WatchedWorktree

QUIET_MS = 40  # without another change, before an update begins: an editor saves in several steps
LONGEST_MS = 400  # of changes that do not end
TIMEOUT_MS = 500  # without any change, after which signals are looked at
OTHER_WRITER_SECONDS = 600.0  # that an update waits for another `clew index`
MANY = 2_000  # changes at once, after which all folders are listed: some may not have been told


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(watch)


def watch(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="The folder to watch.", show_default="here")
    ] = Path(),
    store: StoreOption = None,
    encoder: Annotated[
        str | None,
        typer.Option(metavar="NAME|PATH|none", help="As for index.", show_default="the store's"),
    ] = None,
    no_ignore: Annotated[
        bool, typer.Option("--no-ignore", help="Index what .gitignore leaves out, too.")
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", min=0, help="Worker processes.", show_default="one a processor"
        ),
    ] = 0,
    max_memory: MemoryOption = "",
) -> None:
    """Index a folder, then take in each change as it is saved, until Ctrl-C."""
    from indexer import Store, WatchedWorktree, lower_priority, parse_size

    lower_priority()  # those who ask go first: on two processors an answer takes two thirds of the time, and an update as long
    room = parse_size(max_memory) if max_memory else 0
    signal.signal(signal.SIGTERM, _interrupt)
    root = os.path.realpath(path)
    uri = store_to_write(store, Path(root), bare=False)
    with suppress(KeyboardInterrupt):
        source = WatchedWorktree(root, ignore=not no_ignore)
        changes = _changes(source)
        next(changes)  # from here on nothing is missed
        update = _Update(source, Store(uri, lock_timeout=OTHER_WRITER_SECONDS), encoder, jobs, room)
        with progress() as show:
            report = update.build(show)
        say(
            f"watching {root}: {amount(report.files, 'file')}, generation {report.generation}; end it with Ctrl-C"
        )
        finish_line()
        graph = GraphWriter()
        for paths in changes:
            if paths:
                update(paths)
            else:
                graph.follow(uri, source.view, update.generation)
    warn("no longer watching")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _changes(source: WatchedWorktree) -> Iterator[set[str]]:
    """The paths that something happened to, each time that it may matter; now and then none."""
    from watchfiles import watch as watched

    places = [source.view]
    if source.git_folder and not source.git_folder.startswith(source.view + os.sep):
        places.append(source.git_folder)
    heard = watched(
        *places,
        watch_filter=lambda _, path: source.is_relevant(path),
        step=QUIET_MS,
        debounce=LONGEST_MS,
        rust_timeout=TIMEOUT_MS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    return ({path for _, path in found} for found in heard)


@dataclass(slots=True)
class _Update:
    """Brings the index up to date, and tells how long that took since the last save."""

    source: WatchedWorktree
    store: Store
    encoder: str | None
    jobs: int
    max_memory: int  # as `build_index` takes it
    cache: VectorCache = field(init=False)
    loaded: tuple[str, Encoder] | None = None  # the encoder, with how it is named
    generation: int = 0
    published: float = 0.0  # when the last generation was, by the clock of the files

    def __post_init__(self) -> None:
        from indexer import VectorCache

        self.cache = VectorCache()

    def __call__(self, paths: Collection[str]) -> None:
        """Take in that something happened to `paths`. What is wrong now may be right at the next change."""
        saved, before = _last_saved(paths), self.generation
        try:
            if len(paths) > MANY:
                self.source.reset()
            else:
                self.source.on_change(paths)
            report = self.build(lambda phase, done, total: None)
        except StoreError as error:
            warn(" ".join(str(error).split()))
            return
        if report.generation != before:
            seconds = max(self.published - saved, 0.0)
            say(
                f"{amount(report.changed, 'file')} read, searchable {seconds:.2f} s after the save, generation {report.generation}"
            )
            finish_line()

    def build(self, show: Progress) -> Report:
        """Index what has changed."""
        from indexer import build_index, load_encoder

        def seen(phase: str, done: int, total: int) -> None:
            if phase == "publish":
                self.published = self.published or time.time()
            show(phase, done, total)

        self.published = 0.0
        spec = encoder_spec(self.store, self.encoder)
        if self.loaded is None or self.loaded[0] != spec:
            self.loaded = spec, load_encoder(spec)
        report = build_index(
            self.source, self.store, self.loaded[1], encoder_spec=spec, jobs=self.jobs, cache=self.cache, progress=seen,
            max_memory=self.max_memory,
        )  # fmt: skip
        self.generation = report.generation
        return report


def _last_saved(paths: Collection[str]) -> float:
    """When the last of `paths` was written; now, if none is there any more."""
    times = []
    for path in paths:
        with suppress(OSError):
            times.append(os.lstat(path).st_mtime)
    return max(times, default=time.time())
