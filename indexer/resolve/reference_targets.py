"""The definitions behind references."""

from __future__ import annotations

import re

from ..kinds import CALLABLES
from ..languages import family_of
from ..records import Reference
from .inference.function_aliases import FunctionAliases
from .inference.type_inference import TypeInference
from .namespace import root_of
from .value import Value

_LIBRARY_NAMES = """c_str push_back emplace_back pop_back push_front emplace_front pop_front
lower_bound upper_bound equal_range max_size find_first_of find_last_of find_first_not_of
find_last_not_of shrink_to_fit get_allocator notify_one notify_all wait_for wait_until try_lock
use_count"""
_STANDARD = frozenset(_LIBRARY_NAMES.split())
"""Names of two words in C++'s own types: they say nothing of an unknown receiver."""
_COMPOUND = re.compile(r"[^_]_+[^_]|[a-z][A-Z]")  # a name of two words or more


class ReferenceTargets:
    """Finds the targets of references."""

    def __init__(self, inference: TypeInference, aliases: FunctionAliases) -> None:
        self._inference, self._files, self._aliases = inference, inference.files, aliases

    def find(self, path: str, scope: int, reference: Reference) -> Value | None:
        """Return the target of a reference in `scope` of the file `path`."""
        at = 2 * reference.line + 1
        if not reference.receiver:
            return self._find_bare(path, scope, reference, at)
        if reference.receiver != "?":
            holder = self._inference.infer(path, scope, reference.receiver, at)
            member = self._find_member(holder, reference) if holder is not None else None
            if value := member or self._find_imported_extension(path, reference.name):
                return value
            if holder is not None or not self._is_unknown(path, scope, reference.receiver):
                return None
        return self._find_unique_method(path, reference)

    def _find_bare(self, path: str, scope: int, reference: Reference, at: int) -> Value | None:
        file, name = self._files[path], reference.name
        if file.is_self(name) and file.rules.package == "declared":
            return self._find_constructed(path, scope, name)
        if reference.kind == "call" and not file.rules.objects and not file.is_self(name):
            return self._aliases.find_callee(path, scope, name, at)
        return self._inference.find_name(path, scope, name)

    def _find_constructed(self, path: str, scope: int, name: str) -> Value | None:
        """Return the class of `this(…)`, `new static` and `super(…)`: a type or its base."""
        value = self._inference.lookup_root(path, scope, name)
        if value is None:
            return None
        file = self._files[path]
        if file.rules.nested:  # Ruby: a bare `super` calls the method of the same name
            return self._inference.find_member(value, file.facts.symbols[scope].name)
        if value.kind != "super":
            return Value("symbol", value.path, value.index, "member")
        return next(iter(self._inference.classes.mro(value.path, value.index)[1:]), None)

    def _find_imported_extension(self, path: str, name: str) -> Value | None:
        """Return a method imported by its own name: Kotlin adds methods to types of any file."""
        file = self._files[path]
        if file.rules.package != "declared" or (-1, name) not in file.imports:
            return None
        value = self._inference.exports.find_imported(path, file.imports[-1, name])
        if value is None or value.kind != "symbol":
            return None
        kind = self._files[value.path].facts.symbols[value.index].kind
        return value if kind in CALLABLES else None

    def _find_member(self, holder: Value, reference: Reference) -> Value | None:
        """Return the member of a receiver.

        Of several types the first with the member counts, as for compilers.
        """
        for option in holder.options():
            value = self._inference.find_member(option, reference.name)
            if value is None and reference.kind == "call":
                value = self._aliases.find_assigned_function(option, reference.name)
            if value is not None:
                return value
        return None

    def _is_unknown(self, path: str, scope: int, receiver: str) -> bool:
        """Return True if nothing is known of a receiver, not even an origin outside of the tree."""
        root, file = root_of(receiver), self._files[path]
        is_declared = file.rules.package == "declared"
        if is_declared and self._inference.has_external_type(path, scope, receiver):
            return False
        if root == "super" or (-1, root) in file.imports:
            return False
        return not any((around, root) in file.imports for around in file.scopes(scope))

    def _find_unique_method(self, path: str, reference: Reference) -> Value | None:
        """Return the only method of a name in the program, for calls on an unknown receiver."""
        rules, language = self._files[path].rules, self._files[path].facts.language
        if reference.kind != "call" or not rules.guesses:
            return None
        if not _COMPOUND.search(reference.name) or reference.name in _STANDARD:
            return None  # `get`, `close`, `copy`: a thousand libraries have them, too
        index = self._inference.package_index
        methods = self._inference.names.find_methods(family_of(language), reference.name)
        methods = [method for method in methods if index.is_accessible(path, method)]
        return methods[0] if index.is_single(methods) else None
