"""Vector search, with the encoder that the index was made with."""

from __future__ import annotations

from functools import cache, cached_property

from indexer import Encoder, EncoderError, FoundChunk, Snapshot, load_encoder

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

    def search(self, text: str, limit: int = CANDIDATES) -> list[FoundChunk]:
        """The chunks nearest in meaning, best first, scored by cosine."""
        encoder = self.encoder
        if encoder is None:
            return []
        vector = encoder.encode([text[:MAX_CHARS]], query=True)[0]
        if not vector.any():
            return []
        return self.snapshot.chunks.search_vector(vector, limit)
