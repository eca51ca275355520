"""Results: one small JSON file for a system on a set of data, filed by commit below `results/`.

It contains the figures with their intervals, and the value of every question in the order of the
data, so that two results can be compared question by question (`python -m benchmarks.compare`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import provenance as program
from .bootstrap import Estimate, Values, estimate

FOLDER = program.ROOT / "benchmarks" / "results"


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of a system on a set of data."""

    benchmark: str  # search | localize | latency
    data: str  # the set's name
    system: str
    encoder: str
    setup: Mapping[str, Any]  # other options, and the amount of data
    figures: Mapping[str, Estimate]
    groups: Mapping[str, Mapping[str, float]]  # kind of group → group → the first figure within it
    weights: Mapping[str, float] | None  # of the strata; None: by size
    values: Mapping[str, Values]  # figure → stratum → a number for each question
    made: Mapping[str, str]  # commit, its time, the program's digest, the machine

    @property
    def name(self) -> str:
        """The name of its file."""
        return (
            "-".join((self.benchmark, self.data, self.system, self.encoder)).replace("/", "_")
            + ".json"
        )

    def to_json(self) -> dict[str, Any]:
        """Return all fields by name. Numbers have four places, to keep the file small."""
        rounded: dict[str, Any] = _rounded(asdict(self))
        return rounded


def make_result(
    benchmark: str,
    data: str,
    system: str,
    encoder: str,
    values: Mapping[str, Values],
    *,
    weights: Mapping[str, float] | None = None,
    groups: Mapping[str, Mapping[str, float]],
    setup: Mapping[str, Any],
) -> Result:
    """Return a result of this program on this machine, with figures estimated from `values`."""
    figures = {name: estimate(numbers, weights) for name, numbers in values.items()}
    return Result(
        benchmark, data, system, encoder, setup, figures, groups, weights, values, program.origin()
    )


def file_result(outcome: Result, folder: Path = FOLDER) -> Path:
    """Write `found` to its commit's folder and return the path."""
    path = folder / outcome.made["commit"] / outcome.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(outcome.to_json(), separators=(",", ":")) + "\n", "utf-8")
    return path


def read_result(path: Path) -> Result:
    """Return the result in a file. Raise ValueError if it contains none."""
    try:
        row = json.loads(path.read_text("utf-8"))
        row["figures"] = {name: Estimate(**numbers) for name, numbers in row["figures"].items()}
        return Result(**row)
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} holds no result: {error}") from error


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value


def format_figures(figures: Mapping[str, Estimate], names: Sequence[str] = ()) -> str:
    """Return figures with their intervals, for people."""
    selection = names or list(figures)
    return "  ".join(
        f"{n} {figures[n].value:.3f} ({figures[n].low:.3f}–{figures[n].high:.3f})"
        for n in selection
    )
