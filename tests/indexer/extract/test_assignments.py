"""Assignments and expressions as chains of names."""

from __future__ import annotations

import pytest

from indexer.extract.assignments import read_assignment, split_commas, value_chains


def test_names_on_both_sides_are_bound_pairwise() -> None:
    assert read_assignment("a, (b, c)", "f(x), (g, h)", "value") == (
        ("a", "f()"),
        ("b", "g"),
        ("c", "h"),
    )


def test_an_unpacked_value_is_bound_by_position() -> None:
    assert read_assignment("a, b", "f()", "value") == (("a", "f()[0]"), ("b", "f()[1]"))


def test_a_star_ends_the_known_positions() -> None:
    assert read_assignment("a, *b, c", "f()", "value") == (("a", "f()[0]"),)


def test_zip_is_unpacked_before_its_elements() -> None:
    assert read_assignment("a, b", "zip(x, y)", "each") == (("a", "x[*]"), ("b", "y[*]"))


def test_entering_a_context_is_a_step() -> None:
    assert read_assignment("f", "open_it()", "enter") == (("f", "open_it()[+]"),)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a or b", ("a", "b")),
        ("a and b", ("b",)),
        ("a if c else b", ("a", "b")),
        ("await a.b()", ("a.b()",)),
        ("[a, b]", ("a[=]", "b[=]")),
        ("{'k': a}", ()),
        ("x['k'][1:]", ("x['k']",)),
        ("cast('A', x)", ("A()",)),
        ("getattr(x, 'y')", ("x.y",)),
        ("next(x)", ("x[*]",)),
        ("a or None", ("a",)),
        ("a + b", ()),
        ("", ()),
    ],
)
def test_an_expression_has_these_chains(value: str, expected: tuple[str, ...]) -> None:
    assert value_chains(value) == expected


def test_commas_in_brackets_and_strings_divide_nothing() -> None:
    assert split_commas("f(a, b), 'x, y', [c, d]") == ["f(a, b)", "'x, y'", "[c, d]"]
