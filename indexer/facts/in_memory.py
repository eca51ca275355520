"""What resolution asks of the files of a view: their facts, read when they are asked for, and the names that programs share."""

from __future__ import annotations

import os.path
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from ..records import FileFacts, Import
from ..resolve.namespace import (
    Definition,
    Entity,
    Names,
    Namespace,
    Visible,
    arrange,
    program_names,
)
from ..resolve.occurrences import Told
from .by_path import ByPath

if TYPE_CHECKING:
    import numpy as np
    from lancedb.table import Table
    from numpy.typing import NDArray

T = TypeVar("T")

HELD = 200_000  # symbols, imports and bindings of the files that stay arranged: some 150 MB in each process


class Facts(Protocol):
    """The files of a view. Facts come without chunks and documentation."""

    @property
    def languages(self) -> Mapping[str, str]:
        """path → language, of every file, in the order of paths."""

    def __getitem__(self, path: str) -> FileFacts:
        """What other files can see of a file: of its references perhaps only those that `is_shown` names."""

    def whole(self, path: str) -> FileFacts:
        """The same with all references."""

    def imports(self, path: str) -> Sequence[Import]:
        """The imports of a file."""

    def definitions(self, family: str, name: str) -> Sequence[Definition]:
        """What the files of a family, whose programs share names, know by a name; by path and position."""

    def methods(self, family: str, name: str) -> Sequence[Entity]:
        """The methods of that name; by path and position."""

    def importers(self, names: Collection[str]) -> Iterable[tuple[str, str]]:
        """(path, module) of what files import, and of the members of modules (`net.Client`), where the last part, as a
        path, is one of `names`; in no particular order."""


def last_part(module: str) -> str:
    """What the path that an imported module may mean ends in."""
    return os.path.basename(os.path.normpath(module))


class Importers:
    """What files import, by the last part of its path."""

    def __init__(self, imports: pa.Table, owners: NDArray[np.int64], paths: Sequence[str]) -> None:
        """`imports` has the columns `module` and `name`; `owners` says for each row which of `paths` it stands in, or -1."""
        import numpy as np

        known = owners >= 0
        imports, owners = imports.filter(pa.array(known)), owners[known]
        of_member = pc.not_equal(imports["name"], "")
        members = imports.filter(of_member)
        joined = pc.binary_join_element_wise(members["module"], members["name"], ".")
        texts = pa.chunked_array([*imports["module"].chunks, *joined.chunks], pa.string())
        coded = texts.combine_chunks().dictionary_encode()
        self._owners = np.concatenate([owners, owners[of_member.to_numpy()]])
        self._paths, self._codes, self._modules = (
            paths,
            coded.indices.to_numpy(),
            coded.dictionary.to_pylist(),
        )
        self._parts = list(map(last_part, self._modules))

    def named(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        """As `Facts.importers`."""
        import numpy as np

        wanted = [code for code, part in enumerate(self._parts) if part in names]
        for row in np.flatnonzero(np.isin(self._codes, wanted)).tolist():
            yield self._paths[self._owners[row]], self._modules[self._codes[row]]


class HeldFacts:
    """Facts that are in memory as they are."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        """`files`: path → facts, in the order of paths."""
        self._files = files
        self.languages = {path: facts.language for path, facts in files.items()}

    def __getitem__(self, path: str) -> FileFacts:
        return self._files[path]

    def whole(self, path: str) -> FileFacts:
        return self._files[path]

    def imports(self, path: str) -> Sequence[Import]:
        return self._files[path].imports

    def definitions(self, family: str, name: str) -> Sequence[Definition]:
        return self._program[0].get((family, name), ())

    def methods(self, family: str, name: str) -> Sequence[Entity]:
        return self._program[1].get((family, name), ())

    def importers(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        for path, facts in self._files.items():
            for spec in facts.imports:
                meant = (spec.module, f"{spec.module}.{spec.name}") if spec.name else (spec.module,)
                yield from ((path, module) for module in meant if last_part(module) in names)

    @cached_property
    def _program(self) -> tuple[Visible, Names]:
        return program_names(self._files)


class Namespaces(ByPath[Namespace]):
    """path → its names, arranged when they are asked for. Those asked for last are kept."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts.languages)
        self.facts = facts
        self._held: OrderedDict[str, Namespace] = OrderedDict()
        self._room = HELD
        self._open: Namespace | None = None

    def open(self, path: str) -> None:
        """Have all of a file's references at hand until another one is opened."""
        if self._open is None or self._open.facts.path != path:
            self._open = arrange(self.facts.whole(path))

    def __getitem__(self, path: str) -> Namespace:
        if self._open is not None and self._open.facts.path == path:
            return self._open
        found = self._held.get(path)
        if found is None:
            found = self._held[path] = arrange(self.facts[path])
            self._room -= _weight(found.facts)
            while self._room < 0 and len(self._held) > 1:
                self._room += _weight(self._held.popitem(last=False)[1].facts)
        else:
            self._held.move_to_end(path)
        return found


def _weight(facts: FileFacts) -> int:
    return (
        20 + len(facts.symbols) + len(facts.imports) + len(facts.bindings) + len(facts.references)
    )


def read_told(table: Table, wanted: Mapping[str, int]) -> dict[str, tuple[Told, ...]]:
    """path → what compilers say of the file, for those of `wanted` (path → file_id) of which they say anything."""
    if not table.count_rows():
        return {}
    told = _grouped(table, Told, [*Told._fields])
    return {path: rows for path, fid in wanted.items() if (rows := told(fid))}


def _grouped(
    table: Table, record: Callable[..., T], columns: Sequence[str]
) -> Callable[[int], tuple[T, ...]]:
    """A function from file_id to the file's records, in the order in which they were extracted."""
    import numpy as np

    rows = table.search().select(["file_id", *columns]).to_arrow()
    ids = rows["file_id"].to_numpy()
    order = np.argsort(ids, kind="stable")  # rows of one file were written in one batch, in order
    rows, ids = rows.take(order), ids[order]
    values = [rows[name].to_pylist() for name in columns]
    keys, starts = np.unique(ids, return_index=True)
    ends = np.append(starts[1:], len(ids))[: len(keys)]
    spans = {
        key: (low, high)
        for key, low, high in zip(keys.tolist(), starts.tolist(), ends.tolist(), strict=True)
    }

    def of(file_id: int) -> tuple[T, ...]:
        low, high = spans.get(file_id, (0, 0))
        return tuple(map(record, *(column[low:high] for column in values)))

    return of
