"""What a reader of some code needs beside it: its bases, what it calls, the constants that it reads, a test of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer import SHOWN_AS_VALUES, FoundEdge, FoundSymbol, search_terms

from ..file_roles import is_test

if TYPE_CHECKING:
    from ..searcher import Searcher

MIN_CONFIDENCE = 0.5  # of an edge that brings something in
SHARES = {"calls": 0.25, "inherits": 0.25, "references": 0.2, "tests": 0.1}
"""What such code is worth beside the hit that needs it (LOG packs: what comes along)."""
MOST = {"calls": 6, "inherits": 2, "references": 4, "tests": 1}  # of each kind for one hit
USES_READ = (
    64  # edges to a hit among which a test is looked for: what more use has no test of its own
)


@dataclass(frozen=True, slots=True)
class Needed:
    """A symbol that stands in a relation to a hit."""

    symbol: FoundSymbol
    share: float  # of what the hit is worth


def needed(searcher: Searcher, hits: Sequence[FoundSymbol]) -> dict[int, list[Needed]]:
    """uid of a hit → what it needs, in the order in which it mentions that, then a test."""
    owners = _owners(searcher, hits)
    edges = searcher.snapshot.edges_from(
        [*owners, *(hit.uid for hit in hits)], ("calls", "inherits", "references")
    )
    uses = searcher.snapshot.edges_to(
        [hit.uid for hit in hits if not is_test(hit.path)], ("calls", "references")
    )
    leaving, reaching = _by(edges, "src"), _by(uses, "dst")
    wanted = {edge.dst for edge in edges if edge.confidence >= MIN_CONFIDENCE}
    wanted |= {edge.src for own in reaching.values() for edge in own}
    known = searcher.snapshot.symbols_of(wanted)
    of_class = {hit: leaving.get(owner, ()) for owner, own in owners.items() for hit in own}
    return {
        hit.uid: [
            *_mentioned(hit, leaving.get(hit.uid, ()), of_class.get(hit.uid, ()), known),
            *_test(hit, reaching.get(hit.uid, ()), known),
        ]
        for hit in hits
    }


def _owners(searcher: Searcher, hits: Sequence[FoundSymbol]) -> dict[int, list[int]]:
    """uid of a class → uids of the hits among its members: what it inherits from, they do."""
    found: dict[int, list[int]] = defaultdict(list)
    symbols = searcher.lookup.symbols_in(hit.path for hit in hits)
    for hit in hits:
        if hit.symbol.parent >= 0:
            found[symbols[hit.path][hit.symbol.parent].uid].append(hit.uid)
    return found


def _by(edges: Iterable[FoundEdge], end: str) -> Mapping[int, Sequence[FoundEdge]]:
    """The edges of each symbol, as many of the surest as are looked at."""
    found: dict[int, list[FoundEdge]] = defaultdict(list)
    for edge in edges:
        if edge.confidence >= MIN_CONFIDENCE:
            found[getattr(edge, end)].append(edge)
    if end == "src":
        return found
    return {uid: sorted(own, key=_surest)[:USES_READ] for uid, own in found.items()}


def _surest(edge: FoundEdge) -> tuple[bool, float, int, int]:
    return (edge.kind != "calls", -edge.confidence, edge.src, edge.line)


def _mentioned(
    hit: FoundSymbol,
    own: Sequence[FoundEdge],
    of_class: Sequence[FoundEdge],
    known: Mapping[int, FoundSymbol],
) -> Iterator[Needed]:
    """What the hit calls, inherits from and reads, each once; of what its class does, what that inherits from."""
    edges = [*own, *(edge for edge in of_class if edge.kind == "inherits")]
    seen, left = {hit.uid}, dict(MOST)
    for edge in sorted(edges, key=lambda e: (e.line, e.dst)):
        found = known.get(edge.dst)
        if found is None or edge.dst in seen or not left[edge.kind]:
            continue
        if edge.kind == "references" and found.symbol.kind not in SHOWN_AS_VALUES:
            continue
        seen.add(edge.dst)
        left[edge.kind] -= 1
        yield Needed(found, SHARES[edge.kind])


def _test(
    hit: FoundSymbol, uses: Sequence[FoundEdge], known: Mapping[int, FoundSymbol]
) -> list[Needed]:
    """The tests that use the hit: first those called after it, or after its file."""
    words = frozenset(search_terms(hit.symbol.name)) | frozenset(
        search_terms(hit.path.rsplit("/", 1)[-1])
    )
    tests = {
        edge.src: known[edge.src]
        for edge in uses
        if edge.src in known and is_test(known[edge.src].path)
    }

    def apart(test: FoundSymbol) -> tuple[int, str, int]:
        name = f"{test.symbol.qualname} {test.path.rsplit('/', 1)[-1]}"
        return (-len(words.intersection(search_terms(name))), test.path, test.symbol.start_line)

    return [
        Needed(test, SHARES["tests"]) for test in sorted(tests.values(), key=apart)[: MOST["tests"]]
    ]
