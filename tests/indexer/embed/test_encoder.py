"""The encoders without a model."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from indexer import HashEncoder, load_encoder
from indexer.embed.encoder import NoEncoder

TEXTS = [
    "def read_config(path): return json.load(open(path))",
    "where are uploads retried",
    "class ConnectionPool { void release(Socket socket) { idle.push(socket); } }",
    "for (int i = 0; i < count; i++) total += prices[i];",
]


def similarity(vectors: NDArray[np.float16]) -> NDArray[np.float32]:
    wide = vectors.astype(np.float32)
    return np.asarray(wide @ wide.T, np.float32)


def test_none_has_no_dimensions() -> None:
    encoder = load_encoder("none")
    assert isinstance(encoder, NoEncoder)
    assert encoder.encode(TEXTS).shape == (len(TEXTS), 0)


def test_hash_encoder_puts_shared_terms_near() -> None:
    scores = similarity(
        HashEncoder().encode(["read config file", "config file reader", "rotate matrix angle", ""])
    )
    assert scores[0, 1] > scores[0, 2]
    assert scores[3, 3] == 0
