"""The indices of the tables: full text over chunks, and B-trees over the columns of look-ups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lancedb.table import Table

KEYS = {
    "files": ("file_id",),
    "symbols": ("file_id", "uid", "name"),
    "references": ("name",),
    "chunks": ("file_id",),
    "edges": ("src", "dst"),
}


def create_text_index(chunks: Table) -> None:
    """Create the full-text index if it is missing. Safe while other tables are written."""
    _create_index(chunks, "terms", _text_index())


def create_key_indices(tables: Mapping[str, Table]) -> None:
    """Create the missing indices of all other tables."""
    from lancedb.index import BTree

    for name, columns in KEYS.items():
        for column in columns:
            _create_index(tables[name], column, BTree())


def _create_index(table: Table, column: str, config: Any) -> None:
    if table.count_rows() and not any(column in index.columns for index in table.list_indices()):
        table.create_index(column, config=config)


def _text_index() -> Any:
    """Return the settings for a column of search terms: already split and lower-cased."""
    from lancedb.index import FTS

    return FTS(
        base_tokenizer="whitespace",
        with_position=False,
        max_token_length=None,
        lower_case=False,
        stem=False,
        remove_stop_words=False,
        ascii_folding=False,
    )
