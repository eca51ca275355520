"""What the model can do, and what it is told when that does not work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.sandbox.ladder import open_sandbox
from agent.session.records import ToolCall
from agent.session.transcript import Session
from agent.tools.output import ITEM_TOKENS, fit_item
from agent.tools.schemas import TOOLS
from agent.tools.toolbox import Toolbox
from retrieval import Hit, count_tokens
from tests.agent.conftest import ANY_SANDBOX
from tests.agent.grep_index import GrepIndex, make_hit


@pytest.fixture
def box(folder: Path, tmp_path: Path) -> Toolbox:
    return Toolbox(
        folder,
        GrepIndex(folder),
        open_sandbox(ANY_SANDBOX, folder),
        Session(tmp_path / "run"),
        planned=True,
    )


def use(box: Toolbox, name: str, arguments: dict[str, Any] | str) -> str:
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return box.call(ToolCall("call_1", name, written), {}).text


def test_all_schemas_together_stay_below_two_thousand_characters() -> None:
    assert len(json.dumps(TOOLS)) < 2000


def test_the_tools_and_their_order_are_fixed() -> None:
    assert [tool["function"]["name"] for tool in TOOLS] == [
        "search",
        "read",
        "edit",
        "run",
        "plan",
        "finish",
    ]


def test_search_shows_places_with_their_code(box: Toolbox) -> None:
    assert "courier/queue.py:1-47" in use(box, "search", {"query": "queue backoff clock"})
    assert "class Queue" in use(box, "search", {"query": "queue backoff clock"})


def test_search_does_not_show_code_that_changed_since_it_was_indexed(
    box: Toolbox, folder: Path
) -> None:
    (folder / "courier" / "queue.py").write_text("x = 1\n")
    found = use(box, "search", {"query": "queue backoff clock"})
    assert "courier/queue.py:1-47 file" not in found
    assert "[changed since it was indexed: read it]" in found


class NameIndex(GrepIndex):
    """An index that knows files by their names only."""

    def query(self, text: str, k: int = 10) -> list[Hit]:
        return [make_hit("image.bin", "", "file", 0, 0)]


def test_search_names_files_that_have_no_lines(box: Toolbox, folder: Path) -> None:
    box.index = NameIndex(folder)
    assert use(box, "search", {"query": "image"}) == (
        "[data that the index found]\nimage.bin\n[known by its path only]"
    )


def test_search_says_what_to_do_when_nothing_is_found(box: Toolbox) -> None:
    assert "other words" in use(box, "search", {"query": "zzzyyyxxx"})


def test_read_gives_the_lines_asked_for(box: Toolbox) -> None:
    answer = use(box, "read", {"path": "courier/job.py", "start": 9, "end": 10})
    assert answer.startswith("[data courier/job.py, lines 9-10 of 40]\nclass State")


def test_read_lists_a_folder(box: Toolbox) -> None:
    assert "queue.py" in use(box, "read", {"path": "courier"})


def test_read_past_the_end_says_how_long_the_file_is(box: Toolbox) -> None:
    assert (
        use(box, "read", {"path": "courier/job.py", "start": 900})
        == "error: courier/job.py has 40 lines"
    )


def test_read_of_a_pipe_does_not_hang(box: Toolbox) -> None:
    use(box, "run", {"command": "mkfifo pipe"})
    assert "there is no file pipe" in use(box, "read", {"path": "pipe"})


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "/etc/passwd",
        "link",
        "folder/secret",
        "courier/../../secret",
        "loop",
        "",
        "a\0b",
    ],
)
@pytest.mark.parametrize("tool", ["read", "edit"])
def test_paths_that_lead_out_are_refused(box: Toolbox, folder: Path, tool: str, path: str) -> None:
    secret = folder.parent / "secret"
    secret.write_text("the-password")
    (folder / "link").symlink_to(secret)
    (folder / "folder").symlink_to(folder.parent)
    (folder / "loop").symlink_to("loop")
    arguments = (
        {"path": path} if tool == "read" else {"path": path, "old": "the-password", "new": "leak"}
    )
    answer = use(box, tool, arguments)
    assert answer.startswith("error: ")
    assert "the-password" not in answer
    assert secret.read_text() == "the-password"


def test_a_new_file_is_not_created_through_a_link(box: Toolbox, folder: Path) -> None:
    (folder / "out").symlink_to(folder.parent)
    assert "outside of the repository" in use(
        box, "edit", {"path": "out/made", "old": "", "new": "leak"}
    )
    assert not (folder.parent / "made").exists()


def test_gits_own_files_are_refused(box: Toolbox) -> None:
    assert "belongs to git" in use(
        box, "edit", {"path": ".git/hooks/pre-commit", "old": "", "new": "leak"}
    )


def test_edit_replaces_the_only_occurrence(box: Toolbox, folder: Path) -> None:
    answer = use(
        box,
        "edit",
        {
            "path": "courier/backoff.py",
            "old": "ceiling: float = 300.0",
            "new": "ceiling: float = 60.0",
        },
    )
    assert answer == "edited courier/backoff.py at line 14"
    assert "ceiling: float = 60.0" in (folder / "courier" / "backoff.py").read_text()


def test_edit_creates_a_file_and_its_folders(box: Toolbox, folder: Path) -> None:
    use(box, "edit", {"path": "docs/new.md", "old": "", "new": "# New\n"})
    assert (folder / "docs" / "new.md").read_text() == "# New\n"


def test_edit_does_not_overwrite_a_file(box: Toolbox) -> None:
    assert "courier/job.py exists" in use(
        box, "edit", {"path": "courier/job.py", "old": "", "new": "x"}
    )


def test_edit_of_a_text_that_occurs_twice_names_the_lines(box: Toolbox) -> None:
    answer = use(box, "edit", {"path": "courier/queue.py", "old": "self.store.save(", "new": "x"})
    assert "occurs 2 times" in answer and "lines 31, 46" in answer


def test_edit_with_other_indentation_says_where_the_text_stands(box: Toolbox) -> None:
    answer = use(
        box,
        "edit",
        {"path": "courier/queue.py", "old": "if job is None:\n    return None", "new": "x"},
    )
    assert "at line 28 it stands with other indentation" in answer


def test_edit_keeps_the_line_ends_of_the_file(box: Toolbox, folder: Path) -> None:
    (folder / "dos.txt").write_bytes(b"one\r\ntwo\r\nthree\r\n")
    use(box, "edit", {"path": "dos.txt", "old": "one\ntwo", "new": "1\n2"})
    assert (folder / "dos.txt").read_bytes() == b"1\r\n2\r\nthree\r\n"


def test_edit_before_a_plan_is_refused(box: Toolbox, folder: Path) -> None:
    box.planned = False
    assert "call plan first" in use(box, "edit", {"path": "a.py", "old": "", "new": "x"})
    assert not (folder / "a.py").exists()


def test_run_gives_exit_code_and_output_with_paths_as_the_model_knows_them(box: Toolbox) -> None:
    assert use(box, "run", {"command": "pwd; echo $PWD/courier/job.py; exit 3"}) == (
        "exit code 3\n[data of the command]\n.\ncourier/job.py"
    )


def test_run_shows_head_and_tail_of_a_long_output_and_keeps_all_of_it(box: Toolbox) -> None:
    shown = use(box, "run", {"command": "seq 1 20000"})
    assert len(shown) < 9000
    assert "\n1\n2\n" in shown and shown.endswith("\n19999\n20000")
    assert "all of it: read output:1" in shown
    assert use(box, "read", {"path": "output:1", "start": 10000, "end": 10000}).endswith("\n10000")


def test_run_removes_terminal_codes(box: Toolbox) -> None:
    assert use(box, "run", {"command": "printf '\\033[31mred\\033[0m\\007'"}) == (
        "exit code 0\n[data of the command]\nred"
    )


def test_run_that_takes_too_long_says_so(box: Toolbox) -> None:
    assert "more than 1 seconds" in use(box, "run", {"command": "sleep 60", "seconds": 1})


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("read", '{"path": "a', "not JSON"),
        ("read", '["a"]', "not an object"),
        ("read", "{}", "wrong or missing: path"),
        ("read", {"path": 7}, "wrong or missing: path"),
        ("read", {"path": "a", "start": True}, "wrong or missing: start"),
        ("read", {"path": "a", "line": 3}, "wrong or missing: line"),
        (
            "edit",
            {"old": "b"},
            "edit takes path (string), old (string), new (string), patch (string)",
        ),
        (
            "grep",
            {"query": "a"},
            "there is no tool 'grep': use search, read, edit, run, plan, finish",
        ),
    ],
)
def test_malformed_calls_are_answered_with_what_is_wrong(
    box: Toolbox, name: str, arguments: Any, said: str
) -> None:
    answer = use(box, name, arguments)
    assert answer.startswith("error: ")
    assert said in answer


def test_read_of_a_symbol_gives_its_lines(box: Toolbox) -> None:
    answer = use(box, "read", {"path": "courier/queue.py::Queue.fail"})
    assert answer.startswith("[data courier/queue.py, lines 38-43 of 47]\n    def fail(")


def test_read_of_a_symbol_that_is_not_there_names_those_that_are(box: Toolbox) -> None:
    assert "it has Queue, Queue.__init__" in use(
        box, "read", {"path": "courier/queue.py::Queue.lost"}
    )


def test_what_was_read_is_remembered_by_names_that_bring_it_back_exactly(box: Toolbox) -> None:
    given = json.dumps({"path": "courier/queue.py", "start": 10, "end": 43})
    answer = box.call(ToolCall("call_1", "read", given), {})
    assert "courier/queue.py::Queue.fail" in answer.refs
    again = "\n".join(use(box, "read", {"path": name}).partition("\n")[2] for name in answer.refs)
    shown = [line for line in answer.text.splitlines()[1:] if line.strip()]
    assert sorted(line for line in again.splitlines() if line.strip()) == sorted(shown)


def test_read_finds_the_lines_that_hold_a_text(box: Toolbox) -> None:
    answer = use(box, "read", {"path": "courier/queue.py", "find": "def "})
    assert answer.splitlines()[1].endswith(
        "def __init__(self, store: Store, backoff: Backoff | None = None,"
        " clock: Callable[[], float] = time.time) -> None:"
    )


def test_an_edit_that_breaks_the_syntax_is_not_written(box: Toolbox, folder: Path) -> None:
    before = (folder / "courier" / "queue.py").read_text()
    answer = use(
        box, "edit", {"path": "courier/queue.py", "old": "return running", "new": "return (running"}
    )
    assert "not written: courier/queue.py would no longer parse, from line" in answer
    assert (folder / "courier" / "queue.py").read_text() == before


def test_a_patch_of_two_hunks_is_applied(box: Toolbox, folder: Path) -> None:
    patch = """--- a/courier/queue.py
