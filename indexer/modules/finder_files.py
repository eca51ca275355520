"""Files as module finders see them: every read of more than path and language is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..facts import ByPath, Facts, Recorder, TrackedRows
from ..records import Binding, Import

Input = tuple[str, str]
"""(language, attribute): an attribute of a language's files, read by a finder."""


class FinderFile:
    """A file's language, and its facts on demand."""

    __slots__ = ("_facts", "_path", "_record", "language")

    def __init__(self, facts: Facts, path: str, record: Recorder[Input]) -> None:
        self.language = facts.languages[path]
        self._facts, self._path, self._record = facts, path, record

    @property
    def imports(self) -> Sequence[Import]:
        rows = self._facts.imports_of(self._path)
        return TrackedRows(rows, (self.language, "imports"), self._record)

    @property
    def bindings(self) -> Sequence[Binding]:
        rows = self._facts[self._path].bindings
        return TrackedRows(rows, (self.language, "bindings"), self._record)


class FinderFiles(ByPath[FinderFile]):
    """path → file, for the finder of one family."""

    def __init__(self, facts: Facts, languages: Mapping[str, str]) -> None:
        """`languages`: path → language of the files within reach of the finder."""
        super().__init__(languages)
        self._facts = facts
        self.inputs: set[Input] = set()  # what the finder has read

    def __getitem__(self, path: str) -> FinderFile:
        return FinderFile(self._facts, path, self.inputs.add)
