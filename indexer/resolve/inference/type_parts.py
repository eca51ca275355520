"""Types in several places: partial and reopened classes, companion objects, extensions."""

from __future__ import annotations

import re

from ...modules import nearness
from ...records import base_name
from ..value import Value
from .packages import PackageIndex

_OBJECT = re.compile(r"\bobject\s")
_PROPERTY = re.compile(r"(?:^|\s)va[lr]\s")


class TypeParts:
    """Finds the places of a type in the languages that declare packages."""

    def __init__(self, index: PackageIndex) -> None:
        self._index = index

    def find_companions(self, path: str, index: int) -> list[Value]:
        """Return the Scala object of a class's name; for an object the class."""
        return self._index.other_parts(path, index)

    def find_parts(self, path: str, index: int) -> list[Value]:
        """Return the other parts of a type: of a C# partial class, of a reopened Ruby class."""
        is_scala = self._index.files[path].facts.language == "scala"
        return [] if is_scala else self._index.other_parts(path, index)

    def in_search_order(self, path: str, bases: list[Value]) -> list[Value]:
        """Return the bases of a type in `path` in search order: interfaces last."""
        file = self._index.files[path]
        if file.rules.package != "declared":
            return bases
        ranks = {"interface": 2, "trait": 0 if file.facts.language == "php" else 1}
        bases = bases[::-1] if file.facts.language == "scala" else bases
        return sorted(bases, key=lambda base: ranks.get(self._index.kind_of(base), 1))

    def find_own_extension(self, owner: Value, name: str) -> Value | None:
        """Return a member from an extension with the rank of the type's own members (Swift)."""
        return self._extension(owner, name) if self._family(owner) == "swift" else None

    def find_extension(self, owner: Value, name: str) -> Value | None:
        """Return the member `name` added to the type `owner` in another place."""
        if self._index.files[owner.path].rules.nested:
            return self._find_nested(owner, name)
        return self._extension(owner, name)

    def is_property(self, target: Value) -> bool:
        """Return True for a property with code: its callers read it."""
        symbol = self._index.files[target.path].facts.symbols[target.index]
        if symbol.kind != "method":
            return False
        return _PROPERTY.search(symbol.signature.partition("(")[0]) is not None

    def applied(self, target: Value) -> Value:
        """Return the callee of a call: for a Scala object without a class its `apply`."""
        file = self._index.files[target.path]
        if file.facts.language != "scala":
            return target
        is_object = _OBJECT.search(file.facts.symbols[target.index].signature)
        if not is_object or self._index.other_parts(target.path, target.index):
            return target
        index = file.children[target.index].get("apply")
        return target if index is None else Value("symbol", target.path, index, target.rule)

    def _family(self, value: Value) -> str:
        return self._index.files[value.path].rules.name

    def _extension(self, owner: Value, name: str) -> Value | None:
        extensions = self._index.extensions.get((self._family(owner), name))
        if not extensions:
            return None
        type_name = self._index.files[owner.path].facts.symbols[owner.index].name
        members = [member for extended, member in extensions if extended == type_name]
        return min(members, key=lambda v: nearness(owner.path, v.path)) if members else None

    def _find_nested(self, owner: Value, name: str) -> Value | None:
        """Return a module's member from another file; for `new` the class."""
        file = self._index.files[owner.path]
        symbol = file.facts.symbols[owner.index]
        if name == "new" and symbol.kind == "class":
            return Value("symbol", owner.path, owner.index, "member")
        package = f"{file.rules.name}:{base_name(symbol.qualname)}"
        definitions = self._index.members.get(package, {}).get(name)
        return self._index.main_part(definitions).with_rule("import") if definitions else None
