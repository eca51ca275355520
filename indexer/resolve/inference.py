"""What dotted names stand for: a small abstract interpreter over chains such as `self.client.get()[*].name`.

`self` is an instance of the class around, `.client` what that class's bindings say, `.get` a member of its type or of its
bases, `()` what that member gives back. What cannot be followed is no entity: nothing is guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from ..kinds import CALLABLES, TYPES, VARIABLES
from ..records import Binding
from .class_members import Classes
from .entity import MAX_UNION, Entity, union_of
from .namespace import ANYWHERE, position, root_of
from .scopes import DEPTH, Scopes
from .tracked_files import TrackedFiles
from .type_expressions import NOTHING, Shape, element, item, method, result, shape

if TYPE_CHECKING:
    from ..facts.protocol import Facts

_PART = re.compile(r"\(\)|\[[^\]]*\]|[^.()\[\]]+")
_STEP = re.compile(r"[(\[]")
_CLASS_NAMES = frozenset({"cls", "Self", "@This"})


@lru_cache(maxsize=1 << 15)
def steps(written: str) -> tuple[str, ...]:
    """A chain as its steps: `a.b()[*]` → `a`, `b`, `()`, `[*]`."""
    return tuple(_PART.findall(written))


def _undeclared(binding: Binding) -> bool:
    return binding.how != "annotation"


def _in_reach(bindings: list[Binding], at: int) -> list[Binding]:
    """The bindings before the place `at`, those last that count there: of `if a: x = A() … else: x = B()` the first is
    what compilers name after it, so that a binding in a branch that has ended comes before all others."""
    before = bindings[: bisect_left(bindings, at, key=position)]
    return (
        sorted(before, key=lambda b: not b.until or b.until >= at // 2)
        if any(b.until for b in before)
        else before
    )


def _asked_of(found: Entity, asked: Entity) -> Entity:
    """What a method gives, where its `self` is the object or the class `asked`."""
    if found.own:
        return found._replace(path=asked.path, index=asked.index, own=asked.own)
    if not any(part.own for part in found.parts):
        return found
    parts = tuple(_asked_of(part, asked) for part in found.parts)
    return union_of(parts) or found if found.what == "union" else found._replace(parts=parts)


class Receivers:
    """What the chains in the files of a view stand for."""

    def __init__(self, facts: Facts, files: TrackedFiles) -> None:
        self._files = files
        self.scopes = Scopes(facts, files, self.member, self.extended)
        self.classes = Classes(files, self.scopes, self.chain)
        self._results: dict[tuple[str, int], Entity | None] = {}
        self._memo: dict[tuple[str, int, str, int, int, str], Entity | None] = {}

    def forget(self) -> None:
        """Forget what was worked out for one file: of a cycle it knows only as much as the file saw that came first."""
        self.scopes.forget()
        self.classes.forget()
        self._results.clear()
        self._memo.clear()

    # -- chains

    def chain(
        self, path: str, scope: int, written: str, at: int = ANYWHERE, depth: int = 0
    ) -> Entity | None:
        """What `a.b().c` stands for in `scope` at the place `at`; memoised, since receivers repeat."""
        file = self._files[path]
        version = file.binding_version(scope, root_of(written), at) if file.rebound else 0
        known, kind = file.narrowing(scope, written, at) if file.narrowed else (0, "")
        key = (path, scope, written, version, known, kind)
        if key not in self._memo:
            self._memo[key] = None  # what asks for itself has no answer
            parts = steps(written)
            start = self.root(path, scope, parts[0], at, depth) if parts else None
            if known:
                start = self._narrowed(
                    path, scope, self._follow(start, parts[1:known], depth), kind, depth
                )
            self._memo[key] = self._follow(start, parts[known or 1 :], depth)
        return self._memo[key]

    def _narrowed(
        self, path: str, scope: int, entity: Entity | None, kind: str, depth: int
    ) -> Entity | None:
        """A value of which a condition says the type: that, unless what is known of it says more, or the type is none of ours."""
        said = self._typed(path, scope, shape(kind), depth + 1)
        if said is None or entity is None:
            return said or entity
        types = {part[1:3] for part in (said.parts or (said,))}
        parts = [part for part in (entity.parts or (entity,)) if part.what == "instance"]
        return (
            union_of(
                p
                for p in parts
                if any(base[1:3] in types for base in self.classes.lineage(p.path, p.index))
            )
            or said
        )

    def _follow(self, entity: Entity | None, parts: tuple[str, ...], depth: int) -> Entity | None:
        for part in parts:
            if entity is None or depth > DEPTH:
                return None
            if part == "()":
                entity = self.called(entity, depth + 1)
            elif part[0] == "[":
                entity = self._taken(entity, part[1:-1], depth + 1)
            else:
                entity = self.attribute(entity, part, depth + 1)
        return entity

    def root(self, path: str, scope: int, name: str, at: int, depth: int) -> Entity | None:
        """What the first name of a chain stands for: the object around, what a binding says, or a definition."""
        file = self._files[path]
        if file.rules.objects and name in ("this", "super"):
            return self._object(path, scope, name)
        if file.is_self(name) and not file.hides_self(scope, name):
            inside = next(
                (s for s in file.scopes(scope) if file.facts.symbols[s].kind in TYPES), None
            )
            around_it = self.scopes.types_around(path, scope)
            owner = (
                Entity("symbol", path, inside, "member")
                if inside is not None
                else next(around_it, None)
            )
            if owner is not None:
                what = (
                    "super"
                    if name in file.rules.supers
                    else "symbol"
                    if name in _CLASS_NAMES
                    else "instance"
                )
                return Entity(what, owner.path, owner.index, "member", own=True)
            if file.rules.file_types:
                return Entity("module", path, -1, "member")
        for around in file.scopes(scope):
            if around != scope and file.hides_names(around):
                continue
            if (around, name) in file.bindings and not file.defines(around, name):
                if found := self._bound_name(
                    path, around, name, at if around == scope else ANYWHERE, depth + 1
                ):
                    return found
                if file.facts.symbols[around].kind in CALLABLES:
                    return None  # it hides what is outside
            if file.sees_members(around):
                holder = Entity("instance", path, around, "member")
                if field := self.attribute(holder, name, depth + 1):
                    return field
            if (around, name) in file.imports or (
                around in file.children and name in file.children[around]
            ):
                break
        for holder in self.scopes.types_around(path, scope):
            if field := self.attribute(holder, name, depth + 1):
                return field
        is_bound = (
            (-1, name) in file.bindings
            and not file.defines(-1, name)
            and not file.is_imported_last(name)
        )
        if is_bound and (
            found := self._bound_name(path, -1, name, at if scope < 0 else ANYWHERE, depth + 1)
        ):
            return found
        found = self.scopes.name(path, scope, name, depth)
        return found or (
            self.scopes.declared.root(path, name) if file.rules.package == "declared" else None
        )

    def _object(self, path: str, scope: int, name: str) -> Entity | None:
        """What `this` or `super` is in a language whose objects are written out."""
        around = self._files[path].enclosing_object(scope)
        if around is None:
            return None
        if around < 0:
            return Entity("module", path, -1, "member")
        return Entity("super" if name == "super" else "instance", path, around, "member", own=True)

    def extended(self, path: str, scope: int) -> Entity | None:
        """The type to which the outermost definition around `scope` belongs, where another place defines it."""
        file = self._files[path]
        outermost = list(file.scopes(scope))[-1:]
        owner = file.facts.symbols[outermost[0]].qualname.rpartition(".")[0] if outermost else ""
        found = self.chain(path, -1, owner, ANYWHERE, 1) if owner else None
        return found._replace(rule="member") if found and found.what == "symbol" else None

    # -- bindings

    def _bound_name(self, path: str, scope: int, name: str, at: int, depth: int) -> Entity | None:
        """What the bindings of a name say: the last one before `at`; where that says nothing, or anywhere, any."""
        bindings = self._files[path].bindings[scope, name]
        if len(bindings) == 1:
            return self._bound(path, scope, bindings[0], depth)
        if at == ANYWHERE:
            return self._any_bound(path, scope, bindings, depth)
        before = _in_reach(bindings, at)
        last = len(before)
        while last:
            first = last - 1
            while first and before[first - 1].line == before[first].line:
                first -= 1
            if found := union_of(self._bound(path, scope, b, depth) for b in before[first:last]):
                ended = [b for b in before[:first] if b.until and b.line > before[first].line][
                    -MAX_UNION:
                ]
                return (
                    union_of((found, *(self._bound(path, scope, b, depth) for b in ended)))
                    if ended
                    else found
                )
            last = first
        return self._any_bound(path, scope, bindings, depth)

    def _any_bound(
        self, path: str, scope: int, bindings: list[Binding], depth: int
    ) -> Entity | None:
        for binding in sorted(bindings, key=_undeclared) if len(bindings) > 1 else bindings:
            if found := self._bound(path, scope, binding, depth):
                return found
        return None

    def _bound(self, path: str, scope: int, binding: Binding, depth: int) -> Entity | None:
        """What a binding says that its name holds."""
        if depth > DEPTH or (binding.how == "alias" and binding.type == binding.name):
            return None
        if binding.how == "annotation":
            return self._typed(path, scope, shape(binding.type), depth + 1)
        if binding.how == "type" or not binding.type:
            return None
        entity = self.chain(path, scope, binding.type, 2 * binding.line, depth + 1)
        if entity is None:
            return None
        if binding.how == "call":
            return self.called(entity, depth + 1)
        return entity.by("typed")

    def is_external(self, path: str, scope: int, written: str) -> bool:
        """Whether the receiver's type is said, and none of the repository's."""
        file, parts = self._files[path], steps(written)
        root = parts[1] if parts[0] in file.rules.selves and len(parts) > 1 else parts[0]
        for around in (*file.scopes(scope), -1):
            bindings = file.bindings.get((around, root)) or file.bindings.get((around, f".{root}"))
            if bindings:
                return (
                    bindings[0].how == "annotation"
                    and self._bound(path, around, bindings[0], 0) is None
                )
        return False

    def value(self, entity: Entity, depth: int = 0) -> Entity:
        """For a variable or a property what it holds, where that is known; anything else as it is."""
        if entity.what != "symbol" or depth > DEPTH:
            return entity
        symbol = self._files[entity.path].facts.symbols[entity.index]
        file = self._files[entity.path]
        callable_ = symbol.kind == "method" or (
            symbol.kind in CALLABLES and file.rules.name == "jvm"
        )
        if (symbol.kind in VARIABLES or callable_) and (
            symbol.parent,
            symbol.name,
        ) in file.bindings:
            return (
                self._bound_name(entity.path, symbol.parent, symbol.name, ANYWHERE, depth + 1)
                or entity
            )
        return (self.called(entity, depth + 1) if callable_ else None) or entity

    # -- other names for functions: followed through assignments of names alone, since what a call gives is seldom its own

    def callee(self, path: str, scope: int, name: str, at: int) -> Entity | None:
        """What calling a bare name calls."""
        file = self._files[path]
        for around in file.scopes(scope):
            hidden = around != scope and file.hides_names(around)
            if (around, name) in file.bindings and not hidden and not file.defines(around, name):
                return self._renamed(
                    path, around, file.bindings[around, name], at if around == scope else ANYWHERE
                )
            if (around, name) in file.imports or (
                around in file.children and name in file.children[around]
            ):
                break
        at_top = (
            scope < 0
            and name in file.rebound
            and not file.defines(-1, name)
            and not file.is_imported_last(name)
        )
        renamed = self._renamed(path, -1, file.bindings.get((-1, name), []), at) if at_top else None
        return renamed or self.scopes.name(path, scope, name, 0)

    def held_function(self, entity: Entity, name: str) -> Entity | None:
        """The function that was put into an attribute; None where several were, or where callers may put another."""
        for owner in (
            self.classes.lineage(entity.path, entity.index)
            if entity.what in ("instance", "symbol")
            else ()
        ):
            file = self._files[owner.path]
            keys = (owner.index, name), (owner.index, f".{name}")
            bindings = [b for key in keys for b in file.bindings.get(key, ())]
            if any(file.is_parameter(b.scope, b.type) for b in bindings):
                return None
            values = [self._renamed(owner.path, owner.index, [b], ANYWHERE) for b in bindings]
            held = {value[:3]: value for value in values if value is not None}
            if held:
                found = next(iter(held.values()))
                kind = self._files[found.path].facts.symbols[found.index].kind
                return found if len(held) == 1 and kind in CALLABLES else None
        return None

    def alias(self, entity: Entity, depth: int = 0) -> Entity | None:
        """For a variable the function or type that it is another name for; anything else as it is."""
        file = self._files[entity.path]
        symbol = file.facts.symbols[entity.index]
        if symbol.kind not in VARIABLES:
            return entity
        return self._renamed(
            entity.path,
            symbol.parent,
            file.bindings.get((symbol.parent, symbol.name), []),
            ANYWHERE,
            depth,
        )

    def _renamed(
        self, path: str, scope: int, bindings: list[Binding], at: int, depth: int = 0
    ) -> Entity | None:
        before = _in_reach(bindings, at) or bindings
        names = [b for b in before if b.how == "alias" and not _STEP.search(b.type)]
        if not names or depth > DEPTH:
            return None
        found = self._bound(path, names[-1].scope, names[-1], depth + 1)
        if found is None or found.what != "symbol" or found.own:
            return None
        return self.alias(found, depth + 1)

    # -- types

    def _typed(self, path: str, scope: int, found: Shape, depth: int) -> Entity | None:
        """A value of an annotated type."""
        if not found.name or depth > DEPTH:
            return None
        if found.name == "|":
            return union_of(self._typed(path, scope, part, depth + 1) for part in found.args)
        last = found.name.rpartition(".")[2]
        if last in ("type", "Type") and found.args:
            return self._each(self._typed(path, scope, found.args[0], depth + 1), self._class_of)
        entity = self.chain(path, scope, found.name, ANYWHERE, depth + 1)
        if entity is None:
            return Entity("typed", path, scope, "typed", found) if found.args else None
        if self._files[path].rules.file_types and self.value(entity, depth + 1).what == "module":
            return self.value(entity, depth + 1)
        if entity.what == "instance" and last in self._files[path].rules.selves:
            return entity  # PHP: `static`
        return self._instance(entity, depth) if entity.what == "symbol" else None

    def _instance(self, entity: Entity, depth: int) -> Entity | None:
        """A value of the type that a symbol names: of the class, or of what an alias or a type variable stands for."""
        file = self._files[entity.path]
        symbol = file.facts.symbols[entity.index]
        if symbol.kind in TYPES:
            return Entity("instance", entity.path, entity.index, "typed", own=entity.own)
        for binding in file.bindings.get((symbol.parent, symbol.name), ()):
            if binding.how == "type":
                return self._typed(entity.path, symbol.parent, shape(binding.type), depth + 1)
            alias = (
                self._bound(entity.path, symbol.parent, binding, depth + 1)
                if binding.how == "alias"
                else None
            )
            if alias is not None and alias.what == "symbol" and alias != entity:
                return self._instance(alias, depth + 1)
        return None

    def _class_of(self, entity: Entity) -> Entity | None:
        if entity.what != "instance":
            return None
        return Entity("symbol", entity.path, entity.index, "typed", own=entity.own)

    def _each(
        self, entity: Entity | None, take: Callable[[Entity], Entity | None]
    ) -> Entity | None:
        if entity is None or entity.what != "union":
            return None if entity is None else take(entity)
        return union_of(take(part) for part in entity.parts)

    # -- steps

    def called(self, entity: Entity, depth: int) -> Entity | None:
        """What calling gives: an instance of a class, or what a function's annotation or its returns say."""
        if depth > DEPTH:
            return None
        match entity.what:
            case "union":
                return union_of(self.called(part, depth + 1) for part in entity.parts)
            case "symbol":
                return self._result(entity, depth)
            case "instance" if self._files[entity.path].rules.name == "php":
                return entity  # `new static`
            case "instance":
                call = self.member(entity, "__call__", depth + 1)
                return self.called(call, depth + 1) if call is not None else None
            case "super":
                return entity
            case "typed":
                return self._typed(entity.path, entity.index, result(entity.shape), depth + 1)
            case "result":
                return self._typed(entity.path, entity.index, entity.shape, depth + 1)
        return None

    def _result(self, entity: Entity, depth: int) -> Entity | None:
        symbol = self._files[entity.path].facts.symbols[entity.index]
        if symbol.kind in TYPES:
            return Entity("instance", entity.path, entity.index, "typed", own=entity.own)
        if symbol.kind in VARIABLES:
            held = self.value(entity, depth + 1)
            return self.called(held, depth + 1) if held != entity else None
        key = (entity.path, entity.index)
        if key not in self._results:
            self._results[key] = None  # what a recursion sees
            self._results[key] = self._returned(entity, depth)
        found = self._results[key]
        return _asked_of(found, entity.of) if found is not None and entity.of is not None else found

    def _returned(self, entity: Entity, depth: int) -> Entity | None:
        """What a function's annotation says that it gives, else what its `return`s and `yield`s do."""
        file, symbol = (
            self._files[entity.path],
            self._files[entity.path].facts.symbols[entity.index],
        )
        returns = file.bindings.get((entity.index, "return"), [])
        for binding in returns:
            if binding.how == "annotation":
                return self._typed(entity.path, symbol.parent, shape(binding.type), depth + 1)
        if yields := file.bindings.get((entity.index, "yield")):
            made = union_of(self._bound(entity.path, entity.index, b, depth + 1) for b in yields)
            return Entity("iterable", entity.path, -1, "typed", parts=(made,)) if made else None
        return union_of(self._bound(entity.path, entity.index, b, depth + 1) for b in returns)

    def _taken(self, entity: Entity, key: str, depth: int) -> Entity | None:
        """A step in brackets: an element, what entering gives, a list of it, pairs with numbers, an item."""
        if key == "=":
            return Entity("iterable", entity.path, -1, entity.rule, parts=(entity,))
        if entity.what == "symbol":
            if (
                key not in ("*", "+")
                and self._files[entity.path].facts.symbols[entity.index].kind in TYPES
            ):
                return entity  # `Box[int]`
            entity = self.value(entity, depth + 1)
        if entity.what == "union":
            return union_of(self._taken(part, key, depth + 1) for part in entity.parts)
        if key == "#":
            inner = self._taken(entity, "*", depth + 1)
            return Entity("numbered", entity.path, -1, "typed", parts=(inner,)) if inner else None
        match entity.what:
            case "iterable":
                return union_of(entity.parts)
            case "numbered":
                return entity if key != "1" else union_of(entity.parts)
            case "typed":
                inside = item(entity.shape, key) if key not in ("*", "+") else element(entity.shape)
                return self._typed(entity.path, entity.index, inside, depth + 1)
            case "instance":
                return self._taken_by_method(entity, key, depth + 1)
            case "symbol" if (
                key == "*" and self._files[entity.path].facts.symbols[entity.index].kind in TYPES
            ):
                return Entity(
                    "instance", entity.path, entity.index, "typed"
                )  # the members of an enumeration
        return None

    def _taken_by_method(self, entity: Entity, key: str, depth: int) -> Entity | None:
        """By the methods that the language calls: `__enter__`, `__iter__`, `__getitem__`."""
        names = {"+": ("__enter__", "__aenter__"), "*": ("__iter__", "__aiter__")}.get(
            key, ("__getitem__",)
        )
        for name in names:
            if asked := self.member(entity, name, depth + 1):
                given = self.called(asked, depth + 1)
                if key != "*" or given is None:
                    return given
                if given.what == "instance":
                    step = self.member(given, "__next__", depth + 1) or self.member(
                        given, "__anext__", depth + 1
                    )
                    return self.called(step, depth + 1) if step else None
                return self._taken(given, key, depth + 1)
        return entity if key == "+" else None

    # -- members

    def attribute(self, entity: Entity, name: str, depth: int) -> Entity | None:
        """What `entity.name` stands for, when more follows: a member, or what an attribute holds."""
        if depth > DEPTH:
            return None
        entity = self.value(entity, depth)
        match entity.what:
            case "union":
                return union_of(self.attribute(part, name, depth + 1) for part in entity.parts)
            case "typed":
                inside = method(entity.shape, name)
                return (
                    Entity("result", entity.path, entity.index, "typed", inside)
                    if inside != NOTHING
                    else None
                )
            case "iterable" if name in ("copy", "values"):
                return entity
        if name == "__class__":
            return self._class_of(entity) or (entity if entity.what == "symbol" else None)
        if found := self.member(entity, name, depth + 1):
            return found
        return self._held(entity, name, depth)

    def _held(self, entity: Entity, name: str, depth: int) -> Entity | None:
        """What the bindings of a class and its bases say of an attribute."""
        if entity.what not in ("instance", "symbol"):
            return None
        for owner in self.classes.lineage(entity.path, entity.index):
            file = self._files[owner.path]
            kinds = (file.bindings.get((owner.index, key), ()) for key in (name, f".{name}"))
            for binding in chain.from_iterable(sorted(some, key=_undeclared) for some in kinds):
                if found := self._bound(owner.path, binding.scope, binding, depth + 1):
                    return found
        return None

    def member(self, entity: Entity, name: str, depth: int) -> Entity | None:
        """The symbol that `entity.name` names."""
        entity = self.value(entity, depth)
        match entity.what:
            case "union":
                return union_of(self.member(part, name, depth + 1) for part in entity.parts)
            case "module":
                return self.scopes.module_member(entity, name, depth)
            case "package":
                return self.scopes.declared.member(entity, name)
            case "instance" | "symbol" | "super":
                return self.classes.member(entity, name)
        return None
