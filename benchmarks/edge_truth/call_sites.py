"""Definitions and call sites of one file, to be joined with a compiler's answers by `truth`.

Python is read by its own parser, so that nothing depends on our grammar's queries. ECMAScript is
read by its grammar, with the names of our extraction.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from indexer import CALLABLES, Symbol, base_name, extract_facts, grammar

if TYPE_CHECKING:
    from tree_sitter import Node

MODULE = "<module>"
_NAMED = re.compile(r"\s*(?:async\s+)?(?:def|class)\s+([^\W\d]\w*)")

Place = tuple[int, int]
"""A 1-based line and the column of a name's first byte in UTF-8, 0-based."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function, class or other definition."""

    qualname: str
    kind: str


@dataclass(slots=True)
class Sites:
    """The definitions and calls of one file, by the place of the name."""

    definitions: dict[Place, Definition] = field(default_factory=dict)
    how: dict[Place, str] = field(
        default_factory=dict
    )  # call | decorator | inherit | import; else a name is just read
    owners: list[tuple[Place, Place, str]] = field(
        default_factory=list
    )  # of functions: first place, last, qualname
    heads: list[tuple[Place, Place, str]] = field(
        default_factory=list
    )  # the same with annotations and defaults

    def owner(self, place: Place, with_head: bool = False) -> str:
        """Return the innermost function around a place, or `<module>`."""
        around = [
            (start, name)
            for start, end, name in (self.heads or self.owners if with_head else self.owners)
            if start <= place <= end
        ]
        return max(around)[1] if around else MODULE


def python_sites(source: str) -> Sites:
    """Return the definitions and calls of a Python file. Raise SyntaxError if it cannot be
    parsed."""
    sites = Sites()
    _PythonReader(source, sites).body(ast.parse(source), "")
    return sites


class _PythonReader:
    def __init__(self, source: str, sites: Sites) -> None:
        self.lines, self.sites = source.split("\n"), sites

    def body(self, node: ast.AST, around: str) -> None:
        for child in ast.iter_child_nodes(node):
            inner = around
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = self._define(child, around)
            elif isinstance(child, ast.Call):
                self._site(child.func, "call")
            elif isinstance(child, ast.Import | ast.ImportFrom):
                places = ((alias.lineno, alias.col_offset) for alias in child.names)
                self.sites.how.update(dict.fromkeys(places, "import"))
            self.body(child, inner)

    def _define(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, around: str
    ) -> str:
        qualname = f"{around}.{node.name}" if around else node.name
        line = self.lines[node.lineno - 1].encode()[node.col_offset :].decode("utf-8", "replace")
        if match := _NAMED.match(line):
            place = (node.lineno, node.col_offset + len(line[: match.start(1)].encode()))
            self.sites.definitions[place] = Definition(qualname, type(node).__name__)
        for decorator in node.decorator_list:
            self._site(decorator, "decorator")
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                self._site(base, "inherit")
        else:  # defaults and annotations, before the body, belong to the code around
            first = min(
                [node.body[0], *getattr(node.body[0], "decorator_list", ())], key=lambda n: n.lineno
            )
            end = (node.end_lineno or node.lineno, node.end_col_offset or 0)
            self.sites.owners.append(((first.lineno, first.col_offset), end, qualname))
            self.sites.heads.append(((node.lineno, node.col_offset), end, qualname))
        return qualname

    def _site(self, callee: ast.expr, how: str) -> None:
        if isinstance(callee, ast.Name):
            self.sites.how[callee.lineno, callee.col_offset] = how
        elif isinstance(callee, ast.Attribute):
            end = (callee.end_col_offset or 0) - len(callee.attr.encode())
            self.sites.how[callee.end_lineno or callee.lineno, end] = how
        elif isinstance(callee, ast.Subscript) and how == "inherit":
            self._site(callee.value, how)


# -- ECMAScript

_SITES = {
    "call_expression": ("function", "call"),
    "new_expression": ("constructor", "call"),
    "jsx_opening_element": ("name", "call"),
    "jsx_self_closing_element": ("name", "call"),
}
_BASES = frozenset({"class_heritage", "extends_clause", "implements_clause", "extends_type_clause"})
_NAMES = frozenset({
    "identifier", "property_identifier", "private_property_identifier", "type_identifier", "super",
    "shorthand_property_identifier",
})  # fmt: skip


def ecmascript_sites(path: str, source: bytes, language: str) -> Sites:
    """Return the definitions and calls of a JavaScript or TypeScript file. JSX components count as
    calls, as they do in the index."""
    sites = Sites()
    tree = grammar(language).parser.parse(source)
    by_name: dict[str, list[Symbol]] = {}
    for symbol in extract_facts(path, source, language).symbols:
        by_name.setdefault(symbol.name, []).append(symbol)
        if symbol.kind in CALLABLES:
            end = (symbol.end_line, 1 << 30)
            sites.owners.append(((symbol.start_line, 0), end, base_name(symbol.qualname)))
    for node in _walk(tree.root_node):
        if node.type in _NAMES:
            _define(sites, node, by_name)
        else:
            _add_sites(sites, node)
    return sites


def _add_sites(sites: Sites, node: Node) -> None:
    if node.type in _SITES:
        key, how = _SITES[node.type]
        _ecmascript_site(sites, node.child_by_field_name(key), how)
    elif node.type == "decorator":
        _ecmascript_site(sites, node.named_child(0), "decorator")
    elif node.type in _BASES:
        for base in node.named_children:
            _ecmascript_site(sites, base, "inherit")
    elif node.type in ("import_specifier", "import_clause"):
        sites.how.update((_place(name), "import") for name in node.named_children)
    elif node.type == "export_statement" and node.child_by_field_name("source"):  # a re-export
        for name in _walk(node):
            sites.how.setdefault(_place(name), "import")


def _walk(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(node.children)


def _place(node: Node) -> Place:
    return node.start_point.row + 1, node.start_point.column


def _define(sites: Sites, node: Node, by_name: dict[str, list[Symbol]]) -> None:
    """Add the symbols possibly defined by a name. The truth is looked up only at the compiler's own
    definitions, so extra places do no harm."""
    name = (node.text or b"").decode("utf-8", "replace")
    line = node.start_point.row + 1
    around = [s for s in by_name.get(name, ()) if s.start_line <= line <= s.end_line]
    if around:
        innermost = max(around, key=lambda s: (s.start_line, -s.end_line))
        sites.definitions[_place(node)] = Definition(base_name(innermost.qualname), innermost.kind)


def _ecmascript_site(sites: Sites, callee: Node | None, how: str) -> None:
    while callee is not None and callee.type not in _NAMES:
        field_name = (
            "property" if callee.type in ("member_expression", "nested_identifier") else "function"
        )
        inner = callee.child_by_field_name(field_name) or callee.child_by_field_name("name")
        if inner is None and callee.type in (
            "generic_type",
            "non_null_expression",
            "parenthesized_expression",
        ):
            inner = callee.named_child(0)
        if callee.type == "call_expression" and how != "decorator":
            return  # `f()()` calls a value
        callee = inner
    if callee is not None:
        sites.how[_place(callee)] = how
