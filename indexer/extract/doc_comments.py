"""The documentation of a definition: comments and attributes above it, or its docstring."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..languages import Language
from .names import comment_text, string_text

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DOC = 600  # characters kept with the symbol; the chunk holds the whole
FEW_SIBLINGS = 16  # above a definition, for which the tree is asked one by one
_STRING_STARTS = tuple(bytes([start]) for start in b"\"'rRuUbBfF")


class DocReader:
    """Reads documentation in one file."""

    def __init__(self, row: Language, source: bytes) -> None:
        self._row, self._source = row, source

    def read_above(self, definition: Node) -> tuple[Node, str]:
        """Return the first attribute above a definition, or itself, and the comments there."""
        first, below, comments = definition, definition.start_point.row, list[str]()
        for node in self._nodes_above(definition):
            if node.end_point.row + 1 < below:
                break
            if node.type in self._row.attributes and self._belongs(node):
                first = node
                comments.extend(self._attribute_doc(node))
            elif node.type not in self._row.comments:
                break
            elif self._opens_line(node):  # otherwise it describes the code before it
                comments.append(comment_text(self._beginning_of(node)))
            below = node.start_point.row
        return first, "\n".join(reversed(comments)).strip()

    def read_docstring(self, body: Node) -> str:
        """Return the text of the string that a body starts with, or ""."""
        if not self._source.startswith(_STRING_STARTS, body.start_byte):
            return ""
        first = body.named_child(0)
        string = first.named_child(0) if first and first.type == "expression_statement" else None
        if string is None or string.type != "string":
            return ""
        return string_text(self._beginning_of(string))

    def _nodes_above(self, node: Node) -> Iterator[Node]:
        """Yield the siblings before a node, nearest first; none if the line above is blank.

        Asking the tree for a sibling takes time by the number of nodes before that one, so a long
        run of them is read at once.
        """
        sibling = self._sibling_above(node)
        for _ in range(FEW_SIBLINGS):
            if sibling is None:
                return
            yield sibling
            sibling = sibling.prev_sibling
        if sibling is not None and sibling.parent is not None:
            siblings = sibling.parent.children
            at = bisect_left(siblings, sibling.start_byte, key=lambda each: each.start_byte)
            yield from reversed(siblings[: at + 1])

    def _sibling_above(self, node: Node) -> Node | None:
        """Return the sibling before a node unless the line above is blank: the tree is slow."""
        line = self._source.rfind(b"\n", 0, node.start_byte)
        above = self._source.rfind(b"\n", 0, max(line, 0))
        if line < 0 or line == above + 1 or self._source[above + 1 : line].isspace():
            return None
        return node.prev_sibling

    def _belongs(self, attribute: Node) -> bool:
        marks = self._row.attribute_marks
        return not marks or self._source.startswith(marks, attribute.start_byte)

    def _attribute_doc(self, attribute: Node) -> Iterator[str]:
        """Yield the documentation in an attribute: Elixir's `@doc`."""
        if self._row.attribute_marks and self._source.startswith(b"@doc", attribute.start_byte):
            yield string_text(self._beginning_of(attribute).removeprefix("@doc").strip())

    def _opens_line(self, node: Node) -> bool:
        start = node.start_byte
        return not self._source[self._source.rfind(b"\n", 0, start) + 1 : start].strip()

    def _beginning_of(self, node: Node) -> str:
        start = node.start_byte
        end = min(node.end_byte, start + 4 * MAX_DOC)
        return self._source[start:end].decode("utf-8", "replace")
