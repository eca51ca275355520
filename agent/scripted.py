"""A model that follows a script, behind real HTTP on loopback: for tests, for the demo, for a trial without a key.

    python -m agent.scripted --script data/demo/fix.json                    prints its address and serves
    python -m agent.scripted --script data/demo/fix.json -- clew agent … --api-base {base}
                                                                              serves for as long as the command runs

It speaks OpenAI's chat completions and counts tokens by cache state as that provider publishes it: the longest prefix
that an earlier request began with, from 1,024 tokens on, in steps of 128. Four bytes count as one token.

A script is `{"replies": [{"text": …, "calls": [{"name": …, "arguments": {…}}], "fail": [429, 500]}]}`. The reply is
chosen by the number of replies that the conversation already holds, so that a repeated request gets the same answer.
The status codes in `fail` are served first, one a request. `arguments` may be a string, to play a model that errs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CACHE_MINIMUM = 1024  # tokens
CACHE_STEP = 128  # tokens
BYTES_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Request:
    """What the server received."""

    body: bytes

    @property
    def prompt(self) -> bytes:
        """Tools and messages in the order in which a provider sees them: what its cache matches from the first byte on.

        No closing bracket: a longer conversation then begins with a shorter one.
        """
        content = json.loads(self.body)
        parts = [*content.get("tools", []), *content["messages"]]
        return b"".join(json.dumps(part, ensure_ascii=False).encode() + b"\n" for part in parts)


@dataclass(slots=True)
class Script:
    """The replies, and what was asked so far."""

    replies: Sequence[dict[str, Any]]
    requests: list[Request] = field(default_factory=list)
    _failed: dict[int, int] = field(default_factory=dict)  # reply → failures already served
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and response for one request."""
        with self._lock:
            request = Request(body)
            position = sum(message["role"] == "assistant" for message in json.loads(body)["messages"])
            if position >= len(self.replies):
                return 400, {"error": {"message": f"the script has no reply number {position + 1}", "type": "script"}}
            reply = self.replies[position]
            failures = reply.get("fail", [])
            served = self._failed.get(position, 0)
            if served < len(failures):
                self._failed[position] = served + 1
                return failures[served], {"error": {"message": "scripted failure", "type": "server_error"}}
            usage = self._usage(request, reply)
            self.requests.append(request)
            return 200, completion(position, reply, usage)

    def _usage(self, request: Request, reply: dict[str, Any]) -> dict[str, Any]:
        prompt = request.prompt
        shared = max((common_prefix(earlier.prompt, prompt) for earlier in self.requests), default=0)
        cached = shared // BYTES_PER_TOKEN // CACHE_STEP * CACHE_STEP
        total = len(prompt) // BYTES_PER_TOKEN
        spoken = len(json.dumps(reply)) // BYTES_PER_TOKEN
        return {
            "prompt_tokens": total,
            "completion_tokens": spoken,
            "total_tokens": total + spoken,
            "prompt_tokens_details": {"cached_tokens": cached if cached >= CACHE_MINIMUM else 0},
        }


def common_prefix(first: bytes, second: bytes) -> int:
    """How many bytes the two begin with in common."""
    length = min(len(first), len(second))
    if first[:length] == second[:length]:
        return length
    return next(at for at in range(length) if first[at] != second[at])


def completion(position: int, reply: dict[str, Any], usage: dict[str, Any]) -> dict[str, Any]:
    """A response of the chat completions shape; ids follow from the position alone."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.get("text", "")}
    calls = [tool_call(f"call_{position + 1}_{n}", call) for n, call in enumerate(reply.get("calls", []), start=1)]
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    head = {"id": f"scripted-{position + 1}", "object": "chat.completion", "created": 0, "model": "scripted"}
    return head | {"choices": [choice], "usage": usage}


def tool_call(name: str, call: dict[str, Any]) -> dict[str, Any]:
    """One entry of `tool_calls`."""
    arguments = call.get("arguments", {})
    written = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": name, "type": "function", "function": {"name": call["name"], "arguments": written}}


class Handler(BaseHTTPRequestHandler):
    """POST …/chat/completions, whatever comes before it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # with it, each answer waits forty milliseconds for an acknowledgement
    wbufsize = -1
    script: Script

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/chat/completions"):
            status, answer = self.script.answer(body)
        else:
            status, answer = 404, {"error": {"message": f"nothing is served at {self.path}", "type": "not_found"}}
        payload = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the output belongs to the command that is being tried."""


class ScriptedServer:
    """`with ScriptedServer(replies) as server:` serves at `server.base` until the block ends."""

    def __init__(self, replies: Sequence[dict[str, Any]], port: int = 0) -> None:
        self.script = Script(replies)
        handler = type("ScriptHandler", (Handler,), {"script": self.script})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def base(self) -> str:
        """What goes into `--api-base`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def requests(self) -> list[Request]:
        """The requests that got a reply, in order."""
        return self.script.requests

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def wait(self) -> None:
        """Serve until interrupted."""
        self._thread.join()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve a script; with a command, for as long as it runs, and end with its exit code."""
    parser = argparse.ArgumentParser(prog="python -m agent.scripted", description="A model that follows a script.")
    parser.add_argument("--script", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("command", nargs="*", help="{base} stands for the address")
    options = parser.parse_args(arguments)
    replies = json.loads(options.script.read_text(encoding="utf-8"))["replies"]
    with ScriptedServer(replies, options.port) as server:
        if options.command:
            return subprocess.run([part.replace("{base}", server.base) for part in options.command]).returncode
        print(server.base, flush=True)
        try:
            server.wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
