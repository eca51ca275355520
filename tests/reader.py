"""Ask an index again and again, until STOP exists: `python -m tests.reader STORE STOP KEEP`.

KEEP is `once`, to open the store for each round of questions, or `long`, to keep the first open.
Each answer is a line of JSON: the question, the answer's generation, and the answer.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from retrieval import Searcher

QUESTIONS = ("load", "who retries a failed push", "app/m1.py", "class Worker")
BUDGET = 4_000  # tokens of a pack: room for all, since a mark at a file that is stale takes some
PAUSE = 0.05  # seconds between rounds: users pause, and the writer needs a processor too


def answers(searcher: Searcher) -> list[tuple[str, int, Any]]:
    """Return (question, generation, answer) for all questions; `stale` is left out."""
    found: list[tuple[str, int, Any]] = []
    for question in QUESTIONS:
        hits = [
            (hit.path, hit.symbol, hit.start_line, hit.end_line, hit.score)
            for hit in searcher.query(question)
        ]
        found.append((question, searcher.snapshot.state.generation, [list(hit) for hit in hits]))
        pack = searcher.context(question, BUDGET)
        found.append(
            (
                f"context {question}",
                pack.generation,
                [[p.path, p.start_line, p.end_line, p.text] for p in pack.pieces],
            )
        )
    return found


def main() -> None:
    store, stop, keep = sys.argv[1:]
    searcher = Searcher.open(store)
    while True:
        for answer in answers(searcher):
            print(json.dumps(answer), flush=True)
        if Path(stop).exists():
            return
        time.sleep(PAUSE)
        if keep == "once":
            searcher = Searcher.open(store)


if __name__ == "__main__":
    main()
