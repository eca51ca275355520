import pytest

from courier import Backoff


def test_the_delay_doubles_with_each_attempt():
    backoff = Backoff(base=2.0, factor=2.0)
    assert [backoff.delay(n) for n in (1, 2, 3, 4)] == [2.0, 4.0, 8.0, 16.0]


def test_the_delay_has_a_ceiling():
    assert Backoff(ceiling=30.0).delay(20) == 30.0


def test_a_factor_below_one_is_refused():
    with pytest.raises(ValueError):
        Backoff(factor=0.5)
