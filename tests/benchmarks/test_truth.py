"""Truth from a compiler's index: who calls whom, by the parser's call sites and the index's
answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.indexer import scip_index
from tests.indexer.scip_index import DEFINITION, Mention

ROOT = Path(__file__).resolve().parents[2]
PYTHON = """class Base:
    def run(self): pass

class Job(Base):
    def start(self):
        def inner():
            return self.run()
        return inner
    made = make()

@make
def make(): return Job()
"""
PYTHON_MENTIONS = [
    Mention(1, "Base", "m Base#", DEFINITION),
    Mention(2, "run", "m Base#run().", DEFINITION),
    Mention(4, "Job", "m Job#", DEFINITION),
    Mention(4, "Base", "m Base#"),
    Mention(5, "start", "m Job#start().", DEFINITION),
    Mention(6, "inner", "local 1", DEFINITION),
    Mention(7, "run", "m Base#run()."),
    Mention(8, "inner", "local 1"),
    Mention(9, "make", "m make()."),
    Mention(11, "make", "m make()."),
    Mention(12, "make", "m make().", DEFINITION),
    Mention(12, "Job", "m Job#"),
]
SCRIPT = """export class Clock { tick() { return 1 }
  #secret() { return this.tick() } }
function main() { return new Clock().tick() }
"""
SCRIPT_MENTIONS = [
    Mention(1, "Clock", "m Clock#", DEFINITION),
    Mention(1, "tick", "m Clock#tick().", DEFINITION),
    Mention(2, "tick", "m Clock#tick()."),
    Mention(3, "main", "m main().", DEFINITION),
    Mention(3, "Clock", "m Clock#`<constructor>`()."),
    Mention(3, "tick", "m Clock#tick()."),
]


def truth(folder: Path, path: str, source: str, mentions: list[Mention]) -> list[tuple[Any, ...]]:
    """The rows that the program prints for one file, but those of documents: (how, src, dst,
    line)."""
    (folder / path).write_text(source)
    (folder / "index.scip").write_bytes(
        scip_index.index([scip_index.document(path, source, mentions)])
    )
    command = [
        sys.executable,
        "-m",
        "benchmarks.truth",
        "--scip",
        str(folder / "index.scip"),
        "--root",
        str(folder),
    ]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in process.stdout.splitlines()]
    assert [row["how"] for row in rows if row["src_path"] != path or row["how"] == "document"] == [
        "document"
    ]
    return sorted(
        (row["how"], row["src"], row["dst"], row["line"])
        for row in rows
        if row["how"] != "document"
    )


def test_python_calls_belong_to_the_innermost_function(tmp_path: Path) -> None:
    assert truth(tmp_path, "a.py", PYTHON, PYTHON_MENTIONS) == [
        ("call", "<module>", "make", 9),
        ("call", "Job.start.inner", "Base.run", 7),
        ("call", "make", "Job", 12),
        ("inherit", "<module>", "Base", 4),
        ("reference", "Job.start", "Job.start.inner", 8),
    ]


def test_a_new_calls_its_class_and_private_names_stay_whole(tmp_path: Path) -> None:
    assert truth(tmp_path, "a.js", SCRIPT, SCRIPT_MENTIONS) == [
        ("call", "Clock.#secret", "Clock.tick", 2),
        ("call", "main", "Clock", 3),
        ("call", "main", "Clock.tick", 3),
    ]
