"""Result files for tests."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.report.results import file_result, make_result


def write_result(folder: Path, system: str, values: list[float], **made: str) -> Path:
    """Write a result about these questions, at a commit of its own, and return its path."""
    outcome = make_result(
        "search",
        "set",
        system,
        "none",
        {"ndcg@10": {"app": values}},
        groups={},
        setup={"questions": len(values)},
    )
    path = file_result(outcome, folder)
    row = json.loads(path.read_text())
    row["made"] |= {"commit": "a" * 12, "time": "1"} | made
    target = folder / str(row["made"]["commit"]) / path.name
    target.parent.mkdir(exist_ok=True)
    path.rename(target)
    target.write_text(json.dumps(row))
    return target
