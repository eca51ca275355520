"""`clew export` and `clew map`: the whole graph, as JSON lines or as an outline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import JsonOption, RevOption, StoreOption
from .output import NOTHING_FOUND, finish, say, say_json
from .searchers import open_searcher

if TYPE_CHECKING:
    from indexer import FoundSymbol, Snapshot

FILES_AT_ONCE = 1_000  # for their symbols in memory


class Table(StrEnum):
    EDGES = "edges"
    SYMBOLS = "symbols"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command()(export)
    app.command("map")(map_)


def export(
    table: Annotated[Table, typer.Argument(metavar="edges|symbols", help="Rows to write.")],
    store: StoreOption = None,
    rev: RevOption = None,
) -> None:
    """Write all edges or all symbols as JSON lines, in a stable order."""
    searcher = open_searcher(store, rev)
    is_edges = table is Table.EDGES
    has_rows = False
    for row in searcher.graph.edges() if is_edges else _all_symbols(searcher.snapshot):
        has_rows = True
        say_json(row)
    finish(has_rows)


def map_(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Only this folder.", show_default=False)
    ] = "",
    budget: Annotated[int, typer.Option(min=1, metavar="TOKENS", help="Limit in tokens.")] = 2000,
    store: StoreOption = None,
    rev: RevOption = None,
    json: JsonOption = False,
) -> None:
    """Show an outline of the most used files and definitions."""
    text = open_searcher(store, rev).graph.map(budget, folder)
    if json:
        say_json({"folder": folder, "budget": budget, "text": text})
    elif text:
        say(text)
    if not text and json:
        raise typer.Exit(NOTHING_FOUND)
    finish(bool(text))


def symbol_to_json(found: FoundSymbol) -> dict[str, Any]:
    """Return the row of a symbol."""
    symbol = found.symbol
    return {
        "id": found.id,
        "path": found.path,
        "symbol": symbol.qualname,
        "kind": symbol.kind,
        "start_line": symbol.start_line,
        "end_line": symbol.end_line,
        "signature": symbol.signature,
        "doc": symbol.doc,
    }


def _all_symbols(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    for paths in _batches(snapshot.entries):
        yield from map(symbol_to_json, snapshot.symbols_in(paths))


def _batches(paths: Iterable[str]) -> Iterator[list[str]]:
    """Yield the paths in lists of at most FILES_AT_ONCE."""
    remaining = iter(paths)
    while batch := list(islice(remaining, FILES_AT_ONCE)):
        yield batch
