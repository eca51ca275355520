"""Facts arranged for looking things up by name: one namespace a file, and the names that a whole program shares."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from ..kinds import CALLABLES, LINKABLE, PROSE, TYPES, VARIABLES
from ..languages.families import Family, family_of, family_rules
from ..modules import package_of
from ..records import Binding, FileFacts, Import, Reference, Symbol, base_name
from .type_expressions import NOTHING, Shape

ANYWHERE = 1 << 30  # a place after every binding
ACCESSORS = frozenset({"setter", "deleter"})  # called above a Python property's further functions
MAX_UNION = 6  # alternatives that are followed; a value that could be more things is told by none


class Entity(NamedTuple):
    """What an expression stands for. A tuple, since resolution makes more of them than of anything else."""

    what: str
    """symbol | module | instance (of the class `index`) | super (members of the bases of the class `index`)
    | typed (a value of a library's type `shape`, whose names mean what they mean in the scope `index`) | result (a function
    that gives such a value) | union (one of `parts`) | iterable (of `parts`) | numbered (an iterable of pairs whose second is one of `parts`)."""
    path: str
    index: int  # type: ignore[assignment]  # of the symbol in its file; -1 for a module (a tuple has a method of this name)
    rule: str
    shape: Shape = NOTHING
    parts: tuple[Entity, ...] = ()
    of: Entity | None = None  # for a method the object, or the class, that it was asked of
    own: bool = False  # an instance of the class around, or of one that inherits from it: `self`

    def by(self, rule: str) -> Entity:
        """The same, reached by `rule`."""
        return self if rule == self.rule else self._replace(rule=rule)


def together(found: Iterable[Entity | None]) -> Entity | None:
    """One entity for several: a union where they differ."""
    flat = [
        part
        for each in found
        if each is not None
        for part in (each.parts if each.what == "union" else (each,))
    ]
    distinct = list({(e.what, e.path, e.index, e.shape, e.parts, e.own): e for e in flat}.values())[
        :MAX_UNION
    ]
    if len(distinct) > 1:
        return Entity("union", distinct[0].path, -1, distinct[0].rule, parts=tuple(distinct))
    return distinct[0] if distinct else None


@dataclass(slots=True)
class Namespace:
    """A file's facts, arranged for looking things up by name."""

    facts: FileFacts
    rules: Family
    package: str  # as declared; "" where the folder is the package
    top: dict[str, int] = field(default_factory=dict)
    children: dict[int, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    imports: dict[tuple[int, str], Import] = field(default_factory=dict)
    handed: dict[str, Import] = field(
        default_factory=dict
    )  # names outside for what the file itself defines or imports
    stars: list[Import] = field(default_factory=list)
    includes: list[str] = field(default_factory=list)  # C: as written
    aliases: dict[str, str] = field(
        default_factory=dict
    )  # C++: `using net::Client` → its shared name
    bindings: dict[tuple[int, str], list[Binding]] = field(default_factory=dict)
    """In the order of the text; `.name` is an attribute of the object whose class is the scope."""
    rebound: set[str] = field(
        default_factory=set
    )  # names that are bound more than once in some scope
    narrowed: dict[tuple[int, str], list[tuple[int, int, str]]] = field(default_factory=dict)
    """(scope, chain) → first line, last line and type, wherever a condition says what it is; inner ones after outer ones."""
    bases: dict[int, list[Reference]] = field(default_factory=lambda: defaultdict(list))
    view: tuple[Namespace, set[str]] | None = (
        None  # for the resolution of other files, and what it has read: `parts`
    )

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
        return symbol.kind != "method" and symbol.kind not in PROSE

    def object_around(self, scope: int) -> int | None:
        """What `this` is an instance of in `scope`, where objects are written out: a class, the function or variable that
        holds the methods, -1 for the file's own; None where it is not known. Arrow functions have no `this` of their own."""
        symbols = self.facts.symbols
        for around in self.scopes(scope):
            symbol = symbols[around]
            if symbol.kind in TYPES:
                return around
            if symbol.kind not in CALLABLES or symbol.signature.endswith("=>"):
                continue
            if symbol.kind == "method":
                return symbol.parent
            if any(
                symbols[child].kind == "method" for child in self.children.get(around, {}).values()
            ):
                return around  # a constructor: its prototype's methods are its own
            return None
        return None

    def prefixes(self, scope: int) -> tuple[str, ...]:
        """What may stand before a bare name in `scope` to make it a name of the whole program, the nearest first: the
        names of the types and namespaces around it, those that the file uses, and nothing."""
        around = shared_name(self.facts, scope) if scope >= 0 else ""
        parts = (
            around.split(".")
            if "." in around or (scope >= 0 and self.facts.language == "cpp")
            else []
        )
        nested = [".".join(parts[:end]) + "." for end in range(len(parts), 0, -1)]
        used = [f"{spec.module.replace('::', '.')}." for spec in self.stars]
        return (*nested, "", *used)

    def is_plain(self, scope: int, name: str) -> bool:
        """Whether a name means in `scope` what it means in the whole file: in a function at the top that has no such symbol."""
        if scope < 0:
            return True
        symbol = self.facts.symbols[scope]
        inside = scope in self.children and name in self.children[scope]
        return symbol.parent < 0 and symbol.kind not in TYPES and not inside

    def sees_members(self, scope: int) -> bool:
        """Whether `scope` is a type whose members its methods name without a receiver."""
        return scope >= 0 and self.rules.implicit_this and self.facts.symbols[scope].kind in TYPES

    def hides_names(self, scope: int) -> bool:
        """Whether names of `scope` are not seen by the functions in it: a class, unless its methods see its members."""
        return self.facts.symbols[scope].kind in TYPES and not self.rules.implicit_this

    def defines(self, scope: int, name: str) -> bool:
        """Whether a name of `scope` is a function or a type, whatever is bound to it besides."""
        index = (
            self.top.get(name)
            if scope < 0
            else self.children[scope].get(name)
            if scope in self.children
            else None
        )
        return index is not None and self.facts.symbols[index].kind not in VARIABLES

    def is_parameter(self, scope: int, name: str) -> bool:
        """Whether a function that says so in its first line has a parameter of that name."""
        if scope < 0 or not name.isidentifier() or self.facts.symbols[scope].kind not in CALLABLES:
            return False
        return (
            re.search(rf"[(,*\s]{name}\s*[,:=)]", self.facts.symbols[scope].signature) is not None
        )

    def is_imported_last(self, name: str) -> bool:
        """Whether a variable at the top is imported under the same name further down: Python's last binding counts."""
        spec, index = self.imports.get((-1, name)), self.top.get(name)
        if spec is None or index is None or self.facts.language != "python":
            return False
        symbol = self.facts.symbols[index]
        return symbol.kind in VARIABLES and spec.line > symbol.start_line

    def is_self(self, name: str) -> bool:
        return name in self.rules.selves or name in self.rules.supers

    def hides_self(self, scope: int, name: str) -> bool:
        """Whether `self` is a parameter's name, as it may be in Scala and Java."""
        return self.rules.name == "jvm" and any(
            (around, name) in self.bindings for around in self.scopes(scope)
        )

    def version(self, scope: int, name: str, at: int) -> int:
        """How many of the bindings of `name` that its scope has, where they are several and that is `scope`, take effect
        before the place `at`."""
        bindings = self.bindings.get((scope, name), ()) if name in self.rebound else ()
        return bisect_left(bindings, at, key=position) if len(bindings) > 1 else 0

    def narrowing(self, scope: int, written: str, at: int) -> tuple[int, str]:
        """How many of the names that a chain begins with a condition around the place `at` speaks of, and the type that it says."""
        names = written.partition("(")[0].partition("[")[0].split(".")
        for count in range(len(names), 0, -1):
            for first, last, kind in reversed(
                self.narrowed.get((scope, ".".join(names[:count])), ())
            ):
                if first <= at // 2 <= last:
                    return count, kind
        return 0, ""

    def distinct_references(self, settled: Collection[tuple[int, str]] = ()) -> Iterable[Reference]:
        """The first of the references that say the same in the same scope: they have the same answer. Those that stand
        at `settled` lines and names are left out."""
        first: dict[tuple[int, str, str, str, int, tuple[int, str]], Reference] = {}
        for r in self.facts.references:
            if settled and (r.line, r.name) in settled:
                continue
            version = (
                self.version(r.scope, root_of(r.receiver or r.name), 2 * r.line + 1)
                if self.rebound
                else 0
            )
            narrow = (
                self.narrowing(r.scope, r.receiver, 2 * r.line + 1)
                if self.narrowed and r.receiver
                else _ANYTHING
            )
            first.setdefault((r.scope, r.kind, r.receiver, r.name, version, narrow), r)
        return first.values()


def position(binding: Binding) -> int:
    """Where a binding takes effect, to compare with the place of a mention: 2 · line + 1, and of a binding's value 2 · line.
    A loop and a `with` bind for the rest of their own line, an assignment from the next."""
    return 2 * binding.line + (0 if "[*]" in binding.type or binding.type.endswith("[+]") else 1)


_ANYTHING = (0, "")
_AFTER_ROOT = re.compile(r"[.(\[]")


@lru_cache(maxsize=1 << 15)
def root_of(written: str) -> str:
    """The first name of a chain."""
    return _AFTER_ROOT.split(written, maxsplit=1)[0]


def arrange(facts: FileFacts) -> Namespace:
    rules = family_rules(facts.language)
    file = Namespace(facts, rules, package_of(facts) if rules.package == "declared" else "")
    setters = {
        (r.scope, r.line) for r in facts.references if r.name in ACCESSORS and r.kind == "call"
    }
    for index, symbol in enumerate(facts.symbols):
        names = (
            file.top
            if symbol.parent < 0 and "." not in symbol.qualname
            else file.children[symbol.parent]
        )
        if "." in symbol.qualname and (
            symbol.parent < 0 or (rules.includes and not _is_child(facts, index))
        ):
            continue  # a member of what another file defines
        if symbol.name not in names or _takes_over(file, names[symbol.name], index, setters):
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
            file.aliases[spec.alias or spec.name] = f"{spec.module}.{spec.name}".replace(
                "::", "."
            ).strip(".")
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
    for bindings in file.bindings.values() if file.rebound else ():
        bindings.sort(key=position)
    if file.narrowed:
        _end_at_assignments(file)
    return file


def _end_at_assignments(file: Namespace) -> None:
    """What a condition says of a name holds no longer than until the name is bound anew."""
    for binding in file.facts.bindings:
        key = (binding.scope, binding.name)
        if binding.how == "within" or key not in file.narrowed:
            continue
        spans = file.narrowed[key]
        ends = (
            (first, binding.line if first < binding.line < last else last, kind)
            for first, last, kind in spans
        )
        file.narrowed[key] = list(ends)


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


def _takes_over(file: Namespace, known: int, index: int, setters: set[tuple[int, int]]) -> bool:
    """Whether of two definitions of one name in one place the later one, `index`, is meant."""
    later, earlier = file.facts.symbols[index], file.facts.symbols[known]
    if later.kind == "prototype" or (later.parent, later.start_line) in setters:
        return False
    if file.rules.package != "declared":
        return (
            later.kind not in VARIABLES or earlier.kind in VARIABLES
        )  # `Point = wrap(Point)` is still that class
    if earlier.kind in VARIABLES:
        return later.kind not in VARIABLES  # `f` and `f()`
    return (
        later.kind in TYPES and "object " in earlier.signature and "object " not in later.signature
    )


def _is_child(facts: FileFacts, index: int) -> bool:
    """Whether the names around a symbol are those of its parent, and it is no constructor, which goes by its type's name."""
    symbol = facts.symbols[index]
    around = shared_name(facts, symbol.parent) if facts.language != "c" else ""
    return facts.language == "c" or (
        around.rpartition(".")[2] != symbol.name
        and f"{around}.{symbol.name}" == base_name(symbol.qualname)
    )


def _arrange_binding(file: Namespace, binding: Binding) -> None:
    root, dot, attribute = binding.name.partition(".")
    scope = binding.scope
    while scope >= 0 and file.facts.symbols[scope].kind in VARIABLES:
        scope = file.facts.symbols[scope].parent
    if binding.how == "within":
        file.narrowed.setdefault((scope, binding.name), []).append(
            (binding.line, binding.until, binding.type)
        )
        return
    if dot:
        if root not in file.rules.selves or "." in attribute or "[" in attribute:
            return
        while scope >= 0 and file.facts.symbols[scope].kind not in TYPES:
            scope = file.facts.symbols[scope].parent
        if scope < 0:
            return
    key = (scope, f".{attribute}" if dot else binding.name)
    known = file.bindings.setdefault(key, [])
    if not known or (known[-1].type, known[-1].how) != (binding.type, binding.how):
        known.append(binding)
    if len(known) > 1:
        file.rebound.add(key[1])


def _bound_name(module: str, rules: Family) -> str:
    """The local name of a whole module that is imported without an alias."""
    if rules.bound == "first":
        return module.partition(rules.joint)[0]
    if rules.bound != "last":
        return ""
    rest, _, last = module.rpartition(rules.joint)
    if rules.joint != "/":
        return last
    versioned = (
        rest and last[:1] == "v" and last[1:].isdigit()
    )  # Go: `example.com/yaml/v3` is `yaml`, `yaml.v3` too
    return rest.rpartition("/")[2] if versioned else last.rpartition(".")[0] or last


_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".h++", ".inl", ".ipp", ".tpp", ".cuh")


