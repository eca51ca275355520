"""Code inside documents: scripts, styles and template expressions in HTML, Vue and Svelte files.

Embedded code is read by its own language from a copy of the file in which all else is blank, so
lines and columns are those of the file. The scripts of a file are one program, as browsers and
component compilers have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..records import Binding, Import, Reference, Symbol
from .matches import captures_of, line_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from .matches import Matches

MAX_EXPRESSION = 2_000  # bytes; longer ones in braces are text
_SCRIPTS = frozenset(
    {"", "module", "text/javascript", "application/javascript", "text/babel", "text/typescript"}
)
_TYPED = {"ts": "typescript", "typescript": "typescript", "tsx": "tsx"}
_STYLES = frozenset({"", "css", "postcss"})
_ATTRIBUTE = re.compile(r"""\b(lang|type)\s*=\s*["']?([\w/+.-]*)""")
_MUSTACHE = re.compile(rb"\{\{(.*?)\}\}", re.DOTALL)
_BRACE = re.compile(rb"[{}]")
_KEYWORD = re.compile(
    rb"[#:@/](?:else if|else|if|each|await|then|catch|key|html|const|debug|render|snippet)?\b"
)

Span = tuple[int, int]
"""First byte, and the byte after the last."""


class LanguageFacts(NamedTuple):
    """The facts of one language in a file; parents and scopes are positions in `symbols`."""

    symbols: tuple[Symbol, ...]
    references: tuple[Reference, ...]
    imports: tuple[Import, ...]
    bindings: tuple[Binding, ...]
    has_error: bool


# -- the parts of a document


def embedded_sources(language: str, source: bytes, matches: Matches) -> Iterator[tuple[str, bytes]]:
    """Yield each embedded language with the file's bytes, blank outside of that language."""
    scripts = [
        (_span(node), attributes)
        for node, attributes in _elements(matches, "script")
        if attributes.get("type", "") in _SCRIPTS
    ]
    pieces = [span for span, _ in scripts]
    expressions = list(_expressions(language, source, matches))
    if pieces or expressions:
        languages = [_TYPED[head["lang"]] for _, head in scripts if head.get("lang") in _TYPED]
        yield max(languages, default="javascript"), _blank_outside(source, pieces, expressions)
    styles = [
        _span(node)
        for node, attributes in _elements(matches, "style")
        if attributes.get("lang", "") in _STYLES
    ]
    if styles:
        yield "css", _blank_outside(source, styles, [])


def _elements(matches: Matches, role: str) -> Iterator[tuple[Node, dict[str, str]]]:
    """Yield the elements of a role with the attributes `lang` and `type` of their tags."""
    for captures in captures_of(matches, role):
        head = (captures["_head"][0].text or b"").decode("utf-8", "replace")
        yield captures[role][0], dict(_ATTRIBUTE.findall(head))


def _span(node: Node) -> Span:
    return node.start_byte, node.end_byte


def _expressions(language: str, source: bytes, matches: Matches) -> Iterator[Span]:
    """Yield the expressions in a template, event handlers first."""
    for captures in captures_of(matches, "handler"):
        name = captures["_name"][0].text or b""
        if (language == "vue") != name.startswith(b"on"):
            yield _span(captures["handler"][0])
    if language == "vue":
        yield from _vue_expressions(source, matches)
    elif language == "svelte":
        yield from _svelte_expressions(source, matches)


def _vue_expressions(source: bytes, matches: Matches) -> Iterator[Span]:
    """Yield the text between double braces."""
    for captures in captures_of(matches, "interpolation"):
        start, end = _span(captures["interpolation"][0])
        yield from (match.span(1) for match in _MUSTACHE.finditer(source, start, end))


