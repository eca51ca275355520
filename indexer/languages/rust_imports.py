"""Rust's imports: a tree of paths in one declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(r"(?:r#)?\w+|[{},*;]")


def read_imports(declaration: str) -> Iterator[tuple[str, str, str]]:
    """What a `use`, `mod x;` or `extern crate` brings in, each as (module, name, alias).

    `use a::{self, b::C as D, e::*}` → (a, "", ""), (a::b, C, D), (a::e, *, ""); `mod x;` → (self::x, "", "").
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
        yield from _tree(rest[1:] if rest[0] == "crate" and tokens[keyword] == "extern" else rest)


def _tree(tokens: list[str]) -> Iterator[tuple[str, str, str]]:
    path: list[str] = []
    shared = [0]  # how many steps of the path are common to the list that is open
    alias, aliased = "", False
    for token in (*tokens, ";"):
        if token == "{":
            shared.append(len(path))
        elif token in ("}", ",", ";"):
            if len(path) > shared[-1]:
                yield _import(path, alias)
            alias, aliased = "", False
            if token == "}" and len(shared) > 1:
                del path[shared.pop() :]
            del path[shared[-1] :]
        elif token == "as":
            aliased = True
        elif aliased:
            alias = token
        else:
            path.append(token)


def _import(path: list[str], alias: str) -> tuple[str, str, str]:
    steps = path[:-1] if len(path) > 1 and path[-1] == "self" else path
    if len(steps) == 1:
        return steps[0], "", alias
    return "::".join(steps[:-1]), steps[-1], alias
