"""The records that the indexer passes on: plain frozen values, no behavior beyond naming.

Records that a file has thousands of are named tuples: a frozen dataclass costs five to ten times
as much to make, and rows of tuples turn into columns without a loop.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

Kind = str
"""A symbol's kind:

- function, method, class, interface, struct, enum, type, trait, macro, constant, variable, module;
- section: a heading, an HTML element with an id;
- key: JSON, YAML, TOML;
- table, view, column, trigger: SQL; table also TOML and Lua;
- rule: CSS, named by its selector;
- target: makefiles; stage: Dockerfiles;
- prototype: an announcement of a definition elsewhere (a C prototype or `extern`, a TypeScript
  overload). A prototype never takes the plain qualified name from a definition of the same file:
  it is `f#2` if the file also defines `f`.
"""


class Symbol(NamedTuple):
    """A definition in one file."""

    name: str
    qualname: str  # dotted names of the enclosing symbols and its own; unique in its file
    kind: Kind
    start_line: int  # 1-based, inclusive; a decorator belongs to its symbol
    end_line: int  # 1-based, inclusive
    signature: str  # the definition up to its body, on one line
    doc: str  # docstring or the comment above, without its markers; may be empty
    parent: int  # position of the enclosing symbol in the file's list, or -1


class Reference(NamedTuple):
    """A use of a name that may refer to a definition."""

    kind: str  # call | use | inherit
    name: str  # the last identifier: `start` in `self.server.start()`
    receiver: str  # the text before it: `self.server`; "" if none, "?" if it is no plain name
    scope: int  # position of the enclosing symbol in the file's list, or -1 for the module itself
    line: int  # 1-based


class Import(NamedTuple):
    """A name that a file imports or re-exports.

    The local name is `alias`, else `name`, else the language's default name for `module`. A default
    import has the name `default`; the value of a whole CommonJS module is `exports`. A re-export is
    an import whose alias is the exported name: `export {a as b} from "m"` is (m, a, b),
    `export * from "m"` is (m, *, ""). An empty module means this file: `export {a as b}` is
    ("", a, b), `export default f` is ("", f, default), `module.exports = f` is ("", f, exports).
    """

    module: str  # as written: `..pkg.mod`, `./util`, `stdio.h`, `java.util.List`
    name: str  # the imported member; "" for the module itself, "*" for everything
    alias: str  # the local name if it differs from `name`; "" otherwise, or if none is bound
    scope: int  # as in Reference
    line: int  # 1-based


SETTING = "setting"
"""`Binding.how` of a project setting, such as `main` of a package.json."""


class Binding(NamedTuple):
    """The value or type of a local name or attribute, as its own line states it.

    `how` is one of

    - annotation: `type` is the declared type;
    - call: `type` is the callee that made the value;
    - alias: `type` is another name or expression for the value;
    - type: the name is another name for a type;
    - within: a condition states the type, from `line` to `until`;
    - package: the file's own package (the name is `package`);
    - setting: a project setting.
    """

    name: str  # `client`, `self.client`; "return" for the result of the scope's function
    type: str  # as written: `Client`, `http.Client`
    how: str
    scope: int  # as in Reference
    line: int  # 1-based
    until: int = 0  # 1-based, inclusive: last line of the branch around it; 0 outside of branches


class Chunk(NamedTuple):
    """A run of lines that is searched, embedded and shown as one."""

    start_line: int  # 1-based, inclusive
    end_line: int  # 1-based, inclusive
    symbol: int  # position of the innermost symbol around it, or -1
    text: str  # the embedded text: qualified name, signature, doc and the lines; not the path
    terms: str  # search terms, space separated; those of path and name repeated by their weight


@dataclass(frozen=True, slots=True)
class FileFacts:
    """All facts of one file that follow from its path and content alone."""

    path: str  # relative to the root, with forward slashes
    language: str  # a name in `LANGUAGES`, one of the language pack, or "text"
    lines: int
    symbols: tuple[Symbol, ...] = ()
    references: tuple[Reference, ...] = ()
    imports: tuple[Import, ...] = ()
    bindings: tuple[Binding, ...] = ()
    chunks: tuple[Chunk, ...] = ()
    has_error: bool = False  # the file has syntax errors; the other facts still hold


class Edge(NamedTuple):
    """A directed relation between two symbols of a view."""

    src: str  # symbol id
    dst: str  # symbol id
    kind: str  # calls | imports | inherits | references | contains
    rule: str  # the rule of `resolve` that made it
    confidence: float  # 0 to 1: how often the rule is right
    path: str  # the file of the reference
    line: int  # 1-based; 0 if the edge has no line of its own


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a build; all counts are of the published view."""

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
    redacted: int  # secrets overwritten in the files' texts
    skipped: dict[str, int] = field(default_factory=dict)  # reason → number of files
    examples: dict[str, list[str]] = field(default_factory=dict)  # reason → some of the paths
    seconds: dict[str, float] = field(default_factory=dict)  # phase → wall time
    scip: dict[str, int] = field(default_factory=dict)
    """Edges from SCIP indexes, and their documents by state (used, stale, unknown)."""


def symbol_id(path: str, qualname: str) -> str:
    """Return a symbol's id: `src/app.py::Server.start`; the id of a file is its path."""
    return f"{path}::{qualname}" if qualname else path


def base_name(qualname: str) -> str:
    """Return a qualified name or symbol id without the numbers that tell repeated names apart.

    `A.f#2` → `A.f`; `A.#secret` stays.
    """
    return _REPEAT.sub("", qualname) if "#" in qualname else qualname


def printable(path: str) -> str:
    """Return the path with `\\xNN` for bytes that are not UTF-8 (surrogates of `os.fsdecode`).

    The result is unique: backslashes before such a byte, or before characters that look like its
    printed form, are doubled.
    """
    if path.isascii() and "\\x" not in path:
        return path
    return (
        _AMBIGUOUS.sub(r"\1\1", path)
        .encode("utf-8", "surrogateescape")
        .decode("utf-8", "backslashreplace")
    )


def on_disk(path: str) -> str:
    """Return the path for functions of `os` whose `printable` form is `path`."""
    return _ESCAPED.sub(_unescaped, path) if "\\x" in path else path


def _unescaped(match: re.Match[str]) -> str:
    backslashes, digits = match[1], match[2]
    last = chr(0xDC00 + int(digits, 16)) if len(backslashes) % 2 else "x" + digits
    return "\\" * (len(backslashes) // 2) + last


_REPEAT = re.compile(r"#\d+(?=\.|$)")
_AMBIGUOUS = re.compile("(\\\\+)(?=x[89a-f][0-9a-f]|[\udc80-\udcff])")
_ESCAPED = re.compile(r"(\\+)x([89a-f][0-9a-f])")


def key64(*parts: str) -> int:
    """Return a signed 64-bit key for `parts`.

    Two of a million keys collide once in forty million stores.
    """
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)
