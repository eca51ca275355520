"""The fourth step of a build: the edges of a view.

Edges that a change cannot affect are reused; all other files are resolved again. Files
with data of compilers (SCIP) are always resolved, so it is read first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa

from ..facts import ArrowFacts, ByPath, Facts, TableFacts, write_arrow_facts
from ..languages import family_rules
from ..records import FileFacts
from ..resolve import CompilerOccurrence, files_of_keys, match_scip, read_occurrences
from ..store import MANIFEST_COLUMNS, OCCURRENCES, in_filter, make_batch
from .earlier_edges import NO_BUILD, ViewDiff, find_previous, find_reusable, with_facts
from .resolve_worker import resolve_files
from .state import Build

if TYPE_CHECKING:
    from lancedb.table import Table

# Up to so many changed files, and files to resolve, facts are read one by one from the tables.
FEW = 500
FEW_DECLARED = 64  # files of languages that declare packages: all of them are read


@dataclass(frozen=True, slots=True)
class Resolution:
    """A view with its edges."""

    manifest: pa.Table  # with the edge set of each file
    module_inputs: tuple[tuple[str, str, str], ...]
    scip: dict[str, int]  # for the report: counts of documents and edges


@dataclass(frozen=True, slots=True)
class ResolutionPlan:
    """The files to resolve, and the facts to resolve them from."""

    facts: TableFacts | ArrowFacts
    reused: Mapping[str, int]  # path → edges_id
    stale: list[str]  # paths to resolve


def resolve_view(build: Build, manifest: pa.Table) -> Resolution:
    """Find the edges of the files of `manifest`, and store the new edge sets."""
    writer, name = build.writer, build.source.view
    rows = with_facts(manifest)
    files = dict(zip(rows["path"].to_pylist(), rows["file_id"].to_pylist(), strict=True))
    with (
        build.phase("resolve"),
        TemporaryDirectory(prefix="facts-", dir=writer.temporary_folder()) as temporary,
    ):
        folder = Path(temporary)
        previous = find_previous(writer, name, files) if build.scip is None else NO_BUILD
        facts = write_arrow_facts(writer.tables, files, (), folder) if build.scip else None
        scip = merge_scip(build, files, facts)
        occurrences = read_occurrences(writer.tables["occurrences"], files)
        plan = plan_resolution(writer.tables, ViewDiff(files, previous), occurrences, folder, facts)
        edges_ids, module_inputs, scip_edges = _store_edges(build, plan, occurrences, folder)
        writer.flush()
    if occurrences:
        scip["edges"] = scip_edges
    ids = pa.array([edges_ids.get(path, 0) for path in manifest["path"].to_pylist()], pa.int64())
    return Resolution(
        manifest.set_column(MANIFEST_COLUMNS.index("edges_id"), "edges_id", ids),
        tuple(sorted({*previous.module_inputs, *module_inputs})),
        scip,
    )


def _store_edges(
    build: Build,
    plan: ResolutionPlan,
    occurrences: Mapping[str, tuple[CompilerOccurrence, ...]],
    folder: Path,
) -> tuple[dict[str, int], set[tuple[str, str, str]], int]:
    """Resolve the stale files. Return path → edges_id, the module inputs, the SCIP edges."""
    writer, total = build.writer, len(plan.stale)
    edges_ids, stored = dict(plan.reused), writer.inventory.edge_sets()
    module_inputs: set[tuple[str, str, str]] = set()
    scip_edges = 0
    build.progress("resolve", 0, total)
    for batch in resolve_files(plan.stale, plan.facts, occurrences, build.shares, folder):
        new = {edges_id for _, edges_id in batch.sets} - stored
        writer.add(batch.rows_of(new))
        stored |= new
        edges_ids.update(batch.sets)
        module_inputs.update(batch.module_inputs)
        scip_edges += batch.scip_edges
        build.progress("resolve", len(edges_ids) - len(plan.reused), total)
    return edges_ids, module_inputs, scip_edges


# -- occurrences


def merge_scip(build: Build, files: Mapping[str, int], facts: Facts | None) -> dict[str, int]:
    """Store the occurrences of the build's SCIP indexes. Return the counts of their documents.

    `files` is path → file_id. An empty list of indexes, which needs no `facts`, removes the
    occurrences of earlier ones.
    """
    if build.scip is None:
        return {}
    root = build.source.root if build.source.kind == "worktree" else ""
    symbols = _AllFacts(facts) if facts is not None else {}
    matches = match_scip(build.scip, symbols, files, build.writer.inventory.read_sources, root)
    replaced = [files[path] for path in matches.by_path] if build.scip else list(files.values())
    rows = [
        (files[path], *each) for path, found in sorted(matches.by_path.items()) for each in found
    ]
    build.writer.replace_occurrences(sorted(replaced), make_batch(rows, OCCURRENCES))
    return {
        "documents": len(matches.by_path),
        "stale": len(matches.stale),
        "unknown": len(matches.unknown),
    }


class _AllFacts(ByPath[FileFacts]):
    """path → facts with all references."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts.languages)
        self._facts = facts

    def __getitem__(self, path: str) -> FileFacts:
        return self._facts.with_references(path)


