"""Rust's imports: a tree of paths in one declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(r"(?:r#)?\w+|[{},*;]")


def read_imports(declaration: str) -> Iterator[tuple[str, str, str]]:
    """Yield (module, name, alias) of each name in a `use`, `mod x;` or `extern crate`.

    `use a::{self, b::C as D, e::*}` → (a, "", ""), (a::b, C, D), (a::e, *, "");
    `mod x;` → (self::x, "", "").
    """
    tokens = [token.removeprefix("r#") for token in _TOKEN.findall(_COMMENT.sub("", declaration))]
    keyword = next(
        (at for at, token in enumerate(tokens) if token in ("use", "mod", "extern")), len(tokens)
    )
    rest = tokens[keyword + 1 :]
    if not rest:
        return
    if tokens[keyword] == "mod":
        yield f"self::{rest[0]}", "", ""
    else:
        is_extern = rest[0] == "crate" and tokens[keyword] == "extern"
        yield from _read_tree(rest[1:] if is_extern else rest)


def _read_tree(tokens: list[str]) -> Iterator[tuple[str, str, str]]:
    path: list[str] = []
    prefix_lengths = [0]  # steps of the path that belong to each open list
    alias, is_alias = "", False
    for token in (*tokens, ";"):
        if token == "{":
            prefix_lengths.append(len(path))
        elif token in ("}", ",", ";"):
            if len(path) > prefix_lengths[-1]:
                yield _imported(path, alias)
            alias, is_alias = "", False
            if token == "}" and len(prefix_lengths) > 1:
                del path[prefix_lengths.pop() :]
            del path[prefix_lengths[-1] :]
        elif token == "as":
            is_alias = True
        elif is_alias:
            alias = token
        else:
            path.append(token)


def _imported(path: list[str], alias: str) -> tuple[str, str, str]:
    steps = path[:-1] if len(path) > 1 and path[-1] == "self" else path
    if len(steps) == 1:
        return steps[0], "", alias
    return "::".join(steps[:-1]), steps[-1], alias
