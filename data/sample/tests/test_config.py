import pytest

from courier.config import Config, ConfigError, load


def test_the_file_overrides_the_defaults(tmp_path):
    path = tmp_path / "courier.toml"
    path.write_text("[courier]\nbase = 5\nattempts = 3\n")
    assert load(path, {}) == Config(base=5.0, attempts=3)


def test_the_environment_overrides_the_file(tmp_path):
    path = tmp_path / "courier.toml"
    path.write_text("[courier]\nbase = 5\n")
    assert load(path, {"COURIER_BASE": "7.5"}).base == 7.5


def test_unknown_settings_are_named(tmp_path):
    path = tmp_path / "courier.toml"
    path.write_text("[courier]\nspeed = 9\n")
    with pytest.raises(ConfigError, match="speed"):
        load(path, {})
