"""Names and paths as people write them, looked up in an index."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import Snapshot, Store, build_index, load_encoder, open_worktree

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The sample repository, indexed."""
    uri = str(tmp_path_factory.mktemp("symbols") / "store")
    build_index(
        open_worktree(SAMPLE), Store(uri), load_encoder("none"), encoder_spec="none", jobs=1
    )
    return Snapshot.open(uri)


def test_symbols_by_position_and_by_line_are_those_of_the_whole_file(snapshot: Snapshot) -> None:
    paths = list(snapshot.entries)
    every = snapshot.symbols_in(paths)
    assert len({found.path for found in every}) > 5
    for path, own in snapshot.symbols_by_file(paths).items():
        whole = [found for found in every if found.path == path]
        assert [own[at] for at in reversed(range(len(own)))] == whole[::-1]
        assert [found.index for found in own] == list(range(len(own)))
        for first, last in ((1, 9), (10, 40)):
            assert list(own.starting(first, last)) == [
                f for f in whole if first <= f.symbol.start_line <= last
            ]


def test_a_symbol_stays_the_same_object_however_it_is_asked_for(snapshot: Snapshot) -> None:
    path = max(snapshot.entries, key=lambda each: len(snapshot.symbols_in([each])))
    own = snapshot.symbols_by_file([path])[path]
    last = own[-1]
    assert list(own)[-1] is last
    assert own[0] is own[: len(own)][0]


def test_a_path_without_facts_has_no_symbols(snapshot: Snapshot) -> None:
    assert list(snapshot.symbols_by_file(["no/such.py"])["no/such.py"]) == []
