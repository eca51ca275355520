"""Vector search: exact and in memory over small indexes, through the store above."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from indexer import Encoder, EncoderError, FoundChunk, Snapshot, load_encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

EXACT_ROWS = 100_000  # up to here the vectors are held in memory (100 MB at 256 dimensions): 4 ms a question
CANDIDATES = 100  # chunks taken by vector
MAX_CHARS = 4_000  # of a question that are encoded: a long account's start says what it is about


BUILTIN = "builtin"


@cache
def _builtin() -> Encoder:
    """Loaded once for all generations; another encoder's files may be others by then."""
    return load_encoder(BUILTIN)


class Dense:
    """Finds chunks by meaning. Without vectors in the index it finds nothing."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def encoder(self) -> Encoder | None:
        """The encoder that the index was built with, or None where it has no vectors.

        Raises `EncoderError` where that encoder is not the one that is loaded now.
        """
        state = self.snapshot.state
        if not state.dim:
            return None
        encoder = _builtin() if state.encoder == BUILTIN else load_encoder(state.encoder)
        if encoder.name != state.encoder_id:
            raise EncoderError(
                f"the index was made with the encoder {state.encoder_id}, `{state.encoder}` is now {encoder.name}: "
                "run `clew index` again"
            )
        return encoder

    @cached_property
    def _matrix(self) -> NDArray[np.float32] | None:
        """The vectors of all chunks of the view, or None where they are too many to hold."""
        if self.snapshot.table("chunks").count_rows() > EXACT_ROWS:
            return None
        return self.snapshot.all_vectors()

    def search(self, text: str, limit: int = CANDIDATES) -> list[FoundChunk]:
        """The chunks nearest in meaning, best first, scored by cosine."""
        encoder = self.encoder
        if encoder is None:
            return []
        vector = encoder.encode([text[:MAX_CHARS]], query=True)[0]
        if not vector.any():
            return []
        if self._matrix is None:
            return self.snapshot.search_vector(vector, limit)
        return self._nearest(self._matrix, vector, limit)

    def _nearest(self, matrix: NDArray[np.float32], vector: NDArray[np.float16], limit: int) -> list[FoundChunk]:
        import numpy as np

        # row by row: a matrix product of this size starts threads that spin, four times as long on a busy machine
        products: Any = np.vecdot(matrix, vector.astype(np.float32))  # typed as if it gave one number
        scores: NDArray[np.float32] = np.round(products, 6)
        count = min(limit, len(scores))
        if not count:
            return []
        floor = np.partition(scores, -count)[-count]
        top = np.flatnonzero(scores >= floor)  # with all that tie at the end, so that their order decides
        return self.snapshot.found(top, scores[top].tolist())[:limit]
