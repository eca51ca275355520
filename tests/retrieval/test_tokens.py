"""Counting tokens."""

from __future__ import annotations

import subprocess
import sys

from retrieval.tokens import count_tokens, counter_name


def test_counts_are_those_of_cl100k_base() -> None:
    assert counter_name() == "cl100k_base"
    assert count_tokens("def foo():\n    return 1") == 7
    assert count_tokens("") == 0


def test_special_tokens_in_a_repository_are_plain_text() -> None:
    assert count_tokens("<|endoftext|>") > 1


def test_counting_does_not_import_litellm() -> None:
    code = (
        "import sys; from retrieval import count_tokens; count_tokens('x'); sys.exit('litellm' in"
        " sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
