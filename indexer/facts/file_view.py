"""The facts of one file as resolution reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..records import Binding, Import, Reference, Symbol


class FileView(Protocol):
    """The part of `FileFacts` read by resolution. Implemented by `FileFacts`, and by views with
    recorded reads.
    """

    @property
    def path(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def symbols(self) -> Sequence[Symbol]: ...
    @property
    def references(self) -> Sequence[Reference]: ...
    @property
    def imports(self) -> Sequence[Import]: ...
    @property
    def bindings(self) -> Sequence[Binding]: ...
