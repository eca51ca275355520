"""Writes small SCIP indexes, as a compiler's front end would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

DEFINITION, READ = 1, 8


@dataclass(frozen=True, slots=True)
class Mention:
    """An occurrence: `text` is looked for in the line, from its `nth` time on."""

    line: int  # 1-based
    text: str
    symbol: str
    roles: int = READ
    nth: int = 0


def index(documents: Iterable[bytes], root: str = "") -> bytes:
    metadata = message(3, f"file://{root}".encode()) if root else b""
    return message(1, metadata) + b"".join(message(2, document) for document in documents)


def document(path: str, source: str, mentions: Iterable[Mention]) -> bytes:
    """A document whose columns count in UTF-16, as those of indexers that do not say."""
    body = message(1, path.encode()) + message(4, b"python")
    lines = source.split("\n")
    for mention in mentions:
        text, at = lines[mention.line - 1], -1
        for _ in range(mention.nth + 1):
            at = text.index(mention.text, at + 1)
        start = len(text[:at].encode("utf-16-le")) // 2
        end = start + len(mention.text.encode("utf-16-le")) // 2
        body += occurrence(mention.line - 1, start, end, mention.symbol, mention.roles)
    return body


def occurrence(line: int, start: int, end: int, symbol: str, roles: int) -> bytes:
    span = b"".join(map(varint, (line, start, end)))
    return message(
        2, message(1, span) + message(2, symbol.encode()) + varint(3 << 3) + varint(roles)
    )


def message(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])
