"""Callers of one of several definitions of a name."""

from __future__ import annotations

from benchmarks.equal_names import callers_of, in_language, measure, most_defined

RIGHT = ("a.py", "f", "b.py", "A.get")
WRONG = ("a.py", "f", "c.py", "B.get")


def test_callers_are_kept_apart_by_definition() -> None:
    assert callers_of({RIGHT, WRONG}) == {
        ("b.py", "A.get"): {("a.py", "f")},
        ("c.py", "B.get"): {("a.py", "f")},
    }


def test_a_caller_of_the_other_definition_is_wrong() -> None:
    [row] = measure({RIGHT}, {RIGHT, WRONG}, ["get"])
    assert (row["precision"], row["recall"], row["definitions"]) == (0.5, 1.0, 2)


def test_names_with_too_few_definitions_are_not_taken() -> None:
    assert most_defined({("a.py", "A.get"), ("b.py", "B.get"), ("b.py", "put")}, 2) == ["get"]


def test_calls_of_a_language_that_the_truth_does_not_know_are_left_out() -> None:
    assert in_language({RIGHT, ("a.js", "f", "a.js", "get")}, {RIGHT}) == {RIGHT}
