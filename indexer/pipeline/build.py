"""A build in six steps: walk → extract → publish texts → resolve → publish edges → maintain.

Facts are stored once per file version. A build extracts the versions that the store does not have,
resolves the view, and publishes it. If a build is killed, the next one reuses all complete rows.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ..embed import Encoder, VectorCache
from ..errors import SourceError
from ..extract import CHUNKER, EXTRACTOR
from ..languages import pack_version
from ..records import Report, printable
from ..resolve import read_scip
from ..source import Source
from ..store import StatisticsUpdate, Store, delete_unused_facts, fact_version_of, open_writer
from .changed_files import make_manifest, walk_files
from .extraction import extract_files
from .history import PendingCommits, read_history
from .memory import share_memory
from .niceness import lower_priority
from .pool import Pool
from .publish import is_unchanged, publish_edges, publish_texts, publish_unchanged
from .resolution import resolve_view
from .state import Build, Progress


@contextmanager
def _no_collections() -> Iterator[None]:
    """Turn the cycle collector off: it would visit millions of records, and no cycles."""
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
    exits_after: bool = False,
) -> Report:
    """Index `source` into `store` as the view `source.view`, and publish it.

    `encoder_spec` is the argument of `load_encoder`; queries load the same encoder. `jobs` is the
    number of worker processes, by default one per processor. `max_memory` is the limit in bytes
    for all processes together, by default a quarter of the machine's memory; a low limit reduces
    the number of workers. `scip` lists paths of SCIP indexes to merge, for the files of this view.
    Their data is kept until a file changes; an empty list removes it, None keeps it. With
    `exits_after`, the process ends with the build, and a long build lowers its priority.

    Raise `StoreError` if the store cannot be written, `SourceError` if the tree cannot be read;
    the published index then stays as it was.
    """
    shares = share_memory(max_memory, jobs or os.cpu_count() or 1)
    for name in (source.root, source.view, store.uri):
        if printable(name) != name:  # Lance and the published state store text as UTF-8 only
            raise SourceError(f"the path {printable(name)} is not UTF-8: rename that folder")
    for index in scip or ():
        next(read_scip(index))  # report a wrong file now, not after minutes of reading
    Pool.start_server()
    fact_version = fact_version_of(f"{EXTRACTOR}{pack_version()}", CHUNKER, encoder.name)
    with open_writer(store, fact_version, (encoder_spec, encoder.name, encoder.dim)) as writer:
        build = Build(
            source=source,
            writer=writer,
            statistics=StatisticsUpdate(writer),
            encoder=encoder,
            cache=cache or VectorCache(),
            progress=progress,
            shares=shares,
            scip=scip,
            exits_after=exits_after,
        )
        with read_history(build) as commits:
            return _run(build, commits)


def _run(build: Build, commits: PendingCommits | None) -> Report:
    diff = walk_files(build)
    if build.exits_after and diff.is_long:
        lower_priority()
    extraction = extract_files(build, diff)
    manifest = make_manifest(diff, extraction.outcomes, extraction.start_ns)
    if is_unchanged(build, diff.published, manifest):
        return publish_unchanged(build, diff.published, manifest, commits)
    published = publish_texts(build, diff.published, manifest, extraction)
    resolution = resolve_view(build, manifest)
    report = publish_edges(build, published, resolution, extraction, commits)
    maintain(build)
    return report


def maintain(build: Build) -> None:
    """Delete unused facts, and keep the tables fast."""
    with build.phase("upkeep"):
        if build.writer.maintain(everything=bool(delete_unused_facts(build.writer))):
            build.writer.publish_again()
