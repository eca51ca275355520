"""Mentions in a question: stack frames, paths, identifiers, error messages.

They are found in the text alone; nothing is looked up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

T = TypeVar("T")

MAX_TOKEN = 300  # characters; a longer run without a space is data
MAX_LINE = 2_000  # characters read of a line; the patterns below are linear in it
MAX_NAMES = 64  # of one question; later ones come from pasted logs
MAX_MESSAGES = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """A line of a stack trace or of a compiler's message."""

    path: str  # as written: absolute, relative or a bare file name
    line: int  # 1-based
    name: str  # the function as written, perhaps qualified; "" if the line has none


@dataclass(frozen=True, slots=True)
class Mentions:
    """The mentions in a text, each kind in order and without repetitions."""

    frames: tuple[Frame, ...]  # as written: the innermost call is last in a Python trace
    paths: tuple[str, ...]  # with forward slashes, without those of frames
    names: tuple[str, ...]  # identifiers, qualified ones with dots: `Class.method`
    messages: tuple[str, ...]  # quoted strings of several words, and the text of error lines


_PATH = r"(?P<path>[^\s\"'()<>|:]*[^\s\"'()<>|:.]\.\w{1,10})"
_NAME = r"(?P<name>[\w$.:<>~]+)"
_FRAMES = tuple(
    re.compile(pattern)
    for pattern in (
        r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>[\w.<>]+))?',  # Python
        rf"^\s*at (?:async |new )*{_NAME} (?:\[as [^\]]*\] )?"  # JavaScript
        rf"\((?:file://)?{_PATH}:(?P<line>\d+)(?::\d+)?\)",
        # JavaScript, Rust: no name
        rf"^\s*at (?:async )?(?:file://)?{_PATH}:(?P<line>\d+)(?::\d+)?\s*$",
        r"^\s*(?:at |\.\.\.)\s*(?:[\w.]+/)?(?P<name>[\w$.<>]+)"  # Java and its kin
        r"\((?P<path>[\w$]+\.(?:java|kt|scala|groovy)):(?P<line>\d+)\)",
        rf"^#\d+\s+(?:0x[0-9a-f]+ in )?{_NAME} ?\(.*\) (?:at|from) {_PATH}:(?P<line>\d+)",  # gdb
        rf"^\s*{_PATH}:(?P<line>\d+) \+0x[0-9a-f]+",  # Go
        rf"panicked at (?:'.*', )?{_PATH}:(?P<line>\d+)",  # Rust
        # compilers, pytest, `file:line`
        rf"^\s*(?:In file included from )?{_PATH}:(?P<line>\d+)(?::\d+)?(?=[:,\s]|$)",
    )
)
# the line above Go's `file:line`
_GO_CALL = re.compile(r"^(?:[\w.~-]+/)*(?P<name>[\w.()*\[\]]+?)\((?:0x|\.\.\.|\{|\))")
# `file:line` within prose
_IN_TEXT = re.compile(r"(?<![\w/.])([\w./\\@+~-]*[\w@+~-]\.[A-Za-z]\w{0,9}):(\d+)\b")
_PATHLIKE = re.compile(
    r"^[\w@+~.-]*(?:[/\\][\w@+~.-]+)+$|^[\w@+~-][\w@+~.-]*(?P<extension>\.[A-Za-z]\w{0,9})$"
)
_TEXT_FILES = frozenset({
    ".bat", ".cfg", ".cmake", ".conf", ".css", ".csv", ".gradle", ".html", ".ini", ".ipynb",
    ".json", ".lock", ".md", ".mod", ".po", ".proto", ".properties", ".ps1", ".rst", ".scss",
    ".sh", ".sql", ".svg", ".tmpl", ".toml", ".txt", ".vue", ".xml", ".yaml", ".yml",
})  # fmt: skip
_CODE = re.compile(r"`([^`\s]{2,200})`")
_QUALIFIED = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\.|::|#|->)~?[A-Za-z_$][\w$]*)*")
_SHAPE = re.compile(
    r"[a-z0-9$][A-Z]|[A-Z][A-Z0-9]*[a-z].*[A-Z]|[^_]_+[^_]|^_+[a-z]|^[A-Z][A-Z0-9]{2,}$"
)
_QUOTED = re.compile(r"\"([^\"\n]{8,200})\"|'((?:[^'\n]|(?<=\w)'(?=\w)){8,200})'")
_ERROR_LINE = re.compile(
    r"^\s*(?:[\w.]*\b(\w*(?:Error|Exception|Warning|Fault|panic)))\s*:\s+(\S.{6,200})"
)
_NO_NAMES = frozenset({"<module>", "<lambda>", "<anonymous>", "Object.<anonymous>"})
_WORDS_WITH_CAPITALS = frozenset({
    "GitHub", "JavaScript", "TypeScript", "MacOS", "macOS", "iOS", "README", "TODO", "NOTE", "HTTP",
    "JSON", "HTML", "API", "SQL", "URL",
})  # fmt: skip


