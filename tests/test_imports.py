"""Importing is free: nothing heavy is loaded before it is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.program import SAMPLE

ALWAYS_LATE = (
    "torch",
    "transformers",
    "sentence_transformers",
    "litellm",
    "openai",
    "scipy.sparse.linalg",
)
HEAVY = (
    *ALWAYS_LATE,
    "lancedb",
    "pyarrow",
    "numpy",
    "networkx",
    "pygit2",
    "tree_sitter",
    "tokenizers",
    "tiktoken",
    "rich",
    "diskcache",
)


def loaded(code: str, cwd: Path) -> set[str]:
    """The heavy modules that are loaded after `code` has run."""
    script = (
        f"{code}\nimport sys, json\nsys.stderr.write(json.dumps([m for m in {HEAVY!r} if m in"
        " sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=cwd, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def run(*arguments: str) -> str:
    """Code that runs the command line and goes on after it."""
    return (
        f"import sys\nsys.argv = {['clew', *arguments]!r}\nfrom agent.cli.app import"
        " run\nrun()\nsys.stdout.flush()"
    )


def test_the_packages_and_the_command_line_load_nothing_heavy(tmp_path: Path) -> None:
    assert loaded("import indexer, retrieval, agent, agent.cli.app", tmp_path) == set()


def test_help_and_version_load_nothing_heavy(tmp_path: Path) -> None:
    for arguments in (["--help"], ["--version"], ["query", "--help"], ["agent", "--help"]):
        assert loaded(run(*arguments), tmp_path) == set(), arguments


def test_index_and_query_load_neither_torch_nor_litellm(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    code = "import os; os.environ['CLEW_CACHE_DIR'] = 'cache'\n"
    assert loaded(code + run("index", str(SAMPLE), "--store", store), tmp_path).isdisjoint(
        ALWAYS_LATE
    )
    assert loaded(code + run("query", "back-off", "--store", store), tmp_path).isdisjoint(
        ALWAYS_LATE
    )
    assert loaded(code + run("context", "back-off", "--store", store), tmp_path).isdisjoint(
        ALWAYS_LATE
    )
