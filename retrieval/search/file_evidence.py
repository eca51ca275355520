"""The evidence of all chunks of a file together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from .fusion import Candidate

COHERENCE = 0.9  # weight of each further chunk of a file, class or function, beside the one before


def discounted_sum(values: Iterable[float]) -> float:
    """Return the sum of `values`, largest first, each discounted by COHERENCE once more."""
    ordered = sorted(values, reverse=True)
    return sum(float(value) * COHERENCE**at for at, value in enumerate(ordered))


def sum_file_evidence(
    candidates: Sequence[Candidate], score: Callable[[Candidate], float]
) -> dict[str, float]:
    """Return path → the discounted sum of its chunks' scores, as a share of the best file's."""
    by_file: dict[str, list[float]] = defaultdict(list)
    for candidate in candidates:
        by_file[candidate.chunk.path].append(score(candidate))
    sums = {path: discounted_sum(scores) for path, scores in by_file.items()}
    best = max(sums.values(), default=0.0) or 1.0
    return {path: value / best for path, value in sums.items()}
