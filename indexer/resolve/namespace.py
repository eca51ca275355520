"""The names of one file in tables, and the lookups that need no other file."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from ..facts import FileView, external_name
from ..kinds import CALLABLES, PROSE, TYPES, VARIABLES
from ..languages import Family
from ..records import Binding, Import, Reference, Symbol

ANYWHERE = 1 << 30  # a position after every binding

Span = tuple[int, int, str]
"""First line, last line, and the type given to a name there by a condition."""


@dataclass(slots=True, eq=False, weakref_slot=True)
class Namespace:
    """The facts of a file in tables by name; `namespace_tables` fills them."""

    facts: FileView
    rules: Family
    package: str  # as declared; "" if the folder is the package
    top: Mapping[str, int]  # name → symbol
    children: Mapping[int, Mapping[str, int]]  # symbol → name → symbol
    imports: Mapping[tuple[int, str], Import]  # (scope, local name)
    exports: Mapping[
        str, Import
    ]  # ECMAScript: names outside for definitions and imports of the file
    stars: Sequence[Import]
    aliases: Mapping[str, str]  # C++: `using net::Client` → its external name
    bindings: Mapping[tuple[int, str], list[Binding]]
    """In the order of the text. In the scope of a class, `.name` is an attribute of its objects."""
    rebound: Set[str]  # names that are bound more than once in some scope
    narrowed: Mapping[tuple[int, str], list[Span]]
    """(scope, chain) → the lines of conditions on its type; inner ones after outer ones."""
    bases: Mapping[int, Sequence[Reference]]  # class → its base classes as written

    # -- scopes

    def scopes(self, scope: int) -> Iterator[int]:
        """Yield `scope` and the symbols around it, from the inside out."""
        while scope >= 0:
            yield scope
            scope = self.facts.symbols[scope].parent

    def is_plain(self, scope: int, name: str) -> bool:
        """Return True if a name means the same in `scope` as in the whole file: `scope` is a
        function at the top without such a symbol in it.
        """
        if scope < 0:
            return True
        symbol = self.facts.symbols[scope]
        inside = scope in self.children and name in self.children[scope]
        return symbol.parent < 0 and symbol.kind not in TYPES and not inside

    def sees_members(self, scope: int) -> bool:
        """Return True if `scope` is a type with methods that name its members without a
        receiver.
        """
        if scope < 0 or not self.rules.implicit_this:
            return False
        return self.facts.symbols[scope].kind in TYPES

    def hides_names(self, scope: int) -> bool:
        """Return True if functions in `scope` do not see its names: a class, unless methods see
        members.
        """
        return self.facts.symbols[scope].kind in TYPES and not self.rules.implicit_this

    def prefixes(self, scope: int) -> tuple[str, ...]:
        """Return the possible prefixes of a bare name in `scope` in its external name, the nearest
        first: the enclosing types and namespaces, nothing, and the namespaces used by the file.
        """
        name = external_name(self.facts, scope) if scope >= 0 else ""
        is_nested = "." in name or (scope >= 0 and self.facts.language == "cpp")
        parts = name.split(".") if is_nested else []
        nested = [".".join(parts[:end]) + "." for end in range(len(parts), 0, -1)]
        used = [f"{spec.module.replace('::', '.')}." for spec in self.stars]
        return (*nested, "", *used)

    # -- names

    def public_names(self) -> set[str]:
        """Return the names defined or imported at the file's top: all that a star import can
        bring.
        """
        return {*self.top, *self.exports, *(name for scope, name in self.imports if scope < 0)}

    def has_public_name(self, name: str) -> bool:
        """Return True if a name is one of `public_names`."""
        return name in self.top or name in self.exports or (-1, name) in self.imports

    def defines(self, scope: int, name: str) -> bool:
        """Return True if a name of `scope` is a function or a type, even if it is bound, too."""
        if scope < 0:
            index = self.top.get(name)
        else:
            index = self.children[scope].get(name) if scope in self.children else None
        return index is not None and self.facts.symbols[index].kind not in VARIABLES

    def is_visible(self, index: int) -> bool:
        """Return True if a symbol is visible by its bare name in its scope; methods of object
        literals are not.
        """
        if not self.rules.objects:
            return True
        symbol = self.facts.symbols[index]
        return symbol.kind != "method" and symbol.kind not in PROSE

    def is_parameter(self, scope: int, name: str) -> bool:
        """Return True if the signature of a function has a parameter `name`."""
        if scope < 0 or not name.isidentifier():
            return False
        symbol = self.facts.symbols[scope]
        pattern = rf"[(,*\s]{name}\s*[,:=)]"
        return symbol.kind in CALLABLES and re.search(pattern, symbol.signature) is not None

    def is_imported_last(self, name: str) -> bool:
        """Return True if a variable at the top is imported under its name further down: in Python
        the last binding counts.
        """
        spec, index = self.imports.get((-1, name)), self.top.get(name)
        if spec is None or index is None or self.facts.language != "python":
            return False
        symbol = self.facts.symbols[index]
        return symbol.kind in VARIABLES and spec.line > symbol.start_line

    # -- self

    def is_self(self, name: str) -> bool:
        """Return True if a name is a keyword for the object around, or for its bases."""
        return name in self.rules.selves or name in self.rules.supers

    def hides_self(self, scope: int, name: str) -> bool:
        """Return True if `self` is the name of a parameter, as it may be in Scala and Java."""
        if self.rules.name != "jvm":
            return False
        return any((around, name) in self.bindings for around in self.scopes(scope))

    def enclosing_object(self, scope: int) -> int | None:
        """Return the symbol of which `this` is an instance in `scope`, in languages with object
        literals: a class, the function or variable with the methods, or -1 for the file; None if
        unknown. Arrow functions have no `this` of their own.
        """
        symbols = self.facts.symbols
        for around in self.scopes(scope):
            symbol = symbols[around]
            if symbol.kind in TYPES:
                return around
            if symbol.kind not in CALLABLES or symbol.signature.endswith("=>"):
                continue
            if symbol.kind == "method":
                return symbol.parent
            return around if self._is_constructor(around) else None
        return None

    def _is_constructor(self, function: int) -> bool:
        """Return True if a function holds methods: those of its prototype."""
        symbols = self.facts.symbols
        children = self.children.get(function, {}).values()
        return any(symbols[child].kind == "method" for child in children)

    # -- bindings and references

    def binding_version(self, scope: int, name: str, at: int) -> int:
        """Return the number of bindings of `name` in `scope` with effect before the position `at`;
        0 if there is but one binding.
        """
        bindings = self.bindings.get((scope, name), ()) if name in self.rebound else ()
        return bisect_left(bindings, at, key=position) if len(bindings) > 1 else 0

    def narrowing(self, scope: int, written: str, at: int) -> tuple[int, str]:
        """Return the type given to a chain by a condition around the position `at`, and the number
        of the chain's first names in the condition; (0, "") without one.
        """
        names = written.partition("(")[0].partition("[")[0].split(".")
        for count in range(len(names), 0, -1):
            spans = self.narrowed.get((scope, ".".join(names[:count])), ())
            for first, last, kind in reversed(spans):
                if first <= at // 2 <= last:
                    return count, kind
        return _NO_NARROWING

    def distinct_references(self, explained: Collection[tuple[int, str]]) -> Iterable[Reference]:
        """Return the first of the references with equal text and scope: they have the same target.
        References at `explained` lines and names are left out.
        """
        first: dict[tuple[int, str, str, str, int, tuple[int, str]], Reference] = {}
        for r in self.facts.references:
            if explained and (r.line, r.name) in explained:
                continue
            at = 2 * r.line + 1
            version, narrowing = 0, _NO_NARROWING
            if self.rebound:
                version = self.binding_version(r.scope, root_of(r.receiver or r.name), at)
            if self.narrowed and r.receiver:
                narrowing = self.narrowing(r.scope, r.receiver, at)
            first.setdefault((r.scope, r.kind, r.receiver, r.name, version, narrowing), r)
        return first.values()


_NO_NARROWING = (0, "")
_AFTER_ROOT = re.compile(r"[.(\[]")


def position(binding: Binding) -> int:
    """Return the position of a binding's effect, comparable to that of a reference, 2 · line + 1,
    and of a bound value, 2 · line. A loop and a `with` bind for the rest of their line, an
    assignment from the next line on.
    """
    is_early = "[*]" in binding.type or binding.type.endswith("[+]")
    return 2 * binding.line + (0 if is_early else 1)


@lru_cache(maxsize=1 << 15)
def root_of(written: str) -> str:
    """Return the first name of a chain."""
    return _AFTER_ROOT.split(written, maxsplit=1)[0]


def skip_variables(symbols: Sequence[Symbol], scope: int) -> int:
    """Return the innermost scope around and including `scope` beside variables, which do nothing
    themselves.
    """
    while scope >= 0 and symbols[scope].kind in VARIABLES:
        scope = symbols[scope].parent
    return scope
