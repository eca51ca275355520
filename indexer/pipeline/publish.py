"""What a build publishes: first the new texts, where little has changed, then the view with its edges."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ..records import Report
from ..resolve.dependencies import resolution_id
from ..store.generation import View
from ..store.manifest import COLUMNS, changes

if TYPE_CHECKING:
    from .build import Build

EXAMPLES = 5  # paths that a report names for each reason to skip
SHOWN_FIRST = 500  # changed paths, up to which texts are published before their edges are known
FORMER = 4  # generations before a switch of branches whose edges are taken up again when the branch comes back
_COUNTED = ("lines", "symbols", "references", "chunks", "secrets")


def publish(state: Build, published: pa.Table, manifest: pa.Table) -> Report:
    """Publish `manifest` in the place of `published`; the report, with its generation."""
    return _publish(state, published, manifest, _report(state, manifest))


def publish_times(state: Build, published: pa.Table, manifest: pa.Table) -> Report:
    """The published report, where no file has changed. What is news still is published: time stamps, so that the next build
    need not read the files, and that this view is now the latest."""
    before = state.writer.state
    assert before is not None
    report = replace(
        before.views[state.source.view].report, changed=0, encoded=0, seconds=state.seconds
    )
    same_times = published["mtime_ns"].equals(manifest["mtime_ns"])
    if not store_history(state) and same_times and before.latest == state.source.view:
        return report
    state.consulted = before.views[state.source.view].consulted
    return _publish(state, published, _with_edges(manifest, published), report)


def show_texts(state: Build, published: pa.Table, manifest: pa.Table) -> pa.Table:
    """Publish texts, symbols and chunks as they are now while edges are still those of before, so that a saved file is
    found before it is resolved; the manifest that is published then.

    Not where much has changed: then what is old in the edges would be seen, and nobody waits for one file. The commit
    stays that of before, since its history is not stored yet.
    """
    source, writer = state.source, state.writer
    view = writer.view(source.view)
    manifest = _with_edges(manifest, published)
    if view is None or not 0 < len(changes(published, manifest)) <= SHOWN_FIRST:
        return published
    with state.phase("publish"):
        writer.index_chunks()
        writer.index_keys()
        writer.tally.bring(source.view, published["file_id"], manifest["file_id"])
        writer.replace_manifest(source.view, published, manifest, anew=False)
        writer.publish(replace(view, report=_report(state, manifest)), settled=view.settled)
        state.progress("publish", 1, 1)
    return manifest


def store_history(state: Build) -> bool:
    """Store what history says, if the view shows another commit than when it was published; whether it does."""
    if state.commits is None:
        return False
    with state.phase("history"):
        if commits := state.commits.result():
            state.writer.add_commits(commits, state.known_commits)
    return True


def _with_edges(manifest: pa.Table, published: pa.Table) -> pa.Table:
    """`manifest` with the edge sets that its paths have in `published`."""
    at = pc.index_in(manifest["path"], value_set=published["path"].combine_chunks())
    edges = pc.fill_null(published["edges_id"].take(at), 0)
    return manifest.set_column(COLUMNS.index("edges_id"), "edges_id", edges)


def _publish(state: Build, published: pa.Table, manifest: pa.Table, report: Report) -> Report:
    source, writer = state.source, state.writer
    before = writer.view(source.view)
    same_rules = before is not None and before.resolution == resolution_id()
    is_switch = len(changes(published, manifest)) > SHOWN_FIRST
    anew = writer.replace_manifest(source.view, published, manifest, whole=not same_rules)
    former = (
        ()
        if anew or before is None
        else (before.settled, *before.former)
        if is_switch
        else before.former
    )
    shown = (source.view, source.kind, source.root, source.commit)
    view = View(
        *shown, report, resolution_id(), state.consulted, source.prefix, former=former[:FORMER]
    )
    report = writer.publish(view).views[source.view].report
    state.progress("publish", 1, 1)
    return report


def _report(state: Build, manifest: pa.Table) -> Report:
    known = manifest.filter(pc.not_equal(manifest["file_id"], 0))
    skipped = manifest.filter(pc.not_equal(manifest["skipped"], ""))
    reasons = Counter(skipped["skipped"].to_pylist())
    examples = {
        reason: skipped.filter(pc.equal(skipped["skipped"], reason))["path"]
        .slice(0, EXAMPLES)
        .to_pylist()
        for reason in sorted(reasons)
    }
    files = state.writer.sums("files", known["file_id"], _COUNTED)
    return Report(
        generation=0,
        view=state.source.view,
        files=known.num_rows,
        lines=files["lines"],
        bytes=pc.sum(known["size"]).as_py() or 0,
        symbols=files["symbols"],
        references=files["references"],
        edges=state.writer.sums("needs", known["edges_id"], ("edges",))["edges"],
        chunks=files["chunks"],
        changed=state.changed,
        encoded=state.encoded,
        redacted=files["secrets"],
        skipped={reason: reasons[reason] for reason in sorted(reasons)},
        examples=examples,
        seconds=state.seconds,
        scip=state.merged,
    )
