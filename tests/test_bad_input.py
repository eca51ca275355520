"""Bad input: a clear line and exit code 2, or a counted skip; no traceback, no lost index."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import StoreError
from indexer.store.schema import FORMAT
from retrieval import Searcher
from tests.indexer.repositories import git
from tests.program import CLEW, SAMPLE, Ran, clew, run

HERE = Path(__file__).resolve().parent


def refused(ran: Ran) -> str:
    """The one line that a refusal ends in; before it there may be progress only."""
    assert ran.code == 2, ran
    assert "Traceback" not in ran.err
    assert ran.last.startswith("clew: ")
    assert "unexpected" not in ran.last
    return ran.last


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample repository, indexed. Tests that change it take a copy."""
    root = tmp_path_factory.mktemp("indexed") / "courier"
    shutil.copytree(SAMPLE, root)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    assert clew("index", cwd=root).code == 0
    return root


@pytest.fixture
def copy(indexed: Path, tmp_path: Path) -> Path:
    """A copy that a test may break."""
    return Path(shutil.copytree(indexed, tmp_path / "courier", symlinks=True))


# -- trees


def test_an_empty_folder_gives_an_empty_index_that_answers(tmp_path: Path) -> None:
    built = clew("index", "--json", cwd=tmp_path)
    assert (built.code, built.value["files"]) == (0, 0)
    assert "no text files" in built.last
    asked = clew("query", "anything at all", cwd=tmp_path)
    assert (asked.code, asked.out, asked.last) == (1, "", "clew: nothing found")


def test_a_repository_without_a_commit_is_indexed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_text("def alone(): pass\n")
    assert clew("index", "--json", cwd=tmp_path).value["files"] == 1
    assert "names no commit" in refused(clew("index", "--rev", "HEAD", cwd=tmp_path))


def test_a_folder_that_is_missing_or_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    assert "does not exist" in refused(clew("index", "nowhere", cwd=tmp_path))
    assert "is a file" in refused(clew("index", "file", cwd=tmp_path))
    assert "no folder" in refused(
        clew("index", "--git-dir", "nowhere", "--rev", "HEAD", cwd=tmp_path)
    )
    assert "git repository" in refused(clew("index", "--rev", "HEAD", cwd=tmp_path))


def hostile(root: Path) -> dict[str, str]:
    """Write files that break other tools; return path → the reason for skipping it, or ""."""
    files: dict[str, tuple[bytes, str]] = {
        "one line.js": (b"x=1;" * (50 << 18), "too large"),
        "minified.js": (b"function f(a){return a+1};" * 20_000, "minified"),
        "latin.py": ("# café\ndef latin(): return 'é'\n".encode("latin-1"), ""),
        "zeros.c": (b"int a;\0\0\0\0" * 100, "binary"),
        "brackets.py": (b"x = " + b"[" * 100_000 + b"]" * 100_000 + b"\n", ""),
        "braces.c": (b"int f(void) " + b"{" * 100_000 + b"}" * 100_000 + b"\n", ""),
        "with space/náïve 文件.py": (b"def odd_path(): pass\n", ""),
        "empty.py": (b"", ""),
        "bom.py": (b"\xef\xbb\xbfdef with_mark(): pass\r\n", ""),
        "half.py": (b"def before(): pass\n\ndef unfinished(a, b:\n    return (((\n", ""),
    }
    for path, (data, _) in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / os.fsdecode(b"caf\xe9.py")).write_bytes(b"def not_utf8_name(): pass\n")
    os.mkfifo(root / "pipe.py")
    (root / "away.py").symlink_to("/etc/passwd")
    deep = root.joinpath(*["d"] * 200)
    deep.mkdir(parents=True)
    (deep / "deep.py").write_text("def far_down(): pass\n")
    return {path: reason for path, (_, reason) in files.items()}


def test_hostile_files_are_indexed_or_counted_with_a_reason(tmp_path: Path) -> None:
    expected = hostile(tmp_path)
    built = clew("index", "--json", cwd=tmp_path)
    assert built.code == 0, built.err
    named = {path: reason for reason, paths in built.value["examples"].items() for path in paths}
    long_lines = {
        "brackets.py",
        "braces.c",
    }  # indexed, or counted as minified or as timed out; all is well but a crash
    assert {path: named.get(path, "") for path in expected if path not in long_lines} == {
        path: reason for path, reason in expected.items() if path not in long_lines
    }
    assert "crashed the parser" not in built.value["skipped"]
    assert named["pipe.py"] == "special file"
    assert named["away.py"] == "link out of the root"
    symbols = {each["symbol"] for each in clew("export", "symbols", cwd=tmp_path).values}
    assert symbols >= {"odd_path", "not_utf8_name", "with_mark", "latin", "before", "far_down"}


