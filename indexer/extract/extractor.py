"""One file → its facts. Pure: the same bytes give the same facts, whatever else is in the repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..kinds import VARIABLES
from ..languages.language_pack import syntax_blocks
from ..languages.registry import LANGUAGES, TEXT, Language, grammar, load_function, outline_query
from ..records import Binding, FileFacts, Import, Symbol
from .assignments import bound
from .chunker import MAX_LINES, chunk_lines
from .control_flow import Branches, narrowed
from .definitions import Definition, Outline
from .embedded import Facts, components, embedded, joined
from .jsdoc import read_jsdoc
from .line_symbols import line_symbols
from .names import MAX_WRITTEN, dotted, type_name
from .project_settings import read_settings
from .references import Mentions

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query

    Captures = dict[str, list[Node]]

EXTRACTOR = 16
"""Version of what extraction yields; facts of another version are not reused."""

_BETWEEN = frozenset(
    {
        "preproc_ifdef",
        "preproc_if",
        "preproc_else",
        "preproc_elif",
        "namespace_definition",
        "declaration_list",
    }
    | {"linkage_specification", "class_specifier", "field_declaration_list", "template_declaration"}
)
"""Nodes of C and C++ whose children are definitions."""
_WORD = re.compile(rb"[\w\x80-\xff]+")
_HOW = {
    "bind.type": "annotation", "bind.call": "call", "bind.alias": "alias",
    "bind.whole": "alias", "bind.of": "alias", "bind.element": "alias",
    "bind.alternative": "type",
}  # fmt: skip
_TYPE_NAME = re.compile(r"[^\w$.]")  # where the name of a type ends
_TYPES = frozenset({"bind.type", "bind.of", "bind.alternative"})
ELEMENT = "[*]"
"""After the text of a value: an element of it, as a loop takes one."""
_TAKEN = ("value", "each", "enter")


def extract(path: str, source: bytes, language: str) -> FileFacts:
    """The facts of the file `path` whose content is `source`, read as `language` (a name that `language_of` gives).

    Bytes that are not UTF-8 become U+FFFD in names and text; syntax errors cost what they cover and no more.
    """
    text = source.decode("utf-8", "replace")
    if "\ufffd" in text:
        source = text.encode()  # the query's predicates read text strictly
    lines = text.split("\n")  # as the parser counts them: by line feed alone
    if not lines[-1]:
        lines.pop()
    settings = tuple(read_settings(path, text))
    row = LANGUAGES.get(language)
    if row is None or row.line_reader or 0 < row.largest < len(source):
        symbols = (
            line_symbols(load_function(row.line_reader), lines) if row and row.line_reader else ()
        )
        blocks = (
            syntax_blocks(language, source, MAX_LINES) if row is None and language != TEXT else ()
        )
        chunks = tuple(chunk_lines(path, lines, symbols, blocks))
        return FileFacts(path, language, len(lines), symbols, bindings=settings, chunks=chunks)
    facts = _read(language, row, source)
    return FileFacts(
        path,
        language,
        len(lines),
        facts.symbols,
        facts.references,
        facts.imports,
        (*settings, *facts.bindings),
        tuple(chunk_lines(path, lines, facts.symbols)),
        facts.has_error,
    )


def extract_symbols(path: str, source: bytes, language: str) -> tuple[Symbol, ...]:
    """The symbols of `extract`, and nothing else: at a third of the cost where the language has a query of its own."""
    row = LANGUAGES.get(language)
    if row is None or row.line_reader or row.embeds or 0 < row.largest < len(source):
        return extract(path, source, language).symbols
    text = source.decode("utf-8", "replace")
    source = text.encode() if "\ufffd" in text else source
    return _read(language, row, source, outline_query(language)).symbols


def _read(language: str, row: Language, source: bytes, query: Query | None = None) -> Facts:
    """What a language says of a source, with what is embedded in it."""
    from tree_sitter import QueryCursor

    tools = grammar(language)
    row = LANGUAGES[language]
    root = _parse(tools.parser, row, source)
    groups: dict[str, list[tuple[int, Captures]]] = {role: [] for role in tools.roles}
    append = [groups[role].append for role in tools.roles]
    for match in QueryCursor(query or tools.query).matches(root):
        append[match[0]](match)
    reader = _Reader(row, source, groups)
    symbols, imports, bindings = (
        tuple(reader.outline.symbols),
        tuple(reader.imports),
        tuple(reader.bindings),
    )
    found = Facts(symbols, tuple(reader.references), imports, bindings, root.has_error)
    if not row.embeds:
        return found
    parts = [
        _read(inner, LANGUAGES[inner], copy) for inner, copy in embedded(language, source, groups)
    ]
    used = components(groups, [spec for part in parts for spec in part.imports])
    return joined([found._replace(references=(*found.references, *used)), *parts])


def _parse(parser: Parser, row: Language, source: bytes) -> Node:
    if not row.mask:
        return parser.parse(source).root_node
    masked = load_function(row.mask)(source)
    root = parser.parse(masked).root_node
    if row.mend and (lost := _lost(root)):
        mended = parser.parse(load_function(row.mend)(masked)).root_node
        return mended if _lost(mended) < lost else root
    return root


def _lost(node: Node) -> int:
    """How many lines lie in errors that may have swallowed definitions: those between definitions, of more than a line."""
    if not node.has_error:
        return 0
    lines = 0
    for child in node.children:
        if child.type == "ERROR":
            lines += child.end_point.row - child.start_point.row
        elif child.type in _BETWEEN and child.has_error:
            lines += _lost(child)
    return lines


class _Reader:
    """Turns the matches of a language's query, grouped by role, into facts."""

    def __init__(
        self, row: Language, source: bytes, groups: dict[str, list[tuple[int, Captures]]]
    ) -> None:
        self.row, self.source = row, source
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
        for _, captures in groups.get("skip", ()):
            start, end = captures["skip"][0].start_byte, captures["skip"][0].end_byte
            self.imported_at.update(word.start() for word in _WORD.finditer(source, start, end))
        self.outline = Outline(row, source, self._definitions(groups))
        outside = (captures["outside"][0] for _, captures in groups.get("outside", ()))
        self.outline.put_outside((node.start_byte, node.end_byte) for node in outside)
        for captures in imports:
            self._take_import(captures)
        for _, captures in groups.get("package", ()):
            name = captures["package"][0]
            self.bindings.append(
                Binding("package", dotted(self.text(name)), "package", -1, name.start_point.row + 1)
            )
        self.branches = Branches(captures["branch"][0] for _, captures in groups.get("branch", ()))
        for role in ("bind", "return", "yield"):
            for _, captures in groups.get(role, ()):
                self._take_binding(captures)
        for _, captures in groups.get("narrow", ()):
            self.bindings += narrowed(captures["narrow"][0], self.text, self.outline.scope_at)
        if row.jsdoc:
            self._take_jsdoc()
        mentions = Mentions(row, source, self.outline, self.imported_at)
        mentions.take_locals(groups.get("local", ()))
        mentions.take_calls(groups.get("call", ()), groups.get("call.whole", ()), self.bindings)
        bodies = (
            (captures["name"][0], captures["body"][0])
            for _, captures in groups.get("def.macro", ())
            if "body" in captures
        )
        mentions.take_macros(
            (name.start_byte, body) for name, body in bodies if body.type == "preproc_arg"
        )
        mentions.take_bases(groups.get("inherit", ()))
        mentions.take_uses(groups.get("use", ()), self.imports)
        self.references = mentions.found

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
                if kind in VARIABLES and name.start_byte in self.imported_at:
                    continue  # `const fs = require("fs")` is an import
                body, owner = captures.get("body", [None])[0], captures.get("owner", [None])[0]
                end = node.end_byte
                if body and body.start_byte >= end:
                    end = (
                        body.end_byte
                    )  # of a function whose head is a macro the body is a node of its own
                made.append(Definition(node.start_byte, end, rank, kind, node, name, body, owner))
        if most := self.row.most_symbols:  # a query's patterns go from the outside in
            made = sorted(made, key=lambda made: (made.rank, made.start))[:most]
        return made

    # -- imports, bindings

    def _take_import(self, captures: Captures) -> None:
        whole = captures["import"][0]
        scope = self.outline.scope_at(whole.start_byte)
        if self.row.import_reader:
            for module, name, alias in load_function(self.row.import_reader)(self.text(whole)):
                self._add_import(Import(module, name, alias, scope, whole.start_point.row + 1))
            return
        source = captures["module"][0] if "module" in captures else _source_around(whole)
        module = self.text(source).strip("\"'`<>") if source else ""
        alias = self.text(captures["alias"][0]) if "alias" in captures else ""
        alias = "exports" if alias == "=" else alias  # TypeScript's `export = f`
        if "import.name" in captures:
            name = self.text(captures["import.name"][0])
        else:
            name = (
                "*"
                if "import.star" in captures
                else "default"
                if "import.default" in captures
                else ""
            )
        if not module and not alias:
            return  # `export { name }` says nothing that the definition does not
        self._add_import(Import(module, name, alias, scope, whole.start_point.row + 1))

    def _add_import(self, found: Import) -> None:
        if (
            len(found.module) <= MAX_WRITTEN
        ):  # a longer one names no file, and would be looked for part by part
            self.imports.append(found)

    def _take_binding(self, captures: Captures) -> None:
        span = (captures.get("bind") or captures.get("return") or captures["yield"])[0]
        if how := next((how for how in _TAKEN if f"bind.{how}" in captures), ""):
            self._take_value(captures, span, how)
            return
        key = next(key for key in _HOW if key in captures)
        value = captures[key][0]
        if value.end_byte - value.start_byte > MAX_WRITTEN:
            return  # no name
        written = type_name(self.text(value)) if key in _TYPES else dotted(self.text(value))
        if key == "bind.element":
            written += ELEMENT
        elif "bind.part" in captures:  # of a type it is that of any of its values
            written = f"{_TYPE_NAME.split(written, 1)[0]}()" if key == "bind.of" else written
            written = f"{written}.{self.text(captures['bind.part'][0])}"
        how, scope = _HOW[key], self.outline.scope_at(span.start_byte)
        for node in captures.get("bind.name", ()):
            name = dotted(self.text(node))
            self.bindings.append(
                Binding(name, written, how, self._outside(scope, node), node.start_point.row + 1)
            )
        for node in captures.get("bind.field", ()):
            name = f"this.{self.text(node)}"
            self.bindings.append(
                Binding(name, written, how, self._outside(scope, node), node.start_point.row + 1)
            )
        within = span.parent.type if span.type == "declaration" and span.parent else ""
        if (
            "return" in captures and within != "compound_statement"
        ):  # there, C++ declares objects: `Lock lock(mutex);`
            self.bindings.append(Binding("return", written, how, scope, span.start_point.row + 1))

    def _take_jsdoc(self) -> None:
        said = read_jsdoc(self.source, self.outline)
        known = {name for i in self.imports for name in (i.alias or i.name,)} | {
            s.name for s in self.outline.symbols
        }
        self.imports += [
            found for found in said.imports if (found.alias or found.name) not in known
        ]
        self.bindings = (
            said.bindings + self.bindings
        )  # what is said outright comes before what is concluded

    def _take_value(self, captures: Captures, span: Node, how: str) -> None:
        """What an expression of any form gives to the names on its other side, or to whom the function gives it."""
        value = captures[f"bind.{how}"][0]
        if value.end_byte - value.start_byte > MAX_WRITTEN:
            return
        scope, line = self.outline.scope_at(span.start_byte), span.start_point.row + 1
        targets = "return" if "return" in captures else "yield" if "yield" in captures else ""
        if "bind.name" in captures:
            node = captures["bind.name"][0]
            targets, scope, line = (
                self.text(node),
                self._outside(scope, node),
                node.start_point.row + 1,
            )
        until = self.branches.until(span.start_byte)
        for name, written in bound(targets, self.text(value), how):
            made = written.endswith("()")
            called = written.removesuffix("()") if made else written
            self.bindings.append(
                Binding(name, called, "call" if made else "alias", scope, line, until)
            )

    def _outside(self, scope: int, name: Node) -> int:
        """A variable is bound where it stands, not within itself."""
        symbols = self.outline.symbols
        if scope < 0:
            return scope
        own = name.start_byte in self.outline.named_at and symbols[scope].name == self.text(name)
        if own or symbols[scope].kind in VARIABLES:
            return symbols[scope].parent
        return scope


def _source_around(specifier: Node) -> Node | None:
    """The module of the statement that lists an import: `{ a }` in `import { a } from "m"`."""
    node: Node | None = specifier
    for _ in range(4):
        node = node.parent if node else None
        if node and (source := node.child_by_field_name("source")):
            return source
    return None


extract_facts = extract
"""The package's name for it: there `extract` is this module."""
