"""The value of an expression, as far as it can be told without running the program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .type_expressions import NOTHING, Shape

MAX_UNION = 6  # alternatives that are followed; a value that could be more things is told by none


class Entity(NamedTuple):
    """What an expression stands for. A tuple, since resolution makes more of them than of anything else."""

    what: str
    """symbol | module | instance (of the class `index`) | super (members of the bases of the class `index`)
    | typed (a value of a library's type `shape`, whose names mean what they mean in the scope `index`) | result (a function
    that gives such a value) | union (one of `parts`) | iterable (of `parts`) | numbered (an iterable of pairs whose second is one of `parts`)."""
    path: str
    index: int  # type: ignore[assignment]  # of the symbol in its file; -1 for a module (a tuple has a method of this name)
    rule: str
    shape: Shape = NOTHING
    parts: tuple[Entity, ...] = ()
    of: Entity | None = None  # for a method the object, or the class, that it was asked of
    own: bool = False  # an instance of the class around, or of one that inherits from it: `self`

    def by(self, rule: str) -> Entity:
        """The same, reached by `rule`."""
        return self if rule == self.rule else self._replace(rule=rule)


def union_of(found: Iterable[Entity | None]) -> Entity | None:
    """One entity for several: a union where they differ."""
    flat = [
        part
        for each in found
        if each is not None
        for part in (each.parts if each.what == "union" else (each,))
    ]
    distinct = list({(e.what, e.path, e.index, e.shape, e.parts, e.own): e for e in flat}.values())[
        :MAX_UNION
    ]
    if len(distinct) > 1:
        return Entity("union", distinct[0].path, -1, distinct[0].rule, parts=tuple(distinct))
    return distinct[0] if distinct else None
