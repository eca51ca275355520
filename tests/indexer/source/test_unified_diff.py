"""Unified diffs of git, and hunks as models write them."""

from __future__ import annotations

from indexer import read_diff, read_hunks

DIFF = "--- a/x.py\n+++ b/x.py\n@@ -3,2 +3 @@\n-a\n-b\n+c\n@@ -9,0 +9,2 @@\n+d\n+e\n"


def test_ranges_are_those_of_the_older_side() -> None:
    (file,) = read_diff(DIFF)
    assert file.path == "x.py"
    assert [hunk.old_range for hunk in file.hunks] == [(3, 4), (9, 10)]
    assert [(hunk.old, hunk.new) for hunk in file.hunks] == [(("a", "b"), ("c",)), ((), ("d", "e"))]


def test_a_removed_line_that_looks_like_a_header_is_none() -> None:
    files = read_diff("--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1 @@\n--- a/y\n-b\n+++ b/y\n")
    assert [file.path for file in files] == ["x.sql"]
    assert files[0].hunks[0].old == ("-- a/y", "b")
    assert files[0].hunks[0].new == ("++ b/y",)


def test_a_missing_newline_is_no_line() -> None:
    note = "\\ No newline at end of file\n"
    (file,) = read_diff(f"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n{note}+b\n{note}")
    assert (file.hunks[0].old, file.hunks[0].new) == (("a",), ("b",))


def test_new_and_deleted_files_have_one_path() -> None:
    new, deleted = read_diff(
        "--- /dev/null\n+++ b/n\n@@ -0,0 +1 @@\n+a\n--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    )
    assert (new.old_path, new.new_path, new.path) == ("", "n", "n")
    assert (deleted.old_path, deleted.new_path, deleted.path) == ("d", "", "d")


def test_hunks_of_a_model_are_read_whatever_their_counts() -> None:
    first, second = read_hunks("--- a/x\n+++ b/x\n@@ -7,99 +7,1 @@\n a\n-b\n+c\n@@\n\n+d\n")
    assert (first.old_start, first.old, first.new) == (7, ("a", "b"), ("a", "c"))
    assert (second.old_start, second.old, second.new) == (0, ("",), ("", "d"))
