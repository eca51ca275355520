"""The pipeline: walk → extract (worker processes) → encode → resolve → publish.

Facts are stored once for each file version; a build extracts what the store does not hold, resolves the view, and
publishes. What a killed build had written in full is taken up by the next.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from ..embed.encoder import Encoder, StaticEncoder
from ..embed.vector_cache import VectorCache, vector_key
from ..errors import SourceError
from ..extract.chunker import CHUNKER
from ..extract.extractor import EXTRACTOR
from ..facts.in_memory import read_told
from ..languages.language_pack import pack_version
from ..records import FileFacts, Report, printable
from ..resolve.dependencies import resolution_id
from ..resolve.occurrences import Told, read_precise
from ..resolve.scip import read_scip
from ..source.commits import Commit, read_commits
from ..source.tree import Skipped, Source, SourceFile
from ..store.generation import View
from ..store.manifest import COLUMNS, Walked, same_files
from ..store.schema import OCCURRENCES, batch_of, epoch_of, with_vectors
from ..store.store import Store
from ..store.writer import Writer
from .extract_worker import Extracted, Outcome, identifier, worker
from .link import Before, link_view
from .memory import Shares, shares
from .niceness import give_way
from .pool import Lost, Pool
from .publish import SHOWN_FIRST, publish, publish_times, show_texts, store_history

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[str, int, int], None]
"""Called with the phase, how much is done, and the total (0 where it is not known)."""

BATCH_FILES = 64  # files for a worker at a time: enough that handing over costs nothing,
BATCH_BYTES = 1 << 20  # and few enough that two workers end together
PATH_COST = 16  # of a character: what is sent to a worker at work has to fit into the pipe, or both would wait for ever
LOOKED_AT = 12  # manifests whose edges might be kept, the newest: reading more costs more than a nearer one saves
EXAMPLES = 5  # paths that a report names for each reason to skip


@dataclass(slots=True)
class Build:
    """The state of one build."""

    source: Source
    writer: Writer
    encoder: Encoder
    cache: VectorCache
    progress: Progress
    shares: Shares
    scip: Sequence[str] | None  # indexes to merge; None keeps what earlier ones said
    passing: bool = False  # whether the process ends with the build
    is_long: bool = False  # nobody waits for its first file
    changed: int = 0
    encoded: int = 0
    consulted: tuple[tuple[str, str, str], ...] = ()  # as in `needs`
    seconds: dict[str, float] = field(default_factory=dict)
    known_commits: dict[str, int] = field(
        default_factory=dict
    )  # as `Writer.known_commits` gives them
    commits: Future[list[Commit]] | None = (
        None  # to store; None where the view shows the commit that it did
    )
    merged: dict[str, int] = field(
        default_factory=dict
    )  # for the report: what came of SCIP indexes

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 3)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Keep the cycle collector off: it would walk millions of records again and again, and none is in a cycle."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@_no_collections()
def build_index(
    source: Source,
    store: Store,
    encoder: Encoder,
    *,
    encoder_spec: str = "builtin",
    jobs: int = 0,
    cache: VectorCache | None = None,
    scip: Sequence[str] | None = None,
    progress: Progress = lambda phase, done, total: None,
    max_memory: int = 0,
    passing: bool = False,
) -> Report:
    """Index `source` into `store` as the view `source.view`, and publish it.

    `encoder_spec` is what `load_encoder` was called with; queries load the same. `jobs` worker processes, by default
    one for each processor. Raises `StoreError` where the store cannot be written, `SourceError` where the tree
    cannot be read; what was published before stays as it was. `scip` are paths of SCIP indexes to merge, whose files
    are the view's; what they say is kept for as long as a file is as it was. An empty list forgets it, None keeps it.
    `max_memory` bytes, by default a quarter of the machine's, are what all processes may take together; where they are
    few, fewer workers start. `passing`: this process ends with the build, and so may let others go first where that is long.
    """
    shared = shares(max_memory, jobs or os.cpu_count() or 1)
    for name in (source.root, source.view, store.uri):
        if printable(name) != name:  # Lance keeps text in UTF-8 alone, and so does a generation
            raise SourceError(f"the path {printable(name)} is not UTF-8: rename that folder")
    for index in scip or ():
        next(read_scip(index))  # a wrong file is told now, not after minutes of reading
    Pool.warm()
    epoch = epoch_of(f"{EXTRACTOR}{pack_version()}", CHUNKER, encoder.name)
    with store.writer(epoch, (encoder_spec, encoder.name, encoder.dim)) as writer:
        state = Build(
            source, writer, encoder, cache or VectorCache(), progress, shared, scip, passing
        )
        with _history(state):
            return _run(state)


def _run(state: Build) -> Report:
    writer, source = state.writer, state.source
    with state.phase("walk"):
        with ThreadPoolExecutor(1) as beside:
            stored = beside.submit(
                lambda: (writer.manifest(source.view), writer.known_files(), writer.lost())
            )
            items = _items(state)
        published, known, lost = stored.result()
        walked = Walked(items, published, known, lost)
    state.is_long = len(walked.pending) > SHOWN_FIRST
    if state.is_long and state.passing:
        give_way()
    with state.phase("extract"):
        _extract(state, walked)
    manifest = walked.manifest()
    view = writer.view(source.view)
    if view is not None and state.scip is None and view.resolution == resolution_id():
        if view.is_settled and same_files(published, manifest):
            return publish_times(state, published, manifest)
        published = show_texts(state, published, manifest)
    with state.phase("search"):
        state.progress("search", 0, 0)
        writer.index_chunks()
    with state.phase("resolve"):
        manifest = _link(state, manifest)
        writer.tally.bring(source.view, published["file_id"], manifest["file_id"])
    store_history(state)
    with state.phase("publish"):
        writer.index_keys()
        if state.is_long:
            writer.tend()  # many rows that no index covers would make every answer wait for seconds
        report = publish(state, published, manifest)
        writer.drop_other_epochs()
    with state.phase("upkeep"):
        if writer.tend(whole=bool(writer.collect())):
            writer.publish_again()
    return report


# -- walk


def _items(state: Build) -> list[SourceFile | Skipped]:
    """What the source's walk finds."""
    items: list[SourceFile | Skipped] = []
    for item in state.source.files():
        if len(items) % 1_000 == 0:
            state.progress("walk", len(items), 0)
        items.append(item)
    return items


