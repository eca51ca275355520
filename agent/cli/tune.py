"""`clew tune`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .locate import store_to_read, view_to_read
from .options import JsonOption, RevOption, StoreOption
from .output import say, say_json
from .progress import progress

if TYPE_CHECKING:
    from retrieval import Accuracy, Trial

NOTHING_KEPT = 1


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(tune)


def tune(
    tasks: Annotated[
        int, typer.Option(min=1, help="How many commits to learn from, the newest.")
    ] = 300,
    forget: Annotated[
        bool, typer.Option("--forget", help="Go back to the weights that clew comes with.")
    ] = False,
    rev: RevOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> int:
    """Fit the ranking of issues to this repository, by what its commits say and which functions they changed."""
    from indexer import Snapshot
    from retrieval import publish_tuning
    from retrieval import tune as learn

    uri = store_to_read(store)
    snapshot = Snapshot.open(uri, view_to_read(uri, rev))
    if forget:
        gone = publish_tuning(snapshot.store, snapshot, None)
        say_json({"forgotten": gone}) if json else say("forgotten" if gone else "nothing was tuned")
        return 0 if gone else NOTHING_KEPT
    with progress() as show:
        trial = learn(snapshot, tasks, show)
    if trial.kept is not None:
        publish_tuning(snapshot.store, snapshot, trial.kept)
    if json:
        say_json(asdict(trial))
    else:
        _say(trial, before=snapshot.tuning is not None)
    return 0 if trial.kept is not None else NOTHING_KEPT


def _say(trial: Trial, before: bool) -> None:
    say(
        f"{trial.tasks} commits since {trial.base[:12]}: {trial.tasks - trial.unseen} to fit, the newest {trial.unseen} to judge"
    )
    shown: dict[str, Any] = {"as it comes": trial.before, "fitted": trial.after}
    for name, accuracy in shown.items():
        say(f"{name:12} {_figures(accuracy)}")
    weighed = (
        ", ".join(f"{signal} {weight:g}" for signal, weight in sorted(trial.weights.items()))
        or "none"
    )
    say(f"weights that changed: {weighed}")
    if trial.kept is not None:
        say("kept: queries use them from now on; `clew tune --forget` goes back")
    else:
        rest = "; what was kept before stays in use" if before else ""
        say(f"nothing was kept: on the unseen commits the gain is not beyond chance{rest}")


def _figures(accuracy: Accuracy) -> str:
    return f"all files in 5: {accuracy.file:.3f}   all functions in 10: {accuracy.function:.3f}   NDCG: {accuracy.score:.4f}"
