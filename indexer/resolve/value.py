"""The values of expressions, as far as they are known without running the program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .inference.type_expressions import NOTHING, TypeExpression

MAX_UNION = 6  # alternatives; a value with more of them is as good as unknown


class Value(NamedTuple):
    """The value of an expression.

    A tuple, since resolution makes more of them than of anything else.
    """

    kind: str
    """One of:

    symbol: the symbol `index` itself
    module: the file `path`
    package: the declared package `path` (`family:name`)
    instance: an instance of the class `index`
    super: an instance of the class `index`, seen as one of its bases
    typed: a value of a library's type, `type`; names in it are looked up in the scope `index`
    result: a function that returns such a value
    union: one of `alternatives`
    iterable: its elements are among `alternatives`
    numbered: an iterable of pairs; their second parts are among `alternatives`
    """
    path: str
    index: int  # type: ignore[assignment]  # of the symbol, or -1; hides tuple.index
    rule: str  # the rule of resolution by which it was found
    type: TypeExpression = NOTHING
    alternatives: tuple[Value, ...] = ()
    receiver: Value | None = None  # of a method: the object or class on which it was looked up
    is_self: bool = False  # an instance of the class around it, or of a class derived from that

    def with_rule(self, rule: str) -> Value:
        """Return the same value, found by `rule`."""
        return self if rule == self.rule else self._replace(rule=rule)

    def options(self) -> tuple[Value, ...]:
        """Return the alternatives of a union; for other values the value alone."""
        return self.alternatives if self.kind == "union" else (self,)


def union_of(values: Iterable[Value | None]) -> Value | None:
    """Return one value for several: a union if they differ, None if there is none."""
    flat = [option for value in values if value is not None for option in value.options()]
    by_identity = {(v.kind, v.path, v.index, v.type, v.alternatives, v.is_self): v for v in flat}
    distinct = tuple(by_identity.values())[:MAX_UNION]
    if len(distinct) > 1:
        return Value("union", distinct[0].path, -1, distinct[0].rule, alternatives=distinct)
    return distinct[0] if distinct else None
