"""Python's rules of names: the last binding counts, defaults belong to the outer scope."""

from __future__ import annotations

import pytest

from indexer.extract.extractor import extract_facts
from indexer.resolve.resolver import Resolver

from .test_resolver import edges

CALLED = "def f(): pass\ndef g(): pass\n"


def calls(main: str, **modules: str) -> set[tuple[str, str]]:
    """The calls of `main.py`, callers and callees without their paths where they are its own."""
    files = {"main.py": main, **{f"{name}.py": text for name, text in modules.items()}}
    found = edges(files)
    return {(src.removeprefix("main.py::"), dst.removeprefix("main.py::")) for src, dst in found}


def test_of_star_imports_the_last_that_has_a_name_counts() -> None:
    found = calls("from a import *\nfrom b import *\nf()\ng()\n", a=CALLED, b="def f(): pass\n")
    assert found == {("main.py", "b.py::f"), ("main.py", "a.py::g")}


def test_an_import_below_a_variable_of_its_name_counts() -> None:
    assert calls(CALLED + "p = f\nfrom a import p\np()\n", a=CALLED + "p = g\n") == {
        ("main.py", "a.py::g")
    }


def test_an_import_above_a_variable_of_its_name_does_not_count() -> None:
    assert calls(CALLED + "from a import p\np = f\np()\n", a="def p(): pass\n") == {
        ("main.py", "f")
    }


def test_a_variable_at_the_top_is_called_as_what_it_was_last_bound_to_above_the_call() -> None:
    assert calls(CALLED + "a = f\na()\na = g\n") == {("main.py", "f")}


def test_an_attribute_that_one_function_was_put_into_calls_that_one() -> None:
    text = (
        "class A:\n    def __init__(self):\n"
        "        self.run = f\n    def go(self):\n"
        "        self.run()\n"
    )
    assert ("A.go", "f") in calls(CALLED + text)


def test_an_attribute_that_two_functions_were_put_into_calls_none() -> None:
    text = (
        "class A:\n    def __init__(self, x):\n"
        "        self.run = f\n        if x: self.run = g\n"
        "    def go(self):\n        self.run()\n"
    )
    assert not calls(CALLED + text)


def test_an_attribute_that_a_parameter_was_put_into_calls_none_by_the_parameters_default() -> None:
    text = (
        "class A:\n    def __init__(self, x=f):\n"
        "        self.run = x\n    def go(self):\n"
        "        self.run()\nA(g).run()\n"
    )
    assert calls(CALLED + text) == {("main.py", "A")}


KINDS = (
    "class A:\n    def go(self): pass\n"
    "class B(A):\n    def go(self): pass\n"
    "    def stop(self): return True\n"
)


@pytest.mark.parametrize(
    "body",
    [
        "if isinstance(x, B):\n        x.stop()",
        "if y and isinstance(x, B) and x.stop(): pass",
        "if y: pass\n    elif isinstance(x, B):\n        x.stop()",
        "if not isinstance(x, B):\n        return\n    x.stop()",
        "if not isinstance(x, B) or x.stop(): pass",
        "assert isinstance(x, B)\n    x.stop()",
        "while isinstance(x, B):\n        x.stop()",
        "return [each.stop() for each in x if isinstance(each, B)]",
        "if isinstance(x.y, B):\n        x.y.stop()",
    ],
)
def test_a_test_of_the_type_holds_for_the_lines_that_it_decides(body: str) -> None:
    assert calls(KINDS + f"def h(x, y):\n    {body}\n") == {("h", "B.stop")}


@pytest.mark.parametrize(
    "body",
    [
        "if isinstance(x, B): pass\n    x.stop()",
        "if isinstance(x, B): pass\n    else:\n        x.stop()",
        "if isinstance(x, B) or y:\n        x.stop()",
        "if not isinstance(x, B):\n        x.stop()",
        "if isinstance(x, B):\n        x = y\n        x.stop()",
        "if isinstance(x, B):\n        def inner(x):\n            x.stop()",
        "if isinstance(x, *B):\n        x.stop()",
        "if isinstance(x):\n        x.stop()",
    ],
)
def test_a_test_of_the_type_says_nothing_elsewhere(body: str) -> None:
    assert not calls(KINDS + f"def h(x, y):\n    {body}\n")


def test_a_test_for_a_base_takes_nothing_from_what_is_known() -> None:
    assert calls(KINDS + "def h(x: B):\n    if isinstance(x, A):\n        x.go()\n") == {
        ("h", "B.go")
    }


def test_a_caught_exception_is_one_of_the_class_that_is_named() -> None:
    text = (
        "class E(Exception):\n    def go(self): pass\n"
        "def h():\n    try: pass\n    except E as e:\n"
        "        e.go()\n"
    )
    assert calls(text) == {("h", "E.go")}


def test_after_two_branches_the_first_is_told_and_within_them_each_its_own() -> None:
    text = (
        "def h(y):\n    if y:\n        x = A()\n"
        "        x.go()\n    else:\n        x = B()\n"
        "        x.go()\n"
    )
    assert calls(KINDS + text) >= {("h", "A.go"), ("h", "B.go")}
    after = calls(
        KINDS + "def h(y):\n    if y:\n        x = A()\n    else:\n        x = B()\n    x.go()\n"
    )
    assert ("h", "A.go") in after
    assert ("h", "B.go") not in after


@pytest.mark.parametrize("head", ["x=f()", "x: int = f()", "*, x=f()", "x=(f(), 1)"])
def test_a_default_is_called_where_the_function_is_defined(head: str) -> None:
    assert calls(CALLED + f"class A:\n    def m(self, {head}):\n        g()\n") == {
        ("A", "f"),
        ("A.m", "g"),
    }


def test_a_default_of_the_parameters_own_name_means_the_name_outside() -> None:
    assert calls(CALLED + "def h(f=f()):\n    return f\n") == {("main.py", "f")}


def test_variables_that_are_other_names_of_each_other_end() -> None:
    facts = extract_facts("a.py", b"def f():\n    pass\na = f\nb = a\na = b\nb()\n", "python")
    assert "a.py::f" in {edge.dst for edge in Resolver({"a.py": facts}).edges("a.py")}