def find_mentions(text: str) -> Mentions:
    """Return the mentions in `text`, found by their shape."""
    lines = [line[:MAX_LINE] for line in text.splitlines()]
    frames = list(_frames(lines))
    tokens = [
        token.strip("`'\",;()[]{}<>*")
        for line in lines
        for token in line.split()
        if len(token) <= MAX_TOKEN
    ]
    in_frames = {frame.path for frame in frames}
    words = (token.rstrip(".:") for token in tokens)
    paths = _distinct(_forward(word) for word in words if _is_path(word))
    return Mentions(
        _distinct(frames),
        tuple(path for path in paths if path not in in_frames)[:MAX_NAMES],
        _distinct(_names(lines, frames))[:MAX_NAMES],
        _distinct(_messages(lines))[:MAX_MESSAGES],
    )


def _distinct(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))


def _is_path(token: str) -> bool:
    match = _PATHLIKE.match(token)
    if match is None:
        return False
    extension = match["extension"]
    return extension is None or extension in _TEXT_FILES or extension in _code_extensions()


@cache
def _code_extensions() -> frozenset[str]:
    from indexer import LANGUAGES

    return frozenset(
        extension for language in LANGUAGES.values() for extension in language.extensions
    )


def _forward(path: str) -> str:
    return path.replace("\\", "/").removeprefix("./")


def _frames(lines: list[str]) -> Iterator[Frame]:
    above = ""
    for line in lines:
        frame = _frame(line, above)
        yield from [frame] if frame else _frames_in_prose(line)
        above = line


def _frame(line: str, above: str) -> Frame | None:
    if ":" not in line and "line " not in line:
        return None
    for pattern in _FRAMES:
        match = pattern.search(line)
        if match:
            name = match.groupdict().get("name") or ""
            if not name and line.startswith("\t"):
                name = _go_function(above)
            name = "" if name in _NO_NAMES else name
            return Frame(_forward(match["path"]), int(match["line"][:9]), name)
    return None


def _go_function(line: str) -> str:
    """Return the function called on the line above a Go frame, or ""."""
    call = _GO_CALL.match(line)
    return call["name"].replace("(*", "").replace(")", "") if call else ""


def _frames_in_prose(line: str) -> Iterator[Frame]:
    for word in line.split():
        if len(word) <= MAX_TOKEN and ":" in word and (match := _IN_TEXT.search(word)):
            yield Frame(_forward(match[1]), int(match[2][:9]), "")


def _names(lines: list[str], frames: list[Frame]) -> Iterator[str]:
    """Yield the frames' functions, then code in backticks, then words shaped like code.

    The frames come in reverse, a Python trace's innermost first.
    """
    for frame in reversed(frames):
        if frame.name:
            yield _dotted(frame.name)
    for line in lines:
        for code in _CODE.findall(line):
            yield from (_dotted(name) for name in _QUALIFIED.findall(code) if len(name) > 2)
    for line in lines:
        for token in line.split():
            if len(token) <= MAX_TOKEN:
                yield from _names_in(token)


def _names_in(token: str) -> Iterator[str]:
    for match in _QUALIFIED.finditer(token):
        name = match[0]
        if len(name) <= 2 or name in _WORDS_WITH_CAPITALS:
            continue
        is_call = token[match.end() : match.end() + 1] == "("
        qualified = _dotted(name)
        if is_call or "." in qualified or _SHAPE.search(name):
            yield qualified


def _dotted(name: str) -> str:
    return name.replace("::", ".").replace("->", ".").replace("#", ".").strip(".")


def _messages(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if match := _ERROR_LINE.match(line):
            yield match[2].strip()
        for double, single in _QUOTED.findall(line):
            quoted = (double or single).strip()
            if " " in quoted:
                yield quoted
