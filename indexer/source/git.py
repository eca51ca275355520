"""Access to git repositories that runs nothing on their behalf, whoever owns them.

libgit2 runs no hooks, filters or monitors. The git program runs with settings that turn off every
program named in a configuration, and with an environment of its own.
"""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SourceError

if TYPE_CHECKING:
    import pygit2

# The format is the same; missing objects are reported as such.
READABLE_EXTENSIONS = ["partialclone"]
SUBMODULE_MODE = 0o160000
FOLDER_MODE = 0o040000  # in a sparse index: a folder that is not checked out
MAX_POINTER_BYTES = 1 << 16  # of a `.git` file
SAFE_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.attributesFile": os.devnull,
    "core.quotePath": "false",
    "commit.gpgSign": "false",
    "diff.external": "",
    "diff.ignoreSubmodules": "all",
    "diff.noprefix": "false",
    "diff.mnemonicPrefix": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "submodule.recurse": "false",
    "protocol.allow": "never",
    "safe.directory": "*",  # of any owner, since nothing in it is run
}
_ENVIRONMENT = {
    "HOME": os.devnull,
    "LANG": "C.UTF-8",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_REPLACE_OBJECTS": "1",  # libgit2 replaces none either
}


@dataclass(frozen=True, slots=True)
class Tracked:
    """The index of a work tree: paths relative to its top."""

    files: frozenset[str] = frozenset()
    directories: frozenset[str] = frozenset()  # with tracked files, at any depth
    submodules: frozenset[str] = frozenset()


def open_repository(path: str) -> pygit2.Repository:
    """Open a bare repository, a `.git` folder, or the top of a work tree, linked ones included.

    The owner does not matter, since the repository is only read. Raise `SourceError`.
    """
    import pygit2

    pygit2.settings.owner_validation = False
    pygit2.settings.set_extensions(READABLE_EXTENSIONS)
    try:
        return pygit2.Repository(path)
    except (pygit2.GitError, ValueError) as error:
        raise SourceError(f"{path} cannot be opened as a git repository: {error}") from error


def find_git_folder(folder: str) -> str:
    """Return the git folder of the work tree around `folder`, or "" if there is none.

    A linked work tree has a git folder of its own.
    """
    import pygit2

    try:
        git_folder = pygit2.discover_repository(folder)
    except (KeyError, pygit2.GitError):
        return ""
    return os.path.realpath(git_folder) if git_folder else ""


def head_commit(repository: pygit2.Repository) -> str:
    """Return the id of the commit that is checked out, or "" before the first one."""
    import pygit2

    try:
        return str(repository.revparse_single("HEAD").peel(pygit2.Commit).id)
    except (KeyError, pygit2.GitError):
        return ""


def tracked_files(repository: pygit2.Repository) -> Tracked:
    """Return the tracked paths of the work tree of `repository`, conflicting entries included."""
    import pygit2

    try:
        entries = [(int(entry.mode), os.fspath(entry.path)) for entry in repository.index]
    except (OSError, pygit2.GitError) as error:
        entries = _list_index(repository, str(error))
    files = {path for mode, path in entries if mode not in (SUBMODULE_MODE, FOLDER_MODE)}
    submodules = {path for mode, path in entries if mode == SUBMODULE_MODE}
    directories: set[str] = set()
    for path in files | submodules:
        cut = path.rfind("/")
        while cut > 0 and path[:cut] not in directories:
            directories.add(path[:cut])
            cut = path.rfind("/", 0, cut)
    return Tracked(frozenset(files), frozenset(directories), frozenset(submodules))


def _list_index(repository: pygit2.Repository, reason: str) -> list[tuple[int, str]]:
    """Return (mode, path) of each index entry, as listed by the git program.

    libgit2 cannot read the sparse and split indexes of monorepos. With `--sparse`, git needs no
    object, so there is nothing to fetch.
    """
    try:
        result = run_git("ls-files", "--stage", "--sparse", "-z", cwd=repository.workdir)
        result.check_returncode()
    except (OSError, subprocess.CalledProcessError) as error:
        raise SourceError(
            f"the git index of {repository.workdir} cannot be read: {reason}; try `git status`"
        ) from error
    fields = (entry.split(b"\t", 1) for entry in result.stdout.split(b"\0") if entry)
    return [(int(mode.split(b" ", 1)[0], 8), os.fsdecode(path)) for mode, path in fields]


# -- the git program


