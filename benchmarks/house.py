"""Measure the structure of the code and the prose of the documents.

    python -m benchmarks.house [ROOT] [--list] [--under PATH]

Prints a Markdown table: circles and back-arrows of the import graph (lazy and type-checking imports
count), files per folder, sizes, nesting, line length, names exported without a user, and the share
of relative words in docstrings and documents. `--list` names the offenders of each row.
"""

from __future__ import annotations

import argparse
import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from statistics import median

import networkx as nx

PACKAGES = ("indexer", "retrieval", "agent")
CODE = (*PACKAGES, "benchmarks", "tests")
SAMPLES = "tests/languages"  # source in other languages, and Python to be parsed
MAX_COLUMNS = 100
MAX_FILE = 400  # lines
MAX_FUNCTION = 60  # lines, from `def` to the last one
MAX_NESTING = 2  # of if, for, while, with, try and match in a function
RELATIVE = re.compile(r"\b(?:what|that|which|whose|where)\b", re.IGNORECASE)
QUESTION = re.compile(r"\W*(?:what|whether|how|where|which|who|whose|when)\b", re.IGNORECASE)
WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.Match, ast.AsyncFor, ast.AsyncWith)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTED = (ast.Module, ast.ClassDef, *FUNCTIONS)


@dataclass(frozen=True)
class Module:
    """A parsed Python file."""

    path: str  # relative to the root, with forward slashes
    source: str
    stub: str = ""  # of an `__init__` with lazy names: the `.pyi` that lists them

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree."""
        return ast.parse(self.source)

    @property
    def name(self) -> str:
        """Its dotted name in imports."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """The base of its relative imports."""
        is_package = self.path.endswith("/__init__.py")
        return self.name if is_package else self.name.rpartition(".")[0]

    @property
    def room(self) -> str:
        """Its folder in a package, or its own name directly in the package."""
        parts = self.name.split(".")
        return ".".join(parts[:2]) if parts[0] in PACKAGES else parts[0]


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    value: str
    aim: str
    offenders: list[str] = field(default_factory=list)


def main() -> None:
    """Print the table of a checkout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, nargs="?", default=Path.cwd())
    parser.add_argument("--list", action="store_true", help="name the offenders of each row")
    parser.add_argument("--under", default="", help="count only files below this path")
    options = parser.parse_args()
    rows = measure(options.root.resolve(), options.under)
    print("| measured | found | aim |\n|---|---|---|")
    for row in rows:
        print(f"| {row.name} | {row.value} | {row.aim} |")
        if options.list:
            print("".join(f"  {each}\n" for each in row.offenders), end="")


def measure(root: Path, under: str = "") -> list[Row]:
    """Return the rows of the table for the checkout at `root`, of the files below `under`."""
    modules = [each for each in read_modules(root) if each.path.startswith(under)]
    packaged = [each for each in modules if each.path.startswith(PACKAGES)]
    return [
        *import_rows(packaged),
        *folder_rows(packaged),
        *size_rows(packaged, modules),
        *docstring_rows(packaged),
        *document_rows(root),
        unused_row(root, modules),
    ]


def read_modules(root: Path) -> list[Module]:
    """Return the Python files of the checkout, less the samples of languages."""
    paths = sorted(path for top in CODE for path in (root / top).rglob("*.py"))
    relative = [(path.relative_to(root).as_posix(), path) for path in paths]
    return [
        Module(name, path.read_text("utf-8"))
        for name, path in relative
        if not name.startswith(SAMPLES)
    ]


def import_rows(modules: list[Module]) -> list[Row]:
    """Return the rows about imports: circles of files, circles of rooms."""
    files = import_graph(modules)
    rooms = nx.DiGraph()
    home = {each.name: each.room for each in modules}
    rooms.add_edges_from((home[a], home[b]) for a, b in files.edges if home[a] != home[b])
    circles = [" ".join(sorted(each)) for each in circles_of(files)]
    back = [" ".join(sorted(each)) for each in circles_of(rooms)]
    return [
        Row("circles between files", str(len(circles)), "0", circles),
        Row("circles between rooms", str(len(back)), "0", back),
    ]