+++ b/courier/queue.py
@@ -28,2 +28,2 @@
         if job is None:
-            return None
+            return self.take()
@@ -99 @@
-        return running
+        return job
"""
    assert "edited courier/queue.py" in use(
        box, "edit", {"path": "courier/queue.py", "patch": patch}
    )
    text = (folder / "courier" / "queue.py").read_text()
    assert "return self.take()" in text and "        return job\n" in text


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ("nothing", "has no hunk"),
        ("@@\n-no such line\n+x", "do not stand in the file: no such line"),
        ("@@\n+only new", "needs lines of context"),
        ("@@\n*odd", "begins with a space, + or -"),
    ],
)
def test_a_patch_that_does_not_fit_is_refused(box: Toolbox, patch: str, said: str) -> None:
    assert said in use(box, "edit", {"path": "courier/queue.py", "patch": patch})


def test_the_lines_of_a_long_output_that_tell_of_a_failure_are_shown(box: Toolbox) -> None:
    shown = use(box, "run", {"command": "seq 1 9000; echo ValueError: the cause; seq 1 9000"})
    assert "[lines of it that tell of a failure]\n9001: ValueError: the cause" in shown


def test_no_part_of_a_key_is_shown_and_what_was_hidden_is_counted(
    box: Toolbox, folder: Path
) -> None:
    body = "\n".join(f"{line:02}" + "aB3dE5gH" * 7 for line in range(30))
    (folder / "key.txt").write_text(
        f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"
    )
    for use_of_it in (
        use(box, "read", {"path": "key.txt", "start": 9, "end": 12}),
        use(box, "read", {"path": "key.txt", "find": "aB3d"}),
        use(box, "run", {"command": "seq 1 9000; cat key.txt; seq 1 500"}),
        use(box, "read", {"path": "output:1", "start": 9010}),
    ):
        assert "aB3d" not in use_of_it.replace("'aB3d'", "")
    assert box.redacted == 4


@pytest.mark.parametrize("text", ["𓀀" * 9999, "\n".join("error " + "𓀀" * 300 for _ in range(100))])
def test_no_item_is_too_large_whatever_it_is_made_of(text: str) -> None:
    assert count_tokens(fit_item(text, "output:1")) <= ITEM_TOKENS
