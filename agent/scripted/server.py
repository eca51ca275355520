"""A model that follows a script, behind real HTTP on loopback: for tests, for the demo, for a trial without a key.

    python -m agent.scripted --script data/demo/fix.json                    prints its address and serves
    python -m agent.scripted --script data/demo/fix.json -- clew agent … --api-base {base}
                                                                              serves for as long as the command runs

It speaks the chat completions, messages and generateContent shapes, whole and streamed, and counts tokens by cache
state as each provider publishes it (`caches`). Four bytes count as one token.

A script is `{"replies": [{"text": …, "calls": [{"name": …, "arguments": {…}}], "fail": [429, "cut", "length"]}]}`. The
reply is chosen by the step that the request's idempotency key names, or else by the number of replies that the
conversation holds, so that a repeated request gets the same answer. What stands in `fail` comes first, one a request: a
status, a connection that is `cut`, a prompt that exceeds the `length`. `arguments` may be a string, to play a model that errs.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .provider_caches import BYTES_PER_TOKEN, Cache, Cached
from .wire_formats import (
    Block,
    Counted,
    answer,
    events,
    failure,
    prompt_blocks,
    shape_of,
    streams,
    turns,
)

KEY = "Idempotency-Key"
STEP = re.compile(r"-step(\d+)-")


@dataclass(frozen=True, slots=True)
class Request:
    """What the server received and answered."""

    body: bytes
    shape: str = "openai"
    key: str = ""
    cached: Cached = field(default_factory=lambda: Cached(0, 0, 0, 0))

    @property
    def blocks(self) -> list[Block]:
        """The prompt in the order in which a provider's cache sees it."""
        return prompt_blocks(self.shape, json.loads(self.body))

    @property
    def prompt(self) -> bytes:
        """All of it: a longer conversation begins with the bytes of a shorter one."""
        return b"".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Served:
    """What goes back: a refusal with a status, or a reply."""

    status: int
    body: dict[str, Any]
    position: int = 0
    counted: Counted = field(default_factory=lambda: Counted(0, 0, 0, 0))
    reply: dict[str, Any] | None = None
    cut: bool = False


@dataclass(slots=True)
class Script:
    """The replies, and what was asked so far."""

    replies: Sequence[dict[str, Any]]
    requests: list[Request] = field(default_factory=list)  # those that got a reply
    caches: dict[str, Cache] = field(default_factory=dict)
    _failed: dict[int, int] = field(default_factory=dict)  # reply → failures already served
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, shape: str, body: bytes, key: str) -> Served:
        """What one request gets."""
        with self._lock:
            content = json.loads(body)
            step = STEP.search(key)
            position = int(step[1]) if step else turns(shape, content)
            if position >= len(self.replies):
                return Served(
                    *failure(shape, 400, f"the script has no reply number {position + 1}")
                )
            reply = self.replies[position]
            failures, served = reply.get("fail", []), self._failed.get(position, 0)
            if served < len(failures):
                self._failed[position] = served + 1
                what = failures[served]
                if what == "cut":
                    return Served(200, {}, position, reply=reply, cut=True)
                return Served(*failure(shape, what, "scripted failure"))
            blocks = prompt_blocks(shape, content)
            cached = self.caches.setdefault(shape, Cache(shape)).take(blocks)
            self.requests.append(Request(body, shape, key, cached))
            spoken = len(json.dumps(reply)) // BYTES_PER_TOKEN
            counted = Counted(cached.prompt, cached.read, cached.written, spoken)
            return Served(200, answer(shape, position, reply, counted), position, counted, reply)


class Handler(BaseHTTPRequestHandler):
    """POST to the path of any of the three shapes, whatever comes before it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = (
        True  # with it, each answer waits forty milliseconds for an acknowledgement
    )
    wbufsize = -1
    script: Script

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        shape = shape_of(self.path)
        if not shape:
            self._send(
                404,
                {"error": {"message": f"nothing is served at {self.path}", "type": "not_found"}},
            )
            return
        served = self.script.serve(shape, body, self.headers.get(KEY, ""))
        if served.reply is not None and streams(self.path, json.loads(body)):
            self._stream(shape, served)
        elif served.cut:
            self._send(200, {"id": "cut"}, promised=1000)
        else:
            self._send(served.status, served.body)

    def _send(self, status: int, body: dict[str, Any], promised: int = 0) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload) + promised))
        self.end_headers()
        self.wfile.write(payload)
        self.close_connection = self.close_connection or promised > 0

    def _stream(self, shape: str, served: Served) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pieces = list(events(shape, served.position, served.reply or {}, served.counted))
        for name, data in pieces[: max(1, len(pieces) // 3)] if served.cut else pieces:
            self._chunk((f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n")
        if served.cut:
            self.close_connection = True  # without the last chunk
            return
        if shape == "openai":
            self._chunk("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the output belongs to the command that is being tried."""


class ScriptedServer:
    """`with ScriptedServer(replies) as server:` serves at `server.base` until the block ends."""

    def __init__(self, replies: Sequence[dict[str, Any]], port: int = 0) -> None:
        self.script = Script(replies)
        handler = type("ScriptHandler", (Handler,), {"script": self.script})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def base(self) -> str:
        """What goes into `--api-base` for a model of OpenAI's shape."""
        return self.base_for("openai")

    def base_for(self, shape: str) -> str:
        """What goes into `--api-base` for `shape`: openai | anthropic | gemini."""
        ending = {"openai": "/v1", "anthropic": "", "gemini": "/v1beta"}[shape]
        return f"http://127.0.0.1:{self._http.server_address[1]}{ending}"

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
    parser = argparse.ArgumentParser(
        prog="python -m agent.scripted", description="A model that follows a script."
    )
    parser.add_argument("--script", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("command", nargs="*", help="{base} stands for the address")
    options = parser.parse_args(arguments)
    replies = json.loads(options.script.read_text(encoding="utf-8"))["replies"]
    with ScriptedServer(replies, options.port) as server:
        if options.command:
            return subprocess.run(
                [part.replace("{base}", server.base) for part in options.command]
            ).returncode
        print(server.base, flush=True)
        try:
            server.wait()
        except KeyboardInterrupt:
            return 0
    return 0
