"""The interface between resolution and facts: the facts of each file, and global names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from ..records import FileFacts, Import
from .global_names import GlobalDefinition


class Facts(Protocol):
    """The facts of a view, without chunks and documentation."""

    @property
    def languages(self) -> Mapping[str, str]:
        """path → language, of every file, in the order of paths."""

    def __getitem__(self, path: str) -> FileFacts:
        """Return the facts seen by other files; of the references perhaps only the exported
        ones.
        """

    def with_references(self, path: str) -> FileFacts:
        """Return the same with all references."""

    def imports_of(self, path: str) -> Sequence[Import]:
        """Return the imports of a file."""

    def find_definitions(self, family: str, name: str) -> Sequence[GlobalDefinition]:
        """Return the definitions of an external name in a family, by path and position."""

    def find_methods(self, family: str, name: str) -> Sequence[tuple[str, int]]:
        """Return (path, position in the file) of a family's methods of a name, in this order."""

    def find_importers(self, names: Collection[str]) -> Iterable[tuple[str, str]]:
        """Yield (path, module) for imports of modules, and of members of modules (`net.Client`), if
        the last part of the module, as a path, is one of `names`; in no particular order.
        """


class VersionedFacts(Facts, Protocol):
    """Facts with earlier versions of the view's files."""

    def facts_of_version(self, path: str, file_id: int) -> FileFacts:
        """Return the facts seen by other files when the version of `path` was `file_id`."""
