"""Facts arranged for looking things up by name: one namespace a file, and the names that a whole program shares."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .families import Family, family_of, family_rules
from .modules import package_of
from .outline import CALLABLES, CONTAINERS
from .records import Binding, FileFacts, Import, Reference, Symbol

VARIABLES = frozenset({"variable", "constant"})
OUTLINE = frozenset({"section", "rule"})  # kinds of symbols that no program names


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
    rules: Family
    package: str  # as declared; "" where the folder is the package
    top: dict[str, int] = field(default_factory=dict)
    children: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    imports: dict[tuple[int, str], Import] = field(default_factory=dict)
    handed: dict[str, Import] = field(default_factory=dict)  # names outside for what the file itself defines or imports
    stars: list[Import] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)  # C: as written
    aliases: dict[str, str] = field(default_factory=dict)  # C++: `using net::Client` → its shared name
    bindings: dict[tuple[int, str], Binding] = field(default_factory=dict)
    bases: dict[int, list[Reference]] = field(default_factory=lambda: defaultdict(list))
    _prefixes: dict[int, tuple[str, ...]] = field(default_factory=dict)

    def public(self) -> set[str]:
        """The names that the file defines or imports at its top: all that a star import can bring."""
        return {*self.top, *self.handed, *(name for around, name in self.imports if around < 0)}

    def scopes(self, scope: int) -> Iterator[int]:
        """`scope` and the symbols around it, from the inside out."""
        while scope >= 0:
            yield scope
            scope = self.facts.symbols[scope].parent

    def knows(self, name: str) -> bool:
        """Whether a name is one of `public`."""
        return name in self.top or name in self.handed or (-1, name) in self.imports

    def is_visible(self, index: int) -> bool:
        """Whether a symbol is seen by its name alone where it stands: not the function of an object that is written out."""
        if not self.rules.objects:
            return True
        symbol = self.facts.symbols[index]
        return symbol.kind != "method" and symbol.kind not in OUTLINE

    def object_around(self, scope: int) -> int | None:
        """What `this` is an instance of in `scope`, where objects are written out: a class, the function or variable that
        holds the methods, -1 for the file's own; None where it is not known. Arrow functions have no `this` of their own."""
        symbols = self.facts.symbols
        for around in self.scopes(scope):
            symbol = symbols[around]
            if symbol.kind in CONTAINERS:
                return around
            if symbol.kind not in CALLABLES or symbol.signature.endswith("=>"):
                continue
            if symbol.kind == "method":
                return symbol.parent
            if any(symbols[child].kind == "method" for child in self.children.get(around, {}).values()):
                return around  # a constructor: its prototype's methods are its own
            return None
        return None

    def prefixes(self, scope: int) -> tuple[str, ...]:
        """What may stand before a bare name in `scope` to make it a name of the whole program, the nearest first: the
        names of the types and namespaces around it, those that the file uses, and nothing."""
        if scope not in self._prefixes:
            around = shared_name(self.facts, scope) if scope >= 0 else ""
            parts = around.split(".") if "." in around or (scope >= 0 and self.facts.language == "cpp") else []
            nested = [".".join(parts[:end]) + "." for end in range(len(parts), 0, -1)]
            used = [f"{spec.module.replace('::', '.')}." for spec in self.stars]
            self._prefixes[scope] = (*nested, "", *used)
        return self._prefixes[scope]

    def sees_members(self, scope: int) -> bool:
        """Whether `scope` is a type whose members its methods name without a receiver."""
        return scope >= 0 and self.rules.implicit_this and self.facts.symbols[scope].kind in CONTAINERS

    def distinct_references(self, settled: Collection[tuple[int, str]] = ()) -> Iterable[Reference]:
        """The first of the references that say the same in the same scope: they have the same answer. Those that stand
        at `settled` lines and names are left out."""
        first: dict[tuple[int, str, str, str], Reference] = {}
        for reference in self.facts.references:
            if settled and (reference.line, reference.name) in settled:
                continue
            first.setdefault((reference.scope, reference.kind, reference.receiver, reference.name), reference)
        return first.values()


