"""The graph of symbols: who calls what, how two symbols hang together, and which files matter most."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from indexer import FoundEdge, FoundSymbol, Reference, Snapshot, key64

from .lookup import Lookup
from .outline import outline
from .records import Related

CALLS = ("calls",)
MAX_DEPTH = 12  # steps of a path; what lies further apart is not related in a way that helps anybody
MAX_VISITED = 50_000  # symbols that a search for a path looks at


class Graph:
    """Answers about one snapshot. A symbol is given by its `FoundSymbol`, or by any name that `symbol` takes."""

    def __init__(self, snapshot: Snapshot, lookup: Lookup | None = None) -> None:
        self.snapshot = snapshot
        self.lookup = lookup or Lookup(snapshot)

    def symbol(self, name: str) -> list[FoundSymbol]:
        """The symbols that `name`, `Qual.name`, `path::Qual.name` or `end/of/path.py::name` may mean, by path and line."""
        return self.lookup.symbols(name)

    def callers(self, symbol: str | FoundSymbol, depth: int = 1, min_confidence: float = 0.0) -> list[Related]:
        """What calls `symbol`, up to `depth` steps away, nearest and surest first."""
        return self.related(symbol, depth, min_confidence, inward=True)

    def callees(self, symbol: str | FoundSymbol, depth: int = 1, min_confidence: float = 0.0) -> list[Related]:
        """What `symbol` calls, up to `depth` steps away, nearest and surest first."""
        return self.related(symbol, depth, min_confidence, inward=False)

    def related(
        self,
        symbol: str | FoundSymbol,
        depth: int = 1,
        min_confidence: float = 0.0,
        *,
        inward: bool,
        kinds: Collection[str] = CALLS,
    ) -> list[Related]:
        """What is reached from `symbol` over edges of `kinds` (of any, if empty), against their direction if `inward`."""
        frontier = self._uids(symbol)
        seen, found = set(frontier), []
        for step in range(1, depth + 1):
            edges = self.snapshot.edges_to(frontier, kinds) if inward else self.snapshot.edges_from(frontier, kinds)
            edges = sorted((e for e in edges if e.confidence >= min_confidence), key=lambda e: (-e.confidence, e.line))
            fresh: dict[int, FoundEdge] = {}
            for edge in edges:
                far = edge.src if inward else edge.dst
                if far not in seen:
                    fresh.setdefault(far, edge)
            names = self._names({*fresh, *(e.dst if inward else e.src for e in fresh.values())})
            found += [self._related(uid, edge, step, names, inward) for uid, edge in fresh.items() if uid in names]
            seen |= fresh.keys()
            frontier = sorted(fresh)
        return sorted(found, key=lambda r: (r.depth, -r.confidence, r.path, r.start_line, r.symbol))

    def refs(self, name: str) -> list[tuple[str, Reference]]:
        """Where the last part of `name` is written as a reference, resolved or not: (path, reference), by path and line."""
        last = name.strip().removesuffix("()").replace("::", ".").replace("#", ".").rsplit(".", 1)[-1]
        return self.snapshot.references_to(last)

    def path(self, start: str | FoundSymbol, end: str | FoundSymbol, kinds: Collection[str] = ()) -> list[Related]:
        """The shortest chain of edges from `start` to `end`, by default of any kind; empty where there is none.

        The first item is `start` itself, at depth 0. Of chains of equal length the one with the surest first edges.
        """
        frontier, goals = self._uids(start), set(self._uids(end))
        came: dict[int, FoundEdge | None] = dict.fromkeys(frontier)
        for _ in range(MAX_DEPTH):
            reached = next((uid for uid in frontier if uid in goals), None)
            if reached is not None:
                return self._chain(reached, came)
            fresh: dict[int, FoundEdge] = {}
            edges = self.snapshot.edges_from(frontier, kinds)
            for edge in sorted(edges, key=lambda e: (-e.confidence, e.kind, e.src, e.line, e.dst)):
                if edge.dst not in came:
                    fresh.setdefault(edge.dst, edge)
            came |= fresh
            frontier = list(fresh)
            if not frontier or len(came) > MAX_VISITED:
                break
        return []

    def map(self, budget: int = 2000, folder: str = "") -> str:
        """An outline of what matters most, in at most `budget` tokens: files by PageRank over the edges between them,
        each with the signatures that the rest of the code uses most."""
        return outline(self.snapshot, budget, folder)

    def edges(self) -> Iterator[dict[str, Any]]:
        """Every edge of the view as it is exported, by source, target, kind and line.

        An end that is no symbol is a file: its id is its path.
        """
        import numpy as np

        ids, paths = self._all_ids()
        table = self.snapshot.all_edges()
        src, dst = (_ranks(table[name].to_numpy(), ids) for name in ("src", "dst"))
        order = np.lexsort((table["line"].to_numpy(), dst, src))
        by_rank = sorted(set(ids.values()))
        kinds, rules = table["kind"].to_pylist(), table["rule"].to_pylist()
        confidences, lines = table["confidence"].to_pylist(), table["line"].to_pylist()
        for at in order.tolist():
            if src[at] >= 0 and dst[at] >= 0:
                source = by_rank[src[at]]
                yield {
                    "src": source, "dst": by_rank[dst[at]], "kind": kinds[at], "rule": rules[at],
                    "confidence": round(confidences[at], 3), "path": paths[source], "line": lines[at],
                }  # fmt: skip

    def _all_ids(self) -> tuple[dict[int, str], dict[str, str]]:
        """uid → id, and id → path, of all symbols and files of the view."""
        rows = self.snapshot.all_symbols(["uid", "qualname"])
        path_of = self.snapshot.path_of
        ids, paths = dict(self.snapshot.file_uids), {path: path for path in self.snapshot.entries}
        for uid, fid, qualname in zip(
            *(rows[name].to_pylist() for name in ("uid", "file_id", "qualname")), strict=True
        ):
            ids[uid] = f"{path_of[fid]}::{qualname}"
            paths[ids[uid]] = path_of[fid]
        return ids, paths

    def _uids(self, symbol: str | FoundSymbol) -> list[int]:
        if isinstance(symbol, FoundSymbol):
            return [symbol.uid]
        found = [each.uid for each in self.symbol(symbol)]
        if not found:
            found = [key64(path) for path, agreement in self.lookup.files(symbol) if agreement >= 1.0]
        return found

    def _names(self, uids: Collection[int]) -> dict[int, tuple[str, FoundSymbol | None]]:
        """uid → (path, symbol or None for a file), for those that are known."""
        symbols = self.snapshot.symbols_of(uids)
        files = self.snapshot.file_uids
        named: dict[int, tuple[str, FoundSymbol | None]] = {uid: (files[uid], None) for uid in uids if uid in files}
        return named | {uid: (found.path, found) for uid, found in symbols.items()}

    def _related(
        self, uid: int, edge: FoundEdge, depth: int, names: dict[int, tuple[str, FoundSymbol | None]], inward: bool
    ) -> Related:
        near = names.get(edge.dst if inward else edge.src)
        path, found = names[uid]
        symbol = found.symbol if found else None
        return Related(
            id=found.id if found else path,
            path=path,
            symbol=symbol.qualname if symbol else "",
            kind=symbol.kind if symbol else "file",
            start_line=symbol.start_line if symbol else 1,
            end_line=symbol.end_line if symbol else 1,
            depth=depth,
            via=_id(near) if near else "",
            relation=edge.kind,
            rule=edge.rule,
            confidence=round(edge.confidence, 3),
            line=edge.line,
        )

    def _chain(self, goal: int, came: dict[int, FoundEdge | None]) -> list[Related]:
        steps: list[tuple[int, FoundEdge]] = []
        uid = goal
        while (edge := came[uid]) is not None:
            steps.append((uid, edge))
            uid = edge.src
        names = self._names({uid, *(step for step, _ in steps)})
        if len(names) < len(steps) + 1:
            return []
        first = self._related(uid, FoundEdge(uid, uid, "", "", 1.0, 0), 0, names, inward=False)
        return [first, *(self._related(u, e, at, names, inward=False) for at, (u, e) in enumerate(reversed(steps), 1))]


def _id(named: tuple[str, FoundSymbol | None]) -> str:
    path, found = named
    return found.id if found else path


def _ranks(uids: Any, ids: dict[int, str]) -> Any:
    """For each uid the position of its id among all ids in order, or -1."""
    import numpy as np

    by_id = {name: at for at, name in enumerate(sorted(set(ids.values())))}
    return np.array([by_id[ids[uid]] if uid in ids else -1 for uid in uids.tolist()], dtype=np.int64)
