"""What a provider's prompt cache would have read and written, by the rules that the provider publishes.

OpenAI (platform.openai.com, prompt caching): the longest prefix in common with an earlier request, from 1,024 tokens on,
in steps of 128; nothing is billed for writing. Anthropic (docs.claude.com, prompt caching): at most four breakpoints; a
breakpoint finds what an earlier one wrote at its place or at one of the 20 blocks before; 4,096 tokens at least for the
strictest models. Gemini (ai.google.dev, implicit caching): the longest prefix in common, 4,096 tokens at least.
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
class Cached:
    """Tokens of one request."""

    prompt: int
    read: int
    written: int
    best: int  # what a cache without minimum, steps or breakpoints would have read


@dataclass(slots=True)
class Cache:
    """One provider's cache for one account, with nothing ever forgotten."""

    shape: str
    prompts: list[bytes] = field(default_factory=list)
    entries: set[bytes] = field(
        default_factory=set
    )  # digests of what Anthropic's breakpoints wrote

    def take(self, blocks: Sequence[Block]) -> Cached:
        """Read and write for one request."""
        prompt = b"".join(block.text for block in blocks)
        shared = max((common_prefix(earlier, prompt) for earlier in self.prompts), default=0)
        self.prompts.append(prompt)
        total, best = len(prompt) // BYTES_PER_TOKEN, shared // BYTES_PER_TOKEN
        if self.shape == "anthropic":
            read, written = self._by_breakpoints(blocks)
            return Cached(total, read, written, best)
        if self.shape == "gemini":
            return Cached(total, best if best >= GEMINI_MINIMUM else 0, 0, best)
        read = best // OPENAI_STEP * OPENAI_STEP
        return Cached(total, read if read >= OPENAI_MINIMUM else 0, 0, best)

    def _by_breakpoints(self, blocks: Sequence[Block]) -> tuple[int, int]:
        """(tokens read, tokens written)."""
        ends, digest, size = [], hashlib.sha256(), 0
        for block in blocks:
            digest.update(block.text)
            size += len(block.text)
            ends.append((digest.digest(), size // BYTES_PER_TOKEN))
        marked = [at for at, block in enumerate(blocks) if block.marked]
        looked = {back for at in marked for back in range(max(0, at - ANTHROPIC_LOOK_BACK), at + 1)}
        read = max((ends[at][1] for at in looked if ends[at][0] in self.entries), default=0)
        large = [at for at in marked if ends[at][1] >= ANTHROPIC_MINIMUM]
        self.entries.update(ends[at][0] for at in large)
        return read, max(0, max((ends[at][1] for at in large), default=0) - read)


def common_prefix(first: bytes, second: bytes) -> int:
    """How many bytes the two begin with in common."""
    low, high = 0, min(len(first), len(second))
    while (
        low < high
    ):  # the longest equal beginning, by halves: slices are compared at the speed of memory
        middle = (low + high + 1) // 2
        low, high = (middle, high) if first[low:middle] == second[low:middle] else (low, middle - 1)
    return low
