"""Text → search terms. The index and the queries must cut words alike, so both call this module."""

from __future__ import annotations

import re

WORD = re.compile(r"\w[\w$]*")
PART = re.compile(r"[A-Z]+(?=[A-Z][^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")
MAX_TERM = 64  # characters; a longer word is data (base64, hashes), not a name
MAX_CACHED = 1 << 17  # words whose terms are kept: some 20 MB


def word_terms(word: str) -> tuple[str, ...]:
    """The word itself and its parts without their plural s, all in lower case.

    `getHTTPHeaders_v2` → (`gethttpheaders_v2`, `get`, `http`, `header`, `v`, `2`); `retries` → (`retries`, `retry`).
    """
    if len(word) > MAX_TERM:
        return ()
    whole = word.lower()
    if (
        word.isalpha() and word[1:].islower()
    ):  # most words are of one part, which needs no search for borders
        part = _singular(whole)
        return (whole,) if part == whole else (whole, part)
    parts = tuple(_singular(part.lower()) for part in PART.findall(word))
    if not parts:
        return ()  # underscores
    return parts if parts == (whole,) else (whole, *parts)


def _singular(word: str) -> str:
    """Harman's s-stemmer (How effective is suffixing?, 1991): plurals only, so that code words stay apart."""
    if len(word) < 4 or not word.endswith("s"):
        return word
    if word.endswith("ies") and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith(("sses", "xes")):
        return word[:-2]
    if word.endswith("es") and word[-3] not in "aeo":
        return word[:-1]
    return word[:-1] if word[-2] not in "us" else word


class _Cut(dict[str | bytes, str]):
    """Word → its terms, space separated. A dictionary, because its look-up needs no Python frame."""

    def __missing__(self, word: str | bytes) -> str:
        if len(self) >= MAX_CACHED:
            self.clear()
        cut = self[word] = " ".join(word_terms(word if isinstance(word, str) else word.decode()))
        return cut


_CUT = _Cut()


_BREAKS = bytes(
    byte if chr(byte).isalnum() or byte == ord("_") else ord(" ") for byte in range(128)
).ljust(256)


def cut_terms(text: str) -> str:
    """The search terms of `text` space separated, in order and with repetitions."""
    if (
        text.isascii() and "$" not in text
    ):  # to split at what is no word takes a quarter of the time of a search for words
        return " ".join(map(_CUT.__getitem__, text.encode().translate(_BREAKS).split()))
    return " ".join(map(_CUT.__getitem__, WORD.findall(text)))


def search_terms(text: str) -> list[str]:
    """All search terms of `text`, in order and with repetitions."""
    return cut_terms(text).split()
