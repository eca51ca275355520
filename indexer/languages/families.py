"""Families: languages that see each other's names, and the rules by which they do. No edge leaves a family."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """How names reach from file to file, and from a type to its methods, in some languages.

    A family is a row here and, where its imports name files, a finder in `modules`.
    """

    name: str
    languages: tuple[str, ...]
    sees: str = "file"
    """What a bare name can mean beyond its file and its imports: nothing ("file"), what the same package defines
    ("package"), what modules that it names or opens define ("modules"), or what any file defines ("program")."""
    package: str = "folder"
    """What makes files one package: the "folder" they lie in, or the name that they have "declared"."""
    includes: bool = False  # imports are texts to paste: they bring every name, and no local one
    implicit_this: bool = False  # methods name members without a receiver
    selves: frozenset[str] = frozenset(
        {"self", "cls", "this", "Self"}
    )  # names of the object, or type, around
    objects: bool = False
    """Objects are written out: their functions are methods, seen through the object and not by their names, and `this` in
    them is the object."""
    supers: frozenset[str] = frozenset({"super"})  # names of the bases of the type around
    joint: str = "."  # between a module and a submodule that an import names
    bound: str = ""  # local name of a module imported whole: its "first" part, its "last", or none
    nested: bool = (
        False  # modules and classes are packages of what they hold, and each file may add to them
    )
    open_types: bool = False  # what a type declares is visible beside it: Haskell's constructors, fields and methods
    file_types: bool = False  # a file is a type: Zig's
    guesses: bool = True  # of an unknown receiver the one type that has a method of this name is taken; see the log
    by_last: bool = False  # the last part of an imported module may be a definition in the file that the rest names


PYTHON = Family("python", ("python",), bound="first", guesses=False)
ECMASCRIPT = Family(
    "ecmascript",
    ("javascript", "typescript", "tsx", "vue", "svelte", "html"),
    joint="/",
    guesses=False,
    objects=True,
)
GO = Family("go", ("go",), sees="package", joint="/", bound="last")
JVM = Family(
    "jvm",
    ("java", "kotlin", "scala"),
    sees="package",
    package="declared",
    implicit_this=True,
    bound="last",
)  # one class path: each calls what the others define
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
    """The family of a language; for one without a row the rules of a family of its own."""
    return _OF.get(language, _ALONE)


def family_of(language: str) -> str:
    """The name of a language's family; a language without one is a family of its own."""
    return family_rules(language).name or language
