"""Draw recall against tokens as an SVG: `python -m benchmarks.plot`.

The input is `benchmarks/results`. All systems are drawn on the same questions: results of the whole
set are reduced to the smaller one, by the rule of `benchmarks.search --each`. The newest result of
each system counts.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from .report.progress import spread
from .report.provenance import ROOT
from .report.results import FOLDER, Result, read_result

OUTPUT = ROOT / "docs" / "recall.svg"
WHOLE, EACH = "semble", 8
PART = f"{WHOLE}-each{EACH}"
SYSTEMS = {"clew": "#0b6e4f", "semble": "#c05621", "bm25": "#6b7280", "ripgrep": "#9ca3af"}
BUDGETS = (500, 1000, 2000, 4000, 8000)  # tokens, drawn at equal distances
LEFT, TOP, WIDTH, HEIGHT = 60, 20, 500, 250  # of the area inside the axes, in pixels
LABEL_DISTANCE = 15  # pixels between two names at the right end


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=FOLDER)
    parser.add_argument("--out", type=Path, default=OUTPUT)
    options = parser.parse_args()
    options.out.write_text(picture(curves(options.results)), "utf-8")


def curves(folder: Path) -> dict[str, list[float]]:
    """Return the recall of each system at each of `BUDGETS`."""
    results = [read_result(path) for path in sorted(folder.glob("*/search-*-builtin.json"))]
    newest: dict[str, Result] = {}
    for result in sorted(results, key=lambda each: each.made["time"]):
        if result.system in SYSTEMS and result.data in (WHOLE, PART):
            newest[result.system] = result
    return {name: [recall(newest[name], budget) for budget in BUDGETS] for name in SYSTEMS}


def recall(result: Result, budget: int) -> float:
    """Return a result's weighted mean recall at a budget, over the questions of the smaller set."""
    answers = result.values[f"recall@{budget}"]
    weights = result.weights or dict.fromkeys(answers, 1 / len(answers))
    means = {name: _mean(spread(values, EACH)) for name, values in answers.items()}
    return sum(weights[name] * mean for name, mean in means.items()) / sum(weights.values())


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def picture(recalls: dict[str, list[float]]) -> str:
    """Return the SVG of some systems' recall at `BUDGETS`."""
    lines = [_line(name, values) for name, values in recalls.items()]
    names = _end_labels({name: values[-1] for name, values in recalls.items()})
    parts = [*_axes(), *lines, *names]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 {TOP + HEIGHT + 60}" '
        'font-family="sans-serif" font-size="13">\n'
        '<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _x(position: int) -> float:
    return LEFT + position * WIDTH / (len(BUDGETS) - 1)


def _y(share: float) -> float:
    return TOP + HEIGHT * (1 - share)


def _axes() -> list[str]:
    right, bottom = LEFT + WIDTH, TOP + HEIGHT
    grid = [
        f'<path d="M{LEFT} {_y(share):.0f}H{right}" stroke="#e5e7eb"/>'
        f'<text x="{LEFT - 8}" y="{_y(share) + 4:.0f}" text-anchor="end">{share:.0%}</text>'
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    ticks = [
        f'<text x="{_x(place):.0f}" y="{bottom + 20}" text-anchor="middle">{budget:,}</text>'
        for place, budget in enumerate(BUDGETS)
    ]
    title = (
        f'<text x="{LEFT + WIDTH / 2:.0f}" y="{bottom + 44}" text-anchor="middle">'
        "tokens shown → share of questions with the right code among them</text>"
    )
    return [*grid, *ticks, title]


def _line(name: str, values: list[float]) -> str:
    points = " ".join(f"{_x(place):.0f},{_y(value):.1f}" for place, value in enumerate(values))
    width = 3 if name == "clew" else 2
    color = SYSTEMS[name]
    return f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="{width}"/>'


def _end_labels(ends: dict[str, float]) -> list[str]:
    """Return the systems' names at the right ends of their lines, moved apart where they meet."""
    labels, lowest = [], 0.0
    for name, value in sorted(ends.items(), key=lambda item: -item[1]):
        lowest = max(_y(value) + 4, lowest + LABEL_DISTANCE)
        labels.append(
            f'<text x="{LEFT + WIDTH + 8}" y="{lowest:.0f}" fill="{SYSTEMS[name]}">{name}</text>'
        )
    return labels


if __name__ == "__main__":
    main()
