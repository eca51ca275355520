"""References and their meanings: the definitions they resolve to, and the unresolved calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from indexer import Reference, Snapshot, family_of

from .adjacency import Adjacency

_SOURCE_KINDS = ("calls", "imports", "references", "inherits")  # made by a name in the text
MAX_SHOWN = 20  # places, and candidates, in an answer

Mention = tuple[str, Reference]
"""A path, and a reference in that file."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Calls without a known target; they may belong to an answer."""

    count: int
    places: tuple[tuple[str, int, str], ...]  # (path, line, name) of the first of them
    candidates: tuple[str, ...]  # ids of the first possible definitions

    @classmethod
    def merge(cls, groups: Sequence[Unresolved]) -> Unresolved:
        """Return several of them as one."""
        places = [place for group in groups for place in group.places]
        candidates = dict.fromkeys(each for group in groups for each in group.candidates)
        count = sum(group.count for group in groups)
        return cls(count, tuple(places[:MAX_SHOWN]), tuple(candidates)[:MAX_SHOWN])

    def to_json(self) -> dict[str, Any]:
        """Return all fields by name."""
        places = [{"path": path, "line": line, "name": name} for path, line, name in self.places]
        return {"count": self.count, "places": places, "candidates": list(self.candidates)}


def unresolved_calls_of(snapshot: Snapshot, adjacency: Adjacency, name: str) -> Unresolved:
    """Return the calls of `name`, anywhere, without a known target."""
    calls = [each for each in snapshot.references_to(name) if each[1].kind == "call"]
    return _unresolved(snapshot, adjacency, calls)


def unresolved_calls_in(snapshot: Snapshot, adjacency: Adjacency, node: int) -> Unresolved:
    """Return the calls in the symbol `node` of names defined in the repository, target unknown."""
    path = adjacency.path_of(node)
    calls = [(path, each) for each in snapshot.references_in(path) if each.kind == "call"]
    owners = _owners(adjacency, calls)
    own_calls = [call for call, owner in zip(calls, owners, strict=True) if owner == node]
    return _unresolved(snapshot, adjacency, own_calls)


def resolve_mentions(
    snapshot: Snapshot, adjacency: Adjacency, mentions: Iterable[Mention]
) -> Iterator[tuple[str, Reference, list[str]]]:
    """Yield (path, reference, ids of the definitions it resolves to)."""
    mentions = list(mentions)
    definitions = _definitions(snapshot, adjacency, mentions)
    targets = _targets(adjacency, mentions, _SOURCE_KINDS)
    for (path, reference), named, known in zip(mentions, definitions, targets, strict=True):
        nodes = adjacency.sort_nodes(known & named)
        yield path, reference, [adjacency.id_of(node) for node in nodes]


def _unresolved(snapshot: Snapshot, adjacency: Adjacency, calls: Sequence[Mention]) -> Unresolved:
    places: list[tuple[str, int, str]] = []
    # each set of definitions once: a name may have thousands
    possible: dict[int, frozenset[int]] = {}
    definitions = _definitions(snapshot, adjacency, calls)
    targets = _targets(adjacency, calls, ("calls",))
    for (path, reference), named, known in zip(calls, definitions, targets, strict=True):
        if named and named.isdisjoint(known):
            places.append((path, reference.line, reference.name))
            possible[id(named)] = named
    candidates = adjacency.sort_nodes(frozenset().union(*possible.values()))
    ids = tuple(adjacency.id_of(node) for node in candidates[:MAX_SHOWN])
    return Unresolved(len(places), tuple(places[:MAX_SHOWN]), ids)


def _definitions(
    snapshot: Snapshot, adjacency: Adjacency, mentions: Sequence[Mention]
) -> list[frozenset[int]]:
    """Return for each mention the nodes of that name in the languages it can refer to."""
    names = {reference.name for _, reference in mentions}
    defined = snapshot.symbols_named(names) if names else []
    paths = {path for path, _ in mentions} | {each.path for each in defined}
    families = {path: family_of(language) for path, language in snapshot.languages(paths).items()}
    nodes: dict[tuple[str, str], set[int]] = {}
    for each, node in zip(defined, adjacency.nodes_of_symbols(defined), strict=True):
        nodes.setdefault((each.symbol.name, families[each.path]), set()).add(node)
    shared = {key: frozenset(group) for key, group in nodes.items()}
    nothing: frozenset[int] = frozenset()
    return [shared.get((reference.name, families[path]), nothing) for path, reference in mentions]


def _targets(
    adjacency: Adjacency, mentions: Sequence[Mention], kinds: Sequence[str]
) -> Iterator[set[int]]:
    """Yield for each mention all known targets of its owner."""
    owners = _owners(adjacency, mentions)
    targets: dict[int, set[int]] = {owner: set() for owner in owners}
    rows = adjacency.find_edges(targets, False, kinds, 0.0)
    sources, ends = adjacency.edges.src[rows].tolist(), adjacency.edges.dst[rows].tolist()
    for source, target in zip(sources, ends, strict=True):
        targets[source].add(target)
    return map(targets.__getitem__, owners)


def _owners(adjacency: Adjacency, mentions: Sequence[Mention]) -> list[int]:
    """Return the node that contains each mention."""
    positions = [(path, reference.scope) for path, reference in mentions]
    distinct = list(dict.fromkeys(positions))
    owners = dict(zip(distinct, adjacency.find_owners(distinct), strict=True))
    return [owners[position] for position in positions]
