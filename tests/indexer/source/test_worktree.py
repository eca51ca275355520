"""Files of work trees are found or skipped with a reason, and read safely."""

from __future__ import annotations

import os
import pickle
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from indexer.errors import SourceError
from indexer.source.tree import MAX_FILE_BYTES, Skipped, SkipReason, SourceFile
from indexer.source.worktree import open_worktree
from tests.indexer.repositories import git, repository, write

pytestmark = pytest.mark.usefixtures("home")


def found(root: Path, *, ignore: bool = True) -> set[str]:
    return {
        file.path
        for file in open_worktree(root, ignore=ignore).files()
        if isinstance(file, SourceFile)
    }


def skipped(root: Path, *, ignore: bool = True) -> dict[str, SkipReason]:
    return {
        file.path: file.reason
        for file in open_worktree(root, ignore=ignore).files()
        if isinstance(file, Skipped)
    }


@contextmanager
def without_privileges() -> Iterator[None]:
    """Run the block as an ordinary user if the tests run as root, who may read everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder open to everyone, unlike pytest's own."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_a_file_comes_with_its_path_size_and_the_time_of_its_last_change_whatever_was_set(
    tmp_path: Path,
) -> None:
    write(tmp_path, {"src/a.py": "x = 1\n"})
    os.utime(tmp_path / "src/a.py", ns=(5, 1_700_000_000_123_456_789))
    changed = (tmp_path / "src/a.py").stat().st_ctime_ns
    assert list(open_worktree(tmp_path).files()) == [SourceFile("src/a.py", 6, changed, "")]


def test_paths_come_in_the_order_of_the_whole_path(tmp_path: Path) -> None:
    write(
        tmp_path,
        dict.fromkeys(["a/b", "a-b", "a.b", "a0", "a/b.c/d", "a/b-c", "é/x", "B", "z out/c"], ""),
    )
    write(tmp_path, {".gitignore": "z*\n"})
    paths = [file.path for file in open_worktree(tmp_path).files()]
    assert paths == sorted(paths)
    assert "z out/" in paths


def test_names_with_spaces_letters_of_all_kinds_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    names = [
        b"with space.py",
        "größe.py".encode(),
        "日本語.py".encode(),
        b"\xff\xfe.py",
        b"new\nline.py",
        b"'\"$.py",
    ]
    for name in names:
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_text("x")
    source = open_worktree(tmp_path)
    files = [file for file in source.files() if isinstance(file, SourceFile)]
    assert {os.fsencode(file.path) for file in files} == set(names)
    assert {source.reader()(file) for file in files} == {b"x"}


def test_tracked_names_that_are_no_text_are_known_as_tracked(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.o")
    repository(tmp_path, {name: "x", ".gitignore": "*.o\n"})
    assert name in found(tmp_path)


def test_links_are_named_and_never_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, {"dir/a.py": "x"})
    write(tmp_path, {"rooted/secret.py": "x"})
    targets = {
        "in_file": "dir/a.py",
        "in_dir": "dir",
        "out": "../rooted",
        "absolute": "/etc/passwd",
        "top": ".",
    }
    targets |= {"loop": "loop", "dir/up": "..", "ping": "pong", "pong": "ping", "gone": "nowhere"}
    for name, target in targets.items():
        (root / name).symlink_to(target)
    assert found(root) == {"dir/a.py"}
    outside = {name for name, reason in skipped(root).items() if reason is SkipReason.LINK_OUTSIDE}
    assert outside == {"out", "absolute"}
    assert {
        name for name, reason in skipped(root).items() if reason is SkipReason.LINK
    } == targets.keys() - outside


def test_a_root_that_is_a_link_is_the_folder_behind_it(tmp_path: Path) -> None:
    write(tmp_path, {"real/a.py": "x"})
    (tmp_path / "link").symlink_to("real")
    source = open_worktree(tmp_path / "link")
    assert (source.root, source.view) == (str(tmp_path / "link"), str(tmp_path / "real"))
    assert found(tmp_path / "link") == {"a.py"}


def test_fifos_and_sockets_are_special(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    monkeypatch.chdir(tmp_path)  # a socket's path has a hundred bytes at most
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.py")
        assert skipped(tmp_path) == {"pipe.py": SkipReason.SPECIAL, "socket.py": SkipReason.SPECIAL}


def test_a_file_above_the_limit_is_too_large_and_one_at_the_limit_is_not(tmp_path: Path) -> None:
    for name, size in (("at.json", MAX_FILE_BYTES), ("above.json", MAX_FILE_BYTES + 1)):
        with open(tmp_path / name, "wb") as file:
            file.truncate(size)
    assert found(tmp_path) == {"at.json"}
    assert skipped(tmp_path) == {"above.json": SkipReason.TOO_LARGE}


def test_files_that_hold_credentials_by_name_are_left_out(tmp_path: Path) -> None:
    repository(
        tmp_path,
        {
            ".env": "KEY=1",
            "deploy/id_rsa": "x",
            "tls/server.PEM": "x",
            ".env.example": "KEY=",
            "env.py": "x",
        },
    )
    secret = dict.fromkeys([".env", "deploy/id_rsa", "tls/server.PEM"], SkipReason.SECRET)
    assert skipped(tmp_path) == skipped(tmp_path, ignore=False) == secret
    assert found(tmp_path) == {".env.example", "env.py"}


def test_an_unreadable_file_is_told_by_the_reader(open_folder: Path) -> None:
    write(open_folder, {"a.py": "x"})
    os.chmod(open_folder / "a.py", 0)
    with without_privileges():
        source = open_worktree(open_folder)
        (file,) = source.files()
        assert isinstance(file, SourceFile)
        assert source.reader()(file) is SkipReason.UNREADABLE


def test_unreadable_folders_are_named_and_the_rest_is_found(open_folder: Path) -> None:
    write(open_folder, {"shut/a.py": "x", "listed/a.py": "x", "z.py": "x"})
    os.chmod(open_folder / "shut", 0)
    os.chmod(open_folder / "listed", 0o444)
    with without_privileges():
        assert found(open_folder) == {"z.py"}
        assert skipped(open_folder) == {
            "shut/": SkipReason.UNREADABLE,
            "listed/a.py": SkipReason.UNREADABLE,
        }


def test_a_root_that_may_not_be_read_is_an_error(open_folder: Path) -> None:
    (open_folder / "shut").mkdir(mode=0)
    with (
        without_privileges(),
        pytest.raises(SourceError, match="cannot be read: Permission denied"),
    ):
        list(open_worktree(open_folder / "shut").files())


def test_two_thousand_folders_deep_is_no_harm(tmp_path: Path) -> None:
    deep = tmp_path / "d"
    depth = (4000 - len(str(deep))) // 2
    path = str(tmp_path) + "/d" * depth
    subprocess.run(["mkdir", "-p", path], check=True)  # os.makedirs would run out of stack
    Path(path, "a.py").write_text("x")
    try:
        assert found(tmp_path) == {"d/" * depth + "a.py"}
    finally:
        subprocess.run(["rm", "-rf", deep], check=True)  # and so would shutil


def test_the_reader_can_be_sent_to_another_process(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "text"})
    source = open_worktree(tmp_path)
    (file,) = source.files()
    assert isinstance(file, SourceFile)
    assert pickle.loads(pickle.dumps(source.reader()))(file) == b"text"


def test_what_took_a_files_place_since_the_walk_is_told_by_the_reader(tmp_path: Path) -> None:
    read = open_worktree(tmp_path).reader()
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "grown").write_bytes(bytes(MAX_FILE_BYTES + 1))
    reasons = {
        path: read(SourceFile(path, 1, 0, ""))
        for path in ("gone", "link", "folder", "pipe", "grown")
    }
    assert reasons == {
        "gone": SkipReason.UNREADABLE,
        "link": SkipReason.LINK,
        "folder": SkipReason.SPECIAL,
        "pipe": SkipReason.SPECIAL,
        "grown": SkipReason.TOO_LARGE,
    }


def test_a_sub_folder_of_a_repository_is_under_the_rules_above_it(tmp_path: Path) -> None:
    repository(
        tmp_path,
        {"src/kept.log": "x", "src/a.py": "x", "b.py": "x", ".gitignore": "*.log\n/src/tmp/\n"},
    )
    write(
        tmp_path,
        {
            "src/b.log": "x",
            "src/tmp/a.py": "x",
            "src/deep/tmp/a.py": "x",
            ".clewignore": "deep/x*\n/src/y*\n",
        },
    )
    write(tmp_path, {"src/y.py": "x", "src/deep/x.py": "x"})
    assert found(tmp_path / "src") == {"kept.log", "a.py", "deep/tmp/a.py", "deep/x.py"}
    assert skipped(tmp_path / "src")["tmp/"] is SkipReason.IGNORED
    assert open_worktree(tmp_path / "src").commit == open_worktree(tmp_path).commit != ""


def test_a_folder_that_is_ignored_can_be_asked_for_by_name(tmp_path: Path) -> None:
    repository(tmp_path, {".gitignore": "build/\n"})
    write(tmp_path, {"build/a.py": "x"})
    assert found(tmp_path / "build") == {"a.py"}


def test_an_empty_folder_and_a_repository_without_commits_have_no_files(tmp_path: Path) -> None:
    assert list(open_worktree(tmp_path).files()) == []
    git(tmp_path, "init", "-q")
    source = open_worktree(tmp_path)
    assert (list(source.files()), source.commit, source.kind) == ([], "", "worktree")


def test_files_of_a_merge_conflict_count_as_tracked(tmp_path: Path) -> None:
    repository(tmp_path, {"a.log": "0"})
    git(tmp_path, "checkout", "-q", "-b", "other")
    for branch in ("other", "main"):
        git(tmp_path, "checkout", "-q", branch)
        write(tmp_path, {"a.log": branch})
        git(tmp_path, "commit", "-qam", branch)
    with pytest.raises(subprocess.CalledProcessError):
        git(tmp_path, "merge", "-q", "other")
    write(tmp_path, {".gitignore": "*.log\n"})
    assert "a.log" in found(tmp_path)


def test_a_rule_file_that_is_a_link_or_a_fifo_has_no_rules(tmp_path: Path) -> None:
    write(tmp_path, {"rules": "*.py\n", "a.py": "x", "sub/b.py": "x"})
    (tmp_path / ".gitignore").symlink_to("rules")
    os.mkfifo(tmp_path / "sub/.gitignore")
    assert {"a.py", "sub/b.py"} <= found(tmp_path)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        ("", "does not exist: give the folder to index"),
        ("touch it", "is a file: give the folder that holds it"),
        ("git init -q --bare it", "is a bare repository: use --git-dir"),
        ("mkdir it && echo gitdir: /nowhere > it/.git", "cannot be opened as a git repository"),
        ("git init -q it && echo broken > it/.git/index", "cannot be read"),
    ],
)
def test_what_cannot_be_indexed_is_said_in_one_line(tmp_path: Path, make: str, says: str) -> None:
    subprocess.run(["sh", "-c", make], cwd=tmp_path, check=True)
    with pytest.raises(SourceError, match=says) as raised:
        open_worktree(tmp_path / "it")
    assert "\n" not in str(raised.value)


def test_only_files_that_were_asked_for_stay_findable() -> None:
    hidden = {reason for reason in SkipReason if not reason.is_findable}
    assert hidden == {
        SkipReason.IGNORED,
        SkipReason.SECRET,
        SkipReason.SUBMODULE,
        SkipReason.NESTED_REPOSITORY,
    }
