"""Revisions are read from the object database alone, even if objects are missing."""

from __future__ import annotations

import os
import pickle
import subprocess
from pathlib import Path

import pytest

from indexer.errors import SourceError
from indexer.source.classify import content_id
from indexer.source.revision import open_revision
from indexer.source.tree import MAX_FILE_BYTES, Skipped, SkipReason, SourceFile
from tests.indexer.repositories import git, repository, write


def files(folder: Path, rev: str = "HEAD") -> dict[str, SourceFile]:
    return {
        file.path: file
        for file in open_revision(folder, rev).files()
        if isinstance(file, SourceFile)
    }


def skipped(folder: Path, rev: str = "HEAD") -> dict[str, SkipReason]:
    return {
        file.path: file.reason
        for file in open_revision(folder, rev).files()
        if isinstance(file, Skipped)
    }


def loose_object(folder: Path, name: str) -> Path:
    digits = git(folder, "rev-parse", name).decode().strip()
    return folder / ".git/objects" / digits[:2] / digits[2:]


def test_a_file_comes_with_its_size_and_the_id_of_its_content(tmp_path: Path) -> None:
    repository(tmp_path, {"src/a.py": "x = 1\n"})
    assert list(open_revision(tmp_path / ".git", "HEAD").files()) == [
        SourceFile("src/a.py", 6, 0, content_id(b"x = 1\n"))
    ]


def test_a_bare_repository_serves_any_revision(tmp_path: Path) -> None:
    source = repository(tmp_path / "source", {"a.py": "1"})
    git(source, "tag", "-a", "v1", "-m", "one")
    first = git(source, "rev-parse", "HEAD").decode().strip()
    git(source, "checkout", "-q", "-b", "topic/x")
    write(source, {"b.py": "2"})
    git(source, "add", "b.py")
    git(source, "commit", "-qm", "second")
    bare = tmp_path / "bare"
    git(tmp_path, "clone", "-q", "--bare", "source", "bare")
    for rev in ("v1", "main", "HEAD~1", first, first[:8], "refs/tags/v1", "topic/x^"):
        assert open_revision(bare, rev).commit == first
        assert set(files(bare, rev)) == {"a.py"}
    assert set(files(bare, "topic/x")) == {"a.py", "b.py"}


def test_a_revision_is_named_by_its_commit(tmp_path: Path) -> None:
    source = open_revision(repository(tmp_path), "main")
    assert (source.kind, source.view, source.root) == (
        "revision",
        f"rev:{source.commit}",
        str(tmp_path),
    )
    assert len(source.commit) == 40


def test_the_reader_gives_the_bytes_in_another_process_too(tmp_path: Path) -> None:
    repository(tmp_path, {"a.py": "text"})
    read = pickle.loads(pickle.dumps(open_revision(tmp_path, "HEAD").reader()))
    assert read(files(tmp_path)["a.py"]) == b"text"


def test_packed_objects_are_read_as_loose_ones_are(tmp_path: Path) -> None:
    repository(tmp_path, {f"{number}.py": "x\n" * number for number in range(50)})
    loose = files(tmp_path)
    git(tmp_path, "gc", "-q")
    assert files(tmp_path) == loose
    assert open_revision(tmp_path, "HEAD").reader()(loose["49.py"]) == b"x\n" * 49


def test_paths_come_in_the_order_of_the_whole_path(tmp_path: Path) -> None:
    repository(tmp_path, dict.fromkeys(["a/b", "a-b", "a.b", "a0", "a/b.c/d", "é", "B"], "x"))
    paths = [file.path for file in open_revision(tmp_path, "HEAD").files()]
    assert paths == sorted(paths)