def _svelte_expressions(source: bytes, matches: Matches) -> Iterator[Span]:
    """Yield the text between braces outside of scripts and styles, without its keyword."""
    code = [_span(node) for role in ("script", "style") for node, _ in _elements(matches, role)]
    ends = [0, *(end for _, end in sorted(code))]
    starts = [*(start for start, _ in sorted(code)), len(source)]
    for low, high in zip(ends, starts, strict=True):
        for opening, closing in _outermost_braces(source, low, high):
            keyword = _KEYWORD.match(source, opening + 1)
            if not (keyword and keyword[0] in (b"#snippet", b"/snippet")):
                yield (keyword.end() if keyword else opening + 1), closing


def _outermost_braces(source: bytes, start: int, end: int) -> list[Span]:
    """Return the pairs of braces within MAX_EXPRESSION that are in no other such pair."""
    open_braces: list[int] = []
    pairs: list[Span] = []
    for brace in _BRACE.finditer(source, start, end):
        if brace[0] == b"{":
            open_braces.append(brace.start())
        elif open_braces and brace.start() - (opening := open_braces.pop()) <= MAX_EXPRESSION:
            _drop_inner(pairs, opening)
            pairs.append((opening, brace.start()))
    return pairs


def _drop_inner(pairs: list[Span], opening: int) -> None:
    while pairs and pairs[-1][0] > opening:
        pairs.pop()


def _blank_outside(source: bytes, pieces: Sequence[Span], expressions: Sequence[Span]) -> bytes:
    """Return the file with all but these regions blank; each expression is a statement."""
    masked = bytearray(re.sub(rb"[^\n]", b" ", source))
    for start, end in (*pieces, *expressions):
        masked[start:end] = source[start:end]
    for start, end in expressions:
        masked[start - 1 : start], masked[end : end + 1] = b";", b";"
    return bytes(masked)


# -- their facts


def used_components(matches: Matches, imports: Sequence[Import]) -> Iterator[Reference]:
    """Yield the imported components that a template uses: `<MyButton>`, `<my-button>`."""
    known = {spec.alias or spec.name for spec in imports}
    seen: set[str] = set()
    for captures in captures_of(matches, "component"):
        node = captures["component"][0]
        tag = (node.text or b"").decode("utf-8", "replace")
        pascal = "".join(part[:1].upper() + part[1:] for part in tag.split("-"))
        name = tag if tag in known else pascal
        if name in known and name not in seen and (tag[:1].isupper() or "-" in tag):
            seen.add(name)
            yield Reference("call", name, "", -1, line_of(node))


def merge_facts(parts: Sequence[LanguageFacts]) -> LanguageFacts:
    """Return the facts of one file in several languages as one.

    Symbols are in the order of the text; the second of a repeated name is `name#2`.
    """
    if len(parts) == 1:
        return parts[0]
    order = sorted(
        ((symbol.start_line, -symbol.end_line, part_number, index), symbol)
        for part_number, part in enumerate(parts)
        for index, symbol in enumerate(part.symbols)
    )
    positions = {key[2:]: position for position, (key, _) in enumerate(order)}
    qualnames: set[str] = set()
    symbols = []
    for (_, _, number, _), symbol in order:
        qualname = _unique(symbol.qualname, qualnames)
        qualnames.add(qualname)
        parent = positions.get((number, symbol.parent), -1)
        symbols.append(symbol._replace(qualname=qualname, parent=parent))
    return LanguageFacts(
        tuple(symbols),
        tuple(
            each._replace(scope=positions.get((number, each.scope), -1))
            for number, part in enumerate(parts)
            for each in part.references
        ),
        tuple(
            each._replace(scope=positions.get((number, each.scope), -1))
            for number, part in enumerate(parts)
            for each in part.imports
        ),
        tuple(
            each._replace(scope=positions.get((number, each.scope), -1))
            for number, part in enumerate(parts)
            for each in part.bindings
        ),
        any(part.has_error for part in parts),
    )


def _unique(qualname: str, others: set[str]) -> str:
    unique, count = qualname, 1
    while unique in others:
        count += 1
        unique = f"{qualname}#{count}"
    return unique
