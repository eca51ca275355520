"""A part of the graph that is small enough to look at, as a picture or a file for other programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from .edge_columns import KINDS

if TYPE_CHECKING:
    import networkx

    from .csr import Arrays

LINE, GAP = 26, 10  # pixels: a node's height, and what is between two of a column
LETTER, MARGIN = 7.0, 16  # pixels: a letter's width in the picture, and the picture's edge
COLUMN = 90  # pixels between two columns: room for the arrows
_COLOURS = {
    "calls": "#2563eb",
    "references": "#64748b",
    "imports": "#94a3b8",
    "inherits": "#b91c1c",
}


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Some nodes and the edges between them."""

    arrays: Arrays
    centre: tuple[int, ...]
    nodes: tuple[int, ...]
    edges: tuple[
        int, ...
    ]  # rows of `arrays.edges` that leave `nodes`; those that end elsewhere are not shown
    complete: bool  # False where more lies around

    def graph(self) -> networkx.MultiDiGraph[str]:
        """Ids as nodes, with `path`, `symbol`, `kind` and `line`; edges with `kind`, `rule`, `confidence` and `line`."""
        import networkx

        made: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        columns = ("qualname", "kind", "start")
        for node in self.nodes:
            symbol, kind, line = (self.arrays.nodes[name][node].as_py() for name in columns)
            path = self.arrays.path_of(node)
            made.add_node(self.arrays.id_of(node), path=path, symbol=symbol, kind=kind, line=line)
        for src, dst, about in self._edges():
            made.add_edge(src, dst, **about)
        return made

    def _edges(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        edges, shown = self.arrays.edges, set(self.nodes)
        for at in self.edges:
            src, dst = int(edges.src[at]), int(edges.dst[at])
            if dst in shown:
                about = {"kind": KINDS[edges.kind[at]], "rule": self.arrays.rules[edges.rule[at]]}
                sure = {
                    "confidence": round(float(edges.confidence[at]), 3),
                    "line": int(edges.line[at]),
                }
                yield self.arrays.id_of(src), self.arrays.id_of(dst), about | sure

    def draw(self, form: str) -> str:
        """The neighbourhood as `mermaid`, `dot`, `json`, `graphml` or `svg`."""
        return _FORMS[form](self)


def _json(part: Neighbourhood) -> str:
    made = part.graph()
    nodes = [{"id": name, **about} for name, about in made.nodes(data=True)]
    edges = [{"src": src, "dst": dst, **about} for src, dst, about in made.edges(data=True)]
    centre = [part.arrays.id_of(node) for node in part.centre]
    whole = {"centre": centre, "nodes": nodes, "edges": edges, "complete": part.complete}
    return json.dumps(whole, ensure_ascii=False) + "\n"


def _graphml(part: Neighbourhood) -> str:
    import networkx

    return "\n".join(networkx.generate_graphml(part.graph())) + "\n"


def _mermaid(part: Neighbourhood) -> str:
    made = part.graph()
    number = {name: f"n{at}" for at, name in enumerate(made)}
    rows = [
        f'  {number[name]}["{_entities(_label(name, about))}"]'
        for name, about in made.nodes(data=True)
    ]
    rows += [
        f"  {number[src]} -->|{about['kind']}| {number[dst]}"
        for src, dst, about in made.edges(data=True)
    ]
    rows += [f"  style {number[part.arrays.id_of(node)]} stroke-width:3px" for node in part.centre]
    return "\n".join(["flowchart LR", *rows]) + "\n"


def _dot(part: Neighbourhood) -> str:
    made = part.graph()
    rows = [
        f"  {_quoted(name)} [label={_quoted(_label(name, about))}];"
        for name, about in made.nodes(data=True)
    ]
    rows += [
        f"  {_quoted(src)} -> {_quoted(dst)} [label={_quoted(about['kind'])}];"
        for src, dst, about in made.edges(data=True)
    ]
    return "\n".join(["digraph clew {", "  rankdir=LR;", "  node [shape=box];", *rows, "}"]) + "\n"


def _svg(part: Neighbourhood) -> str:
    """Columns from left to right: what leads to the centre, the centre, what it leads to; no crossing is avoided."""
    made = part.graph()
    boxes, width, height = _layout(made, [part.arrays.id_of(node) for node in part.centre])
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="monospace" font-size="11">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#475569"/></marker></defs>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>',
    ]
    rows += [
        _arrow(boxes[src], boxes[dst], about["kind"]) for src, dst, about in made.edges(data=True)
    ]
    centre = {part.arrays.id_of(node) for node in part.centre}
    for name, about in made.nodes(data=True):
        left, top, wide = boxes[name]
        fill = "#fef3c7" if name in centre else "#f1f5f9"
        label = escape(_printed(_label(name, about)))
        rows.append(
            f'<g><title>{escape(_printed(name))}</title><rect x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" '
            f'height="{LINE}" rx="4" fill="{fill}" stroke="#475569"/>'
            f'<text x="{left + 6:.1f}" y="{top + 17:.1f}">{label}</text></g>'
        )
    return "\n".join([*rows, "</svg>"]) + "\n"


