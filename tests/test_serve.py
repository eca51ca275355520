"""A warm server gives the answers of the command itself, to its own user and to nobody else."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import agent
import indexer
import retrieval
from agent import ScriptedServer
from agent.cli.graph_prebuild import GraphPrebuilder
from agent.cli.searchers import SEARCHERS
from agent.cli.serve import prebuild_graph
from agent.cli.serve_protocol import program_folders
from tests.program import CLEW, SAMPLE, Ran, clew, environment, run

READY = b"listening"


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("serve") / "courier"
    shutil.copytree(SAMPLE, root)
    assert clew("index", cwd=root).code == 0
    return root


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The path of a socket in a private folder."""
    (tmp_path / "private").mkdir(mode=0o700)
    return tmp_path / "private" / "socket"


def start(place: Path) -> subprocess.Popen[bytes]:
    """A server that listens."""
    settings = environment({"CLEW_SOCKET": str(place)})
    server = subprocess.Popen(
        [CLEW, "serve"], env=settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert server.stdout is not None
    assert server.stdout.readline().startswith(READY)
    return server


@contextmanager
def listening(place: Path) -> Iterator[Path]:
    """A server that listens there during the block."""
    started = start(place)
    try:
        yield place
    finally:
        started.kill()
        started.communicate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a server for all of these tests."""
    (folder := tmp_path_factory.mktemp("server") / "private").mkdir(mode=0o700)
    with listening(folder / "socket") as place:
        yield place


def served(*arguments: str, place: Path, cwd: Path) -> Ran:
    """Return the output of a program that cannot answer: only a server can."""
    code = (
        "import sys; sys.modules['agent.cli.app'] = None; sys.argv[0] = 'clew'; from"
        " agent.cli.client import main; main()"
    )
    return run([sys.executable, "-c", code, *arguments], cwd, env={"CLEW_SOCKET": str(place)})


@pytest.mark.parametrize(
    "arguments",
    [
        ["query", "retry with back-off", "--json"],
        ["query", "retry with back-off", "--explain"],
        ["context", "where are deliveries retried", "--budget", "500"],
        ["callers", "main"],
        ["map", "--budget", "300"],
        ["symbol", "no_such_name_at_all"],
        ["query", "x", "--lang", "klingon"],
        ["query", "--no-such-option"],
        ["query", "x", "--store", "nowhere"],
    ],
    ids=" ".join,
)
def test_the_answer_is_the_one_without_a_server(
    arguments: list[str], repo: Path, server: Path
) -> None:
    here = clew(*arguments, cwd=repo, env={"CLEW_SOCKET": str(server.with_name("none"))})
    assert served(*arguments, place=server, cwd=repo) == here
    assert clew(*arguments, cwd=repo, env={"CLEW_SOCKET": str(server)}) == here


def test_the_built_in_model_is_asked_in_the_server(repo: Path, server: Path) -> None:
    asked = ["query", "retry with back-off", "--json"]
    here = clew(
        *asked, "--rerank", "builtin", cwd=repo, env={"CLEW_SOCKET": str(server.with_name("none"))}
    )
    for option in (["--rerank", "builtin"], ["--rerank=builtin"]):
        assert served(*asked, *option, place=server, cwd=repo) == here


def test_a_rerank_is_asked_for_by_the_command_itself_which_has_the_key(
    repo: Path, server: Path
) -> None:
    with ScriptedServer([{"text": '{"order": [3, 1]}'}]) as provider:
        asked = [
            "query",
            "retry with back-off",
            "--json",
            "--rerank",
            "openai/x",
            "--api-base",
            provider.base,
        ]
        assert served(*asked, place=server, cwd=repo).code != 0
        assert served(*asked[:3], "--rerank=openai/x", place=server, cwd=repo).code != 0
        here = clew(*asked, cwd=repo, env={"CLEW_SOCKET": str(server.with_name("none"))})
        assert clew(*asked, cwd=repo, env={"CLEW_SOCKET": str(server)}) == here
    plain = clew("query", "retry with back-off", "--json", cwd=repo)
    assert here.value["hits"][0]["symbol"] == plain.value["hits"][2]["symbol"]


def test_a_newer_generation_is_seen_at_once(repo: Path, server: Path) -> None:
    assert served("symbol", "fresh_name", place=server, cwd=repo).code == 1
    (repo / "courier" / "fresh.py").write_text("def fresh_name(): pass\n")
    assert clew("index", cwd=repo).code == 0
    assert served("symbol", "fresh_name", place=server, cwd=repo).code == 0


def test_the_socket_is_its_owners_alone(place: Path) -> None:
    with listening(place):
        assert place.stat().st_mode & 0o777 == 0o600
        place.parent.chmod(0o755)
        other = clew("serve", cwd=place.parent, env={"CLEW_SOCKET": str(place)})
        assert (other.code, "others can enter" in other.last) == (2, True)
        assert (
            served("query", "x", place=place, cwd=place.parent).code != 0
        )  # a client does not trust it either


def test_a_second_server_is_refused_and_what_a_killed_one_left_is_replaced(
    place: Path, repo: Path
) -> None:
    first = start(place)
    second = clew("serve", cwd=repo, env={"CLEW_SOCKET": str(place)})
    assert (second.code, "already" in second.last) == (2, True)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    assert place.is_socket()
    assert (
        clew("symbol", "main", cwd=repo, env={"CLEW_SOCKET": str(place)}).code == 0
    )  # carried out here
    third = start(place)
    assert served("symbol", "main", place=place, cwd=repo).code == 0
    third.terminate()
    third.communicate()
    assert third.returncode == 0
    assert not place.exists()


@pytest.mark.parametrize(
    "sent",
    [b"", b"\n", b"no json\n", b"{}\n", b"[1]\n", b'{"package": 1, "argv": 2}\n', b"\xff\xfe"],
)
def test_strangers_get_no_answer_and_do_no_harm(sent: bytes, repo: Path, server: Path) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(server))
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert served("symbol", "main", place=server, cwd=repo).code == 0


def test_questions_of_another_installation_are_not_answered(server: Path) -> None:
    request = {"package": "/somewhere/else", "argv": ["query", "x"], "cwd": "/", "env": {}}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(server))
        connection.sendall(json.dumps(request).encode() + b"\n")
        assert connection.recv(1) == b""


def test_a_path_that_is_too_long_or_no_socket_is_one_line(tmp_path: Path) -> None:
    for name in ("x" * 200, "file"):
        (tmp_path / "p").mkdir(mode=0o700, exist_ok=True)
        (tmp_path / "p" / "file").write_text("")
        found = clew("serve", cwd=tmp_path, env={"CLEW_SOCKET": str(tmp_path / "p" / name)})
        assert (found.code, found.err.count("\n")) == (2, 1)


def test_the_graph_that_was_asked_about_is_written_behind_the_answer(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(repo / ".clew", tmp_path / "store")
    shutil.rmtree(tmp_path / "store" / "graph", ignore_errors=True)
    monkeypatch.setattr("retrieval.graph.load.FEW_EDGES", 0)  # as if it were large
    monkeypatch.setattr(SEARCHERS, "capacity", 1)
    searcher, writer = SEARCHERS.open(str(tmp_path / "store"), None), GraphPrebuilder()
    prebuild_graph(writer)
    assert writer.process is None  # nobody asked about the graph
    assert searcher.graph.callers("main")
    prebuild_graph(writer)
    assert writer.process is not None
    writer.process.join()
    assert searcher.graph.is_cached


def test_the_program_stamp_covers_every_package() -> None:
    for folder in program_folders():
        assert (folder / "__init__.py").is_file()
    packages = {Path(next(iter(each.__path__))) for each in (agent, indexer, retrieval)}
    assert set(program_folders()) == packages
