"""Source text → names: dotted, without arguments, brackets and comment marks."""

from __future__ import annotations

import re
from functools import lru_cache

MAX_WRITTEN = 400
"""Bytes of an expression. Only the last name of a longer one, such as a chain of calls over many
lines, is taken."""

_SPACE = re.compile(r"\s+")
_SEPARATOR = re.compile(r"[?!&]*\.|\??->|:+\$?|\\")
_DOTTED = re.compile(r"[\w$]+(?:\.[\w$]+)*")
_RECEIVER = re.compile(r"[\w$@#\\]+(\(\))?(\.[\w$@#]+(\(\))?)*")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>|\{[^{}]*\}")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|[ \t]#[^\n\w][^\n]*", re.DOTALL)
_LINE_COMMENT = re.compile(r"[ \t](?://|#[^\n\w])[^\n]*\n")
_PREFIX = re.compile(r"(?:(?:new|await|try[?!]?)\s+)+")
_CLOSED = {"(": "\x00", "[": "\x01", "<": "", "{": "\x00"}
_ARGUMENTS = re.compile("\x00+")
_LAST_NAME = re.compile(r"[\w$#]+$")
_COMMENT_MARK = re.compile(
    r"^[ \t]*(?:/\*+!?|\*+/|\*|///?!?|#+|--+(?: [|^])?)?[ \t]?|[ \t]*\*+/[ \t]*$", re.MULTILINE
)
_INDIRECTION = re.compile(
    r"^(?:[*&\s]|\[\]|\.\.\.|(?:mut|dyn|const|struct|enum|union|class)\b|'\w+\b)+"
)
_OPERATOR = re.compile(r"\boperator\b")


def one_line(written: str) -> str:
    """Return the text with white space as single blanks, without comments at the ends of lines."""
    if "\n" in written:
        written = _LINE_COMMENT.sub("\n", written)
    return " ".join(written.split())


@lru_cache(maxsize=1 << 14)
def dotted(written: str) -> str:
    """Return a callee or a type as a dotted name.

    Arguments become `()`, indices `[]`; type arguments go. A PHP name from the root of all
    namespaces keeps that mark as its first part: `\\A\\B` → `\\.A.B`.
    """
    if _DOTTED.fullmatch(written):
        return written
    if len(written) > MAX_WRITTEN:
        return last_name(written)
    if "\n" in written:
        written = _COMMENT.sub("", written)
    if prefix := _PREFIX.match(written):
        written = written[prefix.end() :]
    previous = ""
    while previous != written and any(bracket in written for bracket in _CLOSED):
        previous, written = written, _BRACKETS.sub(lambda match: _CLOSED[match[0][0]], written)
    root = "\\." if written.startswith("\\") else ""
    written = root + _SEPARATOR.sub(".", _SPACE.sub("", written)).lstrip("*&!.")
    written = _ARGUMENTS.sub("()", written)  # `f(x) { … }` is one call
    return written.replace(".await.", ".").replace("\x01", "[]")


def last_name(written: str) -> str:
    """Return `?.` and the last word of an expression that is too long for a name."""
    last = _LAST_NAME.search(written)
    return f"?.{last[0]}" if last else ""


def split_name(callee: str) -> tuple[str, str]:
    """Return (receiver, last name) of a dotted name.

    The receiver is `?` if it is no plain chain; both are "" if the last part is no name.
    """
    receiver, _, name = callee.rpartition(".")
    if not name or name[-1] in ")]":
        return "", ""
    if receiver and not _RECEIVER.fullmatch(receiver):
        receiver = "?"
    return receiver, name


def name_parts(written: str) -> list[str]:
    """Return the parts of a definition's name: `ns::T<U>::operator<<` → `ns`, `T`, `operator<<`."""
    operator = _OPERATOR.search(written)
    tail = ""
    if operator:
        between = " " if written[operator.end() :].strip()[:1].isalpha() else ""
        tail = _SPACE.sub(between, written[operator.start() :])
        written = written[: operator.start()]
    parts = [part for part in dotted(written).split(".") if part]
    return [*parts, tail.strip()] if tail else parts


@lru_cache(maxsize=1 << 14)
def type_name(written: str) -> str:
    """Return a type on one line without indirection: `*Server`, `&mut Server` → `Server`."""
    return _INDIRECTION.sub("", _SPACE.sub(" ", written)).strip()


def comment_text(written: str) -> str:
    """Return the text of a comment without its marks."""
    return _COMMENT_MARK.sub("", written).strip()


def string_text(written: str) -> str:
    """Return the text of a docstring without its quotes; its end may be cut off."""
    text = written.lstrip("rRuUbBfF")
    quote = next((quote for quote in ('"""', "'''", '"', "'") if text.startswith(quote)), "")
    return text[len(quote) :].removesuffix(quote).strip() if quote else text.strip()
