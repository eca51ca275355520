"""Mentions in a text."""

from __future__ import annotations

import pytest

from retrieval.query.mentions import Frame, find_mentions

PYTHON = """Traceback (most recent call last):
  File "/app/lib/site-packages/courier/worker.py", line 31, in run
    job.deliver()
  File "courier/job.py", line 12, in deliver
ValueError: job has no recipient at all
"""


def test_python_frames_keep_their_order_and_functions() -> None:
    found = find_mentions(PYTHON).frames
    assert found == (
        Frame("/app/lib/site-packages/courier/worker.py", 31, "run"),
        Frame("courier/job.py", 12, "deliver"),
    )


@pytest.mark.parametrize(
    ("line", "frame"),
    [
        (
            "    at retryUpload (/srv/web/retry.js:6:11)",
            Frame("/srv/web/retry.js", 6, "retryUpload"),
        ),
        ("    at async file:///srv/web/retry.mjs:6:11", Frame("/srv/web/retry.mjs", 6, "")),
        ("\tat org.acme.Queue.push(Queue.java:42)", Frame("Queue.java", 42, "org.acme.Queue.push")),
        (
            "#1  0x0000555 in push_job (q=0x0) at src/queue.c:88",
            Frame("src/queue.c", 88, "push_job"),
        ),
        ("thread 'main' panicked at src/main.rs:10:5:", Frame("src/main.rs", 10, "")),
        ("             at ./src/queue.rs:14:9", Frame("src/queue.rs", 14, "")),
        ("src/queue.c:88:5: error: expected ';'", Frame("src/queue.c", 88, "")),
        ("it fails in queue.py:88 every time", Frame("queue.py", 88, "")),
    ],
)
def test_a_frame_is_read_in_every_language(line: str, frame: Frame) -> None:
    assert find_mentions(line).frames == (frame,)


def test_a_go_frame_takes_its_function_from_the_line_above() -> None:
    text = "main.(*Queue).Push(0xc000, 0x1)\n\t/home/me/queue.go:21 +0x1d\n"
    assert find_mentions(text).frames == (Frame("/home/me/queue.go", 21, "main.Queue.Push"),)


def test_identifiers_are_told_from_words_by_their_shape() -> None:
    found = find_mentions(
        "The JobQueue drops a job when push_front or `ack` is called by queue.take() again"
    )
    assert found.names == ("ack", "JobQueue", "push_front", "queue.take")


def test_qualified_names_of_any_language_get_dots() -> None:
    assert find_mentions("see std::Queue::push and Queue#take and p->next").names == (
        "std.Queue.push",
        "Queue.take",
        "p.next",
    )


def test_paths_are_found_with_either_slash() -> None:
    assert find_mentions(r"edit .\courier\queue.py and docs/guide.md, please").paths == (
        "courier/queue.py",
        "docs/guide.md",
    )


def test_an_attribute_is_no_path() -> None:
    assert find_mentions("self.delay is not a file").paths == ()


def test_error_lines_and_quoted_strings_are_messages() -> None:
    assert find_mentions(PYTHON + 'and then "upload failed after all attempts" again').messages == (
        "job has no recipient at all",
        "upload failed after all attempts",
    )


@pytest.mark.parametrize(
    "unit",
    ["x", "( ", "a.b", "`", '"', "a/", 'File "', "at ", "a.a:", "é_", "\n", "'a' ", "Error: "],
)
def test_long_repetitions_are_read_in_linear_time(unit: str) -> None:
    find_mentions(unit * (60_000 // len(unit)))
