"""The graph's commands: `symbol`, `callers`, `callees`, `refs`, `path`, `map`, and `export`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .ask import NOTHING_FOUND, end, open_searcher
from .options import JsonOption, RevOption, StoreOption
from .output import say, say_json

if TYPE_CHECKING:
    from indexer import FoundSymbol, Reference, Snapshot
    from retrieval import Related

FILES_AT_ONCE = 1_000  # whose symbols an export holds in memory

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="name, Class.name, path::Class.name, or a path.")]
DepthOption = Annotated[int, typer.Option(min=1, max=20, help="Steps to follow.")]
ConfidenceOption = Annotated[float, typer.Option(min=0.0, max=1.0, help="Leave out edges that are less sure.")]


class What(StrEnum):
    EDGES = "edges"
    SYMBOLS = "symbols"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (symbol, callers, callees, refs, path, export):
        app.command()(command)
    app.command("map")(map_)


def symbol(name: NameArgument, store: StoreOption = None, rev: RevOption = None, json: JsonOption = False) -> None:
    """Where NAME is defined."""
    found = [_symbol_json(each) for each in open_searcher(store, rev).graph.symbol(name)]
    if json:
        _say_list("symbols", found, name=name)
    for each in () if json else found:
        say(f"{each['path']}:{each['start_line']}-{each['end_line']}  {each['symbol']}  [{each['kind']}]")
        say(f"      {each['signature']}")
    end(bool(found))


def callers(
    name: NameArgument,
    depth: DepthOption = 1,
    min_confidence: ConfidenceOption = 0.0,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """What calls NAME, nearest and surest first."""
    _say_related("callers", name, open_searcher(store, rev).graph.callers(name, depth, min_confidence), json)


def callees(
    name: NameArgument,
    depth: DepthOption = 1,
    min_confidence: ConfidenceOption = 0.0,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """What NAME calls, nearest and surest first."""
    _say_related("callees", name, open_searcher(store, rev).graph.callees(name, depth, min_confidence), json)


def refs(name: NameArgument, store: StoreOption = None, rev: RevOption = None, json: JsonOption = False) -> None:
    """Where NAME is written, whether or not it could be told which NAME is meant."""
    searcher = open_searcher(store, rev)
    found = searcher.graph.refs(name)
    if json:
        _say_list("refs", [_ref_json(path, ref) for path, ref in found], name=name)
    for path, ref in () if json else found:
        line = (searcher.text(path) or "").splitlines()[ref.line - 1 : ref.line]
        say(f"{path}:{ref.line}  [{ref.kind}]  {''.join(line).strip()}")
    end(bool(found))


def _ref_json(path: str, ref: Reference) -> dict[str, Any]:
    return {"path": path, "line": ref.line, "kind": ref.kind, "name": ref.name, "receiver": ref.receiver}


def path(
    start: Annotated[str, typer.Argument(metavar="FROM", help="A symbol, as in `clew callers`.")],
    goal: Annotated[str, typer.Argument(metavar="TO", help="Another one.")],
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """The shortest chain of edges from one symbol to another."""
    chain = open_searcher(store, rev).graph.path(start, goal)
    if json:
        _say_list("path", [step.to_json() for step in chain], start=start, goal=goal)
    for step in () if json else chain:
        how = f"{step.relation} (line {step.line}, {step.rule} {step.confidence})  " if step.relation else ""
        say(f"{'  ' * step.depth}{how}{step.id}")
    end(bool(chain))


def map_(
    folder: Annotated[str, typer.Argument(metavar="FOLDER", help="Only this folder.", show_default=False)] = "",
    budget: Annotated[int, typer.Option(min=1, metavar="TOKENS", help="At most so many tokens.")] = 2000,
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


def _say_related(title: str, name: str, found: Sequence[Related], json: bool) -> None:
    if json:
        _say_list(title, [each.to_json() for each in found], name=name)
    for each in () if json else found:
        line = each.line if title == "callers" else each.start_line  # where it calls; where it is defined
        indent = "  " * (each.depth - 1)
        say(f"{indent}{each.path}:{line}  {each.symbol or '(module)'}  [{each.kind}]  {each.rule} {each.confidence}")
    end(bool(found))


def _say_list(title: str, found: Sequence[dict[str, Any]], **asked: str) -> None:
    say_json({**asked, title: list(found)})
