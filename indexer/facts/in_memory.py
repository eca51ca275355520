"""Facts in memory, for one process and few files: tests, benchmarks, the comparison of a file with
its old version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

from ..records import FileFacts, Import
from .global_names import Definitions, GlobalDefinition, Methods, find_global_names
from .importers import last_part


class InMemoryFacts:
    """`protocol.Facts` of a mapping."""

    def __init__(self, files: Mapping[str, FileFacts]) -> None:
        """`files`: path → facts, in the order of paths."""
        self._files = files
        self.languages = {path: facts.language for path, facts in files.items()}

    def __getitem__(self, path: str) -> FileFacts:
        return self._files[path]

    def with_references(self, path: str) -> FileFacts:
        return self._files[path]

    def imports_of(self, path: str) -> Sequence[Import]:
        return self._files[path].imports

    def find_definitions(self, family: str, name: str) -> Sequence[GlobalDefinition]:
        return self._global_names[0].get((family, name), ())

    def find_methods(self, family: str, name: str) -> Sequence[tuple[str, int]]:
        return self._global_names[1].get((family, name), ())

    def find_importers(self, names: Collection[str]) -> Iterator[tuple[str, str]]:
        for path, facts in self._files.items():
            for spec in facts.imports:
                member = f"{spec.module}.{spec.name}" if spec.name else ""
                modules = (spec.module, member) if member else (spec.module,)
                yield from ((path, module) for module in modules if last_part(module) in names)

    @cached_property
    def _global_names(self) -> tuple[Definitions, Methods]:
        return find_global_names(self._files)