def run_git(
    *arguments: str,
    cwd: str | os.PathLike[str],
    settings: Mapping[str, str] = SAFE_SETTINGS,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run git in the folder `cwd` as `safe_git` says, with additions to its environment.

    For a command that reads or writes files of a work tree, add `filter_settings` to `settings`.
    Raise OSError if git is not installed or there is no such folder.
    """
    command, clean = safe_git(settings)
    return subprocess.run(
        [*command, *arguments], cwd=cwd, env=clean | dict(environment or {}), capture_output=True
    )


def safe_git(
    settings: Mapping[str, str] = SAFE_SETTINGS,
) -> tuple[list[str], dict[str, str]]:
    """Return the start of a git command line, and its environment.

    No configuration of the user or the system is read, no program named in the repository's is
    run, and nothing is fetched. PATH is the only variable that is passed on.
    """
    command, environment = ["git"], {"PATH": os.environ.get("PATH", os.defpath), **_ENVIRONMENT}
    # `-c` works in older versions too, but cuts its argument at the first equals sign
    special = [key for key in settings if "=" in key]
    for key, value in settings.items():
        if "=" not in key:
            command += ["-c", f"{key}={value}"]
    environment["GIT_CONFIG_COUNT"] = str(len(special))
    for number, key in enumerate(special):
        environment[f"GIT_CONFIG_KEY_{number}"] = key
        environment[f"GIT_CONFIG_VALUE_{number}"] = settings[key]
    return command, environment


def filter_settings(folder: str | os.PathLike[str]) -> dict[str, str]:
    """Return settings that turn off the filters, diff and merge programs of a repository.

    Their names are only known from its configuration, with the files that it includes.
    """
    result = run_git(
        *("config", "--includes", "--name-only", "--get-regexp", r"^(filter|diff|merge)\..*\."),
        cwd=folder,
    )
    keys = result.stdout.decode(errors="surrogateescape").splitlines()
    return {key: "false" if key.endswith(".required") else "" for key in keys}


# -- folders


def find_top(folder: str | os.PathLike[str]) -> str | None:
    """Return the top of the work tree around `folder`: the nearest folder with a `.git`."""
    start = os.fspath(folder)
    for candidate in (start, *map(str, Path(start).parents)):
        if is_git_marker(os.path.join(candidate, ".git")):
            return candidate
    return None


def find_main_tree(top: str | os.PathLike[str]) -> str | None:
    """Return the work tree, or the bare repository, that the work tree at `top` is linked to.

    Return None if it is not linked, as a submodule, or if the other one is gone.
    """
    pointer = _read_pointer(os.path.join(top, ".git"))
    if pointer is None:
        return None
    git_folder = os.path.join(top, pointer)
    common = common_folder(git_folder)
    if common == git_folder or not os.path.isdir(common):
        return None
    common = os.path.realpath(common)
    return os.path.dirname(common) if os.path.basename(common) == ".git" else common


def common_folder(git_folder: str) -> str:
    """Return the git folder that linked work trees share; for others, `git_folder` itself."""
    try:
        with open(
            os.path.join(git_folder, "commondir"), encoding="utf-8", errors="surrogateescape"
        ) as pointer:
            return os.path.join(git_folder, pointer.read().strip())
    except OSError:
        return git_folder


def is_git_marker(path: str) -> bool:
    """Tell if a `.git` is a repository or a pointer to one; git ignores others, too."""
    if os.path.isdir(path):
        return os.path.exists(os.path.join(path, "HEAD"))
    return _read_pointer(path) is not None


def _read_pointer(path: str) -> str | None:
    """Return the git folder that a `.git` file names, or None."""
    try:
        text = read_regular(path, MAX_POINTER_BYTES) or b""
    except OSError:
        return None
    prefix, colon, target = text.partition(b":")
    return os.fsdecode(target.strip()) if colon and prefix == b"gitdir" else None


def read_regular(path: str, limit: int) -> bytes | None:
    """Return the first `limit` bytes of a regular file, or None for other things.

    Raise OSError for a link. Never wait for a fifo.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return None
        step = min(limit, status.st_size + 1)  # a small buffer for a small file: `limit` is large
        pieces: list[bytes] = []
        while limit > 0 and (piece := os.read(handle, min(limit, step))):
            pieces.append(piece)
            limit -= len(piece)
        return b"".join(pieces)
    finally:
        os.close(handle)


# -- rules outside the tree


def exclude_files(repository: pygit2.Repository | None) -> list[str]:
    """Return the paths of the rule files outside the tree; the first one decides first.

    They are info/exclude and core.excludesFile, and may not exist. Without a repository, the
    user's core.excludesFile still counts.
    """
    if repository is None:
        return [_user_excludes(None)]
    return [
        os.path.join(common_folder(repository.path), "info", "exclude"),
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
