"""Token counts by cl100k_base, read from LiteLLM's copy of it without importing LiteLLM."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

# tiktoken's name for cl100k_base
_RANKS = "litellm_core_utils/tokenizers/9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+"
    r"| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
_ROUGH = re.compile(r"\w{1,4}|[^\w\s]|\s+")


@cache
def _counter() -> tuple[str, Callable[[str], int]]:
    ranks = _ranks_file()
    if ranks is None:
        return "rough", lambda text: len(_ROUGH.findall(text))
    import tiktoken
    from tiktoken.load import load_tiktoken_bpe

    encoding = tiktoken.Encoding(
        "cl100k_base",
        pat_str=_PATTERN,
        mergeable_ranks=load_tiktoken_bpe(str(ranks)),
        special_tokens={},
    )
    return "cl100k_base", lambda text: len(encoding.encode_ordinary(text))


def _ranks_file() -> Path | None:
    spec = find_spec("litellm")
    if spec is None or spec.origin is None or find_spec("tiktoken") is None:
        return None
    path = Path(spec.origin).parent / _RANKS
    return path if path.is_file() else None


def count_tokens(text: str) -> int:
    """Return the tokens of `text` by `counter_name()`; other providers differ by some 20 %."""
    return _counter()[1](text)


def counter_name() -> str:
    """Return `cl100k_base`, or `rough` without LiteLLM's file.

    The rough counter cuts words every four letters, an overestimate.
    """
    return _counter()[0]
