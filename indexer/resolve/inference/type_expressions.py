"""Type annotations as trees: the names in `dict[str, list["Server"] | None]` and their roles.

One parser reads the annotations of every language: `Map<K, V>`, `Server[]`, `Optional[Server]`,
`Callable[[int], Server]`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_BRACKETS = 12  # brackets within brackets; only generated code has more


@dataclass(frozen=True, slots=True)
class TypeExpression:
    """A type as it is written: a name and its arguments; `|` with its alternatives as arguments."""

    name: str  # dotted; "" for a literal or a list of parameters
    args: tuple[TypeExpression, ...] = ()

    @property
    def last_name(self) -> str:
        """The name without its module: `Sequence` of `collections.abc.Sequence`."""
        return self.name.rpartition(".")[2]


NOTHING = TypeExpression("")
_NOTHING_NAMES = frozenset(
    {"", "None", "null", "undefined", "NoneType", "NoReturn", "Never", "void"}
)
_OPTIONAL_NAMES = """Optional Final ClassVar Annotated Required NotRequired ReadOnly Awaitable
Promise Task ValueTask Option Box Arc Rc Readonly Partial NonNullable unique_ptr shared_ptr
weak_ptr"""
_STREAM_NAMES = """list List Sequence MutableSequence Iterable Iterator Collection Reversible set
Set frozenset FrozenSet AbstractSet MutableSet deque Deque Generator AsyncIterable AsyncIterator
AsyncGenerator KeysView ValuesView Array ReadonlyArray IterableIterator vector Vec HashSet BTreeSet
VecDeque ContextManager AbstractContextManager AsyncContextManager AbstractAsyncContextManager
WeakSet Queue SimpleQueue map filter reversed ReadonlySet"""
_MAPPING_NAMES = """dict Dict Mapping MutableMapping OrderedDict DefaultDict defaultdict
WeakValueDictionary WeakKeyDictionary ChainMap Map HashMap BTreeMap Record ReadonlyMap WeakMap
UserDict"""
_MARK_NAMES = "dyn mut impl struct enum union class readonly unsafe ref final keyof"
_OPTIONAL, _STREAMS = frozenset(_OPTIONAL_NAMES.split()), frozenset(_STREAM_NAMES.split())
_MAPPINGS, _MARKS = frozenset(_MAPPING_NAMES.split()), frozenset(_MARK_NAMES.split())
_TOKEN = re.compile(r"""\s*(?:'\w+(?!')|([\w$.]+)|("[^"]*"|'[^']*')|(\[\]|=>|[^\w\s]))""")
_CLOSING = {"[": "]", "<": ">", "(": ")"}


@lru_cache(maxsize=1 << 15)
def parse_type(annotation: str) -> TypeExpression:
    """Return the tree of an annotation; `NOTHING` if it cannot be parsed."""
    text = (
        annotation.replace("::", ".")
        .replace("\\", ".")
        .replace("const ", "")
        .replace("typing.", "")
        .replace(" | None", "")
    )
    if text.isidentifier():
        return TypeExpression(text)
    tokens = [match[match.lastindex] for match in _TOKEN.finditer(text) if match.lastindex]
    return _Parser(tokens).parse_union()


