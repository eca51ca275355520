"""Text → search terms, for the index and the queries alike."""

from __future__ import annotations

import re

WORD = re.compile(r"\w[\w$]*")
PART = re.compile(r"[A-Z]+(?=[A-Z][^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")
MAX_TERM = 64  # characters; a longer word is data (base64, hashes), not a name
MAX_CACHED = 1 << 17  # words whose terms are cached: some 20 MB


def word_terms(word: str) -> tuple[str, ...]:
    """Return the word itself and its parts without their plural s, all in lower case.

    `getHTTPHeaders_v2` → (`gethttpheaders_v2`, `get`, `http`, `header`, `v`, `2`);
    `retries` → (`retries`, `retry`).
    """
    if len(word) > MAX_TERM:
        return ()
    whole = word.lower()
    if word.isalpha() and word[1:].islower():  # most words have one part: no need to search borders
        part = _singular(whole)
        return (whole,) if part == whole else (whole, part)
    parts = tuple(_singular(part.lower()) for part in PART.findall(word))
    if not parts:
        return ()  # underscores
    return parts if parts == (whole,) else (whole, *parts)


def _singular(word: str) -> str:
    """Return the word without its plural ending; other endings tell code words apart.

    This is Harman's s-stemmer (How effective is suffixing?, 1991).
    """
    if len(word) < 4 or not word.endswith("s"):
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith(("sses", "xes")):
        return word[:-2]
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    return word[:-1] if word[-2] not in "us" else word


class _TermCache(dict[str | bytes, str]):
    """Word → its terms, space separated. A dictionary, since its lookup needs no Python frame."""

    def __missing__(self, word: str | bytes) -> str:
        if len(self) >= MAX_CACHED:
            self.clear()
        terms = " ".join(word_terms(word if isinstance(word, str) else word.decode()))
        self[word] = terms
        return terms


_TERMS = _TermCache()
_BREAKS = bytes(
    byte if chr(byte).isalnum() or byte == ord("_") else ord(" ") for byte in range(128)
).ljust(256)


def cut_terms(text: str) -> str:
    """Return the search terms of `text`, space separated, in order and with repetitions."""
    if text.isascii() and "$" not in text:  # splitting takes a quarter of the time of the pattern
        return " ".join(map(_TERMS.__getitem__, text.encode().translate(_BREAKS).split()))
    return " ".join(map(_TERMS.__getitem__, WORD.findall(text)))


def search_terms(text: str) -> list[str]:
    """Return the search terms of `text`, in order and with repetitions."""
    return cut_terms(text).split()