# -- extract and encode


def _extract(state: Build, walked: Walked) -> None:
    pending = walked.pending
    if not pending:
        return
    start_ns = time.time_ns()
    done = 0
    make = worker(
        state.source.reader(), frozenset(walked.known.tolist()), walked.lost, state.encoder
    )
    culprits: list[Lost[SourceFile]] = []
    with Pool(
        make, min(state.shares.jobs, len(pending)), None, state.shares.worker, state.is_long
    ) as pool:
        for result in pool.run(_batches(pending)):
            if isinstance(result, Lost):
                culprits.append(result)
                done += 1
            else:
                _store(state, result)
                walked.read(result.outcomes, start_ns)
                done += len(result.outcomes)
            state.progress("extract", done, len(pending))
    walked.read(_quarantined(state, culprits), start_ns)
    state.writer.flush()


def _quarantined(state: Build, culprits: Sequence[Lost[SourceFile]]) -> Iterator[Outcome]:
    """The outcomes of files that cost a worker, with their content ids: later builds leave them alone until they change."""
    if not culprits:
        return
    with Pool(identifier(state.source.reader()), 1) as pool:
        for each, found in zip(culprits, pool.run([each.item] for each in culprits), strict=True):
            content = "" if isinstance(found, Lost) else found[0]
            yield Outcome(each.item, each.item.content or content, 0, each.reason.value, 0)


def _batches(files: Sequence[SourceFile]) -> Iterator[list[SourceFile]]:
    batch: list[SourceFile] = []
    size = 0
    for file in files:
        batch.append(file)
        size += max(file.size, 0) + PATH_COST * len(file.path)
        if len(batch) == BATCH_FILES or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _store(state: Build, result: Extracted) -> None:
    if not result.batches:
        return
    extracted = [outcome for outcome in result.outcomes if outcome.file_id and outcome.chunks >= 0]
    state.changed += result.batches["files"].num_rows
    batches = dict(result.batches)
    if isinstance(state.encoder, StaticEncoder):  # made again as fast as a cache would be read
        state.encoded += batches["chunks"].num_rows
    elif state.encoder.dim:
        batches["chunks"] = with_vectors(
            batches["chunks"], _vectors(state, extracted, batches["chunks"], result.texts)
        )
    state.writer.add(batches)
    state.writer.tally.note(result.batches["files"]["file_id"].to_pylist(), result.statistics)


def _vectors(
    state: Build, outcomes: Iterable[Outcome], chunks: pa.RecordBatch, texts: Sequence[str]
) -> NDArray[np.float16]:
    """The vectors of a batch's chunks: those of a content that was encoded before come from the cache."""
    import numpy as np

    spans: list[tuple[str, int, int]] = []
    start = 0
    for outcome in outcomes:
        if outcome.chunks:
            key = vector_key(
                state.encoder.name, key_of(outcome), f"{EXTRACTOR}{pack_version()}.{CHUNKER}"
            )
            spans.append((key, start, start + outcome.chunks))
            start += outcome.chunks
    vectors = np.zeros((chunks.num_rows, state.encoder.dim), np.float16)
    missing = []
    for span, matrix in zip(spans, state.cache.get_many([key for key, _, _ in spans]), strict=True):
        if matrix is not None and matrix.shape == (span[2] - span[1], state.encoder.dim):
            vectors[span[1] : span[2]] = matrix
        else:
            missing.append(span)
    wanted = [row for _, low, high in missing for row in range(low, high)]
    if wanted:
        vectors[wanted] = state.encoder.encode([texts[row] for row in wanted])
        state.encoded += len(wanted)
        state.cache.put_many({key: vectors[low:high] for key, low, high in missing})
    return vectors


