"""Matches SCIP documents against the files of a view: each occurrence of a known name becomes a
`CompilerOccurrence`.

An index may be older than the files. So an occurrence counts only if the text at its position is
its name, and a document only if most of its definitions are in their places.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ...kinds import LOCALS
from ...records import FileFacts, Symbol, base_name, symbol_id
from .occurrences import CompilerOccurrence
from .reader import DEFINITION, FORWARD, Document, Occurrence, read_scip, symbol_name, text_between

AGREEMENT = 0.95
"""Share of a document's definitions in their places, except for odd names of compilers; with less
the document is stale.
"""
AGREEMENT_OF_REFERENCES = 0.5  # for a document without definitions: imports with aliases are many
DOCUMENTS_AT_ONCE = 256  # their texts are read from the store together
_CONSTRUCTOR = "`<constructor>`()."
_KIND = {"call": "calls", "use": "references", "inherit": "inherits"}

Texts = Callable[[Sequence[int]], Mapping[int, str]]
"""file_ids → their texts."""


@dataclass(slots=True)
class ScipMatches:
    """The occurrences of SCIP indexes in a view."""

    by_path: dict[str, list[CompilerOccurrence]] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)  # documents of files that have changed since
    unknown: list[str] = field(default_factory=list)  # documents without a file in the view


def match_scip(
    indexes: Iterable[str],
    facts: Mapping[str, FileFacts],
    ids: Mapping[str, int],
    texts: Texts,
    root: str,
) -> ScipMatches:
    """Match SCIP indexes with the view of the files `facts` (path → facts) and `ids` (path →
    file_id).

    `root` is the folder of the view, or "" without one. The last index of a file counts. Each index
    is read twice, first for its definitions: they may follow their references, and be in another
    index. Raises `ScipError`.
    """
    indexes = list(indexes)
    matcher = _Matcher(facts, ids, texts, root)
    for index in indexes:
        for document in matcher.documents(index):
            matcher.add_definitions(document)
    matches = ScipMatches()
    for index in indexes:
        for document in matcher.documents(index):
            matches.by_path[document.path] = sorted(set(matcher.match(document)))
    matches.stale, matches.unknown = sorted(matcher.stale), sorted(matcher.unknown)
    return matches


@dataclass(frozen=True, slots=True)
class _FileDocument:
    """A document with the text of its file."""

    path: str  # in the view
    document: Document
    lines: list[str]

    def name_at(self, occurrence: Occurrence) -> str:
        """Return the name in the text; the first one of `name as other`, a single occurrence for
        some indexers.
        """
        if occurrence.end_line != occurrence.line or occurrence.line > len(self.lines):
            return ""
        return self.text(occurrence.line, occurrence.start, occurrence.end).split(" ", 1)[0]

    def text(self, line: int, start: int, end: int) -> str:
        return text_between(self.lines[line - 1], start, end, self.document.encoding)

    def is_current(self) -> bool:
        """Return True if definitions are in their places; references, in a document without any."""
        checks: dict[bool, list[bool]] = {True: [], False: []}
        for each in self.document.occurrences:
            if (name := symbol_name(each.symbol)).isidentifier() and each.end > each.start:
                checks[bool(each.roles & DEFINITION)].append(self.name_at(each) == name)
        if definitions := checks[True]:
            return sum(definitions) >= AGREEMENT * len(definitions)
        return sum(checks[False]) >= AGREEMENT_OF_REFERENCES * len(checks[False])


class _Matcher:
    def __init__(
        self, facts: Mapping[str, FileFacts], ids: Mapping[str, int], texts: Texts, root: str
    ) -> None:
        self._facts, self._ids, self._texts, self._root = facts, ids, texts, root
        self._definitions: dict[str, str] = {}  # SCIP symbol → symbol id; "" for one without
        self.stale: set[str] = set()
        self.unknown: set[str] = set()

    def documents(self, index: str) -> Iterator[_FileDocument]:
        """Yield the documents in agreement with the files of the view."""
        documents = read_scip(index)
        while batch := list(islice(documents, DOCUMENTS_AT_ONCE)):
            paths = [(self._path(each), each) for each in batch]
            known = [(path, each) for path, each in paths if path in self._facts]
            self.unknown.update(each.path for path, each in paths if path not in self._facts)
            texts = self._texts([self._ids[path] for path, _ in known])
            for path, each in known:
                document = _FileDocument(path, each, texts[self._ids[path]].split("\n"))
                if path not in self.stale and document.is_current():
                    yield document
                else:
                    self.stale.add(path)

    def _path(self, document: Document) -> str:
        """Return the document's path in the view. An index of a folder of the view has paths
        relative to that folder.
        """
        is_inside = self._root and document.root.startswith(f"{self._root}/")
        prefix = f"{document.root[len(self._root) + 1 :]}/" if is_inside else ""
        return os.path.normpath(prefix + document.path)

    def add_definitions(self, document: _FileDocument) -> None:
        """Add the symbols defined in the document."""
        path, symbols = document.path, self._facts[document.path].symbols
        by_name: dict[str, list[Symbol]] = defaultdict(list)
        for symbol in symbols:
            by_name[symbol.name].append(symbol)
        for each in document.document.occurrences:
            if not each.roles & (DEFINITION | FORWARD):
                continue
            found = _innermost(by_name.get(document.name_at(each), ()), each.line)
            key = _key(path, each.symbol)
            if not self._definitions.get(key):
                self._definitions[key] = symbol_id(path, found.qualname) if found else ""

    def match(self, document: _FileDocument) -> Iterator[CompilerOccurrence]:
        """Yield the references of a document."""
        path, file = document.path, _ReferenceTable(self._facts[document.path])
        for each in document.document.occurrences:
            if each.roles & DEFINITION:
                continue
            target = self._target(path, each.symbol)
            name = document.name_at(each)
            if target is None or not _may_be_named(each.symbol, name, file.aliases):
                continue
            references = file.references.get((each.line, name), ())
            if not (target or references or name in file.imported):
                continue
            if references:
                yield from (
                    CompilerOccurrence(each.line, name, kind, scope, target)
                    for kind, scope in references
                )
                continue
            kind, scope = file.guess(document, each, name)
            if not file.is_repeated_head(path, scope, target):
                yield CompilerOccurrence(each.line, name, kind, scope, target)

    def _target(self, path: str, symbol: str) -> str | None:
        """Return the symbol id of a SCIP symbol; "" if no index defines it, None if the view has no
        symbol for it.
        """
        symbol = symbol.removesuffix(_CONSTRUCTOR)  # a `new` names the class
        key = _key(path, symbol)
        if key in self._definitions:
            return self._definitions[key] or None
        return "" if symbol_name(symbol) else None


def _innermost(symbols: Iterable[Symbol], line: int) -> Symbol | None:
    around = [each for each in symbols if each.start_line <= line <= each.end_line]
    return max(around, key=lambda s: (s.start_line, s.kind not in LOCALS), default=None)


class _ReferenceTable:
    """The references of a file by line and name, and the scopes of its lines."""

    def __init__(self, facts: FileFacts) -> None:
        self._symbols = facts.symbols
        self.references: dict[tuple[int, str], list[tuple[str, int]]] = defaultdict(list)
        """(line, name) → (kind, scope)."""
        for reference in facts.references:
            entries = self.references[reference.line, reference.name]
            if (entry := (_KIND[reference.kind], reference.scope)) not in entries:
                entries.append(entry)
        self.aliases = {spec.alias for spec in facts.imports if spec.alias}
        self.imported = {spec.name for spec in facts.imports} | self.aliases
        self._imports = {
            (spec.scope, name) for spec in facts.imports for name in (spec.name, spec.alias)
        }
        self._scopes = [-1] * (facts.lines + 2)  # by line
        for index, symbol in enumerate(facts.symbols):  # outer ones come first
            lines = range(symbol.start_line, min(symbol.end_line, facts.lines) + 1)
            self._scopes[lines.start : lines.stop] = [index] * len(lines)

    def guess(self, document: _FileDocument, each: Occurrence, name: str) -> tuple[str, int]:
        """Return (kind, scope) of a reference without a fact: an import, a further use, a call of a
        hidden name.
        """
        scope = self._scopes[each.line] if each.line < len(self._scopes) else -1
        if (scope, name) in self._imports:
            return "imports", scope
        rest = document.text(each.line, each.end, each.end + 2).lstrip()
        return "calls" if rest.startswith("(") else "references", scope

    def is_repeated_head(self, path: str, scope: int, target: str) -> bool:
        """Return True for the head of a further definition of a symbol: an overload, the setter of
        a property.
        """
        return scope >= 0 and symbol_id(path, base_name(self._symbols[scope].qualname)) == target


def _key(path: str, symbol: str) -> str:
    return f"{path}\0{symbol}" if symbol.startswith("local ") else symbol


def _may_be_named(symbol: str, text: str, aliases: Collection[str]) -> bool:
    """Return True if a reference to `symbol` may be written as `text`."""
    name = symbol_name(symbol)
    return bool(text) and (text == name or text in aliases or not name.isidentifier())
