"""Many readers, one writer: every answer is of one whole generation, and no reader fails."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

import indexer.store.maintenance
from indexer import Store, VectorCache, build_index, load_encoder, open_worktree
from retrieval import Searcher
from tests.program import environment
from tests.reader import answers

HERE = Path(__file__).resolve().parent
FILES, ROUNDS = 8, 6


def change(tree: Path, number: int) -> None:
    """Other names and other edges in every file, so that no two generations answer alike."""
    for at in range(FILES):
        following = (at + 1) % FILES
        text = (
            f"from app.m{following} import *\n\n\ndef load_{number}_{at}(retry):\n"
            f"    return retry\n\n\nclass Worker{at}:\n    def push_{number}(self):\n"
            f"        return load_{number}_{following}(retry={number})\n"
        )
        (tree / "app" / f"m{at}.py").write_text(text)


class Reader:
    """A process that reads, and the thread that takes in what it says."""

    def __init__(self, store: Path, stop: Path, keep: str) -> None:
        command = [sys.executable, "-m", "tests.reader", str(store), str(stop), keep]
        self.process = subprocess.Popen(
            command,
            cwd=HERE.parent,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = [self.process.stdout.readline()]  # type: ignore[union-attr]
        self.thread = Thread(target=lambda: self.lines.extend(self.process.stdout or ()))
        self.thread.start()

    def end(self) -> str:
        """Wait for its end; what it wrote to standard error."""
        self.thread.join()
        with self.process:
            return self.process.stderr.read() if self.process.stderr else ""


@pytest.mark.parametrize("readers", [3, pytest.param(8, marks=pytest.mark.slow)])
def test_every_answer_under_updates_and_full_rebuilds_is_that_of_one_whole_generation(
    readers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for grace in ("READER_GRACE", "BURST_GRACE"):  # what is old goes at once, readers or not
        monkeypatch.setattr(indexer.store.maintenance, grace, timedelta(0))
    monkeypatch.setattr(indexer.store.maintenance, "VERSIONS", 1)
    tree, store, stop = tmp_path / "tree", tmp_path / "store", tmp_path / "stop"
    (tree / "app").mkdir(parents=True)
    quiet: dict[tuple[str, int], object] = {}

    def note(phase: str, done: int, total: int) -> None:
        """Remember the answers of the current generation, taken in quiet."""
        if phase == "publish":
            last = max((generation for _, generation in quiet), default=0)
            for question, generation, answer in answers(Searcher.open(str(store))):
                for each in range(
                    last + 1, generation + 1
                ):  # of one build: the same rows, in another place
                    quiet[question, each] = answer

    def build(number: int, encoder: str) -> None:
        change(tree, number)
        source, vectors = open_worktree(tree), VectorCache(tmp_path / "cache")
        into = Store(str(store))
        build_index(
            source,
            into,
            load_encoder(encoder),
            encoder_spec=encoder,
            jobs=1,
            cache=vectors,
            progress=note,
        )
        note("publish", 1, 1)

    build(0, "none")
    asking = [Reader(store, stop, ("once", "long")[at % 2]) for at in range(readers)]
    for number in range(1, ROUNDS):
        build(
            number, "builtin" if number == ROUNDS // 2 else "none"
        )  # another encoder: everything is made anew
    stop.touch()
    assert [reader.end() for reader in asking] == [""] * readers
    assert [reader.process.returncode for reader in asking] == [0] * readers
    given = [json.loads(line) for reader in asking for line in reader.lines]
    assert len({generation for _, generation, _ in given}) > 1
    assert [each for each in given if quiet[each[0], each[1]] != each[2]] == []
