"""What a file includes, directly or through others."""

from __future__ import annotations

import random

import pytest

from indexer.modules.finder import reach
from indexer.resolve.c_includes import Includes


def included(graph: dict[str, list[str]], path: str) -> set[str]:
    found = Includes(graph.__getitem__).closure(path)
    return {each for each in graph if each in found}


def test_a_file_sees_what_its_headers_include_and_itself() -> None:
    assert included({"a.c": ["b.h"], "b.h": ["c.h"], "c.h": [], "d.h": []}, "a.c") == {
        "a.c",
        "b.h",
        "c.h",
    }


def test_headers_that_include_each_other_see_the_same() -> None:
    graph = {"a.h": ["b.h"], "b.h": ["c.h", "d.h"], "c.h": ["a.h"], "d.h": [], "e.c": ["c.h"]}
    assert included(graph, "e.c") == {"a.h", "b.h", "c.h", "d.h", "e.c"}
    assert included(graph, "b.h") == {"a.h", "b.h", "c.h", "d.h"}


@pytest.mark.parametrize("seed", range(20))
def test_it_is_what_following_includes_one_by_one_gives(seed: int) -> None:
    pick = random.Random(seed)
    names = [f"{number}.h" for number in range(30)]
    graph = {name: pick.sample(names, pick.randint(0, 3)) for name in names}
    includes = Includes(graph.__getitem__)
    for name in pick.sample(names, len(names)):
        found = includes.closure(name)
        assert {each for each in names if each in found} == set(
            reach(name, graph.__getitem__, len(names) + 1)
        )


def test_a_chain_of_thousands_of_headers_is_followed() -> None:
    graph = {f"{n}.h": [f"{n + 1}.h"] for n in range(5_000)} | {"5000.h": []}
    assert len(included(graph, "0.h")) == 5_001
