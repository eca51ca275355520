"""One file → its facts. Pure: the same bytes give the same facts, whatever else is in the repository."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from .chunk import chunk_lines
from .languages import LANGUAGES, TEXT, Language, grammar
from .names import MAX_WRITTEN, dotted, last_name, split_name, type_name
from .outline import CALLABLES, CONTAINERS, VALUES, Definition, Outline
from .records import Binding, FileFacts, Import, Reference

if TYPE_CHECKING:
    from tree_sitter import Node

    Captures = dict[str, list[Node]]

__all__ = ["CONTAINERS", "EXTRACTOR", "extract"]

EXTRACTOR = 1
"""Version of what extraction yields; facts of another version are not reused."""

SELF = frozenset({"self", "cls", "this", "super"})

_CHAIN = re.compile(rb"[\w$\x80-\xff]+(?:(?:\.|::|->)[\w$\x80-\xff]+)*")
_WORD = re.compile(rb"[\w\x80-\xff]+")
_HOW = {"bind.type": "annotation", "bind.call": "call", "bind.alias": "alias"}


def extract(path: str, source: bytes, language: str) -> FileFacts:
    """The facts of the file `path` whose content is `source`, read as `language` (a name that `language_of` gives).

    Bytes that are not UTF-8 become U+FFFD in names and text; syntax errors cost what they cover and no more.
    """
    text = source.decode("utf-8", "replace")
    lines = text.split("\n")  # as the parser counts them: by line feed alone
    if not lines[-1]:
        lines.pop()
    if language == TEXT:
        return FileFacts(path, language, len(lines), chunks=tuple(chunk_lines(path, lines, ())))
    from tree_sitter import QueryCursor

    tools = grammar(language)
    root = tools.parser.parse(source).root_node
    groups: dict[str, list[tuple[int, Captures]]] = {role: [] for role in tools.roles}
    append = [groups[role].append for role in tools.roles]
    for match in QueryCursor(tools.query).matches(root):
        append[match[0]](match)
    reader = _Reader(LANGUAGES[language], source, groups)
    symbols = tuple(reader.outline.symbols)
    return FileFacts(
        path,
        language,
        len(lines),
        symbols,
        tuple(reader.references),
        tuple(reader.imports),
        tuple(reader.bindings),
        tuple(chunk_lines(path, lines, symbols)),
        root.has_error,
    )


class _Reader:
    """Turns the matches of a language's query, grouped by role, into facts."""

    def __init__(self, row: Language, source: bytes, groups: dict[str, list[tuple[int, Captures]]]) -> None:
        self.row, self.source = row, source
        self.references: list[Reference] = []
        self.imports: list[Import] = []
        self.bindings: list[Binding] = []
        self.imported_at: set[int] = set()  # bytes at which the names of imports start
        imports = [captures for _, captures in groups.get("import", ())]
        for captures in imports:
            if row.import_reader:
                start, end = captures["import"][0].start_byte, captures["import"][0].end_byte
                self.imported_at.update(word.start() for word in _WORD.finditer(source, start, end))
            for key in ("module", "import.name", "alias"):
                self.imported_at.update(node.start_byte for node in captures.get(key, ()))
        self.outline = Outline(row, source, self._definitions(groups))
        self.builtins = row.builtins.difference(symbol.name for symbol in self.outline.symbols) if row.builtins else ()
        for captures in imports:
            self._take_import(captures)
        for role in ("bind", "return"):
            for _, captures in groups.get(role, ()):
                self._take_binding(captures)
        self._take_mentions(groups)

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _definitions(self, groups: dict[str, list[tuple[int, Captures]]]) -> list[Definition]:
        made = []
        for role, matches in groups.items():
            if not role.startswith("def.") and role != "scope":
                continue
            kind = role.removeprefix("def.")
            for rank, captures in matches:
                node, name = captures[role][0], captures["name"][0]
                if kind in VALUES and name.start_byte in self.imported_at:
                    continue  # `const fs = require("fs")` is an import
                body, owner = captures.get("body"), captures.get("owner")
                start, end = node.start_byte, node.end_byte
                if body and body[0].start_byte >= end:
                    end = body[0].end_byte  # of a function whose head is a macro the body is a node of its own
                made.append(
                    Definition(start, end, rank, kind, node, name, body[0] if body else None, owner[0] if owner else None)
                )
        return made

    # -- imports, bindings

    def _take_import(self, captures: Captures) -> None:
        whole = captures["import"][0]
        scope = self.outline.scope_at(whole.start_byte)
        if self.row.import_reader:
            for module, name, alias in _reader(self.row.import_reader)(self.text(whole)):
                self.imports.append(Import(module, name, alias, scope, whole.start_point.row + 1))
            return
        source = captures["module"][0] if "module" in captures else _source_around(whole)
        module = self.text(source).strip("\"'`<>") if source else ""
        alias = self.text(captures["alias"][0]) if "alias" in captures else ""
        if "import.name" in captures:
            name = self.text(captures["import.name"][0])
        else:
            name = "*" if "import.star" in captures else "default" if "import.default" in captures else ""
        if not module and not alias:
            return  # `export { name }` says nothing that the definition does not
        self.imports.append(Import(module, name, alias, scope, whole.start_point.row + 1))

    def _take_binding(self, captures: Captures) -> None:
        span = (captures.get("bind") or captures["return"])[0]
        key = next(key for key in _HOW if key in captures)
        value = captures[key][0]
        if value.end_byte - value.start_byte > MAX_WRITTEN:
            return  # no name
        written = type_name(self.text(value)) if key == "bind.type" else dotted(self.text(value))
        scope = self.outline.scope_at(span.start_byte)
        for name in captures.get("bind.name", ()):
            self._bind(dotted(self.text(name)), written, key, self._outside(scope, name), name)
        for name in captures.get("bind.field", ()):
            self._bind(f"this.{self.text(name)}", written, key, self._outside(scope, name), name)
        if "return" in captures:
            self._bind("return", written, key, scope, span)

    def _outside(self, scope: int, name: Node) -> int:
        """A variable is bound where it stands, not within itself."""
        symbols = self.outline.symbols
        if scope >= 0 and (symbols[scope].kind in VALUES or name.start_byte in self.outline.named_at):
            return symbols[scope].parent
        return scope

    def _bind(self, name: str, written: str, key: str, scope: int, node: Node) -> None:
        self.bindings.append(Binding(name, written, _HOW[key], scope, node.start_point.row + 1))

    # -- mentions

    def _take_mentions(self, groups: dict[str, list[tuple[int, Captures]]]) -> None:
        local_names = self._locals(groups.get("local", ()))
        called = self._calls(groups, local_names)
        for _, captures in groups.get("inherit", ()):
            node = captures["inherit"][0]
            self._refer("inherit", dotted(self.text(node)), self.outline.scope_at(node.start_byte), node)
        self._uses(groups.get("use", ()), called, local_names)

    def _locals(self, matches: Iterable[tuple[int, Captures]]) -> dict[int, set[str]]:
        """Scope of a function → names that it binds itself."""
        found: dict[int, set[str]] = {}
        scope_at, source, imported_at = self.outline.scope_at, self.source, self.imported_at
        for _, captures in matches:
            node = captures["local"][0]
            start = node.start_byte
            scope = scope_at(start)
            if scope >= 0 and start not in imported_at:
                found.setdefault(scope, set()).add(source[start : node.end_byte].decode("utf-8", "replace"))
        keep = CALLABLES | VALUES
        return {scope: names for scope, names in found.items() if self.outline.symbols[scope].kind in keep}

    def _is_local(self, name: str, scope: int, local_names: dict[int, set[str]]) -> bool:
        symbols = self.outline.symbols
        while scope >= 0:
            if scope in local_names and name in local_names[scope]:
                return True
            scope = symbols[scope].parent
        return False

    def _untyped(self, local_names: dict[int, set[str]]) -> dict[int, set[str]]:
        """The local names of which no binding says what they hold."""
        typed: dict[int, set[str]] = {}
        for binding in self.bindings:
            typed.setdefault(binding.scope, set()).add(binding.name)
        return {scope: names - typed.get(scope, set()) for scope, names in local_names.items()}

    def _calls(self, groups: dict[str, list[tuple[int, Captures]]], local_names: dict[int, set[str]]) -> set[int]:
        """Record the calls; returns the bytes at which a callee starts."""
        called: set[int] = set()
        untyped = self._untyped(local_names)
        spans = [(node.start_byte, node.end_byte, node) for _, c in groups.get("call", ()) for node in c["call"]]
        spans.extend(_callee(captures["call.whole"][0]) for _, captures in groups.get("call.whole", ()))
        scope_at, source = self.outline.scope_at, self.source
        for start, end, node in spans:
            called.add(start)
            if end - start > MAX_WRITTEN:
                callee = last_name(source[end - 100 : end].decode("utf-8", "replace"))
            else:
                callee = dotted(source[start:end].decode("utf-8", "replace"))
            if _is_member(source, start):
                callee = f"?.{callee}"  # inside a Rust macro the grammar sees words only
            scope = scope_at(start)
            root, chained, _ = callee.partition(".")
            if not chained:
                if self._is_local(root, scope, local_names):
                    continue  # calls a value that only running the program would tell
            elif root not in SELF and self._is_local(root, scope, untyped):
                callee = "?." + callee.rpartition(".")[2]
            self._refer("call", callee, scope, node)
        return called

    def _known(self) -> set[bytes] | None:
        """The names that a mention can mean: those that this file defines or imports; None where other names are visible."""
        if self.row.package_scope:
            return None
        symbols = self.outline.symbols
        known = {i.alias or i.name or i.module.partition(".")[0] for i in self.imports}
        open_kinds = CALLABLES | {"module"}
        known.update(s.name for s in symbols if s.parent < 0 or symbols[s.parent].kind in open_kinds)
        return {name.encode() for name in known}

    def _uses(self, matches: Iterable[tuple[int, Captures]], called: set[int], local_names: dict[int, set[str]]) -> None:
        """Record each name once per scope that reads it."""
        source, known, scope_at = self.source, self._known(), self.outline.scope_at
        named_at, imported_at = self.outline.named_at, self.imported_at
        seen: set[tuple[int, bytes]] = set()
        for _, captures in matches:  # one in ten names of a file passes: this loop is the hottest
            node = captures["use"][0]
            start = node.start_byte
            word = source[start : node.end_byte]
            if (known is not None and word not in known) or start in called or start in named_at or start in imported_at:
                continue
            if _is_member(source, start):
                continue  # the last part of a chain that is taken at its root
            scope = scope_at(start)
            chain = _CHAIN.match(source, start)
            written = chain[0] if chain and len(chain[0]) > len(word) else word
            if (scope, written) in seen:
                continue
            seen.add((scope, written))
            name = dotted(written.decode("utf-8", "replace"))
            if not self._is_local(name.partition(".")[0], scope, local_names):
                self._refer("use", name, scope, node)

    def _refer(self, kind: str, written: str, scope: int, node: Node) -> None:
        receiver, name = split_name(written)
        if name and (receiver or name not in self.builtins):
            self.references.append(Reference(kind, name, receiver, scope, node.end_point.row + 1))


def _source_around(specifier: Node) -> Node | None:
    """The module of the statement that lists an import: `{ a }` in `import { a } from "m"`."""
    node: Node | None = specifier
    for _ in range(4):
        node = node.parent if node else None
        if node and (source := node.child_by_field_name("source")):
            return source
    return None


def _is_member(source: bytes, start: int) -> bool:
    """Whether the word at `start` is a member of what stands before it; `..` is a range or a spread."""
    before = source[start - 2 : start]
    return before in (b"::", b"->") or (before[-1:] == b"." and before != b"..")


def _callee(whole: Node) -> tuple[int, int, Node]:
    """Where the text of a callee starts and ends, and the node at whose end its name stands."""
    arguments, name = whole.child_by_field_name("arguments"), whole.child_by_field_name("name")
    return whole.start_byte, arguments.start_byte if arguments else whole.end_byte, name or whole


def _reader(name: str) -> Callable[[str], Iterable[tuple[str, str, str]]]:
    from importlib import import_module

    module, function = name.split(":")
    read: Callable[[str], Iterable[tuple[str, str, str]]] = getattr(import_module(module, __package__), function)
    return read
