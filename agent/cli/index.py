"""`clew index`."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from .locate import repository_top, store_to_write
from .options import JobsOption, JsonOption, MemoryOption, NoIgnoreOption, StoreOption
from .output import INTERRUPTED, amount, say, say_json, warn
from .progress import progress

if TYPE_CHECKING:
    from indexer import Progress, Report, Source, Store

OTHER_WRITER_SECONDS = 10.0  # to wait for another writer; a watcher is done sooner


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(index)


def index(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="The folder to index.", show_default="here")
    ] = Path(),
    rev: Annotated[
        str | None, typer.Option(help="Index this revision instead of the files on disk.")
    ] = None,
    git_dir: Annotated[
        Path | None,
        typer.Option(help="The repository of --rev; it may be bare or lack blobs."),
    ] = None,
    store: StoreOption = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|PATH|none",
            help="builtin, none, or a sentence-transformers model by name or folder.",
            show_default="the store's, at first builtin",
        ),
    ] = None,
    no_ignore: NoIgnoreOption = False,
    jobs: JobsOption = 0,
    scip: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE|none",
            help="Merge this SCIP index of a compiler's front end; repeatable. none forgets them.",
            show_default="those merged before, for unchanged files",
        ),
    ] = None,
    max_memory: MemoryOption = "",
    json: JsonOption = False,
) -> None:
    """Index a folder or a revision of a repository; unchanged files are skipped."""
    from indexer import Store, parse_size

    source = _open_source(path, rev, git_dir, not no_ignore)
    memory = parse_size(max_memory) if max_memory else 0
    root = Path(os.path.realpath(git_dir or path))
    uri = store_to_write(store, root, bare=git_dir is not None)
    start = time.perf_counter()
    with progress() as show:
        report = build(
            source,
            Store(uri, lock_timeout=OTHER_WRITER_SECONDS),
            encoder,
            jobs,
            show,
            _scip_files(scip),
            memory,
            exits_after=True,
        )
    seconds = time.perf_counter() - start
    if json:
        say_json({"store": uri, **asdict(report), "total_seconds": round(seconds, 3)})
    else:
        _say_report(report, uri, seconds)
    if not report.files:
        warn(f"{source.root} holds no text files: the index is empty")


def _scip_files(scip: list[str] | None) -> list[str] | None:
    """Return the SCIP indexes to merge, [] to forget them, None for no change."""
    return [os.path.realpath(file) for file in scip if file != "none"] if scip else None


def _open_source(path: Path, rev: str | None, git_dir: Path | None, ignore: bool) -> Source:
    from indexer import open_revision, open_worktree

    if rev is None and git_dir is None:
        # an absolute path: readers may be elsewhere
        return open_worktree(os.path.realpath(path), ignore=ignore)
    real = Path(os.path.realpath(path))
    return open_revision(git_dir or repository_top(real) or real, rev or "HEAD")


def build(
    source: Source,
    store: Store,
    encoder: str | None,
    jobs: int,
    show: Progress,
    scip: list[str] | None = None,
    max_memory: int = 0,
    exits_after: bool = False,
) -> Report:
    """Index `source`; without `encoder`, with that of the store.

    An interrupt ends the program with a line about the files kept so far. `exits_after` is that
    of `build_index`.
    """
    from indexer import VectorCache, build_index, load_encoder

    spec = encoder_spec(store, encoder)
    cache = VectorCache()
    with _interruptible(show) as counting_progress:
        report = build_index(
            source,
            store,
            load_encoder(spec),
            encoder_spec=spec,
            jobs=jobs,
            cache=cache,
            scip=scip,
            progress=counting_progress,
            max_memory=max_memory,
            exits_after=exits_after,
        )
    if cache.warning:
        warn(cache.warning)
    return report


def encoder_spec(store: Store, name: str | None) -> str:
    """Return the encoder to index with: the named one, else the store's own."""
    state = store.state() if name is None else None
    spec = name or (state.encoder if state else "builtin")
    # an absolute path: queries load it from any folder
    return os.path.realpath(spec) if os.path.isdir(spec) else spec


@contextmanager
def _interruptible(show: Progress) -> Iterator[Progress]:
    """Yield a progress callback; on an interrupt, exit with a line about the files read."""
    files_read = 0

    def count_files(phase: str, count: int, total: int) -> None:
        nonlocal files_read
        files_read = count if phase == "extract" else files_read
        show(phase, count, total)

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt  # as Ctrl-C does: the build writes its facts first

    before = signal.signal(signal.SIGTERM, interrupt) if current_thread() is main_thread() else None
    try:
        yield count_files
    except KeyboardInterrupt:
        nothing, some = "nothing was read yet", f"{amount(files_read, 'file')} read so far are kept"
        warn(
            f"interrupted: {some if files_read else nothing}, the index answers as before; run the"
            " same command again to go on"
        )
        raise typer.Exit(INTERRUPTED) from None
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _say_report(report: Report, uri: str, seconds: float) -> None:
    say(
        f"{amount(report.files, 'file')}, {amount(report.lines, 'line')}, "
        f"{amount(report.symbols, 'symbol')}, "
        f"{amount(report.edges, 'edge')}, {amount(report.chunks, 'chunk')} in {seconds:.1f} s "
        f"({report.changed:,} read, {amount(report.encoded, 'chunk')} encoded)"
    )
    if report.skipped:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in skip_counts(report))
        say(f"left out: {reasons} (`clew status` names them)")
    if report.redacted:
        say(f"{amount(report.redacted, 'secret')} written over: stored and shown as REDACTED***")
    if report.scip:
        counts = ", ".join(f"{count:,} {kind}" for kind, count in report.scip.items())
        say(f"by SCIP indexes: {counts}")
    say(f"generation {report.generation} in {uri}")


def skip_counts(report: Report) -> list[tuple[str, int]]:
    """Return the reasons for skipped files with their counts, most frequent first."""
    return sorted(report.skipped.items(), key=lambda item: (-item[1], item[0]))
