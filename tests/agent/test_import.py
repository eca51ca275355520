"""Importing the agent costs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import agent

HEAVY = {"litellm", "openai", "lancedb", "torch", "numpy", "pydantic", "pytest"}


def test_the_public_names_load_without_a_heavy_module() -> None:
    program = (
        "import sys, agent; [getattr(agent, name) for name in agent.__all__]; print('"
        " '.join(sys.modules))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root
    )
    assert not HEAVY & set(done.stdout.split())


def test_every_public_name_has_a_home() -> None:
    assert all(hasattr(agent, name) for name in agent.__all__)
