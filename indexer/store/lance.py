"""LanceDB itself: loading it, and what its errors mean to a user."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
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

FEW_WEIGHTS = 2  # that a question's terms have: its words', and those of their variants
_REST_CLIENT = "lance_namespace_urllib3_client"


def connect(uri: str) -> DBConnection:
    """A connection to the folder or object store `uri`."""
    os.environ.setdefault("LANCEDB_LOG", "error")  # it warns on standard error at every query
    _skip_rest_client()
    collecting = gc.isenabled()
    gc.disable()  # an import makes many objects that stay, which the collector would walk again and again
    try:
        import lancedb
    finally:
        if collecting:
            gc.enable()
    return lancedb.connect(uri)


def _skip_rest_client() -> None:
    """Keep LanceDB from loading a generated REST client that only its cloud needs: half of its import time.

    Of that package it uses the records alone, 140 validated models that take .3 s to define. So an empty module takes the
    package's place, and one that makes plain records by their names that of its models. Cold commands start a second
    earlier; see "cold start" in benchmarks/LOG.md.
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
    """Has a record of any name; its modules are those of the package."""

    def __getattr__(self, name: str) -> Any:
        if not name[:1].isupper():
            raise AttributeError(name)
        made = type(name, (SimpleNamespace,), {})
        setattr(self, name, made)
        return made


@contextmanager
def lance_errors(uri: str) -> Iterator[None]:
    """Lance raises ValueError, OSError and RuntimeError with Rust paths in them, and panics on some torn files: say
    what a user can do instead."""
    try:
        yield
    except ClewError:
        raise
    except (
        Exception
    ) as error:  # a panic has a class of its own; all but what is the store's fault is raised again
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
    """The names of all tables, however many pages they take."""
    names: set[str] = set()
    token: str | None = None
    while True:
        page = db.list_tables(page_token=token, limit=100)
        names.update(page.tables)
        token = page.page_token
        if not token:
            return names


def asking(table: Table) -> Any:
    """A query of the table, for `rows_of`."""
    inner: Any = table  # its asynchronous twin has no public name
    return inner._table.query()


def taking(table: Table, rows: Sequence[int]) -> Any:
    """A query for rows by their numbers, for `rows_of`."""
    inner: Any = table
    return inner._table.take_row_ids(list(rows))


def rows_of(query: Any) -> pa.Table:
    """What a query finds. LanceDB's blocking queries look the schema up first and take each batch in turn, through another
    thread, so that an answer waits a dozen times for the scheduler; on a busy machine that is most of its time. Its
    asynchronous ones, on which they are built, wait once."""
    from lancedb.background_loop import LOOP

    loop: Any = LOOP
    return loop.run(query.to_arrow())


def column(table: Table, name: str) -> NDArray[np.int64]:
    """One integer column of a table, whole."""
    return table.search().select([name]).to_arrow()[name].to_numpy()  # type: ignore[no-any-return]


def unpacked(row: dict[str, Any]) -> str:
    """The text of a row of `files`."""
    import pyarrow as pa

    data = pa.decompress(row["source"], decompressed_size=row["size"], codec="zstd", asbytes=True)
    return str(data, "utf-8", "replace")


def quoted(text: str) -> str:
    """A string literal for a Lance filter."""
    return "'" + text.replace("'", "''") + "'"


def full_text() -> Any:
    """How a column of our own terms is indexed: they are cut and lower-cased already, so they have only to be split at spaces."""
    from lancedb.index import FTS

    return FTS(
        base_tokenizer="whitespace", with_position=False, max_token_length=None, lower_case=False,
        stem=False, remove_stop_words=False, ascii_folding=False,
    )  # fmt: skip


def match_queries(weights: Mapping[str, float]) -> list[Any]:
    """Full-text queries whose best rows together are those that `weights`, term → weight, would score best; the last one
    finds any row with any of the terms, and without terms there is none.

    In one query terms of different weight are clauses of their own, and Lance scores every row that holds any of them: at a
    million chunks that takes fifteen times as long as to ask for the heaviest terms and then for all, where it passes over
    rows that cannot be among the best. Where weights are many, as an issue's are, they are followed to the letter.
    """
    from lancedb.query import BooleanQuery, MatchQuery, Occur

    match: Any = MatchQuery  # its defaults are hidden from type checkers
    groups: dict[float, list[str]] = {}
    for term, weight in weights.items():
        groups.setdefault(round(weight, 3), []).append(term)
    if len(groups) > FEW_WEIGHTS:
        clauses = [
            match(" ".join(terms), column="terms", boost=weight) for weight, terms in groups.items()
        ]
        return [BooleanQuery([(Occur.SHOULD, clause) for clause in clauses])]
    asked: list[list[str]] = []
    for weight in sorted(groups, reverse=True):
        asked.append([*(asked[-1] if asked else ()), *groups[weight]])
    return [match(" ".join(terms), column="terms") for terms in asked]
