"""The wire format of protocol buffers, as far as needed. Malformed data raises `ValueError`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

MAX_NUMBER = 0x7FFFFFFF  # of a line or column


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (field number, value) of a message. Fixed-width values, unused by SCIP, are left
    out.
    """
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
    """Return the number at a position, and the position behind it."""
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


def read_varint(file: BinaryIO) -> int:
    """Return the next number of a file; at its end 0, never a key."""
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


def read_bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where text belongs")
    return value


def read_text(value: int | bytes) -> str:
    return read_bytes(value).decode("utf-8")


def read_number(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise ValueError("text where a number belongs")
    return value


def read_numbers(value: int | bytes) -> list[int]:
    """Return the values of a repeated number, packed or one at a time."""
    if isinstance(value, int):
        values = [value]
    else:
        values, at = [], 0
        while at < len(value):
            number, at = _varint(value, at)
            values.append(number)
    if any(number > MAX_NUMBER for number in values):
        raise ValueError("a line or column out of range")
    return values
