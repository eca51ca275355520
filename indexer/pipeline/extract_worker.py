"""The work of one process on a batch of files: read, classify, extract, and make Arrow rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from ..embed import Encoder, StaticEncoder
from ..extract import extract_facts
from ..languages import language_of
from ..records import key64, printable
from ..source import Reader, SkipReason, SourceFile, content_id, find_skip_reason, redact_bytes
from ..store import ExtractedFile, TermStatistics, count_terms, fact_batches, with_vectors


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one file."""

    file: SourceFile
    content: str  # content id; "" if the file could not be read
    file_id: int  # 0 without facts
    skipped: str  # the reason, or ""
    chunks: int  # how many of the batch's chunks are the file's


@dataclass(frozen=True, slots=True)
class Extracted:
    """The result for a batch."""

    outcomes: list[Outcome]
    batches: dict[str, pa.RecordBatch]  # table → rows
    texts: list[str]  # of the chunks, row by row, if the parent has to encode them
    statistics: TermStatistics  # of the batch's chunks


def extract_worker(
    reader: Reader, stored: frozenset[int], quarantined: Mapping[int, str], encoder: Encoder
) -> Callable[[], Callable[[Sequence[SourceFile]], Extracted]]:
    """Return a function for `Pool`: each process extracts batches of files.

    Versions in `stored` or `quarantined` (file_id → reason) are not extracted. The processes share
    the work of a static encoder; any other encoder stays in the parent.
    """
    static = encoder if isinstance(encoder, StaticEncoder) else None
    with_texts = encoder.dim > 0 and static is None
    return partial(partial, _extract_batch, reader, stored, quarantined, static, with_texts)


def identify_worker(reader: Reader) -> Callable[[], Callable[[Sequence[SourceFile]], list[str]]]:
    """Return a function for `Pool`: each process returns content ids, "" if unreadable."""
    return partial(partial, _identify, reader)


def _identify(reader: Reader, files: Sequence[SourceFile]) -> list[str]:
    contents = map(reader, files)
    return ["" if isinstance(data, SkipReason) else content_id(data) for data in contents]


def _extract_batch(
    reader: Reader,
    stored: frozenset[int],
    quarantined: Mapping[int, str],
    encoder: StaticEncoder | None,
    with_texts: bool,
    files: Sequence[SourceFile],
) -> Extracted:
    outcomes: list[Outcome] = []
    extracted: list[ExtractedFile] = []
    for file in files:
        outcome, facts = _extract_file(reader, stored, quarantined, file)
        outcomes.append(outcome)
        if facts is not None:
            extracted.append(facts)
    batches = fact_batches(extracted) if extracted else {}
    if encoder is not None and batches:
        # the column holds the words of the path, a line break, and the terms of the text
        columns = pc.split_pattern(batches["chunks"]["terms"], "\n", max_splits=1)
        vectors = encoder.encode_column(pc.list_element(columns, 1))
        batches["chunks"] = with_vectors(batches["chunks"], vectors)
    chunks = [chunk for file in extracted for chunk in file.facts.chunks]
    texts = [chunk.text for chunk in chunks] if with_texts else []
    return Extracted(outcomes, batches, texts, count_terms(chunk.terms for chunk in chunks))


def _extract_file(
    reader: Reader, stored: frozenset[int], quarantined: Mapping[int, str], file: SourceFile
) -> tuple[Outcome, ExtractedFile | None]:
    data = reader(file)
    if isinstance(data, SkipReason):
        return Outcome(file, "", 0, data.value, 0), None
    content = file.content or content_id(data)
    reason = find_skip_reason(file.path, data)
    if reason is not None:
        return Outcome(file, content, 0, reason.value, 0), None
    path = printable(file.path)
    file_id = key64(path, content)
    if file_id in stored:
        return Outcome(file, content, file_id, "", 0), None
    if file_id in quarantined:
        return Outcome(file, content, 0, quarantined[file_id], 0), None
    data, secrets = redact_bytes(data)  # first of all: facts, terms and stored text have no secrets
    try:
        facts = extract_facts(path, data, language_of(path, data))
    except MemoryError:
        return Outcome(file, content, 0, SkipReason.OUT_OF_MEMORY.value, 0), None
    except Exception:  # noqa: BLE001 - reported; one file must not cost the others
        return Outcome(file, content, 0, SkipReason.CRASHED.value, 0), None
    outcome = Outcome(file, content, file_id, "", len(facts.chunks))
    return outcome, ExtractedFile(file_id, content, data, facts, secrets)
