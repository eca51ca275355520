"""Which files a change has resolved again, told from facts alone."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.extract.extractor import extract_facts
from indexer.facts.in_memory import InMemoryFacts
from indexer.languages.registry import language_of
from indexer.records import Edge, FileFacts
from indexer.resolve.c_includers import find_changed_includers
from indexer.resolve.dependencies import altered_keys, include_keys
from indexer.resolve.resolver import Resolver

Resolved = dict[str, tuple[list[Edge], list[int]]]


def facts_of(path: str, text: str) -> FileFacts:
    return extract_facts(path, text.encode(), language_of(path, text.encode()))


def resolved(facts: dict[str, FileFacts]) -> tuple[Resolved, Resolver]:
    resolver = Resolver(facts)
    return {path: resolver.resolve(path) for path in facts}, resolver


def only(facts: dict[str, FileFacts], paths: Iterable[str]) -> dict[str, FileFacts]:
    return {path: facts[path] for path in paths if path in facts}


def stale(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """Return the unchanged files to be resolved again; the others keep a clean build's edges."""
    old, new = (
        {path: facts_of(path, text) for path, text in sorted(texts.items())}
        for texts in (before, after)
    )
    edges, resolver = resolved(old)
    changed = [path for path in {**old, **new} if old.get(path) != new.get(path)]
    asked = altered_keys(only(old, changed), only(new, changed), resolver.module_inputs())
    elsewhere = find_changed_includers(InMemoryFacts(new), only(old, changed), only(new, changed))
    asked |= include_keys(elsewhere)
    same = {path for path in old if path not in changed}
    found = {path for path in same if path in elsewhere or asked.intersection(edges[path][1])}
    clean, _ = resolved(new)
    assert all(clean[path] == edges[path] for path in same - found if path in new)
    return found