class _Parser:
    """A recursive descent over the tokens of one annotation."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._brackets = 0  # open ones

    def parse_union(self) -> TypeExpression:
        alternatives = [self._parse_one()]
        while self._at < len(self._tokens) and self._tokens[self._at] == "|":
            self._at += 1
            alternatives.append(self._parse_one())
        return _unite(tuple(alternatives)) if len(alternatives) > 1 else alternatives[0]

    def _parse_one(self) -> TypeExpression:
        tokens = self._tokens
        while self._at < len(tokens) and self._is_mark():
            self._at += 1
        if self._at >= len(tokens) or self._brackets > MAX_BRACKETS:
            self._at = len(tokens)
            return NOTHING
        expression = self._parse_atom(tokens[self._at])
        while self._at < len(tokens) and tokens[self._at] in ("[", "<", "[]"):
            if tokens[self._at] == "[]":
                expression = TypeExpression("list", (expression,))
                self._at += 1
            else:
                expression = _apply(expression.name, self._parse_arguments())
        return expression

    def _is_mark(self) -> bool:
        token, following = self._tokens[self._at], self._tokens[self._at + 1 : self._at + 2]
        return token in ("&", "*", "?", ":") or (token in _MARKS and following > ["A"])

    def _parse_atom(self, token: str) -> TypeExpression:
        if token in _CLOSING:
            args = self._parse_arguments()
            if token == "[":  # Swift: `[Server]`, `[String: Server]`
                return TypeExpression("dict" if len(args) == 2 else "list", args)
            return args[0] if token == "(" and len(args) == 1 else TypeExpression("", args)
        self._at += 1
        return parse_type(token[1:-1]) if token[0] in "\"'" else TypeExpression(_name(token))

    def _parse_arguments(self) -> tuple[TypeExpression, ...]:
        tokens, closing = self._tokens, _CLOSING[self._tokens[self._at]]
        args: list[TypeExpression] = []
        self._at += 1
        self._brackets += 1
        while self._at < len(tokens) and tokens[self._at] != closing:
            first = self._at
            argument = self.parse_union()
            if tokens[first] != ",":
                args.append(argument)
            self._at = max(self._at, first + 1)
        self._brackets -= 1
        self._at += 1
        return tuple(args)


def _unite(alternatives: tuple[TypeExpression, ...]) -> TypeExpression:
    flat = [
        option
        for each in alternatives
        for option in (each.args if each.name == "|" else (each,))
        if option.name not in _NOTHING_NAMES
    ]
    return TypeExpression("|", tuple(flat)) if len(flat) > 1 else flat[0] if flat else NOTHING


def _name(token: str) -> str:
    """Return a token as a name; PHP's names from the root begin with the root's own name."""
    if token[0] == ".":
        return f"\\{token}"
    return token if token[0].isalpha() or token[0] in "_$" else ""


def _apply(name: str, args: tuple[TypeExpression, ...]) -> TypeExpression:
    applied = TypeExpression(name, args)
    if applied.last_name in _OPTIONAL and args:
        return args[0]
    if applied.last_name == "Union":
        return _unite(args)
    if applied.last_name == "Coroutine" and len(args) == 3:
        return args[2]
    return applied


def element_type(container: TypeExpression) -> TypeExpression:
    """Return the type of a container's elements, or of the value that a context manager enters."""
    last = container.last_name
    if last in _STREAMS or last in _MAPPINGS:
        return container.args[0] if container.args else NOTHING
    if last in ("tuple", "Tuple") and container.args:
        types = [arg for arg in container.args if arg != NOTHING]
        return types[0] if len(set(types)) == 1 else NOTHING
    return NOTHING


def item_type(container: TypeExpression, key: str) -> TypeExpression:
    """Return the type of `container[key]`; `key` is a number as written, or anything else."""
    if container.last_name in _MAPPINGS:
        return container.args[1] if len(container.args) > 1 else NOTHING
    if container.last_name in ("tuple", "Tuple") and key.isdigit() and container.args:
        is_homogeneous = len(container.args) == 2 and container.args[1] == NOTHING
        if not is_homogeneous:
            return container.args[int(key)] if int(key) < len(container.args) else NOTHING
    return element_type(container)


def method_result(container: TypeExpression, name: str) -> TypeExpression:
    """Return the type of the result of a method of the standard containers."""
    if container.last_name in _MAPPINGS and len(container.args) > 1:
        key, value = container.args[:2]
        match name:
            case "get" | "pop" | "setdefault" | "__getitem__":
                return value
            case "values":
                return TypeExpression("Iterable", (value,))
            case "items":
                return TypeExpression("Iterable", (TypeExpression("tuple", container.args),))
            case "keys":
                return TypeExpression("Iterable", (key,))
            case "popitem":
                return TypeExpression("tuple", container.args)
    if name in ("pop", "popleft", "__next__", "__getitem__", "get", "get_nowait", "shift"):
        return element_type(container)
    if name in ("copy", "union", "difference", "intersection", "__iter__", "values"):
        return container
    return NOTHING


def result_type(function: TypeExpression) -> TypeExpression:
    """Return the type of a call's result: `Callable[..., Server]` → `Server`."""
    return function.args[-1] if function.last_name == "Callable" and function.args else NOTHING
