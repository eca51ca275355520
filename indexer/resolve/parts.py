"""The parts of a file, the units of recorded reads, and the comparison of two versions of a file.

A part is everything about one name at the file's top: the definition and its members, and the
imports and bindings of the name. A definition in a namespace (`namespace net { class Server … }`)
is a part of its own, `net.Server`. Every key of a `Namespace` table belongs to one part (`PartOf`);
the contents of a part are the entries of its keys. So a file with unchanged contents of the
recorded parts gives the same answers as before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .namespace import Namespace, root_of

WHOLE = ""  # everything that the file exports
STARS = "*"  # the modules of its star imports
INCLUDES = "#"  # the files that it includes, directly or not; `c_includers` follows their changes


class PartOf:
    """The part of each key of a file's tables."""

    def __init__(self, file: Namespace) -> None:
        self._bindings, self._narrowed = file.bindings, file.narrowed
        self._parts = _SymbolParts(file)
        self.symbol = self._parts.__getitem__

    def name(self, key: tuple[int, str]) -> str:
        """Return the part of a name in a scope."""
        scope, name = key
        return self._parts[scope] if scope >= 0 else name

    def binding(self, key: tuple[int, str]) -> str:
        """Return the part of a bound name. If it is bound twice at the top, its meaning depends on
        the order of the text.
        """
        if key[0] >= 0:
            return self._parts[key[0]]
        return WHOLE if len(self._bindings.get(key, ())) > 1 else key[1]

    def narrowing(self, key: tuple[int, str]) -> str:
        """Return the part of a chain of names in a scope."""
        if key[0] >= 0:
            return self._parts[key[0]]
        return WHOLE if key in self._narrowed else root_of(key[1])


class _SymbolParts(dict[int, str]):
    """Position of a symbol → its part."""

    def __init__(self, file: Namespace) -> None:
        super().__init__({-1: WHOLE})
        self._symbols = file.facts.symbols

    def __missing__(self, index: int) -> str:
        symbols = self._symbols
        symbol = symbols[index]
        while symbol.parent >= 0 and symbols[symbol.parent].kind != "module":
            symbol = symbols[symbol.parent]
        namespace = f"{symbols[symbol.parent].qualname}." if symbol.parent >= 0 else ""
        part = self[index] = f"{namespace}{symbol.name}"
        return part


def changed_parts(old: Namespace | None, new: Namespace | None) -> Iterator[str]:
    """Yield the parts of a file with other contents than before; all of them for an added or
    deleted file.
    """
    before, after = (contents(file) if file else {} for file in (old, new))
    return (part for part in {**before, **after} if before.get(part) != after.get(part))


def contents(file: Namespace) -> dict[str, Any]:
    """Return part → contents, with qualified names for symbols and ranks for lines."""
    gathered = _Contents(file)
    gathered.add_symbols()
    gathered.add_imports()
    gathered.add_bindings()
    gathered.add_bases()
    return gathered.by_part()


class _Contents:
    """The contents of a file's parts while they are gathered."""

    def __init__(self, file: Namespace) -> None:
        self._file, self._part_of = file, PartOf(file)
        self._entries: dict[str, list[Any]] = defaultdict(list)
        self._lines: dict[str, list[int]] = defaultdict(list)

    def by_part(self) -> dict[str, Any]:
        language = self._file.facts.language
        return {
            part: (language, entries, ranks(self._lines[part]))
            for part, entries in self._entries.items()
        }

    def add_symbols(self) -> None:
        file, part_of = self._file, self._part_of
        for index, s in enumerate(file.facts.symbols):
            entry = (s.name, s.qualname, s.kind, s.signature, self._name(s.parent))
            self._add(part_of.symbol(index), *entry, lines=(s.start_line,))
        for name, index in file.top.items():
            self._add(name, self._name(index))
        for scope, children in file.children.items():
            names = [(name, self._name(index)) for name, index in children.items()]
            self._add(part_of.symbol(scope), self._name(scope), names)

    def add_imports(self) -> None:
        file = self._file
        for key, spec in file.imports.items():
            entry = (self._name(key[0]), key[1], spec[:3], self._name(spec.scope))
            self._add(self._part_of.name(key), *entry, lines=(spec.line,))
        for name, spec in file.exports.items():
            self._add(name, spec[:3])
        for spec in file.stars:
            self._add(STARS, spec[:3])
        for name, alias in file.aliases.items():
            self._add(name, alias)

    def add_bindings(self) -> None:
        file = self._file
        for key, bindings in file.bindings.items():
            part = self._part_of.name(key)
            for b in bindings:
                entry = (self._name(key[0]), key[1], b[:3], self._name(b.scope))
                self._add(part, *entry, lines=(b.line, b.until))
        for key, spans in file.narrowed.items():
            part = self._part_of.name((key[0], root_of(key[1])))
            for first, last, kind in spans:
                self._add(part, self._name(key[0]), key[1], kind, lines=(first, last))

    def add_bases(self) -> None:
        for scope, bases in self._file.bases.items():
            names = [(base.receiver, base.name) for base in bases]
            self._add(self._part_of.symbol(scope), self._name(scope), names)

    def _name(self, index: int) -> str:
        return self._file.facts.symbols[index].qualname if index >= 0 else ""

    def _add(self, part: str, *entry: Any, lines: Iterable[int] = ()) -> None:
        self._entries[part].append(entry)
        self._lines[part] += lines


def ranks(lines: Sequence[int]) -> list[int]:
    """Return the rank of each line among the distinct ones: their order without their distances."""
    rank = {line: position for position, line in enumerate(sorted({0, *lines}))}
    return [rank[line] for line in lines]
