"""`clew impact`: everything that depends on a symbol or a diff."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from retrieval import is_test

from .graph import find_nodes, ids_of, warn_of_depth, warn_of_unresolved
from .options import (
    AllOption,
    ConfidenceOption,
    DepthOption,
    JsonOption,
    KindOption,
    RevOption,
    StoreOption,
)
from .output import finish, say, say_json, warn
from .searchers import open_searcher

if TYPE_CHECKING:
    from retrieval import Related, Searcher


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(impact)


def impact(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A symbol or file, as in `clew callers`.")
    ] = None,
    diff: Annotated[
        str | None,
        typer.Option(
            metavar="REV|REV..REV|-",
            help="Take the symbols on the lines of this change; - reads a diff from stdin.",
        ),
    ] = None,
    depth: DepthOption = 3,
    kind: KindOption = None,
    min_confidence: ConfidenceOption = 0.0,
    all_definitions: AllOption = False,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """Show everything that depends on NAME or on a diff: tests first, then nearest and surest."""
    if (name is None) == (diff is None):
        raise typer.BadParameter("give a NAME or a --diff")
    searcher = open_searcher(store, rev)
    graph = searcher.graph
    if name is not None:
        changed = graph.with_members(find_nodes(graph, name, all_definitions))
    else:
        changed = _symbols_in_diff(searcher, diff or "-")
    found = graph.impact(changed, depth, min_confidence, kind or ())
    unresolved = graph.unresolved(changed, inward=True)
    if json:
        answer = {
            "changed": ids_of(graph, changed),
            "impact": [each.to_json() | {"test": is_test(each.path)} for each in found.related],
            "complete": found.complete,
            "unresolved": unresolved.to_json(),
        }
        say_json(({"name": name} if name is not None else {"diff": diff}) | answer)
    else:
        for each in found.related:
            _say_related(each)
        warn_of_unresolved(unresolved, "of these names")
        warn_of_depth(depth, found.complete)
    finish(bool(found.related))


def _say_related(related: Related) -> None:
    mark = "test  " if is_test(related.path) else "      "
    place = f"{related.path}:{related.start_line}  {related.symbol or '(module)'}  [{related.kind}]"
    edge = f"{related.confidence} in {related.depth} by {related.relation} of {related.via}"
    say(f"{mark}{place}  {edge}")


def _symbols_in_diff(searcher: Searcher, diff: str) -> list[int]:
    """Return the nodes of the symbols on the lines of a diff; warn of files not in the index."""
    from retrieval import git_diff, symbols_on, touched_lines

    if diff == "-":
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    else:
        text = git_diff(searcher.snapshot.view.root, diff)
    lines = touched_lines(text)
    nodes = symbols_on(searcher.graph.adjacency, lines)
    unknown = sorted(lines.keys() - searcher.snapshot.entries.keys())
    if unknown:
        warn(f"not in the index: {', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}")
    return nodes
