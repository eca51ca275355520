"""Sets of symbol kinds. `records.Kind` lists the kinds; each set here says what it is for."""

from __future__ import annotations

CALLABLES = frozenset({"function", "method"})
"""Code with a body of its own; calls come from these."""

VARIABLES = frozenset({"variable", "constant"})
"""Names bound to a value. References inside an initializer belong to the symbol around it."""

TYPES = frozenset({"class", "interface", "struct", "enum", "type", "trait", "table"})
"""Symbols with members: functions inside are methods."""

TYPES_AND_MODULES = TYPES | {"module"}
"""Symbols that form a package of their members where a language has open or nested ones (Ruby)."""

INTERFACES = frozenset({"interface", "trait"})
"""Types that others implement rather than extend."""

OVERRIDABLE = CALLABLES | {"prototype"}
"""Members that a method of a derived type can override or implement."""

LINKABLE = CALLABLES | VARIABLES
"""Definitions of C and C++ with external linkage unless they are `static`."""

LOCALS = VARIABLES | {"prototype"}
"""Definitions that are no symbols inside a function."""

PROSE = frozenset({"section", "rule"})
"""Symbols of documents and style sheets; no program can name them."""

CHUNK_OWNERS = (
    CALLABLES | TYPES_AND_MODULES | {"section", "key", "target", "stage", "rule", "view", "trigger"}
)
"""Symbols with chunks of their own; others share the chunk around them."""

CHUNK_PARENTS = TYPES_AND_MODULES | {"section"}
"""Symbols whose members get chunks of their own."""

SHOWN_WHOLE = CALLABLES | VARIABLES | {"macro", "enum", "type"}
"""Symbols that a hit shows from their first to their last line, not by the matching lines."""

SHOWN_BY_MEMBERS = frozenset({"class", "interface", "struct", "trait", "module", "scope"})
"""Symbols that a pack can shorten to the signatures of their methods."""

SHOWN_AS_VALUES = VARIABLES | {"enum", "key", "macro"}
"""Symbols that a pack adds beside the code that reads them."""