def test_a_file_that_may_not_be_read_is_counted(tmp_path: Path) -> None:
    (tmp_path / "open.py").write_text("def seen(): pass\n")
    (tmp_path / "closed.py").write_text("def unseen(): pass\n")
    (tmp_path / "closed.py").chmod(0)
    os.chmod(tmp_path, 0o777)
    built = run([*without_override(), str(CLEW), "index", "--json"], tmp_path)
    assert built.code == 0, built.err
    assert built.value["examples"] == {"unreadable": ["closed.py"]}


def without_override() -> list[str | bytes]:
    """A prefix that takes root's right to read and write everything away; others do not have it."""
    drop = (
        "import ctypes, os, sys; libc = ctypes.CDLL(None); "
        # PR_CAPBSET_DROP: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        "[libc.prctl(24, right, 0, 0, 0) for right in (1, 2)]; "
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    return [sys.executable, "-c", drop] if os.getuid() == 0 else []


# -- stores


def test_no_index_says_how_to_make_one(tmp_path: Path) -> None:
    for command in (
        ["query", "x"],
        ["status"],
        ["export", "edges"],
        ["query", "x", "--store", "elsewhere"],
    ):
        assert "clew index" in refused(clew(*command, cwd=tmp_path)), command


def test_a_damaged_store_is_told_and_can_be_replaced(copy: Path) -> None:
    for path in (copy / ".clew" / "generations.lance" / "data").iterdir():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    for command in (["query", "x"], ["status"], ["index"]):
        assert "delete it and index again" in refused(clew(*command, cwd=copy))
    shutil.rmtree(copy / ".clew")
    assert clew("index", cwd=copy).code == 0


def garble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    third = len(data) // 3
    data[third : 2 * third] = bytes(byte ^ 0xA5 for byte in data[third : 2 * third])
    path.write_bytes(bytes(data))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    "harm", [garble, truncate, empty, Path.unlink], ids=lambda harm: harm.__name__
)
def test_harm_to_any_table_is_an_answer_or_the_stores_own_error(
    indexed: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """Yield all columns but one: Lance believes any length of long texts, and allocates it."""
    original = indexed / ".clew"
    for folder in sorted({path.parent for path in original.glob("*.lance/*/*") if path.is_file()}):
        if harm is garble and folder.match("chunks-*.lance/data"):
            continue
        store = Path(shutil.copytree(original, tmp_path / folder.parent.name / folder.name))
        for path in (store / folder.relative_to(original)).iterdir():
            harm(path)
        with contextlib.suppress(StoreError):  # anything else is a failure
            ask_everything(str(store))


def ask_everything(store: str) -> None:
    searcher = Searcher.open(store)
    for hit in searcher.query("a failed job is tried again"):
        searcher.text(hit.path)
    searcher.context("back-off", 500)
    list(searcher.graph.edges())
    searcher.graph.callers("fail")
    searcher.graph.references("fail")


OF_ANOTHER_FORMAT = """
import lancedb, sys
from dataclasses import replace
from indexer import Store
store = Store(sys.argv[1])
state = replace(store.state(), format=99)
table = lancedb.connect(sys.argv[1]).open_table("generations")
table.update(values={"format": 99, "state": state.to_json()})
store.write_head(state)
"""


def test_a_store_of_another_format_is_refused_by_both_versions(copy: Path) -> None:
    assert run([sys.executable, "-c", OF_ANOTHER_FORMAT, str(copy / ".clew")], copy).code == 0
    for command in (["query", "x"], ["status"], ["index"]):
        line = refused(clew(*command, cwd=copy))
        assert "format 99" in line
        assert f"format {FORMAT}" in line


def test_a_folder_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "file").write_text("text")
    assert "clew index" in refused(clew("query", "x", "--store", "file", cwd=tmp_path))
    refused(clew("index", "--store", "file", cwd=tmp_path))


def test_a_second_writer_is_refused_and_readers_go_on(copy: Path) -> None:
    from filelock import FileLock

    with FileLock(copy / ".clew" / "lock"):
        assert "another clew" in refused(clew("index", cwd=copy))
        assert clew("query", "back-off", cwd=copy).code == 0
    assert clew("index", cwd=copy).code == 0


def test_a_store_that_may_not_be_written_still_answers(copy: Path) -> None:
    (copy / "new.py").write_text("x = 1\n")
    for folder, _, names in os.walk(copy / ".clew"):
        for path in (folder, *(os.path.join(folder, name) for name in names)):
            os.chmod(path, 0o555)
    os.chmod(copy, 0o755)
    prefix = without_override()
    assert run([*prefix, str(CLEW), "query", "back-off"], copy).code == 0
    line = refused(run([*prefix, str(CLEW), "index"], copy, env={"CLEW_CACHE_DIR": "/nonexistent"}))
    assert "write" in line


