"""Compare edges with a truth with line numbers, such as that of `truth_clang`.

Only code read by the compiler is compared. The ends of a row are found in the index by path, name
and line, so that the two sides may qualify names differently. The rules of the count:

- Equal qualified names of one file (overloads, the branches of an `#if`) are one symbol; a
  constructor is its class.
- Edges of a class itself (default arguments, initial values) do not count: the truth has only the
  calls of functions.
- A call without a definition in the files read may go to any declaration of that name, and to
  definitions in other files.
- An edge counts if the compiler has read both ends, on lines compiled by some unit (nobody knows
  the branch of an `#if` that a user means). It does not count if only an instance of the caller's
  template could resolve the callee, or if the callee is a value or a type without a body.
- `macro`: a caller and an expanded macro with arguments. `expansion`: a call in a macro's body. A
  call also counts as found if the graph leads from the caller through macros to the callee:
  `#define error(...) (error(…), -1)`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer import CALLABLES

COMPARED = frozenset(
    {"function", "method", "macro", "class", "struct", "interface", "prototype", "trait", "enum"}
)
UNREAD = frozenset({"class", "struct", "module", "prototype"})  # no source of a call in the truth

Node = tuple[str, str]
"""path and qualified name, without the number of equal names."""


@dataclass(frozen=True, slots=True)
class IndexSymbol:
    """A symbol of the index."""

    node: Node
    name: str
    kind: str
    start: int  # 1-based, inclusive
    end: int  # 1-based, inclusive


@dataclass(frozen=True, slots=True)
class IndexEdge:
    """An edge of the index."""

    src: Node
    dst: Node
    kind: str
    rule: str
    path: str
    line: int


@dataclass(slots=True)
class Truth:
    """The rows of a truth file, with nodes of the index as ends."""

    calls: dict[str, list[tuple[Node, frozenset[Node]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """how → source and its targets, any of them right."""
    seen: set[Node] = field(default_factory=set)
    open: set[tuple[Node, str]] = field(default_factory=set)
    skipped: dict[str, frozenset[int]] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)  # files
    compiled: set[Node] = field(default_factory=set)  # targets of edges on compiled lines


class Places:
    """The symbols of an index, to be found from the rows of a truth."""

    def __init__(self, symbols: Iterable[IndexSymbol]) -> None:
        self._at: dict[tuple[str, str], list[IndexSymbol]] = defaultdict(list)
        self._functions: dict[tuple[str, int], list[IndexSymbol]] = defaultdict(
            list
        )  # functions by the line of their head
        self._declared: dict[str, set[Node]] = defaultdict(set)
        self._defined: dict[str, set[Node]] = defaultdict(set)
        self.kinds: dict[Node, str] = {}
        self.starts: dict[Node, list[int]] = defaultdict(list)
        for symbol in symbols:
            self._at[symbol.node[0], symbol.name].append(symbol)
            self.starts[symbol.node].append(symbol.start)
            if symbol.kind in CALLABLES:
                self._functions[symbol.node[0], symbol.start].append(symbol)
            if self.kinds.get(symbol.node, "prototype") == "prototype":
                self.kinds[symbol.node] = symbol.kind
            nodes = self._declared if symbol.kind == "prototype" else self._defined
            nodes[symbol.name].add(symbol.node)

    def of(self, path: str, name: str, line: int) -> Node:
        """Return the symbol of this name around the line, or a node of its own if the index has
        none.

        A function named by a macro ("") is the one beginning on the line.
        """
        if not name:
            functions = self._functions.get((path, line), [])
            return functions[0].node if len(functions) == 1 else (path, f"?:{line}")
        around = [s for s in self._at.get((path, name), ()) if s.start <= line <= s.end]
        best = min(around, key=lambda s: (s.kind == "prototype", s.end - s.start), default=None)
        return best.node if best else (path, f"?{name}:{line}")

    def targets(self, row: Mapping[str, Any], read: Set[str]) -> frozenset[Node]:
        """Return the right targets of a row; `read` are the files of the truth."""
        places = [
            (row["dst_path"], row["dst"], row["dst_line"]),
            *map(tuple, row.get("others", ())),
        ]
        nodes = {self.of(*place) for place in places}
        if row.get("dst_kind") == "declaration":
            nodes |= self._declared.get(row["dst"], set())
            nodes |= {node for node in self._defined.get(row["dst"], ()) if node[0] not in read}
        return frozenset(nodes)


def read_truth(rows: Iterable[Mapping[str, Any]], places: Places) -> Truth:
    """Return the truth of these rows."""
    truth, rows = Truth(), list(rows)
    truth.read = {row["src_path"] for row in rows if row["how"] in ("seen", "document")}
    for row in rows:
        if row["how"] == "document":
            continue
        if row["how"] == "skipped":
            truth.skipped[row["src_path"]] = frozenset(row["lines"])
            continue
        src = places.of(row["src_path"], row["src"], row["src_line"])
        if row["how"] == "seen":
            truth.seen.add(src)
        elif row["how"] == "open":
            truth.open.add((src, row["dst"]))
        else:
            truth.calls[row["how"]].append((src, places.targets(row, truth.read)))
    return truth


def is_located(truth: Path) -> bool:
    """Return True if the rows of a truth file have line numbers."""
    with truth.open(encoding="utf-8") as lines:
        return '"src_line"' in lines.readline()


def describe(result: Mapping[str, Any]) -> str:
    """Return the figures of `compare_located`, a line for each kind of row and each rule."""
    lines = []
    for kind, figure in result.items():
        precision = f"precision {figure['precision']:.3f}, " if "precision" in figure else ""
        lines.append(
            f"{kind}: {precision}recall {figure['recall']:.3f} ({figure.get('edges', '–')} against"
            f" {figure['truth']})"
        )
        lines += [
            f"  {rule:<8} {n:>5} edges, precision {share:.3f}"
            for rule, (n, share) in figure.get("rules", {}).items()
        ]
    return "\n".join(lines)


def compare_located(
    rows: Iterable[Mapping[str, Any]], symbols: Iterable[IndexSymbol], edges: Iterable[IndexEdge]
) -> dict[str, Any]:
    """Return precision and recall of each kind of row, those of calls by rule, and the
    disagreements."""
    places = Places(symbols)
    truth, edges = read_truth(rows, places), list(edges)
    truth.compiled = {
        edge.dst for edge in edges if _is_compiled(truth, edge.dst, places.starts[edge.dst])
    }
    calls = [
        edge for edge in edges if edge.kind == "calls" and places.kinds.get(edge.src) not in UNREAD
    ]
    to_macros = [edge for edge in calls if places.kinds.get(edge.dst) == "macro"]
    to_code = [edge for edge in calls if places.kinds.get(edge.dst) in COMPARED - {"macro"}]
    right = [*truth.calls["call"], *truth.calls["expansion"], *truth.calls["macro"]]
    reach = _through_macros(calls, places.kinds)
    expansion = _figures(truth, [], [], truth.calls["expansion"], reach)
    return {
        "call": _figures(truth, right, to_code, truth.calls["call"], reach),
        "macro": _figures(truth, right, to_macros, truth.calls["macro"], {}),
        "inherit": _figures(
            truth,
            truth.calls["inherit"],
            [e for e in edges if e.kind == "inherits"],
            truth.calls["inherit"],
            {},
        ),
        "expansion": {key: expansion[key] for key in ("truth", "recall", "missed")},
    }


def _figures(
    truth: Truth,
    right: list[tuple[Node, frozenset[Node]]],
    edges: list[IndexEdge],
    expected: list[tuple[Node, frozenset[Node]]],
    reach: Mapping[Node, Set[Node]],
) -> dict[str, Any]:
    """Return the figures of `edges`. An edge is right if it is in `right`; an edge of `expected` is
    missed unless it is in `edges`, or its target in `reach` of its source."""
    targets: dict[Node, set[Node]] = defaultdict(set)
    for source, ends in right:
        targets[source] |= ends
    pairs = {(_caller(edge.src, truth), edge.dst) for edge in edges}
    judged: dict[tuple[Node, Node], str] = {}
    for edge in edges:
        source = _caller(edge.src, truth)
        if _is_judged(truth, source, edge):
            judged.setdefault((source, edge.dst), edge.rule)
    rules: dict[str, list[bool]] = defaultdict(list)
    for (source, end), rule in sorted(judged.items()):
        rules[rule].append(end in targets.get(source, ()))
    correct = sum(map(sum, rules.values()))
    expectations = set(expected)
    missed = sorted(
        {
            (s, min(ends))
            for s, ends in expectations
            if not any((s, end) in pairs for end in ends) and not reach.get(s, frozenset()) & ends
        }
    )
    return {
        "edges": len(judged),
        "truth": len(expectations),
        "precision": _share(correct, len(judged)),
        "recall": _share(len(expectations) - len(missed), len(expectations)),
        "rules": {
            rule: [len(verdicts), _share(sum(verdicts), len(verdicts))]
            for rule, verdicts in sorted(rules.items())
        },
        "wrong": sorted(
            (s, end, rule) for (s, end), rule in judged.items() if end not in targets.get(s, ())
        ),
        "missed": missed,
    }


def _is_judged(truth: Truth, source: Node, edge: IndexEdge) -> bool:
    if (
        source not in truth.seen
        or edge.dst not in truth.compiled
        or edge.line in truth.skipped.get(edge.path, ())
    ):
        return False
    return (source, edge.dst[1].rpartition(".")[2]) not in truth.open


def _is_compiled(truth: Truth, end: Node, starts: Iterable[int]) -> bool:
    off = truth.skipped.get(end[0], frozenset())
    return end[0] in truth.read and not all(start in off for start in starts)


def _caller(source: Node, truth: Truth) -> Node:
    """Return the innermost function around the source that the compiler has read: a nested function
    or a lambda calls on behalf of the outer one."""
    path, name = source
    while (path, name) not in truth.seen and "." in name:
        name = name.rpartition(".")[0]
    return (path, name) if (path, name) in truth.seen else source


def _through_macros(calls: list[IndexEdge], kinds: Mapping[Node, str]) -> dict[Node, set[Node]]:
    """Return all callees of each node, direct ones and through macros."""
    direct: dict[Node, set[Node]] = defaultdict(set)
    for edge in calls:
        direct[edge.src].add(edge.dst)
    callees: dict[Node, set[Node]] = {}
    for source, ends in direct.items():
        seen, stack = set(ends), [end for end in ends if kinds.get(end) == "macro"]
        while stack:
            fresh = direct.get(stack.pop(), set()) - seen
            seen |= fresh
            stack += [end for end in fresh if kinds.get(end) == "macro"]
        callees[source] = seen
    return callees


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0
