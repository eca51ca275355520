"""Where the graph stops: references of a name of which it could not be told what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from indexer import Reference, Snapshot, family_of

from .csr import Arrays
from .store_graph import Near

_WRITTEN = (
    "calls",
    "imports",
    "references",
    "inherits",
)  # the kinds of edges that a name in a text makes
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
        return cls(
            sum(part.count for part in parts), tuple(places[:SHOWN]), tuple(candidates)[:SHOWN]
        )

    def to_json(self) -> dict[str, Any]:
        """All fields by name."""
        places = [{"path": path, "line": line, "name": name} for path, line, name in self.places]
        return {"count": self.count, "places": places, "candidates": list(self.candidates)}


def unresolved_calls_of(snapshot: Snapshot, arrays: Arrays | Near, name: str) -> Unresolved:
    """The calls of `name`, anywhere, of which no definition is known."""
    return _unresolved(
        snapshot, arrays, [pair for pair in snapshot.references_to(name) if pair[1].kind == "call"]
    )


def unresolved_calls_in(snapshot: Snapshot, arrays: Arrays | Near, node: int) -> Unresolved:
    """The calls in the symbol `node` of names that are defined in the repository, though it is not known which is meant."""
    path = arrays.path_of(node)
    calls = [
        (path, reference) for reference in snapshot.references_in(path) if reference.kind == "call"
    ]
    owners = _owners(arrays, calls)
    return _unresolved(
        snapshot, arrays, [call for call, owner in zip(calls, owners, strict=True) if owner == node]
    )


def meant_by(
    snapshot: Snapshot, arrays: Arrays | Near, references: Iterable[tuple[str, Reference]]
) -> Iterator[tuple[str, Reference, list[str]]]:
    """(path, reference, ids of the definitions of its name that it is known to mean)."""
    references = list(references)
    named = _named(snapshot, arrays, references)
    for (path, reference), meanings, targets in zip(
        references, named, _targets(arrays, references, _WRITTEN), strict=True
    ):
        yield path, reference, [arrays.id_of(node) for node in arrays.ordered(targets & meanings)]


def _unresolved(
    snapshot: Snapshot, arrays: Arrays | Near, calls: Sequence[tuple[str, Reference]]
) -> Unresolved:
    places: list[tuple[str, int, str]] = []
    unsure: dict[int, frozenset[int]] = {}  # each set of meanings once: a name may have thousands
    named = _named(snapshot, arrays, calls)
    for (path, reference), meanings, targets in zip(
        calls, named, _targets(arrays, calls, ("calls",)), strict=True
    ):
        if meanings and meanings.isdisjoint(targets):
            places.append((path, reference.line, reference.name))
            unsure[id(meanings)] = meanings
    candidates = arrays.ordered(frozenset().union(*unsure.values()))
    ids = tuple(arrays.id_of(node) for node in candidates[:SHOWN])
    return Unresolved(len(places), tuple(places[:SHOWN]), ids)


def _named(
    snapshot: Snapshot, arrays: Arrays | Near, references: Sequence[tuple[str, Reference]]
) -> list[frozenset[int]]:
    """For each reference the nodes of the definitions of its name, in languages that it can reach."""
    names = {reference.name for _, reference in references}
    defined = snapshot.symbols_named(names) if names else []
    read_as = snapshot.languages({path for path, _ in references} | {each.path for each in defined})
    families = {path: family_of(language) for path, language in read_as.items()}
    found: dict[tuple[str, str], list[int]] = {}
    for each, node in zip(defined, arrays.nodes_for(defined), strict=True):
        found.setdefault((each.symbol.name, families[each.path]), []).append(node)
    nodes = {key: frozenset(own) for key, own in found.items()}
    nothing: frozenset[int] = frozenset()
    return [nodes.get((reference.name, families[path]), nothing) for path, reference in references]


def _targets(
    arrays: Arrays | Near, references: Sequence[tuple[str, Reference]], kinds: Sequence[str]
) -> Iterator[set[int]]:
    """For each reference what its owner is known to call or name, wherever in it."""
    owners = _owners(arrays, references)
    known: dict[int, set[int]] = {owner: set() for owner in owners}
    rows = arrays.edges_of(known, False, kinds, 0.0)
    for src, dst in zip(
        arrays.edges.src[rows].tolist(), arrays.edges.dst[rows].tolist(), strict=True
    ):
        known[src].add(dst)
    return map(known.__getitem__, owners)


def _owners(arrays: Arrays | Near, references: Sequence[tuple[str, Reference]]) -> list[int]:
    """The node that each reference belongs to."""
    places = [(path, reference.scope) for path, reference in references]
    different = list(dict.fromkeys(places))
    owner = dict(zip(different, arrays.owners(different), strict=True))
    return [owner[place] for place in places]
