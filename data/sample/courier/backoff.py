"""How long to wait before a failed job is tried again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Exponential back-off with an upper bound."""

    base: float = 2.0  # seconds before the second attempt
    factor: float = 2.0
    ceiling: float = 300.0  # seconds
    attempts: int = 5  # after so many the job is dead

    def __post_init__(self) -> None:
        if self.base <= 0 or self.factor < 1 or self.ceiling < self.base:
            raise ValueError("a back-off needs base > 0, factor >= 1 and ceiling >= base")

    def delay(self, attempts: int) -> float:
        """Seconds to wait after the given number of attempts."""
        if attempts < 1:
            raise ValueError("there was no attempt yet")
        return min(self.base * self.factor ** (attempts - 1), self.ceiling)

    def exhausted(self, attempts: int) -> bool:
        """Whether the job has had all its attempts."""
        return attempts >= self.attempts
