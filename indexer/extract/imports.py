"""The imports of one file, from the matches of its language's query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..languages import Language, load_function
from ..records import Import
from .definitions import SymbolTable
from .matches import captures_of, line_of, node_text
from .names import MAX_WRITTEN

if TYPE_CHECKING:
    from tree_sitter import Node

    from .matches import Captures, Matches

_WORD = re.compile(rb"[\w\x80-\xff]+")
_NAME_CAPTURES = ("module", "import.name", "alias")


def find_import_starts(row: Language, source: bytes, matches: Matches) -> set[int]:
    """Return the bytes at which names of imports and words of `@skip` regions start."""
    starts: set[int] = set()
    regions = [captures["skip"][0] for captures in captures_of(matches, "skip")]
    for captures in captures_of(matches, "import"):
        if row.import_reader:
            regions.append(captures["import"][0])
        for key in _NAME_CAPTURES:
            starts.update(node.start_byte for node in captures.get(key, ()))
    for node in regions:
        words = _WORD.finditer(source, node.start_byte, node.end_byte)
        starts.update(word.start() for word in words)
    return starts


def read_imports(
    row: Language, source: bytes, matches: Matches, table: SymbolTable
) -> list[Import]:
    """Return the imports; one of a longer module than MAX_WRITTEN names no file and is left out.

    It would be looked for part by part.
    """
    imports: list[Import] = []
    for captures in captures_of(matches, "import"):
        node = captures["import"][0]
        scope, line = table.scope_at(node.start_byte), line_of(node)
        if row.import_reader:
            names = load_function(row.import_reader)(node_text(source, node))
        else:
            names = _captured_name(source, captures)
        imports += [
            Import(module, name, alias, scope, line)
            for module, name, alias in names
            if len(module) <= MAX_WRITTEN
        ]
    return imports


def _captured_name(source: bytes, captures: Captures) -> Iterator[tuple[str, str, str]]:
    """Yield (module, name, alias) of an import, or nothing for `export { name }`.

    Such an export adds nothing to the definition of the name.
    """
    node = captures["module"][0] if "module" in captures else _source_of(captures["import"][0])
    module = node_text(source, node).strip("\"'`<>") if node else ""
    alias = node_text(source, captures["alias"][0]) if "alias" in captures else ""
    if alias == "=":
        alias = "exports"  # TypeScript's `export = f`
    if "import.name" in captures:
        name = node_text(source, captures["import.name"][0])
    elif "import.star" in captures:
        name = "*"
    else:
        name = "default" if "import.default" in captures else ""
    if module or alias:
        yield module, name, alias


def _source_of(specifier: Node) -> Node | None:
    """Return the module of the statement around an import: `{ a }` in `import { a } from "m"`."""
    node: Node | None = specifier
    for _ in range(4):
        node = node.parent if node else None
        if node and (source := node.child_by_field_name("source")):
            return source
    return None
