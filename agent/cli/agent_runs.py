"""`clew agent show`, `replay` and `apply`: earlier runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from .agent_index import index_of
from .agent_progress import shorten
from .locate import repository_top, tree_around, working_folder
from .options import JsonOption, RootOption, RunArgument
from .output import NOTHING_FOUND, say, say_json


def find_run_folder(run: str | None, top: Path) -> Path:
    """Return the folder of a run over the tree `top`."""
    from agent import find_run

    return find_run(top / ".clew" / "runs", run)


def _top(root: Path | None) -> Path:
    here = working_folder()
    if root is not None:
        return root.resolve()
    folders = (here, *here.parents)
    nearest = next((each for each in folders if (each / ".clew" / "runs").is_dir()), None)
    return nearest or Path(tree_around(str(here / ".clew"), here) or repository_top(here) or here)


def show(run: RunArgument = None, root: RootOption = None, json: JsonOption = False) -> None:
    """Show a run turn by turn: tokens read from cache, written and fresh, and their cost."""
    from agent import load, summarize_run

    folder = find_run_folder(run, _top(root))
    shown = summarize_run(load(folder))
    if json:
        say_json({"run": folder.name, **shown})
        return
    say(f"run {folder.name}: {shown['task'].partition(chr(10))[0][:100]}")
    for turn in shown["turns"]:
        _say_turn(turn)
    total = shown["total"]
    say(f"{'total':>5}  {_tokens(total)}")
    if shown["status"]:
        say(f"{shown['status']}: {shown['reason']}")
    else:
        say("not ended: go on with --resume")


def _say_turn(turn: dict[str, Any]) -> None:
    times = f"model {turn['model_seconds']:.1f} s, tools {turn['tool_seconds']:.1f} s"
    say(f"{turn['turn']:>5}  {_tokens(turn)}, {times}")
    if turn["said"]:
        say(f"       {turn['said'].splitlines()[0][:160]}")
    for call in turn["calls"]:
        say(f"       {call['name']} {shorten(call['arguments'])}")
        if call["answer"]:
            say(f"         → {call['answer']}")
    for note in turn["notes"]:
        say(f"       {note}")


def _tokens(turn: dict[str, Any]) -> str:
    cost = "" if turn["cost"] is None else f", ${turn['cost']:.4f}"
    return (
        f"{turn['cached']:>9,} from cache {turn['written']:>7,} written {turn['fresh']:>7,} fresh "
        f"{turn['completion']:>6,} out{cost}"
    )


def replay(run: RunArgument = None, root: RootOption = None, json: JsonOption = False) -> None:
    """Run it again from the same start with the recorded replies, without a model."""
    from agent import replay_run

    top = _top(root)
    replayed = replay_run(find_run_folder(run, top), index_of(str(top / ".clew"), top))
    if json:
        say_json(replayed)
    else:
        _say_replayed(replayed)
    raise typer.Exit(0 if replayed["same_diff"] else NOTHING_FOUND)


def _say_replayed(replayed: dict[str, Any]) -> None:
    replies = "1 reply" if replayed["replies"] == 1 else f"{replayed['replies']:,} replies"
    changes = "the same changes" if replayed["same_diff"] else "other changes than before"
    say(f"{replies}, {changes}; now {replayed['status']}")
    for turn in replayed["differences"]:
        say(f"  turn {turn['turn']} {turn['name']}: was {turn['was']!r}, is {turn['is']!r}")


def apply(run: RunArgument = None, root: RootOption = None, json: JsonOption = False) -> None:
    """Bring a run's changes into your tree, uncommitted: all of them, or none."""
    from agent import apply_run

    top = _top(root)
    paths = apply_run(find_run_folder(run, top), top)
    if json:
        say_json({"paths": paths})
    else:
        say("\n".join(f"changed {path}" for path in paths) or "the run changed nothing")
    raise typer.Exit(0 if paths else NOTHING_FOUND)
