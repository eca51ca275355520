"""The command line, through the real binary: shapes, exit codes, streams, where the store is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from agent import ScriptedServer
from indexer import Store, Tuning, publish_tunings
from tests.indexer.repositories import git
from tests.program import CACHE, CLEW, SAMPLE, clew

FIX = json.loads((SAMPLE.parent / "demo" / "fix.json").read_text(encoding="utf-8"))
HIT = {"rank", "path", "symbol", "kind", "start_line", "end_line", "score", "why", "stale"}
EDGE = {"src", "dst", "kind", "rule", "confidence", "path", "line"}


def test_version_is_that_of_the_package(repo: Path) -> None:
    ran = clew("--version", cwd=repo)
    assert (ran.code, ran.out) == (0, "clew 0.1.0\n")


def test_completion_is_offered_for_the_shell(repo: Path) -> None:
    ran = clew(
        "--show-completion",
        cwd=repo,
        env={"SHELL": "/bin/bash", "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
    )
    assert "clew" in ran.out + ran.err


# -- index and status


def test_index_reports_counts_and_a_second_run_reads_nothing(copy: Path) -> None:
    first = clew("index", "--json", cwd=copy)
    report = first.value
    assert report.keys() >= {
        "store",
        "generation",
        "view",
        "files",
        "lines",
        "symbols",
        "edges",
        "chunks",
        "skipped",
        "seconds",
    }
    assert report["changed"] == report["files"] > 10
    assert report["skipped"] == {"ignored": 1}
    again = clew("index", cwd=copy / "courier" / "..")
    assert "(0 read, 0 chunks encoded)" in again.out
    third = clew("index", cwd=copy)
    assert (
        third.out.splitlines()[-1] == again.out.splitlines()[-1]
    )  # the same generation: nothing was published


def test_index_and_status_tell_how_many_secrets_were_written_over(copy: Path) -> None:
    assert "secret" not in clew("index", cwd=copy).out
    (copy / "leak.py").write_text("TOKEN = 'ghp_" + "a1B2" * 9 + "'\n")
    assert "1 secret written over" in clew("index", cwd=copy).out
    assert "1 secret written over" in clew("status", cwd=copy).out
    assert clew("status", "--json", cwd=copy).value["views"][0]["report"]["redacted"] == 1


def test_a_store_keeps_its_encoder(copy: Path) -> None:
    clew("index", "--encoder", "none", cwd=copy)
    again = clew("index", "--json", cwd=copy)
    status = clew("status", "--json", cwd=copy)
    assert again.value["changed"] == 0
    assert status.value["encoder"] == "none"


def test_progress_goes_to_stderr_and_results_to_stdout(copy: Path) -> None:
    ran = clew("index", cwd=copy)
    assert "find files" in ran.err
    assert "read files" in ran.err
    assert "clew:" not in ran.out
    assert ran.out.count("\n") == 3


def test_what_was_tuned_is_shown_by_status_and_forgotten_on_demand(copy: Path) -> None:
    assert clew("index", "--encoder", "none", cwd=copy).code == 0
    assert clew("tune", cwd=copy).last.startswith(
        "clew: too little history to learn from: 0 commits"
    )
    tuning = Tuning(
        git(copy, "rev-parse", "HEAD").decode().strip(), "another", {"file": 2.0}, 60, 0.5, 0.6
    )
    publish_tunings(Store(str(copy / ".clew")), (tuning,))
    assert "tuned by 60 commits" in clew("status", cwd=copy).out
    assert clew("status", "--json", cwd=copy).value["views"][0]["tuned"]["in_use"] is False
    assert [clew("tune", "--forget", cwd=copy).out, clew("tune", "--forget", cwd=copy).code] == [
        "forgotten\n",
        1,
    ]


def test_status_names_views_counts_and_what_was_left_out(repo: Path) -> None:
    status = clew("status", "--json", cwd=repo).value
    assert status.keys() >= {"store", "format", "generation", "encoder", "store_bytes", "views"}
    report = status["views"][0]["report"]
    assert report["examples"] == {"ignored": ["build/"]}
    assert 0 < status["store_bytes"] < 5_000_000
    text = clew("status", "--check", cwd=repo).out
    assert "since then: 0 changed, 0 gone, 0 new" in text
    assert "1 ignored: build/" in text


def test_the_store_is_found_from_below_and_named_by_option_or_variable(
    repo: Path, tmp_path: Path
) -> None:
    store = str(repo / ".clew")
    assert clew("query", "back-off", "-k", "1", cwd=repo / "tests").code == 0
    assert clew("query", "back-off", "--store", store, cwd=tmp_path).code == 0
    assert clew("query", "back-off", cwd=tmp_path, env={"CLEW_STORE": store}).code == 0


def test_an_interrupt_says_what_is_kept_and_the_next_run_goes_on(tmp_path: Path) -> None:
    for number in range(600):
        lines = (f"def f{number}_{line}(x):\n    return g{line}(x)" for line in range(120))
        (tmp_path / f"m{number}.py").write_text("\n".join(lines))
    environment = {**os.environ, "CLEW_CACHE_DIR": CACHE.name}
    process = subprocess.Popen(
        [CLEW, "index", "--jobs", "1"],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "read files" in line:
            process.send_signal(signal.SIGINT)
            break
    last = process.stderr.read().strip().rpartition("\n")[2]
    assert process.wait() == 130
    assert last.startswith("clew: interrupted: ")
    assert clew("index", "--json", cwd=tmp_path).value["files"] == 600


# -- query and context


def test_hits_have_the_shape_of_the_contract(repo: Path) -> None:
    ran = clew("query", "how long does a failed job wait", "-k", "5", "--json", cwd=repo)
    answer = ran.value
    assert ran.err == ""
    assert answer["query"] == "how long does a failed job wait"
    assert [hit["rank"] for hit in answer["hits"]] == [1, 2, 3, 4, 5]
    assert all(hit.keys() == HIT for hit in answer["hits"])
    assert all(
        hit["score"] == pytest.approx(sum(hit["why"].values()), abs=0.01) for hit in answer["hits"]
    )
    assert {"courier/backoff.py", "courier/queue.py", "courier/job.py"} & {
        hit["path"] for hit in answer["hits"]
    }


def test_a_person_sees_place_symbol_and_reason(repo: Path) -> None:
    out = clew("query", "Queue.fail", "-k", "1", "--explain", cwd=repo).out.splitlines()
    assert out[0].startswith(" 1. courier/queue.py:38-43  Queue.fail  [method]")
    assert "def fail" in out[1]
    assert "mention" in out[2]


def test_filters_leave_out_what_does_not_fit(repo: Path) -> None:
    def hits(*options: str) -> list[dict[str, object]]:
        return list(clew("query", "job", "--json", *options, cwd=repo).value["hits"])

    assert {hit["kind"] for hit in hits("--kind", "class", "--lang", "python")} == {"class"}
    assert all(str(hit["path"]).startswith("tests/") for hit in hits("--path", "tests"))


def test_a_batch_answers_a_line_with_a_line(repo: Path) -> None:
    lines = b'{"id": "a", "query": "back-off"}\n\n{"id": 7, "query": "zzqqxx"}\n'
    ran = clew("query", "--batch", "-", cwd=repo, stdin=lines)
    assert ran.code == 0
    assert [(each["id"], bool(each["hits"])) for each in ran.values] == [("a", True), (7, False)]
    packs = clew("context", "--batch", "-", "--budget", "200", cwd=repo, stdin=lines).values
    assert [each["id"] for each in packs] == ["a", 7]
    assert all(each["tokens"] <= 200 for each in packs)


def test_nothing_found_is_exit_code_1(repo: Path) -> None:
    assert clew("query", "zzqqxx", cwd=repo).code == 1
    json_too = clew("query", "zzqqxx", "--json", cwd=repo)
    assert (json_too.code, json_too.value["hits"]) == (1, [])


def test_a_pack_keeps_its_budget_and_is_the_same_bytes_in_every_process(repo: Path) -> None:
    runs = [
        clew(
            "context",
            "why is a failed job tried again at once",
            "--budget",
            "500",
            "--json",
            cwd=repo,
            env={"PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]
    assert runs[0].out == runs[1].out
    pack = runs[0].value
    assert 0 < pack["tokens"] <= 500
    assert all(
        piece["path"] and piece["start_line"] <= piece["end_line"] for piece in pack["pieces"]
    )
    messages = clew("context", "back-off", "--format", "messages", cwd=repo).value["messages"]
    assert messages[-1]["role"] == "user"


def test_a_changed_file_is_told(copy: Path) -> None:
    assert clew("index", cwd=copy).code == 0
    queue = copy / "courier" / "queue.py"
    queue.write_text(queue.read_text() + "\n# changed\n")
    (copy / "courier" / "cli.py").unlink()
    (copy / "fresh.py").write_text("x = 1\n")
    assert (
        clew("query", "Queue.fail", "-k", "1", "--json", cwd=copy).value["hits"][0]["stale"] is True
    )
    changes = clew("status", "--check", "--json", cwd=copy).value["views"][0]["changes"]
    assert changes == {"changed": 1, "gone": 1, "new": 1}


# -- revisions


def test_revisions_and_the_work_tree_are_views_of_one_store(copy: Path) -> None:
    assert clew("index", cwd=copy).code == 0
    report = clew("index", "--rev", "v1", "--json", cwd=copy).value
    assert report["changed"] == 0
    here = clew("symbol", "brand_new_function", "--json", cwd=copy)
    then = clew("symbol", "brand_new_function", "--json", "--rev", "v1", cwd=copy)
    assert (here.code, then.code) == (0, 1)
    assert here.value["symbols"][0]["id"] == "courier/extra.py::brand_new_function"


def test_a_bare_repository_is_indexed_without_a_checkout(repo: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(repo), str(bare))
    assert clew("index", "--git-dir", str(bare), "--rev", "HEAD~1", cwd=tmp_path).code == 0
    assert clew("query", "back-off", cwd=bare).code == 0
    assert clew("query", "back-off", "--rev", "v1", cwd=bare).code == 0


# -- graph


def test_callers_and_callees_name_each_other(repo: Path) -> None:
    callers = clew("callers", "Queue.fail", "--json", cwd=repo).value["callers"]
    assert "courier/worker.py::Worker.step" in {each["id"] for each in callers}
    callees = clew("callees", "courier/worker.py::Worker.step", "--json", cwd=repo).value["callees"]
    assert "courier/queue.py::Queue.fail" in {each["id"] for each in callees}
    assert clew("callers", "no_such_name_at_all", cwd=repo).code == 1


def test_refs_path_and_map_print_places(repo: Path) -> None:
    assert "courier/queue.py:43  [call]" in clew("refs", "delayed", cwd=repo).out
    chain = clew("path", "Worker.step", "Store.save", "--json", cwd=repo).value["path"]
    assert chain[0]["id"] == "courier/worker.py::Worker.step"
    assert chain[-1]["id"] == "courier/store.py::Store.save"
    outline = clew("map", "--budget", "150", cwd=repo).out
    assert "courier/queue.py" in outline


def test_exports_are_json_lines_in_a_stable_order(repo: Path) -> None:
    edges = clew("export", "edges", cwd=repo)
    assert all(edge.keys() == EDGE for edge in edges.values)
    assert edges.out == clew("export", "edges", cwd=repo, env={"PYTHONHASHSEED": "7"}).out
    symbols = clew("export", "symbols", cwd=repo).values
    ids = {each["id"] for each in symbols} | {each["path"] for each in symbols}
    assert {edge["src"] for edge in edges.values} - ids <= {
        "courier/__init__.py",
        "courier/__main__.py",
    }


# -- agent


def test_the_agent_mends_the_sample_and_leaves_the_tree_alone(copy: Path) -> None:
    before = git(copy, "status", "--porcelain")
    with ScriptedServer(FIX["replies"]) as server:
        ran = clew(
            "agent", FIX["task"], "--model", "openai/scripted", "--api-base", server.base,
            "--approve", "never", "--json",
            cwd=copy,
        )  # fmt: skip
    assert ran.code == 0, ran
    outcome = ran.value
    assert outcome["status"] == "finished"
    assert (
        "+        return self._keep(job.delayed(until=self.clock() + delay, error=error))"
        in outcome["diff"]
    )
    assert git(copy, "rev-parse", outcome["branch"]).decode().strip() == outcome["commit"]
    assert git(copy, "status", "--porcelain") == before
    assert Path(outcome["transcript"]).is_file()


def test_an_agent_that_reaches_its_limit_ends_with_1(copy: Path) -> None:
    with ScriptedServer(FIX["replies"]) as server:
        ran = clew(
            "agent", "-", "--model", "openai/scripted", "--api-base", server.base,
            "--approve", "never", "--max-steps", "1",
            cwd=copy, stdin=FIX["task"].encode(),
        )  # fmt: skip
    assert ran.code == 1, ran
    assert ran.out.startswith("limit: ")