def test_names_that_are_no_text_survive(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff \xc3.py")
    repository(tmp_path, {name: "x"})
    assert set(files(tmp_path)) == {name}


def test_a_missing_blob_is_named_by_the_walk_and_by_the_reader(tmp_path: Path) -> None:
    repository(tmp_path, {"a.py": "here", "b.py": "gone"})
    gone = files(tmp_path)["b.py"]
    loose_object(tmp_path, "HEAD:b.py").unlink()
    assert skipped(tmp_path) == {"b.py": SkipReason.MISSING_BLOB}
    assert set(files(tmp_path)) == {"a.py"}
    assert open_revision(tmp_path, "HEAD").reader()(gone) is SkipReason.MISSING_BLOB


def test_a_missing_folder_is_named_and_the_rest_is_found(tmp_path: Path) -> None:
    repository(tmp_path, {"a.py": "x", "sub/b.py": "y"})
    loose_object(tmp_path, "HEAD:sub").unlink()
    assert skipped(tmp_path) == {"sub/": SkipReason.MISSING_BLOB}
    assert set(files(tmp_path)) == {"a.py"}


def test_a_damaged_blob_is_unreadable(tmp_path: Path) -> None:
    repository(tmp_path, {"a.py": "x", "b.py": "y"})
    damaged = loose_object(tmp_path, "HEAD:b.py")
    damaged.chmod(0o644)
    damaged.write_bytes(b"no zlib")
    assert skipped(tmp_path) == {"b.py": SkipReason.UNREADABLE}


def test_a_partial_clone_is_read_without_its_blobs(tmp_path: Path) -> None:
    source = repository(tmp_path / "source", {"a.py": "x"})
    git(source, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", source.as_uri(), "partial")
    assert skipped(tmp_path / "partial") == {"a.py": SkipReason.MISSING_BLOB}


def test_links_and_submodules_are_named(tmp_path: Path) -> None:
    library = repository(tmp_path / "library", {"a.py": "x"})
    main = repository(tmp_path / "main", {"a.py": "x"})
    git(main, "submodule", "add", "-q", str(library), "libs")
    (main / "link").symlink_to("a.py")
    git(main, "add", "-A")
    git(main, "commit", "-qm", "second")
    assert skipped(main) == {"libs/": SkipReason.SUBMODULE, "link": SkipReason.LINK}
    assert set(files(main)) == {".gitmodules", "a.py"}


def test_large_files_and_secrets_are_left_out_and_gitignore_has_no_say(tmp_path: Path) -> None:
    large = {"large.json": "x" * (MAX_FILE_BYTES + 1)}
    repository(tmp_path, {".gitignore": "*.log\n", "a.log": "x", ".env": "KEY=1"} | large)
    assert skipped(tmp_path) == {".env": SkipReason.SECRET, "large.json": SkipReason.TOO_LARGE}
    assert set(files(tmp_path)) == {".gitignore", "a.log"}


def test_the_clewignore_of_the_revision_holds(tmp_path: Path) -> None:
    rules = {".clewignore": "/vendor/\n*.gen.py\n", "sub/.clewignore": "!keep.gen.py\n/own.py\n"}
    others = ["vendor/a.py", "sub/vendor/a.py", "sub/keep.gen.py", "sub/own.py", "a.gen.py"]
    repository(tmp_path, rules | dict.fromkeys(others, "x"))
    assert skipped(tmp_path) == dict.fromkeys(
        ["a.gen.py", "sub/own.py", "vendor/"], SkipReason.IGNORED
    )
    assert set(files(tmp_path)) == rules.keys() | {"sub/keep.gen.py", "sub/vendor/a.py"}


def test_names_that_lead_out_of_the_tree_are_refused(tmp_path: Path) -> None:
    repository(tmp_path, {"a.py": "x"})
    blob = bytes.fromhex(git(tmp_path, "rev-parse", "HEAD:a.py").decode())
    entries = b"".join(
        b"100644 %s\0%s" % (name, blob) for name in (b"..", b"../b.py", b".git", b"a.py")
    )
    tree = (
        git(tmp_path, "hash-object", "-t", "tree", "--literally", "-w", "--stdin", data=entries)
        .decode()
        .strip()
    )
    commit = git(tmp_path, "commit-tree", tree, "-m", "crafted").decode().strip()
    assert skipped(tmp_path, commit) == {
        "..": SkipReason.UNREADABLE,
        "../b.py": SkipReason.UNREADABLE,
    }
    assert set(files(tmp_path, commit)) == {"a.py"}


@pytest.mark.parametrize("cut", [b"100644", b"100644 a", b"100644 a\0123"])
def test_a_tree_object_that_is_cut_off_is_unreadable(tmp_path: Path, cut: bytes) -> None:
    repository(tmp_path)
    tree = (
        git(tmp_path, "hash-object", "-t", "tree", "--literally", "-w", "--stdin", data=cut)
        .decode()
        .strip()
    )
    commit = git(tmp_path, "commit-tree", tree, "-m", "crafted").decode().strip()
    assert set(skipped(tmp_path, commit).values()) == {SkipReason.UNREADABLE}


def test_another_users_repository_is_read(tmp_path: Path) -> None:
    repository(tmp_path / "theirs", {"a.py": "x"})
    if os.geteuid() == 0:  # only root can give a repository away
        subprocess.run(["chown", "-R", "65534", tmp_path / "theirs"], check=True)
    assert set(files(tmp_path / "theirs")) == {"a.py"}


@pytest.mark.parametrize(
    "rev", ["nowhere", "0" * 40, "HEAD:a.py", "HEAD^{tree}", "", "-x", ":", "HEAD~9", "a..b", "\0"]
)
def test_what_names_no_commit_is_said_in_one_line(tmp_path: Path, rev: str) -> None:
    repository(tmp_path, {"a.py": "x"})
    with pytest.raises(SourceError, match="names no commit in") as raised:
        open_revision(tmp_path, rev)
    assert "\n" not in str(raised.value)


def test_a_repository_without_commits_has_no_revision(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    with pytest.raises(SourceError, match="'HEAD' names no commit in"):
        open_revision(tmp_path, "HEAD")


def test_a_folder_that_is_no_repository_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be opened as a git repository"):
        open_revision(tmp_path, "HEAD")
    with pytest.raises(SourceError, match="is no folder"):
        open_revision(tmp_path / "nowhere", "HEAD")
