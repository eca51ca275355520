"""LanceDB: import and connection, errors in a user's terms, filters, and fast queries."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from ..errors import ClewError, StoreError

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from lancedb.db import DBConnection
    from lancedb.table import Table
    from numpy.typing import NDArray

IN_LIST = 2_000  # values in one filter
DELETED_AT_ONCE = 5_000  # values in the filter of one delete: more than IN_LIST, as each commits
_REST_CLIENT = "lance_namespace_urllib3_client"


def connect(uri: str) -> DBConnection:
    """Return a connection to the folder or object store `uri`."""
    os.environ.setdefault("LANCEDB_LOG", "error")  # or it warns at every query
    _skip_rest_client()
    collecting = gc.isenabled()
    gc.disable()  # or the collector would walk the many objects of the import repeatedly
    try:
        import lancedb
    finally:
        if collecting:
            gc.enable()
    return lancedb.connect(uri)


def _skip_rest_client() -> None:
    """Keep LanceDB from loading a generated REST client for its cloud: half of its import time.

    LanceDB uses only the records of that package, 140 validated models that take .3 s to define.
    An empty module replaces the package, and a module that makes plain records by name replaces
    its models. Cold commands start a second earlier; see "cold start" in benchmarks/LOG.md.
    """
    spec = None if _REST_CLIENT in sys.modules else find_spec(_REST_CLIENT)
    if spec is None or not spec.submodule_search_locations:
        return
    package = ModuleType(_REST_CLIENT)
    package.__path__ = spec.submodule_search_locations
    package.__spec__ = spec
    models = _Models(f"{_REST_CLIENT}.models")
    models.__path__ = [os.path.join(folder, "models") for folder in spec.submodule_search_locations]
    sys.modules[_REST_CLIENT], sys.modules[models.__name__] = package, models


class _Models(ModuleType):
    """Has a record of any name; its submodules are the package's."""

    def __getattr__(self, name: str) -> Any:
        if not name[:1].isupper():
            raise AttributeError(name)
        record = type(name, (SimpleNamespace,), {})
        setattr(self, name, record)
        return record


@contextmanager
def lance_errors(uri: str) -> Iterator[None]:
    """Turn Lance's errors into a `StoreError` with a remedy.

    Lance raises ValueError, OSError and RuntimeError with Rust paths in them, and panics on some
    torn files. Errors of another origin pass through.
    """
    try:
        yield
    except ClewError:
        raise
    except Exception as error:  # a Rust panic has its own class; errors of others are raised again
        text = str(error)
        if re.search(r"No space left|File too large|os error (28|27|122)|StorageFull|quota", text):
            raise StoreError(
                f"no room left on the device of {uri}: what was published before is intact"
            ) from error
        if isinstance(error, OSError) and error.errno is not None:
            raise StoreError(
                f"cannot use the store {uri}: {error.strerror}: {error.filename or ''}"
            ) from error
        if not isinstance(error, OSError) and not _FROM_LANCE.search(text):
            raise
        if re.search(r"Permission denied|Read-only file system|os error (13|30)", text):
            raise StoreError(f"cannot write the store {uri}: it may only be read here") from error
        first = text.strip().split("\n", 1)[0][:160]
        raise StoreError(
            f"the store {uri} is damaged or unreadable ({first}): delete it and index again"
        ) from error


_FROM_LANCE = re.compile(
    r"lance|^Table '.*' was not found|^Version .* no longer exists|rust future panicked",
    re.IGNORECASE,
)


def table_names(db: DBConnection) -> set[str]:
    """Return the names of all tables."""
    names: set[str] = set()
    token: str | None = None
    while True:
        page = db.list_tables(page_token=token, limit=100)
        names.update(page.tables)
        token = page.page_token
        if not token:
            return names


def query_table(table: Table) -> Any:
    """Return a query of the table, for `fetch`."""
    inner: Any = table  # the asynchronous table inside has no public name
    return inner._table.query()


def query_rows(table: Table, rows: Sequence[int]) -> Any:
    """Return a query for rows by their numbers, for `fetch`."""
    inner: Any = table
    return inner._table.take_row_ids(list(rows))


def fetch(query: Any) -> pa.Table:
    """Return the result of a query.

    LanceDB's blocking queries look up the schema first and take batches one by one through
    another thread. An answer then waits a dozen times for the scheduler: on a busy machine, most
    of its time. The asynchronous queries below them wait once.
    """
    from lancedb.background_loop import LOOP

    loop: Any = LOOP
    return loop.run(query.to_arrow())


def read_column(table: Table, name: str) -> NDArray[np.int64]:
    """Return one integer column of a whole table."""
    return table.search().select([name]).to_arrow()[name].to_numpy()  # type: ignore[no-any-return]


def decompress_source(row: dict[str, Any]) -> str:
    """Return the text of a row of `files`."""
    import pyarrow as pa

    data = pa.decompress(row["source"], decompressed_size=row["size"], codec="zstd", asbytes=True)
    return str(data, "utf-8", "replace")


def quote(text: str) -> str:
    """Return `text` as a string literal for a Lance filter."""
    return "'" + text.replace("'", "''") + "'"


def in_filter(column: str, values: Sequence[int | str]) -> str:
    """Return the filter `column IN (values)`; it matches nothing without values."""
    literals = [quote(value) if isinstance(value, str) else str(value) for value in values]
    return f"{column} IN ({','.join(literals)})" if literals else "false"


def in_filters(column: str, values: Sequence[int | str], size: int = IN_LIST) -> Iterator[str]:
    """Yield filters for `size` of the values each."""
    for start in range(0, len(values), size):
        yield in_filter(column, values[start : start + size])


def delete_rows(table: Table, column: str, values: Sequence[int | str]) -> None:
    """Delete the rows with one of `values` in `column`."""
    for condition in in_filters(column, values, DELETED_AT_ONCE):
        table.delete(condition)
