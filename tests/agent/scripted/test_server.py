"""The scripted provider keeps to the rules that it plays."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

from agent import ScriptedServer


def post(base: str, messages: list[dict[str, str]]) -> dict[str, object]:
    body = json.dumps({"model": "m", "messages": messages}).encode()
    with urlopen(
        Request(f"{base}/chat/completions", body, {"Content-Type": "application/json"})
    ) as answer:
        parsed: dict[str, object] = json.load(answer)
        return parsed


def cached(answer: dict[str, object]) -> int:
    return answer["usage"]["prompt_tokens_details"]["cached_tokens"]  # type: ignore[index, no-any-return]


def test_a_prefix_that_was_sent_before_counts_as_cached_in_steps() -> None:
    long = {"role": "user", "content": "x" * 8000}
    with ScriptedServer([{}, {}]) as server:
        assert cached(post(server.base, [long])) == 0
        assert cached(post(server.base, [long, {"role": "user", "content": "more"}])) == 1920


def test_a_short_prefix_is_not_cached() -> None:
    short = {"role": "user", "content": "x" * 2000}
    with ScriptedServer([{}]) as server:
        post(server.base, [short])
        assert cached(post(server.base, [short])) == 0


def test_a_change_at_the_beginning_costs_the_whole_prefix() -> None:
    with ScriptedServer([{}]) as server:
        post(server.base, [{"role": "user", "content": "a" + "x" * 8000}])
        assert cached(post(server.base, [{"role": "user", "content": "b" + "x" * 8000}])) == 0


def test_the_same_request_gets_the_same_reply() -> None:
    with ScriptedServer([{"text": "one"}, {"text": "two"}]) as server:
        first = post(server.base, [{"role": "user", "content": "x"}])
        assert post(server.base, [{"role": "user", "content": "x"}])["choices"] == first["choices"]


def test_it_serves_for_as_long_as_a_command_runs(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"replies": []}')
    command = [sys.executable, "-c", "import sys; print(sys.argv[1]); sys.exit(3)", "{base}"]
    serving = [
        sys.executable,
        "-m",
        "agent.scripted",
        "--script",
        str(script),
        "--",
        *command,
    ]
    done = subprocess.run(serving, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert done.returncode == 3
    assert done.stdout.startswith("http://127.0.0.1:")


def test_it_prints_its_address_and_serves(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"replies": [{"text": "hello"}]}')
    serving = [sys.executable, "-m", "agent.scripted", "--script", str(script)]
    with subprocess.Popen(
        serving, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]
    ) as process:
        assert process.stdout is not None
        answer = post(process.stdout.readline().strip(), [{"role": "user", "content": "x"}])
        process.terminate()
    assert "hello" in json.dumps(answer)
