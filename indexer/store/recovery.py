"""Removal of a killed build's incomplete and unpublished rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .inventory import Inventory
from .lance import delete_rows, read_column
from .schema import FACTS

if TYPE_CHECKING:
    from lancedb.table import Table

REPLACED = ("manifests", "statistics", "occurrences")  # tables whose rows a build replaces


def undo_replacements(tables: Mapping[str, Table], published: Mapping[str, int] | None) -> None:
    """Restore the published rows, or the next view would include those of the killed build.

    `published` are the tables' versions; None if nothing of this fact version was published.
    """
    for name in REPLACED:
        table = tables[name]
        if published is None:
            table.delete("true")
        elif table.version != (version := published.get(name, table.version)):
            table.checkout(version)
            table.restore()


def drop_torn_facts(
    tables: Mapping[str, Table], published: Mapping[str, int] | None, inventory: Inventory
) -> None:
    """Delete the facts of files, and the edges of sets, that were not written completely."""
    if all(table.version == (published or {}).get(name) for name, table in tables.items()):
        return
    complete = set(inventory.file_ids().tolist())
    for name in (*FACTS[:-1], "occurrences"):
        _keep_only(tables[name], "file_id", complete)
    _keep_only(tables["edges"], "edges_id", inventory.edge_sets())


def _keep_only(table: Table, column: str, complete: set[int]) -> None:
    delete_rows(table, column, sorted(set(read_column(table, column).tolist()) - complete))
