"""Intervals and differences of figures."""

from __future__ import annotations

import pytest

from benchmarks.report.bootstrap import difference, estimate


def test_an_interval_holds_its_value_and_is_the_same_again() -> None:
    values = {"a": [1.0, 0.0, 0.0, 1.0], "b": [1.0]}
    interval = estimate(values)
    assert interval.value == pytest.approx(0.6)
    assert interval.low < interval.value < interval.high
    assert estimate(values) == interval


def test_weights_of_strata_replace_their_sizes() -> None:
    assert estimate({"a": [1.0, 0.0], "b": [1.0]}, {"a": 0.5, "b": 0.5}).value == pytest.approx(
        0.75
    )


def test_a_difference_that_may_be_none_is_noise() -> None:
    base = [float(at % 2) for at in range(40)]
    assert difference({"a": base}, {"a": base[::-1]}).is_noise()
    assert not difference({"a": [1.0] * 20 + base}, {"a": [0.0] * 20 + base}).is_noise()


def test_results_about_other_questions_are_not_compared() -> None:
    with pytest.raises(ValueError, match="different questions"):
        difference({"a": [1.0]}, {"a": [1.0, 0.0]})
