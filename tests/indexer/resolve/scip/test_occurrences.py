"""SCIP indexes are merged: compilers win, as long as the text has not changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from indexer import ClewError, Snapshot, Store, build_index, load_encoder, open_worktree
from retrieval import Searcher
from tests.program import clew

from ... import scip_index
from ...repositories import write
from ...scip_index import DEFINITION, Mention

QUEUE = (
    "<?php namespace Lib; class Queue {\n"
    "  function push_job($job) {}\n"
    "}\nclass Stack {\n  function push($job) {} }\n"
)
MAIN = (
    "<?php namespace App; use Lib\\Queue as Q;\n"
    "\nfunction run($jobs) {\n  $jobs->push(1);\n"
    "  $jobs->push_job(2);\n  new Q(); }\n"
    "\n"
    "function other($x) {\n  $x->push_job(3); }\n"
)
OUTSIDE = "scip x lib 1 Job#push_job()."
DOCUMENTS = [
    scip_index.document(
        "queue.php",
        QUEUE,
        [
            Mention(1, "Queue", "m Queue#", DEFINITION),
            Mention(2, "push_job", "m Queue#push_job().", DEFINITION),
            Mention(4, "Stack", "m Stack#", DEFINITION),
            Mention(5, "push", "m Stack#push().", DEFINITION),
        ],
    ),
    scip_index.document(
        "main.php",
        MAIN,
        [
            Mention(1, "Queue", "m Queue#"),
            Mention(3, "run", "m run().", DEFINITION),
            Mention(4, "push", "m Stack#push()."),
            Mention(5, "push_job", OUTSIDE),
            Mention(6, "Q", "m Queue#"),
            Mention(8, "other", "m other().", DEFINITION),
        ],
    ),
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    write(root, {"queue.php": QUEUE, "main.php": MAIN})
    (root / "index.scip").write_bytes(scip_index.index(DOCUMENTS))
    return root


def index(root: Path, *scip: str) -> dict[str, int]:
    """Index `root` with the named indexes, or with "none"; return the counts of the report."""
    named = None if not scip else [str(root / name) for name in scip if name != "none"]
    store = Store(str(root.parent / "store"))
    return build_index(
        open_worktree(root), store, load_encoder("none"), encoder_spec="none", jobs=1, scip=named
    ).scip


def edges(root: Path) -> list[dict[str, Any]]:
    return list(Searcher.open(str(root.parent / "store")).graph.edges())


def calls(root: Path) -> set[tuple[str, str, str]]:
    rows = [(row["src"], row["dst"], row["rule"]) for row in edges(root) if row["kind"] == "calls"]
    return {(src.partition("::")[2], dst.partition("::")[2], rule) for src, dst, rule in rows}


GUESSED = {
    ("run", "Queue.push_job", "unique"),
    ("other", "Queue.push_job", "unique"),
    ("run", "Queue", "import"),
}
TOLD = {
    ("run", "Stack.push", "scip"),
    ("other", "Queue.push_job", "unique"),
    ("run", "Queue", "scip"),
}


def test_a_compilers_edges_win_contradicted_ones_go_and_the_rest_stays(tree: Path) -> None:
    index(tree)
    assert calls(tree) == GUESSED
    report = index(tree, "index.scip")
    assert (report["documents"], report["stale"], report["unknown"]) == (2, 0, 0)
    assert calls(tree) == TOLD


def test_a_later_build_keeps_what_was_merged_and_none_forgets_it(tree: Path) -> None:
    index(tree, "index.scip")
    (tree / "new.py").write_text("x = 1\n")
    index(tree)
    assert calls(tree) == TOLD
    index(tree, "none")
    assert calls(tree) == GUESSED


def test_a_file_that_changed_loses_what_was_said_of_it(tree: Path) -> None:
    index(tree, "index.scip")
    (tree / "main.php").write_text("\n" + MAIN)
    index(tree)
    assert calls(tree) == GUESSED


def test_stale_and_unknown_documents_are_counted_and_ignored(tree: Path) -> None:
    (tree / "main.php").write_text("\n" + MAIN)
    (tree / "queue.php").rename(tree / "moved.py")
    report = index(tree, "index.scip")
    assert (report["documents"], report["stale"], report["unknown"]) == (0, 1, 1)


def test_no_edge_dangles_when_a_target_goes(tree: Path) -> None:
    index(tree, "index.scip")
    (tree / "queue.php").write_text("<?php namespace Lib; class Queue {}\n")
    index(tree)
    snapshot = Snapshot.open(str(tree.parent / "store"))
    ids = {found.id for found in snapshot.symbols_in(["main.php", "queue.php"])} | {
        "main.php",
        "queue.php",
    }
    written = [row for row in edges(tree) if row["kind"] != "contains"]
    assert snapshot.all_edges().num_rows == len(written) > 0
    assert {end for row in edges(tree) for end in (row["src"], row["dst"])} <= ids
    assert calls(tree) == {("run", "Queue", "scip")}


def test_an_index_of_a_folder_has_paths_relative_to_it(tree: Path) -> None:
    (tree / "part").mkdir()
    for name in ("queue.php", "main.php"):
        (tree / name).rename(tree / "part" / name)
    (tree / "index.scip").write_bytes(scip_index.index(DOCUMENTS, root=str(tree / "part")))
    assert index(tree, "index.scip")["documents"] == 2
    assert calls(tree) == TOLD


def test_two_indexes_know_each_others_definitions(tree: Path) -> None:
    (tree / "a.scip").write_bytes(scip_index.index(DOCUMENTS[1:]))
    (tree / "b.scip").write_bytes(scip_index.index(DOCUMENTS[:1]))
    assert index(tree, "a.scip", "b.scip")["documents"] == 2
    assert calls(tree) == TOLD


def test_documents_outside_the_tree_are_unknown(tree: Path) -> None:
    (tree / "index.scip").write_bytes(
        scip_index.index([scip_index.document("../../etc/passwd", "", [])])
    )
    assert index(tree, "index.scip")["unknown"] == 1


@pytest.mark.parametrize("data", [scip_index.index(DOCUMENTS)[:-3], b"hello", b""])
def test_a_broken_index_is_an_error_and_changes_nothing(tree: Path, data: bytes) -> None:
    index(tree)
    (tree / "broken.scip").write_bytes(data)
    with pytest.raises(ClewError, match=r"broken\.scip"):
        index(tree, "broken.scip")
    assert calls(tree) == GUESSED


def test_the_command_merges_and_says_what_came_of_it(tree: Path) -> None:
    ran = clew("index", "--encoder", "none", "--scip", "index.scip", cwd=tree)
    assert ran.code == 0 and "by SCIP indexes: 2 documents, 0 stale, 0 unknown" in ran.out
    missing = clew("index", "--scip", "missing.scip", cwd=tree)
    assert missing.code == 2 and "missing.scip" in missing.last
