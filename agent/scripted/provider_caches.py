"""A model of the providers' prompt caches, by their published rules.

OpenAI (platform.openai.com, prompt caching): the longest common prefix with an earlier request,
from 1,024 tokens on, in steps of 128; writing is free. Anthropic (docs.claude.com, prompt caching):
at most four breakpoints; a breakpoint reads an earlier one's prefix if that ended at its position
or at one of the 20 blocks before; 4,096 tokens at least for the strictest models. Gemini
(ai.google.dev, implicit caching): the longest common prefix, 4,096 tokens at least.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from .wire_formats import Block

BYTES_PER_TOKEN = 4
OPENAI_MINIMUM, OPENAI_STEP = 1024, 128  # tokens
GEMINI_MINIMUM = 4096  # tokens
ANTHROPIC_MINIMUM = 4096  # tokens
ANTHROPIC_BREAKPOINTS, ANTHROPIC_LOOK_BACK = 4, 20  # blocks


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Tokens of one request."""

    prompt: int
    read: int
    written: int
    best: int  # read by a cache without minimum, steps or breakpoints


@dataclass(slots=True)
class ProviderCache:
    """One provider's cache for one account, without expiry."""

    wire_format: str
    prompts: list[bytes] = field(default_factory=list)
    entries: set[bytes] = field(default_factory=set)  # digests of prefixes at breakpoints

    def process(self, blocks: Sequence[Block]) -> CacheUse:
        """Read and write the cache for one request."""
        prompt = b"".join(block.text for block in blocks)
        shared = max((common_prefix(earlier, prompt) for earlier in self.prompts), default=0)
        self.prompts.append(prompt)
        total, best = len(prompt) // BYTES_PER_TOKEN, shared // BYTES_PER_TOKEN
        if self.wire_format == "anthropic":
            read, written = self._by_breakpoints(blocks)
            return CacheUse(total, read, written, best)
        if self.wire_format == "gemini":
            return CacheUse(total, best if best >= GEMINI_MINIMUM else 0, 0, best)
        read = best // OPENAI_STEP * OPENAI_STEP
        return CacheUse(total, read if read >= OPENAI_MINIMUM else 0, 0, best)

    def _by_breakpoints(self, blocks: Sequence[Block]) -> tuple[int, int]:
        """Return (tokens read, tokens written)."""
        ends, digest, size = [], hashlib.sha256(), 0
        for block in blocks:
            digest.update(block.text)
            size += len(block.text)
            ends.append((digest.digest(), size // BYTES_PER_TOKEN))
        breakpoints = [at for at, block in enumerate(blocks) if block.has_breakpoint]
        candidates = {
            back for at in breakpoints for back in range(max(0, at - ANTHROPIC_LOOK_BACK), at + 1)
        }
        read = max((ends[at][1] for at in candidates if ends[at][0] in self.entries), default=0)
        large = [at for at in breakpoints if ends[at][1] >= ANTHROPIC_MINIMUM]
        self.entries.update(ends[at][0] for at in large)
        return read, max(0, max((ends[at][1] for at in large), default=0) - read)


def common_prefix(first: bytes, second: bytes) -> int:
    """Return the length of the common prefix in bytes.

    Bisection, because slices are compared at the speed of memory.
    """
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if first[low:middle] == second[low:middle] else (low, middle - 1)
    return low
