"""Names that a file uses → references: calls, bases, uses.

This is the hottest code of extraction, so its loops are flat.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from ..kinds import CALLABLES, LINKABLE
from ..languages import Language, family_rules
from ..records import Binding, Import, Reference
from .definitions import SymbolTable
from .matches import captures_of
from .names import MAX_WRITTEN, dotted, last_name, split_name

if TYPE_CHECKING:
    from tree_sitter import Node

    from .matches import Matches, RoleMatches

SELF = frozenset({"self", "cls", "this", "super"})

_CHAIN = re.compile(rb"[\w$\x80-\xff]+(?:(?:\.|::|->)(?!class\b|self\b)[\w$\x80-\xff]+)*")
_OPENINGS = (b" ", b"(", b",", b"{", b"")  # before `::run` they make it a member of nothing
_WORD = re.compile(rb"[A-Za-z_]\w*")
_MACRO_CALL = re.compile(rb"(?<![\w.>#\"'])((?:[A-Za-z_]\w*::)*[A-Za-z_]\w*)[ \t]*\(")
_MACRO_WORDS = frozenset(
    b"""if while for switch return sizeof do typeof __typeof__ __typeof defined alignof _Alignof
    catch static_assert _Static_assert __attribute__ __asm__ asm decltype noexcept
    static_cast""".split()
)
_CHAIN_MARKS = frozenset(b".:-")  # bytes that continue a chain of names
_MEMBER_MARKS = frozenset(b".:>")  # bytes before a member's name


def read_references(
    row: Language,
    source: bytes,
    matches: Matches,
    table: SymbolTable,
    import_starts: Set[int],
    imports: Iterable[Import],
    bindings: Iterable[Binding],
) -> list[Reference]:
    """Return the references: calls, calls in macros, bases, then uses of names not called."""
    reader = _ReferenceReader(row, source, table, import_starts)
    reader.read_locals(matches.get("local", []))
    reader.read_calls(matches.get("call", []), matches.get("call.whole", []), bindings)
    reader.read_macros(_macro_bodies(matches))
    reader.read_bases(matches.get("inherit", []))
    reader.read_uses(matches.get("use", []), imports)
    return reader.references


def _macro_bodies(matches: Matches) -> Iterator[tuple[int, Node]]:
    """Yield the first byte of the name and the body of each macro with parameters."""
    for captures in captures_of(matches, "def.macro"):
        if "body" in captures and captures["body"][0].type == "preproc_arg":
            yield captures["name"][0].start_byte, captures["body"][0]


class _ReferenceReader:
    """Reads references; locals come first, calls before uses."""

    def __init__(
        self, row: Language, source: bytes, table: SymbolTable, import_starts: Set[int]
    ) -> None:
        self.references: list[Reference] = []
        self._row, self._source, self._table = row, source, table
        self._name_starts = table.name_starts | import_starts
        self._builtins = row.builtins
        if row.builtins:
            self._builtins = row.builtins.difference(symbol.name for symbol in table.symbols)
        self._locals: dict[int, set[str]] = {}  # scope of a function → names that it binds itself
        self._encoded_locals: dict[int, set[bytes]] = {}  # the same in the source's bytes
        self._callee_starts: set[int] = set()

    def read_locals(self, matches: RoleMatches) -> None:
        words: dict[int, set[bytes]] = {}
        starts, scopes = self._table.pieces
        source, name_starts = self._source, self._name_starts
        for _, captures in matches:
            node = captures["local"][0]
            start = node.start_byte
            scope = scopes[bisect_right(starts, start) - 1]
            if scope < 0 or start in name_starts:
                continue
            word = source[start : node.end_byte]
            if scope in words:
                words[scope].add(word)
            else:
                words[scope] = {word}
        for scope, names in words.items():
            if self._table.symbols[scope].kind in LINKABLE:
                self._locals[scope] = {name.decode("utf-8", "replace") for name in names}
                self._encoded_locals[scope] = names

    def read_calls(
        self, calls: RoleMatches, whole_calls: RoleMatches, bindings: Iterable[Binding]
    ) -> None:
        untyped = self._untyped(bindings)
        starts, scopes = self._table.pieces
        source, builtins = self._source, self._builtins
        note_start, append = self._callee_starts.add, self.references.append
        name_starts, verbatim = self._name_starts, self._row.verbatim
        for start, end, node in chain(_callees(calls), _whole_callees(whole_calls)):
            if start in name_starts:
                continue
            note_start(start)
            if end - start <= MAX_WRITTEN:
                written = source[start:end]
            else:
                written = b"?." + source[end - MAX_WRITTEN // 4 : end]
            split = _plain if verbatim and node.type in verbatim else _callee
            root, receiver, name = split(written)
            if not name or (name in builtins and not receiver):
                continue
            scope = scopes[bisect_right(starts, start) - 1]
            if start and source[start - 1] in _MEMBER_MARKS and _is_member(source, start):
                receiver = "?"  # inside a Rust macro the grammar sees words only
            elif not receiver:
                if self._is_bound(name, scope, self._locals):
                    continue  # a call of a value that is known at run time only
            elif root not in SELF and self._is_bound(root, scope, untyped):
                receiver = "?"
            append(Reference("call", name, receiver, scope, node.end_point.row + 1))

    def read_macros(self, bodies: Iterable[tuple[int, Node]]) -> None:
        """Read the calls in macros with parameters: (first byte of the name, body) of each."""
        starts, scopes = self._table.pieces
        for start, body in bodies:
            text = self._source[body.start_byte : body.end_byte]
            parameters = set(_WORD.findall(self._source, start, body.start_byte))
            scope = scopes[bisect_right(starts, start) - 1]
            for call in _MACRO_CALL.finditer(text):
                if call[1] in parameters or call[1] in _MACRO_WORDS:
                    continue
                _, receiver, name = _callee(call[1])
                if not name or (not receiver and name in self._builtins):
                    continue
                line = body.start_point.row + 1 + text.count(b"\n", 0, call.start())
                self.references.append(Reference("call", name, receiver, scope, line))

    def read_bases(self, matches: RoleMatches) -> None:
        for _, captures in matches:
            node = captures["inherit"][0]
            _, receiver, name = _callee(self._source[node.start_byte : node.end_byte])
            if name:
                scope, line = self._table.scope_at(node.start_byte), node.end_point.row + 1
                self.references.append(Reference("inherit", name, receiver, scope, line))

    def read_uses(self, matches: RoleMatches, imports: Iterable[Import]) -> None:
        """Read each used name once per scope."""
        visible = self._visible_names(imports)
        skipped = self._callee_starts | self._name_starts
        starts, scopes = self._table.pieces
        source, builtins, local_names = self._source, self._builtins, self._encoded_locals
        seen: set[tuple[int, bytes]] = set()
        for _, captures in matches:
            node = captures["use"][0]
            start = node.start_byte
            if start in skipped:
                continue
            end = node.end_byte
            word = source[start:end]
            if visible is not None and word not in visible:
                continue
            scope = scopes[bisect_right(starts, start) - 1]
            if scope in local_names and word in local_names[scope]:
                continue  # most names are local, and need no further look
            if start and source[start - 1] in _MEMBER_MARKS and _is_member(source, start):
                continue
            if end < len(source) and source[end] in _CHAIN_MARKS:
                word = _longer(_CHAIN.match(source, start), word)
            key = (scope, word)
            if key in seen:
                continue
            seen.add(key)
            root, receiver, name = _callee(word)
            if not name or (not receiver and name in builtins):
                continue
            if not self._is_bound(root, scope, self._locals):
                line = node.end_point.row + 1
                self.references.append(Reference("use", name, receiver, scope, line))

    def _visible_names(self, imports: Iterable[Import]) -> set[bytes] | None:
        """Return the defined and imported names; None if those of other files are visible."""
        if family_rules(self._row.name).sees != "file":
            return None
        symbols = self._table.symbols
        names = {spec.alias or spec.name or spec.module.partition(".")[0] for spec in imports}
        names.update(
            symbol.name
            for symbol in symbols
            if symbol.parent < 0 or symbols[symbol.parent].kind in CALLABLES | {"module"}
        )
        return {name.encode("utf-8", "surrogateescape") for name in names}

    def _untyped(self, bindings: Iterable[Binding]) -> dict[int, set[str]]:
        """Return the local names without a binding, by scope."""
        typed: dict[int, set[str]] = {}
        for binding in bindings:
            name = binding.name.partition(".")[0] if binding.how == "within" else binding.name
            typed.setdefault(binding.scope, set()).add(name)
        return {scope: names - typed.get(scope, set()) for scope, names in self._locals.items()}

    def _is_bound(self, name: str, scope: int, names: dict[int, set[str]]) -> bool:
        symbols = self._table.symbols
        while scope >= 0:
            if scope in names and name in names[scope]:
                return True
            scope = symbols[scope].parent
        return False


@lru_cache(maxsize=1 << 15)
def _callee(written: bytes) -> tuple[str, str, str]:
    """Return (first name, receiver, last name) of a callee."""
    text = written.decode("utf-8", "replace")
    if text.isidentifier():
        return text, "", text
    name = last_name(text[2:]) if text.startswith("?.") else dotted(text)
    receiver, last = split_name(name)
    return name.partition(".")[0], receiver, last


def _plain(written: bytes) -> tuple[str, str, str]:
    name = written.decode("utf-8", "replace")
    return name, "", name


def _callees(matches: RoleMatches) -> Iterator[tuple[int, int, Node]]:
    for _, captures in matches:
        node = captures["call"][0]
        yield node.start_byte, node.end_byte, node


def _whole_callees(matches: RoleMatches) -> Iterator[tuple[int, int, Node]]:
    """Yield the span of the text before the arguments, and the node that ends the callee's name."""
    for _, captures in matches:
        node = captures["call.whole"][0]
        arguments, name = node.child_by_field_name("arguments"), node.child_by_field_name("name")
        if name is None and (method := node.child_by_field_name("method")):
            # Ruby: a block can take the place of arguments
            yield node.start_byte, method.end_byte, method
            continue
        yield node.start_byte, arguments.start_byte if arguments else node.end_byte, name or node


def _longer(chained: re.Match[bytes] | None, word: bytes) -> bytes:
    """Return the longer of a chain and the word; one begins with the other."""
    return max(chained[0], word) if chained else word


def _is_member(source: bytes, start: int) -> bool:
    """Return True if the word at `start` is a member of a value before it.

    `..` is a range or a spread.
    """
    before = source[start - 2 : start]
    if before == b"::":
        return source[start - 3 : start - 2] not in _OPENINGS
    return before == b"->" or (before[-1:] == b"." and before != b"..")
