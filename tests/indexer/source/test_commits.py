"""The commits before an indexed one are read from real repositories."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer import Snapshot, Source, Store, build_index, load_encoder, open_revision, open_worktree
from indexer.source.commits import MAX_MESSAGE, MAX_PATHS, UNKNOWN, newest, read_commits

from ..repositories import git, repository, write

SECRET = "AKIA" + "Q3EGRI7XW2LNP5TZ"


def commit(root: Path, message: str, *paths: str) -> str:
    for path in paths:
        before = (root / path).read_text() if (root / path).exists() else ""
        write(root, {path: before + "x = 1\n"})
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-F", "-", data=message.encode())
    return git(root, "rev-parse", "HEAD").decode().strip()


def index(source: Source, store: Path) -> Snapshot:
    build_index(source, Store(str(store)), load_encoder("none"), encoder_spec="none", jobs=1)
    return Snapshot.open(str(store), source.view)


def said(snapshot: Snapshot) -> list[str]:
    past = snapshot.commit_log
    return [text.split("\n")[0].strip() for text in past.messages(range(len(past.commits)))]


def test_a_commit_has_its_message_parents_and_the_paths_that_it_changed(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": "", "part/b.py": "", "gone.py": ""})
    (root / "gone.py").unlink()
    last = commit(root, "Mend the parser\n\nIt lost a line.\n", "part/b.py")
    newer, older = read_commits(open_worktree(root), {})
    assert newer[:2] == (last, [older.commit])
    assert newer.message == "Mend the parser\n\nIt lost a line.\n"
    assert newer.terms.split()[:3] == ["mend", "the", "parser"]
    assert (newer.paths, newer.touched) == (["gone.py", "part/b.py"], 2)
    assert (older.parents, older.paths) == ([], ["a.py", "gone.py", "part/b.py"])


def test_a_merge_keeps_its_title_and_what_it_brought_to_its_first_parent(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": "", "b.py": ""})
    git(root, "checkout", "-q", "-b", "side")
    commit(root, "wip", "b.py")
    git(root, "checkout", "-q", "main")
    commit(root, "main goes on", "a.py")
    git(root, "merge", "-q", "--no-ff", "-m", "Merge: retry uploads", "side")
    merge = read_commits(open_worktree(root), {})[0]
    assert (merge.message.strip(), len(merge.parents), merge.paths) == (
        "Merge: retry uploads",
        2,
        ["b.py"],
    )


def test_secrets_in_messages_are_written_over(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    commit(root, f"Use key {SECRET} for uploads")
    found = read_commits(open_worktree(root), {})[0]
    assert SECRET not in found.message and SECRET.lower() not in found.terms
    assert found.message.startswith("Use key REDACTED")


def test_long_messages_and_wide_commits_are_cut_and_the_width_is_told(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    commit(root, "word " * MAX_MESSAGE, *(f"f{at:03}.py" for at in range(MAX_PATHS + 7)))
    found = read_commits(open_worktree(root), {})[0]
    assert (len(found.message), len(found.paths), found.touched) == (
        MAX_MESSAGE,
        MAX_PATHS,
        MAX_PATHS + 7,
    )


def test_a_message_of_an_encoding_that_nobody_knows_is_read_all_the_same(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    git(
        root,
        "-c",
        "i18n.commitEncoding=hex",
        "commit",
        "-q",
        "--allow-empty",
        "-F",
        "-",
        data=b"caf\xe9 door",
    )
    git(
        root,
        "-c",
        "i18n.commitEncoding=latin-1",
        "commit",
        "-q",
        "--allow-empty",
        "-F",
        "-",
        data=b"caf\xe9 bar",
    )
    latin, strange, _ = read_commits(open_worktree(root), {})
    assert latin.message.strip() == "café bar"
    assert strange.terms.split()[-1] == "door"


def test_paths_with_line_breaks_and_bytes_that_are_not_utf8_do_not_confuse_what_follows(
    tmp_path: Path,
) -> None:
    root = repository(tmp_path / "repo")
    strange = f"{'a' * 40} {'b' * 40}\nx.py"
    write(root, {strange.replace("/", "_"): "x\n", "z.py": "x\n"})
    (root / os.fsdecode(b"\xff.py")).write_text("x\n")
    commit(root, "strange names")
    found = read_commits(open_worktree(root), {})[0]
    assert found.touched == 3 and "z.py" in found.paths


def test_without_a_git_program_the_same_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "repo", {"a.py": "", "b.py": ""})
    commit(root, "both", "a.py", "b.py")
    told = read_commits(open_worktree(root), {})
    monkeypatch.setenv("PATH", str(tmp_path))
    assert read_commits(open_worktree(root), {}) == told


def test_a_setting_of_the_repository_runs_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": ""})
    commit(root, "more", "a.py")
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "core.pager",
        "diff.external",
        "gpg.program",
        "core.sshCommand",
        "alias.diff-tree",
    ):
        git(root, "config", key, str(trap))
    git(root, "config", "log.showSignature", "true")
    assert read_commits(open_worktree(root), {})[0].paths == ["a.py"]
    assert not (tmp_path / "sprung").exists()


def test_a_shallow_clone_gives_what_it_has_and_the_rest_when_it_is_deepened(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"a.py": ""})
    for number in range(4):
        commit(root, f"number {number}", "a.py")
    git(tmp_path, "clone", "-q", "--depth", "2", f"file://{root}", "shallow")
    known = {
        each.commit: each.touched for each in read_commits(open_worktree(tmp_path / "shallow"), {})
    }
    assert list(known.values()) == [1, UNKNOWN]
    git(tmp_path / "shallow", "fetch", "-q", "--unshallow")
    further = read_commits(open_worktree(tmp_path / "shallow"), known)
    assert [(each.message.strip(), each.touched) for each in further] == [
        ("number 2", 1),
        ("number 1", 1),
        ("number 0", 1),
        ("first", 1),
    ]


def test_a_clone_without_trees_keeps_messages_and_fetches_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"part/a.py": ""})
    for number in range(3):
        commit(root, f"number {number}", "part/a.py")
    git(root, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=tree:0", f"file://{root}", "partial")
    before = sorted(tmp_path.glob("partial/objects/**/*"))
    found = read_commits(open_revision(tmp_path / "partial", "HEAD"), {})
    assert [(each.message.strip(), each.touched) for each in found] == [
        ("number 2", UNKNOWN),
        ("number 1", UNKNOWN),
        ("number 0", UNKNOWN),
        ("first", UNKNOWN),
    ]
    assert sorted(tmp_path.glob("partial/objects/**/*")) == before


def test_without_git_there_is_no_history(tmp_path: Path) -> None:
    write(tmp_path / "tree", {"a.py": "x = 1\n"})
    assert read_commits(open_worktree(tmp_path / "tree"), {}) == []
    assert index(open_worktree(tmp_path / "tree"), tmp_path / "store").commit_log.commits == []


def test_an_unborn_branch_has_no_history(tmp_path: Path) -> None:
    write(tmp_path / "tree", {"a.py": "x = 1\n"})
    git(tmp_path / "tree", "init", "-q")
    assert index(open_worktree(tmp_path / "tree"), tmp_path / "store").commit_log.commits == []


def test_the_newest_come_first_whatever_the_order_of_the_parents() -> None:
    graph = {"m": (9, ["b", "a"]), "a": (5, ["r"]), "b": (5, ["r"]), "r": (1, ["lost"])}
    assert newest("m", graph.get, 9) == ["m", "a", "b", "r"]
    assert newest("m", graph.get, 2) == ["m", "a"]
    assert newest("lost", graph.get, 9) == []


def test_only_ancestors_of_the_indexed_commit_are_read_from_a_store_of_several(
    tmp_path: Path,
) -> None:
    root = repository(tmp_path / "repo", {"a.py": ""})
    commit(root, "retry uploads", "a.py")
    commit(root, "retry downloads", "a.py")
    git(root, "checkout", "-q", "-b", "side", "HEAD~1")
    commit(root, "retry nothing", "a.py")
    store = tmp_path / "store"
    for revision in ("main", "main~1", "side"):
        index(open_revision(root / ".git", revision), store)
    past = {
        rev: Snapshot.open(str(store), open_revision(root / ".git", rev).view)
        for rev in ("main", "main~1", "side")
    }
    assert {rev: said(each) for rev, each in past.items()} == {
        "main": ["retry downloads", "retry uploads", "first"],
        "main~1": ["retry uploads", "first"],
        "side": ["retry nothing", "retry uploads", "first"],
    }
    found = past["main~1"].commit_log.search({"retry": 1.0}, 1)
    assert [past["main~1"].commit_log.messages([at]) for at, _ in found] == [["retry uploads\n"]]


def test_a_commit_is_stored_once_and_a_build_adds_what_is_new(tmp_path: Path) -> None:
    root, store = repository(tmp_path / "repo", {"a.py": ""}), tmp_path / "store"
    index(open_worktree(root), store)
    git(root, "worktree", "add", "-q", str(tmp_path / "second"))
    index(open_worktree(tmp_path / "second"), store)
    commit(tmp_path / "second", "retry uploads", "a.py")
    again = index(open_worktree(tmp_path / "second"), store)
    assert again.tables.table("commits").count_rows() == 2
    assert [at for at, _ in again.commit_log.search({"upload": 1.0}, 5)] == [0]
    assert said(index(open_worktree(root), store)) == ["first"]


def test_a_commit_that_changes_no_file_is_taken_in(tmp_path: Path) -> None:
    root, store = repository(tmp_path / "repo", {"a.py": ""}), tmp_path / "store"
    index(open_worktree(root), store)
    commit(root, "say something")
    assert said(index(open_worktree(root), store)) == ["say something", "first"]


def test_paths_of_a_subfolders_view_are_its_own(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo", {"part/a.py": "", "b.py": ""})
    commit(root, "both", "part/a.py", "b.py")
    past = index(open_worktree(root / "part"), tmp_path / "store").commit_log
    assert [(each.paths, each.touched) for each in past.commits] == [(("a.py",), 2), (("a.py",), 2)]
