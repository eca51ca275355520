"""A boosted ensemble of regression trees, read from a file and evaluated with numpy; no training library at query time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexer import ClewError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class RankerError(ClewError):
    """The shipped ranker cannot be read."""


@dataclass(frozen=True, slots=True)
class Trees:
    """All trees in one numbering of nodes, parents first. A leaf is its own child, so every row may take `depth` steps."""

    roots: NDArray[np.int32]
    feature: NDArray[np.int32]  # of each node, a column; 0 at leaves
    threshold: NDArray[np.float32]  # a row goes left where its value is at most this
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    says: NDArray[
        np.float32
    ]  # (nodes, groups + 1): what the way to a node says by group of columns, the tree's mean last
    depth: int

    @classmethod
    def read(cls, path: Path, groups: Mapping[str, Sequence[str]]) -> Trees:
        """The trees over the columns of all `groups`. Raises `RankerError` where the file is damaged, or reads others."""
        import numpy as np

        try:
            about = json.loads(path.read_text("utf-8"))
            if about["features"] != list(chain.from_iterable(groups.values())):
                raise ValueError("it reads other features")
            whole: Any = {
                name: np.array(about[name], np.int32)
                for name in ("roots", "feature", "left", "right")
            }
            if len({len(whole[name]) for name in ("feature", "left", "right")}) > 1:
                raise ValueError("its columns differ in length")
            threshold, value = (
                np.array(about[name], np.float32) for name in ("threshold", "value")
            )
            group = np.repeat(np.arange(len(groups)), [len(names) for names in groups.values()])
            says = _said(**whole, value=value, group=group)
            return cls(**whole, threshold=threshold, says=says, depth=int(about["depth"]))
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise RankerError(
                f"the ranker in {path} cannot be read ({error}): install clew again"
            ) from error

    def contributions(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """What each group of columns adds to each row's score, and last what all rows have in common; they add up to it.

        `rows` has a column for each feature. Along a tree's path, the change of the mean at each split goes to the
        feature that split (Saabas, Interpreting random forests, 2014).
        """
        import numpy as np

        at = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        values, starts = rows.ravel(), (np.arange(len(rows)) * rows.shape[1])[:, None]
        for _ in range(
            self.depth
        ):  # `take` on flat arrays is three times as fast as an index in two dimensions
            low = values.take(starts + self.feature.take(at)) <= self.threshold.take(at)
            at = np.where(low, self.left.take(at), self.right.take(at))
        return np.asarray(self.says.take(at, axis=0).sum(axis=1), np.float32)


def _said(
    roots: NDArray[np.int32],
    feature: NDArray[np.int32],
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    value: NDArray[np.float32],
    group: NDArray[np.int64],
) -> NDArray[np.float32]:
    """For each node what its way from the root says by group, and the root's own value last."""
    import numpy as np

    says = np.zeros((len(value), int(group.max()) + 2), np.float32)
    says[roots, -1] = value[roots]
    for node in np.flatnonzero(
        left != np.arange(len(left))
    ):  # in order, so that a parent's way is known
        for child in (left[node], right[node]):
            says[child] = says[node]
            says[child, group[feature[node]]] += value[child] - value[node]
    return says