_FORMS: dict[str, Callable[[Neighbourhood], str]] = {
    "mermaid": _mermaid, "dot": _dot, "json": _json, "graphml": _graphml, "svg": _svg,
}  # fmt: skip

Box = tuple[float, float, float]
"""Left, top, width."""


def _layout(
    made: networkx.MultiDiGraph[str], centre: list[str]
) -> tuple[dict[str, Box], float, float]:
    """(node → its box, the width and the height of the whole)."""
    columns: dict[int, list[str]] = {}
    for name, column in _columns(made, centre).items():
        columns.setdefault(column, []).append(name)
    boxes: dict[str, Box] = {}
    left = float(MARGIN)
    tallest = max(map(len, columns.values()), default=0) * (LINE + GAP)
    for column in sorted(columns):
        names = columns[column]
        wide = max(len(_label(name, made.nodes[name])) for name in names) * LETTER + 12
        top = MARGIN + (tallest - len(names) * (LINE + GAP)) / 2
        for at, name in enumerate(names):
            boxes[name] = (left, top + at * (LINE + GAP), wide)
        left += wide + COLUMN
    return boxes, max(left - COLUMN, 0.0) + MARGIN, float(tallest + 2 * MARGIN)


def _columns(made: networkx.MultiDiGraph[str], centre: list[str]) -> dict[str, int]:
    """Steps from the centre: to the right along the edges, to the left against them."""
    import networkx

    found = dict.fromkeys(centre, 0)
    for sign, graph in ((1, made), (-1, made.reverse(copy=False))):
        for name, steps in networkx.multi_source_dijkstra_path_length(
            graph, set(centre), weight=None
        ).items():
            if name not in found:
                found[name] = sign * int(steps)
    undirected = networkx.multi_source_dijkstra_path_length(
        made.to_undirected(), set(centre), weight=None
    )
    return {name: found.get(name, int(undirected.get(name, 0))) for name in made}


def _arrow(start: Box, end: Box, kind: str) -> str:
    """A curve between two boxes: out on the right and in on the left, or round behind, where they lie the other way."""
    colour = _COLOURS.get(kind, "#0f766e")
    x1, y1, x2, y2 = start[0] + start[2], start[1] + LINE / 2, end[0], end[1] + LINE / 2
    if x2 < x1:  # back, or within a column
        x2 = end[0] + end[2]
    bend = max(abs(x2 - x1) / 2, 30)
    back = x2 if x2 < x1 or end[0] + end[2] == x2 else None
    second = (back + bend) if back is not None else x2 - bend
    return (
        f'<path d="M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {second:.1f} {y2:.1f} {x2:.1f} {y2:.1f}" fill="none" '
        f'stroke="{colour}" marker-end="url(#tip)"><title>{escape(kind)}</title></path>'
    )


def _label(name: str, about: dict[str, Any]) -> str:
    """A symbol's name with its file's; a file's path."""
    return f"{about['symbol']} · {about['path'].rsplit('/', 1)[-1]}" if about["symbol"] else name


def _printed(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _entities(text: str) -> str:
    """For a label of Mermaid, whose only escapes are entities."""
    return "".join(
        f"#{ord(each)};" if each in '"#&<>;`\\[]{}()|' or not each.isprintable() else each
        for each in text
    )


def _quoted(text: str) -> str:
    return '"' + _printed(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
