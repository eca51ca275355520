"""Random changes of a git work tree, each a function of a tree and a generator of random numbers.

A sequence is a list of (name of a step, number). The number is the seed of the step, for any tree.
So a sequence without some of its steps is a sequence too, and a failed one can be reduced.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

from ..indexer.repositories import git
from .material import FOLDERS, new_path, new_text

Step = tuple[str, int]
Change = Callable[[Random, Path], None]
RULES = (
    "*.md",
    "web/",
    "/app/lib",
    "core.*",
    "!core.py",
    "util*",
    "*.json\n!package.json",
    "Store.py",
    "app/*\n!app/core.py",
)


def files(tree: Path) -> list[Path]:
    """Return the files and links below `tree` in order, without those of git."""
    found = []
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted(each for each in folders if each not in (".git", ".clew"))
        links = [each for each in folders if os.path.islink(os.path.join(folder, each))]
        found += [Path(folder, name) for name in [*names, *links]]
    return sorted(found)


def put(path: Path, data: bytes) -> None:
    """Write a file, and remove anything in the way."""
    for parent in reversed(path.parents):
        if parent.is_symlink() or parent.is_file():
            parent.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)
    path.write_bytes(data)


def add(random: Random, tree: Path) -> None:
    path = new_path(random)
    put(tree / path, new_text(random, path))


def edit(random: Random, tree: Path) -> None:
    if found := [path for path in files(tree) if not path.is_symlink()]:
        path = random.choice(found)
        path.write_bytes(new_text(random, str(path.relative_to(tree))))


def edit_in_place(random: Random, tree: Path) -> None:
    """Write another text of the same length, and keep the time stamp."""
    if found := [path for path in files(tree) if not path.is_symlink()]:
        path = random.choice(found)
        data, status = path.read_bytes(), path.stat()
        path.write_bytes(data.replace(b"load", b"push").replace(b"save", b"load"))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def touch(random: Random, tree: Path) -> None:
    if found := [path for path in files(tree) if not path.is_symlink()]:
        os.utime(random.choice(found))


def remove(random: Random, tree: Path) -> None:
    if found := files(tree):
        random.choice(found).unlink()


def rename(random: Random, tree: Path) -> None:
    if found := files(tree):
        old, new = random.choice(found), tree / new_path(random)
        if new.parent.is_dir() and not new.is_dir():
            old.rename(new)


def rename_case(random: Random, tree: Path) -> None:
    if found := files(tree):
        old = random.choice(found)
        old.rename(old.with_name(old.name.swapcase()))


def exchange(random: Random, tree: Path) -> None:
    """Exchange two files."""
    found = files(tree)
    if len(found) > 1:
        one, other = random.sample(found, 2)
        aside = tree / ".aside"
        one.rename(aside)
        other.rename(one)
        aside.rename(other)


def move_folder(random: Random, tree: Path) -> None:
    old, new = (tree / random.choice(FOLDERS[1:]) for _ in range(2))
    if old.is_dir() and not new.exists() and not new.is_relative_to(old):
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)


def remove_folder(random: Random, tree: Path) -> None:
    shutil.rmtree(tree / random.choice(FOLDERS[1:]), ignore_errors=True)


def mode(random: Random, tree: Path) -> None:
    if found := [path for path in files(tree) if not path.is_symlink()]:
        random.choice(found).chmod(random.choice((0o644, 0o755, 0o600)))


def link(random: Random, tree: Path) -> None:
    path = tree / new_path(random)
    target = random.choice(("core.py", "../app", "app/util.py", "/etc/passwd", "nowhere"))
    put(path, b"")
    path.unlink()
    path.symlink_to(target)


def odd_name(random: Random, tree: Path) -> None:
    name = random.choice(
        (
            b"caf\xe9.py",
            b"caf\\xe9.py",
            b"caf\\\\xe9.py",
            "größe.py".encode(),
            b"with space 'quote.py",
            b"a\nb.py",
        )
    )
    put(tree / os.fsdecode(name), new_text(random, "odd.py"))


def ignore(random: Random, tree: Path) -> None:
    name = random.choice((".gitignore", ".clewignore", "app/.gitignore", ".git/info/exclude"))
    put(tree / name, "\n".join(random.sample(RULES, random.randrange(3))).encode())


def nest(random: Random, tree: Path) -> None:
    """Make a folder a repository, or remove its repository."""
    inner = tree / random.choice(FOLDERS[1:]) / ".git"
    if inner.exists():
        shutil.rmtree(inner)
    elif inner.parent.is_dir():
        git(inner.parent, "init", "-q")


def commit(random: Random, tree: Path) -> None:
    git(tree, "add", "-A")
    git(tree, "commit", "-q", "--allow-empty", "-m", f"change {random.randrange(1000)}")


def switch(random: Random, tree: Path) -> None:
    """Check out another branch, perhaps a new one, or an older commit; lose other changes."""
    kind, name = random.choice(("branch", "branch", "new", "older")), f"b{random.randrange(3)}"
    known = git(tree, "branch", "--list", name)
    if kind == "older":
        git(tree, "reset", "-q", "--hard", "HEAD~1") if git(tree, "rev-list", "HEAD").count(
            b"\n"
        ) > 1 else None
    elif kind == "new" or not known:
        git(tree, "checkout", "-q", "-f", "-B", name)
    else:
        git(tree, "checkout", "-q", "-f", name)


CHANGES: dict[str, tuple[int, Change]] = {  # how often each is drawn
    "add": (10, add),
    "edit": (16, edit),
    "edit in place": (4, edit_in_place),
    "touch": (2, touch),
    "remove": (6, remove),
    "rename": (6, rename),
    "rename case": (3, rename_case),
    "exchange": (3, exchange),
    "move folder": (2, move_folder),
    "remove folder": (1, remove_folder),
    "mode": (2, mode),
    "link": (3, link),
    "odd name": (2, odd_name),
    "ignore": (4, ignore),
    "nest": (1, nest),
    "commit": (6, commit),
    "switch": (5, switch),
}
BUILDS = {
    "index": 16,
    "revision": 4,
    "second tree": 2,
    "change encoder": 3,
    "kill": 8,
    "kill a worker": 3,
    "full disk": 2,
    "check": 4,
}
"""The weight of each way to build; the steps are methods of `sequence.Sequence`."""


def draw(seed: int, length: int) -> list[Step]:
    """Return a sequence of `length` steps, the last of them a check."""
    random = Random(seed)
    weights = {name: weight for name, (weight, _) in CHANGES.items()} | BUILDS
    names = random.choices(list(weights), list(weights.values()), k=length)
    return [(name, random.randrange(1 << 30)) for name in names] + [("check", 0)]
