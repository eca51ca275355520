"""The static encoder: its promises, to the bit."""

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

from indexer import EncoderError, load_encoder, search_terms
from indexer.embed.static import StaticEncoder

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
    code = f"import tests.indexer.embed.test_static as t; print(t.digest('builtin', {TEXTS!r}))"
    root = Path(__file__).parents[3]
    digests = {
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
    assert digests == {digest("builtin", TEXTS)}


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
def test_split_terms_give_the_vector_of_the_text(builtin: StaticEncoder, as_string: bool) -> None:
    cut = [search_terms(text) for text in TEXTS]
    given: Sequence[str | Sequence[str]] = [" ".join(terms) for terms in cut] if as_string else cut
    assert builtin.encode_terms(given).tobytes() == builtin.encode(TEXTS).tobytes()


@pytest.mark.parametrize("text", ["", "   \n\t", "{}();", "qqzzxxwwvv", "\0\0\0", "日本語のみ"])
def test_a_text_without_known_terms_is_a_zero_vector(builtin: StaticEncoder, text: str) -> None:
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
def test_builtin_finds_code_without_a_phrase_of_the_question(
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
    code = (
        "import sys, indexer; indexer.load_encoder().encode(['a']); "
        "print({'torch', 'scipy'} & {*sys.modules})"
    )
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


def test_an_arrow_column_of_terms_gives_the_same_bits_as_the_texts(builtin: StaticEncoder) -> None:
    texts = [*TEXTS, "", "xyzzyplugh", "naïve größe 日本語", "retry " * 50]
    column = pa.array([" ".join(search_terms(text)) for text in texts])
    assert builtin.encode_column(column).tobytes() == builtin.encode(texts).tobytes()
