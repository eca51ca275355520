"""What compilers say of the names in a view: SCIP documents → rows that say "on this line this name means that symbol".

A row is a fact of one version of a file, as all facts are, so a file that changes loses its rows and is resolved as if
there had been no index. Nothing in an index is believed that does not stand on the very name in the text.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ..kinds import LOCALS, VARIABLES
from ..records import Edge, FileFacts, base_name, symbol_id
from .confidence import CONFIDENCE
from .scip import DEFINITION, FORWARD, Document, Occurrence, read_scip, symbol_name, written

if TYPE_CHECKING:
    from lancedb.table import Table

T = TypeVar("T")

AGREEMENT = 0.95  # of a document's definitions stand on their names, but for what compilers name oddly; else it is stale
ALIASED = 0.5  # of its mentions, where it has no definitions: imports under other names are many
DOCUMENTS_AT_ONCE = 256  # whose texts are read from the store together
CONSTRUCTOR = "`<constructor>`()."
_KIND = {"call": "calls", "use": "references", "inherit": "inherits"}

Texts = Callable[[Sequence[int]], Mapping[int, str]]
"""file_ids → their texts."""


class Told(NamedTuple):
    """What a name on a line of a file means."""

    line: int  # 1-based
    name: str  # as written
    kind: str  # of the edge: calls | references | inherits | imports
    scope: int  # position of the symbol around it in its file, or -1
    target: str  # symbol id; "" for what lies outside the repository


@dataclass(slots=True)
class Precise:
    """What indexes say of a view, path by path, and how much of them could be used."""

    told: dict[str, list[Told]] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)  # documents whose file has changed since
    unknown: list[str] = field(default_factory=list)  # documents that are no files of the view


def read_precise(
    indexes: Iterable[str],
    facts: Mapping[str, FileFacts],
    ids: Mapping[str, int],
    texts: Texts,
    root: str,
) -> Precise:
    """Read SCIP indexes for the view whose files are `facts` (path → facts) and `ids` (path → file_id).

    `root` is the folder of the view, or "" where it is none. Of two indexes that cover a file the last one counts.
    Each index is read twice, first for the definitions: they may stand behind their references, in another index too.
    Raises `ScipError`.
    """
    indexes = list(indexes)
    reader = _Reader(facts, ids, texts, root)
    for index in indexes:
        for path, document, lines in reader.files(index):
            reader.define(path, document, lines)
    for index in indexes:
        for path, document, lines in reader.files(index):
            reader.found.told[path] = sorted(set(reader.tell(path, document, lines)))
    reader.found.stale, reader.found.unknown = sorted(reader.stale), sorted(reader.unknown)
    return reader.found


class _Reader:
    def __init__(
        self, facts: Mapping[str, FileFacts], ids: Mapping[str, int], texts: Texts, root: str
    ) -> None:
        self.facts, self.ids, self.texts, self.root = facts, ids, texts, root
        self.found = Precise()
        self.defined: dict[
            str, str
        ] = {}  # symbol → id of ours; "" where the index defines it and we do not
        self.stale: set[str] = set()
        self.unknown: set[str] = set()

    def files(self, index: str) -> Iterator[tuple[str, Document, list[str]]]:
        """(path, document, lines) of the documents that say what the files of the view still are."""
        documents = iter(read_scip(index))
        while some := list(islice(documents, DOCUMENTS_AT_ONCE)):
            known = [(path, each) for each in some if (path := self._path(each)) in self.facts]
            self.unknown.update(each.path for each in some if self._path(each) not in self.facts)
            texts = self.texts([self.ids[path] for path, _ in known])
            for path, document in known:
                lines = texts[self.ids[path]].split("\n")
                if path not in self.stale and _is_fresh(document, lines):
                    yield path, document, lines
                else:
                    self.stale.add(path)

    def _path(self, document: Document) -> str:
        """The document's path within the view: an index of a folder of the view has paths relative to that folder."""
        inside = self.root and document.root.startswith(f"{self.root}/")
        prefix = f"{document.root[len(self.root) + 1 :]}/" if inside else ""
        return os.path.normpath(prefix + document.path)

    def define(self, path: str, document: Document, lines: list[str]) -> None:
        """Note which symbols of ours the document defines."""
        by_name: dict[str, list[int]] = defaultdict(list)
        symbols = self.facts[path].symbols
        for index, symbol in enumerate(symbols):
            by_name[symbol.name].append(index)
        for each in document.occurrences:
            if not each.roles & (DEFINITION | FORWARD):
                continue
            around = [
                index
                for index in by_name.get(_token(document, each, lines), ())
                if symbols[index].start_line <= each.line <= symbols[index].end_line
            ]
            key, own = _key(path, each.symbol), ""
            if around:
                innermost = max(
                    around,
                    key=lambda at: (symbols[at].start_line, symbols[at].kind not in LOCALS),
                )
                own = symbol_id(path, symbols[innermost].qualname)
            if not self.defined.get(key):
                self.defined[key] = own

    def tell(self, path: str, document: Document, lines: list[str]) -> Iterator[Told]:
        """The rows of a file."""
        scopes = _Scopes(self.facts[path])
        for each in document.occurrences:
            if each.roles & DEFINITION:
                continue
            target = self._target(path, each.symbol)
            token = _token(document, each, lines)
            if target is None or not _stands_on(token, each.symbol, scopes.aliases):
                continue
            mentions = scopes.mentions.get((each.line, token), ())
            if not (target or mentions or token in scopes.imported):
                continue
            for kind, scope in mentions or [scopes.guess(each, token, lines, document)]:
                if mentions or not scopes.is_own_head(path, scope, target):
                    yield Told(each.line, token, kind, scope, target)

    def _target(self, path: str, symbol: str) -> str | None:
        """The id of ours that a symbol means, "" for what no index defines, None where we have no symbol for it."""
        if symbol.endswith(CONSTRUCTOR):  # a `new` names the class
            symbol = symbol.removesuffix(CONSTRUCTOR)
        key = _key(path, symbol)
        if key in self.defined:
            return self.defined[key] or None
        return "" if symbol_name(symbol) else None


