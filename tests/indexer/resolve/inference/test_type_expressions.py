"""Annotations as trees, and the types of elements, items and results."""

from __future__ import annotations

import pytest

from indexer.resolve.inference.type_expressions import (
    NOTHING,
    TypeExpression,
    element_type,
    item_type,
    method_result,
    parse_type,
    result_type,
)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("A", TypeExpression("A")),
        ("Optional[A]", TypeExpression("A")),
        ("A | None", TypeExpression("A")),
        ("Union[A, B]", TypeExpression("|", (TypeExpression("A"), TypeExpression("B")))),
        ('list["A"]', TypeExpression("list", (TypeExpression("A"),))),
        ("A[]", TypeExpression("list", (TypeExpression("A"),))),
        ("", NOTHING),
        ("[[[", TypeExpression("list", (TypeExpression("list", (TypeExpression("list"),)),))),
    ],
)
def test_an_annotation_is_a_tree(annotation: str, expected: TypeExpression) -> None:
    assert parse_type(annotation) == expected


def test_parsing_ends_in_deep_brackets() -> None:
    assert parse_type("list[" * 5_000 + "A").name == "list"


def test_the_element_of_a_mapping_is_its_key_and_its_item_the_value() -> None:
    mapping = parse_type("dict[A, B]")
    assert (element_type(mapping), item_type(mapping, "k")) == (
        TypeExpression("A"),
        TypeExpression("B"),
    )


def test_an_item_of_a_tuple_goes_by_its_number() -> None:
    assert (
        item_type(parse_type("tuple[A, B]"), "1"),
        item_type(parse_type("tuple[A, B]"), "2"),
    ) == (
        TypeExpression("B"),
        NOTHING,
    )


def test_items_of_a_mapping_are_pairs() -> None:
    assert element_type(method_result(parse_type("dict[A, B]"), "items")) == TypeExpression(
        "tuple", (TypeExpression("A"), TypeExpression("B"))
    )


def test_the_result_of_a_callable_is_its_last_argument() -> None:
    assert result_type(parse_type("Callable[[int], A]")) == TypeExpression("A")
