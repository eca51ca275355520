"""`clew agent show`, `replay` and `apply`: what became of earlier runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from .agent_progress import short
from .locate import repository_top, tree_around, working_folder
from .options import JsonOption
from .output import amount, say, say_json

RunArgument = Annotated[
    str | None,
    typer.Argument(metavar="RUN", help="The beginning of its id.", show_default="the last one"),
]
RootOption = Annotated[
    Path | None,
    typer.Option(help="The tree that was worked on.", show_default="the one around here"),
]


def find(run: str | None, top: Path) -> Path:
    """The folder of a run over the tree `top`."""
    from agent import find_run

    return find_run(top / ".clew" / "runs", run)


def _top(root: Path | None) -> Path:
    here = working_folder()
    if root is not None:
        return root.resolve()
    near = next(
        (place for place in (here, *here.parents) if (place / ".clew" / "runs").is_dir()), None
    )
    return near or Path(tree_around(str(here / ".clew"), here) or repository_top(here) or here)


def show(run: RunArgument = None, root: RootOption = None, json: JsonOption = False) -> None:
    """What a run did, turn by turn: tokens read from cache, written and fresh, and what they cost."""
    from agent import load, summarize_run

    folder = find(run, _top(root))
    shown = summarize_run(load(folder))
    if json:
        say_json({"run": folder.name, **shown})
        return
    say(f"run {folder.name}: {shown['task'].partition(chr(10))[0][:100]}")
    for turn in shown["turns"]:
        _say_turn(turn)
    total = shown["total"]
    say(f"{'total':>5}  {_tokens(total)}")
    ended = (
        f"{shown['status']}: {shown['reason']}"
        if shown["status"]
        else "not ended: go on with --resume"
    )
    say(ended)


def _say_turn(turn: dict[str, Any]) -> None:
    say(
        f"{turn['turn']:>5}  {_tokens(turn)}, model {turn['model_seconds']:.1f} s, tools {turn['tool_seconds']:.1f} s"
    )
    if turn["said"]:
        say(f"       {turn['said'].splitlines()[0][:160]}")
    for call in turn["calls"]:
        say(f"       {call['name']} {short(call['arguments'])}")
        say(f"         → {call['answer']}") if call["answer"] else None
    for note in turn["notes"]:
        say(f"       {note}")


def _tokens(turn: dict[str, Any]) -> str:
    cost = "" if turn["cost"] is None else f", ${turn['cost']:.4f}"
    return (
        f"{turn['cached']:>9,} from cache {turn['written']:>7,} written {turn['fresh']:>7,} fresh "
        f"{turn['completion']:>6,} out{cost}"
    )


def replay(run: RunArgument = None, root: RootOption = None, json: JsonOption = False) -> None:
    """Run it again from the same start with the recorded replies: no model is asked, edits and commands happen anew."""
    from agent import replay_run

    from .agent import index_of

    top = _top(root)
    replayed = replay_run(find(run, top), index_of(str(top / ".clew"), top))
    if json:
        say_json(replayed)
    else:
        same = "the same changes" if replayed["same_diff"] else "other changes than before"
        say(
            f"{amount(replayed['replies'], 'reply').replace('replys', 'replies')}, {same}; now {replayed['status']}"
        )
        for difference in replayed["differences"]:
            say(
                f"  turn {difference['turn']} {difference['name']}: was {difference['was']!r}, is {difference['is']!r}"
            )
    raise typer.Exit(0 if replayed["same_diff"] else 1)


def apply(run: RunArgument = None, root: RootOption = None, json: JsonOption = False) -> None:
    """Bring a run's changes into your tree, uncommitted; all of them, or none where one does not fit."""
    from agent import apply_run

    top = _top(root)
    paths = apply_run(find(run, top), top)
    if json:
        say_json({"paths": paths})
    else:
        say("\n".join(f"changed {path}" for path in paths) or "the run changed nothing")
    raise typer.Exit(0 if paths else 1)
