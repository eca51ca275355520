"""Symbols and syntax errors of one text, for edits that are not indexed yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..languages import LANGUAGES, grammar, language_of
from ..records import Symbol
from .extractor import extract_symbols

if TYPE_CHECKING:
    from tree_sitter import Node


def parse_definitions(path: str, text: str) -> tuple[Symbol, ...]:
    """Return the symbols that the text of the file `path` defines, by line."""
    source = text.encode("utf-8", "replace")
    return extract_symbols(path, source, language_of(path, source))


def syntax_errors(path: str, text: str) -> list[int]:
    """Return the first lines of syntax errors, 1-based; none for a language without a grammar."""
    source = text.encode("utf-8", "surrogatepass")
    language = language_of(path, source)
    row = LANGUAGES.get(language)
    if row is None or not row.grammar:
        return []
    root = grammar(language).parser.parse(source).root_node
    return sorted({node.start_point.row + 1 for node in _outermost_errors(root)})


def _outermost_errors(root: Node) -> list[Node]:
    errors, stack = [], [root] if root.has_error else []
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            errors.append(node)
        else:
            stack.extend(child for child in node.children if child.has_error or child.is_missing)
    return errors
