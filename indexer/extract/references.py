"""Names that a file mentions → references: calls, bases, uses. The hottest code of extraction: its loops are flat."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from ..kinds import CALLABLES, LINKABLE
from ..languages.families import family_rules
from ..languages.registry import Language
from ..records import Binding, Import, Reference
from .definitions import Outline
from .names import MAX_WRITTEN, dotted, last_name, split_name

if TYPE_CHECKING:
    from tree_sitter import Node

    Matches = Iterable[tuple[int, dict[str, list[Node]]]]

SELF = frozenset({"self", "cls", "this", "super"})

_CHAIN = re.compile(rb"[\w$\x80-\xff]+(?:(?:\.|::|->)(?!class\b|self\b)[\w$\x80-\xff]+)*")
_OPENINGS = (b" ", b"(", b",", b"{", b"")  # before `::run` these say that it is a member of nothing
_WORD = re.compile(rb"[A-Za-z_]\w*")
_MACRO_CALL = re.compile(rb"(?<![\w.>#\"'])((?:[A-Za-z_]\w*::)*[A-Za-z_]\w*)[ \t]*\(")
_MACRO_WORDS = frozenset(
    b"""if while for switch return sizeof do typeof __typeof__ __typeof defined alignof _Alignof _Static_assert catch
    static_assert __attribute__ __asm__ asm decltype noexcept static_cast""".split()
)
_LINKS = frozenset(b".:-")
_MEMBER_MARKS = frozenset(b".:>")


class Mentions:
    """The references of one file, from the matches of its language's query."""

    def __init__(
        self, row: Language, source: bytes, outline: Outline, imported_at: set[int]
    ) -> None:
        self.found: list[Reference] = []
        self._row, self._source, self._outline, self._imported_at = (
            row,
            source,
            outline,
            imported_at,
        )
        self._builtins = (
            row.builtins.difference(s.name for s in outline.symbols)
            if row.builtins
            else row.builtins
        )
        self._locals: dict[int, set[str]] = {}  # scope of a function → names that it binds itself
        self._written_locals: dict[int, set[bytes]] = {}  # the same, as they are written
        self._called: set[int] = set()  # bytes at which callees start

    def take_locals(self, matches: Matches) -> None:
        found: dict[int, set[bytes]] = {}
        starts, holders = self._outline.cuts
        source, imported_at, named_at = self._source, self._imported_at, self._outline.named_at
        for _, captures in matches:
            node = captures["local"][0]
            start = node.start_byte
            scope = holders[bisect_right(starts, start) - 1]
            if scope < 0 or start in imported_at or start in named_at:
                continue
            word = source[start : node.end_byte]
            if scope in found:
                found[scope].add(word)
            else:
                found[scope] = {word}
        symbols = self._outline.symbols
        for scope, words in found.items():
            if symbols[scope].kind in LINKABLE:
                self._locals[scope] = {word.decode("utf-8", "replace") for word in words}
                self._written_locals[scope] = words

    def take_calls(self, calls: Matches, wholes: Matches, bindings: Iterable[Binding]) -> None:
        untyped = self._untyped(bindings)
        starts, holders = self._outline.cuts
        source, builtins = self._source, self._builtins
        called, append = self._called.add, self.found.append
        silent, verbatim = self._outline.named_at | self._imported_at, self._row.verbatim
        for start, end, node in chain(_callees(calls), _whole_callees(wholes)):
            if start in silent:
                continue
            called(start)
            written = (
                source[start:end]
                if end - start <= MAX_WRITTEN
                else b"?." + source[end - MAX_WRITTEN // 4 : end]
            )
            root, receiver, name = (
                _plain(written) if verbatim and node.type in verbatim else _callee(written)
            )
            if not name or (name in builtins and not receiver):
                continue
            scope = holders[bisect_right(starts, start) - 1]
            if start and source[start - 1] in _MEMBER_MARKS and _is_member(source, start):
                receiver = "?"  # inside a Rust macro the grammar sees words only
            elif not receiver:
                if self._is_bound(name, scope, self._locals):
                    continue  # calls a value that only running the program would tell
            elif root not in SELF and self._is_bound(root, scope, untyped):
                receiver = "?"
            append(Reference("call", name, receiver, scope, node.end_point.row + 1))

    def take_macros(self, bodies: Iterable[tuple[int, Node]]) -> None:
        """The calls that macros with parameters write wherever they are expanded: (where its name starts, its body)."""
        starts, holders = self._outline.cuts
        for start, body in bodies:
            text = self._source[body.start_byte : body.end_byte]
            parameters = set(_WORD.findall(self._source, start, body.start_byte))
            scope = holders[bisect_right(starts, start) - 1]
            for call in _MACRO_CALL.finditer(text):
                if call[1] in parameters or call[1] in _MACRO_WORDS:
                    continue
                _, receiver, name = _callee(call[1])
                if name and (receiver or name not in self._builtins):
                    line = body.start_point.row + 1 + text.count(b"\n", 0, call.start())
                    self.found.append(Reference("call", name, receiver, scope, line))

    def take_bases(self, matches: Matches) -> None:
        for _, captures in matches:
            node = captures["inherit"][0]
            _, receiver, name = _callee(self._source[node.start_byte : node.end_byte])
            if name:
                scope = self._outline.scope_at(node.start_byte)
                self.found.append(
                    Reference("inherit", name, receiver, scope, node.end_point.row + 1)
                )

    def take_uses(self, matches: Matches, imports: Iterable[Import]) -> None:
        """Record each name once per scope that reads it."""
        known, passed = (
            self._known(imports),
            self._called | self._outline.named_at | self._imported_at,
        )
        starts, holders = self._outline.cuts
        source, builtins, own = self._source, self._builtins, self._written_locals
        seen: set[tuple[int, bytes]] = set()
        for _, captures in matches:
            node = captures["use"][0]
            start = node.start_byte
            if start in passed:
                continue
            end = node.end_byte
            word = source[start:end]
            if known is not None and word not in known:
                continue
            scope = holders[bisect_right(starts, start) - 1]
            if scope in own and word in own[scope]:
                continue  # most mentions are of these, and nothing else has to be known of them
            if start and source[start - 1] in _MEMBER_MARKS and _is_member(source, start):
                continue
            if (
                end < len(source)
                and source[end] in _LINKS
                and (chained := _CHAIN.match(source, start))
            ):
                word = max(chained[0], word)  # the longer: one begins with the other
            key = (scope, word)
            if key in seen:
                continue
            seen.add(key)
            root, receiver, name = _callee(word)
            if not name or (not receiver and name in builtins):
                continue
            if not self._is_bound(root, scope, self._locals):
                self.found.append(Reference("use", name, receiver, scope, node.end_point.row + 1))

    def _known(self, imports: Iterable[Import]) -> set[bytes] | None:
        """The names that a use can mean: what this file defines or imports; None where other names are visible."""
        if family_rules(self._row.name).sees != "file":
            return None
        symbols = self._outline.symbols
        known = {i.alias or i.name or i.module.partition(".")[0] for i in imports}
        known.update(
            s.name
            for s in symbols
            if s.parent < 0 or symbols[s.parent].kind in CALLABLES | {"module"}
        )
        return {name.encode("utf-8", "surrogateescape") for name in known}

    def _untyped(self, bindings: Iterable[Binding]) -> dict[int, set[str]]:
        """The local names of which no binding says what they hold."""
        typed: dict[int, set[str]] = {}
        for binding in bindings:
            name = binding.name.partition(".")[0] if binding.how == "within" else binding.name
            typed.setdefault(binding.scope, set()).add(name)
        return {scope: names - typed.get(scope, set()) for scope, names in self._locals.items()}

    def _is_bound(self, name: str, scope: int, names: dict[int, set[str]]) -> bool:
        symbols = self._outline.symbols
        while scope >= 0:
            if scope in names and name in names[scope]:
                return True
            scope = symbols[scope].parent
        return False


@lru_cache(maxsize=1 << 15)
def _callee(written: bytes) -> tuple[str, str, str]:
    """A callee as (first name, receiver, last name)."""
    text = written.decode("utf-8", "replace")
    if text.isidentifier():
        return text, "", text
    name = last_name(text[2:]) if text.startswith("?.") else dotted(text)
    receiver, last = split_name(name)
    return name.partition(".")[0], receiver, last


def _plain(written: bytes) -> tuple[str, str, str]:
    name = written.decode("utf-8", "replace")
    return name, "", name


def _callees(matches: Matches) -> Iterator[tuple[int, int, Node]]:
    for _, captures in matches:
        node = captures["call"][0]
        yield node.start_byte, node.end_byte, node


def _whole_callees(matches: Matches) -> Iterator[tuple[int, int, Node]]:
    """Where the text before the arguments starts and ends, and the node at whose end the callee's name stands."""
    for _, captures in matches:
        node = captures["call.whole"][0]
        arguments, name = node.child_by_field_name("arguments"), node.child_by_field_name("name")
        if name is None and (
            method := node.child_by_field_name("method")
        ):  # Ruby: a block may stand for arguments
            yield node.start_byte, method.end_byte, method
            continue
        yield node.start_byte, arguments.start_byte if arguments else node.end_byte, name or node


def _is_member(source: bytes, start: int) -> bool:
    """Whether the word at `start` is a member of what stands before it; `..` is a range or a spread."""
    before = source[start - 2 : start]
    if before == b"::":
        return source[start - 3 : start - 2] not in _OPENINGS
    return before == b"->" or (before[-1:] == b"." and before != b"..")
