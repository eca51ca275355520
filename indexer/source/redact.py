"""Keys, tokens and passwords in a text → the same text without them, every line and column where it was.

What is recognised: the forms that providers publish for their tokens, private keys, passwords in addresses, and literals
that look random and are assigned to a name such as `api_key`. Names and short words stay, since code is full of them.
"""

from __future__ import annotations

import math
import re
from collections import Counter

MARK = b"REDACTED"  # neither a digit nor a quote in it, so that it is not redacted again and breaks no literal
MIN_ENTROPY = 3.3  # bits a character: English words and identifiers lie below, random hex digits at 3.6 and above
MIN_LITERAL = 16  # characters of an assigned literal

# (what the text must hold for the pattern to be tried, pattern); group 1 is the secret, or the whole match.
TOKENS = tuple(
    (hints, re.compile(pattern))
    for hints, pattern in (
        ((b"AKIA", b"ASIA"), rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
        ((b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_"), rb"\bgh[pousr]_[A-Za-z0-9]{36,255}\b"),
        ((b"github_pat_",), rb"\bgithub_pat_[A-Za-z0-9_]{60,255}\b"),
        ((b"glpat-",), rb"\bglpat-[A-Za-z0-9_-]{20,}"),
        ((b"xox",), rb"\bxox[abposr]-[A-Za-z0-9-]{20,}"),
        ((b"sk-",), rb"\bsk-(?:ant-|proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{32,}"),
        ((b"AIza",), rb"\bAIza[0-9A-Za-z_-]{35}"),
        ((b"ya29.",), rb"\bya29\.[0-9A-Za-z_-]{30,}"),
        ((b"npm_",), rb"\bnpm_[A-Za-z0-9]{36}\b"),
        ((b"pypi-",), rb"\bpypi-AgEI[A-Za-z0-9_-]{50,}"),
        ((b"hf_",), rb"\bhf_[A-Za-z]{30,}\b"),
        ((b"_live_",), rb"\b(?:sk|rk|pk)_live_[0-9A-Za-z]{20,}"),
        ((b"SG.",), rb"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{32,}"),
        ((b"eyJ",), rb"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
        (
            (b"PRIVATE KEY",),
            rb"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----([A-Za-z0-9+/=\s:,.\\-]{40,}?)(?:-----END|\Z)",
        ),
        (
            (b"://",),
            rb"://[^\s:/@'\"<>{}$]{0,64}:(?!passw|secret|pass@|pwd@)([^\s:/@'\"<>{}$*]{6,128})@[\w.-]",
        ),
    )
)
# From the literal backwards, since literals of this length are rarer than the names.
LITERAL = re.compile(rb"[=:>]\s{0,4}[\"']([^\s\"'<>{}$%\\]{16,512})[\"']")
SECRET_NAME = re.compile(
    rb"(?:passwd|password|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?[\w.-]{0,40}[\"']?\]?"
    rb"\s{0,4}(?::[ \w]{1,20}|[:=]|:\s)?$",
    re.IGNORECASE,
)
NAME_REACH = 90  # bytes before a literal in which its name ends
# Possessive, for there are many ways to cut a run of digits: one literal of 500 took longer than all else in a repository.
PLACEHOLDER = re.compile(
    rb"example|dummy|changeme|placeholder|xxxx|your[_-]|redacted|\*\*\*\*|\.\.\.|://|^[A-Za-z_]++(?:[-./_][A-Za-z]++|[0-9]++[a-z]?)*$",
    re.IGNORECASE,
)


def redact(data: bytes) -> tuple[bytes, int]:
    """`data` with its secrets written over, at the same length and with the same line ends; and how many there were."""
    found = [
        span
        for hints, pattern in TOKENS
        if any(hint in data for hint in hints)
        for span in _spans(pattern, data)
    ]
    found += [span for span in _spans(LITERAL, data) if _assigned_secret(data, *span)]
    if not found:
        return data, 0
    clean, count, end = bytearray(data), 0, 0
    for start, stop in sorted(found):
        if start >= end:  # what lies inside another was counted with it
            count += 1
        clean[start:stop] = _written_over(data[start:stop])
        end = max(end, stop)
    return bytes(clean), count


def redact_text(text: str) -> tuple[str, int]:
    """The same for a text."""
    data, count = redact(text.encode("utf-8", "surrogatepass"))
    return (data.decode("utf-8", "surrogatepass"), count) if count else (text, 0)


def looks_random(literal: bytes) -> bool:
    """Whether a literal looks like a key, rather than like a word, a path or a placeholder."""
    if (
        PLACEHOLDER.search(literal)
        or not re.search(rb"\d", literal)
        or not re.search(rb"[A-Za-z]", literal)
    ):
        return False
    shares = [count / len(literal) for count in Counter(literal).values()]
    return (
        len(literal) >= MIN_LITERAL
        and -sum(share * math.log2(share) for share in shares) >= MIN_ENTROPY
    )


def _assigned_secret(data: bytes, start: int, stop: int) -> bool:
    """Whether the literal at `start` looks random, and the name that it is assigned to speaks of a secret."""
    if not looks_random(data[start:stop]):
        return False
    before = data[max(0, start - NAME_REACH) : start - 1]  # without the quote
    line = before[before.rfind(b"\n") + 1 :].rstrip()
    return SECRET_NAME.search(line.rstrip(b"=:>").rstrip()) is not None


def _spans(pattern: re.Pattern[bytes], data: bytes) -> list[tuple[int, int]]:
    group = 1 if pattern.groups else 0
    return [match.span(group) for match in pattern.finditer(data)]


def _written_over(secret: bytes) -> bytes:
    """Stars, after the mark where there is room for it; white space stays, and with it every line and column."""
    stars = re.sub(rb"\S", b"*", secret)
    first = len(stars) - len(stars.lstrip())
    if len(stars) - first < len(MARK) or b"*" * len(MARK) != stars[first : first + len(MARK)]:
        return stars
    return stars[:first] + MARK + stars[first + len(MARK) :]
