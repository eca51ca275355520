"""Measure the share of an agent's input read from the provider's cache.

    python -m benchmarks.cache [--json] [--shape NAME]…

A run of fifty turns over this repository's own packages, with two compactions and a refresh of the
index, against a server on loopback. The server applies each provider's published rules
(`agent.caches`) to the bytes received: exact prefixes, minimum sizes, steps, breakpoints and
look-back. `best` is the share that a perfect cache could have read: the prefixes of earlier
requests, byte for byte. `cost` is that of the input by the provider's prices, with 1 for the same
input uncached.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from agent import ScriptedServer, SearcherIndex, Settings, copy_store, load, run_agent
from indexer import (
    CALLABLES,
    Snapshot,
    Store,
    build_index,
    load_encoder,
    open_worktree,
    parse_definitions,
)
from retrieval import Searcher

ROOT = Path(__file__).resolve().parent.parent
MODELS = {
    "openai": "openai/scripted",
    "anthropic": "anthropic/claude-scripted",
    "gemini": "gemini/scripted",
}
PRICES = {  # of a token read from the cache, and of one written to it; a fresh one costs 1
    "openai": (0.1, 1.0),  # platform.openai.com, GPT-5 family
    "anthropic": (0.1, 1.25),  # docs.claude.com, five minutes
    "gemini": (0.1, 1.0),  # ai.google.dev, 2.5 family, implicit
}
TURNS = 50
TASK = (
    "A worker process that takes too long over one file has to be ended, and the file named in the"
    " report."
)
LARGEST_READ = 40  # lines of the largest symbol read
GROWTH = 4500  # tokens of growth before compaction: two compactions in fifty turns


def main() -> int:
    """Measure every provider and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.cache", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--shape", choices=sorted(MODELS), action="append")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clew-cache-") as folder:
        root = make_repository(Path(folder))
        results = [measure(shape, root, Path(folder)) for shape in options.shape or MODELS]
    if options.json:
        print(json.dumps(results))
    else:
        print(
            f"{'provider':10} {'turns':>5} {'compactions':>11} {'input':>9} {'read':>7} {'best':>7}"
            f" {'written':>8} {'cost':>6}"
        )
        for each in results:
            print(
                f"{each['shape']:10} {each['turns']:5} {each['compactions']:11} {each['input']:9,}"
                f" {each['read']:7.2%} {each['best']:7.2%} {each['written']:8.2%}"
                f" {each['cost']:6.3f}"
            )
    return 0


def make_repository(folder: Path) -> Path:
    """Return a git repository with the three packages, indexed."""
    root = folder / "repository"
    for name in ("indexer", "retrieval", "agent"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for command in (
        "init -q",
        "add -A",
        "-c user.name=b -c user.email=b@localhost commit -q -m Start",
    ):
        subprocess.run(["git", *command.split()], cwd=root, check=True)
    index(str(root), str(root / ".clew"))
    return root


def index(tree: str, store: str) -> None:
    """Index a work tree without an encoder."""
    build_index(
        open_worktree(tree), Store(store), load_encoder("none"), encoder_spec="none", jobs=1
    )


def refresh(store: str, tree: str) -> Searcher | None:
    """Return a searcher over the working copy, made as by the command line."""
    copy = copy_store(store, tree)
    if copy is None:
        return None
    index(tree, copy)
    return Searcher(Snapshot.open(copy, tree))


def measure(shape: str, root: Path, folder: Path) -> dict[str, Any]:
    """Return the figures of one run by one provider's rules."""
    store = str(root / ".clew")
    replies = list(script(root))
    search_index = SearcherIndex(Searcher(Snapshot.open(store)), lambda tree: refresh(store, tree))
    with ScriptedServer(replies) as server:
        settings = Settings(
            root, MODELS[shape], server.base_for(shape), approve="never", max_steps=TURNS + 1,
            test_command="true",
            compact_at=opening_size(search_index) + GROWTH, trees=folder / "trees", backoff=0.0,
        )  # fmt: skip
        outcome = run_agent(TASK, settings=settings, index=search_index)
        cached = [request.cache_use for request in server.requests]
    events = [event["event"] for event in load(outcome.transcript.parent)]
    total, read = sum(one.prompt for one in cached), sum(one.read for one in cached)
    written = sum(one.written for one in cached)
    price_read, price_written = PRICES[shape]
    return {
        "shape": shape, "turns": outcome.steps, "status": outcome.status,
        "compactions": events.count("compact"),
        "refreshes": events.count("commit"), "input": total, "read": read / total,
        "written": written / total,
        "best": sum(one.best for one in cached) / total,
        "cost": ((total - read - written) + read * price_read + written * price_written) / total,
    }  # fmt: skip


def opening_size(search_index: SearcherIndex) -> int:
    """Return the tokens at the beginning of every request."""
    from retrieval import count_tokens

    return (
        1500 + count_tokens(search_index.map(3000)) + count_tokens(search_index.context(TASK, 8000))
    )


def script(root: Path) -> Iterator[dict[str, Any]]:
    """Yield fifty replies that look, plan, edit, test and read on, as in a fix of several files."""
    symbols = readable_symbols(root)
    yield reply("I look for the place.", ("search", {"query": "worker too long killed", "k": 2}))
    plan = {
        "steps": ["Name the file", "Test it"],
        "files": ["indexer/pool.py"],
        "tests": "true",
        "risks": "none",
    }
    yield reply("The pool ends workers.", ("plan", plan))
    for turn in range(2, TURNS - 1):
        if turn % 8 == 3:
            new = f"\n\ndef added_{turn}() -> int:\n    return {turn}\n"
            patch = {"path": f"indexer/added_{turn}.py", "old": "", "new": f'"""Added."""{new}'}
            yield reply("A function of its own.", ("edit", patch))
        elif turn % 8 == 5:
            yield reply(
                "Does it hold?",
                (
                    "run",
                    {"command": "true" if turn == 29 else "git --version; ls indexer | head -5"},
                ),
            )
        elif turn % 8 == 7:
            yield reply(
                "Who else does that?", ("search", {"query": f"limit of {symbols[turn][1]}", "k": 1})
            )
        else:
            path, name = symbols[turn]
            yield reply("I read on.", ("read", {"path": f"{path}::{name}"}))
    yield reply("All is done.", ("finish", {"summary": "The report names the file"}))


def reply(text: str, *calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "text": text,
        "calls": [{"name": name, "arguments": arguments} for name, arguments in calls],
    }


def readable_symbols(root: Path) -> list[tuple[str, str]]:
    """Return (path, name) of functions of a usual size, spread over the packages."""
    symbols = []
    for path in sorted(root.glob("*/*.py")):
        name = path.relative_to(root).as_posix()
        usual = [
            each.qualname
            for each in parse_definitions(name, path.read_text(encoding="utf-8"))
            if each.kind in CALLABLES and 8 <= each.end_line - each.start_line <= LARGEST_READ
        ]
        symbols += [(name, each) for each in usual[:1]]
    return symbols


if __name__ == "__main__":
    raise SystemExit(main())
