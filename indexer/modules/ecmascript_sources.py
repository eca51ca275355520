"""The source file of a path without its ending, or of the output of a compiler or build."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from posixpath import normpath

_ENDINGS = (
    *("", ".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"),
    *(".d.mts", ".d.cts", ".vue", ".svelte"),
    *("/index.ts", "/index.tsx", "/index.d.ts", "/index.mts", "/index.cts"),
    *("/index.js", "/index.jsx", "/index.mjs", "/index.cjs", "/index.vue", "/index.svelte"),
)
_COMPILED = re.compile(r"(\.d)?\.[mc]?[jt]sx?$")
"""The ending of a file read or written by a compiler."""
_SOURCES = {"": (".ts", ".tsx"), "m": (".mts",), "c": (".cts",)}
"""Module kind (`.mjs`, `.cjs`) → endings of sources."""
_BUILD_NAMES = (
    "dist lib build out output es esm cjs umd types typings node browser module modern legacy"
)
_BUILD_FOLDERS = frozenset(_BUILD_NAMES.split())


class SourceFiles:
    """Finds source files by stems of paths."""

    def __init__(self, files: Container[str]) -> None:
        self._files = files

    def find(self, stem: str) -> str:
        """Return the file at a path without its ending, or the source of the file at this path; ""
        without one.
        """
        path = clean_path(stem)
        if path is None:
            return ""
        candidates = ((path + ending).lstrip("/") for ending in _ENDINGS)
        return next((each for each in candidates if each in self._files), "") or self._source(path)

    def find_first(self, stems: Iterable[str]) -> str:
        """Return the first file found at one of `stems`, or ""."""
        return next(filter(None, map(self.find, stems)), "")

    def _source(self, compiled: str) -> str:
        """Return the source beside the output of a compiler: `x.js` → `x.ts`."""
        match = _COMPILED.search(compiled)
        if match is None:
            return ""
        kind = match[0].removeprefix(".d").lstrip(".")[0]
        stem = compiled[: match.start()]
        endings = (*_SOURCES.get(kind if kind in "mc" else "", ()), *_ENDINGS[1:])
        return next((stem + ending for ending in endings if stem + ending in self._files), "")


def clean_path(stem: str) -> str | None:
    """Return a path without `..` and `.`; None for one outside the repository."""
    stem = normpath(stem)
    if stem.startswith(("..", "/")):
        return None
    return "" if stem == "." else stem


def sources_of_build(target: str) -> Iterator[tuple[str, ...]]:
    """Yield the possible sources of the build output `target`, as parts of a path, likeliest
    first.
    """
    yield (target,)
    parts = normpath(target).split("/")
    for at, part in enumerate(parts[:-1]):
        if part not in _BUILD_FOLDERS:
            continue
        above, tail = parts[:at], parts[at:]
        while len(tail) > 1 and tail[0] in _BUILD_FOLDERS:
            tail.pop(0)
            yield from ((*above, root, *tail) for root in ("src", "", "source", "lib"))
        if at and at == len(parts) - 2:
            yield (*above, "src/index")


def in_folder(target: str) -> str:
    """Return a target relative to the folder of its settings, without the variable for it."""
    return target.replace("${configDir}", ".").lstrip("/")
