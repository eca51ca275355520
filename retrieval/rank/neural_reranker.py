"""The built-in reranker: a small transformer, trained on past commits and their messages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from indexer import Encoder, data_folder, load_encoder

from .rerank import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHT = 1.0  # of nearness beside the score, in standard deviations (LOG reranker: weight)
MARGIN = 200  # characters of decorators and spaces, before or in a signature


class NeuralReranker:
    """A `Reranker` by score and by the nearness of each passage to the question.

    The model reads the first 256 tokens of either; see data/reranker/MODEL_CARD.md. Some 14 ms a
    passage on two cores.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def __call__(self, question: str, passages: Sequence[Passage]) -> list[int]:
        """Return all positions in `passages`, best first."""
        import numpy as np

        texts = [passage_text(each.path, each.symbol, _with_signature(each)) for each in passages]
        nearness = self._encoder.encode(texts) @ self._encoder.encode([question], query=True)[0]
        scores = np.array([passage.score for passage in passages])
        sums = _standardize(scores) + WEIGHT * _standardize(nearness)
        order: list[int] = np.argsort(-sums, kind="stable").tolist()
        return order


@cache
def load_neural_reranker() -> NeuralReranker:
    """Return the built-in reranker, read once. Raises `EncoderError` if it cannot be read."""
    return NeuralReranker(load_encoder(str(data_folder("reranker"))))


def passage_text(path: str, symbol: str, text: str) -> str:
    """Return code as the model sees it, in training as well."""
    return f"{path} {symbol}\n{text}"


def _with_signature(passage: Passage) -> str:
    """Return the passage with its signature, which a part of a long function lacks."""
    head = " ".join(passage.text[: len(passage.signature) + MARGIN].split())
    if " ".join(passage.signature.split()) in head:
        return passage.text
    return f"{passage.signature}\n{passage.text}"


def _standardize(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return `values` with mean 0 and deviation 1; all 0 if they are equal."""
    import numpy as np

    centered = values.astype(np.float64)
    centered -= centered.mean()
    return np.asarray(centered / (centered.std() or 1.0))
