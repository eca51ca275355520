"""Text → vectors: the built-in static encoder, any sentence-transformers model, or none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..errors import EncoderError
from ..tokenizer import search_terms
from .vector_cache import VectorCache, vector_key

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray
    from threadpoolctl import ThreadpoolController

__all__ = [
    "Encoder",
    "HashEncoder",
    "NoEncoder",
    "StaticEncoder",
    "VectorCache",
    "load_encoder",
    "vector_key",
]

BATCH = 32  # texts whose distinct terms share one matrix product; 16 to 64 are equally fast, 256 is half as fast
MAX_COUNT = 3  # a term counts at most so often in one text; see "encoder: how often a term counts" in benchmarks/LOG.md


class Encoder(Protocol):
    """What turns texts into vectors whose dot product says how near they are in meaning."""

    @property
    def name(self) -> str:
        """Stable, and different for different weights: vectors are kept under it."""

    @property
    def dim(self) -> int:
        """Numbers in a vector; 0 for an encoder that makes none."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float16]:
        """An array (len(texts), dim); each row has unit length or, where the text says nothing, is all zero."""


def load_encoder(spec: str = "builtin") -> Encoder:
    """`builtin`, `none`, or a sentence-transformers model by name or folder.

    A model by name must be on this machine already, unless HF_HUB_OFFLINE=0 allows a download. Raises EncoderError.
    """
    if spec == "builtin":
        return StaticEncoder(data_folder("encoder"))
    if spec == "none":
        return NoEncoder()
    from .sentence_transformer import TransformerEncoder

    return TransformerEncoder(spec)


def data_folder(name: str) -> Path:
    """Where the data called `name` lie that are shipped with the program."""
    here = Path(__file__).resolve().parents[1]
    folders = (here / "data" / name, here.parent / "data" / name)  # in a wheel; in the source tree
    return next((folder for folder in folders if folder.is_dir()), folders[1])


class NoEncoder:
    """Encodes nothing, so that search is lexical and by graph only."""

    name = "none"
    dim = 0

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float16]:
        import numpy as np

        return np.zeros((len(texts), 0), np.float16)


class HashEncoder:
    """A deterministic encoder without weights, for tests: texts are near when they share terms."""

    def __init__(self, dim: int = 64) -> None:
        self.name = f"hash-{dim}"
        self.dim = dim

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float16]:
        import numpy as np

        sums = np.zeros((len(texts), self.dim), np.float32)
        for row, text in enumerate(texts):
            for term in search_terms(text):
                digest = int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")
                sums[row, digest % self.dim] += 1.0 if digest >> 63 else -1.0
        return unit_rows(sums)


