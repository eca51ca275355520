"""Where a Python file's conditions hold: in which branch a binding stands, and for which lines `isinstance` says a type."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..records import Binding

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_AROUND = 12  # nodes from a test out to the statement whose condition it is part of; only programs write more
_CHAIN = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_LEAVES = frozenset(
    {"return_statement", "raise_statement", "continue_statement", "break_statement"}
)

Lines = tuple[int, int]
"""First and last line, both 1-based and inclusive."""


class Branches:
    """The branches that do not always run: of `else`, `elif` and `except`."""

    def __init__(self, blocks: Iterable[Node]) -> None:
        self._starts, self._untils = [-1], [0]
        around: list[tuple[int, int]] = []
        for block in sorted(blocks, key=lambda block: block.start_byte):
            self._close(around, block.start_byte)
            around.append((block.end_byte, block.end_point.row + 1))
            self._cut(block.start_byte, around[-1][1])
        self._close(around, 1 << 62)

    def until(self, byte: int) -> int:
        """The last line, 1-based, of the innermost branch around a byte; 0 where there is none."""
        return self._untils[bisect_right(self._starts, byte) - 1]

    def _close(self, around: list[tuple[int, int]], at: int) -> None:
        while around and around[-1][0] <= at:
            end, _ = around.pop()
            self._cut(end, around[-1][1] if around else 0)

    def _cut(self, at: int, until: int) -> None:
        self._starts.append(at)
        self._untils.append(until)


def narrowed(
    test: Node, text: Callable[[Node], str], scope_at: Callable[[int], int]
) -> list[Binding]:
    """What a call of `isinstance` says of its first argument, for each run of lines for which it holds."""
    arguments = test.child_by_field_name("arguments")
    parts = arguments.named_children if arguments else []
    if len(parts) != 2:
        return []
    name, kinds = text(parts[0]), _kinds(parts[1], text)
    if not kinds or not _CHAIN.fullmatch(name):
        return []
    scope = scope_at(test.start_byte)
    return [
        Binding(name, " | ".join(kinds), "within", scope, first, last)
        for first, last in _holds(test)
    ]


def _kinds(node: Node, text: Callable[[Node], str]) -> list[str]:
    """The types that the second argument names; none where one of them is no name."""
    names = [text(part) for part in (node.named_children if node.type == "tuple" else [node])]
    return names if all(_CHAIN.fullmatch(name) for name in names) else []


def _holds(test: Node) -> list[Lines]:
    """The lines for which a condition is known to hold, by what is around it."""
    found, node, holds = list[Lines](), test, True
    for _ in range(MAX_AROUND):
        around = node.parent
        if around is None:
            break
        match around.type:
            case "parenthesized_expression":
                pass
            case "not_operator":
                holds = not holds
            case "boolean_operator":
                operator = around.child_by_field_name("operator")
                if operator is None or operator.type != ("and" if holds else "or"):
                    return found
                found.append(_lines(test, around))
            case _:
                return found + _settled(around, node, test, holds)
        node = around
    return found


def _settled(around: Node, node: Node, test: Node, holds: bool) -> list[Lines]:
    """The lines for which a whole condition `node` decides: of a branch, or of what follows where the branch leaves."""
    body = around.child_by_field_name("body" if around.type == "while_statement" else "consequence")
    block = around.parent
    if around.type == "assert_statement" and holds and block is not None:
        return [_lines(around, block)]
    if around.type == "if_clause" and holds and block is not None:
        return [_lines(block, block)]
    if around.type not in ("if_statement", "elif_clause", "while_statement") or body is None:
        return []
    if around.child_by_field_name("condition") != node:
        return []
    if holds:
        return [_lines(test, body)]
    last = body.named_children[-1] if body.named_children else body
    others = around.child_by_field_name("alternative")
    if (
        around.type != "if_statement"
        or others is not None
        or last.type not in _LEAVES
        or block is None
    ):
        return []
    return [(around.end_point.row + 2, block.end_point.row + 1)]


def _lines(first: Node, last: Node) -> Lines:
    return first.start_point.row + 1, last.end_point.row + 1
