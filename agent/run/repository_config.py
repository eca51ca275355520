"""What a repository asks for in `[tool.clew]` of its pyproject.toml: nothing of it is obeyed before a person saw it.

    [tool.clew]
    setup = "python -m venv $CLEW_ENV && $CLEW_ENV/bin/pip install pytest attrs"    # once, with network
    test = "python -m pytest -q"
    image = "python:3.12"                                                            # for a container

Consent is bound to a hash of exactly these values and of the files that `setup` names (`sh tools/setup.sh`), for this
repository and the next one that asks for the same. What a set-up installs is used by one repository alone.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..workspace.worktree import state_folder

_WORD = re.compile(r"[^\s'\"=;&|<>()$]+")
INSTALLED = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements*.txt",
    "*.lock",
    "package*.json",
    "go.sum",
    "Cargo.lock",
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """The values that count."""

    setup: str = ""  # a shell command
    test: str = ""  # a shell command
    image: str = ""  # of a container
    scripts: tuple[
        tuple[str, str], ...
    ] = ()  # (path, digest) of the tree's files that `setup` names

    @property
    def text(self) -> str:
        """What a person is shown, and what the hash is of."""
        lines = [
            (
                "setup",
                self.setup,
                "a command that runs once, in the sandbox but with network, to install what tests need",
            ),
            ("test", self.test, "the command that has to pass"),
            ("image", self.image, "the container's image, where the sandbox is docker"),
        ]
        shown = "\n".join(
            f"{name} = {value!r}\n    {meaning}" for name, value, meaning in lines if value
        )
        shown += "".join(
            f"\n    runs {path} (sha256 {digest[:16]})" for path, digest in self.scripts
        )
        return f"The repository asks for this ([tool.clew] in pyproject.toml):\n{shown}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


def read_configuration(root: Path) -> Configuration | None:
    """What the tree asks for; None where it asks for nothing, or for nothing that can be read."""
    try:
        table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["clew"]
        values = {
            name: table[name]
            for name in ("setup", "test", "image")
            if isinstance(table.get(name), str)
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if not any(values.values()):
        return None
    return Configuration(**values, scripts=tuple(_scripts(root, values.get("setup", ""))))


def _scripts(root: Path, command: str) -> Iterator[tuple[str, str]]:
    """The files of the tree that a command names, each with the digest of what it says now."""
    for word in sorted(set(_WORD.findall(command))):
        path = root / word
        if (
            not path.is_symlink()
            and path.is_file()
            and path.resolve().is_relative_to(root.resolve())
        ):
            yield word, hashlib.sha256(path.read_bytes()).hexdigest()


def is_trusted(configuration: Configuration, given: str | None) -> bool:
    """Whether it was consented to earlier, or its digest, 12 digits at least, is given now."""
    named = given is not None and len(given) >= 12 and configuration.digest.startswith(given)
    return named or (trusted_folder() / configuration.digest).exists()


def trust(configuration: Configuration) -> None:
    """Remember the consent."""
    folder = trusted_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / configuration.digest).write_text(configuration.text, encoding="utf-8")


def trusted_folder() -> Path:
    return state_folder().parent / "trusted"


def environment_folder(configuration: Configuration, root: Path, repository: Path) -> Path:
    """Where the set-up installs to: one folder for the same command and the same lists of what to install in the tree
    `root`, a copy of the user's `repository`. Others' repositories must not find in it what this one put there."""
    digest = hashlib.sha256(
        f"{repository.resolve()}\0{configuration.text}".encode("utf-8", "surrogatepass")
    )
    for path in sorted(
        path for pattern in INSTALLED for path in root.glob(pattern) if path.is_file()
    ):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return state_folder().parent / "environments" / digest.hexdigest()[:24]
