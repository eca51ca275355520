"""Any sentence-transformers model, by name or folder, as an encoder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from copy import deepcopy
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import EncoderError
from .encoder import unit_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 32  # texts; sentence-transformers sorts them by length, so that those of a batch are alike
MAX_THREADS = 8
"""More do not help a small model, and spinning threads slow down the extraction processes."""
SAMPLES = 512  # numbers per weight that enter the model's name: training changes all of them
MIN_COSINE = 0.99  # between the probe's bfloat16 and float32 vectors, for bfloat16 to be used
PROBE = (
    "def connect(self, host, port, timeout=30):\n"
    "    self.socket = socket.create_connection((host, port), timeout)",
    "Reads the configuration file and returns its sections as a mapping.",
    "for (int i = 0; i < count; i++) { total += prices[i] * quantities[i]; }",
)


class TransformerEncoder:
    """A sentence-transformers model on the CPU, with its own prompts for queries and documents.

    Its name is derived from its weights, so it does not depend on the model's folder. It runs in
    bfloat16 on a CPU with bfloat16 instructions if a probe comes out close to float32. That depends
    on model and CPU alone; a timed probe would depend on the load and give other vectors next day.
    """

    def __init__(self, spec: str) -> None:
        self._model = _load(spec)
        self.name = f"{Path(spec).name}-{_digest(self._model)}"
        self._model = _fastest(self._model)
        self.dim = int(self._model.get_embedding_dimension())

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float16]:
        import numpy as np

        vectors = np.zeros((len(texts), self.dim), np.float32)
        rows = [row for row, text in enumerate(texts) if text.strip()]
        if rows:
            # tokenizers take no lone surrogates
            valid = [texts[row].encode("utf-8", "replace").decode() for row in rows]
            vectors[rows] = _encode(self._model, valid, query=query)
        return unit_rows(vectors)


def _load(spec: str) -> Any:  # a SentenceTransformer: a type that costs seconds to import
    """Load the model in float32, from the network only if HF_HUB_OFFLINE=0 allows it."""
    path = Path(spec).expanduser()
    if not path.is_dir() and (
        path.is_absolute() or spec.startswith((".", "~")) or spec.count("/") > 1
    ):
        raise EncoderError(
            f"no encoder at {spec}: "
            "give the folder of a sentence-transformers model, 'builtin' or 'none'"
        )
    offline = os.environ.setdefault("HF_HUB_OFFLINE", "1") not in {"0", "false", "no", "off"}
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ImportError as error:
        raise EncoderError(
            f"the encoder {spec} needs torch and sentence-transformers ({error}): install them"
        ) from error
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(min(torch.get_num_threads(), MAX_THREADS))
    try:
        return SentenceTransformer(
            str(path) if path.is_dir() else spec,
            device="cpu",
            local_files_only=offline,
            model_kwargs={"dtype": torch.float32},  # weights may be stored in less
        )
    except Exception as error:  # a model's loaders raise anything; the user reads its first line
        hint = " or set HF_HUB_OFFLINE=0 to download it" if offline and not path.is_dir() else ""
        reason = (str(error).splitlines() or [""])[0][:200] or type(error).__name__
        raise EncoderError(
            f"the encoder {spec} cannot be loaded ({reason}): give the folder of a model{hint}"
        ) from error


def _encode(model: Any, texts: list[str], *, query: bool) -> NDArray[np.float32]:
    import numpy as np

    encode = model.encode_query if query else model.encode_document  # each adds its prompt
    vectors = encode(
        texts,
        batch_size=BATCH,
        show_progress_bar=False,
        convert_to_numpy=False,
        convert_to_tensor=True,
    )
    return np.asarray(vectors.float().numpy(), np.float32)


def _digest(model: Any) -> str:
    """Return a digest of the model's structure, prompts and samples of every weight."""
    digest = blake2b(f"{model}{sorted((model.prompts or {}).items())}".encode(), digest_size=6)
    for key, weight in sorted(model.state_dict().items()):
        flat = weight.detach().flatten()
        digest.update(f"{key}{tuple(weight.shape)}".encode())
        digest.update(flat[:: max(1, len(flat) // SAMPLES)].float().numpy().tobytes())
    return digest.hexdigest()


def _fastest(model: Any) -> Any:
    """Return the model in bfloat16 if the CPU supports it and the probe's vectors stay close."""
    import numpy as np
    import torch

    native = any(
        getattr(torch.cpu, probe, bool)()
        for probe in ("_is_amx_tile_supported", "_is_avx512_bf16_supported")
    )
    if not native:
        return model
    rounded = deepcopy(model).to(torch.bfloat16)
    exact = unit_rows(_encode(model, list(PROBE), query=False)).astype(np.float32)
    close = unit_rows(_encode(rounded, list(PROBE), query=False)).astype(np.float32)
    return rounded if float(np.min(np.sum(exact * close, axis=1))) >= MIN_COSINE else model