def key_of(outcome: Outcome) -> str:
    """Vectors depend on the content and on the language that the name's ending stands for, not on where the file lies."""
    return outcome.content + os.path.splitext(outcome.file.path)[1]


# -- resolve and publish


def _told(
    state: Build, facts: Mapping[str, FileFacts], ids: Mapping[str, int]
) -> dict[str, tuple[Told, ...]]:
    """path → what compilers say of the file, now or in an earlier build."""
    if state.scip is not None:
        root = state.source.root if state.source.kind == "worktree" else ""
        found = read_precise(state.scip, facts, ids, state.writer.sources, root)
        again = sorted(ids.values()) if not state.scip else sorted(ids[path] for path in found.told)
        rows = [(ids[path], *each) for path, told in sorted(found.told.items()) for each in told]
        state.writer.replace_occurrences(again, batch_of(rows, OCCURRENCES))
        state.merged = {
            "documents": len(found.told),
            "stale": len(found.stale),
            "unknown": len(found.unknown),
        }
    return read_told(state.writer.tables["occurrences"], ids)


def _link(state: Build, manifest: pa.Table) -> pa.Table:
    """Find the edges of the view and store the edge sets that are new; the manifest, with the set of each file."""
    wanted = _file_ids(manifest)
    before = (
        nearest(state.writer, state.source.view, wanted) if state.scip is None else Before({}, ())
    )
    writer = state.writer
    linked = link_view(
        writer.tables, wanted, before, partial(_told, state, ids=wanted), partial(state.progress, "resolve"),
        writer.add, state.shares, writer.room(),
    )  # fmt: skip
    writer.flush()
    state.consulted = tuple(linked.consulted)
    if linked.precise is not None:
        state.merged["edges"] = linked.precise
    edges_ids = [linked.edges_ids.get(path, 0) for path in manifest["path"].to_pylist()]
    return manifest.set_column(
        COLUMNS.index("edges_id"), "edges_id", pa.array(edges_ids, pa.int64())
    )


def _file_ids(manifest: pa.Table) -> dict[str, int]:
    """path → file_id, of the files with facts, in the order of paths."""
    rows = _with_facts(manifest)
    return dict(zip(rows["path"].to_pylist(), rows["file_id"].to_pylist(), strict=True))


def nearest(writer: Writer, name: str, wanted: Mapping[str, int]) -> Before:
    """The published view whose edges are kept where nothing changes them: the view itself or, where much of it is new, the
    one of LOOKED_AT that has most of the files `wanted` (path → file_id), such as a revision of the branch that is checked
    out now, or the view itself as it was before the branch was switched."""
    import numpy as np

    ids = np.fromiter(wanted.values(), np.int64, len(wanted))
    chosen, most = Before({}, ()), -1
    for view, rows in islice(_manifests(writer, name), LOOKED_AT):
        shared = int(np.isin(ids, rows["file_id"].to_numpy()).sum())
        if shared > most:
            sets = zip(rows["file_id"].to_pylist(), rows["edges_id"].to_pylist(), strict=True)
            chosen = Before(dict(zip(rows["path"].to_pylist(), sets, strict=True)), view.consulted)
            most = shared
        if len(wanted) - shared <= SHOWN_FIRST:
            break
    return chosen


def _manifests(writer: Writer, name: str) -> Iterator[tuple[View, pa.Table]]:
    """The manifests, of the files with facts, whose edges the same rules made: those of the view `name` first, the newest
    before all. What it held formerly may have been collected; then it is left out."""
    views = [view for view in writer.published_views() if view.resolution == resolution_id()]
    views.sort(key=lambda view: view.name != name)
    for view in views:
        yield view, _with_facts(writer.manifest(view.name, view.settled))
        for generation in view.former if view.name == name else ():
            rows = _with_facts(writer.manifest(name, generation))
            if writer.holds(rows):
                yield view, rows


def _with_facts(manifest: pa.Table) -> pa.Table:
    return manifest.filter(pc.not_equal(manifest["file_id"], 0))


@contextmanager
def _history(state: Build) -> Iterator[None]:
    """Read the view's commits meanwhile, where it shows another than when it was published: git does most of it, in a
    process of its own."""
    source, writer = state.source, state.writer
    before = writer.view(source.view)
    if before is not None and (before.commit, before.prefix) == (source.commit, source.prefix):
        yield
        return
    state.known_commits = writer.known_commits()
    with ThreadPoolExecutor(1) as beside:
        state.commits = beside.submit(read_commits, source, state.known_commits)
        yield
