"""Annotations as trees: `dict[str, list["Server"] | None]` → the names in it, and what its parts are for.

Written for every language of ours: `Map<K, V>`, `Server[]`, `Optional[Server]`, `Callable[[int], Server]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_DEPTH = 12  # brackets in brackets; only programs write more


@dataclass(frozen=True, slots=True)
class Shape:
    """A type as written: a name and its arguments; alternatives are the arguments of `|`."""

    name: str  # dotted; "" where there is none: a literal, a list of parameters
    args: tuple[Shape, ...] = ()


NOTHING = Shape("")
_NOTHINGS = frozenset({"", "None", "null", "undefined", "NoneType", "NoReturn", "Never", "void"})
_OPTIONAL_NAMES = """Optional Final ClassVar Annotated Required NotRequired ReadOnly Awaitable Promise Task ValueTask Option Box Arc Rc
Readonly Partial NonNullable unique_ptr shared_ptr weak_ptr"""
_STREAM_NAMES = """list List Sequence MutableSequence Iterable Iterator Collection Reversible set Set frozenset FrozenSet
AbstractSet MutableSet deque Deque Generator AsyncIterable AsyncIterator AsyncGenerator KeysView ValuesView Array
ReadonlyArray IterableIterator vector Vec HashSet BTreeSet VecDeque ContextManager AbstractContextManager
AsyncContextManager AbstractAsyncContextManager WeakSet Queue SimpleQueue map filter reversed ReadonlySet"""
_MAPPING_NAMES = """dict Dict Mapping MutableMapping OrderedDict DefaultDict defaultdict WeakValueDictionary
WeakKeyDictionary ChainMap Map HashMap BTreeMap Record ReadonlyMap WeakMap UserDict"""
_OPTIONAL, _STREAMS = frozenset(_OPTIONAL_NAMES.split()), frozenset(_STREAM_NAMES.split())
_MAPPINGS = frozenset(_MAPPING_NAMES.split())
_MARKS = frozenset(
    [
        "dyn",
        "mut",
        "impl",
        "struct",
        "enum",
        "union",
        "class",
        "readonly",
        "unsafe",
        "ref",
        "final",
        "keyof",
    ]
)
_TOKEN = re.compile(r"""\s*(?:'\w+(?!')|([\w$.]+)|("[^"]*"|'[^']*')|(\[\]|=>|[^\w\s]))""")
_CLOSING = {"[": "]", "<": ">", "(": ")"}


@lru_cache(maxsize=1 << 15)
def shape(written: str) -> Shape:
    """The tree of an annotation; `NOTHING` where it is not understood."""
    text = (
        written.replace("::", ".")
        .replace("\\", ".")
        .replace("const ", "")
        .replace("typing.", "")
        .replace(" | None", "")
    )
    if text.isidentifier():
        return Shape(text)
    tokens = [match[match.lastindex] for match in _TOKEN.finditer(text) if match.lastindex]
    return _alternatives(tokens, 0, 0)[0]


def _alternatives(tokens: list[str], at: int, depth: int) -> tuple[Shape, int]:
    found, at = _one(tokens, at, depth)
    parts = [found]
    while at < len(tokens) and tokens[at] == "|":
        found, at = _one(tokens, at + 1, depth)
        parts.append(found)
    return (_union(tuple(parts)) if len(parts) > 1 else found), at


def _union(parts: tuple[Shape, ...]) -> Shape:
    flat = [
        p
        for part in parts
        for p in (part.args if part.name == "|" else (part,))
        if p.name not in _NOTHINGS
    ]
    return Shape("|", tuple(flat)) if len(flat) > 1 else flat[0] if flat else NOTHING


