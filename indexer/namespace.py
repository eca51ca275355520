"""Facts arranged for looking things up by name: one namespace a file, and the names that a whole program shares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .modules import family_of
from .outline import CONTAINERS
from .records import Binding, FileFacts, Import, Reference

VARIABLES = frozenset({"variable", "constant"})
IMPLICIT_THIS = frozenset({"java", "cpp", "c"})  # languages whose methods see members without a receiver
SELVES = frozenset({"self", "cls", "this", "Self"})


@dataclass(frozen=True, slots=True)
class Entity:
    """What an expression stands for."""

    what: str  # symbol | module | instance (of the class `index`) | super (members of the bases of the class `index`)
    path: str
    index: int  # of the symbol in its file; -1 for a module
    rule: str

    def by(self, rule: str) -> Entity:
        """The same, reached by `rule`."""
        return self if rule == self.rule else Entity(self.what, self.path, self.index, rule)


@dataclass(slots=True)
class Namespace:
    """A file's facts, arranged for looking things up by name."""

    facts: FileFacts
    top: dict[str, int] = field(default_factory=dict)
    children: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    imports: dict[tuple[int, str], Import] = field(default_factory=dict)
    stars: list[Import] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)  # C: as written
    bindings: dict[tuple[int, str], Binding] = field(default_factory=dict)
    bases: dict[int, list[Reference]] = field(default_factory=lambda: defaultdict(list))
    memo: dict[tuple[int, str], Entity | None] = field(default_factory=dict)

    def scopes(self, scope: int) -> Iterator[int]:
        """`scope` and the symbols around it, from the inside out."""
        while scope >= 0:
            yield scope
            scope = self.facts.symbols[scope].parent

    def sees_members(self, scope: int) -> bool:
        """Whether `scope` is a type whose members its methods name without a receiver."""
        return scope >= 0 and self.facts.language in IMPLICIT_THIS and self.facts.symbols[scope].kind in CONTAINERS

    def distinct_references(self) -> Iterable[Reference]:
        """The first of the references that say the same in the same scope: they have the same answer."""
        first: dict[tuple[int, str, str, str], Reference] = {}
        for reference in self.facts.references:
            first.setdefault((reference.scope, reference.kind, reference.receiver, reference.name), reference)
        return first.values()


def arrange(facts: FileFacts) -> Namespace:
    file = Namespace(facts)
    for index, symbol in enumerate(facts.symbols):
        names = file.top if symbol.parent < 0 and "." not in symbol.qualname else file.children[symbol.parent]
        if symbol.parent < 0 and "." in symbol.qualname:
            continue  # a member of what another file defines
        if symbol.kind != "prototype" or symbol.name not in names:
            names[symbol.name] = index
    for spec in facts.imports:
        if spec.name == "*":
            file.stars.append(spec)
        elif family_of(facts.language) == "c":
            file.includes.append(spec.module)
        elif name := spec.alias or spec.name or _bound_name(spec.module, facts.language):
            file.imports[spec.scope, name] = spec
    for reference in facts.references:
        if reference.kind == "inherit" and reference.scope >= 0:
            file.bases[reference.scope].append(reference)
    for binding in facts.bindings:
        _arrange_binding(file, binding)
    return file


def _arrange_binding(file: Namespace, binding: Binding) -> None:
    root, dot, attribute = binding.name.partition(".")
    scope = binding.scope
    while scope >= 0 and file.facts.symbols[scope].kind in VARIABLES:
        scope = file.facts.symbols[scope].parent
    if not dot:
        known = file.bindings.setdefault((scope, binding.name), binding)
        if known.how != "annotation" and binding.how == "annotation":
            file.bindings[scope, binding.name] = binding
    elif root in SELVES and "." not in attribute:
        while scope >= 0 and file.facts.symbols[scope].kind not in CONTAINERS:
            scope = file.facts.symbols[scope].parent
        if scope >= 0:
            file.bindings.setdefault((scope, f".{attribute}"), binding)


def _bound_name(module: str, language: str) -> str:
    """The local name of a whole module that is imported without an alias."""
    match language:
        case "python":
            return module.partition(".")[0]
        case "go":
            parts = module.split("/")
            versioned = len(parts) > 1 and parts[-1][:1] == "v" and parts[-1][1:].isdigit()
            return parts[-2] if versioned else parts[-1].rpartition(".")[0] or parts[-1]
        case "java":
            return module.rpartition(".")[2]
        case "rust":
            return module.rpartition("::")[2]
    return ""


_GENERICS = (
    "Optional",
    "Type",
    "type",
    "Final",
    "ClassVar",
    "Annotated",
    "Awaitable",
    "Promise",
    "Option",
    "Box",
    "Arc",
    "Rc",
)
_WRAPPERS = tuple(name + bracket for name in _GENERICS for bracket in "[<")


def outer_type(written: str) -> str:
    """The class that an annotation names: `Optional["a.B[int]"] | None` → `a.B`; "" where it is not one class."""
    written = written.strip("\"'").replace("const ", "").strip("&*?: ")
    for wrapper in _WRAPPERS:
        if written.startswith(wrapper):
            return outer_type(written[len(wrapper) : -1].split(",")[0])
    alternatives = [part for part in written.split("|") if part not in ("None", "null", "undefined")]
    if len(alternatives) != 1:
        return ""
    return alternatives[0].strip("\"'&*").replace("::", ".").split("[")[0].split("<")[0]


Names = dict[tuple[str, str], list[Entity]]
"""(family, name) → definitions."""


def program_names(files: Mapping[str, FileFacts]) -> tuple[Names, Names]:
    """The definitions that are visible program-wide, and the methods."""
    visible: Names = defaultdict(list)
    methods: Names = defaultdict(list)
    for path, facts in files.items():
        family = family_of(facts.language)
        for index, symbol in enumerate(facts.symbols):
            if symbol.kind == "method":
                methods[family, symbol.name].append(Entity("symbol", path, index, "unique"))
            elif family == "c" and symbol.kind != "prototype" and _is_global(path, symbol.signature):
                visible[family, symbol.name].append(Entity("symbol", path, index, "global"))
    return visible, methods


def _is_global(path: str, signature: str) -> bool:
    return path.endswith((".h", ".hh", ".hpp", ".hxx")) or not signature.startswith("static ")
