"""Examples from commits: messages and the functions that answer them."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import ClewError
from retrieval import find_changes, find_examples
from retrieval.tune.commit_messages import clean_message, is_informative
from tests.indexer.repositories import git, repository, write

UPLOAD = """import time


class Upload:
    limit = 3

    def __init__(self, retries):
        self.retries = retries

    def send(self, data):
        def attempt():
            return data
        return attempt()


def pause(seconds):
    time.sleep(seconds)
"""
MESSAGE = "Wait between the attempts of an upload\n\nA server that is busy was asked again at once."


def head(root: Path) -> str:
    return git(root, "rev-parse", "HEAD").decode().strip()


def commit(root: Path, files: dict[str, str], message: str = MESSAGE) -> str:
    write(root, files)
    git(root, "add", "-A")
    git(root, "commit", "-qm", message)
    return head(root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(
        tmp_path / "app",
        {"app/upload.py": UPLOAD, "tests/test_upload.py": "def test_send(): pass\n"},
    )


def functions(root: Path, base: str = "HEAD~1") -> list[tuple[str, ...]]:
    return [task.functions for task in find_examples(str(root), base)]


@pytest.mark.parametrize(
    ("old", "new", "touched"),
    [
        ("time.sleep(seconds)", "time.sleep(2 * seconds)", "pause"),
        ("return data", "return data or None", "Upload.send"),
        ("self.retries = retries", "self.retries = retries or 3", "Upload"),
        (
            "        return attempt()\n",
            "        pause(1)\n        return attempt()\n",
            "Upload.send",
        ),
        ("    time.sleep(seconds)\n", "    time.sleep(seconds)\n    return None\n", "pause"),
    ],
)
def test_a_changed_line_counts_for_the_outermost_function_or_the_class_of_its_constructor(
    root: Path, old: str, new: str, touched: str
) -> None:
    commit(root, {"app/upload.py": UPLOAD.replace(old, new)})
    assert functions(root) == [(f"app/upload.py::{touched}",)]


def test_a_function_that_is_added_behind_another_touches_none(root: Path) -> None:
    commit(root, {"app/upload.py": UPLOAD + "\n\ndef stop():\n    pass\n"})
    assert functions(root) == []


def test_tests_are_no_targets_and_new_files_are_no_answers(root: Path) -> None:
    changed = UPLOAD.replace("time.sleep(seconds)", "wait(seconds)")
    files = {
        "app/upload.py": changed,
        "app/wait.py": "def wait(n): pass\n",
        "tests/test_upload.py": "def test(): pass\n",
    }
    commit(root, files)
    [task] = find_examples(str(root), "HEAD~1")
    assert (task.files, task.functions) == (("app/upload.py",), ("app/upload.py::pause",))


def test_functions_are_those_that_the_base_has(root: Path) -> None:
    base = head(root)
    more = UPLOAD + "\n\ndef stop():\n    return 1\n"
    commit(root, {"app/upload.py": more}, "Stop")
    commit(
        root,
        {
            "app/upload.py": more.replace("return 1", "return 2").replace(
                "sleep(seconds)", "sleep(1)"
            )
        },
    )
    assert functions(root, base) == [("app/upload.py::pause",)]


def test_the_newest_come_first_and_what_lies_before_the_base_is_left_out(root: Path) -> None:
    first = commit(
        root,
        {
            "app/upload.py": UPLOAD.replace("limit = 3", "limit = 4").replace(
                "return data", "return 1"
            )
        },
    )
    second = commit(root, {"app/upload.py": UPLOAD})
    third = commit(root, {"app/upload.py": UPLOAD.replace("seconds)\n", "seconds + 1)\n")})
    assert [task.commit for task in find_examples(str(root), first)] == [third, second]
    assert [change.commit for change in find_changes(str(root))] == [third, second, first]


def test_a_merge_stands_for_its_branch_where_it_tells_more(root: Path) -> None:
    for branch, message in (
        ("told", "Merge pull request #1 from a/b\n\n" + MESSAGE),
        ("untold", "Merge branch 'untold'"),
    ):
        git(root, "checkout", "-qb", branch)
        body = UPLOAD.replace("sleep(seconds)", f"sleep('{branch}')")
        made = commit(root, {"app/upload.py": body}, f"sleep longer between attempts on {branch}")
        git(root, "checkout", "-q", "main")
        git(root, "merge", "-q", "--no-ff", branch, "-m", message)
        [task] = find_examples(str(root), "HEAD~1")
        assert task.commit == (head(root) if branch == "told" else made)


def test_a_sweep_over_many_sources_is_no_task(root: Path) -> None:
    many = {f"app/part{n}.py": "def run():\n    return 1\n" for n in range(6)}
    commit(root, many)
    commit(root, {path: text.replace("1", "2") for path, text in many.items()})
    assert functions(root) == []


def test_an_unknown_base_is_an_error_that_names_it(root: Path) -> None:
    with pytest.raises(ClewError, match="nowhere"):
        list(find_examples(str(root), "nowhere"))


def test_a_message_is_cleaned_of_people_tickets_and_lists_of_files() -> None:
    message = """Merge pull request #12 from someone/branch

Keep the order of headers (#345)

* app/headers.py (Headers.add): Keep the order.
* fix tests
M  app/headers.py
 app/headers.py | 12 +++---
 2 files changed, 3 insertions(+)

See [the report](https://example.org/1).
Fixes #345
Signed-off-by: A Person <a@example.org>
Change-Id: I0123
"""
    assert (
        clean_message(message)
        == "Keep the order of headers\n\nKeep the order.\n\nSee [the report]."
    )


@pytest.mark.parametrize(
    "message",
    [
        "Bump setuptools from 1.0 to 2.0 in the build",
        'Revert "Wait between attempts" since it is slow',
        "Fix typos in all of the comments",
        "docs: say how uploads are sent again",
        "Run black over the whole of the code base",
        "1.2.3 is what this is now",
        "fix it",
    ],
)
def test_versions_reverts_sweeps_and_short_messages_say_nothing(message: str) -> None:
    assert not is_informative(message, clean_message(message), 5)


def test_what_a_change_is_for_is_informative() -> None:
    assert is_informative(MESSAGE, clean_message(MESSAGE), 12)
