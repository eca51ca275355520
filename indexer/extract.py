"""One file → its facts. Pure: the same bytes give the same facts, whatever else is in the repository."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .chunk import chunk_lines
from .languages import LANGUAGES, TEXT, Language, grammar
from .records import Binding, FileFacts, Import, Reference, Symbol

if TYPE_CHECKING:
    from tree_sitter import Node

    Groups = list[tuple[int, dict[str, list[Node]]]]

EXTRACTOR = 1
"""Version of what extraction yields; facts of another version are not reused."""

MAX_SIGNATURE = 240  # characters: the longest that still reads as one line of context
MAX_DOC = 600  # characters kept with the symbol; the chunk holds the whole
CONTAINERS = frozenset({"class", "interface", "struct", "enum", "type", "trait"})
CALLABLES = frozenset({"function", "method"})

_SPACE = re.compile(r"\s+")
_ARGUMENTS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>")
_SEPARATOR = re.compile(r"\?\.|->|::|\.")
_PLAIN_RECEIVER = re.compile(r"[\w$@]+(\(\))?(\.[\w$@]+(\(\))?)*")
_COMMENT_MARK = re.compile(r"^\s*(/\*+!?|\*+/|\*|///?!?|#+|--)?\s?|\s*\*+/\s*$", re.MULTILINE)
_ROOT = re.compile(rb"[\w$\x80-\xff]*")
_PYTHON_HEAD = re.compile(r":[ \t]*(#[^\n]*)?\n|:[ \t]*$")
_QUOTES = re.compile(r"""^[rRuUbBfF]*("{3}|'{3}|"|')|("{3}|'{3}|"|')$""")
_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9_]*$")


def extract(path: str, source: bytes, language: str) -> FileFacts:
    """The facts of the file `path` whose content is `source`, read as `language` (a name that `language_of` gives).

    Bytes that are not UTF-8 become U+FFFD in names and text; syntax errors cost what they cover and no more.
    """
    text = source.decode("utf-8", "replace")
    if language == TEXT:
        lines = text.splitlines()
        return FileFacts(path, language, len(lines), chunks=tuple(chunk_lines(path, lines, ())))
    row = LANGUAGES[language]
    tools = grammar(language)
    root = tools.parser.parse(source).root_node
    reader = _Reader(row, source)
    from tree_sitter import QueryCursor

    reader.take_groups(QueryCursor(tools.groups).matches(root))
    reader.take_mentions(QueryCursor(tools.mentions).captures(root))
    lines = _lines(text)
    symbols = tuple(reader.symbols)
    return FileFacts(
        path,
        language,
        len(lines),
        symbols,
        tuple(reader.references),
        tuple(reader.imports),
        tuple(reader.bindings),
        tuple(chunk_lines(path, lines, symbols)),
        root.has_error,
    )


def _lines(text: str) -> list[str]:
    """Lines as the parser counts them: by line feed alone."""
    lines = text.split("\n")
    return lines[:-1] if lines and not lines[-1] else lines


@dataclass(slots=True)
class _Region:
    """The byte range of a definition, or of a scope that only qualifies names."""

    start: int
    end: int
    index: int  # of the symbol; for a scope that of the symbol that it speaks of, or -1
    prefix: str  # qualified name that holds inside


@dataclass(slots=True)
class _Definition:
    kind: str
    node: Node
    name: Node
    body: Node | None
    owner: Node | None


