"""Redaction of keys, tokens and passwords, without moving any line or column.

Recognized are the token formats that providers publish, private keys, passwords in addresses, and
random-looking literals assigned to a name such as `api_key`. Names and short words stay, since
code is full of them.
"""

from __future__ import annotations

import math
import re
from collections import Counter

MARK = b"REDACTED"  # without a digit, so it is not redacted again, or a quote to break a literal
# Bits per character: lower for English words and identifiers, at least 3.6 for random hex digits.
MIN_ENTROPY = 3.3
MIN_LITERAL = 16  # characters of an assigned literal

# (substrings, one of which the text must have; pattern). Group 1 is the secret, or the whole match.
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
            rb"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----"
            rb"([A-Za-z0-9+/=\s:,.\\-]{40,}?)(?:-----END|\Z)",
        ),
        (
            (b"://",),
            rb"://[^\s:/@'\"<>{}$]{0,64}:(?!passw|secret|pass@|pwd@)"
            rb"([^\s:/@'\"<>{}$*]{6,128})@[\w.-]",
        ),
    )
)
# Searched from the literal backwards: literals of this length are rarer than the names.
LITERAL = re.compile(rb"[=:>]\s{0,4}[\"']([^\s\"'<>{}$%\\]{16,512})[\"']")
SECRET_NAME = re.compile(
    rb"(?:passwd|password|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)s?"
    rb"[\w.-]{0,40}[\"']?\]?\s{0,4}(?::[ \w]{1,20}|[:=]|:\s)?$",
    re.IGNORECASE,
)
NAME_REACH = 90  # bytes before a literal to search for its name
# Possessive, since a run of digits can be split in many ways: one literal of 500 took longer than
# the rest of a repository.
PLACEHOLDER = re.compile(
    rb"example|dummy|changeme|placeholder|xxxx|your[_-]|redacted|\*\*\*\*|\.\.\.|://|"
    rb"^[A-Za-z_]++(?:[-./_][A-Za-z]++|[0-9]++[a-z]?)*$",
    re.IGNORECASE,
)


def redact_bytes(data: bytes) -> tuple[bytes, int]:
    """Return `data` with its secrets overwritten, and their number. Length and lines stay."""
    secrets = [
        span
        for hints, pattern in TOKENS
        if any(hint in data for hint in hints)
        for span in _spans(pattern, data)
    ]
    secrets += [span for span in _spans(LITERAL, data) if _assigned_secret(data, *span)]
    if not secrets:
        return data, 0
    clean, count, end = bytearray(data), 0, 0
    for start, stop in sorted(secrets):
        if start >= end:  # one inside another was counted with it
            count += 1
        clean[start:stop] = _overwrite(data[start:stop])
        end = max(end, stop)
    return bytes(clean), count


def redact_text(text: str) -> tuple[str, int]:
    """Return a text with its secrets overwritten, and their number."""
    data, count = redact_bytes(text.encode("utf-8", "surrogatepass"))
    return (data.decode("utf-8", "surrogatepass"), count) if count else (text, 0)


def looks_random(literal: bytes) -> bool:
    """Tell a literal that looks like a key from a word, a path or a placeholder."""
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
    """Tell if a literal looks random, and is assigned to a name for secrets."""
    if not looks_random(data[start:stop]):
        return False
    before = data[max(0, start - NAME_REACH) : start - 1]  # without the quote
    line = before[before.rfind(b"\n") + 1 :].rstrip()
    return SECRET_NAME.search(line.rstrip(b"=:>").rstrip()) is not None


def _spans(pattern: re.Pattern[bytes], data: bytes) -> list[tuple[int, int]]:
    group = 1 if pattern.groups else 0
    return [match.span(group) for match in pattern.finditer(data)]


def _overwrite(secret: bytes) -> bytes:
    """Return the mark, if it fits, and stars. White space stays, so lines and columns do."""
    stars = re.sub(rb"\S", b"*", secret)
    first = len(stars) - len(stars.lstrip())
    if len(stars) - first < len(MARK) or b"*" * len(MARK) != stars[first : first + len(MARK)]:
        return stars
    return stars[:first] + MARK + stars[first + len(MARK) :]
