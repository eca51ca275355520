"""The repository's requests in `[tool.clew]` of its pyproject.toml, obeyed only with consent.

    [tool.clew]
    setup = "python -m venv $CLEW_ENV && $CLEW_ENV/bin/pip install pytest attrs"
    test = "python -m pytest -q"
    image = "python:3.12"

`setup` runs once, with network; `image` is for a container. Consent is bound to a hash of exactly
these values and of the files named in `setup` (`sh tools/setup.sh`). It holds for this repository
and for others with the same hash; the environment of a set-up is used by one repository alone.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..workspace import state_folder

_WORD = re.compile(r"[^\s'\"=;&|<>()$]+")
FIELDS = {  # name → meaning, for the person who is asked
    "setup": "a command that runs once, in the sandbox but with network,"
    " to install what tests need",
    "test": "the command that has to pass",
    "image": "the container's image, where the sandbox is docker",
}
REQUIREMENT_FILES = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements*.txt",
    "*.lock",
    "package*.json",
    "go.sum",
    "Cargo.lock",
)
SHORTEST_DIGEST = 12  # digits of a hash that the user may abbreviate to


@dataclass(frozen=True, slots=True)
class Configuration:
    """The values of `[tool.clew]`."""

    setup: str = ""  # a shell command
    test: str = ""  # a shell command
    image: str = ""  # of a container
    scripts: tuple[tuple[str, str], ...] = ()  # (path, digest) of files named in `setup`

    @property
    def text(self) -> str:
        """The text for the person; the hash is computed from it."""
        values = ((name, getattr(self, name), meaning) for name, meaning in FIELDS.items())
        lines = [f"{name} = {value!r}\n    {meaning}" for name, value, meaning in values if value]
        scripts = [f"\n    runs {path} (sha256 {digest[:16]})" for path, digest in self.scripts]
        head = "The repository asks for this ([tool.clew] in pyproject.toml):\n"
        return head + "\n".join(lines) + "".join(scripts)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


def read_configuration(root: Path) -> Configuration | None:
    """Return the configuration of a tree, or None if there is none or it cannot be read."""
    try:
        table = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["clew"]
        values = {name: table[name] for name in FIELDS if isinstance(table.get(name), str)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if not any(values.values()):
        return None
    return Configuration(**values, scripts=tuple(_find_scripts(root, values.get("setup", ""))))


def _find_scripts(root: Path, command: str) -> Iterator[tuple[str, str]]:
    """Yield the files of the tree named in a command, with digests of their content."""
    for word in sorted(set(_WORD.findall(command))):
        path = root / word
        is_file = not path.is_symlink() and path.is_file()
        if is_file and path.resolve().is_relative_to(root.resolve()):
            yield word, hashlib.sha256(path.read_bytes()).hexdigest()


def is_trusted(configuration: Configuration, digest: str | None) -> bool:
    """Tell if a person consented earlier, or passes the digest now, in 12 digits at least."""
    is_long_enough = digest is not None and len(digest) >= SHORTEST_DIGEST
    if is_long_enough and configuration.digest.startswith(str(digest)):
        return True
    return (trusted_folder() / configuration.digest).exists()


def trust(configuration: Configuration) -> None:
    """Remember the consent."""
    folder = trusted_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / configuration.digest).write_text(configuration.text, encoding="utf-8")


def trusted_folder() -> Path:
    return state_folder().parent / "trusted"


def environment_folder(configuration: Configuration, root: Path, repository: Path) -> Path:
    """Return the folder for the installations of a set-up.

    It is the same for equal commands and equal requirement files in the tree `root`, a copy of the
    user's `repository`. No other repository uses it, so none can be harmed by this one's set-up.
    """
    key = f"{repository.resolve()}\0{configuration.text}"
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass"))
    matches = (path for pattern in REQUIREMENT_FILES for path in root.glob(pattern))
    for path in sorted(path for path in matches if path.is_file()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return state_folder().parent / "environments" / digest.hexdigest()[:24]
