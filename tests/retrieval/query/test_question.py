"""Typing of questions and their terms."""

from __future__ import annotations

import pytest

from retrieval.query.question import MAX_TERMS, read_question, variants


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("JobQueue", "symbol"),
        ("courier.queue.JobQueue.push", "symbol"),
        ("courier/queue.py::JobQueue.push", "symbol"),
        ("Queue::push()", "symbol"),
        ("where are uploads retried", "search"),
        ("", "search"),
        ("...", "search"),
        ("Crash on start\n\nSteps:\n1. run it\n2. see", "issue"),
        ("word " * 41, "issue"),
    ],
)
def test_a_question_is_a_symbol_a_search_or_an_issue(text: str, kind: str) -> None:
    assert read_question(text).kind == kind


def test_words_of_grammar_are_not_searched_for() -> None:
    assert read_question("how does the queue retry a job").words == ("queue", "retry", "job")


def test_a_question_of_nothing_but_grammar_is_searched_as_it_stands() -> None:
    assert read_question("what is this").words == ("what", "is", "this", "thi")


def test_a_long_issue_is_cut_to_its_heaviest_terms() -> None:
    text = "Title with flibber\n\n" + " ".join(f"w{n}x" for n in range(500))
    weights = read_question(text).weights
    assert len(weights) == MAX_TERMS
    assert weights[0][1] == max(weight for _, weight in weights)
    assert "flibber" in dict(weights)


def test_other_forms_of_a_word_are_searched_for_with_less_weight() -> None:
    weights = dict(read_question("parsing headers").weights)
    assert weights["parsing"] > weights["parse"] == weights["parser"]


def test_short_words_and_names_with_digits_have_no_other_forms() -> None:
    assert variants("tree") == []
    assert variants("utf8x") == []


def test_a_hundred_thousand_characters_are_read_from_both_ends() -> None:
    words = read_question("alpha " + "x " * 50_000 + "omega").words
    assert "alpha" in words and "omega" in words


def test_asking_for_tests_is_noticed() -> None:
    assert read_question("tests of the retry delay").wants_tests
    assert not read_question("retry delay").wants_tests
