"""`clew status` and `clew gc`: the views of a store."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .index import OTHER_WRITER_SECONDS, skip_counts
from .locate import store_to_read
from .options import JsonOption, StoreOption
from .output import amount, say, say_json, size

if TYPE_CHECKING:
    from indexer import Report, Snapshot, State, View

MAX_EXAMPLES = 3  # skipped files listed of each reason


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(status)
    app.command()(gc)


def gc(
    keep: Annotated[int, typer.Option(min=0, help="Revisions to keep: those indexed last.")] = 10,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Remove deleted work trees and old revisions from the index."""
    from indexer import Store, collect_views

    uri = store_to_read(store)
    removed = collect_views(Store(uri, lock_timeout=OTHER_WRITER_SECONDS), keep)
    if json:
        say_json({"store": uri, **asdict(removed)})
        return
    for view in removed.views:
        say(f"removed {view}")
    views, files = amount(len(removed.views), "view"), amount(removed.files, "version")
    say(f"{views} and {files} of files removed, {size(removed.freed)} freed")


def status(
    check: Annotated[
        bool, typer.Option("--check", help="Compare the index with the files on disk.")
    ] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Show the views of the store: counts, skipped files, size, encoder."""
    from indexer import Snapshot

    uri = store_to_read(store)
    newest = Snapshot.open(uri)
    state = newest.state
    answer: dict[str, Any] = {
        "store": uri,
        "format": state.format,
        "generation": state.generation,
        "encoder": state.encoder,
        "encoder_id": state.encoder_id,
        "store_bytes": newest.store.size(),
        "views": [],
    }
    for name in sorted(state.views):
        view = asdict(state.views[name])
        view |= {"latest": name == state.latest, "tuned": _tuning_of(uri, name, state)}
        if check:
            view["changes"] = _check_view(uri, name)
        answer["views"].append(view)
    if json:
        say_json(answer)
    else:
        _say_status(answer, state.views)


def _tuning_of(uri: str, name: str, state: State) -> dict[str, Any] | None:
    """Return the tuning of a view, with `in_use`; None without one."""
    from indexer import Snapshot
    from retrieval import weights_for

    snapshot = Snapshot.open(uri, name)
    if not state.tunings or snapshot.tuning is None:
        return None
    return asdict(snapshot.tuning) | {"in_use": bool(weights_for(snapshot))}


def _check_view(uri: str, name: str) -> dict[str, Any]:
    """Return the counts of changed files of a view, or its error."""
    from indexer import ClewError, Snapshot

    try:
        return _count_changes(Snapshot.open(uri, name))
    except ClewError as error:
        return {"error": str(error)}


def _count_changes(snapshot: Snapshot) -> dict[str, int]:
    """Count the changed, deleted and new files on disk. A revision never changes."""
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


def _say_status(answer: dict[str, Any], views: dict[str, View]) -> None:
    say(f"store       {answer['store']} ({size(answer['store_bytes'])}, format {answer['format']})")
    say(f"generation  {answer['generation']}")
    say(f"encoder     {answer['encoder']} ({answer['encoder_id']})")
    for view in answer["views"]:
        say()
        _say_view(view, views[view["name"]].report)


def _say_view(view: dict[str, Any], report: Report) -> None:
    mark = " (the latest)" if view["latest"] else ""
    kind = "revision" if view["kind"] == "revision" else "work tree"
    commit = f" at {view['commit'][:12]}" if view["commit"] else ""
    say(f"{kind}   {view['root']}{commit}{mark}")
    counts = ("files", "lines", "symbols", "references", "edges", "chunks")
    say("  " + "  ".join(f"{name} {getattr(report, name):,}" for name in counts))
    if report.redacted:
        say(f"  {amount(report.redacted, 'secret')} written over")
    if report.skipped:
        say("  left out:")
    for reason, count in skip_counts(report):
        examples = ", ".join(report.examples.get(reason, [])[:MAX_EXAMPLES])
        say(f"    {count:>7,} {reason}: {examples}{' …' if count > MAX_EXAMPLES else ''}")
    if view["tuned"]:
        _say_tuning(view["tuned"])
    if "changes" in view:
        changes = sorted(Counter(view["changes"]).items())
        say("  since then: " + ", ".join(f"{count} {change}" for change, count in changes))


def _say_tuning(tuning: dict[str, Any]) -> None:
    weights = sorted(tuning["weights"].items())
    listed = ", ".join(f"{signal} {weight:g}" for signal, weight in weights)
    unused = "for another ranker, not used: run `clew tune` again"
    use = "in use" if tuning["in_use"] else unused
    commits = f"{amount(tuning['tasks'], 'commit')} up to {tuning['tip'][:12]}"
    say(f"  tuned by {commits} ({use}): {listed}")
