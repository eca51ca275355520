"""Whose includes a change alters: the files of C that include another file now, directly or through others.

Every file of a kernel depends on what a thousand headers include. To store that for each would take more room than their
edges, and to have all of them ask one question would resolve them all whenever a file comes, goes or includes another.
So the change itself is followed: from the files whose own text now leads elsewhere to those that include them.
"""

from __future__ import annotations

import os.path
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from ..languages.families import family_rules
from ..modules import ModuleFinder
from ..records import FileFacts

if TYPE_CHECKING:
    from ..facts.protocol import Facts


def including_anew(
    facts: Facts, old: Mapping[str, FileFacts], new: Mapping[str, FileFacts]
) -> set[str]:
    """The files of `facts` whose includes, direct or through others, may be others now that files have changed: path → facts,
    before and after, as for `needs.altered`.

    Files whose own includes are as before lead where they led. So whoever is found from the others, against the
    includes as they are now, is all that could be found against those of before.
    """
    found = {path for path in new if _includes(old.get(path)) != _includes(new[path])}
    named = {
        os.path.basename(path)
        for path in {**old, **new}
        if _language(old, path) != _language(new, path)
    }
    found.update(path for path, _ in facts.find_importers(named) if _is_includer(facts, path))
    finder = ModuleFinder(facts)
    front = set(found)
    while front:
        front = set(_including(facts, finder, front, found))
        found |= front
    return found


def _including(
    facts: Facts, finder: ModuleFinder, front: set[str], known: Collection[str]
) -> Iterator[str]:
    """The files that are not `known` and have an include that is one of `front`."""
    for path, module in facts.find_importers({os.path.basename(each) for each in front}):
        if (
            path not in known
            and _is_includer(facts, path)
            and not front.isdisjoint(finder.find(path, module))
        ):
            yield path


def _is_includer(facts: Facts, path: str) -> bool:
    return family_rules(facts.languages[path]).includes


def _includes(facts: FileFacts | None) -> list[tuple[str, str, str]]:
    """What a file of C includes, and the namespaces that it uses."""
    if facts is None or not family_rules(facts.language).includes:
        return []
    return [(spec.module, spec.name, spec.alias) for spec in facts.imports]


def _language(files: Mapping[str, FileFacts], path: str) -> str | None:
    return files[path].language if path in files else None
