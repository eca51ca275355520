"""One file → its facts. Pure: the same bytes give the same facts, in any repository."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..languages import (
    LANGUAGES,
    TEXT,
    Language,
    grammar,
    load_function,
    symbols_query,
    syntax_blocks,
)
from ..records import FileFacts, Import, Symbol
from .bindings import read_bindings
from .chunker import MAX_LINES, chunk_lines
from .definitions import SymbolTable, find_definitions
from .embedded import LanguageFacts, embedded_sources, merge_facts, used_components
from .imports import find_import_starts, read_imports
from .jsdoc import read_jsdoc
from .line_symbols import line_symbols
from .matches import captures_of, find_matches
from .project_settings import read_settings
from .references import read_references

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query

    from .matches import Matches

EXTRACTOR = 16
"""Version of the facts that extraction yields; facts of another version are not reused."""

_AROUND_DEFINITIONS = frozenset(
    {
        "preproc_ifdef",
        "preproc_if",
        "preproc_else",
        "preproc_elif",
        "namespace_definition",
        "declaration_list",
        "linkage_specification",
        "class_specifier",
        "field_declaration_list",
        "template_declaration",
    }
)
"""Nodes of C and C++ whose children are definitions."""


def extract_facts(path: str, source: bytes, language: str) -> FileFacts:
    """Return the facts of the file `path` with the content `source`.

    `language` comes from `language_of`. Invalid UTF-8 becomes U+FFFD in names and text; a syntax
    error costs the facts in its own text and no more.
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
        symbols, blocks = _without_grammar(language, row, source, lines)
        chunks = tuple(chunk_lines(path, lines, symbols, blocks))
        return FileFacts(path, language, len(lines), symbols, bindings=settings, chunks=chunks)
    facts = _read_language(row, source)
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
    """Return the symbols of `extract_facts`, for languages with a query at a third of its cost."""
    row = LANGUAGES.get(language)
    if row is None or row.line_reader or row.embeds or 0 < row.largest < len(source):
        return extract_facts(path, source, language).symbols
    text = source.decode("utf-8", "replace")
    source = text.encode() if "\ufffd" in text else source
    return _read_language(row, source, symbols_query(language)).symbols


def _without_grammar(
    language: str, row: Language | None, source: bytes, lines: list[str]
) -> tuple[tuple[Symbol, ...], list[tuple[int, int]]]:
    """Return the symbols that a line reader finds, or the blocks that the language pack finds."""
    if row is None:
        return (), syntax_blocks(language, source, MAX_LINES) if language != TEXT else []
    return line_symbols(load_function(row.line_reader), lines) if row.line_reader else (), []


def _read_language(row: Language, source: bytes, query: Query | None = None) -> LanguageFacts:
    """Return the facts of a source in one language, and of the code embedded in it."""
    compiled = grammar(row.name)
    root = _parse(compiled.parser, row, source)
    matches = find_matches(compiled, query or compiled.query, root)
    facts = _read_matches(row, source, matches, root.has_error)
    if not row.embeds:
        return facts
    parts = [
        _read_language(LANGUAGES[inner], masked)
        for inner, masked in embedded_sources(row.name, source, matches)
    ]
    components = used_components(matches, [spec for part in parts for spec in part.imports])
    return merge_facts([facts._replace(references=(*facts.references, *components)), *parts])


def _read_matches(row: Language, source: bytes, matches: Matches, has_error: bool) -> LanguageFacts:
    """Return the facts in the matches of a language's query.

    The order matters: definitions skip the names of imports, scopes come from definitions, and
    references skip names that imports and bindings explain.
    """
    import_starts = find_import_starts(row, source, matches)
    table = SymbolTable(row, source, find_definitions(row, matches, import_starts))
    outside = (captures["outside"][0] for captures in captures_of(matches, "outside"))
    table.move_outside((node.start_byte, node.end_byte) for node in outside)
    imports = read_imports(row, source, matches, table)
    bindings = read_bindings(source, matches, table)
    if row.jsdoc:
        documented = read_jsdoc(source, table)
        imports += _unknown(documented.imports, imports, table.symbols)
        bindings = documented.bindings + bindings  # declared types come before inferred ones
    references = read_references(row, source, matches, table, import_starts, imports, bindings)
    return LanguageFacts(
        tuple(table.symbols), tuple(references), tuple(imports), tuple(bindings), has_error
    )


def _unknown(
    documented: Iterable[Import], imports: Iterable[Import], symbols: Iterable[Symbol]
) -> list[Import]:
    """Return the documented imports whose names the file neither imports nor defines."""
    known = {spec.alias or spec.name for spec in imports} | {symbol.name for symbol in symbols}
    return [spec for spec in documented if (spec.alias or spec.name) not in known]


def _parse(parser: Parser, row: Language, source: bytes) -> Node:
    """Return the syntax tree of a source, mended if the grammar lost whole definitions."""
    if not row.mask:
        return parser.parse(source).root_node
    masked = load_function(row.mask)(source)
    root = parser.parse(masked).root_node
    if row.mend and (lost := _lost_lines(root)):
        mended = parser.parse(load_function(row.mend)(masked)).root_node
        return mended if _lost_lines(mended) < lost else root
    return root


def _lost_lines(root: Node) -> int:
    """Return the lines of errors between definitions: such an error may contain definitions.

    An error within one line counts as none.
    """
    return sum(node.end_point.row - node.start_point.row for node in _errors_between(root))


def _errors_between(node: Node) -> Iterator[Node]:
    for child in node.children if node.has_error else ():
        if child.type == "ERROR":
            yield child
        elif child.type in _AROUND_DEFINITIONS and child.has_error:
            yield from _errors_between(child)
