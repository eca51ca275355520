"""The built-in encoder: one vector per search term, without a neural network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import EncoderError
from ..tokenizer import search_terms
from .encoder import unit_rows

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray
    from threadpoolctl import ThreadpoolController

BATCH = 32
"""Texts per matrix product; 16 to 64 are equally fast, 256 is half as fast."""
MAX_COUNT = 3
"""Occurrences of a term that count in one text, at most: see "encoder: how often a term counts" in
benchmarks/LOG.md."""


class StaticEncoder:
    """Encodes a text as the direction of the sum of its terms' vectors. Needs numpy, not torch.

    Rows are int8, with a term's weight as their length, and counts are small integers. So sums are
    exact in float32: a text gives the same bits in any batch, order of summation and machine.
    """

    def __init__(self, folder: Path) -> None:
        """Open encoder.json, vocabulary.txt (a term per line) and weights.npy (int8, a row per
        term).
        """
        import numpy as np

        try:
            metadata = json.loads((folder / "encoder.json").read_text("utf-8"))
            vocabulary = (folder / "vocabulary.txt").read_text("utf-8").split("\n")[:-1]
            self._rows: NDArray[np.int8] = np.load(folder / "weights.npy", mmap_mode="r")
            self.name = str(metadata["name"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EncoderError(
                f"the encoder in {folder} cannot be read ({error}): "
                "install clew again, or use --encoder none"
            ) from error
        rows = self._rows
        if rows.dtype != np.int8 or rows.ndim != 2 or len(rows) != len(vocabulary):
            raise EncoderError(
                f"the encoder in {folder} is damaged (rows and terms differ): install clew again"
            )
        self.folder = folder
        self.dim = int(self._rows.shape[1])
        # from 1, since `filter` drops unknown terms by their falsy id
        self._ids = {term: row for row, term in enumerate(vocabulary, start=1)}

    def __reduce__(self) -> tuple[type[StaticEncoder], tuple[Path]]:
        return StaticEncoder, (self.folder,)  # another process maps the weights itself

    @cached_property
    def _matrix(self) -> NDArray[np.int8]:
        """The weights in memory: gathering many rows from the mapped file is slower."""
        import numpy as np

        return np.array(self._rows)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float16]:
        return self.encode_terms([search_terms(text) for text in texts])

    def encode_terms(self, texts: Sequence[str | Sequence[str]]) -> NDArray[np.float16]:
        """Encode texts given as search terms: a list, or a string with spaces between them."""
        import numpy as np

        rows = self._rows if len(texts) <= BATCH else self._matrix
        vectors = np.zeros((len(texts), self.dim), np.float16)
        with self._threads.limit(limits=1, user_api="blas"):
            for start in range(0, len(texts), BATCH):
                ids = [self._rows_of(text) for text in texts[start : start + BATCH]]
                vectors[start : start + BATCH] = unit_rows(_sums(ids, rows))
        return vectors

    def encode_column(self, terms: pa.Array) -> NDArray[np.float16]:
        """Encode an Arrow column of terms with single spaces between them.

        The result has the bits of `encode_terms`. No Python object is made per word: a third of the
        time for many texts.
        """
        import numpy as np
        import pyarrow.compute as pc
        from scipy.sparse import csr_array

        words = pc.split_pattern(terms, " ")
        ids = pc.index_in(words.flatten(), value_set=self._vocabulary).fill_null(-1).to_numpy()
        texts = np.repeat(np.arange(len(terms)), np.diff(words.offsets.to_numpy()))
        known = ids >= 0
        ones = np.ones(int(known.sum()), np.float32)
        # csr_array adds up the entries of equal cells
        counts = csr_array((ones, (texts[known], ids[known])), shape=(len(terms), len(self._rows)))
        np.minimum(counts.data, MAX_COUNT, out=counts.data)
        return unit_rows(counts @ self._matrix_float32)

    @cached_property
    def _vocabulary(self) -> pa.Array:
        import pyarrow as pa

        return pa.array(self._ids)  # in the order of the rows

    @cached_property
    def _matrix_float32(self) -> NDArray[np.float32]:
        import numpy as np

        return self._matrix.astype(np.float32)

    @cached_property
    def _threads(self) -> ThreadpoolController:
        """Limits BLAS to one thread: the product is small, and spinning threads waste cores."""
        from threadpoolctl import ThreadpoolController

        return ThreadpoolController()

    def _rows_of(self, text: str | Sequence[str]) -> list[int]:
        """Return row numbers + 1 of the text's known terms, with repetitions."""
        terms = text.split() if isinstance(text, str) else text
        return list(filter(None, map(self._ids.get, terms)))


def _sums(ids: list[list[int]], rows: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return the sum of the term rows of each text; `ids` count from 1.

    One matrix product of the batch's counts with its distinct rows is four times as fast as adding
    up gathered rows.
    """
    import numpy as np

    flat = np.fromiter(chain.from_iterable(ids), np.int64) - 1
    if not flat.size:
        return np.zeros((len(ids), rows.shape[1]), np.float32)
    distinct, columns = np.unique(flat, return_inverse=True)
    texts = np.repeat(np.arange(len(ids)), [len(text) for text in ids])
    counts = np.bincount(texts * len(distinct) + columns, minlength=len(ids) * len(distinct))
    capped = np.minimum(counts, MAX_COUNT).astype(np.float32).reshape(len(ids), len(distinct))
    return np.asarray(capped @ rows[distinct].astype(np.float32), np.float32)
