"""Project settings about the location of modules, as bindings.

They come from package.json, tsconfig.json and pnpm-workspace.yaml, and are facts of that file alone
as all facts are. `how` is `setting`; the name is the setting's, for a table followed by a blank and
the key (`paths @/*`, `exports ./sub`); the type is the value as written. Lists and conditions
become several bindings, in the order of the text. A file that is not JSON gives none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ..records import SETTING, Binding
from .names import MAX_WRITTEN

MAX_SETTINGS = 2_000  # of one file; the longest handwritten `exports` has some hundreds
MAX_BYTES = 1 << 20  # of a settings file

_PACKAGE = frozenset({"package.json", "deno.json", "deno.jsonc", "jsr.json"})
_COMPILER = re.compile(r"(?:ts|js)config(?:[.-][\w.-]+)?\.json")
_WORKSPACE = frozenset({"pnpm-workspace.yaml", "pnpm-workspace.yml"})
_ENTRIES = ("name", "source", "module", "main", "types", "typings")
_OPTIONS = ("baseUrl", "rootDir", "outDir", "rootDirs")
_NOT_JSON = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*(?:.*?\*/|.*)', re.DOTALL)
_TRAILING = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)


def read_settings(path: str, text: str) -> list[Binding]:
    """Return the settings in the file `path`; none if it is no settings file."""
    name = path.rpartition("/")[2]
    if not name.endswith((".json", ".jsonc", ".yaml", ".yml")) or len(text) > MAX_BYTES:
        return []
    if name in _PACKAGE:
        settings = _package_settings(_table(_parse_json(text)))
    elif _COMPILER.fullmatch(name):
        settings = _compiler_settings(_table(_parse_json(text)))
    elif name in _WORKSPACE:
        settings = _workspace_settings(text)
    else:
        return []
    bindings = [
        Binding(name, value, SETTING, -1, 1)
        for name, value in settings
        if value and len(name) <= MAX_WRITTEN and len(value) <= MAX_WRITTEN
    ]
    return bindings[:MAX_SETTINGS]


def _parse_json(text: str) -> Any:
    """Return the value of JSON with comments and trailing commas; None if it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    plain = _NOT_JSON.sub(lambda match: match[1] or " ", text.removeprefix("\ufeff"))
    try:
        return json.loads(_TRAILING.sub(lambda match: match[1] or "", plain))
    except (ValueError, RecursionError):
        return None


def _package_settings(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _ENTRIES:
        yield from ((name, value) for value in _strings(data.get(name)))
    workspaces = data.get("workspaces")
    patterns = workspaces.get("packages") if isinstance(workspaces, dict) else workspaces
    yield from (("workspaces", value) for value in _strings(patterns))
    exports = data.get("exports")
    if not isinstance(exports, dict) or not all(key.startswith(".") for key in exports):
        exports = {".": exports}
    for table, entries in (("exports", exports), ("imports", _table(data.get("imports")))):
        for key, value in entries.items():
            yield from ((f"{table} {key}", target) for target in _strings(value))


def _compiler_settings(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (("extends", value) for value in _strings(data.get("extends")))
    references = data.get("references")
    for reference in references if isinstance(references, list) else ():
        yield from (("references", value) for value in _strings(_table(reference).get("path")))
    options = _table(data.get("compilerOptions"))
    for name in _OPTIONS:
        yield from ((name, value) for value in _strings(options.get(name)))
    for key, value in _table(options.get("paths")).items():
        yield from ((f"paths {key}", target) for target in _strings(value))


def _workspace_settings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the list `packages` of a pnpm workspace: one level of YAML needs no parser."""
    inside = False
    for line in text.split("\n"):
        if line[:1] not in (" ", "\t", "-", "#", "", "\r"):
            inside = line.startswith("packages:")
        elif inside and line.strip().startswith("- "):
            yield "workspaces", line.strip()[2:].partition(" #")[0].strip().strip("\"'")


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _strings(value: Any) -> Iterator[str]:
    """Yield the strings in a string, a list or a table of conditions, from left to right."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, (list, dict)):
            stack += reversed(list(item.values() if isinstance(item, dict) else item))
