"""Expressions as chains, annotations as trees, the order of bases."""

from __future__ import annotations

import pytest

from indexer.extract.assignments import read_assignment, split_commas, value_chains
from indexer.resolve.mro import linearize
from indexer.resolve.type_expressions import NOTHING, Shape, element, item, method, result, shape


def test_names_on_both_sides_are_bound_pairwise() -> None:
    assert read_assignment("a, (b, c)", "f(x), (g, h)", "value") == (
        ("a", "f()"),
        ("b", "g"),
        ("c", "h"),
    )


def test_a_value_that_is_taken_apart_is_bound_by_position() -> None:
    assert read_assignment("a, b", "f()", "value") == (("a", "f()[0]"), ("b", "f()[1]"))


def test_a_star_ends_the_positions_that_are_known() -> None:
    assert read_assignment("a, *b, c", "f()", "value") == (("a", "f()[0]"),)


def test_zip_is_taken_apart_before_its_elements_are() -> None:
    assert read_assignment("a, b", "zip(x, y)", "each") == (("a", "x[*]"), ("b", "y[*]"))


def test_what_a_with_enters_is_a_step() -> None:
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
def test_an_expression_comes_to_these_chains(value: str, expected: tuple[str, ...]) -> None:
    assert value_chains(value) == expected


def test_commas_in_brackets_and_strings_part_nothing() -> None:
    assert split_commas("f(a, b), 'x, y', [c, d]") == ["f(a, b)", "'x, y'", "[c, d]"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("A", Shape("A")),
        ("Optional[A]", Shape("A")),
        ("A | None", Shape("A")),
        ("Union[A, B]", Shape("|", (Shape("A"), Shape("B")))),
        ('list["A"]', Shape("list", (Shape("A"),))),
        ("A[]", Shape("list", (Shape("A"),))),
        ("", NOTHING),
        ("[[[", Shape("list", (Shape("list", (Shape("list"),)),))),
    ],
)
def test_an_annotation_is_read_as_a_tree(written: str, expected: Shape) -> None:
    assert shape(written) == expected


def test_an_annotation_deeper_than_any_person_writes_ends() -> None:
    assert shape("list[" * 5_000 + "A").name == "list"


def test_the_element_of_a_mapping_is_its_key_and_its_item_the_value() -> None:
    found = shape("dict[A, B]")
    assert (element(found), item(found, "k")) == (Shape("A"), Shape("B"))


def test_an_item_of_a_tuple_goes_by_its_number() -> None:
    assert (item(shape("tuple[A, B]"), "1"), item(shape("tuple[A, B]"), "2")) == (
        Shape("B"),
        NOTHING,
    )


def test_items_of_a_mapping_are_pairs() -> None:
    assert element(method(shape("dict[A, B]"), "items")) == Shape("tuple", (Shape("A"), Shape("B")))


def test_calling_a_callable_gives_its_last_argument() -> None:
    assert result(shape("Callable[[int], A]")) == Shape("A")


def test_bases_are_searched_as_python_does() -> None:
    assert linearize("D", [["B", "A"], ["C", "A"]]) == ["D", "B", "C", "A"]


def test_bases_without_an_order_are_searched_depth_first() -> None:
    assert linearize("D", [["A", "B"], ["B", "A"]]) == ["D", "A", "B"]


def test_a_class_without_bases_is_searched_alone() -> None:
    assert linearize("D", []) == ["D"]
