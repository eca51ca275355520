"""Write the truth for `benchmarks.edges` from a compiler's SCIP index.

    python -m benchmarks.truth --scip INDEX.scip --root DIR > truth.jsonl

A line is an edge between two definitions of the tree: `src_path`, `src`, `dst_path`, `dst`, `line`,
`how`, `dst_kind`. `src` is the innermost function around the mention, by its qualified name, or
`<module>`. Class bodies, decorators, defaults and annotations belong to the code around the
definition, but for plain references in the last two. `how` is call, decorator, inherit, import, or
reference. The call sites come from the parser, the meaning of their names from the index. Rows with
`how` document come first, one for each file in the index: nothing is known about edges of others.

Make an index of Python by scip-python (a `src/` layout flattened first), of TypeScript and
JavaScript by scip-typescript (JavaScript with a tsconfig that sets `allowJs`).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from indexer import DEFINITION, Document, Occurrence, language_of, read_scip, text_between

from .edge_truth.call_sites import MODULE, Definition, Place, Sites, ecmascript_sites, python_sites

ECMASCRIPT = frozenset({"javascript", "typescript", "tsx"})


@dataclass(slots=True)
class File:
    """A document with the definitions and calls of its text."""

    document: Document
    lines: list[str]
    sites: Sites

    def place(self, occurrence: Occurrence) -> Place:
        """Return the place of an occurrence, with a column in bytes."""
        line = self.lines[occurrence.line - 1] if occurrence.line <= len(self.lines) else ""
        before = text_between(line, 0, occurrence.start, self.document.encoding)
        return occurrence.line, len(before.encode("utf-8", "surrogatepass"))


@dataclass(slots=True)
class Project:
    """The documents of an index and their definitions."""

    files: dict[str, File] = field(default_factory=dict)
    defined: dict[str, tuple[str, Definition]] = field(
        default_factory=dict
    )  # global symbol → path, definition


def read_project(scip: Path, root: Path) -> Project:
    """Return the documents of the index that are files below `root` in a supported language."""
    project = Project()
    for document in read_scip(scip):
        if (file := _read(document, root)) is not None:
            project.files[document.path] = file
    for path, file in project.files.items():
        _add_definitions(project, path, file)
    return project


def _add_definitions(project: Project, path: str, file: File) -> None:
    definitions = (each for each in file.document.occurrences if each.roles & DEFINITION)
    for each in definitions:
        if (definition := file.sites.definitions.get(file.place(each))) is not None:
            project.defined.setdefault(_key(path, each.symbol), (path, definition))


def _read(document: Document, root: Path) -> File | None:
    file = (root / document.path).resolve()
    if not file.is_relative_to(root.resolve()) or not file.is_file():
        return None
    source = file.read_bytes()
    text = source.decode("utf-8", "replace")
    language = language_of(document.path, source)
    try:
        if language == "python":
            return File(document, text.split("\n"), python_sites(text))
    except SyntaxError:
        return None
    if language in ECMASCRIPT:
        return File(document, text.split("\n"), ecmascript_sites(document.path, source, language))
    return None


def _key(path: str, symbol: str) -> str:
    return f"{path}\0{symbol}" if symbol.startswith("local ") else symbol


def edges(project: Project) -> Iterator[dict[str, Any]]:
    """Yield the rows: one for each document, then each pair of ends once for each `how`, at its
    first line."""
    for path in sorted(project.files):
        whole = {"src_path": path, "src": MODULE, "dst_path": path, "dst": MODULE}
        yield whole | {"line": 0, "how": "document", "dst_kind": "file"}
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    every = (row for path in project.files for row in _file_edges(project, path))
    for row in every:
        how = "call" if row["how"] == "decorator" else row["how"]
        key = (row["src_path"], row["src"], row["dst_path"], row["dst"], how)
        if key not in rows or row["line"] < rows[key]["line"]:
            rows[key] = row
    yield from (rows[key] for key in sorted(rows))


def _file_edges(project: Project, path: str) -> Iterator[dict[str, Any]]:
    file = project.files[path]
    references = (each for each in file.document.occurrences if not each.roles & DEFINITION)
    for each in references:
        if (target := _target(project, path, each.symbol)) is None:
            continue
        place = file.place(each)
        how = file.sites.how.get(place, "reference")
        yield {
            "src_path": path, "src": file.sites.owner(place, how == "reference"),
            "dst_path": target[0], "dst": target[1].qualname,
            "line": place[0], "how": how, "dst_kind": target[1].kind,
        }  # fmt: skip


def _target(project: Project, path: str, symbol: str) -> tuple[str, Definition] | None:
    """Return the definition of a symbol; for a constructor its class, since a `new` names the
    class."""
    definition = project.defined.get(_key(path, symbol))
    if definition is None and symbol.endswith("`<constructor>`()."):
        definition = project.defined.get(symbol.removesuffix("`<constructor>`()."))
    elif definition is not None and symbol.endswith("`<constructor>`()."):
        definition = project.defined.get(symbol.removesuffix("`<constructor>`()."), definition)
    return definition


def main() -> None:
    """Print the truth of one index."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth", description=__doc__)
    parser.add_argument(
        "--scip",
        type=Path,
        required=True,
        help="an index written by scip-python or scip-typescript",
    )
    parser.add_argument("--root", type=Path, required=True, help="the indexed tree")
    arguments = parser.parse_args()
    project = read_project(arguments.scip, arguments.root)
    for row in edges(project):
        print(json.dumps(row, ensure_ascii=False))
    print(f"{len(project.files)} files", file=sys.stderr)


if __name__ == "__main__":
    main()
