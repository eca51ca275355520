"""The ignore rules leave out the same files as git, on the same trees."""

from __future__ import annotations

import os
import random
import re
import subprocess
from pathlib import Path

import pytest

from indexer.source.gitignore import Rules, parse_rules, wildmatch
from indexer.source.tree import Skipped, SkipReason, SourceFile
from indexer.source.worktree import open_worktree
from tests.indexer.repositories import git

pytestmark = pytest.mark.usefixtures("home")

NAMES = [
    *(
        b"a",
        b"b",
        b"ab",
        b"a.o",
        b"b.o",
        b"foo",
        b"foo.txt",
        b"Foo",
        b"build",
        b"x y",
        b"a ",
        b"#c",
        b"!n",
        b"[a]",
        b"a-b",
    ),
    *(
        "é.txt".encode(),
        "日本".encode(),
        b"\xff.o",
        b"a\\b",
        b"a\tb",
        b"a\nb",
        b".hidden",
        b"a.b.c",
        b"ba",
        b"1",
        b"*",
    ),
]
PIECES = [
    *(
        b"*",
        b"**",
        b"***",
        b"?",
        b"??",
        b"*.o",
        b"a*",
        b"*b",
        b"a*b",
        b"*a*",
        b"foo*",
        b"f?o",
        b"[ab]",
        b"[!a]",
        b"[^b]*",
    ),
    *(
        b"[a-c]",
        b"[]a]",
        b"[[:alpha:]]",
        b"[[:digit:]]*",
        b"[[:nope:]]",
        b"[a",
        b"\\a",
        b"\\*",
        b"\\!n",
        b"\\#c",
        b"a\\",
    ),
    *(
        b"[a-",
        b"[b-a]",
        b"[\\]a]",
        b"[a\\-b]",
        b"[[a]",
        b"\\[a\\]",
        b"a**b",
        b"**.o",
        b"a\\\\b",
        b".*",
        b"[!-~]*",
        b"[a/b]",
    ),
    *(b"[--a]", b"[!]]", b"[[:alpha:][:digit:]]", b"[[:a]", b"[:a]"),
]


def random_pattern(chance: random.Random) -> bytes:
    parts = [
        chance.choice(NAMES if chance.random() < 0.5 else PIECES)
        for _ in range(chance.choice([1, 1, 1, 2, 2, 3]))
    ]
    pattern = b"/".join(part.replace(b"\n", b"") for part in parts)
    pattern = (
        chance.choice([b"", b"", b"/", b"**/"])
        + pattern
        + chance.choice([b"", b"", b"/", b"/*", b"/**"])
    )
    return (
        chance.choice([b"", b"", b"!"])
        + pattern
        + chance.choice([b"", b"", b"", b" ", b"\\ ", b"\r"])
    )


def random_rules(chance: random.Random) -> bytes:
    lines = [random_pattern(chance) for _ in range(chance.randint(1, 6))]
    return (
        chance.choice([b"", b"\xef\xbb\xbf", b"# c\n\n"])
        + b"\n".join(lines)
        + chance.choice([b"", b"\n"])
    )


def random_tree(chance: random.Random, top: bytes, rule_file: bytes) -> None:
    folders = [top]
    for _ in range(chance.randint(5, 25)):
        folder = os.path.join(chance.choice(folders), chance.choice(NAMES))
        if not os.path.lexists(folder):
            os.mkdir(folder)
            folders.append(folder)
    for _ in range(chance.randint(20, 80)):
        path = os.path.join(chance.choice(folders), chance.choice(NAMES))
        if not os.path.lexists(path):
            Path(os.fsdecode(path)).write_bytes(b"x")
    for folder in chance.sample(folders, k=min(len(folders), chance.randint(1, 4))):
        Path(os.fsdecode(os.path.join(folder, rule_file))).write_bytes(random_rules(chance))


def files_of_git(top: Path, *more: str) -> set[str]:
    listed = git(top, "ls-files", "-z", "--cached", "--others", *more)
    return {os.fsdecode(path) for path in listed.split(b"\0") if path}


def files_of_ours(top: Path) -> set[str]:
    return {file.path for file in open_worktree(top).files() if isinstance(file, SourceFile)}


