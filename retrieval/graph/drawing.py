"""Drawings of a small part of the graph: pictures, and files for other programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from .edge_columns import KINDS

if TYPE_CHECKING:
    import networkx

    from .csr import CsrAdjacency

# pixels of the SVG
BOX_HEIGHT, BOX_GAP = 26, 10  # of a node, and between two nodes of a column
LETTER_WIDTH, MARGIN = 7.0, 16
COLUMN_GAP = 90  # room for the arrows
_COLORS = {
    "calls": "#2563eb",
    "references": "#64748b",
    "imports": "#94a3b8",
    "inherits": "#b91c1c",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """Some nodes and the edges between them."""

    graph: CsrAdjacency
    center: tuple[int, ...]
    nodes: tuple[int, ...]
    edges: tuple[int, ...]  # rows of `graph.edges` out of `nodes`; some may end elsewhere
    complete: bool  # False if there are more nodes around

    def to_networkx(self) -> networkx.MultiDiGraph[str]:
        """Return ids with `path`, `symbol`, `kind` and `line`.

        Edges have `kind`, `rule`, `confidence` and `line`.
        """
        import networkx

        drawn: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        columns = ("qualname", "kind", "start")
        for node in self.nodes:
            symbol, kind, line = (self.graph.nodes[name][node].as_py() for name in columns)
            path = self.graph.path_of(node)
            drawn.add_node(self.graph.id_of(node), path=path, symbol=symbol, kind=kind, line=line)
        for src, dst, attributes in self._edges_inside():
            drawn.add_edge(src, dst, **attributes)
        return drawn

    def _edges_inside(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        edges, shown = self.graph.edges, set(self.nodes)
        for at in self.edges:
            src, dst = int(edges.src[at]), int(edges.dst[at])
            if dst in shown:
                attributes = {
                    "kind": KINDS[edges.kind[at]],
                    "rule": self.graph.rules[edges.rule[at]],
                    "confidence": round(float(edges.confidence[at]), 3),
                    "line": int(edges.line[at]),
                }
                yield self.graph.id_of(src), self.graph.id_of(dst), attributes

    def center_ids(self) -> list[str]:
        """Return the ids of the nodes in the center."""
        return [self.graph.id_of(node) for node in self.center]

    def render(self, form: str) -> str:
        """Return the drawing as `mermaid`, `dot`, `json`, `graphml` or `svg`."""
        return _RENDERERS[form](self)


def _json(drawing: Drawing) -> str:
    drawn = drawing.to_networkx()
    nodes = [{"id": name, **attributes} for name, attributes in drawn.nodes(data=True)]
    edges = [
        {"src": src, "dst": dst, **attributes} for src, dst, attributes in drawn.edges(data=True)
    ]
    value = {
        "centre": drawing.center_ids(),
        "nodes": nodes,
        "edges": edges,
        "complete": drawing.complete,
    }
    return json.dumps(value, ensure_ascii=False) + "\n"


def _graphml(drawing: Drawing) -> str:
    import networkx

    return "\n".join(networkx.generate_graphml(drawing.to_networkx())) + "\n"


def _mermaid(drawing: Drawing) -> str:
    drawn = drawing.to_networkx()
    number = {name: f"n{at}" for at, name in enumerate(drawn)}
    rows = [
        f'  {number[name]}["{_entities(_label(name, attributes))}"]'
        for name, attributes in drawn.nodes(data=True)
    ]
    rows += [
        f"  {number[src]} -->|{attributes['kind']}| {number[dst]}"
        for src, dst, attributes in drawn.edges(data=True)
    ]
    rows += [f"  style {number[name]} stroke-width:3px" for name in drawing.center_ids()]
    return "\n".join(["flowchart LR", *rows]) + "\n"


def _dot(drawing: Drawing) -> str:
    drawn = drawing.to_networkx()
    rows = [
        f"  {_quoted(name)} [label={_quoted(_label(name, attributes))}];"
        for name, attributes in drawn.nodes(data=True)
    ]
    rows += [
        f"  {_quoted(src)} -> {_quoted(dst)} [label={_quoted(attributes['kind'])}];"
        for src, dst, attributes in drawn.edges(data=True)
    ]
    return "\n".join(["digraph clew {", "  rankdir=LR;", "  node [shape=box];", *rows, "}"]) + "\n"


def _svg(drawing: Drawing) -> str:
    """Return columns: sources to the left of the center, targets to the right.

    Crossings are not avoided.
    """
    drawn, center = drawing.to_networkx(), drawing.center_ids()
    boxes, width, height = _layout(drawn, center)
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="monospace" font-size="11">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#475569"/></marker></defs>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>',
    ]
    rows += [
        _arrow(boxes[src], boxes[dst], attributes["kind"])
        for src, dst, attributes in drawn.edges(data=True)
    ]
    rows += [
        _box(boxes[name], name, _label(name, attributes), name in center)
        for name, attributes in drawn.nodes(data=True)
    ]
    return "\n".join([*rows, "</svg>"]) + "\n"


def _box(box: Box, name: str, label: str, is_center: bool) -> str:
    left, top, width = box
    fill = "#fef3c7" if is_center else "#f1f5f9"
    return (
        f'<g><title>{escape(_printable(name))}</title><rect x="{left:.1f}" y="{top:.1f}" '
        f'width="{width:.1f}" height="{BOX_HEIGHT}" rx="4" fill="{fill}" stroke="#475569"/>'
        f'<text x="{left + 6:.1f}" y="{top + 17:.1f}">{escape(_printable(label))}</text></g>'
    )


_RENDERERS: dict[str, Callable[[Drawing], str]] = {
    "mermaid": _mermaid,
    "dot": _dot,
    "json": _json,
    "graphml": _graphml,
    "svg": _svg,
}

Box = tuple[float, float, float]
"""Left, top, width."""


def _layout(
    drawn: networkx.MultiDiGraph[str], center: list[str]
) -> tuple[dict[str, Box], float, float]:
    """Return node → box, and the width and height of the picture."""
    columns: dict[int, list[str]] = {}
    for name, column in _columns(drawn, center).items():
        columns.setdefault(column, []).append(name)
    boxes: dict[str, Box] = {}
    left, row_height = float(MARGIN), BOX_HEIGHT + BOX_GAP
    tallest = max(map(len, columns.values()), default=0) * row_height
    for column in sorted(columns):
        names = columns[column]
        width = max(len(_label(name, drawn.nodes[name])) for name in names) * LETTER_WIDTH + 12
        top = MARGIN + (tallest - len(names) * row_height) / 2
        for at, name in enumerate(names):
            boxes[name] = (left, top + at * row_height, width)
        left += width + COLUMN_GAP
    return boxes, max(left - COLUMN_GAP, 0.0) + MARGIN, float(tallest + 2 * MARGIN)


def _columns(drawn: networkx.MultiDiGraph[str], center: list[str]) -> dict[str, int]:
    """Return node → column: steps from the center, negative against the edges."""
    targets = _distances(drawn, center)
    sources = _distances(drawn.reverse(copy=False), center)
    others = _distances(drawn.to_undirected(), center)
    found = others | {name: -steps for name, steps in sources.items()} | targets
    return {name: found.get(name, 0) for name in drawn}


def _distances(graph: networkx.MultiGraph[str], center: list[str]) -> dict[str, int]:
    import networkx

    steps = networkx.multi_source_dijkstra_path_length(graph, set(center), weight=None)
    return {name: int(count) for name, count in steps.items()}


def _arrow(start: Box, end: Box, kind: str) -> str:
    """Return a curve from the right of a box to the left of another.

    If the other is in the same column or further left, the curve arrives from the right.
    """
    color = _COLORS.get(kind, "#0f766e")
    x1, y1 = start[0] + start[2], start[1] + BOX_HEIGHT / 2
    x2, y2 = end[0], end[1] + BOX_HEIGHT / 2
    is_back = x2 < x1
    if is_back:
        x2 = end[0] + end[2]
    bend = max(abs(x2 - x1) / 2, 30)
    x3 = x2 + bend if is_back else x2 - bend
    curve = f"M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x3:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    return (
        f'<path d="{curve}" fill="none" stroke="{color}" marker-end="url(#tip)">'
        f"<title>{escape(kind)}</title></path>"
    )


def _label(name: str, attributes: dict[str, Any]) -> str:
    """Return a symbol's name and its file's, or the path of a file."""
    return (
        f"{attributes['symbol']} · {attributes['path'].rsplit('/', 1)[-1]}"
        if attributes["symbol"]
        else name
    )


def _printable(text: str) -> str:
    """Replace characters that XML forbids."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def _entities(text: str) -> str:
    """Escape a label of Mermaid: entities are its only escapes."""
    return "".join(
        f"#{ord(each)};" if each in '"#&<>;`\\[]{}()|' or not each.isprintable() else each
        for each in text
    )


def _quoted(text: str) -> str:
    return '"' + _printable(text).replace("\\", "\\\\").replace('"', '\\"') + '"'