class Definition(NamedTuple):
    """A definition that a whole program may know by its name, with what tells who sees it."""

    path: str
    index: int  # type: ignore[assignment]  # of the symbol in its file
    renames: bool  # a macro without parameters: `#define inflate z_inflate` takes no calls from `inflate`
    linked: bool  # other files see it without including it


Names = dict[tuple[str, str], list[Entity]]
"""(family, name) → definitions."""
Visible = dict[tuple[str, str], list[Definition]]
"""(family, name) → definitions that any file may see."""


def program_names(files: Mapping[str, FileFacts]) -> tuple[Visible, Names]:
    """The definitions that are visible program-wide, by the name that files share, and the methods."""
    visible: Visible = defaultdict(list)
    methods: Names = defaultdict(list)
    for path, facts in files.items():
        family, program = family_of(facts.language), family_rules(facts.language).sees == "program"
        for index, symbol in enumerate(facts.symbols):
            if symbol.kind == "method":
                methods[family, symbol.name].append(Entity("symbol", path, index, "unique"))
            if program and is_shared(path, facts.language, symbol):
                visible[family, shared_name(facts, index)].append(definition(path, index, symbol))
    return visible, methods


def definition(path: str, index: int, symbol: Symbol) -> Definition:
    """What a program knows of the symbol at `index` of a file."""
    return Definition(
        path, index, is_renaming(symbol), is_linked(path, symbol.kind, symbol.signature)
    )