@pytest.mark.parametrize("seed", range(40))
def test_random_trees_lose_the_files_that_git_ignores(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    git(tmp_path, "init", "-q")
    random_tree(chance, os.fsencode(tmp_path), b".gitignore")
    (tmp_path / ".git/info/exclude").write_bytes(random_rules(chance))
    (tmp_path / ".git/outer").write_bytes(random_rules(chance))
    git(tmp_path, "config", "core.excludesFile", str(tmp_path / ".git/outer"))
    everything = sorted(os.fsencode(path) for path in files_of_git(tmp_path))
    tracked = chance.sample(everything, k=len(everything) // 8)
    git(tmp_path, "update-index", "-z", "--add", "--stdin", data=b"\0".join(tracked))
    assert files_of_ours(tmp_path) == files_of_git(tmp_path, "--exclude-standard")


@pytest.mark.parametrize("seed", range(10))
def test_clewignore_has_the_syntax_and_the_levels_of_gitignore(tmp_path: Path, seed: int) -> None:
    chance = random.Random(1000 + seed)
    git(tmp_path, "init", "-q")
    random_tree(chance, os.fsencode(tmp_path), b".clewignore")
    assert files_of_ours(tmp_path) == files_of_git(tmp_path, "--exclude-per-directory=.clewignore")


@pytest.mark.parametrize("seed", range(10))
def test_a_folder_without_git_obeys_its_gitignore_files(tmp_path: Path, seed: int) -> None:
    chance = random.Random(2000 + seed)
    plain, checked = tmp_path / "plain", tmp_path / "checked"
    plain.mkdir()
    random_tree(chance, os.fsencode(plain), b".gitignore")
    subprocess.run(["cp", "-a", plain, checked], check=True)
    git(checked, "init", "-q")
    assert files_of_ours(plain) == files_of_git(checked, "--exclude-standard")


@pytest.mark.parametrize("seed", range(8))
def test_a_random_pattern_matches_what_check_ignore_says(tmp_path: Path, seed: int) -> None:
    chance = random.Random(3000 + seed)
    git(tmp_path, "init", "-q")
    paths = [
        b"/".join(chance.choice(NAMES) for _ in range(chance.randint(1, 4))) for _ in range(150)
    ]
    for _ in range(12):
        pattern = random_pattern(chance).removeprefix(b"!")
        (tmp_path / ".gitignore").write_bytes(pattern + b"\n")
        told = git_check_ignore(tmp_path, paths)
        rules = Rules((parse_rules(pattern),))
        assert {path for path in paths if ignored_by(rules, path)} == told, pattern


def git_check_ignore(top: Path, paths: list[bytes]) -> set[bytes]:
    command = ["git", "check-ignore", "-z", "--stdin", "--no-index"]
    return set(
        subprocess.run(command, cwd=top, input=b"\0".join(paths), capture_output=True).stdout.split(
            b"\0"
        )[:-1]
    )


def ignored_by(rules: Rules, path: bytes) -> bool:
    parts = path.split(b"/")
    folders = (b"/".join(parts[:depth]) for depth in range(1, len(parts)))
    return any(rules.verdict(folder, True) for folder in folders) or bool(
        rules.verdict(path, False)
    )


@pytest.mark.parametrize(
    "pattern",
    [b"*a" * 40 + b"b", b"**/a/" * 20 + b"b", b"/" + b"*a" * 40 + b"b", b"*?" * 60 + b"b"],
)
def test_a_pattern_made_to_be_slow_comes_to_an_end(pattern: bytes) -> None:
    rules = Rules((parse_rules(pattern),))
    path = b"a/" * 200 + b"a" * 200
    assert (
        rules.verdict(path, False) is None
    )  # without atomic groups this takes longer than the universe is old


def test_what_stands_below_an_ignored_folder_is_not_taken_back_in(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/keep.py").write_text("x")
    (tmp_path / ".gitignore").write_text("out/\n!out/keep.py\n")
    assert Skipped("out/", SkipReason.IGNORED) in list(open_worktree(tmp_path).files())


def test_a_deeper_rule_file_overrules_the_outer_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "a/.gitignore").write_text("!keep.log\n")
    (tmp_path / "a/keep.log").write_text("x")
    (tmp_path / "a/other.log").write_text("x")
    assert files_of_ours(tmp_path) == {".gitignore", "a/.gitignore", "a/keep.log"}


def test_a_glob_becomes_a_regular_expression_for_the_whole_path() -> None:
    matching = re.compile(wildmatch(b"src/**/*.[ch]"))
    assert matching.fullmatch(b"src/main.c")
    assert matching.fullmatch(b"src/a/b/main.h")
    assert not matching.fullmatch(b"other/src/main.c")
