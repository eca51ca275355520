"""Queries of the heaviest terms first, then of all; results are scored by the weights."""

from __future__ import annotations

from pathlib import Path

from indexer import Snapshot, Store, build_index, load_encoder, open_worktree


def test_chunks_with_heavy_terms_come_before_chunks_with_variants(
    tmp_path: Path,
) -> None:
    tree, uri = tmp_path / "tree", str(tmp_path / "store")
    tree.mkdir()
    for name, body in (
        ("heavy", "parse(queue)"),
        ("light", "parser(queues)"),
        ("both", "parse(queue, parser)"),
    ):
        (tree / f"{name}.py").write_text(f"def {name}_one():\n    return {body}\n")
    build_index(open_worktree(tree), Store(uri), load_encoder("none"), encoder_spec="none", jobs=1)
    snapshot = Snapshot.open(uri)
    chunks = snapshot.chunks.search_text(
        {"parse": 1.0, "queue": 1.0, "parser": 0.5, "unknown": 0.5}, 10
    )
    assert [each.path for each in chunks] == ["both.py", "heavy.py", "light.py"]
    many = snapshot.chunks.search_text(
        {"parse": 1.0, "queue": 0.9, "parser": 0.5, "unknown": 0.2}, 10
    )
    assert {each.path for each in many} == {each.path for each in chunks}
    assert (
        snapshot.chunks.search_text({"unknown": 1.0}, 10)
        == snapshot.chunks.search_text({}, 10)
        == []
    )
