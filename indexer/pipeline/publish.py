"""The third and fifth step of a build: publish new texts, then the view with its edges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from ..records import Report
from ..resolve import resolution_id
from ..store import (
    MANIFEST_COLUMNS,
    View,
    changed_rows,
    create_key_indices,
    create_text_index,
    have_same_files,
)
from .earlier_edges import with_facts
from .extraction import Extraction
from .history import PendingCommits, store_history
from .resolution import Resolution
from .state import Build, is_small_change

EXAMPLES = 5  # paths that a report names for each reason to skip
# Generations before a switch of branches: their edges are reused when the branch comes back.
MAX_RESTORABLE = 4
_COUNTED = ("lines", "symbols", "references", "chunks", "secrets")


def is_unchanged(build: Build, published: pa.Table, manifest: pa.Table) -> bool:
    """Return True if the published view has these files, and edges made from them."""
    view = _reusable_view(build)
    return view is not None and view.has_current_edges and have_same_files(published, manifest)


def publish_unchanged(
    build: Build, published: pa.Table, manifest: pa.Table, commits: PendingCommits | None
) -> Report:
    """Publish new time stamps, new commits, and this view as the latest, if there is any news.

    With the time stamps, the next build need not read the files. Return the published report.
    """
    state = build.writer.state
    assert state is not None
    view = state.views[build.source.view]
    report = replace(view.report, changed=0, encoded=0, seconds=build.seconds)
    same_times = published["mtime_ns"].equals(manifest["mtime_ns"])
    if not store_history(build, commits) and same_times and state.latest == view.name:
        return report
    with_edges = _with_earlier_edges(manifest, published)
    return _publish(build, published, with_edges, report, view.module_inputs)


def publish_texts(
    build: Build, published: pa.Table, manifest: pa.Table, extraction: Extraction
) -> pa.Table:
    """Update the text index and term statistics. After a small change, publish the new texts.

    A saved file is then found before it is resolved: texts, symbols and chunks are new, edges are
    old. After a large change the old edges would show, and nobody waits for one file. The commit
    stays as it was, since its history is not stored yet. Return the manifest published now.
    """
    writer, name = build.writer, build.source.view
    with build.phase("search"):
        build.progress("search", 0, 0)
        create_text_index(writer.tables["chunks"])
        build.statistics.update_view(name, published["file_id"], manifest["file_id"])
    view = _reusable_view(build)
    if view is None:
        return published
    texts = _with_earlier_edges(manifest, published)
    changed = len(changed_rows(published, texts))
    if changed == 0 or not is_small_change(changed):
        return published
    with build.phase("publish"):
        create_key_indices(writer.tables)
        writer.replace_manifest(name, published, texts, may_rewrite=False)
        report = _report(build, texts, extraction, {})
        writer.publish(replace(view, report=report), edges_generation=view.edges_generation)
        build.progress("publish", 1, 1)
    return texts


def publish_edges(
    build: Build,
    published: pa.Table,
    resolution: Resolution,
    extraction: Extraction,
    commits: PendingCommits | None,
) -> Report:
    """Publish the view with its commits and edges. Return the report, with its generation."""
    store_history(build, commits)
    with build.phase("publish"):
        create_key_indices(build.writer.tables)
        if extraction.is_long:  # with many rows outside of an index, answers would take seconds
            build.writer.maintain()
        manifest = resolution.manifest
        report = _report(build, manifest, extraction, resolution.scip)
        report = _publish(build, published, manifest, report, resolution.module_inputs)
        build.writer.drop_other_fact_versions()
    return report


def _reusable_view(build: Build) -> View | None:
    """Return the published view if the same rules, with the same SCIP data, made its edges."""
    view = build.writer.view(build.source.view)
    if view is None or build.scip is not None or view.resolution != resolution_id():
        return None
    return view


def _with_earlier_edges(manifest: pa.Table, published: pa.Table) -> pa.Table:
    """Return `manifest` with the edge sets of its paths in `published`."""
    rows = pc.index_in(manifest["path"], value_set=published["path"].combine_chunks())
    edges = pc.fill_null(published["edges_id"].take(rows), 0)
    return manifest.set_column(MANIFEST_COLUMNS.index("edges_id"), "edges_id", edges)


def _publish(
    build: Build,
    published: pa.Table,
    manifest: pa.Table,
    report: Report,
    module_inputs: tuple[tuple[str, str, str], ...],
) -> Report:
    """Publish `manifest` in place of `published`. Return the report, with its generation."""
    source, writer = build.source, build.writer
    before = writer.view(source.view)
    same_rules = before is not None and before.resolution == resolution_id()
    is_switch = not is_small_change(len(changed_rows(published, manifest)))
    rewritten = writer.replace_manifest(
        source.view, published, manifest, must_rewrite=not same_rules
    )
    restorable: tuple[int, ...] = ()
    if before is not None and not rewritten:
        restorable = (
            (before.edges_generation, *before.restorable_generations)
            if is_switch
            else before.restorable_generations
        )
    view = View(
        name=source.view,
        kind=source.kind,
        root=source.root,
        commit=source.commit,
        report=report,
        resolution=resolution_id(),
        module_inputs=module_inputs,
        prefix=source.prefix,
        restorable_generations=restorable[:MAX_RESTORABLE],
    )
    report = writer.publish(view).views[source.view].report
    build.progress("publish", 1, 1)
    return report


def _report(
    build: Build, manifest: pa.Table, extraction: Extraction, scip: Mapping[str, int]
) -> Report:
    rows = with_facts(manifest)
    skipped = manifest.filter(pc.not_equal(manifest["skipped"], ""))
    reasons = Counter(skipped["skipped"].to_pylist())
    examples = {
        reason: skipped.filter(pc.equal(skipped["skipped"], reason))["path"]
        .slice(0, EXAMPLES)
        .to_pylist()
        for reason in sorted(reasons)
    }
    files = build.writer.inventory.sum_columns("files", rows["file_id"], _COUNTED)
    return Report(
        generation=0,
        view=build.source.view,
        files=rows.num_rows,
        lines=files["lines"],
        bytes=pc.sum(rows["size"]).as_py() or 0,
        symbols=files["symbols"],
        references=files["references"],
        edges=build.writer.inventory.sum_columns("dependencies", rows["edges_id"], ("edges",))[
            "edges"
        ],
        chunks=files["chunks"],
        changed=extraction.changed,
        encoded=extraction.encoded,
        redacted=files["secrets"],
        skipped={reason: reasons[reason] for reason in sorted(reasons)},
        examples=examples,
        seconds=build.seconds,
        scip=dict(scip),
    )
