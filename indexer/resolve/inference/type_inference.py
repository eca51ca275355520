"""Type inference: the values of chains such as `self.client.get()[*].name`.

`self` is an instance of the class around, `.client` its value by the class's bindings, `.get` a
member of its type or of its bases, `()` the value returned by this member. Nothing is guessed: a
chain with an unknown step has no value.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ...facts import Facts
from ...kinds import CALLABLES, TYPES, VARIABLES
from ...records import Binding
from ..module_cache import ModuleCache
from ..namespace import ANYWHERE, root_of
from ..tracked_files import TrackedFiles
from ..tracked_names import TrackedNames
from ..value import MAX_UNION, Value, union_of
from .bindings import annotations_first, bindings_before, by_line_from_last
from .c_names import ExternalNames
from .class_members import ClassMembers
from .exports import Exports
from .operations import Operations, class_of
from .package_names import PackageNames
from .packages import PackageIndex
from .recursion import Recursion
from .root_lookup import RootLookup
from .scopes import Scopes
from .type_expressions import TypeExpression, parse_type
from .type_parts import TypeParts

_STEP = re.compile(r"\(\)|\[[^\]]*\]|[^.()\[\]]+")


@lru_cache(maxsize=1 << 15)
def split_chain(chain: str) -> tuple[str, ...]:
    """Return the steps of a chain: `a.b()[*]` → `a`, `b`, `()`, `[*]`."""
    return tuple(_STEP.findall(chain))


class TypeInference:
    """The recursive evaluator of a view's files; it owns the recursion guard and the parts.

    Its parts ask back through the protocol `Evaluator`.
    """

    def __init__(self, facts: Facts, files: TrackedFiles) -> None:
        self.recursion = Recursion()
        self.files, self.names, self.modules = files, TrackedNames(facts), ModuleCache(facts)
        self.package_index = PackageIndex(files.untracked, facts.languages)
        self.type_parts = TypeParts(self.package_index)
        self.packages = PackageNames(self, self.package_index)
        self.external = ExternalNames(files, self.names, self.modules)
        self.exports = Exports(
            self, facts, files, self.modules, self.names, self.external, self.packages
        )
        self.scopes = Scopes(
            self, files, self.modules, self.names, self.external, self.packages, self.exports
        )
        self.classes = ClassMembers(self, files, self.external, self.type_parts)
        self.operations = Operations(self, files, self.classes)
        self._roots = RootLookup(self, files, self.scopes, self.packages, self.operations)
        self._values: dict[tuple[str, int, str, int, int, str], Value | None] = {}

    def forget(self) -> None:
        """Forget all answers for one file.

        Within a cycle they depend on the file that asks first.
        """
        self.names.forget()
        self.packages.forget()
        self.external.forget()
        self.exports.forget()
        self.scopes.forget()
        self.classes.forget()
        self.operations.forget()
        self._values.clear()

    # -- chains

    def infer(self, path: str, scope: int, chain: str, at: int = ANYWHERE) -> Value | None:
        """Return the value of `a.b().c` in `scope` at the position `at`.

        Cached, since receivers repeat.
        """
        file = self.files[path]
        version = file.binding_version(scope, root_of(chain), at) if file.rebound else 0
        narrowed, type_name = file.narrowing(scope, chain, at) if file.narrowed else (0, "")
        key = (path, scope, chain, version, narrowed, type_name)
        if key in self._values:
            return self._values[key]
        self._values[key] = None  # the answer within a cycle
        with self.recursion:
            steps = split_chain(chain)
            value = self._roots.find(path, scope, steps[0], at) if steps else None
            if narrowed:
                value = self._follow(value, steps[1:narrowed])
                value = self._narrow(path, scope, value, type_name)
            value = self._values[key] = self._follow(value, steps[narrowed or 1 :])
        return value

    def lookup_root(self, path: str, scope: int, name: str) -> Value | None:
        """Return the value of the first name of a chain in `scope`."""
        with self.recursion:
            return self._roots.find(path, scope, name, ANYWHERE)

    def _follow(self, value: Value | None, steps: tuple[str, ...]) -> Value | None:
        for step in steps:
            if value is None or self.recursion.is_exceeded:
                return None
            if step == "()":
                value = self.operations.call(value)
            elif step[0] == "[":
                value = self.operations.item(value, step[1:-1])
            else:
                value = self.operations.attribute(value, step)
        return value

    def _narrow(self, path: str, scope: int, value: Value | None, type_name: str) -> Value | None:
        """Return a value narrowed by a condition.

        The value stays as it is if it says more, or if the type is not the repository's.
        """
        narrowed = self.infer_type(path, scope, parse_type(type_name))
        if narrowed is None or value is None:
            return narrowed or value
        types = {option[1:3] for option in (narrowed.alternatives or (narrowed,))}
        subtypes = (
            option
            for option in (value.alternatives or (value,))
            if option.kind == "instance"
            and any(base[1:3] in types for base in self.classes.mro(option.path, option.index))
        )
        return union_of(subtypes) or narrowed

    # -- bindings

    def infer_name(self, path: str, scope: int, name: str, at: int) -> Value | None:
        """Return the last known value bound before `at`, else that of any binding."""
        bindings = self.files[path].bindings[scope, name]
        if len(bindings) == 1:
            return self.infer_binding(path, scope, bindings[0])
        before = bindings_before(bindings, at) if at != ANYWHERE else []
        for first, end in by_line_from_last(before):
            value = union_of(self.infer_binding(path, scope, b) for b in before[first:end])
            if value is not None:
                line = before[first].line
                ended = [b for b in before[:first] if b.until and b.line > line][-MAX_UNION:]
                others = [self.infer_binding(path, scope, b) for b in ended]
                return union_of((value, *others)) if others else value
        values = (self.infer_binding(path, scope, b) for b in annotations_first(bindings))
        return next(filter(None, values), None)

    def infer_binding(self, path: str, scope: int, binding: Binding) -> Value | None:
        """Return the value of one binding."""
        with self.recursion as is_allowed:
            if not is_allowed or (binding.how == "alias" and binding.type == binding.name):
                return None
            if binding.how == "annotation":
                return self.infer_type(path, scope, parse_type(binding.type))
            if binding.how == "type" or not binding.type:
                return None
            value = self.infer(path, scope, binding.type, 2 * binding.line)
            if value is None:
                return None
            return (
                self.operations.call(value) if binding.how == "call" else value.with_rule("typed")
            )

    def infer_stored(self, value: Value) -> Value:
        """Return the value of a variable or property if it is known, else `value` itself."""
        if value.kind != "symbol" or self.recursion.is_exceeded:
            return value
        file = self.files[value.path]
        symbol = file.facts.symbols[value.index]
        is_property = symbol.kind == "method" or (
            symbol.kind in CALLABLES and file.rules.name == "jvm"
        )
        if not is_property and symbol.kind not in VARIABLES:
            return value
        if (symbol.parent, symbol.name) in file.bindings:
            stored = self.infer_name(value.path, symbol.parent, symbol.name, ANYWHERE)
        else:
            stored = self.operations.call(value) if is_property else None
        return stored or value

    # -- types

    def infer_type(self, path: str, scope: int, expression: TypeExpression) -> Value | None:
        """Return a value of an annotated type; its names are looked up in `scope`."""
        with self.recursion as is_allowed:
            if not expression.name or not is_allowed:
                return None
            if expression.name == "|":
                return union_of(self.infer_type(path, scope, arg) for arg in expression.args)
            if expression.last_name in ("type", "Type") and expression.args:
                instance = self.infer_type(path, scope, expression.args[0])
                return instance and union_of(map(class_of, instance.options()))
            value = self.infer(path, scope, expression.name)
            if value is None:
                is_container = bool(expression.args)
                return Value("typed", path, scope, "typed", expression) if is_container else None
            return self._instance_of_named(path, value, expression)

    def _instance_of_named(
        self, path: str, value: Value, expression: TypeExpression
    ) -> Value | None:
        rules = self.files[path].rules
        if rules.file_types:
            with self.recursion:
                stored = self.infer_stored(value)
            if stored.kind == "module":
                return stored
        if value.kind == "instance" and expression.last_name in rules.selves:
            return value  # PHP: `static`
        return self._instance_of(value) if value.kind == "symbol" else None

    def _instance_of(self, named: Value) -> Value | None:
        """Return a value of a named type: a class, an alias or a type variable."""
        file = self.files[named.path]
        symbol = file.facts.symbols[named.index]
        if symbol.kind in TYPES:
            return Value("instance", named.path, named.index, "typed", is_self=named.is_self)
        for binding in file.bindings.get((symbol.parent, symbol.name), ()):
            if binding.how == "type":
                return self.infer_type(named.path, symbol.parent, parse_type(binding.type))
            if binding.how != "alias":
                continue
            aliased = self.infer_binding(named.path, symbol.parent, binding)
            if aliased is not None and aliased.kind == "symbol" and aliased != named:
                with self.recursion:
                    return self._instance_of(aliased)
        return None

    def has_external_type(self, path: str, scope: int, chain: str) -> bool:
        """Return True if the type of a receiver is declared, and is not the repository's."""
        file, steps = self.files[path], split_chain(chain)
        name = steps[1] if steps[0] in file.rules.selves and len(steps) > 1 else steps[0]
        for around in (*file.scopes(scope), -1):
            bindings = file.bindings.get((around, name)) or file.bindings.get((around, f".{name}"))
            if bindings:
                is_declared = bindings[0].how == "annotation"
                return is_declared and self.infer_binding(path, around, bindings[0]) is None
        return False

    # -- names and members

    def find_name(self, path: str, scope: int, name: str) -> Value | None:
        """Return the definition of a bare name by the language's scoping rules."""
        with self.recursion:
            return self.scopes.lookup(path, scope, name)

    def find_member(self, value: Value, name: str) -> Value | None:
        """Return the symbol of `value.name`."""
        with self.recursion:
            value = self.infer_stored(value)
            match value.kind:
                case "union":
                    return union_of(self.find_member(v, name) for v in value.alternatives)
                case "module":
                    return self.scopes.find_module_member(value, name)
                case "package":
                    return self.packages.find_member(value, name)
                case "instance" | "symbol" | "super":
                    return self.classes.find(value, name)
        return None

    def find_extended_type(self, path: str, scope: int) -> Value | None:
        """Return the type around the outermost definition of `scope`, from another place."""
        file = self.files[path]
        outermost = list(file.scopes(scope))[-1:]
        owner = file.facts.symbols[outermost[0]].qualname.rpartition(".")[0] if outermost else ""
        if not owner:
            return None
        with self.recursion.restarted():
            value = self.infer(path, -1, owner)
        is_symbol = value is not None and value.kind == "symbol"
        return value._replace(rule="member") if value is not None and is_symbol else None
