"""The second step of a build: worker processes extract files, and their rows are stored."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..embed import StaticEncoder, vector_key
from ..extract import CHUNKER, EXTRACTOR
from ..languages import pack_version
from ..source import SourceFile
from ..store import with_vectors
from .changed_files import WalkDiff
from .extract_worker import Extracted, Outcome, extract_worker, identify_worker
from .pool import PoisonItem, Pool
from .state import Build, is_small_change

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Batches for a worker: large enough that handing one over costs nothing, and small enough that
# all workers end together.
BATCH_FILES = 64
BATCH_BYTES = 1 << 20
# Bytes that one character of a path counts for. A batch sent to a busy worker must fit into the
# pipe, or both sides would wait forever.
PATH_COST = 16


@dataclass(slots=True)
class Extraction:
    """The outcome of every file that was read."""

    start_ns: int  # since 1970
    outcomes: list[Outcome] = field(default_factory=list)
    changed: int = 0  # files with new facts
    encoded: int = 0  # chunks that were not in the vector cache

    @property
    def is_long(self) -> bool:
        """Return True if so many files were read that nobody waits for the first of them."""
        return not is_small_change(len(self.outcomes))


def extract_files(build: Build, diff: WalkDiff) -> Extraction:
    """Read the pending files of a walk and store their facts."""
    extraction = Extraction(time.time_ns())
    with build.phase("extract"):
        if diff.pending:
            _extract_pending(build, diff, extraction)
    return extraction


def _extract_pending(build: Build, diff: WalkDiff, extraction: Extraction) -> None:
    pending, stored = diff.pending, frozenset(diff.stored.tolist())
    make = extract_worker(build.source.reader(), stored, diff.quarantined, build.encoder)
    jobs, is_long = min(build.shares.jobs, len(pending)), not is_small_change(len(pending))
    poison: list[PoisonItem[SourceFile]] = []
    with Pool(make, jobs, memory=build.shares.worker, nice=is_long) as pool:
        for result in pool.run(split_batches(pending)):
            _store(build, result, extraction, poison)
            build.progress("extract", len(extraction.outcomes) + len(poison), len(pending))
    extraction.outcomes += _poison_outcomes(build, poison)
    build.writer.flush()


def _poison_outcomes(build: Build, poison: Sequence[PoisonItem[SourceFile]]) -> Iterator[Outcome]:
    """Yield outcomes with content ids, so that later builds skip the files until they change."""
    if not poison:
        return
    with Pool(identify_worker(build.source.reader()), 1) as pool:
        results = pool.run([each.item] for each in poison)
        for each, ids in zip(poison, results, strict=True):
            content = "" if isinstance(ids, PoisonItem) else ids[0]
            yield Outcome(each.item, each.item.content or content, 0, each.reason.value, 0)


def split_batches(files: Iterable[SourceFile]) -> Iterator[list[SourceFile]]:
    """Yield `files` in batches of at most BATCH_FILES and about BATCH_BYTES."""
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


def _store(
    build: Build,
    result: Extracted | PoisonItem[SourceFile],
    extraction: Extraction,
    poison: list[PoisonItem[SourceFile]],
) -> None:
    """Store the rows of a batch. Add its outcomes to `extraction`, or the item to `poison`."""
    if isinstance(result, PoisonItem):
        poison.append(result)
        return
    extraction.outcomes += result.outcomes
    if not result.batches:
        return
    batches = dict(result.batches)
    extraction.changed += batches["files"].num_rows
    if isinstance(build.encoder, StaticEncoder):  # as fast as the cache, so its workers encoded
        extraction.encoded += batches["chunks"].num_rows
    elif build.encoder.dim:
        vectors, encoded = _vectors(build, result)
        batches["chunks"] = with_vectors(batches["chunks"], vectors)
        extraction.encoded += encoded
    build.writer.add(batches)
    build.statistics.add_delta(batches["files"]["file_id"].to_pylist(), result.statistics)


def _vectors(build: Build, result: Extracted) -> tuple[NDArray[np.float16], int]:
    """Return the vectors of a batch's chunks, and how many are not from the cache."""
    import numpy as np

    encoder, spans = build.encoder, _spans(build.encoder.name, result.outcomes)
    vectors = np.zeros((result.batches["chunks"].num_rows, encoder.dim), np.float16)
    missing: list[tuple[str, int, int]] = []
    cached = build.cache.get_many([key for key, _, _ in spans])
    for (key, low, high), matrix in zip(spans, cached, strict=True):
        if matrix is not None and matrix.shape == (high - low, encoder.dim):
            vectors[low:high] = matrix
        else:
            missing.append((key, low, high))
    rows = [row for _, low, high in missing for row in range(low, high)]
    if rows:
        vectors[rows] = encoder.encode([result.texts[row] for row in rows])
        build.cache.put_many({key: vectors[low:high] for key, low, high in missing})
    return vectors, len(rows)


def _spans(encoder: str, outcomes: Iterable[Outcome]) -> list[tuple[str, int, int]]:
    """Return (cache key, first chunk, end of its chunks) of each file that has chunks."""
    maker = f"{EXTRACTOR}{pack_version()}.{CHUNKER}"
    spans: list[tuple[str, int, int]] = []
    start = 0
    for outcome in outcomes:
        if outcome.file_id and outcome.chunks > 0:
            end = start + outcome.chunks
            spans.append((vector_key(encoder, content_key(outcome), maker), start, end))
            start = end
    return spans


def content_key(outcome: Outcome) -> str:
    """Return the content with the language's file extension: vectors depend on nothing else."""
    return outcome.content + os.path.splitext(outcome.file.path)[1]