@dataclass(slots=True)
class _Reader:
    """Collects the facts of one file from the captures of its language's queries."""

    row: Language
    source: bytes
    symbols: list[Symbol] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    regions: list[_Region] = field(default_factory=list)
    named_at: set[int] = field(default_factory=set)  # bytes at which a definition's own name or an import's names stand
    starts: list[int] = field(default_factory=list)  # of `holders`
    holders: list[int] = field(default_factory=list)  # position → innermost region from here on

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    # -- definitions, imports, bindings

    def take_groups(self, matches: Groups) -> None:
        definitions, rest = [], []
        for _, captures in matches:
            made = _definition(captures)
            if made is None:
                rest.append(captures)
            else:
                definitions.append(made)
        self._define(sorted(definitions, key=lambda d: (d.node.start_byte, -d.node.end_byte)))
        self._index_regions()
        for captures in rest:
            self._take_group(captures)

    def _define(self, definitions: Iterable[_Definition]) -> None:
        taken: dict[str, int] = {}
        seen: set[int] = set()
        open_regions: list[_Region] = []
        for made in definitions:
            start, end = made.node.start_byte, made.node.end_byte
            if made.name.start_byte in seen:
                continue  # two patterns met the same definition; the first is the more specific
            seen.add(made.name.start_byte)
            while open_regions and open_regions[-1].end <= start:
                open_regions.pop()
            around = open_regions[-1] if open_regions else _Region(0, 0, -1, "")
            region = self._open(made, around, taken, start, end)
            open_regions.append(region)
            self.regions.append(region)

    def _open(self, made: _Definition, around: _Region, taken: dict[str, int], start: int, end: int) -> _Region:
        parts = [part for part in re.split(r"::|\.", _plain(self.text(made.name))) if part]
        owner = _plain(self.text(made.owner)) if made.owner else ""
        qualname = ".".join([part for part in (around.prefix, owner) if part] + parts)
        if made.kind == "scope":
            return _Region(start, end, taken.get(qualname, -1), qualname)
        parent = taken.get(qualname.rpartition(".")[0], around.index)
        base, count = qualname, 1
        while qualname in taken:
            count += 1
            qualname = f"{base}#{count}"
        index = taken[qualname] = len(self.symbols)
        self.named_at.add(made.name.start_byte)
        self.symbols.append(self._symbol(made, parts[-1] if parts else base, qualname, parent, bool(owner)))
        return _Region(start, end, index, base)

    def _symbol(self, made: _Definition, name: str, qualname: str, parent: int, owned: bool) -> Symbol:
        outer = made.node
        while outer.parent is not None and outer.parent.type in self.row.wrappers:
            outer = outer.parent
        body = made.body or made.node.child_by_field_name("body")
        head_end = body.start_byte if body else made.node.end_byte
        signature = self.source[made.node.start_byte : min(head_end, made.node.start_byte + 4 * MAX_SIGNATURE)]
        kind = made.kind
        if kind == "function" and (owned or (parent >= 0 and self.symbols[parent].kind in CONTAINERS)):
            kind = "method"
        if kind == "variable" and _CONSTANT.match(name):
            kind = "constant"
        return Symbol(
            name,
            qualname,
            kind,
            outer.start_point[0] + 1,
            max(outer.start_point[0], outer.end_point[0] - (outer.end_point[1] == 0)) + 1,
            self._head(signature.decode("utf-8", "replace"))[:MAX_SIGNATURE],
            self._doc(outer, body)[:MAX_DOC],
            parent,
        )

    def _head(self, signature: str) -> str:
        if self.row.docstrings and (end := _PYTHON_HEAD.search(signature)):  # a comment may stand before the body
            signature = signature[: end.start()]
        return _SPACE.sub(" ", signature).strip(" {:=")

    def _doc(self, outer: Node, body: Node | None) -> str:
        if self.row.docstrings:
            first = body.named_child(0) if body else None
            string = first.named_child(0) if first and first.type == "expression_statement" else None
            return _QUOTES.sub("", self.text(string)).strip() if string and string.type == "string" else ""
        comments: list[str] = []
        below, node = outer.start_point[0], outer.prev_sibling
        while node is not None and node.type in self.row.comments and node.end_point[0] + 1 >= below:
            comments.append(_COMMENT_MARK.sub("", self.text(node)).strip())
            below, node = node.start_point[0], node.prev_sibling
        return "\n".join(reversed(comments)).strip()

    def _take_group(self, captures: dict[str, list[Node]]) -> None:
        if "import" in captures:
            self._take_import(captures)
            return
        span = (captures.get("bind") or captures["return"])[0]
        value = next((key, captures[key][0]) for key in ("bind.type", "bind.call", "bind.alias") if key in captures)
        how = {"bind.type": "annotation", "bind.call": "call", "bind.alias": "alias"}[value[0]]
        written = _plain(self.text(value[1])) if how == "call" else _SPACE.sub("", self.text(value[1]))
        scope = self._region_at(span.start_byte)
        names = captures.get("bind.name")
        for name in names or ():
            self.bindings.append(
                Binding(_dotted(self.text(name)), written, how, self._scope(scope), name.start_point[0] + 1)
            )
        if names is None:
            self.bindings.append(Binding("return", written, how, self._scope(scope), span.start_point[0] + 1))

    def _take_import(self, captures: dict[str, list[Node]]) -> None:
        whole, module = captures["import"][0], captures.get("module")
        scope = self._scope(self._region_at(whole.start_byte))
        written = self.text(module[0]).strip("\"'`<>") if module else ""
        alias = captures.get("alias")
        given = self.text(alias[0]) if alias else ""
        name = "*" if "import.star" in captures else self.text(captures["import.name"][0]) if "import.name" in captures else ""
        self.imports.append(Import(written, name, given, scope, whole.start_point[0] + 1))
        for nodes in (captures.get(key, ()) for key in ("module", "import.name", "alias")):
            self.named_at.update(node.start_byte for node in nodes)

    # -- where a byte stands

    def _index_regions(self) -> None:
        """Cut the file at every region's border, so that a look-up is one bisection."""
        self.regions.sort(key=lambda region: (region.start, -region.end))
        open_at: list[int] = []
        for position, region in enumerate(self.regions):
            self._close(open_at, region.start)
            open_at.append(position)
            self._cut(region.start, position)
        self._close(open_at, len(self.source) + 1)

    def _close(self, open_at: list[int], until: int) -> None:
        while open_at and self.regions[open_at[-1]].end <= until:
            end = self.regions[open_at.pop()].end
            self._cut(end, open_at[-1] if open_at else -1)

    def _cut(self, at: int, holder: int) -> None:
        if self.starts and self.starts[-1] == at:
            self.holders[-1] = holder
        else:
            self.starts.append(at)
            self.holders.append(holder)

    def _region_at(self, byte: int) -> int:
        position = bisect_right(self.starts, byte) - 1
        return self.holders[position] if position >= 0 else -1

    def _scope(self, region: int) -> int:
        return self.regions[region].index if region >= 0 else -1

    # -- mentions

    def take_mentions(self, captures: dict[str, list[Node]]) -> None:
        local_names = self._locals(captures.get("local", ()))
        aliases = {i.alias or i.name or _first(i.module) for i in self.imports}
        typed = {binding.name for binding in self.bindings}
        known = aliases | {s.name for s in self.symbols if s.parent < 0 or self.symbols[s.parent].kind in CALLABLES}
        called = self._calls(captures, local_names, typed)
        for node in sorted(captures.get("inherit", ()), key=lambda node: node.start_byte):
            scope = self._scope(self._region_at(node.start_byte))
            self._refer("inherit", _plain(self.text(node)), scope, node)
        self._uses(captures.get("use", ()), called, local_names, None if self.row.package_scope else known)

    def _locals(self, nodes: Iterable[Node]) -> dict[int, set[str]]:
        """Scope of a function → names that it binds itself."""
        found: dict[int, set[str]] = {}
        for node in nodes:
            scope = self._scope(self._region_at(node.start_byte))
            if scope >= 0 and self.symbols[scope].kind in CALLABLES:
                found.setdefault(scope, set()).add(self.text(node))
        return found

    def _calls(self, captures: dict[str, list[Node]], local_names: dict[int, set[str]], typed: set[str]) -> set[int]:
        """Record the calls; returns the bytes at which a callee starts."""
        called = {node.start_byte for node in captures.get("call", ())}
        calls = [(node.start_byte, node, self.text(node)) for node in captures.get("call", ())]
        for node in captures.get("call.whole", ()):
            arguments = node.child_by_field_name("arguments")
            end = arguments.start_byte if arguments else node.end_byte
            calls.append((node.start_byte, node, self.source[node.start_byte : end].decode("utf-8", "replace")))
        calls.sort(key=lambda call: (call[0], -len(call[2])))
        for start, node, written in calls:
            scope = self._scope(self._region_at(start))
            callee = _plain(written)
            root, dotted, _ = callee.partition(".")
            local = self._is_local(root, scope, local_names)
            if local and not dotted and root not in typed:
                continue  # calls a value that only running the program would tell
            if local and dotted and root not in typed and root not in ("self", "cls", "this"):
                callee = "?." + callee.rpartition(".")[2]
            self._refer("call", callee, scope, node)
        return called

    def _is_local(self, name: str, scope: int, local_names: dict[int, set[str]]) -> bool:
        while scope >= 0:
            if name in local_names.get(scope, ()):
                return True
            scope = self.symbols[scope].parent
        return False

    def _uses(
        self, nodes: Iterable[Node], called: set[int], local_names: dict[int, set[str]], known: set[str] | None
    ) -> None:
        """Record each name once per scope that reads it; `known` limits them to names that this file defines or imports."""
        source, seen = self.source, set[tuple[int, str]]()
        wanted = None if known is None else {name.encode() for name in known}
        kept: list[tuple[int, int, Node]] = []
        for node in nodes:  # one in ten names of a file passes: this loop is the extractor's hottest
            start = node.start_byte
            if start in called or start in self.named_at or (source[start - 1 : start] == b"." and start):
                continue
            end = node.end_byte
            if wanted is None or source[start:end] in wanted or _ROOT.match(source, start)[0] in wanted:  # type: ignore[index]
                kept.append((start, -end, node))
        for start, _, node in sorted(kept, key=_position):
            written = _dotted(self.text(node))
            scope = self._scope(self._region_at(start))
            if (scope, written) in seen or self._is_local(_first(written), scope, local_names):
                continue
            seen.add((scope, written))
            self._refer("use", written, scope, node)

    def _refer(self, kind: str, written: str, scope: int, node: Node) -> None:
        receiver, _, name = written.rpartition(".")
        if not name:
            return
        if receiver and not _PLAIN_RECEIVER.fullmatch(receiver):
            receiver = "?"
        self.references.append(Reference(kind, name, receiver, scope, node.start_point[0] + 1))


