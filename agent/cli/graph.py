"""The graph's commands on a symbol: `symbol`, `callers`, `callees`, `refs`, `path`, `graph`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer import ClewError
from retrieval import FLOW, Direction

from .export import symbol_to_json
from .options import (
    AllOption,
    ConfidenceOption,
    DepthOption,
    JsonOption,
    KindOption,
    NameArgument,
    RevOption,
    StoreOption,
)
from .output import amount, finish, say, say_json, warn
from .searchers import open_searcher

if TYPE_CHECKING:
    from indexer import Reference
    from retrieval import Graph, Related, Unresolved

MAX_DEFINITIONS = 20  # of an ambiguous name that are listed
MAX_CANDIDATES = 5  # of unresolved calls that are listed


class Format(StrEnum):
    MERMAID = "mermaid"
    DOT = "dot"
    JSON = "json"
    GRAPHML = "graphml"
    SVG = "svg"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(symbol)
    app.command("callers", help="Show the callers of NAME, nearest and surest first.")(
        _make_command("callers", inward=True)
    )
    app.command("callees", help="Show the callees of NAME, nearest and surest first.")(
        _make_command("callees", inward=False)
    )
    app.command()(refs)
    app.command()(path)
    app.command("graph")(graph_)


def symbol(
    name: NameArgument, store: StoreOption = None, rev: RevOption = None, json: JsonOption = False
) -> None:
    """Show the definitions of NAME."""
    rows = [symbol_to_json(each) for each in open_searcher(store, rev).graph.symbol(name)]
    if json:
        say_json({"name": name, "symbols": rows})
    for row in () if json else rows:
        lines = f"{row['start_line']}-{row['end_line']}"
        say(f"{row['path']}:{lines}  {row['symbol']}  [{row['kind']}]")
        say(f"      {row['signature']}")
    finish(bool(rows))


def _make_command(title: str, inward: bool) -> Callable[..., None]:
    """Return the command `callers` (inward) or `callees`."""

    def command(
        name: NameArgument,
        depth: DepthOption = 1,
        kind: KindOption = None,
        min_confidence: ConfidenceOption = 0.0,
        all_definitions: AllOption = False,
        store: StoreOption = None,
        rev: RevOption = None,
        json: JsonOption = False,
    ) -> None:
        kinds = tuple(kind or ("calls",))
        graph = open_searcher(store, rev).graph.select_graph(name, depth, kinds)
        nodes = find_nodes(graph, name, all_definitions)
        found = graph.traverse(nodes, [Direction(inward, kinds)], depth, min_confidence)
        unresolved = graph.unresolved(nodes, inward) if "calls" in kinds else None
        if json:
            rows = [each.to_json() for each in found.related]
            answer = {"name": name, "means": ids_of(graph, nodes), title: rows}
            rest = {"unresolved": unresolved.to_json()} if unresolved else {}
            say_json({**answer, "complete": found.complete, **rest})
        else:
            for each in found.related:
                _say_related(each, each.line if inward else each.start_line)
            warn_of_unresolved(unresolved, "of this name" if inward else "in it")
            if depth > 1:
                warn_of_depth(depth, found.complete)
        finish(bool(found.related))

    return command


def _say_related(related: Related, line: int) -> None:
    indent, name = "  " * (related.depth - 1), related.symbol or "(module)"
    edge = f"{related.rule} {related.confidence}"
    say(f"{indent}{related.path}:{line}  {name}  [{related.kind}]  {edge}")


def refs(
    name: NameArgument, store: StoreOption = None, rev: RevOption = None, json: JsonOption = False
) -> None:
    """Show the mentions of NAME and their meanings, if known.

    For a qualified NAME, mentions of other definitions are left out.
    """
    searcher = open_searcher(store, rev)
    mentions = searcher.graph.select_graph(name).resolved_references(name)
    if json:
        rows = [_reference_to_json(path, ref) | {"means": ids} for path, ref, ids in mentions]
        say_json({"name": name, "refs": rows})
    texts = {} if json else searcher.snapshot.sources({path for path, _, _ in mentions})
    lines = {path: text.splitlines() for path, text in texts.items()}
    for path, ref, ids in () if json else mentions:
        line = "".join(lines.get(path, [])[ref.line - 1 : ref.line])
        means = f"  → {', '.join(ids)}" if ids else ""
        say(f"{path}:{ref.line}  [{ref.kind}]  {line.strip()}{means}")
    finish(bool(mentions))


def _reference_to_json(path: str, reference: Reference) -> dict[str, Any]:
    fields = ("line", "kind", "name", "receiver")
    return {"path": path, **{field: getattr(reference, field) for field in fields}}


def path(
    start: Annotated[str, typer.Argument(metavar="FROM", help="A symbol, as in `clew callers`.")],
    goal: Annotated[str, typer.Argument(metavar="TO", help="Another one.")],
    kind: KindOption = None,
    min_confidence: ConfidenceOption = 0.0,
    all_definitions: AllOption = False,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """Show the shortest chain of edges from one symbol to another."""
    graph = open_searcher(store, rev).graph
    first, last = (find_nodes(graph, name, all_definitions) for name in (start, goal))
    chain = graph.find_path(first, last, kind or FLOW, min_confidence)
    if json:
        say_json({"start": start, "goal": goal, "path": [step.to_json() for step in chain]})
    for step in () if json else chain:
        edge = f"{step.relation} (line {step.line}, {step.rule} {step.confidence})  "
        say(f"{'  ' * step.depth}{edge if step.relation else ''}{step.id}")
    finish(bool(chain))


def graph_(
    name: NameArgument,
    depth: DepthOption = 1,
    format: Annotated[Format, typer.Option(help="The drawing's format.")] = Format.MERMAID,
    kind: KindOption = None,
    min_confidence: ConfidenceOption = 0.0,
    all_definitions: AllOption = False,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """Draw the symbols around NAME, or write them for another program."""
    graph = open_searcher(store, rev).graph
    nodes = find_nodes(graph, name, all_definitions)
    if not nodes:
        finish(False)
    drawing = graph.draw(nodes, depth, kind or (), min_confidence)
    say(drawing.render("json" if json else format).rstrip("\n"))
    if not drawing.complete:
        warn("more lies around it than is shown: see --depth, --kind, --min-confidence")
    finish(True)


# -- shared with `impact`


def find_nodes(graph: Graph, name: str, all_definitions: bool) -> list[int]:
    """Return the nodes of NAME.

    If it is ambiguous, list its definitions and raise ClewError, unless all of them count.
    """
    meanings = graph.meanings(name)
    if len(meanings) > 1 and not all_definitions:
        for first, *_ in meanings[:MAX_DEFINITIONS]:
            line = first.symbol.start_line
            print(f"  {first.id}  [{first.symbol.kind}]  line {line}", file=sys.stderr)
        hidden = len(meanings) - MAX_DEFINITIONS
        more = f" ({hidden} more)" if hidden > 0 else ""
        raise ClewError(
            f"{name} has {len(meanings)} definitions{more}: name one as path::Qual.name, or take"
            " --all"
        )
    symbols = [each for meaning in meanings for each in meaning]
    nodes = graph.nodes(symbols or name)
    if not nodes:
        warn(f"no symbol or file is called {name}")
    return nodes


def ids_of(graph: Graph, nodes: Sequence[int]) -> list[str]:
    """Return the ids of nodes."""
    return [graph.describe(node).id for node in nodes]


def warn_of_unresolved(unresolved: Unresolved | None, of: str) -> None:
    """Tell of calls without a known target."""
    if unresolved is None or not unresolved.count:
        return
    path, line, _ = unresolved.places[0]
    ids = unresolved.candidates
    candidates = ", ".join(ids[:MAX_CANDIDATES]) + (" …" if len(ids) > MAX_CANDIDATES else "")
    warn(
        f"{amount(unresolved.count, 'more call')} {of} could not be resolved (first:"
        f" {path}:{line}); candidates: {candidates}"
    )


def warn_of_depth(depth: int, is_complete: bool) -> None:
    """Tell of results beyond `depth`."""
    if not is_complete:
        warn(f"more lies further than {depth} steps: --depth {depth + 1}")