def arrange(facts: FileFacts) -> Namespace:
    rules = family_rules(facts.language)
    file = Namespace(facts, rules, package_of(facts) if rules.package == "declared" else "")
    for index, symbol in enumerate(facts.symbols):
        names = file.top if symbol.parent < 0 and "." not in symbol.qualname else file.children[symbol.parent]
        if "." in symbol.qualname and (symbol.parent < 0 or (rules.includes and not _is_child(facts, index))):
            continue  # a member of what another file defines
        if symbol.name not in names or (symbol.kind != "prototype" and _hides(file, index, names[symbol.name])):
            names[symbol.name] = index
        if rules.open_types and symbol.parent >= 0 and _is_open(facts, index):
            file.top.setdefault(symbol.name, index)
    if facts.language == "kotlin":
        _share_companions(file)
    for spec in facts.imports:
        if spec.name == "*":
            file.stars.append(spec)
        elif not spec.module and rules.objects:
            if spec.alias != spec.name:
                file.handed[spec.alias] = spec
        elif file.rules.includes and (spec.name or spec.alias):
            file.aliases[spec.alias or spec.name] = f"{spec.module}.{spec.name}".replace("::", ".").strip(".")
        elif file.rules.includes:
            file.includes.append(spec.module)
        elif name := spec.alias or spec.name or _bound_name(spec.module, file.rules):
            file.imports[spec.scope, name] = spec
    for reference in facts.references:
        if reference.kind == "inherit" and reference.scope >= 0:
            file.bases[reference.scope].append(reference)
    for binding in facts.bindings:
        if binding.how != "package":
            _arrange_binding(file, binding)
    return file


def _share_companions(file: Namespace) -> None:
    """Kotlin: what a companion object with a name holds is named by its class, too."""
    for index, symbol in enumerate(file.facts.symbols):
        if symbol.parent >= 0 and "companion object " in symbol.signature:
            for name, child in file.children[index].items():
                file.children[symbol.parent].setdefault(name, child)


def _is_open(facts: FileFacts, index: int) -> bool:
    """Whether a constructor, a field or a method of a type class: a name of the module as any other."""
    symbol = facts.symbols[index]
    return symbol.kind in VARIABLES or facts.symbols[symbol.parent].kind == "trait"


def _hides(file: Namespace, index: int, known: int) -> bool:
    """Whether of two definitions of one name in one place the later one, `index`, is meant."""
    if file.rules.package != "declared":
        return True
    later, earlier = file.facts.symbols[index], file.facts.symbols[known]
    if earlier.kind in VARIABLES:
        return later.kind not in VARIABLES  # `f` and `f()`
    return later.kind in CONTAINERS and "object " in earlier.signature and "object " not in later.signature


def _is_child(facts: FileFacts, index: int) -> bool:
    """Whether the names around a symbol are those of its parent, and it is no constructor, which goes by its type's name."""
    symbol = facts.symbols[index]
    around = shared_name(facts, symbol.parent) if facts.language != "c" else ""
    return facts.language == "c" or (
        around.rpartition(".")[2] != symbol.name and f"{around}.{symbol.name}" == _COUNT.sub("", symbol.qualname)
    )


def _arrange_binding(file: Namespace, binding: Binding) -> None:
    root, dot, attribute = binding.name.partition(".")
    scope = binding.scope
    while scope >= 0 and file.facts.symbols[scope].kind in VARIABLES:
        scope = file.facts.symbols[scope].parent
    if not dot:
        known = file.bindings.setdefault((scope, binding.name), binding)
        if known.how != "annotation" and binding.how == "annotation":
            file.bindings[scope, binding.name] = binding
    elif root in file.rules.selves and "." not in attribute:
        while scope >= 0 and file.facts.symbols[scope].kind not in CONTAINERS:
            scope = file.facts.symbols[scope].parent
        if scope >= 0:
            file.bindings.setdefault((scope, f".{attribute}"), binding)


