"""Names visible across a program, and the record of their look-ups for one file."""

from __future__ import annotations

from collections.abc import Sequence

from ..facts import Facts, GlobalDefinition
from .dependencies import name_key
from .value import Value


class TrackedNames:
    """Looks up names in the whole program.

    The key of each name is recorded, whether it exists or not.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.keys: set[int] = set()  # dependencies of the resolved file

    def forget(self) -> None:
        """Start with no recorded names."""
        self.keys.clear()

    def record(self, family: str, name: str) -> None:
        """Record a look-up of a name that is answered elsewhere."""
        self.keys.add(name_key(family, name))

    def find_definitions(self, family: str, name: str) -> Sequence[GlobalDefinition]:
        """Return the definitions of an external name in a family, by path and position."""
        self.record(family, name)
        return self._facts.find_definitions(family, name)

    def find_methods(self, family: str, name: str) -> list[Value]:
        """Return the methods of a name in a family, by path and position."""
        self.record(family, name)
        methods = self._facts.find_methods(family, name)
        return [Value("symbol", path, index, "unique") for path, index in methods]
