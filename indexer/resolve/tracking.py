"""What a file shows, part by part, and which parts of other files a resolution reads.

A part is all that a file says of one name at its top: the definition with whatever stands in it, and what is imported or
bound by that name. What stands in a namespace (`namespace net { class Server … }`) is a part of its own, `net.Server`.
Whatever is looked up in a namespace is looked up by a key, and each key belongs to one part (`_Keys`): a reading view notes
the part of every key that is asked for, found or not, and a part's contents are the entries of its keys. So a file whose
parts that were asked have the contents that they had gives the answers that it gave.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast, overload

from ..records import Symbol
from .namespace import Namespace, root_of

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
T = TypeVar("T")

WHOLE = ""  # all that the file shows
STARS = "*"  # what the file's star imports name
INCLUDES = "#"  # which files it includes, directly or through others; its contents are followed by `includers`

Note = Callable[[str], object]
"""Takes the name of a part that was read."""


class _Keys(dict[int, str]):
    """Symbol → the part that it belongs to; and the parts of the keys of a namespace's tables."""

    def __init__(self, file: Namespace) -> None:
        super().__init__({-1: WHOLE})
        self._symbols, self._bindings, self._narrowed = (
            file.facts.symbols,
            file.bindings,
            file.narrowed,
        )

    def __missing__(self, index: int) -> str:
        symbols = self._symbols
        symbol = symbols[index]
        while symbol.parent >= 0 and symbols[symbol.parent].kind != "module":
            symbol = symbols[symbol.parent]
        around = f"{symbols[symbol.parent].qualname}." if symbol.parent >= 0 else ""
        found = self[index] = f"{around}{symbol.name}"
        return found

    def of_name(self, key: tuple[int, str]) -> str:
        """Of a name in a scope."""
        scope, name = key
        return self[scope] if scope >= 0 else name

    def of_bound(self, key: tuple[int, str]) -> str:
        """What a name that is bound several times at the top means where depends on the order of the whole text."""
        if key[0] >= 0:
            return self[key[0]]
        return WHOLE if len(self._bindings.get(key, ())) > 1 else key[1]

    def of_narrowed(self, key: tuple[int, str]) -> str:
        if key[0] >= 0:
            return self[key[0]]
        return WHOLE if key in self._narrowed else root_of(key[1])


def reading(file: Namespace, note: Note) -> Namespace:
    """A view of a file that notes which parts are read through it."""
    keys, facts = _Keys(file), file.facts
    return replace(
        file,
        facts=replace(
            facts,
            symbols=cast(Any, _Symbols(facts.symbols, keys, note)),
            references=cast(Any, _Rows(facts.references, WHOLE, note)),
            imports=cast(Any, _Rows(facts.imports, WHOLE, note)),
            bindings=cast(Any, _Rows(facts.bindings, WHOLE, note)),
        ),
        top=cast(Any, _Table(file.top, str, note)),
        children=cast(Any, _Table(file.children, keys.__getitem__, note)),
        imports=cast(Any, _Table(file.imports, keys.of_name, note)),
        handed=cast(Any, _Table(file.handed, str, note)),
        stars=cast(Any, _Rows(file.stars, STARS, note)),
        aliases=cast(Any, _Table(file.aliases, str, note)),
        bindings=cast(Any, _Table(file.bindings, keys.of_bound, note)),
        narrowed=cast(Any, _Table(file.narrowed, keys.of_narrowed, note)),
        bases=cast(Any, _Table(file.bases, keys.__getitem__, note)),
    )


class Touched(dict[str, Namespace]):
    """The files that the resolution of one file looks at. Of others it notes which parts are read."""

    def __init__(self, every: Mapping[str, Namespace]) -> None:
        super().__init__()
        self.every = every
        self.asked: dict[str, set[str]] = {}  # path → parts

    def open(self, path: str) -> None:
        """Begin with the resolution of a file."""
        for parts in self.asked.values():
            parts.clear()
        self.asked.clear()
        self.clear()
        self[path] = self.every[path]

    def __missing__(self, path: str) -> Namespace:
        file = self.every[path]
        if file.view is None:
            parts: set[str] = set()
            file.view = reading(file, parts.add), parts
        view, self.asked[path] = file.view
        self[path] = view
        return view

    def note(self, path: str, part: str) -> None:
        """Note that a part of a file was read where no view tells."""
        if path not in self:
            self.__missing__(path)
        if path in self.asked:
            self.asked[path].add(part)


