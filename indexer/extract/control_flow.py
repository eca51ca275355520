"""Python's control flow: conditional blocks, and the lines in which `isinstance` holds."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..records import Binding

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_OUTER_NODES = 12
"""Nodes from a test to the statement with the whole condition; only generated code has more."""
_CHAIN = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_LEAVES = frozenset(
    {"return_statement", "raise_statement", "continue_statement", "break_statement"}
)

Lines = tuple[int, int]
"""First and last line, both 1-based and inclusive."""


class ConditionalBlocks:
    """Conditional blocks: of `else`, `elif` and `except`."""

    def __init__(self, blocks: Iterable[Node]) -> None:
        self._starts, self._last_lines = [-1], [0]
        open_blocks: list[tuple[int, int]] = []
        for block in sorted(blocks, key=lambda block: block.start_byte):
            self._close(open_blocks, block.start_byte)
            open_blocks.append((block.end_byte, block.end_point.row + 1))
            self._cut(block.start_byte, open_blocks[-1][1])
        self._close(open_blocks, 1 << 62)

    def last_line(self, byte: int) -> int:
        """Return the last line, 1-based, of the innermost block around a byte; 0 if none."""
        return self._last_lines[bisect_right(self._starts, byte) - 1]

    def _close(self, open_blocks: list[tuple[int, int]], at: int) -> None:
        while open_blocks and open_blocks[-1][0] <= at:
            end, _ = open_blocks.pop()
            self._cut(end, open_blocks[-1][1] if open_blocks else 0)

    def _cut(self, at: int, last_line: int) -> None:
        self._starts.append(at)
        self._last_lines.append(last_line)


def narrowed_types(
    test: Node, text: Callable[[Node], str], scope_at: Callable[[int], int]
) -> list[Binding]:
    """Return the type in a call of `isinstance`, for each run of lines in which it holds."""
    arguments = test.child_by_field_name("arguments")
    parts = arguments.named_children if arguments else []
    if len(parts) != 2:
        return []
    name, types = text(parts[0]), _type_names(parts[1], text)
    if not types or not _CHAIN.fullmatch(name):
        return []
    scope = scope_at(test.start_byte)
    return [
        Binding(name, " | ".join(types), "within", scope, first, last)
        for first, last in _lines_held(test)
    ]


def _type_names(node: Node, text: Callable[[Node], str]) -> list[str]:
    """Return the types in the second argument; none if one of them is not a name."""
    names = [text(part) for part in (node.named_children if node.type == "tuple" else [node])]
    return names if all(_CHAIN.fullmatch(name) for name in names) else []


def _lines_held(test: Node) -> list[Lines]:
    """Return the runs of lines in which a condition is known to hold."""
    runs, node, holds = list[Lines](), test, True
    for _ in range(MAX_OUTER_NODES):
        outer = node.parent
        if outer is None:
            break
        if outer.type == "not_operator":
            holds = not holds
        elif outer.type == "boolean_operator":
            operator = outer.child_by_field_name("operator")
            if operator is None or operator.type != ("and" if holds else "or"):
                return runs
            runs.append(_lines(test, outer))
        elif outer.type != "parenthesized_expression":
            return runs + _lines_decided(outer, node, test, holds)
        node = outer
    return runs


def _lines_decided(outer: Node, node: Node, test: Node, holds: bool) -> list[Lines]:
    """Return the lines of a branch with the condition `node`, or after one that leaves."""
    block = outer.parent
    if outer.type == "assert_statement" and holds and block is not None:
        return [_lines(outer, block)]
    if outer.type == "if_clause" and holds and block is not None:
        return [_lines(block, block)]
    body = outer.child_by_field_name("body" if outer.type == "while_statement" else "consequence")
    if outer.type not in ("if_statement", "elif_clause", "while_statement") or body is None:
        return []
    if outer.child_by_field_name("condition") != node:
        return []
    if holds:
        return [_lines(test, body)]
    if outer.type == "if_statement" and block is not None and _always_leaves(outer, body):
        return [(outer.end_point.row + 2, block.end_point.row + 1)]
    return []


def _always_leaves(statement: Node, body: Node) -> bool:
    """Return True if an `if` has no alternative and its body leaves the block around it."""
    last = body.named_children[-1] if body.named_children else body
    return statement.child_by_field_name("alternative") is None and last.type in _LEAVES


def _lines(first: Node, last: Node) -> Lines:
    return first.start_point.row + 1, last.end_point.row + 1
