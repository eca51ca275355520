"""The imports of a view by the last part of the module's path, as columns."""

from __future__ import annotations

import os.path
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def last_part(module: str) -> str:
    """Return the last part of an imported module, read as a path."""
    return os.path.basename(os.path.normpath(module))


class Importers:
    """The imported modules of a view with their files."""

    def __init__(self, imports: pa.Table, owners: NDArray[np.int64], paths: Sequence[str]) -> None:
        """`imports` has the columns `module` and `name`; `owners` is the file of each row in
        `paths`, or -1.
        """
        import numpy as np

        in_view = owners >= 0
        imports, owners = imports.filter(pa.array(in_view)), owners[in_view]
        of_member = pc.not_equal(imports["name"], "")
        members = imports.filter(of_member)
        joined = pc.binary_join_element_wise(members["module"], members["name"], ".")
        texts = pa.chunked_array([*imports["module"].chunks, *joined.chunks], pa.string())
        coded = texts.combine_chunks().dictionary_encode()
        self._paths = paths
        self._owners = np.concatenate([owners, owners[of_member.to_numpy()]])
        self._codes = coded.indices.to_numpy()
        self._modules = coded.dictionary.to_pylist()
        self._last_parts = list(map(last_part, self._modules))

    def find(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield (path, module) as `Facts.find_importers` does."""
        import numpy as np

        codes = [code for code, part in enumerate(self._last_parts) if part in names]
        for row in np.flatnonzero(np.isin(self._codes, codes)).tolist():
            yield self._paths[self._owners[row]], self._modules[self._codes[row]]
