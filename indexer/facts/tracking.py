"""Recorded reads, as in the dependency tracking of a build system.

The edges of a file are a function of the facts read to find them. So all facts of other files are
read through the containers below, which report each read to a recorder by name: a part of a file in
resolution, an attribute of a language's files in module finders. A lookup without a result is a
read, too. If nothing recorded has changed, the same reads would give the same answers, and the
edges are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast, overload

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")
R = TypeVar("R")  # what is recorded

Recorder = Callable[[R], object]
"""Takes the name of a read."""


class TrackedMapping(Mapping[K, V], Generic[K, V, R]):
    """A mapping with recorded reads of its keys. A test for emptiness is not recorded: it only
    saves a lookup.
    """

    __slots__ = ("_every", "_mapping", "_name_of", "_record")

    def __init__(
        self, mapping: Mapping[K, V], name_of: Callable[[K], R], every: R, record: Recorder[R]
    ) -> None:
        """`name_of`: key → the name of its read; `every`: the name of an iteration."""
        self._mapping, self._name_of, self._every, self._record = mapping, name_of, every, record

    def __getitem__(self, key: K) -> V:
        self._record(self._name_of(key))
        return self._mapping[key]

    def __contains__(self, key: object) -> bool:
        self._record(self._name_of(cast(K, key)))
        return key in self._mapping

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get(self, key: K, /, default: V | T) -> V | T: ...
    def get(self, key: K, /, default: Any = None) -> Any:
        self._record(self._name_of(key))
        return self._mapping.get(key, default)

    def __iter__(self) -> Iterator[K]:
        self._record(self._every)
        return iter(self._mapping)

    def __len__(self) -> int:
        return len(self._mapping)


class TrackedRows(Sequence[T], Generic[T, R]):
    """Rows that are read all together: any read records the same."""

    __slots__ = ("_name", "_record", "_rows")

    def __init__(self, rows: Sequence[T], name: R, record: Recorder[R]) -> None:
        self._rows, self._name, self._record = rows, name, record

    def __getitem__(self, index: Any) -> Any:
        self._record(self._name)
        return self._rows[index]

    def __iter__(self) -> Iterator[T]:
        self._record(self._name)
        return iter(self._rows)

    def __len__(self) -> int:
        self._record(self._name)
        return len(self._rows)


class TrackedItems(Sequence[T], Generic[T, R]):
    """Rows that are read one by one; an iteration reads all."""

    __slots__ = ("_every", "_name_of", "_record", "_rows")

    def __init__(
        self, rows: Sequence[T], name_of: Callable[[int], R], every: R, record: Recorder[R]
    ) -> None:
        self._rows, self._name_of, self._every, self._record = rows, name_of, every, record

    def __getitem__(self, index: Any) -> Any:
        self._record(self._name_of(index))
        return self._rows[index]

    def __iter__(self) -> Iterator[T]:
        self._record(self._every)
        return iter(self._rows)

    def __len__(self) -> int:
        self._record(self._every)
        return len(self._rows)
