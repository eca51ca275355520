"""Issues with known fixes, and the ranks of their files and functions among hits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer import CALLABLES, FoundSymbol, base_name
from retrieval import Hit, Searcher

COUNTED = CALLABLES | {"class", "struct", "interface", "enum", "macro"}
TEST_PARTS = ("test", "tests", "testing", "conftest.py")


@dataclass(frozen=True, slots=True)
class Changed:
    """A function changed by a fix."""

    path: str
    qualname: str
    start_line: int  # 1-based, inclusive; 0 if unknown
    end_line: int


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue with a known fix."""

    name: str
    repository: str  # OWNER/NAME of the mirror with the commit
    commit: str
    text: str
    files: frozenset[str]
    functions: tuple[Changed, ...]


def read_issues(lines: Iterable[str]) -> list[Issue]:
    """Return the issues of a file of labels, without those that changed no existing file."""
    issues = []
    for row in map(json.loads, lines):
        functions = tuple(
            Changed(
                each["path"], each["qualname"], each.get("start_line", 0), each.get("end_line", 0)
            )
            for each in row["functions_changed"]
        )
        files = frozenset(row["files_changed"])
        if files:
            text, place = row["problem_statement"], row["history"]
            issues.append(
                Issue(row["instance_id"], place, row["base_commit"], text, files, functions)
            )
    return issues


def is_test(path: str) -> bool:
    """Return True if a file is no candidate."""
    *folders, name = path.split("/")
    return (
        any(part in TEST_PARTS for part in (*folders, name))
        or name.startswith("test_")
        or "_test." in name
    )


def ranks(searcher: Searcher, issue: Issue, hits: Sequence[Hit]) -> tuple[int, int]:
    """Return the 1-based ranks of the last changed file and of the last changed function among
    `hits`.

    A rank is 0 if one is missing; that of functions is -1 if no function was changed.
    """
    candidates = [hit for hit in hits if not is_test(hit.path)]
    files = list(dict.fromkeys(hit.path for hit in candidates))
    symbols = searcher.snapshot.symbols_in(sorted({*files, *issue.files}))
    units = units_of(symbols)
    gold = frozenset(unit_of(units, symbols, changed) for changed in issue.functions)
    ids = (f"{h.path}::{h.symbol}" if h.symbol else symbol_on(symbols, h) for h in candidates)
    functions = list(dict.fromkeys(units[key] for key in ids if key in units))
    return last_rank(files, issue.files), last_rank(functions, gold) if gold else -1


def symbol_on(symbols: Iterable[FoundSymbol], hit: Hit) -> str:
    """Return the id of the innermost counted symbol around the hit's first line, else of the first
    to begin in the hit, or ""."""
    spans = [
        (each.symbol.start_line, -each.symbol.end_line, each.id)
        for each in symbols
        if each.path == hit.path and each.symbol.kind in COUNTED
    ]
    touched = [span for span in spans if span[0] <= hit.end_line and -span[1] >= hit.start_line]
    around = [span for span in touched if span[0] <= hit.start_line]
    return max(around)[2] if around else min(touched)[2] if touched else ""


def units_of(symbols: Iterable[FoundSymbol]) -> dict[str, str]:
    """Return the unit of each function, method and type by symbol id: its outermost function, or
    the class of a constructor. Numbered definitions of one name are one unit. `symbols` come by
    file, parents first."""
    units: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for each in symbols:
        if each.symbol.kind in COUNTED:
            outer = each.id.rpartition(".")[0]
            counts_as_outer = kinds.get(outer) in CALLABLES or (
                outer in kinds and each.symbol.name == "__init__"
            )
            kinds[each.id] = each.symbol.kind
            units[each.id] = units[outer] if counts_as_outer else base_name(each.id)
    return units


def unit_of(units: dict[str, str], symbols: Sequence[FoundSymbol], changed: Changed) -> str:
    """Return the unit of a changed function. Labels write namespaces and constructors differently:
    an unknown qualified name is replaced by the symbol of its last name on the labelled lines."""
    label = f"{changed.path}::{changed.qualname}"
    if label in units:
        return units[label]
    last = changed.qualname.rpartition(".")[2]
    candidates = [
        each
        for each in symbols
        if each.path == changed.path and each.symbol.name == last and each.id in units
    ]
    for each in candidates:
        if (
            each.symbol.start_line <= changed.end_line
            and changed.start_line <= each.symbol.end_line
        ):
            return units[each.id]
    return label


def last_rank(ranked: Sequence[str], gold: frozenset[str]) -> int:
    """Return the 1-based rank of the last of `gold`; 0 if one is missing."""
    places = {each: at for at, each in enumerate(ranked, 1)}
    return max(places[each] for each in gold) if gold and gold <= places.keys() else 0
