"""Manifest rows: what a view holds at each path, and whether that is known without reading the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .records import key64, printable
from .source import SkipReason, SourceFile
from .worker import Outcome

RACY_NS = 2_000_000_000  # a file that changed so shortly before it was read may change again within its time stamp


@dataclass(slots=True)
class Row:
    """A manifest row in the making."""

    path: str
    size: int
    mtime_ns: int
    content: str
    file_id: int
    skipped: str
    edges_id: int = 0


def settled(
    path: str, item: SourceFile, before: dict[str, Any] | None, known: frozenset[int], lost: Mapping[int, str]
) -> Row | None:
    """The row of a file that need not be read: its content is known, or its size and time are those of the last build.

    `lost` are versions of files that were tried in vain, with the reason.
    """
    if item.content:
        file_id = key64(path, item.content)
        if file_id in known:
            return Row(path, item.size, 0, item.content, file_id, "")
        if file_id in lost:
            return Row(path, item.size, 0, item.content, 0, lost[file_id])
        if before is not None and before["content"] == item.content and before["skipped"]:
            return Row(path, item.size, 0, item.content, 0, before["skipped"])
        return None
    if before is None or not before["mtime_ns"]:
        return None
    if (before["size"], before["mtime_ns"]) != (item.size, item.mtime_ns):
        return None
    if not before["skipped"] and before["file_id"] not in known:
        return None
    return Row(path, item.size, item.mtime_ns, before["content"], before["file_id"], before["skipped"])


def row_of(outcome: Outcome, start_ns: int) -> Row:
    """The row of a file that a build which began at `start_ns` has read."""
    file = outcome.file
    is_settled = file.mtime_ns < start_ns - RACY_NS and outcome.skipped != SkipReason.UNREADABLE  # that may pass
    mtime_ns = file.mtime_ns if is_settled else 0
    return Row(printable(file.path), max(file.size, 0), mtime_ns, outcome.content, outcome.file_id, outcome.skipped)


def manifest_row(view: str, row: Row) -> tuple[Any, ...]:
    """`row` as the table `manifests` of the store holds it."""
    return (view, row.path, row.size, row.mtime_ns, row.content, row.file_id, row.edges_id, row.skipped)


def same_contents(rows: Sequence[Row], published: Sequence[dict[str, Any]]) -> bool:
    """Whether the view is what is published already, but for time stamps."""
    if len(rows) != len(published):
        return False
    return all(
        (row.path, row.content, row.file_id, row.skipped)
        == (old["path"], old["content"], old["file_id"], old["skipped"])
        for row, old in zip(rows, published, strict=True)
    )