class StaticEncoder:
    """A vector for each search term; a text is the direction of their sum. Needs numpy and three files, no torch.

    The rows are int8 and carry each term's weight in their length, and counts are small integers, so every sum is exact
    in float32: the same text gives the same bits in any batch, on any machine, whatever order the sum is taken in.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` holds `encoder.json`, `vocabulary.txt` (a term a line) and `weights.npy` (an int8 row for each)."""
        import numpy as np

        try:
            about = json.loads((folder / "encoder.json").read_text("utf-8"))
            vocabulary = (folder / "vocabulary.txt").read_text("utf-8").split("\n")[:-1]
            self._rows: NDArray[np.int8] = np.load(folder / "weights.npy", mmap_mode="r")
            self.name = str(about["name"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"the encoder in {folder} cannot be read ({error}): install clew again, or use --encoder none"
            raise EncoderError(message) from error
        if (
            self._rows.dtype != np.int8
            or self._rows.ndim != 2
            or len(self._rows) != len(vocabulary)
        ):
            raise EncoderError(
                f"the encoder in {folder} is damaged (rows and terms differ): install clew again"
            )
        self.folder = folder
        self.dim = int(self._rows.shape[1])
        self._ids = {
            term: row for row, term in enumerate(vocabulary, start=1)
        }  # from 1: `filter` drops the unknown

    def __reduce__(self) -> tuple[type[StaticEncoder], tuple[Path]]:
        return StaticEncoder, (self.folder,)  # another process maps the weights itself

    @cached_property
    def _matrix(self) -> NDArray[np.int8]:
        """The weights in memory: gathering rows from the file's pages is slower once there are many."""
        import numpy as np

        return np.array(self._rows)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float16]:
        return self.encode_terms([search_terms(text) for text in texts])

    def encode_terms(self, texts: Sequence[str | Sequence[str]]) -> NDArray[np.float16]:
        """As `encode`, for texts that are search terms already: a list of them, or a string with spaces between."""
        import numpy as np

        rows = self._rows if len(texts) <= BATCH else self._matrix
        vectors = np.zeros((len(texts), self.dim), np.float16)
        with self._threads.limit(limits=1, user_api="blas"):
            for start in range(0, len(texts), BATCH):
                ids = [self._known(text) for text in texts[start : start + BATCH]]
                vectors[start : start + BATCH] = unit_rows(_sums(ids, rows))
        return vectors

    def encode_column(self, terms: pa.Array) -> NDArray[np.float16]:
        """As `encode_terms`, for an Arrow column of strings with single spaces between the terms; to the same bits.

        Words become row numbers and counts without a Python object for each: a third of the time for many texts.
        """
        import numpy as np
        import pyarrow.compute as pc
        from scipy.sparse import csr_array

        words = pc.split_pattern(terms, " ")
        ids = pc.index_in(words.flatten(), value_set=self._vocabulary).fill_null(-1).to_numpy()
        texts = np.repeat(np.arange(len(terms)), np.diff(words.offsets.to_numpy()))
        known = ids >= 0
        ones = np.ones(int(known.sum()), np.float32)
        table = csr_array(
            (ones, (texts[known], ids[known])), shape=(len(terms), len(self._rows))
        )  # equal places add up
        np.minimum(table.data, MAX_COUNT, out=table.data)
        return unit_rows(table @ self._wide)

    @cached_property
    def _vocabulary(self) -> pa.Array:
        import pyarrow as pa

        return pa.array(self._ids)  # in the order of the rows

    @cached_property
    def _wide(self) -> NDArray[np.float32]:
        import numpy as np

        return self._matrix.astype(np.float32)

    @cached_property
    def _threads(self) -> ThreadpoolController:
        """The product is small: threads would only spin, and ten times as long where other processes need the cores."""
        from threadpoolctl import ThreadpoolController

        return ThreadpoolController()

    def _known(self, text: str | Sequence[str]) -> list[int]:
        """Row numbers + 1 of the text's terms, with repetitions; a term outside the vocabulary has none."""
        return list(
            filter(None, map(self._ids.get, text.split() if isinstance(text, str) else text))
        )


def _sums(ids: list[list[int]], rows: NDArray[np.int8]) -> NDArray[np.float32]:
    """For each text the sum of its terms' rows; `ids` count from 1.

    One product of the batch's counts with the rows that occur in it: four times as fast as adding up gathered rows.
    """
    import numpy as np

    flat = np.fromiter(chain.from_iterable(ids), np.int64) - 1
    if not flat.size:
        return np.zeros((len(ids), rows.shape[1]), np.float32)
    distinct, places = np.unique(flat, return_inverse=True)
    texts = np.repeat(np.arange(len(ids)), [len(text) for text in ids])
    counts = np.bincount(texts * len(distinct) + places, minlength=len(ids) * len(distinct))
    capped = np.minimum(counts, MAX_COUNT).astype(np.float32).reshape(len(ids), len(distinct))
    return np.asarray(capped @ rows[distinct].astype(np.float32), np.float32)


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float16]:
    """Rows scaled to unit length; one that is zero, or not finite, becomes zero."""
    import numpy as np

    wide = np.where(np.isfinite(vectors).all(axis=1, keepdims=True), vectors, 0).astype(np.float64)
    lengths = np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    return np.asarray(wide / np.where(lengths > 0, lengths, 1), np.float16)
