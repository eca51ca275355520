"""A map of the code base within a budget: the files and symbols that the rest hangs on, by PageRank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer import Snapshot

from ..file_roles import file_role
from ..tokens import count_tokens
from .edge_columns import WRITTEN

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .csr import Arrays, Ints

DAMPING = 0.85  # Page and others, The PageRank Citation Ranking, 1998
ITERATIONS = 30  # the order of the first hundred files no longer changes after some twenty
LOW_PLACES = 0.1  # what tests, examples and vendored files keep of their rank, and of what they give to others
MAX_WIDTH = 120  # characters of a signature's line
PER_FILE = 12  # symbols shown of one file: beyond them the next file tells more


@dataclass(frozen=True, slots=True)
class _Line:
    path: str
    start_line: int
    text: str
    weight: float


def outline(snapshot: Snapshot, arrays: Arrays, budget: int, folder: str = "") -> str:
    """Files in the order of their rank, each with its most used symbols in order of lines; at most `budget` tokens."""
    lines = _ranked_lines(snapshot, arrays, folder.strip("/"))
    low, high = 0, len(lines)
    while low < high:  # the longest prefix of the ranked lines that fits
        middle = (low + high + 1) // 2
        low, high = (
            (middle, high) if count_tokens(_render(lines[:middle])) <= budget else (low, middle - 1)
        )
    return _render(lines[:low])


def _ranked_lines(snapshot: Snapshot, arrays: Arrays, folder: str) -> list[_Line]:
    rows = snapshot.all_symbols(["uid", "qualname", "kind", "signature", "start_line"])
    rank, used = _file_ranks(arrays)
    at_of = {entry.file_id: at for at, entry in enumerate(snapshot.entries.values())}
    columns = [
        rows[name].to_pylist()
        for name in ("file_id", "qualname", "kind", "signature", "start_line")
    ]
    nodes = arrays.nodes_of(rows["uid"].to_pylist())
    lines = []
    for node, file_id, qualname, kind, signature, start in zip(nodes, *columns, strict=True):
        path = arrays.paths[at_of[file_id]]
        if folder and not (path == folder or path.startswith(folder + "/")):
            continue
        weight = float(rank[at_of[file_id]]) * (float(used[node]) + 0.01)
        indent = "  " * (qualname.count(".") + 1)
        lines.append(
            _Line(path, start, indent + (signature or f"{kind} {qualname}")[:MAX_WIDTH], weight)
        )
    return _spread(lines)


def _spread(lines: list[_Line]) -> list[_Line]:
    """The heaviest lines first, of each file no more than PER_FILE."""
    seen: dict[str, int] = {}
    kept = []
    for line in sorted(
        lines, key=lambda line: (-round(line.weight, 12), line.path, line.start_line, line.text)
    ):
        seen[line.path] = seen.get(line.path, 0) + 1
        if seen[line.path] <= PER_FILE:
            kept.append(line)
    return kept


def _file_ranks(arrays: Arrays) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(rank of each file, for each node how much other files use it). What follows from other edges counts once, as they do."""
    import numpy as np

    edges, paths = arrays.edges, arrays.paths
    src, dst = arrays.file[edges.src], arrays.file[edges.dst]
    places = np.array(
        [1.0 if file_role(path) in ("source", "front") else LOW_PLACES for path in paths]
    )
    across = np.flatnonzero((src != dst) & (edges.kind < WRITTEN))
    src, dst, targets = src[across], dst[across], edges.dst[across]
    weight = edges.confidence[across].astype(np.float64) * places[src]
    rank = _pagerank(src, dst, weight, len(paths)) * places
    return rank, np.bincount(targets, weights=weight, minlength=arrays.nodes.num_rows).astype(
        np.float64
    )


def _pagerank(src: Ints, dst: Ints, weight: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Power iteration over weighted edges; what has no way out spreads evenly."""
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
    for path, own in by_path.items():
        own.sort(key=lambda line: (line.start_line, line.text))
        blocks.append("\n".join([f"{path}:", *(line.text for line in own)]))
    return "\n".join(blocks) + ("\n" if blocks else "")
