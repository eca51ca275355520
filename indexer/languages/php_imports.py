"""PHP's imports: `use A\\{B, C as D, function e}` is three names, `require` a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

_USE = re.compile(r"\s*use\b\s*", re.IGNORECASE)
_KIND = re.compile(r"\s*(function|const)\s+", re.IGNORECASE)
_AS = re.compile(r"\s+as\s+", re.IGNORECASE)
_FILE = re.compile(
    r"(?:require|include)(?:_once)?\b[\s(]*"
    r"(__DIR__\s*\.\s*|dirname\(\s*__FILE__\s*\)\s*\.\s*)?"
    r"(['\"])([^'\"]+)\2[\s)]*$"
)
_COMMENT = re.compile(r"//[^\n]*|#[^\n]*|/\*.*?\*/", re.DOTALL)


def read_imports(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (module, name, alias) of each name that a `use` or `require` brings in.

    A class or namespace is a module, a function or constant a name of one; a file is the module
    `./path` with the name `*`.
    """
    use = _USE.match(text)
    if use is None:
        if file := _FILE.match(text):
            is_absolute = file[1] and file[3].startswith("/")
            yield (f".{file[3]}" if is_absolute else f"./{file[3]}"), "*", ""
        return
    text = _COMMENT.sub("", text[use.end() :]).strip().rstrip(";")
    prefix, brace, group = text.partition("{")
    if not brace:
        prefix, group = "", text
    kind = _KIND.match(prefix if brace else group)
    if kind:
        prefix, group = (prefix[kind.end() :], group) if brace else (prefix, group[kind.end() :])
    for clause in group.rstrip("} \n").split(","):
        yield from _clause(prefix.strip().strip("\\"), clause.strip(), bool(kind))


def _clause(prefix: str, clause: str, is_member: bool) -> Iterator[tuple[str, str, str]]:
    if kind := _KIND.match(clause):
        clause, is_member = clause[kind.end() :], True
    name, alias = (*_AS.split(clause, maxsplit=1), "")[:2]
    full = "\\".join(part for part in (prefix, name.strip().strip("\\")) if part)
    if not full:
        return
    if is_member:
        module, _, name = full.rpartition("\\")
        yield module, name, alias if alias != name else ""
    else:
        yield full, "", alias if alias != full.rpartition("\\")[2] else ""
