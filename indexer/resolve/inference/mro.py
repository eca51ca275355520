"""The method resolution order of a class: C3, as in Python, Raku and Solidity.

Barrett et al., "A Monotonic Superclass Linearization for Dylan", OOPSLA 1996. If C3 has no answer
(the program would not run, or is known in part only), bases are searched depth first.
"""

from __future__ import annotations

from collections import Counter, deque
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def linearize(itself: T, bases: list[list[T]]) -> list[T]:
    """Return a class and its bases, each once.

    `bases` are the linearizations of the direct bases, in source order.
    """
    if len(bases) < 2:
        return [itself, *(bases[0] if bases else ())]
    queues = [deque(base) for base in (*bases, [base[0] for base in bases])]
    behind_heads = Counter(each for queue in queues for each in islice(queue, 1, None))
    order = [itself]
    while queues := [queue for queue in queues if queue]:
        head = next((queue[0] for queue in queues if not behind_heads[queue[0]]), None)
        if head is None:
            return list(dict.fromkeys([itself, *(each for base in bases for each in base)]))
        order.append(head)
        for queue in queues:
            if queue[0] == head:
                queue.popleft()
                behind_heads.subtract(islice(queue, 1))  # the new head
    return order
