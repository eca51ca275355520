"""Vector search, with the encoder of the index."""

from __future__ import annotations

from functools import cache, cached_property

from indexer import Encoder, EncoderError, FoundChunk, Snapshot, load_encoder

MAX_CHARS = 4_000  # of a question that are encoded: a long report starts with its subject

BUILTIN = "builtin"


@cache
def _builtin() -> Encoder:
    """Load the built-in encoder, once for all generations; other encoders' files may change."""
    return load_encoder(BUILTIN)


class DenseSearch:
    """Finds chunks by meaning; nothing if the index has no vectors."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    @cached_property
    def encoder(self) -> Encoder | None:
        """The encoder of the index, or None if it has no vectors.

        Raises `EncoderError` if a different encoder of that name is installed now.
        """
        state = self.snapshot.state
        if not state.dim:
            return None
        encoder = _builtin() if state.encoder == BUILTIN else load_encoder(state.encoder)
        if encoder.name != state.encoder_id:
            raise EncoderError(
                f"the index was made with the encoder {state.encoder_id}, "
                f"`{state.encoder}` is now {encoder.name}: run `clew index` again"
            )
        return encoder

    def search(self, text: str, limit: int) -> list[FoundChunk]:
        """Return the chunks nearest in meaning, best first, scored by cosine."""
        encoder = self.encoder
        if encoder is None:
            return []
        vector = encoder.encode([text[:MAX_CHARS]], query=True)[0]
        if not vector.any():
            return []
        return self.snapshot.chunks.search_vector(vector, limit)
