"""The bound on chains of inference, and independence from the goal that asks first."""

from __future__ import annotations

from indexer.resolve.inference.recursion import MAX_DEPTH, Recursion

from ..test_resolver import edges


def chain_of_exports(length: int) -> dict[str, str]:
    """A class that is imported from module to module; the first file uses the last import."""
    modules = {f"m{i}.py": f"from m{i - 1} import A\n" for i in range(1, length + 1)}
    use = f"from m{length} import A\ndef go():\n    A().run_it()\n"
    return {"a.py": use, "m0.py": "class A:\n    def run_it(self): ...\n", **modules}


def test_goals_beyond_the_bound_are_not_allowed() -> None:
    recursion = Recursion()
    for _ in range(MAX_DEPTH):
        recursion.__enter__()
    assert not recursion.is_exceeded
    with recursion as is_allowed:
        assert not is_allowed
        assert recursion.is_exceeded
    assert recursion.depth == MAX_DEPTH


def test_a_restarted_count_is_restored() -> None:
    recursion = Recursion()
    with recursion, recursion:
        with recursion.restarted():
            assert recursion.depth == 1
        assert recursion.depth == 2


def test_an_exception_closes_its_goals() -> None:
    recursion = Recursion()
    try:
        with recursion, recursion.restarted(), recursion:
            raise KeyError
    except KeyError:
        pass
    assert recursion.depth == 0


def test_names_at_the_end_of_long_chains_have_no_value() -> None:
    call = ("a.py::go", "m0.py::A.run_it")
    assert call in edges(chain_of_exports(8))
    assert call not in edges(chain_of_exports(16))
