"""Reads SCIP indexes, which front ends of compilers write: documents with their occurrences, one at
a time.

SCIP is Sourcegraph's code intelligence protocol; the field numbers are those of its published
`scip.proto`. The protobuf wire format is read here directly: a message is a list of fields, each a
key and a value. The file is not trusted: any fault in it raises one `ScipError`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from ...errors import ClewError
from .protobuf import fields, read_bytes, read_number, read_numbers, read_text, read_varint

MAX_MESSAGE = 1 << 29  # bytes of a document, which is held in memory
DEFINITION, IMPORT, FORWARD = 0x1, 0x2, 0x40  # bits of `Occurrence.roles`
ENCODINGS = {0: "utf-16", 1: "utf-8", 2: "utf-16", 3: "utf-32"}
"""Units of columns. 0 is unspecified: indexers on Node, where strings are UTF-16."""

_LAST_NAME = re.compile(r"(?:`((?:[^`]|``)*)`|([^\s`/#.:!()\[\]]+))(?:\([^()]*\)\.|[#.!])$")


class ScipError(ClewError):
    """A SCIP index is missing, cut off, or no SCIP index."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name in the text and its symbol."""

    symbol: str
    line: int  # 1-based
    start: int  # column of the name's first unit, 0-based, in units of the document's encoding
    end: int  # exclusive; on the last line of a name of several lines
    end_line: int  # 1-based, inclusive
    roles: int  # bits


@dataclass(frozen=True, slots=True)
class Document:
    """One source file of an index."""

    root: str  # the folder of relative paths, as the indexer saw it; "" if not given
    path: str  # with forward slashes
    language: str
    encoding: str  # of columns: utf-8 | utf-16 | utf-32
    occurrences: tuple[Occurrence, ...]


def read_scip(path: str | os.PathLike[str]) -> Iterator[Document]:
    """Yield the documents of the index at `path`, in its order. Raises `ScipError`, after the
    readable documents.
    """
    try:
        with open(path, "rb") as file:
            yield from _documents(file)
    except OSError as error:
        reason = error.strerror or error
        raise ScipError(f"cannot read the SCIP index {os.fspath(path)}: {reason}") from error
    except (ValueError, UnicodeDecodeError) as error:
        raise ScipError(
            f"{os.fspath(path)} is not a whole SCIP index ({error}): make it anew"
        ) from error


@lru_cache(maxsize=1 << 16)
def symbol_name(symbol: str) -> str:
    """Return the last name in a global symbol: `run` of `… pkg/Server#run().`; "" if no such name
    is in the text. This holds for locals, parameters, namespaces, and metadata (modules and
    numbered members of objects).
    """
    if symbol.startswith("local "):
        return ""
    match = _LAST_NAME.search(symbol)
    if match is None:
        return ""
    return match[1].replace("``", "`") if match[1] is not None else match[2]


def text_between(line: str, start: int, end: int, encoding: str) -> str:
    """Return the text between two columns of `line`, given in units of `encoding`."""
    if encoding == "utf-32" or line.isascii():
        return line[start:end]
    codec, width = ("utf-8", 1) if encoding == "utf-8" else ("utf-16-le", 2)
    return line.encode(codec, "surrogatepass")[start * width : end * width].decode(codec, "replace")


def _documents(file: BinaryIO) -> Iterator[Document]:
    size = os.fstat(file.fileno()).st_size
    root, is_empty = "", True
    while key := read_varint(file):
        number, wire = key >> 3, key & 7
        if wire == 2:
            length = read_varint(file)
            if length > min(MAX_MESSAGE, size - file.tell()):
                raise ValueError(f"a field of {length} bytes")
            data = file.read(length)
        elif wire == 0:
            read_varint(file)
        else:
            raise ValueError(f"wire type {wire} at the top")
        if number == 1:
            root = _root(data if wire == 2 else b"")
        if number == 2 and wire == 2:
            is_empty = False
            yield _document(data, root)
    if is_empty:
        raise ValueError("it has no documents")


def _root(metadata: bytes) -> str:
    for number, value in fields(metadata):
        if number == 3:
            url = urlsplit(read_text(value))
            return unquote(url.path).rstrip("/") if url.scheme == "file" else ""
    return ""


def _document(data: bytes, root: str) -> Document:
    path = language = ""
    encoding = 0
    occurrences: list[Occurrence] = []
    symbols: dict[bytes, str] = {}  # one string for each: a document repeats them
    for number, value in fields(data):
        if number == 1:
            path = read_text(value)
        elif number == 2:
            if occurrence := _occurrence(read_bytes(value), symbols):
                occurrences.append(occurrence)
        elif number == 4:
            language = read_text(value)
        elif number == 6:
            encoding = read_number(value)
    if not path:
        raise ValueError("a document without a path")
    units = ENCODINGS.get(encoding, "utf-16")
    return Document(root, path, language, units, tuple(occurrences))


def _occurrence(data: bytes, symbols: dict[bytes, str]) -> Occurrence | None:
    """Return None for an occurrence without a range."""
    span: list[int] = []
    raw, roles = b"", 0
    for number, value in fields(data):
        if number == 1:
            span += read_numbers(value)
        elif number == 2:
            raw = read_bytes(value)
        elif number == 3:
            roles = read_number(value)
    if not span:
        return None
    symbol = symbols.get(raw)
    if symbol is None:
        symbol = symbols[raw] = raw.decode("utf-8")
    line, start, end_line, end = _range(span)
    return Occurrence(symbol, line + 1, start, end, end_line + 1, roles)


def _range(values: list[int]) -> tuple[int, int, int, int]:
    """Return (line, column, last line, last column), all 0-based."""
    if len(values) == 3:
        return values[0], values[1], values[0], values[2]
    if len(values) == 4:
        return values[0], values[1], values[2], values[3]
    raise ValueError(f"a range of {len(values)} numbers")
