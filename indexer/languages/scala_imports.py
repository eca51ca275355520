"""Scala's imports: `import a.b.{c, d => e, _}, f.g` is four names of three modules."""

from __future__ import annotations

import re
from collections.abc import Iterator

_KEYWORD = re.compile(r"\s*(?:import|export)\b")
_RENAMED = re.compile(r"\s*(?:=>|\bas\b)\s*")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_STARS = frozenset({"_", "*", "given"})
MAX_SELECTORS = 10_000  # of one statement; only generated code has more


def read_imports(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (module, name, alias) of each name that an `import` or `export` brings in."""
    rest = _KEYWORD.sub("", _COMMENT.sub("", text), count=1)
    for clause in _split_commas(rest)[:MAX_SELECTORS]:
        prefix, brace, selectors = clause.partition("{")
        prefix = "".join(prefix.split())
        if not brace:
            yield from _single(prefix)
            continue
        for selector in selectors.rpartition("}")[0].split(","):
            yield from _selected(prefix.rstrip("."), selector.strip())


def _selected(module: str, selector: str) -> Iterator[tuple[str, str, str]]:
    name, alias = (*_RENAMED.split(selector, maxsplit=1), "")[:2]
    if alias == "_" or not name:
        return  # hidden
    if name in _STARS:
        yield module, "*", ""
    else:
        yield module, name, alias if alias != name else ""


def _single(path: str) -> Iterator[tuple[str, str, str]]:
    module, _, name = path.rpartition(".")
    if name in _STARS:
        yield module, "*", ""
    elif module:
        yield module, name, ""


def _split_commas(text: str) -> list[str]:
    """Return the parts between commas outside of braces."""
    parts, depth, start = list[str](), 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [part for part in (*parts, text[start:]) if part.strip()]
