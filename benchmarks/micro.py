"""Compare calls with the micro suites of PyCG and Jarvis.

    python -m benchmarks.micro SUITE [--truth DIR] [--json]

SUITE contains `CATEGORY/CASE/*.py`. `callgraph.json` is in the same folders, or in those below
`--truth`: caller → callees, both named by their module (`main.Class.method`). Callees defined
outside of the case are left out. A lambda is no symbol here and calls on behalf of the code around
it. Making an instance is a call of the class of the inherited `__init__`, and no call if no class
of the case has one.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from pathlib import Path

from indexer import FileFacts, Resolver, base_name, extract_facts, language_of

Call = tuple[str, str]
"""Caller and callee."""

_LAMBDA = re.compile(r"\.<lambda\d*>")


def true_calls(path: Path, known: set[str]) -> set[Call]:
    """Return the calls of a `callgraph.json` between `known` symbols."""
    graph = json.loads(path.read_text("utf-8"))
    pairs = [(caller, callee) for caller, callees in graph.items() for callee in callees]
    calls = {
        (_plain(caller), _plain(callee)) for caller, callee in pairs if "<lambda" not in callee
    }
    return {call for call in calls if known.issuperset(call)}


def resolved_calls(facts: dict[str, FileFacts]) -> set[Call]:
    """Return the calls between the symbols of a case, with the names of the suites."""
    resolver = Resolver(facts)
    edges = [edge for path in facts for edge in resolver.edges(path) if "::" in edge.dst]
    bases: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        if edge.kind == "inherits":
            bases[_dotted(edge.src)].append(_dotted(edge.dst))
    every = [(path, symbol) for path, file in facts.items() for symbol in file.symbols]
    classes = {
        _dotted(f"{path}::{symbol.qualname}") for path, symbol in every if symbol.kind == "class"
    }
    makers = {
        _dotted(f"{path}::{symbol.qualname}") for path, symbol in every if symbol.name == "__init__"
    }
    calls: set[Call] = set()
    for edge in edges:
        callee = _dotted(edge.dst)
        if callee in classes:
            callee = _maker(callee, bases, makers)
        if edge.kind == "calls" and callee:
            calls.add((_plain(_dotted(edge.src)), _plain(callee)))
    return calls


def _maker(name: str, bases: dict[str, list[str]], makers: set[str]) -> str:
    """Return the class of the `__init__` run for an instance of `name`, or "" if there is none."""
    if f"{name}.__init__" in makers:
        return name
    return next(
        filter(None, (_maker(base, bases, makers) for base in bases[name] if base != name)), ""
    )


def symbol_names(facts: dict[str, FileFacts]) -> set[str]:
    """Return the names of the modules and symbols of a case."""
    modules = {path: _dotted(path) for path in facts}
    symbols = {
        f"{modules[path]}.{symbol.qualname}"
        for path, file in facts.items()
        for symbol in file.symbols
    }
    return {_plain(name) for name in symbols | set(modules.values())}


def _dotted(symbol: str) -> str:
    path, _, name = symbol.partition("::")
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"{module}.{name}".rstrip(".")


def _plain(name: str) -> str:
    return base_name(_LAMBDA.sub("", name).removesuffix(".__init__"))


def case_facts(folder: Path) -> dict[str, FileFacts]:
    """Return the facts of the Python files of a case by path."""
    paths = sorted(path for path in folder.rglob("*.py"))
    sources = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return {
        path: extract_facts(path, source, language_of(path))
        for path, source in sorted(sources.items())
    }


def measure(suite: Path, truth: Path) -> dict[str, dict[str, list[str]]]:
    """Return `right`, `wrong` and `missed` of each category: calls written `case: caller →
    callee`."""
    categories: dict[str, dict[str, list[str]]] = defaultdict(
        lambda: {"right": [], "wrong": [], "missed": []}
    )
    for graph in sorted(truth.rglob("callgraph.json")):
        case = graph.parent.relative_to(truth)
        facts = case_facts(suite / case)
        true, ours = true_calls(graph, symbol_names(facts)), resolved_calls(facts)
        for kind, calls in (
            ("right", true & ours),
            ("wrong", ours - true),
            ("missed", true - ours),
        ):
            categories[case.parts[0]][kind] += [
                f"{case.as_posix()}: {src} → {dst}" for src, dst in sorted(calls)
            ]
    return categories


def main() -> None:
    """Print the figures of each category."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.micro", description=__doc__)
    parser.add_argument("suite", type=Path)
    parser.add_argument("--truth", type=Path, help="folder of the call graphs; SUITE by default")
    parser.add_argument("--json", action="store_true", help="one object, with every call")
    arguments = parser.parse_args()
    categories = measure(arguments.suite, arguments.truth or arguments.suite)
    if arguments.json:
        print(json.dumps(categories))
        return
    for category, calls in [*sorted(categories.items()), ("all", _together(categories))]:
        right, wrong, missed = (len(calls[kind]) for kind in ("right", "wrong", "missed"))
        precision, recall = right / max(right + wrong, 1), right / max(right + missed, 1)
        print(
            f"{category:<20} precision {precision:.3f}, recall {recall:.3f} ({right + wrong}"
            f" against {right + missed})"
        )


def _together(categories: dict[str, dict[str, list[str]]]) -> dict[str, list[str]]:
    return {
        kind: [call for calls in categories.values() for call in calls[kind]]
        for kind in ("right", "wrong", "missed")
    }


if __name__ == "__main__":
    main()
