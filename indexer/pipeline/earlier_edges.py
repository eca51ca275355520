"""Edges of earlier builds: the best published view to reuse them from, and the valid ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ..facts import BATCH_ROWS, VersionedFacts
from ..resolve import (
    OCCURRENCES,
    ModuleInputs,
    altered_keys,
    find_changed_includers,
    include_keys,
    resolution_id,
)
from ..store import View, Writer
from .state import is_small_change

if TYPE_CHECKING:
    from lancedb.table import Table

MAX_MANIFESTS = 12  # the newest are read: reading more costs more than a nearer one saves


@dataclass(frozen=True, slots=True)
class PreviousBuild:
    """A view as it was published, for its files with facts."""

    files: Mapping[str, tuple[int, int]]  # path → (file_id, edges_id)
    module_inputs: ModuleInputs


NO_BUILD = PreviousBuild({}, ())


@dataclass(frozen=True)
class ViewDiff:
    """The files of a view and those of the build before it."""

    files: Mapping[str, int]  # path → file_id, in the order of paths
    previous: PreviousBuild

    @cached_property
    def replaced(self) -> dict[str, int]:
        """path → earlier file_id, of the files that were changed or removed."""
        earlier = self.previous.files.items()
        return {path: file_id for path, (file_id, _) in earlier if self.files.get(path) != file_id}

    @cached_property
    def new(self) -> list[str]:
        """The paths that were changed or added."""
        earlier = self.previous.files
        return [
            path for path, file_id in self.files.items() if earlier.get(path, (0,))[0] != file_id
        ]


def find_previous(writer: Writer, name: str, files: Mapping[str, int]) -> PreviousBuild:
    """Return the published view to reuse edges from for `files` (path → file_id).

    This is the view `name` itself or, if much of it is new, the one with most of its files among
    MAX_MANIFESTS: a revision of the current branch, or the view before a switch of branches.
    """
    import numpy as np

    ids = np.fromiter(files.values(), np.int64, len(files))
    nearest, most = NO_BUILD, -1
    for view, rows in islice(_reusable_manifests(writer, name), MAX_MANIFESTS):
        shared = int(np.isin(ids, rows["file_id"].to_numpy()).sum())
        if shared > most:
            sets = zip(rows["file_id"].to_pylist(), rows["edges_id"].to_pylist(), strict=True)
            paths = rows["path"].to_pylist()
            nearest = PreviousBuild(dict(zip(paths, sets, strict=True)), view.module_inputs)
            most = shared
        if is_small_change(len(files) - shared):
            break
    return nearest


def _reusable_manifests(writer: Writer, name: str) -> Iterator[tuple[View, pa.Table]]:
    """Yield manifests with edges from the same rules, limited to files with facts.

    Those of the view `name` come first, the newest before all. Earlier generations are left out
    if their rows were collected.
    """
    views = [view for view in writer.published_views() if view.resolution == resolution_id()]
    views.sort(key=lambda view: view.name != name)
    for view in views:
        yield view, with_facts(writer.manifest(view.name, view.edges_generation))
        if view.name == name:
            earlier = (
                with_facts(writer.manifest(name, each)) for each in view.restorable_generations
            )
            yield from ((view, rows) for rows in earlier if writer.inventory.contains(rows))


def with_facts(manifest: pa.Table) -> pa.Table:
    """Return the rows of files with facts."""
    return manifest.filter(pc.not_equal(manifest["file_id"], 0))


def find_reusable(dependencies: Table, facts: VersionedFacts, diff: ViewDiff) -> dict[str, int]:
    """Return path → edges_id of the files whose edges the difference cannot affect."""
    if not diff.previous.files:
        return {}
    old = {path: facts.facts_of_version(path, file_id) for path, file_id in diff.replaced.items()}
    new = {path: facts[path] for path in diff.new}
    elsewhere = find_changed_includers(facts, old, new)
    keys = {
        OCCURRENCES,
        *altered_keys(old, new, diff.previous.module_inputs),
        *include_keys(elsewhere),
    }
    stale = _sets_depending_on(dependencies, keys)
    same = (path for path in diff.files if path not in new and path not in elsewhere)
    return {path: key for path in same if (key := diff.previous.files[path][1]) not in stale}


def _sets_depending_on(dependencies: Table, keys: set[int]) -> set[int]:
    """Return the ids of the edge sets that depend on any of `keys`."""
    import numpy as np

    changed = np.fromiter(keys, np.int64, len(keys))
    edges_ids: set[int] = set()
    for rows in dependencies.search().select(["edges_id", "keys"]).to_batches(BATCH_ROWS):
        counts = rows["keys"].value_lengths().to_numpy(zero_copy_only=False)
        owners = np.repeat(rows["edges_id"].to_numpy(), counts)
        edges_ids.update(owners[np.isin(rows["keys"].flatten().to_numpy(), changed)].tolist())
    return edges_ids