def _one(tokens: list[str], at: int, depth: int) -> tuple[Shape, int]:
    while at < len(tokens) and (
        tokens[at] in ("&", "*", "?", ":")
        or (tokens[at] in _MARKS and tokens[at + 1 : at + 2] > ["A"])
    ):
        at += 1
    if at >= len(tokens) or depth > MAX_DEPTH:
        return NOTHING, len(tokens)
    token = tokens[at]
    if token[0] in "\"'":
        found, at = shape(token[1:-1]), at + 1
    elif token in _CLOSING:
        args, at = _arguments(tokens, at, depth)
        if token == "[":  # Swift: `[Server]`, `[String: Server]`
            found = Shape("dict" if len(args) == 2 else "list", args)
        else:
            found = args[0] if token == "(" and len(args) == 1 else Shape("", args)
    else:
        found, at = Shape(_name(token)), at + 1
    while at < len(tokens) and tokens[at] in ("[", "<", "[]"):
        if tokens[at] == "[]":
            found, at = Shape("list", (found,)), at + 1
        else:
            args, at = _arguments(tokens, at, depth)
            found = _applied(found.name, args)
    return found, at


def _name(token: str) -> str:
    """A token as a name; PHP's names from the root begin with the root's own name."""
    if token[0] == ".":
        return f"\\{token}"
    return token if token[0].isalpha() or token[0] in "_$" else ""


def _arguments(tokens: list[str], at: int, depth: int) -> tuple[tuple[Shape, ...], int]:
    closing, args = _CLOSING[tokens[at]], list[Shape]()
    at += 1
    while at < len(tokens) and tokens[at] != closing:
        found, after = _alternatives(tokens, at, depth + 1)
        if tokens[at] != ",":
            args.append(found)
        at = max(after, at + 1)
    return tuple(args), at + 1


def _applied(name: str, args: tuple[Shape, ...]) -> Shape:
    last = name.rpartition(".")[2]
    if last in _OPTIONAL and args:
        return args[0]
    if last == "Union":
        return _union(args)
    if last == "Coroutine" and len(args) == 3:
        return args[2]
    return Shape(name, args)


def element(found: Shape) -> Shape:
    """What iterating over a container gives, or entering what is made by a generator."""
    last = found.name.rpartition(".")[2]
    if last in _STREAMS or last in _MAPPINGS:
        return found.args[0] if found.args else NOTHING
    if last in ("tuple", "Tuple") and found.args:
        same = len(set(found.args) - {NOTHING}) == 1
        return next(arg for arg in found.args if arg != NOTHING) if same else NOTHING
    return NOTHING


def item(found: Shape, key: str) -> Shape:
    """What indexing a container gives; `key` is a number as written, or anything else."""
    last = found.name.rpartition(".")[2]
    if last in _MAPPINGS:
        return found.args[1] if len(found.args) > 1 else NOTHING
    if (
        last in ("tuple", "Tuple")
        and key.isdigit()
        and found.args
        and not (len(found.args) == 2 and found.args[1] == NOTHING)
    ):
        return found.args[int(key)] if int(key) < len(found.args) else NOTHING
    return element(found)


def method(found: Shape, name: str) -> Shape:
    """What calling a container's own method gives."""
    last = found.name.rpartition(".")[2]
    if last in _MAPPINGS and len(found.args) > 1:
        match name:
            case "get" | "pop" | "setdefault" | "__getitem__":
                return found.args[1]
            case "values":
                return Shape("Iterable", (found.args[1],))
            case "items":
                return Shape("Iterable", (Shape("tuple", found.args),))
            case "keys":
                return Shape("Iterable", (found.args[0],))
            case "popitem":
                return Shape("tuple", found.args)
    if name in ("pop", "popleft", "__next__", "__getitem__", "get", "get_nowait", "shift"):
        return element(found)
    return (
        found
        if name in ("copy", "union", "difference", "intersection", "__iter__", "values")
        else NOTHING
    )


def result(found: Shape) -> Shape:
    """What calling a value of this type gives: `Callable[..., Server]` → `Server`."""
    return found.args[-1] if found.name.rpartition(".")[2] == "Callable" and found.args else NOTHING