def circles_of(graph: nx.DiGraph) -> list[set[str]]:
    """Return the strongly connected components of more than one node."""
    return [each for each in nx.strongly_connected_components(graph) if len(each) > 1]


def import_graph(modules: list[Module]) -> nx.DiGraph:
    """Return the graph of imports between files. An import from another folder passes through its
    `__init__`; the doors of the packages are left out, since they only list names."""
    known = {each.name for each in modules if each.name not in PACKAGES}
    graph = nx.DiGraph()
    graph.add_nodes_from(known)
    for module in modules:
        if module.name not in known:
            continue
        for target, name in imported(module):
            files = {target, target.rpartition(".")[0], f"{target}.{name}"} & known
            itself = {module.name, module.package}
            graph.add_edges_from((module.name, file) for file in files - itself)
    return graph


def imported(module: Module) -> Iterator[tuple[str, str]]:
    """Yield (module, name) for each imported name; the name of `import a.b` is empty."""
    for node in ast.walk(ast.parse(module.stub) if module.stub else module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = module.package.split(".")
            stem = base[: len(base) - node.level + 1] if node.level else []
            target = ".".join([*stem, *([node.module] if node.module else [])])
            yield from ((target, alias.name) for alias in node.names)


def folder_rows(modules: list[Module]) -> list[Row]:
    """Return a row for each package (its rooms and files) and one for the fullest folder."""
    folders = Counter(each.path.rpartition("/")[0] for each in modules)
    rows = []
    for package in PACKAGES:
        rooms = {
            each for each in folders if each.count("/") == 1 and each.startswith(package + "/")
        }
        rows.append(Row(f"{package}: rooms, files", f"{len(rooms)}, {folders[package]}", ""))
    if folders:
        fullest, most = folders.most_common(1)[0]
        rows.append(Row("most files in one folder", f"{most} ({fullest})", "25"))
    return rows


def size_rows(packaged: list[Module], modules: list[Module]) -> list[Row]:
    """Return the rows about the length of files, functions and lines."""
    lines = {each.path: each.source.count("\n") for each in modules}
    functions = [(each, node) for each in packaged for node in functions_of(each)]
    lengths = [(length(node), f"{each.path}:{node.lineno} {node.name}") for each, node in functions]
    deep = [f"{each.path}:{node.lineno} {node.name}" for each, node in functions if is_deep(node)]
    wide = [
        f"{each.path}:{number}"
        for each in modules
        for number, line in enumerate(each.source.split("\n"), 1)
        if len(line) > MAX_COLUMNS
    ]
    long_files = [f"{path} {size}" for path, size in lines.items() if size > MAX_FILE]
    long_functions = [f"{where} {size}" for size, where in lengths if size > MAX_FUNCTION]
    flat = 1 - len(deep) / max(len(functions), 1)
    return [
        Row(
            "longest file, lines", str(max(lines.values(), default=0)), f"≤ {MAX_FILE}", long_files
        ),
        Row("longest function", str(max(lengths, default=(0, ""))[0]), "≤ 60", long_functions),
        Row("median function", f"{median(size for size, _ in lengths or [(0, '')]):g}", "≤ 8"),
        Row(f"nested ≤ {MAX_NESTING}", f"{flat:.1%}", "", deep),
        Row(f"lines over {MAX_COLUMNS} columns", str(len(wide)), "0", wide),
    ]


def functions_of(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions and methods of a file, nested ones too."""
    return (node for node in ast.walk(module.tree) if isinstance(node, FUNCTIONS))


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines from `def` to the last."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def is_deep(function: ast.AST) -> bool:
    """Tell if a function nests blocks deeper than `MAX_NESTING`; `elif` is no level of its own."""
    return max((depth(child) for child in ast.iter_child_nodes(function)), default=0) > MAX_NESTING


def depth(node: ast.AST) -> int:
    """Return the levels of blocks in a node; functions inside count for themselves."""
    if isinstance(node, FUNCTIONS):
        return 0
    below = [depth(child) for child in ast.iter_child_nodes(node)]
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        chained = depth(node.orelse[0])
        inside = [depth(child) for child in node.body]
        return max([chained, *(1 + each for each in inside)])
    return max(below, default=0) + isinstance(node, BLOCKS)


def docstring_rows(modules: list[Module]) -> list[Row]:
    """Return the rows about docstrings of the packages."""
    docstrings = [
        (f"{each.path}:{getattr(node, 'lineno', 1)}", text)
        for each in modules
        for node in ast.walk(each.tree)
        if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node))
    ]
    asking = [
        f"{place} {text.splitlines()[0]}" for place, text in docstrings if QUESTION.match(text)
    ]
    share, crowded = relative_share(docstrings)
    return [
        Row(
            "docstrings that begin with a question word",
            percent(asking, docstrings),
            "≤ 2 %",
            asking,
        ),
        Row("relative words per 100 of docstrings", f"{share:.1f}", "≤ 2", crowded),
    ]


def percent(part: list[str], whole: list[tuple[str, str]]) -> str:
    """Return the size of a part as a percentage."""
    return f"{100 * len(part) / max(len(whole), 1):.1f} %"


def relative_share(texts: list[tuple[str, str]]) -> tuple[float, list[str]]:
    """Return relative words per hundred, and the texts with two of them or more: (place, text)."""
    counts = [(len(RELATIVE.findall(text)), place, text) for place, text in texts]
    words = sum(len(WORD.findall(text)) for _, text in texts)
    crowded = [f"{place} ({n})" for n, place, _ in counts if n >= 2]
    return 100 * sum(n for n, _, _ in counts) / max(words, 1), crowded


def document_rows(root: Path) -> list[Row]:
    """Return a row for the README's size and one for each document's relative words."""
    readme = root / "README.md"
    text = readme.read_text("utf-8")
    rows = [
        Row("README: lines, bytes", f"{text.count(chr(10))}, {len(text.encode())}", "120, 8000")
    ]
    for path in [readme, *sorted((root / "docs").rglob("*.md"))]:
        name = path.relative_to(root).as_posix()
        paragraphs = [(f"{name}:{n}", text) for n, text in prose_of(path.read_text("utf-8"))]
        share, crowded = relative_share(paragraphs)
        rows.append(Row(f"relative words per 100 of {name}", f"{share:.1f}", "≤ 1.2", crowded))
    return rows


def prose_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line number, line) of a document outside of code blocks, without inline code."""
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("```"):
            inside = not inside
        elif not inside:
            yield number, re.sub(r"`[^`]*`", "", line)


def unused_row(root: Path, modules: list[Module]) -> Row:
    """Return the row of exported names without a user in another package, a benchmark or a
    document."""
    documents = "\n".join(path.read_text("utf-8") for path in root.rglob("docs/*.md"))
    documents += (root / "README.md").read_text("utf-8")
    unused = []
    for package in PACKAGES:
        used = {
            name
            for each in modules
            if each.name.partition(".")[0] not in (package, "tests") or each.room == "agent.cli"
            for target, name in imported(each)
            if target == package
        }
        names = door_names(root / package)
        unused += [
            f"{package}.{name}"
            for name in names
            if name not in used and not re.search(rf"\b{name}\b", documents)
        ]
    return Row("names exported without a user", str(len(unused)), "0", unused)


def door_names(package: Path) -> list[str]:
    """Return the names in a package's door: those of its `.pyi`, else of its `__all__`."""
    stub = package / "__init__.pyi"
    tree = ast.parse((stub if stub.is_file() else package / "__init__.py").read_text("utf-8"))
    if stub.is_file():
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        return [alias.asname or alias.name for node in imports for alias in node.names]
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return list(ast.literal_eval(node.value))
    return []


if __name__ == "__main__":
    main()
