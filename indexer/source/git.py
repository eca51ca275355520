"""What we ask of git. libgit2 runs no hooks, filters or monitors, so reading an untrusted repository does no harm."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import SourceError

if TYPE_CHECKING:
    import pygit2

READABLE_EXTENSIONS = [
    "partialclone"
]  # the format is the same; the objects that are missing are reported as such
SUBMODULE_MODE = 0o160000
FOLDER_MODE = 0o040000  # in a sparse index: a folder that is not checked out


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the index of a work tree holds, relative to its top."""

    files: frozenset[str] = frozenset()
    directories: frozenset[str] = frozenset()  # that hold tracked files, at any depth
    submodules: frozenset[str] = frozenset()


def open_repository(path: str) -> pygit2.Repository:
    """The repository at `path`: a bare one, a `.git` folder, or the top of a work tree, linked ones included.

    Who owns it does not matter, since it is only read.
    """
    import pygit2

    pygit2.settings.owner_validation = False
    pygit2.settings.set_extensions(READABLE_EXTENSIONS)
    try:
        return pygit2.Repository(path)
    except (pygit2.GitError, ValueError) as error:
        raise SourceError(f"{path} cannot be opened as a git repository: {error}") from error


def git_folder(folder: str) -> str:
    """The repository's own folder, of which a linked work tree has one to itself; "" where `folder` is in none."""
    import pygit2

    try:
        found = pygit2.discover_repository(folder)
    except (KeyError, pygit2.GitError):
        return ""
    return os.path.realpath(found) if found else ""


def head_commit(repository: pygit2.Repository) -> str:
    """The commit that is checked out; "" before the first one."""
    import pygit2

    try:
        return str(repository.revparse_single("HEAD").peel(pygit2.Commit).id)
    except (KeyError, pygit2.GitError):
        return ""


def tracked_files(repository: pygit2.Repository) -> Tracked:
    """What git tracks in the work tree of `repository`, conflicting entries included."""
    import pygit2

    try:
        entries = [(int(entry.mode), os.fspath(entry.path)) for entry in repository.index]
    except (OSError, pygit2.GitError) as error:
        entries = _listed_by_git(repository, str(error))
    files = {path for mode, path in entries if mode not in (SUBMODULE_MODE, FOLDER_MODE)}
    submodules = {path for mode, path in entries if mode == SUBMODULE_MODE}
    directories: set[str] = set()
    for path in files | submodules:
        cut = path.rfind("/")
        while cut > 0 and path[:cut] not in directories:
            directories.add(path[:cut])
            cut = path.rfind("/", 0, cut)
    return Tracked(frozenset(files), frozenset(directories), frozenset(submodules))


def _listed_by_git(repository: pygit2.Repository, why: str) -> list[tuple[int, str]]:
    """Mode and path of each entry from git itself: libgit2 knows neither sparse nor split indexes, as monorepos use.

    Nothing is run or fetched on the repository's behalf: no monitor, and no object is needed with `--sparse`.
    """
    command, environment = hardened()
    command += ["ls-files", "--stage", "--sparse", "-z"]
    try:
        done = subprocess.run(
            command, cwd=repository.workdir, env=environment, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise SourceError(
            f"the git index of {repository.workdir} cannot be read: {why}; try `git status`"
        ) from error
    fields = (entry.split(b"\t", 1) for entry in done.stdout.split(b"\0") if entry)
    return [(int(mode.split(b" ", 1)[0], 8), os.fsdecode(path)) for mode, path in fields]


def hardened() -> tuple[list[str], dict[str, str]]:
    """How a line that runs git begins, and the environment for it: git then runs and fetches nothing on a repository's
    behalf, whoever owns it."""
    command = ["git", "-c", "core.fsmonitor=false", "-c", "safe.directory=*"]
    names = [name for name in list(os.environ) if not name.startswith("GIT_")]  # a hook sets some
    environment = {
        name: value for name in names if (value := os.environ.get(name)) is not None
    }  # another thread may drop one
    settings = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
    return command, environment | settings | {
        "GIT_NO_REPLACE_OBJECTS": "1"
    }  # libgit2 replaces none


def exclude_files(repository: pygit2.Repository | None) -> list[str]:
    """The rule files outside the tree, the one that decides first at the front: info/exclude, core.excludesFile.

    They may not exist. Without a repository the user's own core.excludesFile still counts.
    """
    if repository is None:
        return [_user_excludes(None)]
    return [
        os.path.join(_common_dir(repository.path), "info", "exclude"),
        _user_excludes(repository),
    ]


def _user_excludes(repository: pygit2.Repository | None) -> str:
    configured = _configured_excludes(repository)
    if configured:
        top = repository.workdir if repository and repository.workdir else ""
        return os.path.join(top, os.path.expanduser(configured))
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(home, "git", "ignore")


def _configured_excludes(repository: pygit2.Repository | None) -> str:
    import pygit2

    try:
        config = repository.config if repository else pygit2.Config.get_global_config()
        return config["core.excludesfile"] or ""
    except (KeyError, OSError, pygit2.GitError):
        return ""


def _common_dir(git_dir: str) -> str:
    """Where linked work trees keep what they share; the repository itself for all others."""
    try:
        with open(
            os.path.join(git_dir, "commondir"), encoding="utf-8", errors="surrogateescape"
        ) as pointer:
            return os.path.join(git_dir, pointer.read().strip())
    except OSError:
        return git_dir
