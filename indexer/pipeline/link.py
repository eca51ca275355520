"""The edges of a view: those of files that a change can affect are resolved, all others are kept as they were.

A file is resolved on its own, so several processes share the work: each maps the same facts and sends back rows of edges.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ..errors import SourceError
from ..facts.arrow_files import BATCH_ROWS, SpooledFacts, spool
from ..facts.by_path import ByPath
from ..facts.in_memory import Facts
from ..facts.tables import StoredFacts
from ..languages.families import family_rules
from ..records import Edge, FileFacts, symbol_id
from ..resolve.c_includers import including_anew
from ..resolve.dependencies import TOLD, Consulted, altered, included, looked_at
from ..resolve.occurrences import Told, merged, precise_edges, settled
from ..resolve.resolver import Resolver
from ..store.lance import column
from ..store.schema import NEEDS, batch_of, edge_batch, edges_key
from .memory import Shares
from .pool import Lost, Pool

if TYPE_CHECKING:
    from lancedb.table import Table

BATCH_FILES = 64  # files that are resolved together: their rows of edges make one batch
FEW = (
    500  # changed files, and files to resolve, up to which facts are read from the store one by one
)
FEW_DECLARED = 64  # files of languages that declare packages, all of which are read
ALONE = 2_000  # files to resolve up to which this process does it: starting others costs a second
ONE = Shares(1, 0)
SECONDS = 600.0  # of the processor, for a batch; one that takes longer is a fault of ours


@dataclass(frozen=True, slots=True)
class Before:
    """A view as it was published, for those of its files that have facts."""

    files: Mapping[str, tuple[int, int]]  # path → (file_id, edges_id)
    consulted: Consulted


@dataclass(slots=True)
class Linked:
    """A view with its edges."""

    edges_ids: dict[str, int]  # path → edges_id
    resolved: int  # files whose edges were not kept
    precise: int | None  # edges that compilers gave, where they said anything
    consulted: Consulted = ()  # as in `needs`


@dataclass(frozen=True, slots=True)
class Resolved:
    """The edges of some files. A set that several files share stands among the rows once."""

    sets: list[tuple[str, int]]  # path, edges_id
    edges: pa.RecordBatch
    needs: pa.RecordBatch
    consulted: list[tuple[str, str, str]]


Tell = Callable[[Mapping[str, FileFacts]], Mapping[str, tuple[Told, ...]]]
"""path → facts of all files ⇒ path → what compilers say of the file."""
Add = Callable[[Mapping[str, pa.RecordBatch]], None]
"""Takes rows of edges and needs of sets that are not stored yet."""


def link_view(
    tables: Mapping[str, Table],
    wanted: Mapping[str, int],
    before: Before,
    tell: Tell,
    progress: Callable[[int, int], None],
    add: Add,
    shares: Shares = ONE,
    folder: Path | None = None,
) -> Linked:
    """Resolve the files `wanted` (path → file_id, in the order of paths) against each other.

    `before` is a view of the same store whose edges the same rules made, or one without files. The result is the same
    whatever it is, and whatever the `shares` of the processes that divide the work. `folder` is where they find the facts
    in the meantime.
    """
    changed = {path: fid for path, (fid, _) in before.files.items() if wanted.get(path) != fid}
    with TemporaryDirectory(prefix="facts-", dir=folder) as place:
        spooled = partial(spool, tables, wanted, changed.values(), Path(place))
        facts, told, kept, todo = _divided(tables, wanted, before, changed, tell, spooled)
        found = Linked(dict(kept), len(todo), None, ())
        alone = isinstance(facts, StoredFacts) or told or shares.jobs == 1 or len(todo) <= ALONE
        linker = _Linker(facts, told) if alone else None
        batches = [todo[at : at + BATCH_FILES] for at in range(0, len(todo), BATCH_FILES)]
        consulted = set(before.consulted)
        known = set(column(tables["needs"], "edges_id").tolist())
        progress(0, len(todo))
        for result in (
            map(linker.resolve, batches) if linker else _in_processes(Path(place), batches, shares)
        ):
            fresh = {key for _, key in result.sets if key not in known}
            known.update(fresh)
            found.edges_ids.update(result.sets)
            consulted.update(result.consulted)
            add({"edges": _of_sets(result.edges, fresh), "needs": _of_sets(result.needs, fresh)})
            progress(len(found.edges_ids) - len(kept), len(todo))
        found.consulted = sorted(consulted)
        if linker and told:
            found.precise = linker.precise
        return found


Divided = tuple[
    "StoredFacts | SpooledFacts", Mapping[str, tuple[Told, ...]], dict[str, int], list[str]
]
"""Facts, what compilers say, path → edges_id of the files that keep their edges, and the paths to resolve."""


def _divided(
    tables: Mapping[str, Table],
    wanted: Mapping[str, int],
    before: Before,
    changed: Mapping[str, int],
    tell: Tell,
    spooled: Callable[[], SpooledFacts],
) -> Divided:
    """What is to be resolved, and the facts for that: straight from the store where they are few."""
    fresh = [path for path, fid in wanted.items() if before.files.get(path, (0, 0))[0] != fid]
    if before.files and len(changed) + len(fresh) <= FEW:
        stored = StoredFacts(tables, wanted)
        if _are_lazy(stored.languages, fresh) and not tell(_Whole(stored)):
            stored.read([wanted[path] for path in fresh], changed.values())
            kept = _kept(tables, stored, wanted, changed, before)
            todo = [path for path in wanted if path not in kept]
            if len(todo) <= FEW and _are_lazy(stored.languages, todo):
                stored.read([wanted[path] for path in todo], _touched(tables, wanted, before, todo))
                return stored, {}, kept, todo
    facts = spooled()
    told = tell(_Whole(facts))
    kept = {
        path: key
        for path, key in _kept(tables, facts, wanted, changed, before).items()
        if path not in told
    }
    return facts, told, kept, [path for path in wanted if path not in kept]


def _are_lazy(languages: Mapping[str, str], todo: Iterable[str]) -> bool:
    """Whether to resolve these files is to ask for those that they touch alone. Packages that files declare are told by all
    files, and the modules and stars of most languages may be."""
    declared = sum(family_rules(language).package == "declared" for language in languages.values())
    families = {family_rules(languages[path]) for path in todo}
    return declared <= FEW_DECLARED and all(each.includes or not each.name for each in families)


def _touched(
    tables: Mapping[str, Table], wanted: Mapping[str, int], before: Before, todo: Iterable[str]
) -> list[int]:
    """The versions of the files that the resolution of `todo` asked when it was done before: it will ask them again."""
    sets = ",".join(str(before.files[path][1]) for path in todo if path in before.files)
    if not sets:
        return []
    rows = tables["needs"].search().where(f"edges_id IN ({sets})").select(["needs"]).to_arrow()
    asked = set(rows["needs"].combine_chunks().flatten().to_pylist())
    return [wanted[path] for path in looked_at(asked, wanted)]


def _in_processes(folder: Path, batches: Iterable[list[str]], shares: Shares) -> Iterator[Resolved]:
    with Pool(partial(_make, folder), shares.jobs, SECONDS, shares.worker, giving_way=True) as pool:
        for result in pool.run(batches):
            if isinstance(result, Lost):
                raise SourceError(
                    f"resolving {result.item} failed ({result.reason.value}): run `clew index --jobs 1`"
                )
            yield result


def _make(folder: Path) -> Callable[[Sequence[str]], Resolved]:
    return _Linker(SpooledFacts(folder), {}).resolve


def _of_sets(rows: pa.RecordBatch, keys: Collection[int]) -> pa.RecordBatch:
    return rows.filter(pc.is_in(rows["edges_id"], value_set=pa.array(sorted(keys), pa.int64())))


class _Whole(ByPath[FileFacts]):
    """path → facts with all references."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts.languages)
        self._facts = facts

    def __getitem__(self, path: str) -> FileFacts:
        return self._facts.whole(path)


