"""One text, looked at by itself: what it defines, and whether it parses. For edits that are not in any index yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..languages.registry import LANGUAGES, grammar, language_of
from ..records import Symbol
from .extractor import extract_symbols

if TYPE_CHECKING:
    from tree_sitter import Node


def definitions(path: str, text: str) -> tuple[Symbol, ...]:
    """The symbols that the text of the file `path` defines, by line."""
    source = text.encode("utf-8", "replace")
    return extract_symbols(path, source, language_of(path, source))


def syntax_errors(path: str, text: str) -> list[int]:
    """The lines, from 1, at which what the parser does not understand begins; none for a language without a grammar."""
    source = text.encode("utf-8", "surrogatepass")
    language = language_of(path, source)
    row = LANGUAGES.get(language)
    if row is None or not row.grammar:
        return []
    root = grammar(language).parser.parse(source).root_node
    return sorted({node.start_point.row + 1 for node in _outermost_errors(root)})


def _outermost_errors(root: Node) -> list[Node]:
    found, left = [], [root] if root.has_error else []
    while left:
        node = left.pop()
        if node.is_error or node.is_missing:
            found.append(node)
        else:
            left.extend(child for child in node.children if child.has_error or child.is_missing)
    return found
