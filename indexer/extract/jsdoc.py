"""Types that JavaScript says in comments: `@param {Command} cmd`, `@returns {Option[]}`, `@type {Help}` → bindings.

TypeScript reads them as annotations (https://www.typescriptlang.org/docs/handbook/jsdoc-supported-types.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..kinds import CALLABLES, TYPES
from ..records import Binding, Import
from .definitions import Outline
from .names import MAX_WRITTEN

MAX_COMMENT = 20_000  # bytes; a longer one is no documentation of types
_TYPED = re.compile(rb"@(?:param|arg|argument|returns?|type|typedef)\b")
_TAG = re.compile(r"@(param|arg|argument|returns?|type|typedef)\s*\{")
_NAME = re.compile(r"\s*\[?\s*([\w$]+)(?![\w$.\[])")
_TYPEDEF_NAME = re.compile(r"\s*([\w$]+)")
_IMPORTED = re.compile(r"""import\(\s*["']([^"']+)["']\s*\)\s*\.\s*([\w$]+)""")
_TARGET = re.compile(
    rb"\s*(?:export\s+)?(?:(?:const|let|var|static|readonly|public|private|protected)\s+)*(this\.)?([\w$#]+)\s*[=;:\n]"
)
_MARKS = re.compile(r"^[?!]|^\.\.\.|=$")


@dataclass(frozen=True, slots=True)
class Documented:
    """What the comments of a file say of its names."""

    bindings: list[Binding]
    imports: list[Import]  # of types that a comment names by their module


def read_jsdoc(source: bytes, outline: Outline) -> Documented:
    """The types in the documentation comments of a file whose symbols are `outline`'s."""
    found = Documented([], [])
    callables: dict[int, int] = {}  # line at which a function starts → the first such function
    for index, symbol in enumerate(outline.symbols):
        if symbol.kind in CALLABLES:
            callables.setdefault(symbol.start_line, index)
    for start, end in _comments(source):
        after = (
            end
            + len(source[end : end + MAX_WRITTEN])
            - len(source[end : end + MAX_WRITTEN].lstrip())
        )
        line = source.count(b"\n", 0, after) + 1
        for tag, written, rest in _tags(source[start:end].decode("utf-8", "replace")):
            if tag == "typedef":
                _take_typedef(written, rest, line, found.imports)
                continue
            named = _named_type(written, line, found.imports)
            if tag == "type":
                found.bindings.extend(_target(source, after, named, line, outline))
            elif (function := callables.get(line)) is not None and (name := _documented(tag, rest)):
                found.bindings.append(Binding(name, named, "annotation", function, line))
    return found


def _documented(tag: str, rest: str) -> str:
    """What a tag tells the type of: a parameter, "return", or ""."""
    if tag.startswith("return"):
        return "return"
    name = _NAME.match(rest)
    return name[1] if name else ""


def _comments(source: bytes) -> Iterator[tuple[int, int]]:
    """Where documentation comments that name types start and end."""
    start = source.find(b"/**")
    while start >= 0:
        end = source.find(b"*/", start + 3) + 2
        if end < 2:
            return
        if end - start <= MAX_COMMENT and _TYPED.search(source, start, end):
            yield start, end
        start = source.find(b"/**", end)


def _tags(comment: str) -> Iterator[tuple[str, str, str]]:
    """The tags of a comment: name, type as written, and what follows."""
    for match in _TAG.finditer(comment):
        depth, at = 1, match.end()
        while at < len(comment) and depth and at - match.end() <= MAX_WRITTEN:
            depth += {"{": 1, "}": -1}.get(comment[at], 0)
            at += 1
        if not depth:
            yield match[1], comment[match.end() : at - 1], comment[at : at + MAX_WRITTEN]


def _named_type(written: str, line: int, imports: list[Import]) -> str:
    """A type without the marks that TypeScript does not know, and with the names of types for those of their modules."""
    for module, name in _IMPORTED.findall(written):
        imports.append(Import(module, name, "", -1, line))
    plain = _IMPORTED.sub(
        lambda match: match[2], " ".join(written.replace("*", " ").split())
    ).replace(".<", "<")
    return _MARKS.sub("", plain.strip()).strip("() ")


def _take_typedef(written: str, rest: str, line: int, imports: list[Import]) -> None:
    whole, name = _IMPORTED.fullmatch(written.strip()), _TYPEDEF_NAME.match(rest)
    if whole and name:
        imports.append(Import(whole[1], whole[2], name[1] if name[1] != whole[2] else "", -1, line))


def _target(source: bytes, at: int, named: str, line: int, outline: Outline) -> Sequence[Binding]:
    """The variable or attribute that stands below a `@type`."""
    match = _TARGET.match(source, at, at + MAX_WRITTEN)
    if match is None:
        return ()
    scope, name = outline.scope_at(match.start(2)), match[2].decode("utf-8", "replace")
    symbols = outline.symbols
    while scope >= 0 and symbols[scope].kind not in CALLABLES | TYPES:
        scope = symbols[scope].parent
    field = match[1] or (scope >= 0 and symbols[scope].kind in TYPES)
    return (Binding(f"this.{name}" if field else name, named, "annotation", scope, line),)
