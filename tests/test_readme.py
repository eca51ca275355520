"""The README names every command and every option of its own."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from agent.cli.app import app

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = getattr(typer.main.get_command(app), "commands")  # noqa: B009 - the vendored class is not exported


def test_every_command_stands_in_the_readme() -> None:
    code = " ".join(re.findall(r"^### (.*)$", README, re.MULTILINE)).replace(",", "").split()
    assert sorted(COMMANDS) == sorted(word for word in code if word != "clew")


def test_every_option_stands_in_the_readme() -> None:
    inner = {
        f"{name} {key}": each
        for name, one in COMMANDS.items()
        for key, each in getattr(one, "commands", {}).items()
    }
    missing = [
        (name, option)
        for name, command in {**COMMANDS, **inner}.items()
        for parameter in command.params
        for option in parameter.opts[:1]
        if option.startswith("-") and option != "--help" and not re.search(rf"{option}\b", README)
    ]
    assert missing == []


def test_every_file_that_the_documents_link_to_exists() -> None:
    for document in ("README.md", "AGENTS.md", "DESIGN.md", "CHANGELOG.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
        named = re.findall(
            r"`((?:indexer|retrieval|agent|tests|data|benchmarks)/[\w/.]+\.\w+)`", text
        )
        assert [
            path for path in links + named if not (ROOT / path).exists() and "LOG.md" not in path
        ] == []
