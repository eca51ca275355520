"""A reader that outlives what it has open goes on with what is published."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from indexer import GenerationGone

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 3  # a generation that was opened just now is collected after minutes: more than two mean something else


class Reopens(Protocol):
    def reopen(self) -> None:
        """Go on with the generation that is published now."""


S = TypeVar("S", bound=Reopens)


def reopening(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """The method, asked again at the newest generation where the one it began in was collected. So each answer comes
    from one whole generation: the one that is open when it is given."""

    @wraps(method)
    def asked(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(ATTEMPTS - 1):
            try:
                return method(self, *args, **kwargs)
            except GenerationGone:
                self.reopen()
        return method(self, *args, **kwargs)

    return asked
