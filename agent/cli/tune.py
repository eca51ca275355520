"""`clew tune`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .locate import store_to_read, view_to_read
from .options import JsonOption, RevOption, StoreOption
from .output import NOTHING_FOUND, say, say_json
from .progress import progress

if TYPE_CHECKING:
    from retrieval import Accuracy, Trial


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(tune)


def tune(
    tasks: Annotated[
        int, typer.Option(min=1, help="The number of newest commits to learn from.")
    ] = 300,
    forget: Annotated[
        bool, typer.Option("--forget", help="Go back to clew's own weights.")
    ] = False,
    rev: RevOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Fit the ranking of issues to the commits of this repository."""
    from indexer import Snapshot
    from retrieval import publish_tuning
    from retrieval import tune as learn

    uri = store_to_read(store)
    snapshot = Snapshot.open(uri, view_to_read(uri, rev))
    if forget:
        is_removed = publish_tuning(snapshot.store, snapshot, None)
        if json:
            say_json({"forgotten": is_removed})
        else:
            say("forgotten" if is_removed else "nothing was tuned")
        return 0 if is_removed else NOTHING_FOUND
    with progress() as show:
        trial = learn(snapshot, tasks, show)
    if trial.kept is not None:
        publish_tuning(snapshot.store, snapshot, trial.kept)
    if json:
        say_json(asdict(trial))
    else:
        _say_trial(trial, is_tuned=snapshot.tuning is not None)
    return 0 if trial.kept is not None else NOTHING_FOUND


def _say_trial(trial: Trial, is_tuned: bool) -> None:
    fitted = trial.tasks - trial.unseen
    say(
        f"{trial.tasks} commits since {trial.base[:12]}: {fitted} to fit, the newest {trial.unseen}"
        " to judge"
    )
    shown: dict[str, Any] = {"as it comes": trial.before, "fitted": trial.after}
    for name, accuracy in shown.items():
        say(f"{name:12} {_figures(accuracy)}")
    weights = [f"{signal} {weight:g}" for signal, weight in sorted(trial.weights.items())]
    say(f"weights that changed: {', '.join(weights) or 'none'}")
    if trial.kept is not None:
        say("kept: queries use them from now on; `clew tune --forget` goes back")
    else:
        rest = "; what was kept before stays in use" if is_tuned else ""
        say(f"nothing was kept: on the unseen commits the gain is not beyond chance{rest}")


def _figures(accuracy: Accuracy) -> str:
    return (
        f"all files in 5: {accuracy.file:.3f}   all functions in 10: {accuracy.function:.3f}   "
        f"NDCG: {accuracy.score:.4f}"
    )
