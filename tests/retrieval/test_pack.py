"""Packs within a budget."""

from __future__ import annotations

import json

import pytest

from retrieval import Searcher, count_tokens, messages, render

QUESTION = "how long to wait before a failed job is tried again"


@pytest.mark.parametrize("budget", [0, 1, 20, 60, 100, 300, 777, 2_000, 50_000])
def test_a_pack_is_never_above_its_budget(searcher: Searcher, budget: int) -> None:
    pack = searcher.context(QUESTION, budget)
    assert pack.tokens == count_tokens(pack.text) <= budget


def test_a_larger_budget_shows_more(searcher: Searcher) -> None:
    sizes = [
        sum(len(piece.text) for piece in searcher.context(QUESTION, budget).pieces) for budget in (50, 200, 800, 3_200)
    ]
    assert sizes == sorted(sizes) and sizes[0] < sizes[-1]


def test_the_same_question_gives_the_same_bytes(searcher: Searcher, store: str) -> None:
    assert searcher.context(QUESTION, 900).text == Searcher.open(store).context(QUESTION, 900).text


@pytest.mark.parametrize("budget", [120, 600, 4_000])
def test_every_piece_is_a_run_of_whole_lines_of_its_file(searcher: Searcher, budget: int) -> None:
    for piece in searcher.context(QUESTION, budget).pieces:
        lines = (searcher.text(piece.path) or "").split("\n")
        shown = piece.text.split("\n") if piece.resolution != "name" else []
        assert shown == (lines[piece.start_line - 1 : piece.end_line] if shown else [])


def test_pieces_of_a_file_do_not_overlap(searcher: Searcher) -> None:
    pieces = [piece for piece in searcher.context(QUESTION, 3_000).pieces if piece.resolution != "name"]
    seen: set[tuple[str, int]] = set()
    for piece in pieces:
        lines = {(piece.path, number) for number in range(piece.start_line, piece.end_line + 1)}
        assert not lines & seen
        seen |= lines


def test_a_method_comes_with_the_header_of_its_class(searcher: Searcher) -> None:
    pack = searcher.context("Queue.push", 150)
    assert "class " in pack.text


def test_what_found_no_room_is_named(searcher: Searcher) -> None:
    pack = searcher.context(QUESTION, 200)
    assert pack.left_out
    assert not set(pack.left_out) & {f"{piece.path}::{piece.symbol}" for piece in pack.pieces}


def test_messages_put_the_question_behind_the_evidence(searcher: Searcher) -> None:
    pack = searcher.context(QUESTION, 400)
    system, user = messages(pack)
    assert (system["role"], user["role"]) == ("system", "user")
    assert [part["text"] for part in user["content"]] == [pack.text, QUESTION]


def test_json_holds_every_piece(searcher: Searcher) -> None:
    pack = searcher.context(QUESTION, 400)
    found = json.loads(render(pack, "json"))
    assert len(found["pieces"]) == len(pack.pieces)
    assert found["generation"] == 1
