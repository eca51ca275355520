"""Grammars and queries of the languages, compiled once per process.

A query file is a list of patterns. The captures of a pattern decide its role:

- `@def.KIND` with `@name`: a definition of that kind. Optional are `@body` (where the signature
  ends; by default the field `body`) and `@owner` (the type of a method, if the text does not nest
  them). `@def.prototype` announces a function of another place and never takes the name of its
  definition.
- `@scope` with `@name`: a region that qualifies the names in it and is no symbol (Rust's `impl`).
- `@import` with `@module`, and optionally `@import.name` (or `@import.star`, `@import.default`)
  and `@alias`.
- `@bind` with `@bind.name` (or `@bind.field`, an attribute of an object whose methods write it
  without `this`) and one of
  - `@bind.type`: an annotation;
  - `@bind.call`: the callee that made the value;
  - `@bind.alias`: another name for the value;
  - `@bind.element`: a value of which this is an element;
  - `@bind.whole` or `@bind.of` with `@bind.part`: a value, or a type, and the attribute of it;
  - `@bind.alternative`: another name for a type (`Headers = dict[str, Header]`);
  - `@bind.value`, `@bind.each` (the iterable of a loop) or `@bind.enter` (the context of a `with`):
    an expression of any form. `@bind.name` may then be a pattern that takes a value apart; see
    `extract.assignments`.
- `@return` with `@bind.type`: the annotated result of the function that the capture spans; with
  `@bind.call` or `@bind.alias`, the result in its last line; with `@bind.value`, the result of the
  function around. `@yield` with `@bind.value`: an element of that result.
- `@package`: the name of the package or namespace of the whole file.
- `@call`: the callee as written, receiver included.
- `@call.whole`: a call; the text before its arguments is the callee.
- `@use`: a name that is read. `@inherit`: a base of the definition around it.
- `@local`: a name that a function binds for itself.
- `@outside`: a part of a definition that runs in the scope around it, such as the default of a
  parameter.
- `@branch`: a block that does not always run; its bindings do not replace earlier ones after it.
- `@narrow`: a call that tests a value's type; see `extract.control_flow`.
- `@skip`: a region without references: type announcements, documentation.

Captures that begin with `_` serve predicates only. Of two patterns that define the same name, the
one that spans more counts, then the first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module, resources
from typing import TYPE_CHECKING, Any

from .registry import LANGUAGES, Language

if TYPE_CHECKING:
    import tree_sitter

SYMBOL_ROLES = frozenset({"scope", "import", "skip"})
"""Roles that decide, beside definitions, which symbols a file has."""

_CAPTURE = re.compile(r"@(\w[\w.]*)")
_GROUPS = frozenset({"scope", "import", "bind", "return", "yield"})


@dataclass(frozen=True, slots=True)
class Grammar:
    """A language's compiled parser and query."""

    parser: tree_sitter.Parser
    query: tree_sitter.Query
    roles: tuple[str, ...]
    """Role of each pattern: `def.KIND`, `scope`, `import`, `bind`, `return`, `yield`, or the name
    of its only capture."""


@cache
def grammar(name: str) -> Grammar:
    """Return the grammar of the language `name` with its compiled query."""
    import tree_sitter

    language, text = _language(LANGUAGES[name]), _query_text(LANGUAGES[name])
    query = tree_sitter.Query(language, text)
    source = text.encode()
    spans = (
        (query.start_byte_for_pattern(i), query.end_byte_for_pattern(i))
        for i in range(query.pattern_count)
    )
    roles = tuple(_role(source[start:end].decode()) for start, end in spans)
    return Grammar(tree_sitter.Parser(language), query, roles)


@cache
def symbols_query(name: str) -> tree_sitter.Query:
    """Return the query of the language `name` with only the patterns that decide symbols enabled.

    Patterns keep their numbers.
    """
    import tree_sitter

    query = tree_sitter.Query(_language(LANGUAGES[name]), _query_text(LANGUAGES[name]))
    for number, role in enumerate(grammar(name).roles):
        if not role.startswith("def.") and role not in SYMBOL_ROLES:
            query.disable_pattern(number)
    return query


@cache
def load_function(name: str) -> Callable[..., Any]:
    """Return the function of this room that a row names as `.module:function`."""
    module, attribute = name.split(":")
    function: Callable[..., Any] = getattr(import_module(module, __package__), attribute)
    return function


def _language(row: Language) -> tree_sitter.Language:
    import tree_sitter

    module, function = row.grammar.split(":")
    return tree_sitter.Language(getattr(import_module(module), function)())


def _query_text(row: Language) -> str:
    folder = resources.files(__package__).joinpath("queries")
    return "".join(
        folder.joinpath(f"{stem}.scm").read_text("utf-8") for stem in row.queries or (row.name,)
    )


def _role(pattern: str) -> str:
    names: list[str] = [name for name in _CAPTURE.findall(pattern) if not name.startswith("_")]
    groups = [name for name in names if name.startswith("def.") or name in _GROUPS]
    return (groups or names)[0]
