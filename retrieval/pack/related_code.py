"""Code related to a hit: its base classes, callees and constants, and a test of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from indexer import SHOWN_AS_VALUES, FoundEdge, FoundSymbol, Snapshot, search_terms

from ..file_roles import is_test
from ..query import Lookup

MIN_CONFIDENCE = 0.5  # of an edge to related code
WEIGHTS = {"calls": 0.25, "inherits": 0.25, "references": 0.2, "tests": 0.1}
"""The utility of related code beside that of its hit (LOG packs: what comes along)."""
LIMITS = {"calls": 6, "inherits": 2, "references": 4, "tests": 1}  # of each kind for one hit
MAX_USES = 64  # edges to a hit searched for a test: code in wider use has no test of its own


@dataclass(frozen=True, slots=True)
class RelatedCode:
    """A symbol related to a hit."""

    symbol: FoundSymbol
    weight: float  # its utility as a share of the hit's


def find_related_code(
    snapshot: Snapshot, lookup: Lookup, hits: Sequence[FoundSymbol]
) -> dict[int, list[RelatedCode]]:
    """Return uid of a hit → its related code, in the order of its lines, then a test."""
    members = _members_of_classes(lookup, hits)
    outgoing = _by_source(
        snapshot.edges_from(
            [*members, *(hit.uid for hit in hits)], ("calls", "inherits", "references")
        )
    )
    uses = _by_target(
        snapshot.edges_to(
            [hit.uid for hit in hits if not is_test(hit.path)], ("calls", "references")
        )
    )
    uids = {edge.dst for edges in outgoing.values() for edge in edges}
    uids |= {edge.src for edges in uses.values() for edge in edges}
    symbols = snapshot.symbols_of(uids)
    of_class = {uid: outgoing.get(owner, ()) for owner in members for uid in members[owner]}
    return {
        hit.uid: [
            *_dependencies(hit, outgoing.get(hit.uid, ()), of_class.get(hit.uid, ()), symbols),
            *_tests(hit, uses.get(hit.uid, ()), symbols),
        ]
        for hit in hits
    }


def _members_of_classes(lookup: Lookup, hits: Sequence[FoundSymbol]) -> dict[int, list[int]]:
    """Return uid of a class → uids of its members among the hits; they share its bases."""
    members: dict[int, list[int]] = defaultdict(list)
    symbols = lookup.symbols_in(hit.path for hit in hits)
    for hit in hits:
        if hit.symbol.parent >= 0:
            members[symbols[hit.path][hit.symbol.parent].uid].append(hit.uid)
    return members


def _by_source(edges: Iterable[FoundEdge]) -> Mapping[int, Sequence[FoundEdge]]:
    """Return uid of the source → its confident edges."""
    grouped: dict[int, list[FoundEdge]] = defaultdict(list)
    for edge in edges:
        if edge.confidence >= MIN_CONFIDENCE:
            grouped[edge.src].append(edge)
    return grouped


def _by_target(edges: Iterable[FoundEdge]) -> Mapping[int, Sequence[FoundEdge]]:
    """Return uid of the target → its MAX_USES most confident edges."""
    grouped: dict[int, list[FoundEdge]] = defaultdict(list)
    for edge in edges:
        if edge.confidence >= MIN_CONFIDENCE:
            grouped[edge.dst].append(edge)
    return {uid: sorted(uses, key=_confidence_order)[:MAX_USES] for uid, uses in grouped.items()}


def _confidence_order(edge: FoundEdge) -> tuple[bool, float, int, int]:
    return (edge.kind != "calls", -edge.confidence, edge.src, edge.line)


def _dependencies(
    hit: FoundSymbol,
    edges: Sequence[FoundEdge],
    of_class: Sequence[FoundEdge],
    symbols: Mapping[int, FoundSymbol],
) -> Iterator[RelatedCode]:
    """Yield the hit's callees, bases and constants, each once, and the bases of its class."""
    inherited = [edge for edge in of_class if edge.kind == "inherits"]
    seen, room = {hit.uid}, dict(LIMITS)
    for edge in sorted([*edges, *inherited], key=lambda e: (e.line, e.dst)):
        target = symbols.get(edge.dst)
        if target is None or edge.dst in seen or not room[edge.kind]:
            continue
        if edge.kind == "references" and target.symbol.kind not in SHOWN_AS_VALUES:
            continue
        seen.add(edge.dst)
        room[edge.kind] -= 1
        yield RelatedCode(target, WEIGHTS[edge.kind])


def _tests(
    hit: FoundSymbol, uses: Sequence[FoundEdge], symbols: Mapping[int, FoundSymbol]
) -> list[RelatedCode]:
    """Return the tests that use the hit, first those with its name or its file's."""
    terms = {*search_terms(hit.symbol.name), *search_terms(hit.path.rsplit("/", 1)[-1])}
    users = {edge.src: symbols[edge.src] for edge in uses if edge.src in symbols}
    tests = [user for user in users.values() if is_test(user.path)]

    def order(test: FoundSymbol) -> tuple[int, str, int]:
        name = f"{test.symbol.qualname} {test.path.rsplit('/', 1)[-1]}"
        return (-len(terms.intersection(search_terms(name))), test.path, test.symbol.start_line)

    nearest = sorted(tests, key=order)[: LIMITS["tests"]]
    return [RelatedCode(test, WEIGHTS["tests"]) for test in nearest]
