"""Families of languages that see each other's names, and their rules. No edge leaves a family."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """Rules for names that reach from file to file, and from a type to its methods.

    A family is a row here and, if its imports name files, a finder in `modules`.
    """

    name: str
    languages: tuple[str, ...]
    sees: str = "file"
    """Visible definitions beyond a file and its imports: none ("file"), those of the same package
    ("package"), of named or opened modules ("modules"), or of any file ("program")."""
    package: str = "folder"
    """Files form a package by their "folder", or by its "declared" name."""
    includes: bool = False  # an import pastes text: every name is visible, and no local one
    implicit_this: bool = False  # methods name members without a receiver
    selves: frozenset[str] = frozenset({"self", "cls", "this", "Self"})
    """Names of the object, or type, around."""
    objects: bool = False
    """Functions in an object literal are methods: visible through the object, not by their names,
    and `this` in them is the object."""
    supers: frozenset[str] = frozenset({"super"})  # names of the bases of the type around
    joint: str = "."  # between a module and a submodule in an import
    bound: str = ""  # local name of a module imported whole: its "first" part, its "last", or none
    nested: bool = False  # modules and classes are packages of their members, open in each file
    open_types: bool = False
    """Members of a type are visible beside it: Haskell's constructors, fields and methods."""
    file_types: bool = False  # a file is a type: Zig's
    guesses: bool = True
    """An unknown receiver is of the only type with a method of that name; see benchmarks/LOG.md."""
    by_last: bool = False  # the last part of an imported module may be a definition in its file


PYTHON = Family("python", ("python",), bound="first", guesses=False)
ECMASCRIPT = Family(
    "ecmascript",
    ("javascript", "typescript", "tsx", "vue", "svelte", "html"),
    joint="/",
    guesses=False,
    objects=True,
)
GO = Family("go", ("go",), sees="package", joint="/", bound="last")
JVM = Family(  # one class path: each language calls the others
    "jvm",
    ("java", "kotlin", "scala"),
    sees="package",
    package="declared",
    implicit_this=True,
    bound="last",
)
RUST = Family("rust", ("rust",), joint="::", bound="last", by_last=True)
CSHARP = Family(
    "csharp", ("csharp",), sees="package", package="declared", implicit_this=True, bound="last",
    selves=frozenset({"this"}), supers=frozenset({"base"}),
)  # fmt: skip
PHP = Family(
    "php", ("php",), sees="package", package="declared", joint="\\", bound="last",
    selves=frozenset({"$this", "this", "self", "static"}), supers=frozenset({"parent"}),
)  # fmt: skip
SWIFT = Family("swift", ("swift",), sees="package", package="declared", implicit_this=True)
C = Family("c", ("c", "cpp"), sees="program", includes=True, implicit_this=True)
RUBY = Family(
    "ruby", ("ruby",), sees="package", package="declared", implicit_this=True, nested=True
)
ELIXIR = Family("elixir", ("elixir",), sees="package", package="declared", nested=True)
HASKELL = Family("haskell", ("haskell",), sees="modules", open_types=True)
LUA = Family("lua", ("lua",))
ZIG = Family("zig", ("zig",), selves=frozenset({"self", "this", "Self", "@This"}), file_types=True)
BASH = Family("bash", ("bash",), sees="program")

FAMILIES = (
    PYTHON,
    ECMASCRIPT,
    GO,
    JVM,
    RUST,
    C,
    CSHARP,
    PHP,
    SWIFT,
    RUBY,
    ELIXIR,
    HASKELL,
    LUA,
    ZIG,
    BASH,
)
_OF = {language: family for family in FAMILIES for language in family.languages}
_ALONE = Family("", ())


def family_rules(language: str) -> Family:
    """Return the family of a language; a language without a row has the default rules."""
    return _OF.get(language, _ALONE)


def family_of(language: str) -> str:
    """Return the name of a language's family; a language without one is a family of its own."""
    return family_rules(language).name or language