def is_renaming(symbol: Symbol) -> bool:
    """Whether a symbol is a macro without parameters."""
    return symbol.kind == "macro" and f"{symbol.name}(" not in symbol.signature


def is_linked(path: str, kind: str, signature: str) -> bool:
    """Whether other files see a definition of C or C++ without including it."""
    return kind in LINKABLE and not signature.startswith("static ") and not is_header(path)


def is_shared(path: str, language: str, symbol: Symbol) -> bool:
    """Whether a symbol is a definition that other files may see: in C++ the namespaces around it say more than `static`."""
    if symbol.kind == "prototype":
        return False
    return language == "cpp" or is_header(path) or not symbol.signature.startswith("static ")


def is_header(path: str) -> bool:
    """Whether a file of C or C++ is there to be included."""
    return path.endswith(_HEADERS)


def shared_name(facts: FileFacts, index: int) -> str:
    """The name by which a program knows a symbol: in C its own, in C++ that with the namespaces and types around it."""
    symbol = facts.symbols[index]
    if facts.language != "cpp":
        return symbol.name
    name = base_name(symbol.qualname)
    if (
        symbol.kind == "constant"
        and symbol.parent >= 0
        and facts.symbols[symbol.parent].kind == "enum"
    ):
        outer = name.split(".")
        del outer[-2:-1]  # an enumerator is seen beside its enumeration
        return ".".join(outer)
    return name
