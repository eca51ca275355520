"""The matches of a language's query, grouped by role. `languages.grammars` lists the roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..languages import Grammar

if TYPE_CHECKING:
    from tree_sitter import Node, Query

    Captures = dict[str, list[Node]]
    RoleMatches = list[tuple[int, Captures]]
    """(number of the pattern, its captures) of each match, in the order of the text."""
    Matches = dict[str, RoleMatches]
    """Role → its matches; each role of the language's query is a key."""


def find_matches(grammar: Grammar, query: Query, root: Node) -> Matches:
    """Return the matches of `query`, which has the patterns of `grammar.query`, below `root`."""
    from tree_sitter import QueryCursor

    matches: Matches = {role: [] for role in grammar.roles}
    append = [matches[role].append for role in grammar.roles]
    for match in QueryCursor(query).matches(root):
        append[match[0]](match)
    return matches


def captures_of(matches: Matches, role: str) -> Iterator[Captures]:
    """Yield the captures of each match of a role."""
    return (captures for _, captures in matches.get(role, ()))


def node_text(source: bytes, node: Node) -> str:
    """Return the text of a node."""
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def line_of(node: Node) -> int:
    """Return the first line of a node, 1-based."""
    return node.start_point.row + 1
