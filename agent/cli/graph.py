"""The graph's commands: `symbol`, `callers`, `callees`, `refs`, `path`, `impact`, `map`, `graph`, and `export`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from indexer import ClewError
from retrieval import FLOW, KINDS, Direction, is_test

from .options import JsonOption, RevOption, StoreOption
from .output import amount, say, say_json, warn
from .query import NOTHING_FOUND, end, open_searcher

if TYPE_CHECKING:
    from indexer import FoundSymbol, Reference, Snapshot
    from retrieval import Graph, Searcher, Unresolved

CANDIDATES = 20  # definitions of an ambiguous name that are listed
FILES_AT_ONCE = 1_000  # whose symbols an export holds in memory

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="name, Class.name, path::Class.name, or a path.")
]
DepthOption = Annotated[int, typer.Option(min=1, max=20, help="Steps to follow.")]
ConfidenceOption = Annotated[
    float, typer.Option(min=0.0, max=1.0, help="Leave out edges that are less sure.")
]


EdgeKind = StrEnum("EdgeKind", list(KINDS))  # type: ignore[misc]  # made of what there is, which mypy cannot see
KindOption = Annotated[
    list[EdgeKind] | None,
    typer.Option(
        help="Follow edges of this kind; repeatable.", show_default="what the command is named for"
    ),
]
EveryOption = Annotated[
    bool, typer.Option("--all", help="Where NAME has several definitions, take all of them.")
]


class Form(StrEnum):
    MERMAID = "mermaid"
    DOT = "dot"
    JSON = "json"
    GRAPHML = "graphml"
    SVG = "svg"


class What(StrEnum):
    EDGES = "edges"
    SYMBOLS = "symbols"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (symbol, callers, callees, refs, path, impact, export):
        app.command()(command)
    app.command("map")(map_)
    app.command("graph")(graph_)


def symbol(
    name: NameArgument, store: StoreOption = None, rev: RevOption = None, json: JsonOption = False
) -> None:
    """Where NAME is defined."""
    found = [_symbol_json(each) for each in open_searcher(store, rev).graph.symbol(name)]
    if json:
        _say_list("symbols", found, name=name)
    for each in () if json else found:
        say(
            f"{each['path']}:{each['start_line']}-{each['end_line']}  {each['symbol']}  [{each['kind']}]"
        )
        say(f"      {each['signature']}")
    end(bool(found))


def callers(
    name: NameArgument,
    depth: DepthOption = 1,
    kind: KindOption = None,
    min_confidence: ConfidenceOption = 0.0,
    every: EveryOption = False,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """What calls NAME, nearest and surest first."""
    _say_related(
        "callers", open_searcher(store, rev).graph, name, depth, kind, min_confidence, every, json
    )


def callees(
    name: NameArgument,
    depth: DepthOption = 1,
    kind: KindOption = None,
    min_confidence: ConfidenceOption = 0.0,
    every: EveryOption = False,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """What NAME calls, nearest and surest first."""
    _say_related(
        "callees", open_searcher(store, rev).graph, name, depth, kind, min_confidence, every, json
    )


def refs(
    name: NameArgument, store: StoreOption = None, rev: RevOption = None, json: JsonOption = False
) -> None:
    """Where NAME is written, and what it means there if that could be told; of a qualified NAME not where it means another."""
    searcher = open_searcher(store, rev)
    found = searcher.graph.select_graph(name).resolved_references(name)
    if json:
        _say_list(
            "refs", [_ref_json(path, ref) | {"means": ids} for path, ref, ids in found], name=name
        )
    texts = {} if json else searcher.snapshot.sources({path for path, _, _ in found})
    lines = {path: text.splitlines() for path, text in texts.items()}
    for path, ref, ids in () if json else found:
        line = lines.get(path, [])[ref.line - 1 : ref.line]
        means = f"  → {', '.join(ids)}" if ids else ""
        say(f"{path}:{ref.line}  [{ref.kind}]  {''.join(line).strip()}{means}")
    end(bool(found))


def _ref_json(path: str, ref: Reference) -> dict[str, Any]:
    return {
        "path": path,
        "line": ref.line,
        "kind": ref.kind,
        "name": ref.name,
        "receiver": ref.receiver,
    }


def path(
    start: Annotated[str, typer.Argument(metavar="FROM", help="A symbol, as in `clew callers`.")],
    goal: Annotated[str, typer.Argument(metavar="TO", help="Another one.")],
    kind: KindOption = None,
    min_confidence: ConfidenceOption = 0.0,
    every: EveryOption = False,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """The shortest chain of edges from one symbol to another."""
    graph = open_searcher(store, rev).graph
    chain = graph.find_path(
        _meant(graph, start, every), _meant(graph, goal, every), kind or FLOW, min_confidence
    )
    if json:
        _say_list("path", [step.to_json() for step in chain], start=start, goal=goal)
    for step in () if json else chain:
        how = (
            f"{step.relation} (line {step.line}, {step.rule} {step.confidence})  "
            if step.relation
            else ""
        )
        say(f"{'  ' * step.depth}{how}{step.id}")
    end(bool(chain))


def impact(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A symbol or file, as in `clew callers`.")
    ] = None,
    diff: Annotated[
        str | None,
        typer.Option(
            metavar="REV|REV..REV|-",
            help="The symbols on the lines of this change; - reads a diff from stdin.",
        ),
    ] = None,
    depth: DepthOption = 3,
    kind: KindOption = None,
    min_confidence: ConfidenceOption = 0.0,
    every: EveryOption = False,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """What a change of NAME, or of what a diff touches, can reach: tests first, then nearest and surest first."""
    if (name is None) == (diff is None):
        raise typer.BadParameter("give a NAME or a --diff")
    searcher = open_searcher(store, rev)
    graph = searcher.graph
    changed = (
        graph.with_members(_meant(graph, name, every))
        if name is not None
        else _touched(searcher, diff or "-")
    )
    reached = graph.impact(changed, depth, min_confidence, kind or ())
    unresolved = graph.unresolved(changed, inward=True)
    ids = [graph.describe(node).id for node in changed]
    if json:
        rows = [each.to_json() | {"test": is_test(each.path)} for each in reached.related]
        asked = {"name": name} if name is not None else {"diff": diff}
        say_json(
            {
                **asked,
                "changed": ids,
                "impact": rows,
                "complete": reached.complete,
                "unresolved": unresolved.to_json(),
            }
        )
    for each in () if json else reached.related:
        mark = "test  " if is_test(each.path) else "      "
        say(f"{mark}{each.path}:{each.start_line}  {each.symbol or '(module)'}  [{each.kind}]  "
            f"{each.confidence} in {each.depth} by {each.relation} of {each.via}")  # fmt: skip
    if not json:
        _warn_of_unresolved(unresolved, "of these names")
    if not json and not reached.complete:
        warn(f"more lies further than {depth} steps: --depth {depth + 1}")
    end(bool(reached.related))


def _touched(searcher: Searcher, diff: str) -> list[int]:
    from retrieval import git_diff, symbols_on, touched_lines

    text = sys.stdin.buffer.read().decode("utf-8", "replace") if diff == "-" else ""
    lines = touched_lines(
        text or ("" if diff == "-" else git_diff(searcher.snapshot.view.root, diff))
    )
    found = symbols_on(searcher.graph.adjacency, lines)
    unknown = sorted(lines.keys() - searcher.snapshot.entries.keys())
    if unknown:
        warn(f"not in the index: {', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}")
    return found


def graph_(
    name: NameArgument,
    depth: DepthOption = 1,
    form: Annotated[Form, typer.Option("--format", help="What to write.")] = Form.MERMAID,
    kind: KindOption = None,
    min_confidence: ConfidenceOption = 0.0,
    every: EveryOption = False,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """The neighbourhood of NAME as a picture, or for another program."""
    graph = open_searcher(store, rev).graph
    nodes = _meant(graph, name, every)
    if not nodes:
        end(False)
    part = graph.draw(nodes, depth, kind or (), min_confidence)
    say(part.render("json" if json else form).rstrip("\n"))
    if not part.complete:
        warn("more lies around it than is shown: see --depth, --kind, --min-confidence")
    end(True)


def map_(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Only this folder.", show_default=False)
    ] = "",
    budget: Annotated[
        int, typer.Option(min=1, metavar="TOKENS", help="At most so many tokens.")
    ] = 2000,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """An outline of the repository: the files and definitions that the rest of it leans on."""
    searcher = open_searcher(store, rev)
    text = searcher.graph.map(budget, folder)
    if json:
        say_json({"folder": folder, "budget": budget, "text": text})
    elif text:
        say(text)
    if not text and json:
        raise typer.Exit(NOTHING_FOUND)
    end(bool(text))


def export(
    what: Annotated[What, typer.Argument(metavar="edges|symbols", help="What to write.")],
    store: StoreOption = None,
    rev: RevOption = None,
    json: Annotated[bool, typer.Option("--json", help="JSON is the only format there is.")] = False,
) -> None:
    """Write every edge or every symbol of the index, one JSON object a line, in a stable order."""
    searcher = open_searcher(store, rev)
    found = False
    for row in searcher.graph.edges() if what is What.EDGES else _all_symbols(searcher.snapshot):
        found = True
        say_json(row)
    end(found)


def _all_symbols(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    for some in batched(snapshot.entries):
        yield from map(_symbol_json, snapshot.symbols_in(some))


def batched(paths: Iterable[str]) -> Iterator[list[str]]:
    """`paths` in lists of at most FILES_AT_ONCE."""
    rest = iter(paths)
    while some := list(islice(rest, FILES_AT_ONCE)):
        yield some


def _symbol_json(found: FoundSymbol) -> dict[str, Any]:
    own = found.symbol
    return {
        "id": found.id, "path": found.path, "symbol": own.qualname, "kind": own.kind, "start_line": own.start_line,
        "end_line": own.end_line, "signature": own.signature, "doc": own.doc,
    }  # fmt: skip


def _meant(graph: Graph, name: str, every: bool) -> list[int]:
    """The nodes that NAME means. Where it may mean several things, they are listed and it is an error, unless `every` one
    is wanted."""
    meanings = graph.meanings(name)
    if len(meanings) > 1 and not every:
        for meaning in meanings[:CANDIDATES]:
            own = meaning[0]
            print(f"  {own.id}  [{own.symbol.kind}]  line {own.symbol.start_line}", file=sys.stderr)
        more = f" ({len(meanings) - CANDIDATES} more)" if len(meanings) > CANDIDATES else ""
        raise ClewError(
            f"{name} has {len(meanings)} definitions{more}: name one as path::Qual.name, or take --all"
        )
    nodes = (
        graph.nodes([each for meaning in meanings for each in meaning])
        if meanings
        else graph.nodes(name)
    )
    if not nodes:
        warn(f"no symbol or file is called {name}")
    return nodes


def _say_related(
    title: str,
    graph: Graph,
    name: str,
    depth: int,
    kind: list[EdgeKind] | None,
    least: float,
    every: bool,
    json: bool,
) -> None:
    inward, kinds = title == "callers", tuple(kind or ("calls",))
    graph = graph.select_graph(name, depth, kinds)
    nodes = _meant(graph, name, every)
    reached = graph.traverse(nodes, [Direction(inward, kinds)], depth, least)
    unresolved = graph.unresolved(nodes, inward) if "calls" in kinds else None
    if json:
        rest = {"unresolved": unresolved.to_json()} if unresolved else {}
        ids = [graph.describe(node).id for node in nodes]
        rows = [each.to_json() for each in reached.related]
        say_json({"name": name, "means": ids, title: rows, "complete": reached.complete, **rest})
    for each in () if json else reached.related:
        line = each.line if inward else each.start_line  # where it calls; where it is defined
        indent = "  " * (each.depth - 1)
        say(
            f"{indent}{each.path}:{line}  {each.symbol or '(module)'}  [{each.kind}]  {each.rule} {each.confidence}"
        )
    if not json and unresolved:
        _warn_of_unresolved(unresolved, "of this name" if inward else "in it")
    if not json and depth > 1 and not reached.complete:
        warn(f"more lies further than {depth} steps: --depth {depth + 1}")
    end(bool(reached.related))


def _warn_of_unresolved(unresolved: Unresolved, of: str) -> None:
    """Say where the graph stops."""
    if unresolved.count:
        path, line, _ = unresolved.places[0]
        warn(f"{amount(unresolved.count, 'more call')} {of} could not be resolved (first: {path}:{line}); "
             f"candidates: {_listed(unresolved.candidates)}")  # fmt: skip


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (" …" if len(ids) > 5 else "")


def _say_list(title: str, found: Sequence[dict[str, Any]], **asked: str) -> None:
    say_json({**asked, title: list(found)})
