"""`clew index` and `clew status`."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .locate import store_to_read, store_to_write
from .options import JsonOption, MemoryOption, StoreOption
from .output import amount, say, say_json, size, warn
from .progress import progress

if TYPE_CHECKING:
    from indexer import Progress, Report, Snapshot, Source, State, Store, View

INTERRUPTED = 130
OTHER_WRITER_SECONDS = 10.0  # to wait for another that writes: a watcher is done sooner


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(index)
    app.command()(status)
    app.command()(gc)


def index(
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="The folder to index.", show_default="here")
    ] = Path(),
    rev: Annotated[
        str | None, typer.Option(help="Index this revision instead of the files on disk.")
    ] = None,
    git_dir: Annotated[
        Path | None,
        typer.Option(help="The repository of --rev; a bare one will do. Its blobs may be missing."),
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
    no_ignore: Annotated[
        bool, typer.Option("--no-ignore", help="Index what .gitignore leaves out, too.")
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", min=0, help="Worker processes.", show_default="one a processor"
        ),
    ] = 0,
    scip: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE|none",
            help="Merge this SCIP index, which a compiler's front end wrote; repeatable. none forgets those merged before.",
            show_default="what was merged before, for files that are as they were",
        ),
    ] = None,
    max_memory: MemoryOption = "",
    json: JsonOption = False,
) -> None:
    """Index a folder, or a revision of a repository. What has not changed since the last time is not read again."""
    from indexer import Store, parse_size

    source = _source(path, rev, git_dir, not no_ignore)
    room = parse_size(max_memory) if max_memory else 0
    place = git_dir or path
    uri = store_to_write(store, Path(os.path.realpath(place)), bare=git_dir is not None)
    start = time.perf_counter()
    with progress() as show:
        report = build(
            source,
            Store(uri, lock_timeout=OTHER_WRITER_SECONDS),
            encoder,
            jobs,
            show,
            _indexes(scip),
            room,
            exits_after=True,
        )
    seconds = time.perf_counter() - start
    if json:
        say_json({"store": uri, **asdict(report), "total_seconds": round(seconds, 3)})
    else:
        _say_report(report, uri, seconds)
    if not report.files:
        warn(f"{source.root} holds no text files: the index is empty")


def _indexes(scip: list[str] | None) -> list[str] | None:
    """The SCIP indexes to merge, none to forget them, None to leave things as they are."""
    return [os.path.realpath(each) for each in scip if each != "none"] if scip else None


def _source(path: Path, rev: str | None, git_dir: Path | None, ignore: bool) -> Source:
    from indexer import open_revision, open_worktree

    if rev is None and git_dir is None:
        return open_worktree(
            os.path.realpath(path), ignore=ignore
        )  # as an absolute path: readers may stand elsewhere
    from .locate import repository_top

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
    """Index `source`, without a word about the encoder with the store's own; an interrupt ends the program with a line
    that says what has been kept. `exits_after`: as of `build_index`."""
    from indexer import VectorCache, build_index, load_encoder

    spec = encoder_spec(store, encoder)
    cache = VectorCache()
    with _interruptible(show) as counted:
        report = build_index(
            source,
            store,
            load_encoder(spec),
            encoder_spec=spec,
            jobs=jobs,
            cache=cache,
            scip=scip,
            progress=counted,
            max_memory=max_memory,
            exits_after=exits_after,
        )
    if cache.warning:
        warn(cache.warning)
    return report


def encoder_spec(store: Store, given: str | None) -> str:
    """How the encoder to index with is named: as it is given, else as the store's own is."""
    state = store.state() if given is None else None
    spec = given or (state.encoder if state else "builtin")
    return (
        os.path.realpath(spec) if os.path.isdir(spec) else spec
    )  # queries load it from wherever they stand


