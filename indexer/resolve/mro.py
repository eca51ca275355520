"""The order in which a class's bases are searched: C3, as Python, Raku and Solidity have it.

Barrett et al., "A Monotonic Superclass Linearization for Dylan", OOPSLA 1996. Where C3 has no answer (a program that would
not run, or one that is understood in part) the bases are taken depth first.
"""

from __future__ import annotations

from collections import Counter, deque
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def linearize(itself: T, bases: list[list[T]]) -> list[T]:
    """A class and its bases, each once; `bases` are their own linearizations, in the order of the text."""
    if len(bases) < 2:
        return [itself, *(bases[0] if bases else ())]
    waiting = [deque(base) for base in (*bases, [base[0] for base in bases])]
    later = Counter(
        each for line in waiting for each in islice(line, 1, None)
    )  # how many lines have it behind their head
    found = [itself]
    while waiting := [line for line in waiting if line]:
        head = next((line[0] for line in waiting if not later[line[0]]), None)
        if head is None:
            return list(dict.fromkeys([itself, *(each for base in bases for each in base)]))
        found.append(head)
        for line in waiting:
            if line[0] == head:
                line.popleft()
                later.subtract(islice(line, 1))  # it is a head now
    return found
