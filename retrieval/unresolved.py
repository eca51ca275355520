"""Where the graph stops: references of a name of which it could not be told what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from indexer import Reference, Snapshot

from .arrays import Arrays

_VARIABLES = frozenset({"variable", "constant"})
SHOWN = 20  # places, and candidates, that an answer names


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Calls that may or may not belong to an answer."""

    count: int
    places: tuple[tuple[str, int, str], ...]  # (path, line, name) of the first of them
    candidates: tuple[str, ...]  # ids of the first definitions that they may mean

    @classmethod
    def joined(cls, parts: Sequence[Unresolved]) -> Unresolved:
        """Several of them as one."""
        places = [place for part in parts for place in part.places]
        candidates = dict.fromkeys(each for part in parts for each in part.candidates)
        return cls(sum(part.count for part in parts), tuple(places[:SHOWN]), tuple(candidates)[:SHOWN])

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        places = [{"path": path, "line": line, "name": name} for path, line, name in self.places]
        return {"count": self.count, "places": places, "candidates": list(self.candidates)}


def unresolved_calls_of(snapshot: Snapshot, arrays: Arrays, name: str) -> Unresolved:
    """The calls of `name`, anywhere, of which no definition is known."""
    return _unresolved(snapshot, arrays, [pair for pair in snapshot.references_to(name) if pair[1].kind == "call"])


def unresolved_calls_in(snapshot: Snapshot, arrays: Arrays, node: int) -> Unresolved:
    """The calls in the symbol `node` of names that are defined in the repository, though it is not known which is meant."""
    path = arrays.path_of(node)
    inside = [
        (path, reference)
        for reference in snapshot.references_in(path)
        if reference.kind == "call" and _owner(arrays, path, reference.scope) == node
    ]
    return _unresolved(snapshot, arrays, inside)


def meant_by(
    snapshot: Snapshot, arrays: Arrays, references: Iterable[tuple[str, Reference]]
) -> Iterator[tuple[str, Reference, list[str]]]:
    """(path, reference, ids of the definitions of its name that it is known to mean)."""
    references = list(references)
    named = _named(snapshot, arrays, {reference.name for _, reference in references})
    for path, reference in references:
        targets = _targets(arrays, path, reference, ()) & named.get(reference.name, set())
        yield path, reference, [arrays.id_of(node) for node in sorted(targets)]


def _unresolved(snapshot: Snapshot, arrays: Arrays, calls: Iterable[tuple[str, Reference]]) -> Unresolved:
    calls = list(calls)
    named = _named(snapshot, arrays, {reference.name for _, reference in calls})
    places: list[tuple[str, int, str]] = []
    candidates: set[int] = set()
    for path, reference in calls:
        meant = named.get(reference.name)
        if meant and meant.isdisjoint(_targets(arrays, path, reference, ("calls",))):
            places.append((path, reference.line, reference.name))
            candidates |= meant
    ids = tuple(arrays.id_of(node) for node in sorted(candidates)[:SHOWN])
    return Unresolved(len(places), tuple(places[:SHOWN]), ids)


def _named(snapshot: Snapshot, arrays: Arrays, names: set[str]) -> dict[str, set[int]]:
    """name → the nodes of its definitions."""
    found: dict[str, set[int]] = {}
    for each in snapshot.symbols_named(names) if names else ():
        found.setdefault(each.symbol.name, set()).update(arrays.nodes_of([each.uid]))
    return found


def _targets(arrays: Arrays, path: str, reference: Reference, kinds: Sequence[str]) -> set[int]:
    """What the owner of a reference is known to call or name, wherever in it."""
    return set(arrays.edges.dst[arrays.edges_of([_owner(arrays, path, reference.scope)], False, kinds, 0.0)].tolist())


def _owner(arrays: Arrays, path: str, scope: int) -> int:
    """The node that a reference in `scope` belongs to: a variable does nothing itself, what is around it does."""
    node = arrays.file_node(path) + 1 + scope
    while arrays.nodes["kind"][node].as_py() in _VARIABLES:
        node = int(arrays.parent[node])
    return node
