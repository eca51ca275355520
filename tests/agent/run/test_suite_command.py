"""The test command that a tree asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.run.suite_command import find_test_command


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"pyproject.toml": "", "tests/test_a.py": ""}, "python -m pytest -q"),
        ({"setup.py": "", "test_a.py": ""}, "python -m pytest -q"),
        ({"go.mod": ""}, "go test ./..."),
        ({"Cargo.toml": ""}, "cargo test --offline --quiet"),
        ({"package.json": '{"scripts": {"test": "vitest"}}'}, "npm test --silent"),
        ({"Makefile": "all:\n\ntest: all\n\t./check\n"}, "make test"),
        ({"pyproject.toml": ""}, None),
        (
            {
                "package.json": '{"scripts": {"test": '
                '"echo \\"Error: no test specified\\" && exit 1"}}'
            },
            None,
        ),
        ({"package.json": "[broken"}, None),
        ({"Makefile": "all:\n\t./build\n"}, None),
        ({}, None),
    ],
)
def test_the_command_follows_from_what_lies_there(
    tmp_path: Path, files: dict[str, str], command: str | None
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert find_test_command(tmp_path) == command
