"""The documents name every command and option; links and transcripts are real."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
import typer

from agent.cli.app import app

from .program import SAMPLE, clew

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").glob("*.md"))]
REFERENCE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
COMMANDS = vars(typer.main.get_command(app))["commands"]  # the vendored class is not exported
TRANSCRIPT = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_command_has_a_heading_in_the_reference() -> None:
    headings = re.findall(r"^### (.*)$", REFERENCE, re.MULTILINE)
    words = " ".join(headings).replace(",", "").split()
    assert sorted(COMMANDS) == sorted(word for word in words if word != "clew")


def test_every_option_is_in_the_reference() -> None:
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
        if option.startswith("-")
        and option != "--help"
        and not re.search(rf"{option}\b", REFERENCE)
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_linked_or_named_file_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    named = re.findall(
        r"`((?:indexer|retrieval|agent|tests|data|benchmarks|docs)/[\w/.]+\.\w+)`", text
    )
    missing = [link for link in links if not (document.parent / link).exists()]
    missing += [path for path in named if not (ROOT / path).exists()]
    assert missing == []


def test_the_readme_is_short() -> None:
    text = (ROOT / "README.md").read_bytes()
    assert text.count(b"\n") <= 120
    assert len(text) <= 8_000


@pytest.mark.parametrize(
    "document",
    [path for path in DOCUMENTS if TRANSCRIPT.search(path.read_text(encoding="utf-8"))],
    ids=lambda path: path.name,
)
def test_transcripts_are_what_the_program_prints(document: Path, tmp_path: Path) -> None:
    tree = tmp_path / "courier"
    shutil.copytree(SAMPLE, tree)
    steps = [
        step
        for block in TRANSCRIPT.findall(document.read_text(encoding="utf-8"))
        for step in block.split("$ ")[1:]
    ]
    if not steps[0].startswith("clew index"):
        assert clew("index", cwd=tree).code == 0
    for step in steps:
        command, _, expected = step.partition("\n")
        done = clew(*shlex.split(command)[1:], cwd=tree)
        assert done.code == 0, done.err
        assert matches(expected, done.out), f"{command}\n{done.out}"


def matches(expected: str, printed: str) -> bool:
    """Return True if the output is as expected; `…` stands for any text or lines."""
    pattern = re.escape(expected.rstrip("\n")).replace("…", ".*")
    return re.fullmatch(pattern, printed.rstrip("\n"), re.DOTALL) is not None