def _bound_name(module: str, rules: Family) -> str:
    """The local name of a whole module that is imported without an alias."""
    if rules.bound == "first":
        return module.partition(rules.joint)[0]
    if rules.bound != "last":
        return ""
    rest, _, last = module.rpartition(rules.joint)
    if rules.joint != "/":
        return last
    versioned = rest and last[:1] == "v" and last[1:].isdigit()  # Go: `example.com/yaml/v3` is `yaml`, `yaml.v3` too
    return rest.rpartition("/")[2] if versioned else last.rpartition(".")[0] or last


_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".h++", ".inl", ".ipp", ".tpp", ".cuh")
_COUNT = re.compile(r"#\d+(?=\.|$)")
_GENERICS = (
    "Optional",
    "Type",
    "type",
    "Final",
    "ClassVar",
    "Annotated",
    "Awaitable",
    "Promise",
    "Task",
    "ValueTask",
    "Option",
    "Box",
    "Arc",
    "Rc",
    "unique_ptr",
    "std::unique_ptr",
    "shared_ptr",
    "std::shared_ptr",
)
_WRAPPERS = tuple(name + bracket for name in _GENERICS for bracket in "[<")


def outer_type(written: str) -> str:
    """The class that an annotation names: `Optional["a.B[int]"] | None` → `a.B`; "" where it is not one class."""
    written = written.strip("\"'").replace("const ", "").strip("&*?!: ").removeprefix("any ").removeprefix("some ")
    for wrapper in _WRAPPERS:
        if written.startswith(wrapper):
            return outer_type(written[len(wrapper) : -1].split(",")[0])
    alternatives = [
        part for part in (each.strip() for each in written.split("|")) if part not in ("None", "null", "undefined")
    ]
    if len(alternatives) != 1:
        return ""
    named = alternatives[0].strip("\"'&*").replace("::", ".").replace("\\", ".").split("[")[0].split("<")[0]
    return f"\\{named}" if named.startswith(".") else named


Names = dict[tuple[str, str], list[Entity]]
"""(family, name) → definitions."""


def program_names(files: Mapping[str, FileFacts]) -> tuple[Names, Names]:
    """The definitions that are visible program-wide, by the name that files share, and the methods."""
    visible: Names = defaultdict(list)
    methods: Names = defaultdict(list)
    for path, facts in files.items():
        family, program = family_of(facts.language), family_rules(facts.language).sees == "program"
        for index, symbol in enumerate(facts.symbols):
            if symbol.kind == "method":
                methods[family, symbol.name].append(Entity("symbol", path, index, "unique"))
            if program and symbol.kind != "prototype" and _is_shared(facts, symbol):
                visible[family, shared_name(facts, index)].append(Entity("symbol", path, index, "global"))
    return visible, methods


def _is_shared(facts: FileFacts, symbol: Symbol) -> bool:
    """Whether other files may see a definition: in C++ the namespaces around it say more than `static` does."""
    return facts.language == "cpp" or is_header(facts.path) or not symbol.signature.startswith("static ")


def is_header(path: str) -> bool:
    """Whether a file of C or C++ is there to be included."""
    return path.endswith(_HEADERS)


def shared_name(facts: FileFacts, index: int) -> str:
    """The name by which a program knows a symbol: in C its own, in C++ that with the namespaces and types around it."""
    symbol = facts.symbols[index]
    if facts.language != "cpp":
        return symbol.name
    name = _COUNT.sub("", symbol.qualname) if "#" in symbol.qualname else symbol.qualname
    if symbol.kind == "constant" and symbol.parent >= 0 and facts.symbols[symbol.parent].kind == "enum":
        outer = name.split(".")
        del outer[-2:-1]  # an enumerator is seen beside its enumeration
        return ".".join(outer)
    return name