class _Linker:
    """Joins what resolution finds with what compilers say."""

    def __init__(self, facts: Facts, told: Mapping[str, tuple[Told, ...]]) -> None:
        self._resolver = Resolver(facts)
        self.precise = 0
        self._facts, self._told = facts, told
        self._known: set[str] = set()
        for path in facts.languages if told else ():
            self._known.update(symbol_id(path, symbol.qualname) for symbol in facts[path].symbols)

    def resolve(self, paths: Iterable[str]) -> Resolved:
        """The edges that leave the files, and what they depend on."""
        sets: list[tuple[str, int]] = []
        fresh: dict[int, tuple[list[Edge], list[int]]] = {}
        for path in paths:
            edges, needs = self._one(path)
            key = edges_key(edges, needs)
            sets.append((path, key))
            fresh.setdefault(key, (edges, needs))
        return Resolved(
            sets,
            edge_batch((key, edges) for key, (edges, _) in fresh.items()),
            batch_of([(key, len(edges), needs) for key, (edges, needs) in fresh.items()], NEEDS),
            self._resolver.consulted(),
        )

    def _one(self, path: str) -> tuple[list[Edge], list[int]]:
        own = self._told.get(path)
        if not own:
            return self._resolver.resolve(path)
        heuristic, needs = self._resolver.resolve(path, settled(own, self._known))
        edges = merged(heuristic, precise_edges(path, self._facts.whole(path), own, self._known))
        self.precise += sum(edge.rule == "scip" for edge in edges)
        return edges, sorted({*needs, TOLD})


def _kept(
    tables: Mapping[str, Table],
    facts: StoredFacts | SpooledFacts,
    wanted: Mapping[str, int],
    changed: Mapping[str, int],
    before: Before,
) -> dict[str, int]:
    """path → edges_id, of the files whose edges a change since `before` cannot affect. `changed`: path → old file_id."""
    if not before.files:
        return {}
    old = {path: facts.version(path, file_id) for path, file_id in changed.items()}
    new = {
        path: facts[path]
        for path, fid in wanted.items()
        if before.files.get(path, (0, 0))[0] != fid
    }
    elsewhere = including_anew(facts, old, new)
    stale = _asking(
        tables["needs"], {TOLD, *altered(old, new, before.consulted), *included(elsewhere)}
    )
    same = (path for path in wanted if path not in new and path not in elsewhere)
    return {path: key for path in same if (key := before.files[path][1]) not in stale}


def _asking(needs: Table, keys: set[int]) -> set[int]:
    """The edge sets that depend on any of `keys`."""
    import numpy as np

    wanted = np.fromiter(keys, np.int64, len(keys))
    found: set[int] = set()
    for rows in needs.search().select(["edges_id", "needs"]).to_batches(BATCH_ROWS):
        asked = rows["needs"]
        owners = np.repeat(
            rows["edges_id"].to_numpy(), asked.value_lengths().to_numpy(zero_copy_only=False)
        )
        found.update(owners[np.isin(asked.flatten().to_numpy(), wanted)].tolist())
    return found
