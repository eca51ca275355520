"""A small repository in several languages, indexed once for all tests of this folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer import Store, VectorCache, build_index, load_encoder, open_worktree
from retrieval import Searcher

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
MORE = {
    "web/retry.js": (
        "import { sleep } from './clock.js'\n\n"
        "export async function retryUpload(upload, attempts) {\n"
        "  for (let n = 0; n < attempts; n++) {\n"
        "    try {\n      return await upload()\n    } catch (error) {\n"
        "      await sleep(2 ** n)\n    }\n  }\n"
        "  throw new Error('upload failed after all attempts')\n}\n"
    ),
    "web/clock.js": (
        "export function sleep(ms) {\n  return new Promise((wake) => setTimeout(wake, ms))\n}\n"
    ),
    "vendor/oldqueue.py": (
        "class OldQueue:\n    def push(self, job):\n        self.jobs.append(job)\n        return"
        " job\n"
    ),
    "docs/guide.md": (
        "# Guide\n\nJobs wait in the queue until a worker takes them. A failed job is retried after"
        " a delay.\n"
    ),
    "assets/retry-logo.png": "\0\0\0\0",
}


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The work tree."""
    root = tmp_path_factory.mktemp("tree") / "courier"
    shutil.copytree(
        SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", ".clew", ".git")
    )
    for path, text in MORE.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    (root / ".git").mkdir()
    return root


def indexed(tree: Path, folder: Path, encoder: str) -> str:
    """The URI of a new store with `tree` in it."""
    cache = VectorCache(folder / "cache")
    source, store = open_worktree(tree), Store(str(folder / "store"))
    build_index(source, store, load_encoder(encoder), encoder_spec=encoder, jobs=1, cache=cache)
    return str(folder / "store")


@pytest.fixture(scope="session")
def store(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store without vectors."""
    return indexed(tree, tmp_path_factory.mktemp("lexical"), "none")


@pytest.fixture(scope="session")
def searcher(store: str) -> Searcher:
    return Searcher.open(store)


@pytest.fixture(scope="session")
def dense_searcher(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Over a store with the built-in encoder's vectors."""
    return Searcher.open(indexed(tree, tmp_path_factory.mktemp("dense"), "builtin"))
