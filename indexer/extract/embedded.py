"""Code inside documents: scripts, styles and the expressions of templates in HTML, Vue and Svelte files.

What is embedded is read by its own language from a copy of the whole file in which all else is blank, so that lines and
columns are those of the file. The scripts of a file are one program, as browsers and compilers of components have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..records import Binding, Import, Reference, Symbol

if TYPE_CHECKING:
    from tree_sitter import Node

    Groups = dict[str, list[tuple[int, dict[str, list[Node]]]]]

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


class Facts(NamedTuple):
    """What one language says of a file; positions (parents, scopes) count within `symbols`."""

    symbols: tuple[Symbol, ...]
    references: tuple[Reference, ...]
    imports: tuple[Import, ...]
    bindings: tuple[Binding, ...]
    has_error: bool


def embedded(language: str, source: bytes, groups: Groups) -> Iterator[tuple[str, bytes]]:
    """The languages inside a file, each with the file's bytes, blank but for what is in that language."""
    scripts = [
        (node, head) for node, head in _parts(groups, "script") if head.get("type", "") in _SCRIPTS
    ]
    pieces = [(node.start_byte, node.end_byte) for node, _ in scripts]
    expressions = list(_expressions(language, source, groups))
    if pieces or expressions:
        typed = [_TYPED[head["lang"]] for _, head in scripts if head.get("lang") in _TYPED]
        yield max(typed, default="javascript"), _only(source, pieces, expressions)
    styles = [
        (n.start_byte, n.end_byte)
        for n, head in _parts(groups, "style")
        if head.get("lang", "") in _STYLES
    ]
    if styles:
        yield "css", _only(source, styles, [])


def _parts(groups: Groups, role: str) -> Iterator[tuple[Node, dict[str, str]]]:
    """The elements of a role, each with the attributes of its tag that say what is in it."""
    for _, captures in groups.get(role, ()):
        head = (captures["_head"][0].text or b"").decode("utf-8", "replace")
        yield captures[role][0], dict(_ATTRIBUTE.findall(head))


def _expressions(language: str, source: bytes, groups: Groups) -> Iterator[tuple[int, int]]:
    for _, captures in groups.get("handler", ()):
        node, name = captures["handler"][0], captures["_name"][0].text or b""
        if (language == "vue") != name.startswith(b"on"):
            yield node.start_byte, node.end_byte
    if language == "vue":
        for _, captures in groups.get("interpolation", ()):
            start = captures["interpolation"][0].start_byte
            for match in _MUSTACHE.finditer(source, start, captures["interpolation"][0].end_byte):
                yield match.start(1), match.end(1)
    elif language == "svelte":
        yield from _in_braces(source, groups)


def _in_braces(source: bytes, groups: Groups) -> Iterator[tuple[int, int]]:
    """The expressions of a Svelte template: what stands between braces outside scripts and styles, without its keyword."""
    taken = sorted(
        (n.start_byte, n.end_byte) for role in ("script", "style") for n, _ in _parts(groups, role)
    )
    at = 0
    for start, end in [*taken, (len(source), len(source))]:
        for opening, closing in _outermost(source, at, start):
            keyword = _KEYWORD.match(source, opening + 1)
            if not (keyword and keyword[0] in (b"#snippet", b"/snippet")):
                yield (keyword.end() if keyword else opening + 1), closing
        at = end


def _outermost(source: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """The pairs of braces between two bytes that no other pair of a readable length holds."""
    waiting: list[int] = []
    pairs: list[tuple[int, int]] = []
    for brace in _BRACE.finditer(source, start, end):
        if brace[0] == b"{":
            waiting.append(brace.start())
        elif waiting and brace.start() - (opening := waiting.pop()) <= MAX_EXPRESSION:
            while pairs and pairs[-1][0] > opening:
                pairs.pop()
            pairs.append((opening, brace.start()))
    return pairs


def _only(
    source: bytes, pieces: Sequence[tuple[int, int]], expressions: Sequence[tuple[int, int]]
) -> bytes:
    """The file with all but these regions blank; an expression is a statement of its own."""
    kept = bytearray(re.sub(rb"[^\n]", b" ", source))
    for start, end in (*pieces, *expressions):
        kept[start:end] = source[start:end]
    for start, end in expressions:
        kept[start - 1 : start], kept[end : end + 1] = b";", b";"
    return bytes(kept)


def components(groups: Groups, imports: Sequence[Import]) -> Iterator[Reference]:
    """The components that a template uses, where the file imports them: `<MyButton>`, `<my-button>`."""
    known = {spec.alias or spec.name for spec in imports}
    seen: set[str] = set()
    for _, captures in groups.get("component", ()):
        node = captures["component"][0]
        written = (node.text or b"").decode("utf-8", "replace")
        pascal = "".join(part[:1].upper() + part[1:] for part in written.split("-"))
        name = written if written in known else pascal
        if name in known and name not in seen and (written[:1].isupper() or "-" in written):
            seen.add(name)
            yield Reference("call", name, "", -1, node.start_point.row + 1)


def joined(parts: Sequence[Facts]) -> Facts:
    """The facts of one file in several languages as one: symbols in the order of the text, each name once."""
    if len(parts) == 1:
        return parts[0]
    order = sorted(
        ((symbol.start_line, -symbol.end_line, which, index), symbol)
        for which, part in enumerate(parts)
        for index, symbol in enumerate(part.symbols)
    )
    places = {key[2:]: place for place, (key, _) in enumerate(order)}
    taken: set[str] = set()
    symbols = []
    for (_, _, which, _), symbol in order:
        qualname, count = symbol.qualname, 1
        while qualname in taken:
            count += 1
            qualname = f"{symbol.qualname}#{count}"
        taken.add(qualname)
        symbols.append(
            symbol._replace(qualname=qualname, parent=places.get((which, symbol.parent), -1))
        )
    return Facts(
        tuple(symbols),
        tuple(
            r._replace(scope=places.get((w, r.scope), -1))
            for w, part in enumerate(parts)
            for r in part.references
        ),
        tuple(
            i._replace(scope=places.get((w, i.scope), -1))
            for w, part in enumerate(parts)
            for i in part.imports
        ),
        tuple(
            b._replace(scope=places.get((w, b.scope), -1))
            for w, part in enumerate(parts)
            for b in part.bindings
        ),
        any(part.has_error for part in parts),
    )
