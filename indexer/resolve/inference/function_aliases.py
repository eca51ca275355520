"""Other names of functions: variables and attributes with a function as their value.

Only assignments of names are followed: the result of a call is seldom a function of the repository.
"""

from __future__ import annotations

import re

from ...kinds import CALLABLES, VARIABLES
from ...records import Binding
from ..namespace import ANYWHERE
from ..value import Value
from .bindings import bindings_before
from .type_inference import TypeInference

_OPERATION = re.compile(r"[(\[]")


class FunctionAliases:
    """Finds the functions behind names."""

    def __init__(self, inference: TypeInference) -> None:
        self._inference, self._files = inference, inference.files

    def find_callee(self, path: str, scope: int, name: str, at: int) -> Value | None:
        """Return the callee of a call by a bare name."""
        file = self._files[path]
        for around in file.scopes(scope):
            is_hidden = around != scope and file.hides_names(around)
            if (around, name) in file.bindings and not is_hidden and not file.defines(around, name):
                place = at if around == scope else ANYWHERE
                return self._follow(path, file.bindings[around, name], place)
            if (around, name) in file.imports or (
                around in file.children and name in file.children[around]
            ):
                break
        is_rebound = scope < 0 and name in file.rebound
        if is_rebound and not file.defines(-1, name) and not file.is_imported_last(name):
            value = self._follow(path, file.bindings.get((-1, name), []), at)
            return value or self._inference.find_name(path, scope, name)
        return self._inference.find_name(path, scope, name)

    def find_assigned_function(self, value: Value, name: str) -> Value | None:
        """Return the function assigned to an attribute.

        Return None for several, or if callers may pass another.
        """
        if value.kind not in ("instance", "symbol"):
            return None
        for owner in self._inference.classes.mro(value.path, value.index):
            file = self._files[owner.path]
            keys = (owner.index, name), (owner.index, f".{name}")
            bindings = [b for key in keys for b in file.bindings.get(key, ())]
            if any(file.is_parameter(b.scope, b.type) for b in bindings):
                return None
            values = [self._follow(owner.path, [b], ANYWHERE) for b in bindings]
            assigned = {value[:3]: value for value in values if value is not None}
            if assigned:
                function = next(iter(assigned.values()))
                kind = self._files[function.path].facts.symbols[function.index].kind
                return function if len(assigned) == 1 and kind in CALLABLES else None
        return None

    def resolve_alias(self, value: Value) -> Value | None:
        """Return the function or type behind a variable; any other value as it is."""
        file = self._files[value.path]
        symbol = file.facts.symbols[value.index]
        if symbol.kind not in VARIABLES:
            return value
        bindings = file.bindings.get((symbol.parent, symbol.name), [])
        return self._follow(value.path, bindings, ANYWHERE)

    def _follow(self, path: str, bindings: list[Binding], at: int) -> Value | None:
        """Return the value of the last binding to a name, through further names."""
        with self._inference.recursion as is_allowed:
            before = bindings_before(bindings, at) or bindings
            names = [b for b in before if b.how == "alias" and not _OPERATION.search(b.type)]
            if not names or not is_allowed:
                return None
            value = self._inference.infer_binding(path, names[-1].scope, names[-1])
            if value is None or value.kind != "symbol" or value.is_self:
                return None
            return self.resolve_alias(value)
