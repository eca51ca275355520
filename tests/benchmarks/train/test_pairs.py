"""Questions and code of documented definitions."""

from __future__ import annotations

import pytest

from benchmarks.train.corpus import Source
from benchmarks.train.pairs import Pair, pairs
from indexer import search_terms

PYTHON = '''def fetch_rows(connection, limit):
    r"""Returns the first rows.

    More that nobody asks for.
    """
    cursor = connection.execute("select * from rows")
    return cursor.fetchmany(limit)
'''
GO = """// FetchRows gives the first rows.
//
// More that nobody asks for.
func FetchRows(limit int) []Row {
	cursor := connection.Execute("select")
	return cursor.Fetch(limit)
}
"""
JAVA = """class Rows {
  /**
   * Gives the <b>first</b> rows.
   * @param limit how many
   */
  @Override
  public List<Row> fetchRows(int limit) {
    Cursor cursor = connection.execute("select");
    return cursor.fetch(limit);
  }
}
"""


def make_pairs(language: str, text: str) -> list[Pair]:
    return list(pairs([Source("project", "file", language, text.encode())]))


@pytest.mark.parametrize(
    ("language", "text", "question"),
    [
        ("python", PYTHON, "Returns the first rows"),
        ("go", GO, "gives the first rows"),
        ("java", JAVA, "Gives the first rows"),
    ],
)
def test_the_question_is_the_first_paragraph_without_the_name(
    language: str, text: str, question: str
) -> None:
    assert [pair.question.split() for pair in make_pairs(language, text)] == [
        search_terms(question)
    ]


def test_the_answer_holds_the_body_and_not_the_docstring() -> None:
    (pair,) = make_pairs("python", PYTHON)
    assert "fetchmany" in pair.code.split()
    assert "nobody" not in pair.code.split()


@pytest.mark.parametrize(
    "comment", ["Copyright 2020 the authors", "TODO make this faster", "x = y + (a[0] * 3) / 7;"]
)
def test_a_comment_that_is_no_prose_asks_nothing(comment: str) -> None:
    assert make_pairs("go", GO.replace("FetchRows gives the first rows.", comment)) == []
