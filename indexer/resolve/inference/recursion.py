"""The recursion guard: it ends the inference of aliases of aliases and of cyclic imports."""

from __future__ import annotations

MAX_DEPTH = 25
"""Goals within goals; chains in real programs are shorter."""


class Recursion:
    """Counts the inference goals in progress.

    `with recursion as is_allowed:` opens a goal. `is_allowed` is False for goals beyond the bound;
    these have no answer. A goal costs two integer operations and no stack frame.
    """

    __slots__ = ("depth",)

    def __init__(self) -> None:
        self.depth = 0

    def __enter__(self) -> bool:
        self.depth += 1
        return self.depth <= MAX_DEPTH

    def __exit__(self, *exception: object) -> None:
        self.depth -= 1

    @property
    def is_exceeded(self) -> bool:
        """True inside a goal beyond the bound."""
        return self.depth > MAX_DEPTH

    def restarted(self) -> _Restarted:
        """Return a context with a new count.

        Answers cached per class, type or package are inferred in it: they may not depend on the
        first goal to ask.
        """
        return _Restarted(self)


class _Restarted:
    __slots__ = ("_depth", "_recursion")

    def __init__(self, recursion: Recursion) -> None:
        self._recursion, self._depth = recursion, recursion.depth

    def __enter__(self) -> None:
        self._recursion.depth = 1

    def __exit__(self, *exception: object) -> None:
        self._recursion.depth = self._depth
