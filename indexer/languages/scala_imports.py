"""What a Scala `import` or `export` brings in: `import a.b.{c, d => e, _}, f.g` is four names of three prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterator

_KEYWORD = re.compile(r"\s*(?:import|export)\b")
_RENAMED = re.compile(r"\s*(?:=>|\bas\b)\s*")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_STARS = frozenset({"_", "*", "given"})
MAX_SELECTORS = 10_000  # of one statement; more are no program's


def read_imports(text: str) -> Iterator[tuple[str, str, str]]:
    """(module, name, alias) of each name; an `export` reads the same."""
    rest = _KEYWORD.sub("", _COMMENT.sub("", text), count=1)
    for clause in _split(rest)[:MAX_SELECTORS]:
        prefix, brace, selectors = clause.partition("{")
        prefix = "".join(prefix.split())
        if not brace:
            yield from _single(prefix)
            continue
        for selector in selectors.rpartition("}")[0].split(","):
            name, alias = (*_RENAMED.split(selector.strip(), maxsplit=1), "")[:2]
            if alias == "_" or not name:
                continue  # hidden, not brought in
            module = prefix.rstrip(".")
            yield (
                (module, "*", "")
                if name in _STARS
                else (module, name, alias if alias != name else "")
            )


def _single(written: str) -> Iterator[tuple[str, str, str]]:
    module, _, name = written.rpartition(".")
    if name in _STARS:
        yield module, "*", ""
    elif module:
        yield module, name, ""


def _split(text: str) -> list[str]:
    """At the commas that stand outside of braces."""
    parts, depth, start = list[str](), 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [part for part in (*parts, text[start:]) if part.strip()]