@contextmanager
def _interruptible(show: Progress) -> Iterator[Progress]:
    done = 0

    def counted(phase: str, count: int, total: int) -> None:
        nonlocal done
        done = count if phase == "extract" else done
        show(phase, count, total)

    def end(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt  # SIGTERM ends a build as Ctrl-C does: what was read is written first

    before = signal.signal(signal.SIGTERM, end) if current_thread() is main_thread() else None
    try:
        yield counted
    except KeyboardInterrupt:
        kept = f"{amount(done, 'file')} read so far are kept" if done else "nothing was read yet"
        warn(
            f"interrupted: {kept}, the index answers as before; run the same command again to go on"
        )
        raise typer.Exit(INTERRUPTED) from None
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _say_report(report: Report, uri: str, seconds: float) -> None:
    say(
        f"{amount(report.files, 'file')}, {amount(report.lines, 'line')}, {amount(report.symbols, 'symbol')}, "
        f"{amount(report.edges, 'edge')}, {amount(report.chunks, 'chunk')} in {seconds:.1f} s "
        f"({report.changed:,} read, {amount(report.encoded, 'chunk')} encoded)"
    )
    if report.skipped:
        say(f"left out: {_reasons(report)} (`clew status` names them)")
    if report.redacted:
        say(f"{amount(report.redacted, 'secret')} written over: stored and shown as REDACTED***")
    if report.scip:
        say(
            f"by SCIP indexes: {', '.join(f'{count:,} {what}' for what, count in report.scip.items())}"
        )
    say(f"generation {report.generation} in {uri}")


def _reasons(report: Report) -> str:
    most_first = sorted(report.skipped.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count:,} {reason}" for reason, count in most_first)


# -- gc


def gc(
    keep: Annotated[
        int, typer.Option(min=0, help="Revisions to keep, those that were indexed last.")
    ] = 10,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Remove views that nobody can want, and what only they held: work trees that have gone, old revisions."""
    from indexer import Store, collect_views

    uri = store_to_read(store)
    done = collect_views(Store(uri, lock_timeout=OTHER_WRITER_SECONDS), keep)
    if json:
        say_json({"store": uri, **asdict(done)})
        return
    for view in done.views:
        say(f"removed {view}")
    say(
        f"{amount(len(done.views), 'view')} and {amount(done.files, 'version')} of files removed, {size(done.freed)} freed"
    )


# -- status


def status(
    check: Annotated[
        bool, typer.Option("--check", help="Compare the index with the files on disk.")
    ] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """What the store holds: views, counts, what was left out and why, size, encoder."""
    from indexer import ClewError, Snapshot

    uri = store_to_read(store)
    newest = Snapshot.open(uri)
    state = newest.state
    about: dict[str, Any] = {
        "store": uri,
        "format": state.format,
        "generation": state.generation,
        "encoder": state.encoder,
        "encoder_id": state.encoder_id,
        "store_bytes": newest.store.size(),
        "views": [],
    }
    for name in sorted(state.views):
        view = asdict(state.views[name]) | {
            "latest": name == state.latest,
            "tuned": _tuned(uri, name, state),
        }
        if check:
            try:
                view["changes"] = _changes(Snapshot.open(uri, name))
            except ClewError as error:
                view["changes"] = {"error": str(error)}
        about["views"].append(view)
    if json:
        say_json(about)
    else:
        _say_status(about, state.views)


def _tuned(uri: str, name: str, state: State) -> dict[str, Any] | None:
    """What was learned from the history of a view, and whether queries use it; None where nothing was."""
    from indexer import Snapshot
    from retrieval import weights_for

    snapshot = Snapshot.open(uri, name)
    if not state.tunings or snapshot.tuning is None:
        return None
    return asdict(snapshot.tuning) | {"in_use": bool(weights_for(snapshot))}


def _changes(snapshot: Snapshot) -> dict[str, int]:
    """How many of the view's files are changed, gone, or new on disk. A revision never changes."""
    from indexer import Skipped, open_worktree, printable

    counts = {"changed": 0, "gone": 0, "new": 0}
    if snapshot.view.kind != "worktree":
        return counts
    entries = snapshot.entries
    seen = set()
    for item in open_worktree(snapshot.view.root).files():
        path = printable(item.path)
        seen.add(path)
        if path not in entries and not isinstance(item, Skipped):
            counts["new"] += 1
    for path, entry in entries.items():
        if not entry.file_id:
            continue
        if not os.path.lexists(os.path.join(snapshot.view.root, path)):
            counts["gone"] += 1
        elif snapshot.is_stale(path):
            counts["changed"] += 1
    return counts


def _say_status(about: dict[str, Any], views: dict[str, View]) -> None:
    say(f"store       {about['store']} ({size(about['store_bytes'])}, format {about['format']})")
    say(f"generation  {about['generation']}")
    say(f"encoder     {about['encoder']} ({about['encoder_id']})")
    for view in about["views"]:
        say()
        _say_view(view, views[view["name"]].report)


def _say_view(view: dict[str, Any], report: Report) -> None:
    mark = " (the latest)" if view["latest"] else ""
    what = "revision" if view["kind"] == "revision" else "work tree"
    commit = f" at {view['commit'][:12]}" if view["commit"] else ""
    say(f"{what}   {view['root']}{commit}{mark}")
    counts = ("files", "lines", "symbols", "references", "edges", "chunks")
    say("  " + "  ".join(f"{name} {getattr(report, name):,}" for name in counts))
    if report.redacted:
        say(f"  {amount(report.redacted, 'secret')} written over")
    if report.skipped:
        say("  left out:")
    for reason, count in sorted(report.skipped.items(), key=lambda item: (-item[1], item[0])):
        say(
            f"    {count:>7,} {reason}: {', '.join(report.examples.get(reason, [])[:3])}{' …' if count > 3 else ''}"
        )
    if tuned := view["tuned"]:
        weighed = ", ".join(
            f"{signal} {weight:g}" for signal, weight in sorted(tuned["weights"].items())
        )
        fate = (
            "in use" if tuned["in_use"] else "for another ranker, not used: run `clew tune` again"
        )
        say(
            f"  tuned by {amount(tuned['tasks'], 'commit')} up to {tuned['tip'][:12]} ({fate}): {weighed}"
        )
    if "changes" in view:
        found = Counter(view["changes"])
        say(
            "  since then: " + ", ".join(f"{count} {what}" for what, count in sorted(found.items()))
        )
