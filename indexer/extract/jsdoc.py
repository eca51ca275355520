"""Types in JavaScript comments: `@param {Command} cmd`, `@returns {Option[]}`, `@type {Help}`.

TypeScript reads them as annotations, and so does clew
(https://www.typescriptlang.org/docs/handbook/jsdoc-supported-types.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..kinds import CALLABLES, TYPES
from ..records import Binding, Import
from .definitions import SymbolTable
from .names import MAX_WRITTEN

MAX_COMMENT = 20_000  # bytes; a longer one documents no types
_TYPED = re.compile(rb"@(?:param|arg|argument|returns?|type|typedef)\b")
_TAG = re.compile(r"@(param|arg|argument|returns?|type|typedef)\s*\{")
_NAME = re.compile(r"\s*\[?\s*([\w$]+)(?![\w$.\[])")
_TYPEDEF_NAME = re.compile(r"\s*([\w$]+)")
_IMPORTED = re.compile(r"""import\(\s*["']([^"']+)["']\s*\)\s*\.\s*([\w$]+)""")
_TARGET = re.compile(
    rb"\s*(?:export\s+)?(?:(?:const|let|var|static|readonly|public|private|protected)\s+)*"
    rb"(this\.)?([\w$#]+)\s*[=;:\n]"
)
_MARKS = re.compile(r"^[?!]|^\.\.\.|=$")


@dataclass(frozen=True, slots=True)
class DocumentedTypes:
    """The types that the comments of a file give to its names."""

    bindings: list[Binding]
    imports: list[Import]  # of types that a comment names by their module


def read_jsdoc(source: bytes, table: SymbolTable) -> DocumentedTypes:
    """Return the types in the documentation comments of a file with the symbols of `table`."""
    documented = DocumentedTypes([], [])
    functions: dict[int, int] = {}  # first line of a function → its position, the first if several
    for index, symbol in enumerate(table.symbols):
        if symbol.kind in CALLABLES:
            functions.setdefault(symbol.start_line, index)
    for start, end in _comments(source):
        comment = source[start:end].decode("utf-8", "replace")
        _read_comment(documented, comment, source, _next_word(source, end), functions, table)
    return documented


def _next_word(source: bytes, end: int) -> int:
    """Return the first byte after `end` that is not blank."""
    rest = source[end : end + MAX_WRITTEN]
    return end + len(rest) - len(rest.lstrip())


def _read_comment(
    documented: DocumentedTypes,
    comment: str,
    source: bytes,
    target: int,
    functions: dict[int, int],
    table: SymbolTable,
) -> None:
    """Add the types in a comment above the byte `target`."""
    line = source.count(b"\n", 0, target) + 1
    for tag, written, rest in _tags(comment):
        if tag == "typedef":
            documented.imports.extend(_typedef_import(written, rest, line))
            continue
        type_ = _plain_type(written, line, documented.imports)
        if tag == "type":
            documented.bindings.extend(_target_binding(source, target, type_, line, table))
        elif (function := functions.get(line)) is not None and (name := _tagged_name(tag, rest)):
            documented.bindings.append(Binding(name, type_, "annotation", function, line))


def _tagged_name(tag: str, rest: str) -> str:
    """Return the name whose type a tag states: a parameter, "return", or ""."""
    if tag.startswith("return"):
        return "return"
    name = _NAME.match(rest)
    return name[1] if name else ""


def _comments(source: bytes) -> Iterator[tuple[int, int]]:
    """Yield the first byte and the end of each documentation comment with types."""
    start = source.find(b"/**")
    while start >= 0:
        end = source.find(b"*/", start + 3) + 2
        if end < 2:
            return
        if end - start <= MAX_COMMENT and _TYPED.search(source, start, end):
            yield start, end
        start = source.find(b"/**", end)


def _tags(comment: str) -> Iterator[tuple[str, str, str]]:
    """Yield the tags of a comment: name, type as written, and the text after it."""
    for match in _TAG.finditer(comment):
        depth, at = 1, match.end()
        while at < len(comment) and depth and at - match.end() <= MAX_WRITTEN:
            depth += {"{": 1, "}": -1}.get(comment[at], 0)
            at += 1
        if not depth:
            yield match[1], comment[match.end() : at - 1], comment[at : at + MAX_WRITTEN]


def _plain_type(written: str, line: int, imports: list[Import]) -> str:
    """Return a type in TypeScript's syntax; add the imports in it, which its own name replaces."""
    for module, name in _IMPORTED.findall(written):
        imports.append(Import(module, name, "", -1, line))
    one_line = " ".join(written.replace("*", " ").split())
    plain = _IMPORTED.sub(lambda match: match[2], one_line).replace(".<", "<")
    return _MARKS.sub("", plain.strip()).strip("() ")


def _typedef_import(written: str, rest: str, line: int) -> Iterator[Import]:
    """Yield the import that a `@typedef` of another module's type is."""
    imported, name = _IMPORTED.fullmatch(written.strip()), _TYPEDEF_NAME.match(rest)
    if imported and name:
        alias = name[1] if name[1] != imported[2] else ""
        yield Import(imported[1], imported[2], alias, -1, line)


def _target_binding(
    source: bytes, target: int, type_: str, line: int, table: SymbolTable
) -> Sequence[Binding]:
    """Return the binding of the variable or attribute below a `@type`."""
    match = _TARGET.match(source, target, target + MAX_WRITTEN)
    if match is None:
        return ()
    scope, name = table.scope_at(match.start(2)), match[2].decode("utf-8", "replace")
    symbols = table.symbols
    while scope >= 0 and symbols[scope].kind not in CALLABLES | TYPES:
        scope = symbols[scope].parent
    is_attribute = match[1] or (scope >= 0 and symbols[scope].kind in TYPES)
    return (Binding(f"this.{name}" if is_attribute else name, type_, "annotation", scope, line),)
