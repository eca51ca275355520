"""The bindings of one name, in the order in which they count."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from ...records import Binding
from ..namespace import position


def bindings_before(bindings: list[Binding], at: int) -> list[Binding]:
    """Return the bindings before the position `at`, those with precedence last.

    Bindings in branches that have ended come first: of `if a: x = A() … else: x = B()` compilers
    tell the first after it.
    """
    before = bindings[: bisect_left(bindings, at, key=position)]
    if any(binding.until for binding in before):
        return sorted(before, key=lambda b: not b.until or b.until >= at // 2)
    return before


def by_line_from_last(bindings: list[Binding]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of the bindings of each line, the last line first."""
    end = len(bindings)
    while end:
        first = end - 1
        while first and bindings[first - 1].line == bindings[first].line:
            first -= 1
        yield first, end
        end = first


def annotations_first(bindings: Iterable[Binding]) -> list[Binding]:
    """Return annotations before values: they say more of the type."""
    return sorted(bindings, key=lambda binding: binding.how != "annotation")