class _Table(Mapping[K, V]):
    """A table of a namespace. Whether it is empty is no question: who asks that wants to save asking more."""

    __slots__ = ("_note", "_part", "_table")

    def __init__(self, table: Mapping[K, V], part: Callable[[K], str], note: Note) -> None:
        self._table, self._part, self._note = table, part, note

    def __getitem__(self, key: K) -> V:
        self._note(self._part(key))
        return self._table[key]

    def __contains__(self, key: object) -> bool:
        self._note(self._part(cast(K, key)))
        return key in self._table

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get(self, key: K, /, default: V | T) -> V | T: ...
    def get(self, key: K, /, default: Any = None) -> Any:
        self._note(self._part(key))
        return self._table.get(key, default)

    def __iter__(self) -> Iterator[K]:
        self._note(WHOLE)
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


class _Rows(Sequence[T]):
    """Records that are read all together."""

    __slots__ = ("_note", "_part", "_rows")

    def __init__(self, rows: Sequence[T], part: str, note: Note) -> None:
        self._rows, self._part, self._note = rows, part, note

    def __getitem__(self, index: Any) -> Any:
        self._note(self._part)
        return self._rows[index]

    def __len__(self) -> int:
        self._note(self._part)
        return len(self._rows)


class _Symbols(_Rows[Symbol]):
    """Symbols are read one by one; who goes through all of them reads the whole file."""

    __slots__ = ("_keys",)

    def __init__(self, rows: Sequence[Symbol], keys: _Keys, note: Note) -> None:
        super().__init__(rows, WHOLE, note)
        self._keys = keys

    def __getitem__(self, index: Any) -> Any:
        self._note(self._keys[index])
        return self._rows[index]

    def __iter__(self) -> Iterator[Symbol]:
        self._note(WHOLE)
        return iter(self._rows)


def altered_parts(old: Namespace | None, new: Namespace | None) -> Iterator[str]:
    """The parts of a file whose contents are not what they were; of a file that came or went all."""
    before, after = (contents(file) if file else {} for file in (old, new))
    return (part for part in {**before, **after} if before.get(part) != after.get(part))


def contents(file: Namespace) -> dict[str, Any]:
    """Part → all that is found in it. Symbols go by their qualified names, lines by their order in the part."""
    symbols, found = file.facts.symbols, _Contents(file)

    def named(index: int) -> str:
        return symbols[index].qualname if index >= 0 else ""

    for index, s in enumerate(symbols):
        found.add(
            found.keys[index],
            s.name,
            s.qualname,
            s.kind,
            s.signature,
            named(s.parent),
            lines=(s.start_line,),
        )
    for name, index in file.top.items():
        found.add(name, named(index))
    for scope, inside in file.children.items():
        found.add(
            found.keys[scope],
            named(scope),
            [(name, named(index)) for name, index in inside.items()],
        )
    for key, spec in file.imports.items():
        found.add(
            found.keys.of_name(key),
            named(key[0]),
            key[1],
            spec[:3],
            named(spec.scope),
            lines=(spec.line,),
        )
    for name, spec in file.handed.items():
        found.add(name, spec[:3])
    for spec in file.stars:
        found.add(STARS, spec[:3])
    for name, alias in file.aliases.items():
        found.add(name, alias)
    for key, bindings in file.bindings.items():
        for b in bindings:
            part = found.keys.of_name(key)
            found.add(part, named(key[0]), key[1], b[:3], named(b.scope), lines=(b.line, b.until))
    for key, spans in file.narrowed.items():
        for first, last, kind in spans:
            part = found.keys.of_name((key[0], root_of(key[1])))
            found.add(part, named(key[0]), key[1], kind, lines=(first, last))
    for scope, bases in file.bases.items():
        found.add(found.keys[scope], named(scope), [(base.receiver, base.name) for base in bases])
    return found.ordered()


class _Contents:
    """What parts hold, as it is gathered."""

    def __init__(self, file: Namespace) -> None:
        self.keys, self._language = _Keys(file), file.facts.language
        self._held: dict[str, list[Any]] = defaultdict(list)
        self._lines: dict[str, list[int]] = defaultdict(list)

    def add(self, part: str, *said: Any, lines: Iterable[int] = ()) -> None:
        self._held[part].append(said)
        self._lines[part] += lines

    def ordered(self) -> dict[str, Any]:
        """Part → language, what it holds, and the ranks of the lines."""
        return {
            part: (self._language, held, _ranks(self._lines[part]))
            for part, held in self._held.items()
        }


def _ranks(lines: Sequence[int]) -> list[int]:
    rank = {line: position for position, line in enumerate(sorted({0, *lines}))}
    return [rank[line] for line in lines]