class _Scopes:
    """Where a file's own facts put its names."""

    def __init__(self, facts: FileFacts) -> None:
        self.symbols = facts.symbols
        self.mentions: dict[tuple[int, str], list[tuple[str, int]]] = defaultdict(
            list
        )  # (line, name) → (kind, scope)
        for reference in facts.references:
            found = self.mentions[reference.line, reference.name]
            if (own := (_KIND[reference.kind], reference.scope)) not in found:
                found.append(own)
        self.aliases = {spec.alias for spec in facts.imports if spec.alias}
        self.imported = {spec.name for spec in facts.imports} | self.aliases
        self._imports = {
            (spec.scope, name) for spec in facts.imports for name in (spec.name, spec.alias)
        }
        self._innermost = [-1] * (facts.lines + 2)
        for index, symbol in enumerate(facts.symbols):  # those around come first
            lines = range(symbol.start_line, min(symbol.end_line, facts.lines) + 1)
            self._innermost[lines.start : lines.stop] = [index] * len(lines)

    def guess(
        self, each: Occurrence, token: str, lines: list[str], document: Document
    ) -> tuple[str, int]:
        """(kind, scope) of a mention that extraction passes over: an import, a further use, a call of a hidden name."""
        scope = self._innermost[each.line] if each.line < len(self._innermost) else -1
        if (scope, token) in self._imports:
            return "imports", scope
        rest = written(lines[each.line - 1], each.end, each.end + 2, document.encoding).lstrip()
        return "calls" if rest.startswith("(") else "references", scope

    def is_own_head(self, path: str, scope: int, target: str) -> bool:
        """Whether a mention is the head of a further definition of its symbol: an overload, a property's setter."""
        return scope >= 0 and symbol_id(path, base_name(self.symbols[scope].qualname)) == target


def _key(path: str, symbol: str) -> str:
    return f"{path}\0{symbol}" if symbol.startswith("local ") else symbol


def _token(document: Document, each: Occurrence, lines: list[str]) -> str:
    """The name in the text; of `name as other`, which some indexers take as one, the first."""
    if each.end_line != each.line or each.line > len(lines):
        return ""
    return written(lines[each.line - 1], each.start, each.end, document.encoding).split(" ", 1)[0]


def _stands_on(token: str, symbol: str, aliases: Collection[str]) -> bool:
    """Whether a mention of `symbol` may be written so."""
    name = symbol_name(symbol)
    return bool(token) and (token == name or token in aliases or not name.isidentifier())


def _is_fresh(document: Document, lines: list[str]) -> bool:
    """Whether the document's definitions stand on their names; for one without any, its mentions."""
    checks: dict[bool, list[bool]] = {True: [], False: []}
    for each in document.occurrences:
        if (name := symbol_name(each.symbol)).isidentifier() and each.end > each.start:
            checks[bool(each.roles & DEFINITION)].append(_token(document, each, lines) == name)
    told, least = (checks[True], AGREEMENT) if checks[True] else (checks[False], ALIASED)
    return sum(told) >= least * len(told)


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


# -- edges


def precise_edges(
    path: str, facts: FileFacts, told: Iterable[Told], known: Collection[str]
) -> Iterator[Edge]:
    """The edges that leave `path` by what compilers say; `known` are the ids of the view, since files come and go."""
    confidence = CONFIDENCE["scip"]
    for each in told:
        if each.target in known:
            scope = each.scope
            while scope >= 0 and facts.symbols[scope].kind in VARIABLES:
                scope = facts.symbols[scope].parent
            source = symbol_id(path, facts.symbols[scope].qualname if scope >= 0 else "")
            yield Edge(source, each.target, each.kind, "scip", confidence, path, each.line)


def settled(told: Iterable[Told], known: Collection[str]) -> frozenset[tuple[int, str]]:
    """(line, name) of the mentions that need no other rule: what they mean is known, or lies outside the repository."""
    return frozenset(
        (each.line, each.name) for each in told if not each.target or each.target in known
    )


def merged(heuristic: Iterable[Edge], precise: Iterable[Edge]) -> list[Edge]:
    """The edges of one file, of each pair of ends and kind one: the precise one, at its first line; by line."""
    found: dict[tuple[str, str, str], Edge] = {}
    for edge in (*precise, *heuristic):
        if edge.src != edge.dst or edge.kind == "calls":
            found.setdefault((edge.src, edge.dst, edge.kind), edge)
    return sorted(found.values(), key=lambda e: (e.line, e.src, e.dst, e.kind))
