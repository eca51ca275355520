"""What the built-in encoder may learn from, and what a question is."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from benchmarks.train import corpus
from benchmarks.train.corpus import Package, Source, excluded_names, sources
from benchmarks.train.evaluate import bm25, ranks
from benchmarks.train.held_out import Case, recall
from benchmarks.train.pairs import Pair, pairs
from benchmarks.train.static_encoder import batches, is_compound
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


def asked(language: str, text: str) -> list[Pair]:
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
    assert [pair.question.split() for pair in asked(language, text)] == [search_terms(question)]


def test_the_answer_holds_the_body_and_not_the_docstring() -> None:
    (pair,) = asked("python", PYTHON)
    assert "fetchmany" in pair.code.split()
    assert "nobody" not in pair.code.split()


@pytest.mark.parametrize(
    "comment", ["Copyright 2020 the authors", "TODO make this faster", "x = y + (a[0] * 3) / 7;"]
)
def test_a_comment_that_is_no_prose_asks_nothing(comment: str) -> None:
    assert asked("go", GO.replace("FetchRows gives the first rows.", comment)) == []


@pytest.mark.parametrize(
    "word", ["getHTTPHeaders", "retries", "file_names", "getProxiesFor", "base64", "__init__"]
)
def test_only_the_whole_word_is_a_compound(word: str) -> None:
    cut = [*search_terms(word), "other", "words"]
    assert [is_compound(cut[i], cut[i + 1 :]) for i in range(len(cut) - 2)] == [True] + [False] * (
        len(cut) - 3
    )


def test_copies_of_excluded_repositories_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [
        "package/src/a.js",
        "package/src/zod/b.js",
        "package/src/github.com/Own/Thing/c.js",
        "package/vendor/d.js",
    ]
    with tarfile.open(tmp_path / "one-1.tgz", "w:gz") as archive:
        for path in paths:
            member = tarfile.TarInfo(path)
            member.size = 1
            archive.addfile(member, io.BytesIO(b";"))
    monkeypatch.setattr(corpus, "PACKAGES", (Package("npm", "one", "1", "MIT", False),))
    found = sources(tmp_path, excluded_names(["colinhacks/zod", "own/thing"]))
    assert [source.path for source in found] == ["package/src/a.js"]


def test_bm25_ranks_the_text_with_the_rare_word_first() -> None:
    scores = bm25(["the parser"], ["the the file", "the parser of the file", "a file"])
    assert scores.argmax() == 1


def test_equal_scores_share_the_worst_rank() -> None:
    assert ranks(np.array([[0.5, 0.9, 0.5, 0.1]], np.float32)).tolist() == [[3, 1, 3, 4]]


def test_an_epoch_uses_a_pair_once() -> None:
    made = [Pair(f"project{i % 3}", "go", "question", "name", "code") for i in range(3000)]
    used = [place for batch in batches(made, np.random.default_rng(1)) for place in batch]
    assert len(used) == len(set(used))
    assert len(used) > 2000


def test_recall_counts_files_by_their_nearest_chunk() -> None:
    paths = (*(f"f{number}.py" for number in range(12)), "f0.py")
    case = Case("own/app", ("q",), (frozenset({"f0.py", "f1.py"}),), paths, ("",) * 13)
    scores = np.array([[0, 0.1, *[0.5] * 10, 0.9]], np.float32)
    assert recall(case, scores) == 0.5
