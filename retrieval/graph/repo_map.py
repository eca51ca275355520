"""The repository map: the most used files and symbols within a budget, by PageRank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer import Snapshot

from ..file_roles import file_role
from ..tokens import count_tokens
from .edge_columns import SOURCE_KINDS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .csr import CsrAdjacency
    from .edge_columns import Ints

    Floats = NDArray[np.float64]

DAMPING = 0.85  # Page and others, The PageRank Citation Ranking, 1998
ITERATIONS = 30  # the order of the first hundred files no longer changes after some twenty
MINOR_WEIGHT = 0.1  # of the rank of tests, examples and vendored files, and of their edges
UNUSED_WEIGHT = 0.01  # of a symbol without a user in other files
MAX_WIDTH = 120  # characters of a signature's line
MAX_PER_FILE = 12  # symbols shown of one file: beyond them the next file tells more


@dataclass(frozen=True, slots=True)
class _Line:
    path: str
    start_line: int
    text: str
    weight: float


def render_map(snapshot: Snapshot, graph: CsrAdjacency, budget: int, folder: str = "") -> str:
    """Return the files by rank, each with its most used symbols by line, within `budget` tokens."""
    lines = _ranked_lines(snapshot, graph, folder.strip("/"))
    low, high = 0, len(lines)
    while low < high:  # the longest prefix within the budget
        middle = (low + high + 1) // 2
        if count_tokens(_render(lines[:middle])) <= budget:
            low = middle
        else:
            high = middle - 1
    return _render(lines[:low])


def _ranked_lines(snapshot: Snapshot, graph: CsrAdjacency, folder: str) -> list[_Line]:
    rows = snapshot.all_symbols(["uid", "qualname", "kind", "signature", "start_line"])
    file_rank, uses = _rank_files(graph)
    file_of = {entry.file_id: at for at, entry in enumerate(snapshot.entries.values())}
    names = ("file_id", "qualname", "kind", "signature", "start_line")
    columns = [rows[name].to_pylist() for name in names]
    nodes = graph.nodes_of_uids(rows["uid"].to_pylist())
    lines = []
    for node, file_id, qualname, kind, signature, start in zip(nodes, *columns, strict=True):
        file = file_of[file_id]
        path = graph.paths[file]
        if folder and not (path == folder or path.startswith(folder + "/")):
            continue
        weight = float(file_rank[file]) * (float(uses[node]) + UNUSED_WEIGHT)
        indent = "  " * (qualname.count(".") + 1)
        text = indent + (signature or f"{kind} {qualname}")[:MAX_WIDTH]
        lines.append(_Line(path, start, text, weight))
    return _limit_per_file(lines)


def _limit_per_file(lines: list[_Line]) -> list[_Line]:
    """Return the heaviest lines first, at most MAX_PER_FILE of each file."""
    counts: dict[str, int] = {}
    limited = []
    for line in sorted(lines, key=lambda x: (-round(x.weight, 12), x.path, x.start_line, x.text)):
        counts[line.path] = counts.get(line.path, 0) + 1
        if counts[line.path] <= MAX_PER_FILE:
            limited.append(line)
    return limited


def _rank_files(graph: CsrAdjacency) -> tuple[Floats, Floats]:
    """Return the rank of each file, and the weight of each node's uses in other files.

    Derived edges do not count: the edges behind them do.
    """
    import numpy as np

    edges, paths = graph.edges, graph.paths
    src, dst = graph.file[edges.src], graph.file[edges.dst]
    roles = np.array(
        [1.0 if file_role(path) in ("source", "front") else MINOR_WEIGHT for path in paths]
    )
    across = np.flatnonzero((src != dst) & (edges.kind < SOURCE_KINDS))
    src, dst, targets = src[across], dst[across], edges.dst[across]
    weight = edges.confidence[across].astype(np.float64) * roles[src]
    rank = _pagerank(src, dst, weight, len(paths)) * roles
    uses = np.bincount(targets, weights=weight, minlength=graph.nodes.num_rows)
    return rank, uses.astype(np.float64)


def _pagerank(src: Ints, dst: Ints, weight: Floats, count: int) -> Floats:
    """Return PageRank by power iteration over weighted edges; dead ends spread evenly."""
    import numpy as np

    if not count:
        return np.zeros(0)
    out = np.bincount(src, weights=weight, minlength=count)
    share = weight / np.where(out[src] > 0, out[src], 1.0)
    rank = np.full(count, 1.0 / count)
    for _ in range(ITERATIONS):
        flow = np.bincount(dst, weights=rank[src] * share, minlength=count)
        rank = (1.0 - DAMPING) / count + DAMPING * (flow + rank[out == 0].sum() / count)
    return rank


def _render(lines: list[_Line]) -> str:
    by_path: dict[str, list[_Line]] = {}
    for line in lines:
        by_path.setdefault(line.path, []).append(line)
    blocks = []
    for path, group in by_path.items():
        group.sort(key=lambda line: (line.start_line, line.text))
        blocks.append("\n".join([f"{path}:", *(line.text for line in group)]))
    return "\n".join(blocks) + ("\n" if blocks else "")