def test_a_full_disk_leaves_the_published_index(indexed: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    large = tmp_path / "large"
    large.mkdir()
    for number in range(60):
        lines = [
            f"def f{number}_{line}(a{line}): return {os.urandom(24).hex()!r}"
            for line in range(1_500)
        ]
        (large / f"m{number}.py").write_text("\n".join(lines))
    script = (
        f"set -u; {CLEW} index {indexed} --store {small}/s --json; {CLEW} index {large} --store"
        f" {small}/s; echo code $?;cd {indexed}; {CLEW} query back-off --store {small}/s --json;"
        " echo code $?"
    )
    ran = run(
        [
            sys.executable,
            str(HERE / "small_disk.py"),
            str(small),
            str(3 << 20),
            "--",
            "sh",
            "-c",
            script,
        ],
        tmp_path,
    )
    assert "Traceback" not in ran.err
    assert "no room left" in ran.err, ran
    assert ran.out.splitlines()[1] == "code 2"
    assert ran.out.splitlines()[-1] == "code 0"


def test_results_that_cannot_be_written_are_an_error(indexed: Path) -> None:
    ran = run(["sh", "-c", f"{CLEW} query back-off --json > /dev/full"], indexed)
    assert "No space left" in refused(ran)


def test_a_reader_that_leaves_early_is_no_error(indexed: Path) -> None:
    ran = run(["sh", "-c", f"{CLEW} export edges | head -n 1; {CLEW} --help | true"], indexed)
    assert (ran.code, ran.err) == (0, "")


# -- questions and options


def test_questions_of_one_character_and_of_a_hundred_thousand_are_answered(indexed: Path) -> None:
    asked = [
        "x",
        "?",
        "'",
        '"',
        "\\",
        "%",
        "\0",
        "word " * 20_000,
        "x" * 100_000,
        "(" * 100_000,
        "a.b::c#d/e " * 9_000,
    ]
    lines = "\n".join(
        json.dumps({"id": number, "query": text}) for number, text in enumerate(asked)
    ).encode()
    for command in ("query", "context"):
        ran = clew(command, "--batch", "-", cwd=indexed, stdin=lines)
        assert ran.code == 0, ran.err
        assert ["error" in answer for answer in ran.values] == [False] * len(asked)
    assert clew("query", "-", cwd=indexed, stdin=b"back\xff-off " * 10_000).code == 0
    assert clew("query", b"back\xff-off", cwd=indexed).code == 0


def test_an_empty_question_is_refused(indexed: Path) -> None:
    assert "empty" in refused(clew("query", "  ", cwd=indexed))
    assert "empty" in refused(clew("query", "-", cwd=indexed))


def test_a_batch_answers_what_it_can_and_ends_in_an_error(indexed: Path) -> None:
    lines = (
        b'{"id": 1, "query": "back-off"}\nnonsense\n{"id": 3}\n[]\n{"id": 5, "query":'
        b' "\\ud800"}\n\xff\n' + b"[" * 100_000
    )
    ran = clew("query", "--batch", "-", "--json", cwd=indexed, stdin=lines)
    assert "could not be answered" in refused(ran)
    answers = ran.values
    assert [answer.get("id") for answer in answers] == [1, None, 3, None, 5, None, None]
    assert ["error" in answer for answer in answers] == [False, True, True, True, False, True, True]
    assert "cannot be read" in refused(clew("query", "--batch", "nowhere", cwd=indexed))


def test_options_that_make_no_sense_are_refused_in_one_line(indexed: Path) -> None:
    for command in (
        ["query"],
        ["query", "x", "-k", "0"],
        ["query", "x", "--lang", "klingon"],
        ["query", "x", "--rev", "nowhere"],
        ["context", "x", "--budget", "-1"],
        ["index", "--jobs", "many"],
        ["export", "nonsense"],
        ["nonsense"],
        ["agent", "do it"],
        ["agent", "do it", "--model", "openai/x", "--approve", "never", "--sandbox", "nonsense"],
        ["agent", "do it", "--model", "openai/x"],
    ):
        ran = clew(*command, cwd=indexed)
        refused(ran)
        assert "Traceback" not in ran.err, command


def test_an_encoder_that_does_not_exist_leaves_the_index(copy: Path) -> None:
    line = refused(clew("index", "--encoder", "nobody/no-such-model", cwd=copy))
    assert "nobody/no-such-model" in line
    assert clew("query", "back-off", cwd=copy).code == 0


def test_modules_of_the_repository_never_run_in_our_processes(tmp_path: Path) -> None:
    names = ("queue", "signal", "threading", "selectors", "struct", "json", "indexer", "typing")
    for name in names:
        (tmp_path / f"{name}.py").write_text("open('ran', 'a').close()\n\ndef helper(): pass\n")
    assert clew("index", "--encoder", "none", "--json", cwd=tmp_path).value["files"] == len(names)
    assert clew("callers", "helper", "--json", cwd=tmp_path).code in (1, 2)
    assert not (tmp_path / "ran").exists()
