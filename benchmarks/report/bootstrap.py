"""Intervals of means and of their differences, by resampling questions within repositories.

A figure is a weighted mean of the means of its strata. The strata (repositories) stay; their
questions are resampled (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 8).
The interval therefore shows how far the figure depends on these questions, not on these
repositories. The same values give the same interval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RESAMPLES = 2_000
TAIL = 0.025  # on each side, of a 95 % interval
SEED = 20_240

Values = Mapping[str, Sequence[float]]  # stratum → a number for each of its questions


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its 95 % interval."""

    value: float
    low: float
    high: float

    def is_noise(self) -> bool:
        """Return True if a difference may be zero."""
        return self.low <= 0.0 <= self.high


def by_size(values: Values) -> dict[str, float]:
    """Return the weights of a plain mean over all questions."""
    total = sum(map(len, values.values()))
    return {stratum: len(numbers) / total for stratum, numbers in values.items()} if total else {}


def estimate(values: Values, weights: Mapping[str, float] | None = None) -> Estimate:
    """Return the mean of `values` with its interval, strata weighted by `weights` or else by their
    size.

    Strata without a value, or without a weight, are left out.
    """
    import numpy as np

    weights = by_size(values) if weights is None else weights
    source = np.random.default_rng(SEED)
    value, means = 0.0, np.zeros(RESAMPLES)
    for stratum in sorted(
        stratum for stratum, numbers in values.items() if len(numbers) and stratum in weights
    ):
        numbers = np.asarray(values[stratum], dtype=np.float64)
        value += weights[stratum] * float(numbers.mean())
        means += weights[stratum] * numbers[
            source.integers(0, len(numbers), (RESAMPLES, len(numbers)))
        ].mean(axis=1)
    low, high = np.quantile(means, [TAIL, 1.0 - TAIL])
    return Estimate(value, float(low), float(high))


def difference(
    ours: Values, theirs: Values, weights: Mapping[str, float] | None = None
) -> Estimate:
    """Return the mean difference of `ours` and `theirs`, question by question in the same order.

    Raise ValueError if their questions differ.
    """
    if {stratum: len(numbers) for stratum, numbers in ours.items()} != {
        stratum: len(numbers) for stratum, numbers in theirs.items()
    }:
        raise ValueError("the two results are about different questions")
    paired = {
        s: [a - b for a, b in zip(numbers, theirs[s], strict=True)] for s, numbers in ours.items()
    }
    return estimate(paired, weights)
