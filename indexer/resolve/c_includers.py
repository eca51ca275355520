"""The C files with other includes than before a change, directly or not.

Every file of a kernel depends on the includes of a thousand headers. Storing them for each would
take more space than their edges, and one key for all would resolve all of them whenever a file is
added, deleted or includes another. So the change itself is followed: from the files with other
includes of their own to their includers.
"""

from __future__ import annotations

import os.path
from collections.abc import Collection, Iterator, Mapping

from ..facts import Facts
from ..languages import family_rules
from ..modules import ModuleFinder
from ..records import FileFacts


def find_changed_includers(
    facts: Facts, old: Mapping[str, FileFacts], new: Mapping[str, FileFacts]
) -> set[str]:
    """Return the files of `facts` with possibly other includes after a change: path → facts, before
    and after, as for `dependencies.altered_keys`.

    Unchanged includes lead to the same files as before. So it is enough to follow the includes as
    they are now.
    """
    changed = {path for path in new if _includes(old.get(path)) != _includes(new[path])}
    names = {
        os.path.basename(path)
        for path in {**old, **new}
        if _language(old, path) != _language(new, path)
    }
    changed.update(path for path, _ in facts.find_importers(names) if _is_includer(facts, path))
    finder = ModuleFinder(facts)
    frontier = set(changed)
    while frontier:
        frontier = set(_including(facts, finder, frontier, changed))
        changed |= frontier
    return changed


def _including(
    facts: Facts, finder: ModuleFinder, headers: set[str], known: Collection[str]
) -> Iterator[str]:
    """Yield the files beside `known` with an include among `headers`."""
    for path, module in facts.find_importers({os.path.basename(each) for each in headers}):
        if path in known or not _is_includer(facts, path):
            continue
        if not headers.isdisjoint(finder.find(path, module)):
            yield path


def _is_includer(facts: Facts, path: str) -> bool:
    return family_rules(facts.languages[path]).includes


def _includes(facts: FileFacts | None) -> list[tuple[str, str, str]]:
    """Return the includes of a C file, and its used namespaces."""
    if facts is None or not family_rules(facts.language).includes:
        return []
    return [(spec.module, spec.name, spec.alias) for spec in facts.imports]


def _language(files: Mapping[str, FileFacts], path: str) -> str | None:
    return files[path].language if path in files else None
