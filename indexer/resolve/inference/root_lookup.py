"""The first name of a chain: the object around, a bound value, a member, or a definition."""

from __future__ import annotations

from collections.abc import Callable

from ...kinds import CALLABLES, TYPES
from ..namespace import ANYWHERE, Namespace
from ..tracked_files import TrackedFiles
from ..value import Value
from .evaluator import Evaluator
from .operations import Operations
from .package_names import PackageNames
from .scopes import Scopes

_CLASS_NAMES = frozenset({"cls", "Self", "@This"})  # keywords for the class, not for an instance
_UNKNOWN = Value("unknown", "", -1, "")
"""The answer for a bound name with an unknown value: it hides all outer ones."""


class RootLookup:
    """Tries one lookup step after the other (`_STEPS`)."""

    def __init__(
        self,
        evaluator: Evaluator,
        files: TrackedFiles,
        scopes: Scopes,
        packages: PackageNames,
        operations: Operations,
    ) -> None:
        self._evaluator, self._files = evaluator, files
        self._scopes, self._packages, self._operations = scopes, packages, operations

    def find(self, path: str, scope: int, name: str, at: int) -> Value | None:
        """Return the value of a name in `scope` at the position `at`, in the current goal."""
        file = self._files[path]
        for step in _STEPS:
            value = step(self, file, scope, name, at)
            if value is not None:
                return None if value is _UNKNOWN else value
        return None

    def _object(self, file: Namespace, scope: int, name: str, at: int) -> Value | None:
        """`this` and `super` in languages with object literals."""
        if not file.rules.objects or name not in ("this", "super"):
            return None
        around = file.enclosing_object(scope)
        if around is None:
            return _UNKNOWN
        if around < 0:
            return Value("module", file.facts.path, -1, "member")
        kind = "super" if name == "super" else "instance"
        return Value(kind, file.facts.path, around, "member", is_self=True)

    def _self(self, file: Namespace, scope: int, name: str, at: int) -> Value | None:
        """The keywords for the object, its class or its bases in other languages."""
        if not file.is_self(name) or file.hides_self(scope, name):
            return None
        owner = self._enclosing_type(file, scope)
        if owner is not None:
            kind = "symbol" if name in _CLASS_NAMES else "instance"
            kind = "super" if name in file.rules.supers else kind
            return Value(kind, owner.path, owner.index, "member", is_self=True)
        return Value("module", file.facts.path, -1, "member") if file.rules.file_types else None

    def _enclosing_type(self, file: Namespace, scope: int) -> Value | None:
        symbols = file.facts.symbols
        for around in file.scopes(scope):
            if symbols[around].kind in TYPES:
                return Value("symbol", file.facts.path, around, "member")
        return next(self._scopes.outer_types(file.facts.path, scope), None)

    def _enclosing_scopes(self, file: Namespace, scope: int, name: str, at: int) -> Value | None:
        """Bindings and members of the functions and types around, from the inside out."""
        for around in file.scopes(scope):
            if around != scope and file.hides_names(around):
                continue
            if (around, name) in file.bindings and not file.defines(around, name):
                place = at if around == scope else ANYWHERE
                if value := self._evaluator.infer_name(file.facts.path, around, name, place):
                    return value
                if file.facts.symbols[around].kind in CALLABLES:
                    return _UNKNOWN
            if file.sees_members(around):
                holder = Value("instance", file.facts.path, around, "member")
                if value := self._operations.attribute(holder, name):
                    return value
            if (around, name) in file.imports or (
                around in file.children and name in file.children[around]
            ):
                return None  # a later step finds it
        return None

    def _outer_types(self, file: Namespace, scope: int, name: str, at: int) -> Value | None:
        """Members of the type around a definition outside of it."""
        for holder in self._scopes.outer_types(file.facts.path, scope):
            if value := self._operations.attribute(holder, name):
                return value
        return None

    def _file_bindings(self, file: Namespace, scope: int, name: str, at: int) -> Value | None:
        """Bindings at the top of the file."""
        if (-1, name) not in file.bindings or file.defines(-1, name) or file.is_imported_last(name):
            return None
        place = at if scope < 0 else ANYWHERE
        return self._evaluator.infer_name(file.facts.path, -1, name, place)

    def _definitions(self, file: Namespace, scope: int, name: str, at: int) -> Value | None:
        """Definitions and imports by the scoping rules."""
        return self._scopes.lookup(file.facts.path, scope, name)

    def _package(self, file: Namespace, scope: int, name: str, at: int) -> Value | None:
        """The package at the beginning of a full name."""
        if file.rules.package != "declared":
            return None
        return self._packages.find_root(file.facts.path, name)


_Step = Callable[[RootLookup, Namespace, int, str, int], Value | None]
_STEPS: tuple[_Step, ...] = (
    RootLookup._object,
    RootLookup._self,
    RootLookup._enclosing_scopes,
    RootLookup._outer_types,
    RootLookup._file_bindings,
    RootLookup._definitions,
    RootLookup._package,
)
"""The order of a name's lookup: the first step with an answer decides."""
