"""The order in which a class's bases are searched: C3, as Python, Raku and Solidity have it.

Barrett et al., "A Monotonic Superclass Linearization for Dylan", OOPSLA 1996. Where C3 has no answer (a program that would
not run, or one that is understood in part) the bases are taken depth first.
"""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def linearize(itself: T, bases: list[list[T]]) -> list[T]:
    """A class and its bases, each once; `bases` are their own linearizations, in the order of the text."""
    if len(bases) < 2:
        return [itself, *(bases[0] if bases else ())]
    waiting = [list(base) for base in bases] + [[base[0] for base in bases]]
    found = [itself]
    while waiting := [line for line in waiting if line]:
        later = {each for line in waiting for each in line[1:]}
        head = next((line[0] for line in waiting if line[0] not in later), None)
        if head is None:
            return list(dict.fromkeys([itself, *(each for base in bases for each in base)]))
        found.append(head)
        waiting = [line[line[0] == head :] for line in waiting]
    return found
