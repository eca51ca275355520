"""`clew watch`: update the index at each save."""

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

from .graph_prebuild import GraphPrebuilder
from .index import encoder_spec
from .locate import store_to_write
from .options import JobsOption, MemoryOption, NoIgnoreOption, StoreOption
from .output import amount, flush_output, say, warn
from .progress import progress

if TYPE_CHECKING:
    from indexer import Encoder, Progress, Report, Store, VectorCache, WatchedWorktree

QUIET_MS = 40  # without a change before an update begins: an editor saves in several steps
LONGEST_MS = 400  # to wait while changes go on
TIMEOUT_MS = 500  # between two checks for signals
OTHER_WRITER_SECONDS = 600.0  # for an update to wait for another `clew index`
MANY = 2_000  # changes at once: some events may be lost, so all folders are listed again


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
    no_ignore: NoIgnoreOption = False,
    jobs: JobsOption = 0,
    max_memory: MemoryOption = "",
) -> None:
    """Index a folder, then follow each saved change, until Ctrl-C."""
    from indexer import Store, WatchedWorktree, lower_priority, parse_size

    # queries go first: on two processors they take two thirds of the time, updates as long
    lower_priority()
    memory = parse_size(max_memory) if max_memory else 0
    signal.signal(signal.SIGTERM, _interrupt)
    root = os.path.realpath(path)
    uri = store_to_write(store, Path(root), bare=False)
    with suppress(KeyboardInterrupt):
        source = WatchedWorktree(root, ignore=not no_ignore)
        changes = _changes(source)
        next(changes)  # from here on no change is missed
        update = _Update(
            source, Store(uri, lock_timeout=OTHER_WRITER_SECONDS), encoder, jobs, memory
        )
        with progress() as show:
            report = update.build(show)
        files = amount(report.files, "file")
        say(f"watching {root}: {files}, generation {report.generation}; end it with Ctrl-C")
        flush_output()
        prebuilder = GraphPrebuilder()
        for paths in changes:
            if paths:
                update(paths)
            else:
                prebuilder.start(uri, source.view, update.generation)
    warn("no longer watching")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _changes(source: WatchedWorktree) -> Iterator[set[str]]:
    """Yield the relevant changed paths, and an empty set every TIMEOUT_MS without any."""
    from watchfiles import watch as watch_files

    folders = [source.view]
    if source.git_folder and not source.git_folder.startswith(source.view + os.sep):
        folders.append(source.git_folder)
    batches = watch_files(
        *folders,
        watch_filter=lambda _, path: source.is_relevant(path),
        step=QUIET_MS,
        debounce=LONGEST_MS,
        rust_timeout=TIMEOUT_MS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    return ({path for _, path in batch} for batch in batches)


@dataclass(slots=True)
class _Update:
    """Updates the index, and prints the time since the last save."""

    source: WatchedWorktree
    store: Store
    encoder: str | None
    jobs: int
    max_memory: int  # as `build_index` takes it
    cache: VectorCache = field(init=False)
    loaded: tuple[str, Encoder] | None = None  # name and encoder
    generation: int = 0
    published: float = 0.0  # time of the last generation, by the clock of the files

    def __post_init__(self) -> None:
        from indexer import VectorCache

        self.cache = VectorCache()

    def __call__(self, paths: Collection[str]) -> None:
        """Index the changes of `paths`; an error now may be gone at the next change."""
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
                f"{amount(report.changed, 'file')} read, searchable {seconds:.2f} s after the save,"
                f" generation {report.generation}"
            )
            flush_output()

    def build(self, show: Progress) -> Report:
        """Index all changes."""
        from indexer import build_index, load_encoder

        def note_publication(phase: str, done: int, total: int) -> None:
            if phase == "publish":
                self.published = self.published or time.time()
            show(phase, done, total)

        self.published = 0.0
        spec = encoder_spec(self.store, self.encoder)
        if self.loaded is None or self.loaded[0] != spec:
            self.loaded = spec, load_encoder(spec)
        report = build_index(
            self.source,
            self.store,
            self.loaded[1],
            encoder_spec=spec,
            jobs=self.jobs,
            cache=self.cache,
            progress=note_publication,
            max_memory=self.max_memory,
        )
        self.generation = report.generation
        return report


def _last_saved(paths: Collection[str]) -> float:
    """Return the time of the last save of `paths`; now, if none exists any more."""
    times = []
    for path in paths:
        with suppress(OSError):
            times.append(os.lstat(path).st_mtime)
    return max(times, default=time.time())
