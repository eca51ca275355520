"""Reads SCIP indexes, which compilers' front ends write: documents with their occurrences, one at a time.

SCIP is Sourcegraph's code intelligence protocol; the field numbers are those of its published `scip.proto`. What stands
on the wire is read here directly: a message is a list of fields, a field a key and a value. The file is not trusted:
whatever is wrong with it ends in one `ScipError`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from ..errors import ClewError

MAX_MESSAGE = 1 << 29  # bytes of one document: it is held in memory while it is read
DEFINITION, IMPORT, FORWARD = 0x1, 0x2, 0x40  # bits of `Occurrence.roles`
ENCODINGS = {0: "utf-16", 1: "utf-8", 2: "utf-16", 3: "utf-32"}
"""Of columns. Those that do not say are the indexers on Node, whose strings count in UTF-16."""

_LAST_NAME = re.compile(r"(?:`((?:[^`]|``)*)`|([^\s`/#.:!()\[\]]+))(?:\([^()]*\)\.|[#.!])$")


class ScipError(ClewError):
    """A SCIP index is missing, cut off, or no SCIP index."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name in the text, and what it stands for."""

    symbol: str
    line: int  # 1-based
    start: int  # column of the first unit of the name, 0-based, in units of the document's encoding
    end: int  # exclusive; of a name that runs over several lines the end on its last line
    end_line: int  # 1-based, inclusive
    roles: int
    enclosing: tuple[
        int, int
    ]  # first and last line of the whole definition, 1-based; (0, 0) where it is not told


@dataclass(frozen=True, slots=True)
class Relationship:
    """How a symbol relates to another one."""

    symbol: str
    is_reference: bool
    is_implementation: bool
    is_type_definition: bool


