"""The built-in judge of the order: a small transformer that learned from past commits what code a report is about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from indexer import Encoder, data_folder, load_encoder

from .rerank import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHT = 1.0  # of nearness beside the score, both in standard deviations (LOG reranker: weight)
BEFORE = 200  # characters of decorators and spaces that may stand before or in a signature


class NeuralOrder:
    """An order for `Searcher.query` and `Searcher.context`: by score and by how near each passage is to the question.

    The model reads the first 256 tokens of either; see data/reranker/MODEL_CARD.md. Some 14 ms a passage on two cores.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def __call__(self, question: str, passages: Sequence[Passage]) -> list[int]:
        """All positions in `passages`, best first."""
        import numpy as np

        texts = [passage_text(each.path, each.symbol, _whole(each)) for each in passages]
        near = self._encoder.encode(texts) @ self._encoder.encode([question], query=True)[0]
        scores = np.array([each.score for each in passages])
        order: list[int] = np.argsort(
            -(_standard(scores) + WEIGHT * _standard(near)), kind="stable"
        ).tolist()
        return order


@cache
def neural_order() -> NeuralOrder:
    """The order by the built-in model, read once. Raises `EncoderError` where it cannot be."""
    return NeuralOrder(load_encoder(str(data_folder("reranker"))))


def passage_text(path: str, symbol: str, text: str) -> str:
    """How the model is shown code, in training as well."""
    return f"{path} {symbol}\n{text}"


def _whole(passage: Passage) -> str:
    """The passage with its signature, which a part of a long function does not begin with."""
    head = " ".join(passage.text[: len(passage.signature) + BEFORE].split())
    if " ".join(passage.signature.split()) in head:
        return passage.text
    return f"{passage.signature}\n{passage.text}"


def _standard(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """`values` with mean 0 and deviation 1; all 0 where they are equal."""
    import numpy as np

    apart = values.astype(np.float64)
    apart -= apart.mean()
    return np.asarray(apart / (apart.std() or 1.0))
