"""The choice of an encoder by its spec."""

from __future__ import annotations

from ..resources import data_folder
from .encoder import Encoder, NoEncoder
from .static import StaticEncoder


def load_encoder(spec: str = "builtin") -> Encoder:
    """Return the encoder of a spec: `builtin`, `none`, or a sentence-transformers model.

    The model is given by name or folder. A named model must be on this machine already, unless
    HF_HUB_OFFLINE=0 allows a download. Raises EncoderError.
    """
    if spec == "builtin":
        return StaticEncoder(data_folder("encoder"))
    if spec == "none":
        return NoEncoder()
    from .sentence_transformer import TransformerEncoder

    return TransformerEncoder(spec)
