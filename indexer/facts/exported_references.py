"""The references read by other files: base classes, and the marks of accessors.

All references are a hundred times as many, so readers hold or query these apart. The rule is here
as an Arrow expression and as two filters.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ..store import in_filter

ACCESSORS = frozenset({"setter", "deleter"})
"""Called above the further functions of a Python property."""
WITHOUT_BASES = frozenset({"c"})
"""Languages without base types: their files export accessors alone."""
BASES_FILTER = "kind = 'inherit'"
ACCESSORS_FILTER = f"kind = 'call' AND {in_filter('name', sorted(ACCESSORS))}"


def is_exported(references: pa.RecordBatch) -> pa.Array:
    """Return True for each reference read by other files."""
    names = pc.is_in(references["name"], pa.array(sorted(ACCESSORS)))
    marks = pc.and_(pc.equal(references["kind"], "call"), names)
    return pc.or_(pc.equal(references["kind"], "inherit"), marks)
