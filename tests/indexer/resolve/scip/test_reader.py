"""SCIP indexes are read as they are written, and whatever is wrong with one ends in one line."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from indexer import ClewError, read_scip
from indexer.resolve.scip.reader import symbol_name, text_between

from ... import scip_index
from ...scip_index import Mention, message, varint

GLOBAL = "scip-python python p 1 `a.b`/"
SOURCE = "def run(): pass\n'ö𝒳'; run()\n"
MENTIONS = [
    Mention(1, "run", f"{GLOBAL}run().", scip_index.DEFINITION),
    Mention(2, "run", f"{GLOBAL}run()."),
]
WHOLE = scip_index.index([scip_index.document("a/b.py", SOURCE, MENTIONS)], "/somewhere/else%20x")


def read(folder: Path, data: bytes) -> list[object]:
    (folder / "index.scip").write_bytes(data)
    return list(read_scip(folder / "index.scip"))


def test_a_document_comes_with_its_root_and_its_occurrences(tmp_path: Path) -> None:
    (tmp_path / "index.scip").write_bytes(WHOLE)
    (document,) = read_scip(tmp_path / "index.scip")
    assert (document.root, document.path, document.language) == (
        "/somewhere/else x",
        "a/b.py",
        "python",
    )
    assert [(o.line, o.roles, symbol_name(o.symbol)) for o in document.occurrences] == [
        (1, 1, "run"),
        (2, 8, "run"),
    ]


def test_columns_count_in_the_units_of_their_encoding(tmp_path: Path) -> None:
    (tmp_path / "index.scip").write_bytes(WHOLE)
    (document,) = read_scip(tmp_path / "index.scip")
    second = document.occurrences[1]
    line = SOURCE.split("\n")[1]
    assert text_between(line, second.start, second.end, document.encoding) == "run"
    assert text_between(line, line.index("run"), line.index("run") + 3, "utf-32") == "run"
    start = len(line[: line.index("run")].encode())
    assert text_between(line, start, start + 3, "utf-8") == "run"


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        (f"{GLOBAL}Server#run().", "run"),
        (f"{GLOBAL}Server#", "Server"),
        ("scip-typescript npm . . src/`a.ts`/Foo#`<constructor>`().", "<constructor>"),
        ("x y z . a/`b``c`.", "b`c"),
        ("x y z . a/f(+2).", "f"),
        (f"{GLOBAL}run().(argument)", ""),
        (f"{GLOBAL}__init__:", ""),
        (GLOBAL, ""),
        ("local 12", ""),
    ],
)
def test_the_name_of_a_symbol_is_its_last_descriptor(symbol: str, name: str) -> None:
    assert symbol_name(symbol) == name


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello, world\n",
        b"\x00" * 64,
        b"\x7fELF" + b"\x02\x01" * 40,
        WHOLE[:-1],
        WHOLE[:40],
        varint(2 << 3 | 2) + varint(1 << 62),
        varint(2 << 3 | 2) + b"\xff" * 20,
        varint(2 << 3 | 2) + b"\xff",
        varint(2 << 3 | 3),
        message(2, b""),
        message(2, varint(1 << 3) + varint(7)),
        message(2, message(1, b"\xff\xfe")),
        message(2, message(1, b"a.py") + varint(2 << 3) + varint(7)),
        message(2, message(1, b"a.py") + message(2, message(1, varint(1) + varint(2)))),
        message(2, message(1, b"a.py") + message(2, message(1, varint(1 << 40) * 3))),
        message(2, message(1, b"a.py") + message(2, varint(2 << 3 | 2) + varint(99))),
    ],
)
def test_what_is_no_whole_index_is_an_error_of_one_line(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(ClewError) as caught:
        read(tmp_path, data)
    assert "\n" not in str(caught.value) and "index.scip" in str(caught.value)


def test_a_missing_index_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ClewError):
        list(read_scip(tmp_path / "none.scip"))


def test_noise_never_ends_otherwise(tmp_path: Path) -> None:
    noise = random.Random(7)
    for _ in range(300):
        data = bytearray(WHOLE)
        for _ in range(noise.randrange(1, 6)):
            data[noise.randrange(len(data))] = noise.randrange(256)
        try:
            read(tmp_path, bytes(data[: noise.randrange(1, len(data) + 1)]))
        except ClewError:
            continue