# -- plan


def plan_resolution(
    tables: Mapping[str, Table],
    diff: ViewDiff,
    occurrences: Mapping[str, tuple[CompilerOccurrence, ...]],
    folder: Path,
    facts: ArrowFacts | None = None,
) -> ResolutionPlan:
    """Find the stale files of a view, and open the facts to resolve them from.

    The previous build is one of the same store whose edges the same rules made. The edges of a
    view do not depend on it. Facts are written into `folder` unless they are given, or so few
    are read that the tables will do. Files with `occurrences` are always stale.
    """
    if facts is None and not occurrences and (plan := _plan_from_tables(tables, diff)):
        return plan
    if facts is None:
        facts = write_arrow_facts(tables, diff.files, diff.replaced.values(), folder)
    reusable = find_reusable(tables["dependencies"], facts, diff)
    reused = {path: key for path, key in reusable.items() if path not in occurrences}
    return ResolutionPlan(facts, reused, [path for path in diff.files if path not in reused])


def _plan_from_tables(tables: Mapping[str, Table], diff: ViewDiff) -> ResolutionPlan | None:
    """Return a plan that reads single files from the tables, or None if too many are needed."""
    if not diff.previous.files or len(diff.replaced) + len(diff.new) > FEW:
        return None
    facts = TableFacts(tables, diff.files)
    if not _reads_few_files(facts.languages, diff.new):
        return None
    facts.prefetch([diff.files[path] for path in diff.new], diff.replaced.values())
    reused = find_reusable(tables["dependencies"], facts, diff)
    stale = [path for path in diff.files if path not in reused]
    if len(stale) > FEW or not _reads_few_files(facts.languages, stale):
        return None
    facts.prefetch([diff.files[path] for path in stale], _files_read_before(tables, diff, stale))
    return ResolutionPlan(facts, reused, stale)


def _reads_few_files(languages: Mapping[str, str], paths: Iterable[str]) -> bool:
    """Return True if resolving `paths` reads only those files and the files they refer to.

    Declared packages depend on every file, and so may modules and wildcard imports of most
    languages.
    """
    declared = sum(family_rules(language).package == "declared" for language in languages.values())
    families = {family_rules(languages[path]) for path in paths}
    return declared <= FEW_DECLARED and all(each.includes or not each.name for each in families)


def _files_read_before(
    tables: Mapping[str, Table], diff: ViewDiff, stale: Iterable[str]
) -> list[int]:
    """Return the ids of the files that the last resolution of `stale` read: it will again."""
    earlier = diff.previous.files
    sets = [earlier[path][1] for path in stale if path in earlier]
    if not sets:
        return []
    rows = (
        tables["dependencies"]
        .search()
        .where(in_filter("edges_id", sets))
        .select(["keys"])
        .to_arrow()
    )
    keys = set(rows["keys"].combine_chunks().flatten().to_pylist())
    return [diff.files[path] for path in files_of_keys(keys, diff.files)]
