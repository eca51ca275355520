"""What a worker process does with a batch of files: read, classify, extract, and lay the facts out as Arrow rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from ..embed.encoder import Encoder, StaticEncoder
from ..extract.extractor import extract
from ..languages.registry import language_of
from ..records import key64, printable
from ..source.classify import classify, content_id
from ..source.redact import redact
from ..source.tree import Reader, SkipReason, SourceFile
from ..store.schema import ExtractedFile, fact_batches, with_vectors
from ..store.term_statistics import TermStatistics, counted


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    file: SourceFile
    content: str  # content id; "" where the file could not be read
    file_id: int  # 0 where there are no facts
    skipped: str  # the reason, or ""
    chunks: int  # how many of the batch's chunks are the file's


@dataclass(frozen=True, slots=True)
class Extracted:
    """The outcome of a batch. `texts` are those of the chunks, in the order of the rows, where vectors are still to be made."""

    outcomes: list[Outcome]
    batches: dict[str, pa.RecordBatch]
    texts: list[str]
    statistics: TermStatistics  # of the batch's chunks


def worker(
    reader: Reader, known: frozenset[int], lost: Mapping[int, str], encoder: Encoder
) -> Callable[[], Callable[[Sequence[SourceFile]], Extracted]]:
    """What a pool calls in each process. Files whose version is `known`, or was `lost` for a reason, are told as such and
    not extracted again. Chunks have vectors if the encoder is the built-in one: the processes share that work."""
    static = (
        encoder if isinstance(encoder, StaticEncoder) else None
    )  # any other stays here, whatever it is made of
    return partial(partial, _run, reader, known, lost, static, encoder.dim > 0 and static is None)


def identifier(reader: Reader) -> Callable[[], Callable[[Sequence[SourceFile]], list[str]]]:
    """What a pool calls to learn nothing but files' content ids, "" for those that cannot be read."""
    return partial(partial, _identify, reader)


def _identify(reader: Reader, files: Sequence[SourceFile]) -> list[str]:
    contents = map(reader, files)
    return ["" if isinstance(data, SkipReason) else content_id(data) for data in contents]


def _run(
    reader: Reader,
    known: frozenset[int],
    lost: Mapping[int, str],
    encoder: StaticEncoder | None,
    texts: bool,
    files: Sequence[SourceFile],
) -> Extracted:
    outcomes: list[Outcome] = []
    extracted: list[ExtractedFile] = []
    for file in files:
        outcome, facts = _one(reader, known, lost, file)
        outcomes.append(outcome)
        if facts is not None:
            extracted.append(facts)
    batches = fact_batches(extracted) if extracted else {}
    if (
        isinstance(encoder, StaticEncoder) and batches
    ):  # the text's terms are cut already: they stand behind the line break
        parts = pc.split_pattern(batches["chunks"]["terms"], "\n", max_splits=1)
        batches["chunks"] = with_vectors(
            batches["chunks"], encoder.encode_column(pc.list_element(parts, 1))
        )
    chunks = [chunk for file in extracted for chunk in file.facts.chunks]
    wanted = [chunk.text for chunk in chunks] if texts else []
    return Extracted(outcomes, batches, wanted, counted(chunk.terms for chunk in chunks))


def _one(
    reader: Reader, known: frozenset[int], lost: Mapping[int, str], file: SourceFile
) -> tuple[Outcome, ExtractedFile | None]:
    data = reader(file)
    if isinstance(data, SkipReason):
        return Outcome(file, "", 0, data.value, 0), None
    content = file.content or content_id(data)
    reason = classify(file.path, data)
    if reason is not None:
        return Outcome(file, content, 0, reason.value, 0), None
    path = printable(file.path)
    fid = key64(path, content)
    if fid in known:
        return Outcome(file, content, fid, "", 0), None
    if fid in lost:
        return Outcome(file, content, 0, lost[fid], 0), None
    data, secrets = redact(
        data
    )  # before anything is made of it: facts, terms and the stored text are without secrets
    try:
        facts = extract(path, data, language_of(path, data))
    except MemoryError:
        return Outcome(file, content, 0, SkipReason.OUT_OF_MEMORY.value, 0), None
    except Exception:  # noqa: BLE001 - the report says so: one file that breaks the extractor must not cost the others
        return Outcome(file, content, 0, SkipReason.CRASHED.value, 0), None
    return Outcome(file, content, fid, "", len(facts.chunks)), ExtractedFile(
        fid, content, data, facts, secrets
    )
