"""The members of a class: its own, inherited ones in resolution order, and extensions."""

from __future__ import annotations

from collections.abc import Iterator

from ...facts import external_name
from ..tracked_files import TrackedFiles
from ..value import Value
from .c_names import ExternalNames
from .evaluator import Evaluator
from .mro import linearize
from .type_expressions import parse_type
from .type_parts import TypeParts

MAX_MRO = 64  # classes from one to its last base; only generated code has longer chains


class ClassMembers:
    """The members and bases of the classes of a view."""

    def __init__(
        self,
        evaluator: Evaluator,
        files: TrackedFiles,
        external: ExternalNames,
        type_parts: TypeParts,
    ) -> None:
        self._evaluator, self._files = evaluator, files
        self._external, self._type_parts = external, type_parts
        self._mros: dict[tuple[str, int], list[Value]] = {}
        self._mros_in_progress = 0

    def forget(self) -> None:
        """Forget the answers for one file."""
        self._mros.clear()

    def find(self, value: Value, name: str) -> Value | None:
        """Return the member `name` of a class, module, instance or `super`."""
        file = self._files[value.path]
        is_module = value.kind == "symbol" and file.facts.symbols[value.index].kind == "module"
        if is_module and not file.rules.nested:
            return self._find_in_module(value, name)
        classes = [*self._companions(value), *self.mro(value.path, value.index)]
        if value.kind == "super":
            classes = classes[1 + len(self._type_parts.find_parts(value.path, value.index)) :]
        rule = "member" if value.rule in ("member", "local", "import") else "typed"
        for owner in classes:
            index = self._files[owner.path].children[owner.index].get(name)
            if index is not None:
                member = Value("symbol", owner.path, index, rule, receiver=value)
                return self._external.find_definition(member)
            if extension := self._type_parts.find_own_extension(owner, name):
                return extension
        extensions = (self._type_parts.find_extension(owner, name) for owner in classes)
        return next(filter(None, extensions), None)

    def mro(self, path: str, index: int) -> list[Value]:
        """Return a class and its bases in method resolution order, each once."""
        key = (path, index)
        if key in self._mros:
            return self._mros[key]
        itself = Value("symbol", path, index, "member")
        parts = self._type_parts.find_parts(path, index)
        if self._mros_in_progress == MAX_MRO:  # Python's stack is not deep enough for every chain
            return [itself, *parts]
        self._mros[key] = [itself, *parts]  # the answer within a cycle
        self._mros_in_progress += 1
        bases = [base for part in (itself, *parts) for base in self._bases(part)]
        bases = self._type_parts.in_search_order(path, bases)
        mros = [self.mro(base.path, base.index) for base in bases]
        self._mros_in_progress -= 1
        order = linearize(itself, mros)[:MAX_MRO]
        if parts:
            order = [itself, *parts, *(base for base in order[1:] if base not in parts)]
        self._mros[key] = order
        return order

    def _find_in_module(self, module: Value, name: str) -> Value | None:
        file = self._files[module.path]
        index = file.children[module.index].get(name)
        if index is not None:
            return self._external.find_definition(Value("symbol", module.path, index, module.rule))
        if not file.rules.includes:
            return None
        namespace = external_name(file.facts, module.index)
        return self._external.find_external(module.path, f"{namespace}.{name}")

    def _companions(self, value: Value) -> list[Value]:
        """Return the classes of a Scala companion object: its members come first."""
        if value.kind != "symbol" or self._files[value.path].facts.language != "scala":
            return []
        objects = self._type_parts.find_companions(value.path, value.index)
        return [owner for each in objects for owner in self.mro(each.path, each.index)]

    def _bases(self, value: Value) -> Iterator[Value]:
        file = self._files[value.path]
        if aliased := self._aliased_type(value.path, value.index):
            yield aliased
        scope = file.facts.symbols[value.index].parent
        for base in file.bases.get(value.index, ()):
            if base.receiver == "?":
                continue
            chain = f"{base.receiver}.{base.name}" if base.receiver else base.name
            if symbol := self._infer_symbol(value.path, scope, chain):
                yield symbol

    def _aliased_type(self, path: str, index: int) -> Value | None:
        """Return the type that a C or C++ alias names: `typedef SkipList<Key> Table`."""
        file = self._files[path]
        symbol = file.facts.symbols[index]
        if symbol.kind != "type":
            return None
        bindings = file.bindings.get((symbol.parent, symbol.name), [])
        if not bindings or bindings[0].how != "alias" or not file.rules.includes:
            return None
        return self._infer_symbol(path, symbol.parent, parse_type(bindings[0].type).name)

    def _infer_symbol(self, path: str, scope: int, chain: str) -> Value | None:
        with self._evaluator.recursion.restarted():
            value = self._evaluator.infer(path, scope, chain)
        return value if value is not None and value.kind == "symbol" else None
