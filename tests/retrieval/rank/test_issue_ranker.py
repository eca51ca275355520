"""Issues, ranked by what was learned from past commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import Store, build_index, load_encoder, open_worktree
from retrieval import FEATURES, Searcher, feature_rows

ISSUE = """Retried jobs wait far too long

After the third failure `Job.delay` returns hours instead of seconds, so the worker sleeps.

### Steps to reproduce
1. push a job that fails
2. wait
"""


def test_every_hit_is_explained_by_signals_that_add_up(searcher: Searcher) -> None:
    hits = searcher.query(ISSUE, 20)
    assert hits
    for hit in hits:
        assert hit.score == pytest.approx(sum(value for _, value in hit.why), abs=1e-3)
        assert hit.score >= 0


def test_a_unit_has_a_number_for_each_feature(searcher: Searcher) -> None:
    inputs = searcher.ranking_input(ISSUE)
    assert feature_rows(inputs).shape == (len(inputs.units), len(FEATURES))


def test_functions_too_small_for_a_chunk_of_their_own_are_ranked_by_name(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    small = [
        f"    def {name}(self):\n        return self._{name}\n"
        for name in ("height", "brightness", "weight")
    ]
    (tree / "lamp.py").write_text("class Lamp:\n" + "\n".join(small))
    build_index(
        open_worktree(tree),
        Store(str(tmp_path / "store")),
        load_encoder("none"),
        encoder_spec="none",
        jobs=1,
    )
    text = (
        "Lamp.brightness is wrong\n\nAfter dimming it, `brightness` gives the old value.\n\n"
        "Seen twice.\n"
    )
    hits = Searcher.open(str(tmp_path / "store")).query(text, 10)
    found = {hit.symbol: (hit.start_line, hit.end_line) for hit in hits}
    assert found["Lamp.brightness"] == (5, 6)


def test_the_rest_of_a_file_that_the_searches_point_at_is_judged_too(searcher: Searcher) -> None:
    searched = {each.row for each in searcher.snapshot.chunks.search_text({"zzdelay": 1.0}, 300)}
    inputs = searcher.ranking_input(
        "zzdelay\n\nSee courier/backoff.py please, it is slow.\n\nThanks."
    )
    assert "courier/backoff.py" in {each.chunk.path for each in inputs.candidates}
    assert not searched


def test_an_issue_that_shares_nothing_with_the_code_gets_no_hits_or_poor_ones_but_no_error(
    searcher: Searcher,
) -> None:
    assert isinstance(searcher.query("qqxz vvbn\n\nwwqk\n\nzzpt", 5), list)


def test_a_filter_holds_for_what_stands_beside_the_hits_too(searcher: Searcher) -> None:
    assert {hit.path for hit in searcher.query(ISSUE, 50, path="courier/job.py")} == {
        "courier/job.py"
    }


def test_signals_that_are_left_out_find_nothing(searcher: Searcher) -> None:
    assert searcher.query(ISSUE, 5)
    for text in (ISSUE, "delay of retried jobs"):
        assert (
            Searcher(searcher.snapshot, ["lexical", "dense", "mention", "history"]).query(text, 5)
            == []
        )
