"""The names shared by the files of a program, and the rules of their visibility.

The rules are written once, for one symbol (`visibility`). Columns of symbols apply them to each
distinct combination of their inputs (`ColumnVisibility`): a kernel has millions of symbols and a
dozen kinds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ..kinds import LINKABLE
from ..languages import Family, family_of, family_rules
from ..records import Symbol, base_name
from .file_view import FileView

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

METHOD = "method"
_STATIC = "static "
_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".h++", ".inl", ".ipp", ".tpp", ".cuh")


class GlobalDefinition(NamedTuple):
    """A definition with an external name, by which other files may refer to it."""

    path: str
    index: int  # type: ignore[assignment]  # of the symbol in its file
    is_alias_macro: bool  # `#define inflate z_inflate` takes no calls from `inflate`
    is_external: bool  # C linkage: visible to other files without an include


class Visibility(NamedTuple):
    """The files beside its own that see a definition."""

    is_shared: bool  # files that include it, or any
    is_external: bool  # C linkage: any file


Definitions = dict[tuple[str, str], list[GlobalDefinition]]
"""(family, external name) → definitions."""
Methods = dict[tuple[str, str], list[tuple[str, int]]]
"""(family, name) → (path, position in the file)."""


# -- the rules


@cache
def visibility(language: str, kind: str, is_static: bool, in_header: bool) -> Visibility:
    """Return who sees a symbol; in C++ its namespaces say more than `static`."""
    is_shared = kind != "prototype" and (language == "cpp" or in_header or not is_static)
    return Visibility(is_shared, kind in LINKABLE and not is_static and not in_header)


def is_header(path: str) -> bool:
    """Return True if a file of C or C++ is meant to be included."""
    return path.endswith(_HEADERS)


def is_alias_macro(name: str, signature: str) -> bool:
    """Return True if a macro of this signature has no parameters."""
    return f"{name}(" not in signature


def has_global_names(rules: Family) -> bool:
    """Return True if any file of a family's program sees some definitions, or methods, by name
    alone.
    """
    return bool(rules.name) and (rules.sees == "program" or rules.guesses)


def external_name(facts: FileView, index: int) -> str:
    """Return the name of a symbol in its program; in C++ with its namespaces and types."""
    symbol = facts.symbols[index]
    if facts.language != "cpp":
        return symbol.name
    name = base_name(symbol.qualname)
    in_enum = symbol.parent >= 0 and facts.symbols[symbol.parent].kind == "enum"
    if symbol.kind != "constant" or not in_enum:
        return name
    parts = name.split(".")
    del parts[-2:-1]  # an enumerator is visible beside its enumeration
    return ".".join(parts)


# -- applied to rows


def global_definition(
    path: str, language: str, index: int, symbol: Symbol
) -> GlobalDefinition | None:
    """Return the definition seen by other files in the symbol at `index`, or None."""
    is_static = symbol.signature.startswith(_STATIC)
    seen = visibility(language, symbol.kind, is_static, is_header(path))
    if not seen.is_shared:
        return None
    alias = symbol.kind == "macro" and is_alias_macro(symbol.name, symbol.signature)
    return GlobalDefinition(path, index, alias, seen.is_external)


def find_global_names(files: Mapping[str, FileView]) -> tuple[Definitions, Methods]:
    """Return the definitions of some files (path → facts) by external name, and their methods by
    name.
    """
    definitions: Definitions = defaultdict(list)
    methods: Methods = defaultdict(list)
    for path, facts in files.items():
        family, language = family_of(facts.language), facts.language
        has_definitions = family_rules(language).sees == "program"
        for index, symbol in enumerate(facts.symbols):
            if symbol.kind == METHOD:
                methods[family, symbol.name].append((path, index))
            if has_definitions and (found := global_definition(path, language, index, symbol)):
                definitions[family, external_name(facts, index)].append(found)
    return definitions, methods


# -- applied to columns


class ColumnVisibility(NamedTuple):
    """The visibility of C symbols column by column. In C, the external name is the symbol's own."""

    is_shared: NDArray[np.bool_]
    is_external: NDArray[np.bool_]
    is_alias_macro: NDArray[np.bool_]
    is_method: NDArray[np.bool_]


def column_visibility(
    language: str, symbols: pa.RecordBatch, in_header: NDArray[np.bool_]
) -> ColumnVisibility:
    """Apply the rules to columns `name`, `kind` and `signature`; `in_header` has a value for each
    row.
    """
    import numpy as np

    kinds = symbols["kind"].dictionary_encode()
    names = kinds.dictionary.to_pylist()
    is_static = pc.starts_with(symbols["signature"], _STATIC).to_numpy(zero_copy_only=False)
    answers = [
        visibility(language, kind, static, header)
        for kind in names
        for static in (False, True)
        for header in (False, True)
    ]
    codes = kinds.indices.to_numpy(zero_copy_only=False)
    cases = codes.astype(np.int64) * 4 + is_static * 2 + in_header
    is_shared, is_external = np.array(answers, bool).reshape(-1, 2)[cases].T
    aliases = _has_kind(names, codes, "macro")
    macros = symbols.filter(pa.array(aliases))
    pairs = zip(macros["name"].to_pylist(), macros["signature"].to_pylist(), strict=True)
    aliases[aliases] = np.fromiter((is_alias_macro(*pair) for pair in pairs), bool, len(macros))
    return ColumnVisibility(is_shared, is_external, aliases, _has_kind(names, codes, METHOD))


def _has_kind(names: list[str], codes: NDArray[np.int32], kind: str) -> NDArray[np.bool_]:
    import numpy as np

    return np.array([name == kind for name in names], bool)[codes]
