"""The records that the indexer passes on: plain frozen values, no behaviour beyond naming.

What a file has thousands of is a named tuple: making a frozen dataclass costs five to ten times as much, and rows of
tuples turn into columns without a loop.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

Kind = str
"""A symbol's kind: function, method, class, interface, struct, enum, type, trait, macro, constant, variable, module,
section (a heading, an HTML element with an id), key (JSON, YAML, TOML), table, view, column, trigger (SQL; a table of TOML or
Lua, too), rule (CSS, by its selector), target (a makefile's), stage (a Dockerfile's); prototype for what is announced here and defined elsewhere (a C prototype or `extern`, a TypeScript overload).
A prototype never takes the plain qualified name from a definition of the same file: it is `f#2` where `f` is defined.
"""


class Symbol(NamedTuple):
    """A definition in one file."""

    name: str
    qualname: (
        str  # dotted path of the enclosing symbols and the name: `Server.start`; unique in its file
    )
    kind: Kind
    start_line: int  # 1-based, inclusive; a decorator belongs to its symbol
    end_line: int  # 1-based, inclusive
    signature: str  # the definition up to its body, on one line
    doc: str  # docstring or the comment above, without its markers; may be empty
    parent: int  # position of the enclosing symbol in the file's list, or -1


class Reference(NamedTuple):
    """A mention of a name that some definition may answer to."""

    kind: str  # call | use | inherit
    name: str  # the last identifier: `start` in `self.server.start()`
    receiver: str  # what stands before it, as written: `self.server`; "" for a bare name, "?" for an expression without a name
    scope: int  # position of the enclosing symbol in the file's list, or -1 for the module itself
    line: int  # 1-based


class Import(NamedTuple):
    """A name that a file brings in from elsewhere, or hands on.

    The local name is `alias`, else `name`, else what the language makes of `module`. A default import is the name
    `default`; a CommonJS module's own value is `exports`. Handing on counts as an import whose alias is the name outside:
    `export {a as b} from "m"` is (m, a, b), `export * from "m"` (m, *, ""); where the module is "" it is this file itself:
    `export {a as b}` is ("", a, b), `export default f` ("", f, default), `module.exports = f` ("", f, exports).
    """

    module: str  # as written: `..pkg.mod`, `./util`, `stdio.h`, `java.util.List`
    name: str  # the member brought in; "" for the module itself, "*" for everything
    alias: str  # the local name where it differs from `name`; "" otherwise, and where none is bound
    scope: int  # as in Reference
    line: int  # 1-based


class Binding(NamedTuple):
    """What a local name or attribute holds, as far as its own line says: an annotation or a constructor call.

    With how = package it is what the file says its package is (name: `package`).
    """

    name: str  # `client`, `self.client`; "return" for what the scope's function gives back
    type: str  # the type or the callee as written: `Client`, `http.Client`
    how: str  # annotation | call | alias | type | package | within (a condition says the type, from `line` to `until`)
    scope: int  # as in Reference
    line: int  # 1-based
    until: int = 0  # 1-based, inclusive: the last line of the branch in which it stands; 0 outside of branches


class Chunk(NamedTuple):
    """A run of lines that is searched, embedded and shown as one."""

    start_line: int  # 1-based, inclusive
    end_line: int  # 1-based, inclusive
    symbol: int  # position of the innermost symbol that holds it, or -1
    text: str  # what is embedded: qualified name, signature, doc and the lines themselves; the path is not part of it
    terms: str  # search terms, space separated, those of path and name repeated by their weight


@dataclass(frozen=True, slots=True)
class FileFacts:
    """All that is known of one file by looking at it alone."""

    path: str  # relative to the root, with forward slashes
    language: str  # a row of `languages`, or "text"
    lines: int
    symbols: tuple[Symbol, ...] = ()
    references: tuple[Reference, ...] = ()
    imports: tuple[Import, ...] = ()
    bindings: tuple[Binding, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    has_error: bool = (
        False  # the parser met something that it did not understand; the rest still counts
    )


class Edge(NamedTuple):
    """A directed relation between two symbols of a view."""

    src: str  # symbol id
    dst: str  # symbol id
    kind: str  # calls | imports | inherits | references | contains
    rule: str  # the rule of `resolve` that made it
    confidence: float  # 0 to 1: how often the rule is right
    path: str  # where the reference stands
    line: int  # 1-based; 0 where the edge has no line of its own


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did; all counts are of the view that it published."""

    generation: int
    view: str
    files: int  # with facts in the index
    lines: int
    bytes: int
    symbols: int
    references: int
    edges: int
    chunks: int
    changed: int  # files that this build had to extract
    encoded: int  # chunks whose vector this build had to compute
    redacted: int  # secrets written over in the files' texts
    skipped: dict[str, int] = field(default_factory=dict)  # reason → number of files
    examples: dict[str, list[str]] = field(default_factory=dict)  # reason → some of the paths
    seconds: dict[str, float] = field(default_factory=dict)  # phase → wall time
    scip: dict[str, int] = field(
        default_factory=dict
    )  # edges by SCIP indexes; documents used, stale and unknown, if read


def symbol_id(path: str, qualname: str) -> str:
    """`src/app.py::Server.start`; a file itself is `src/app.py`."""
    return f"{path}::{qualname}" if qualname else path


def base_name(qualname: str) -> str:
    """Return a qualified name or symbol id without the numbers that tell repeated names apart.

    `A.f#2` → `A.f`; `A.#secret` stays.
    """
    return _REPEAT.sub("", qualname) if "#" in qualname else qualname


_REPEAT = re.compile(r"#\d+(?=\.|$)")


def printable(path: str) -> str:
    """A path whose bytes are not UTF-8 (surrogates, as `os.fsdecode` gives) with `\\xNN` in their place; others as they are.

    No two paths are printed alike: backslashes before such a byte, or before characters that look like one, are doubled.
    """
    if path.isascii() and "\\x" not in path:
        return path
    return (
        _AMBIGUOUS.sub(r"\1\1", path)
        .encode("utf-8", "surrogateescape")
        .decode("utf-8", "backslashreplace")
    )


def on_disk(path: str) -> str:
    """The path, as the functions of `os` take it, that is printed as `path`."""
    return _ESCAPED.sub(_unescaped, path) if "\\x" in path else path


def _unescaped(match: re.Match[str]) -> str:
    backslashes, digits = match[1], match[2]
    last = chr(0xDC00 + int(digits, 16)) if len(backslashes) % 2 else "x" + digits
    return "\\" * (len(backslashes) // 2) + last


_AMBIGUOUS = re.compile("(\\\\+)(?=x[89a-f][0-9a-f]|[\udc80-\udcff])")
_ESCAPED = re.compile(r"(\\+)x([89a-f][0-9a-f])")


def key64(*parts: str) -> int:
    """A signed 64-bit key for `parts`: two of a million keys collide once in forty million stores."""
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
