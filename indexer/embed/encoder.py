"""The encoder protocol, and the encoders without a model: none, and hashed terms."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

from ..tokenizer import search_terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Encoder(Protocol):
    """Turns texts into vectors; the dot product of two vectors measures the texts' similarity."""

    @property
    def name(self) -> str:
        """A stable name, different for different weights: vectors are cached under it."""

    @property
    def dim(self) -> int:
        """Components of a vector; 0 for an encoder that makes none."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float16]:
        """Return an array (len(texts), dim).

        Rows have unit length, or are zero without known terms.
        """


class NoEncoder:
    """Encodes nothing, so that search is lexical and by graph only."""

    name = "none"
    dim = 0

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float16]:
        import numpy as np

        return np.zeros((len(texts), 0), np.float16)


class HashEncoder:
    """A deterministic encoder without weights, for tests: texts with shared terms are similar."""

    def __init__(self, dim: int = 64) -> None:
        self.name = f"hash-{dim}"
        self.dim = dim

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float16]:
        import numpy as np

        sums = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            for term in search_terms(text):
                digest = int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")
                sums[row, digest % self.dim] += 1.0 if digest >> 63 else -1.0
        return unit_rows(sums)


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return the rows scaled to unit length; rows with infinite or NaN components become zero."""
    import numpy as np

    wide = np.where(np.isfinite(vectors).all(axis=1, keepdims=True), vectors, 0).astype(np.float64)
    lengths = np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    return np.asarray(wide / np.where(lengths > 0, lengths, 1), np.float16)
