"""The facts of a file arranged as a `Namespace`, one function for each table."""

from __future__ import annotations

from collections import defaultdict

from ..facts import ACCESSORS, external_name
from ..kinds import TYPES, VARIABLES
from ..languages import Family, family_rules
from ..modules import package_of
from ..records import Binding, FileFacts, Import, Reference, base_name
from .namespace import Namespace, Span, position, skip_variables

Children = dict[int, dict[str, int]]
"""Symbol, or -1 → name → the symbol of this name in it."""


def build_namespace(facts: FileFacts) -> Namespace:
    """Return the names of a file in tables."""
    rules = family_rules(facts.language)
    top, children = _definitions(facts, rules)
    bindings = _bindings(facts, rules)
    return Namespace(
        facts,
        rules,
        package=package_of(facts) if rules.package == "declared" else "",
        top=top,
        children=children,
        imports=_imports(facts, rules),
        exports=_exports(facts, rules),
        stars=[spec for spec in facts.imports if spec.name == "*"],
        aliases=_aliases(facts) if rules.includes else {},
        bindings=bindings,
        rebound={name for (_, name), found in bindings.items() if len(found) > 1},
        narrowed=_narrowed(facts),
        bases=_bases(facts),
    )


# -- definitions


def _definitions(facts: FileFacts, rules: Family) -> tuple[dict[str, int], Children]:
    top: dict[str, int] = {}
    children: Children = defaultdict(dict)
    accessors = _accessors(facts)
    for index, symbol in enumerate(facts.symbols):
        is_dotted = "." in symbol.qualname
        names = top if symbol.parent < 0 and not is_dotted else children[symbol.parent]
        if is_dotted and _is_outside(facts, rules, index):
            continue
        earlier = names.get(symbol.name)
        if earlier is None or _replaces(facts, rules, earlier, index, accessors):
            names[symbol.name] = index
        if rules.open_types and symbol.parent >= 0 and _is_open(facts, index):
            top.setdefault(symbol.name, index)
    if facts.language == "kotlin":
        _share_companions(facts, children)
    return top, children


def _accessors(facts: FileFacts) -> set[tuple[int, int]]:
    """Return the (scope, line) of marks of setters and deleters."""
    marks = (r for r in facts.references if r.name in ACCESSORS and r.kind == "call")
    return {(mark.scope, mark.line) for mark in marks}


def _is_outside(facts: FileFacts, rules: Family, index: int) -> bool:
    """Return True if a symbol with a dotted name is a member of another file's type."""
    return facts.symbols[index].parent < 0 or (rules.includes and not _is_child(facts, index))


def _is_child(facts: FileFacts, index: int) -> bool:
    """Return True if a symbol of C or C++ is named in its parent, and is no constructor, named like
    its type.
    """
    if facts.language == "c":
        return True
    symbol = facts.symbols[index]
    parent = external_name(facts, symbol.parent)
    if parent.rpartition(".")[2] == symbol.name:
        return False
    return f"{parent}.{symbol.name}" == base_name(symbol.qualname)


def _replaces(
    facts: FileFacts, rules: Family, earlier: int, later: int, accessors: set[tuple[int, int]]
) -> bool:
    """Return True if the name of two definitions in one scope means the later one."""
    new, old = facts.symbols[later], facts.symbols[earlier]
    if new.kind == "prototype" or (new.parent, new.start_line) in accessors:
        return False
    if rules.package != "declared":  # `Point = wrap(Point)` is still that class
        return new.kind not in VARIABLES or old.kind in VARIABLES
    if old.kind in VARIABLES:
        return new.kind not in VARIABLES  # `f` and `f()`
    is_object, was_object = "object " in new.signature, "object " in old.signature
    return new.kind in TYPES and was_object and not is_object


def _is_open(facts: FileFacts, index: int) -> bool:
    """Return True for a constructor, a field or a method of a Haskell type class: names of the
    module like any other.
    """
    symbol = facts.symbols[index]
    return symbol.kind in VARIABLES or facts.symbols[symbol.parent].kind == "trait"


def _share_companions(facts: FileFacts, children: Children) -> None:
    """Kotlin: name the members of a named companion object in its class, too."""
    for index, symbol in enumerate(facts.symbols):
        if symbol.parent >= 0 and "companion object " in symbol.signature:
            for name, child in children[index].items():
                children[symbol.parent].setdefault(name, child)