def _definition(captures: dict[str, list[Node]]) -> _Definition | None:
    for key, nodes in captures.items():
        if key.startswith("def.") or key == "scope":
            body, owner = captures.get("body"), captures.get("owner")
            kind = key.removeprefix("def.")
            return _Definition(kind, nodes[0], captures["name"][0], body[0] if body else None, owner[0] if owner else None)
    return None


def _plain(written: str) -> str:
    """A callee or type as a dotted name: arguments become `()`, indices and type arguments go, separators become dots."""
    if len(written) > 400:
        return "?." + (re.search(r"[\w$]+$", written[-100:]) or [""])[0]
    previous = ""
    while previous != written and any(bracket in written for bracket in "([<"):
        previous, written = written, _ARGUMENTS.sub(_shrink, written)
    return _dotted(written).replace("\x00", "()").lstrip("*&")


def _shrink(match: re.Match[str]) -> str:
    return "\x00" if match[0][0] == "(" else ""


def _position(kept: tuple[int, int, Node]) -> tuple[int, int]:
    return kept[:2]


def _dotted(written: str) -> str:
    if written.isidentifier():
        return written
    return _SEPARATOR.sub(".", _SPACE.sub("", written))


def _first(dotted: str) -> str:
    return dotted.partition(".")[0]