@dataclass(frozen=True, slots=True)
class SymbolInfo:
    """What an index tells of a symbol beside where it stands."""

    symbol: str
    relationships: tuple[Relationship, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One source file of an index."""

    root: (
        str  # the folder that `path` is relative to, as the indexer saw it; "" where it is not told
    )
    path: str  # with forward slashes
    language: str
    encoding: str  # of columns: utf-8 | utf-16 | utf-32
    occurrences: tuple[Occurrence, ...]
    symbols: tuple[SymbolInfo, ...]


def read_scip(path: str | os.PathLike[str]) -> Iterator[Document]:
    """The documents of the index at `path`, in its order. Raises `ScipError`, after those that could be read."""
    try:
        with open(path, "rb") as file:
            yield from _documents(file)
    except OSError as error:
        raise ScipError(
            f"cannot read the SCIP index {os.fspath(path)}: {error.strerror or error}"
        ) from error
    except (ValueError, UnicodeDecodeError) as error:
        raise ScipError(
            f"{os.fspath(path)} is not a whole SCIP index ({error}): make it anew"
        ) from error


@lru_cache(maxsize=1 << 16)
def symbol_name(symbol: str) -> str:
    """The last name in a global symbol: `run` of `… pkg/Server#run().`; "" where it tells none that stands in the text:
    locals, parameters, namespaces, and metadata, which indexers use for modules and for numbered members of objects."""
    if symbol.startswith("local "):
        return ""
    found = _LAST_NAME.search(symbol)
    return (found[1].replace("``", "`") if found[1] is not None else found[2]) if found else ""


def written(line: str, start: int, end: int, encoding: str) -> str:
    """The text between two columns of `line`, given in units of `encoding`."""
    if encoding == "utf-32" or line.isascii():
        return line[start:end]
    codec, width = ("utf-8", 1) if encoding == "utf-8" else ("utf-16-le", 2)
    return line.encode(codec, "surrogatepass")[start * width : end * width].decode(codec, "replace")


# -- messages


def _documents(file: BinaryIO) -> Iterator[Document]:
    size = os.fstat(file.fileno()).st_size
    root, found = "", False
    while key := _read_varint(file):
        number, wire = key >> 3, key & 7
        if wire == 2:
            length = _read_varint(file)
            if length > min(MAX_MESSAGE, size - file.tell()):
                raise ValueError(f"a field of {length} bytes")
            data = file.read(length)
        elif wire == 0:
            _read_varint(file)
        else:
            raise ValueError(f"wire type {wire} at the top")
        if number == 1:
            root = _root(_bytes(data) if wire == 2 else b"")
        if number == 2 and wire == 2:
            found = True
            yield _document(data, root)
    if not found:
        raise ValueError("it has no documents")


def _root(metadata: bytes) -> str:
    for number, value in _fields(metadata):
        if number == 3:
            url = urlsplit(_text(value))
            return unquote(url.path).rstrip("/") if url.scheme == "file" else ""
    return ""


def _document(data: bytes, root: str) -> Document:
    path = language = ""
    encoding = 0
    occurrences: list[Occurrence] = []
    symbols: list[SymbolInfo] = []
    names: dict[
        bytes, str
    ] = {}  # one string for each symbol: a document mentions it again and again
    for number, value in _fields(data):
        if number == 1:
            path = _text(value)
        elif number == 2:
            if made := _occurrence(_bytes(value), names):
                occurrences.append(made)
        elif number == 3:
            symbols.append(_symbol(_bytes(value)))
        elif number == 4:
            language = _text(value)
        elif number == 6:
            encoding = _number(value)
    if not path:
        raise ValueError("a document without a path")
    return Document(
        root, path, language, ENCODINGS.get(encoding, "utf-16"), tuple(occurrences), tuple(symbols)
    )


def _occurrence(data: bytes, names: dict[bytes, str]) -> Occurrence | None:
    """None for an occurrence without a range."""
    span: list[int] = []
    around: list[int] = []
    raw, roles = b"", 0
    for number, value in _fields(data):
        if number == 1:
            span += _numbers(value)
        elif number == 2:
            raw = _bytes(value)
        elif number == 3:
            roles = _number(value)
        elif number == 7:
            around += _numbers(value)
    if not span:
        return None
    symbol = names.get(raw)
    if symbol is None:
        symbol = names[raw] = raw.decode("utf-8")
    line, start, end_line, end = _range(span)
    first, _, last, _ = _range(around) if around else (-1, 0, -1, 0)
    return Occurrence(symbol, line + 1, start, end, end_line + 1, roles, (first + 1, last + 1))


def _range(values: list[int]) -> tuple[int, int, int, int]:
    """(line, column, last line, last column), all 0-based."""
    if len(values) == 3:
        return values[0], values[1], values[0], values[2]
    if len(values) == 4:
        return values[0], values[1], values[2], values[3]
    raise ValueError(f"a range of {len(values)} numbers")


def _symbol(data: bytes) -> SymbolInfo:
    symbol = ""
    relationships = []
    for number, value in _fields(data):
        if number == 1:
            symbol = _text(value)
        elif number == 4:
            relationships.append(_relationship(_bytes(value)))
    return SymbolInfo(symbol, tuple(relationships))


def _relationship(data: bytes) -> Relationship:
    symbol, flags = "", {2: False, 3: False, 4: False}
    for number, value in _fields(data):
        if number == 1:
            symbol = _text(value)
        elif number in flags:
            flags[number] = bool(_number(value))
    return Relationship(symbol, flags[2], flags[3], flags[4])


# -- the wire


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(field number, value) of a message. Fixed-width values, which SCIP does not have, are passed over."""
    at, size = 0, len(data)
    while at < size:
        key, at = _varint(data, at)
        wire = key & 7
        if wire == 2:
            length, at = _varint(data, at)
            if length > size - at:
                raise ValueError(f"a field of {length} bytes")
            yield key >> 3, data[at : at + length]
            at += length
        elif wire == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire}")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("a number that does not end")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _read_varint(file: BinaryIO) -> int:
    """The number that begins here; 0, which is no key, at the end of the file."""
    value = shift = 0
    while byte := file.read(1):
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
        shift += 7
        if shift > 63:
            break
    if byte or shift:
        raise ValueError("a number that does not end")
    return 0


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where text belongs")
    return value


def _text(value: int | bytes) -> str:
    return _bytes(value).decode("utf-8")


def _number(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise ValueError("text where a number belongs")
    return value


def _numbers(value: int | bytes) -> list[int]:
    """The values of a repeated number, packed or one at a time."""
    if isinstance(value, int):
        values = [value]
    else:
        values, at = [], 0
        while at < len(value):
            number, at = _varint(value, at)
            values.append(number)
    if any(number > 0x7FFFFFFF for number in values):
        raise ValueError("a line or column out of range")
    return values
