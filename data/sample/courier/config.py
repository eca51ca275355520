"""Settings: defaults, then a TOML file, then the environment."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from courier.backoff import Backoff


class ConfigError(Exception):
    """The settings cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Config:
    """What can be set in `[courier]`, or as `COURIER_NAME` in the environment."""

    database: str = "courier.sqlite"
    base: float = 2.0
    factor: float = 2.0
    ceiling: float = 300.0
    attempts: int = 5

    def backoff(self) -> Backoff:
        try:
            return Backoff(self.base, self.factor, self.ceiling, self.attempts)
        except ValueError as error:
            raise ConfigError(str(error)) from error


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Config:
    """Read the settings. Raises `ConfigError` for unknown names and values of the wrong type."""
    values = _from_file(path) if path else {}
    for field in fields(Config):
        given = environment.get(f"COURIER_{field.name.upper()}")
        if given is not None:
            values[field.name] = given
    unknown = set(values) - {field.name for field in fields(Config)}
    if unknown:
        raise ConfigError(f"unknown settings: {', '.join(sorted(unknown))}")
    return Config(**{name: _convert(name, value) for name, value in values.items()})


def _from_file(path: Path) -> dict[str, object]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return dict(content.get("courier", {}))


def _convert(name: str, value: object) -> object:
    kind = type(getattr(Config, name))
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{name} must be a {kind.__name__}, not {value!r}") from error
