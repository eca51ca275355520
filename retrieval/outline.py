"""A map of the code base within a budget: the files and symbols that the rest hangs on, by PageRank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer import Snapshot, key64

from .places import place_of
from .tokens import count_tokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


def outline(snapshot: Snapshot, budget: int, folder: str = "") -> str:
    """Files in the order of their rank, each with its most used symbols in order of lines; at most `budget` tokens."""
    lines = _ranked_lines(snapshot, folder.strip("/"))
    low, high = 0, len(lines)
    while low < high:  # the longest prefix of the ranked lines that fits
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count_tokens(_render(lines[:middle])) <= budget else (low, middle - 1)
    return _render(lines[:low])


def _ranked_lines(snapshot: Snapshot, folder: str) -> list[_Line]:
    import numpy as np

    rows = snapshot.all_symbols(["uid", "qualname", "kind", "signature", "start_line"])
    paths = [path for path, entry in snapshot.entries.items() if entry.file_id]
    number = {path: at for at, path in enumerate(paths)}
    file_of = {key64(path): at for path, at in number.items()}
    at_of = {fid: number[path] for fid, path in snapshot.path_of.items()}
    owners = np.array([at_of[fid] for fid in rows["file_id"].to_pylist()], dtype=np.int64)
    uids = rows["uid"].to_numpy()
    rank, used = _file_ranks(snapshot, paths, np.concatenate([uids, np.array(list(file_of), dtype=np.int64)]),
                             np.concatenate([owners, np.array(list(file_of.values()), dtype=np.int64)]))  # fmt: skip
    columns = [rows[name].to_pylist() for name in ("uid", "qualname", "kind", "signature", "start_line")]
    lines = []
    for owner, uid, qualname, kind, signature, start in zip(owners.tolist(), *columns, strict=True):
        path = paths[owner]
        if folder and not (path == folder or path.startswith(folder + "/")):
            continue
        weight = float(rank[owner]) * (used.get(uid, 0.0) + 0.01)
        indent = "  " * (qualname.count(".") + 1)
        lines.append(_Line(path, start, indent + (signature or f"{kind} {qualname}")[:MAX_WIDTH], weight))
    return _spread(lines)


def _spread(lines: list[_Line]) -> list[_Line]:
    """The heaviest lines first, of each file no more than PER_FILE."""
    seen: dict[str, int] = {}
    kept = []
    for line in sorted(lines, key=lambda line: (-round(line.weight, 12), line.path, line.start_line, line.text)):
        seen[line.path] = seen.get(line.path, 0) + 1
        if seen[line.path] <= PER_FILE:
            kept.append(line)
    return kept


def _file_ranks(
    snapshot: Snapshot, paths: list[str], uids: NDArray[np.int64], owners: NDArray[np.int64]
) -> tuple[NDArray[np.float64], dict[int, float]]:
    """(rank of each file, uid → how much other files use it)."""
    import numpy as np

    edges = snapshot.all_edges()
    order = np.argsort(uids, kind="stable")
    known = uids[order]

    def file_of(ends: NDArray[np.int64]) -> NDArray[np.int64]:
        if not len(known):
            return np.full(len(ends), -1)
        at = np.minimum(np.searchsorted(known, ends), len(known) - 1)
        return np.where(known[at] == ends, owners[order[at]], -1)

    sources, targets = edges["src"].to_numpy(), edges["dst"].to_numpy()
    src, dst, weight = file_of(sources), file_of(targets), edges["confidence"].to_numpy().astype(np.float64)
    places = np.array([1.0 if place_of(path) in ("source", "front") else LOW_PLACES for path in paths])
    across = (src >= 0) & (dst >= 0) & (src != dst)
    src, dst, weight, targets = src[across], dst[across], weight[across] * places[src[across]], targets[across]
    sort = np.lexsort((targets, dst, src))  # sums of floats depend on their order, and rows come in any
    src, dst, weight, targets = src[sort], dst[sort], weight[sort], targets[sort]
    rank = _pagerank(src, dst, weight, len(paths)) * places
    unique, place = np.unique(targets, return_inverse=True)
    used = np.bincount(place, weights=weight, minlength=len(unique)) if len(unique) else np.zeros(0)
    return rank, dict(zip(unique.tolist(), used.tolist(), strict=True))


def _pagerank(
    src: NDArray[np.int64], dst: NDArray[np.int64], weight: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
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
