"""A class's members: its own, those of its bases in the language's order, and those that files declare beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..facts.global_names import external_name
from .entity import Entity
from .mro import linearize
from .namespace import ANYWHERE
from .scopes import Scopes
from .tracked_files import TrackedFiles
from .type_expressions import shape

MAX_LINEAGE = 64  # classes from one to its last base; only programs write longer chains
Chain = Callable[[str, int, str, int, int], Entity | None]
"""path, scope, chain as written, place, depth → what it stands for"""


class Classes:
    """The members and bases of the classes in the files of a view."""

    def __init__(self, files: TrackedFiles, scopes: Scopes, chain: Chain) -> None:
        self._files, self._scopes, self._chain = files, scopes, chain
        self._known: dict[tuple[str, int], list[Entity]] = {}
        self._open = 0  # lineages that are being worked out

    def forget(self) -> None:
        """Forget what was worked out for one file."""
        self._known.clear()

    def member(self, entity: Entity, name: str) -> Entity | None:
        """The member `name` of a class, of an instance, or of what stands behind `super`."""
        file = self._files[entity.path]
        kind = file.facts.symbols[entity.index].kind
        if entity.what == "symbol" and kind == "module" and not file.rules.nested:
            index = file.children[entity.index].get(name)
            if index is not None:
                return self._scopes.definition(Entity("symbol", entity.path, index, entity.rule))
            around = external_name(file.facts, entity.index)
            return (
                self._scopes.program.shared(entity.path, f"{around}.{name}")
                if file.rules.includes
                else None
            )
        lineage = [*self._companions(entity), *self.lineage(entity.path, entity.index)]
        rule = "typed" if entity.rule not in ("member", "local", "import") else "member"
        if entity.what == "super":
            lineage = lineage[1 + len(self._scopes.declared.parts(entity.path, entity.index)) :]
        for owner in lineage:
            index = self._files[owner.path].children[owner.index].get(name)
            if index is not None:
                return self._scopes.definition(Entity("symbol", owner.path, index, rule, of=entity))
            if found := self._scopes.declared.extension(owner, name, as_member=True):
                return found
        return next(
            filter(None, (self._scopes.declared.extension(owner, name) for owner in lineage)), None
        )

    def _companions(self, entity: Entity) -> list[Entity]:
        """What a Scala class shows when it is named: the members of the object of its name, not those of its instances."""
        if entity.what != "symbol" or self._files[entity.path].facts.language != "scala":
            return []
        objects = self._scopes.declared.companions(entity.path, entity.index)
        return [found for other in objects for found in self.lineage(other.path, other.index)]

    def lineage(self, path: str, index: int) -> list[Entity]:
        """A class and its bases in the order in which members are looked for, each once."""
        key = (path, index)
        if key in self._known:
            return self._known[key]
        itself, *others = [
            Entity("symbol", path, index, "member"),
            *self._scopes.declared.parts(path, index),
        ]
        if self._open == MAX_LINEAGE:  # Python's own stack is not deep enough for every chain
            return [itself, *others]
        self._known[key] = [itself, *others]  # what a cycle sees
        self._open += 1
        bases = [base for part in (itself, *others) for base in self._bases(part)]
        lineages = [
            self.lineage(base.path, base.index)
            for base in self._scopes.declared.in_order(path, bases)
        ]
        self._open -= 1
        found = linearize(itself, lineages)[:MAX_LINEAGE]
        self._known[key] = found = (
            [itself, *others, *(e for e in found[1:] if e not in others)] if others else found
        )
        return found

    def _bases(self, entity: Entity) -> Iterator[Entity]:
        file = self._files[entity.path]
        parent = file.facts.symbols[entity.index].parent
        if named := self._aliased(entity.path, entity.index):
            yield named
        for base in file.bases.get(entity.index, ()):
            written = f"{base.receiver}.{base.name}" if base.receiver else base.name
            found = (
                None
                if base.receiver == "?"
                else self._chain(entity.path, parent, written, ANYWHERE, 1)
            )
            if found is not None and found.what == "symbol":
                yield found

    def _aliased(self, path: str, index: int) -> Entity | None:
        """For another name of a type that type: `typedef SkipList<Key> Table`."""
        file = self._files[path]
        symbol = file.facts.symbols[index]
        bindings = (
            file.bindings.get((symbol.parent, symbol.name), []) if symbol.kind == "type" else []
        )
        if not bindings or bindings[0].how != "alias" or not file.rules.includes:
            return None
        named = self._chain(path, symbol.parent, shape(bindings[0].type).name, ANYWHERE, 1)
        return named if named and named.what == "symbol" else None
