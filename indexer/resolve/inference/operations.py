"""The steps of a chain after its root: calls, items and attributes of values."""

from __future__ import annotations

from itertools import chain

from ...kinds import TYPES, VARIABLES
from ..tracked_files import TrackedFiles
from ..value import Value, union_of
from .bindings import annotations_first
from .class_members import ClassMembers
from .evaluator import Evaluator
from .type_expressions import (
    NOTHING,
    element_type,
    item_type,
    method_result,
    parse_type,
    result_type,
)

_ITEM_METHODS = {"+": ("__enter__", "__aenter__"), "*": ("__iter__", "__aiter__")}


class Operations:
    """Infers the results of operations on values."""

    def __init__(self, evaluator: Evaluator, files: TrackedFiles, classes: ClassMembers) -> None:
        self._evaluator, self._recursion = evaluator, evaluator.recursion
        self._files, self._classes = files, classes
        self._results: dict[tuple[str, int], Value | None] = {}

    def forget(self) -> None:
        """Forget the answers for one file."""
        self._results.clear()

    # -- calls

    def call(self, value: Value) -> Value | None:
        """Return the result of a call: an instance of a class, or a function's return value."""
        with self._recursion as is_allowed:
            if not is_allowed:
                return None
            match value.kind:
                case "union":
                    return union_of(self.call(option) for option in value.alternatives)
                case "symbol":
                    return self._call_symbol(value)
                case "instance" if self._files[value.path].rules.name == "php":
                    return value  # `new static`
                case "instance":
                    method = self._evaluator.find_member(value, "__call__")
                    return self.call(method) if method is not None else None
                case "super":
                    return value
                case "typed":
                    result = result_type(value.type)
                    return self._evaluator.infer_type(value.path, value.index, result)
                case "result":
                    return self._evaluator.infer_type(value.path, value.index, value.type)
        return None

    def _call_symbol(self, value: Value) -> Value | None:
        kind = self._kind(value)
        if kind in TYPES:
            return Value("instance", value.path, value.index, "typed", is_self=value.is_self)
        if kind in VARIABLES:
            with self._recursion:
                stored = self._evaluator.infer_stored(value)
            return self.call(stored) if stored != value else None
        key = (value.path, value.index)
        if key not in self._results:
            self._results[key] = None  # the answer within a recursive function
            self._results[key] = self._returned(value)
        result = self._results[key]
        if result is None or value.receiver is None:
            return result
        return _with_self(result, value.receiver)

    def _returned(self, function: Value) -> Value | None:
        """Return the value of a function's annotation, else of its `return`s and `yield`s."""
        path, scope = function.path, function.index
        bindings = self._files[path].bindings
        returns = bindings.get((scope, "return"), [])
        for binding in returns:
            if binding.how == "annotation":
                outer = self._files[path].facts.symbols[scope].parent
                return self._evaluator.infer_type(path, outer, parse_type(binding.type))
        if yields := bindings.get((scope, "yield")):
            element = union_of(self._evaluator.infer_binding(path, scope, b) for b in yields)
            return _iterable(path, "typed", element) if element else None
        return union_of(self._evaluator.infer_binding(path, scope, b) for b in returns)

    # -- items

    def item(self, value: Value, key: str) -> Value | None:
        """Return `value[key]`, or for the keys of bindings:

        `*` an element, `+` the value entered by a `with`, `=` a list of the value, `#` pairs of
        numbers and elements.
        """
        with self._recursion:
            if key == "=":
                return _iterable(value.path, value.rule, value)
            if value.kind == "symbol":
                if key not in ("*", "+") and self._kind(value) in TYPES:
                    return value  # `Box[int]`
                with self._recursion:
                    value = self._evaluator.infer_stored(value)
            if value.kind == "union":
                return union_of(self.item(option, key) for option in value.alternatives)
            if key == "#":
                return self._numbered(value)
            return self._item_of_one(value, key)

    def _numbered(self, value: Value) -> Value | None:
        element = self.item(value, "*")
        if element is None:
            return None
        return Value("numbered", value.path, -1, "typed", alternatives=(element,))

    def _item_of_one(self, value: Value, key: str) -> Value | None:
        match value.kind:
            case "iterable":
                return union_of(value.alternatives)
            case "numbered":
                return value if key != "1" else union_of(value.alternatives)
            case "typed":
                is_element = key in ("*", "+")
                inner = element_type(value.type) if is_element else item_type(value.type, key)
                return self._evaluator.infer_type(value.path, value.index, inner)
            case "instance":
                return self._item_by_method(value, key)
            case "symbol" if key == "*" and self._kind(value) in TYPES:
                return Value("instance", value.path, value.index, "typed")  # a member of an enum
        return None

    def _item_by_method(self, value: Value, key: str) -> Value | None:
        """Return an item by special methods such as `__enter__`, `__iter__` and `__getitem__`."""
        with self._recursion:
            for name in _ITEM_METHODS.get(key, ("__getitem__",)):
                if method := self._evaluator.find_member(value, name):
                    result = self.call(method)
                    return self._next(result) if key == "*" and result is not None else result
            return value if key == "+" else None

    def _next(self, iterator: Value) -> Value | None:
        if iterator.kind != "instance":
            return self.item(iterator, "*")
        for name in ("__next__", "__anext__"):
            if method := self._evaluator.find_member(iterator, name):
                return self.call(method)
        return None

    # -- attributes

    def attribute(self, value: Value, name: str) -> Value | None:
        """Return the member `value.name`, or the value of that attribute."""
        with self._recursion as is_allowed:
            if not is_allowed:
                return None
            value = self._evaluator.infer_stored(value)
            match value.kind:
                case "union":
                    return union_of(self.attribute(v, name) for v in value.alternatives)
                case "typed":
                    result = method_result(value.type, name)
                    if result == NOTHING:
                        return None
                    return Value("result", value.path, value.index, "typed", result)
                case "iterable" if name in ("copy", "values"):
                    return value
            if name == "__class__":
                return class_of(value) or (value if value.kind == "symbol" else None)
            if member := self._evaluator.find_member(value, name):
                return member
            return self._bound_attribute(value, name)

    def _bound_attribute(self, value: Value, name: str) -> Value | None:
        """Return the value of an attribute bound in a class or its bases."""
        if value.kind not in ("instance", "symbol"):
            return None
        for owner in self._classes.mro(value.path, value.index):
            tables = self._files[owner.path].bindings
            lists = (tables.get((owner.index, key), ()) for key in (name, f".{name}"))
            for binding in chain.from_iterable(annotations_first(bindings) for bindings in lists):
                if found := self._evaluator.infer_binding(owner.path, binding.scope, binding):
                    return found
        return None

    def _kind(self, value: Value) -> str:
        return self._files[value.path].facts.symbols[value.index].kind


def class_of(value: Value) -> Value | None:
    """Return the class of an instance."""
    if value.kind != "instance":
        return None
    return Value("symbol", value.path, value.index, "typed", is_self=value.is_self)


def _iterable(path: str, rule: str, element: Value) -> Value:
    return Value("iterable", path, -1, rule, alternatives=(element,))


def _with_self(result: Value, receiver: Value) -> Value:
    """Return a method's result with `receiver` for `self`."""
    if result.is_self:
        return result._replace(path=receiver.path, index=receiver.index, is_self=receiver.is_self)
    if not any(option.is_self for option in result.alternatives):
        return result
    alternatives = tuple(_with_self(option, receiver) for option in result.alternatives)
    if result.kind == "union":
        return union_of(alternatives) or result
    return result._replace(alternatives=alternatives)