def _bases(facts: FileFacts) -> dict[int, list[Reference]]:
    bases: dict[int, list[Reference]] = defaultdict(list)
    for reference in facts.references:
        if reference.kind == "inherit" and reference.scope >= 0:
            bases[reference.scope].append(reference)
    return bases


# -- imports


def _imports(facts: FileFacts, rules: Family) -> dict[tuple[int, str], Import]:
    if rules.includes:
        return {}
    imports: dict[tuple[int, str], Import] = {}
    for spec in facts.imports:
        if spec.name == "*" or _is_export(spec, rules):
            continue
        if name := spec.alias or spec.name or _name_of_module(spec.module, rules):
            imports[spec.scope, name] = spec
    return imports


def _exports(facts: FileFacts, rules: Family) -> dict[str, Import]:
    exports = (spec for spec in facts.imports if _is_export(spec, rules))
    return {spec.alias: spec for spec in exports if spec.alias != spec.name and spec.name != "*"}


def _is_export(spec: Import, rules: Family) -> bool:
    """Return True for `export { a as b }`, an import from the file itself."""
    return rules.objects and not spec.module


def _aliases(facts: FileFacts) -> dict[str, str]:
    aliases: dict[str, str] = {}
    for spec in facts.imports:
        if spec.name != "*" and (spec.name or spec.alias):
            name = f"{spec.module}.{spec.name}".replace("::", ".").strip(".")
            aliases[spec.alias or spec.name] = name
    return aliases


def _name_of_module(module: str, rules: Family) -> str:
    """Return the local name of a whole module without an alias."""
    if rules.bound == "first":
        return module.partition(rules.joint)[0]
    if rules.bound != "last":
        return ""
    rest, _, last = module.rpartition(rules.joint)
    if rules.joint != "/":
        return last
    if rest and last[:1] == "v" and last[1:].isdigit():  # Go: `example.com/yaml/v3` is `yaml`
        return rest.rpartition("/")[2]
    return last.rpartition(".")[0] or last  # `yaml.v3`, too


# -- bindings


def _bindings(facts: FileFacts, rules: Family) -> dict[tuple[int, str], list[Binding]]:
    bindings: dict[tuple[int, str], list[Binding]] = {}
    for binding in facts.bindings:
        if binding.how in ("package", "within"):
            continue
        key = _binding_key(facts, rules, binding)
        if key is None:
            continue
        known = bindings.setdefault(key, [])
        if not known or (known[-1].type, known[-1].how) != (binding.type, binding.how):
            known.append(binding)
    for known in bindings.values():
        if len(known) > 1:
            known.sort(key=position)
    return bindings


def _binding_key(facts: FileFacts, rules: Family, binding: Binding) -> tuple[int, str] | None:
    """Return (scope, name), for an attribute of `self` the class and `.name`; None for an attribute
    of another object.
    """
    scope = skip_variables(facts.symbols, binding.scope)
    root, dot, attribute = binding.name.partition(".")
    if not dot:
        return scope, binding.name
    if root not in rules.selves or "." in attribute or "[" in attribute:
        return None
    while scope >= 0 and facts.symbols[scope].kind not in TYPES:
        scope = facts.symbols[scope].parent
    return (scope, f".{attribute}") if scope >= 0 else None


def _narrowed(facts: FileFacts) -> dict[tuple[int, str], list[Span]]:
    narrowed: dict[tuple[int, str], list[Span]] = {}
    for binding in facts.bindings:
        if binding.how == "within":
            key = skip_variables(facts.symbols, binding.scope), binding.name
            span = (binding.line, binding.until, binding.type)
            narrowed.setdefault(key, []).append(span)
    if narrowed:
        _end_at_assignments(facts, narrowed)
    return narrowed


def _end_at_assignments(facts: FileFacts, narrowed: dict[tuple[int, str], list[Span]]) -> None:
    """End the span of a condition at the next binding of its name."""
    for binding in facts.bindings:
        key = (binding.scope, binding.name)
        if binding.how != "within" and key in narrowed:
            line = binding.line
            narrowed[key] = [
                (first, line if first < line < last else last, kind)
                for first, last, kind in narrowed[key]
            ]
