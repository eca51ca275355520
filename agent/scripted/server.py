"""A scripted model behind real HTTP on loopback: for tests, demos, and trials without a key.

    python -m agent.scripted --script data/demo/fix.json
    python -m agent.scripted --script data/demo/fix.json -- clew agent … --api-base {base}

The first prints its address and serves; the second serves while the command runs. The server
speaks the wire formats chat completions, messages and generateContent, whole and streamed, and
counts tokens by cache state as each provider publishes it (`provider_caches`). Four bytes count
as a token.

A script is `{"replies": [{"text": …, "calls": [{"name": …, "arguments": {…}}], "fail": […]}]}`. The
reply is chosen by the step in the request's idempotency key, else by the number of replies in the
conversation, so that a repeated request gets the same answer. The failures in `fail` come first,
one per request: a status, "cut" for a broken connection, "length" for a prompt that is too long.
`arguments` may be a string, to play a model that makes mistakes.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from .provider_caches import BYTES_PER_TOKEN, CacheUse, ProviderCache
from .wire_formats import (
    Block,
    TokenCounts,
    answer,
    count_replies,
    events,
    is_streamed,
    prompt_blocks,
    refusal,
    wire_format_of,
)

KEY = "Idempotency-Key"
STEP = re.compile(r"-step(\d+)-")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that got a reply."""

    body: bytes
    wire_format: str = "openai"
    key: str = ""
    cache_use: CacheUse = field(default_factory=lambda: CacheUse(0, 0, 0, 0))

    @property
    def blocks(self) -> list[Block]:
        """The prompt in the order of a provider's cache."""
        return prompt_blocks(self.wire_format, json.loads(self.body))

    @property
    def prompt(self) -> bytes:
        """The whole prompt: a longer conversation begins with the bytes of a shorter one."""
        return b"".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Response:
    """A response: a reply, or a refusal with a status."""

    status: int
    body: dict[str, Any]
    position: int = 0
    counts: TokenCounts = field(default_factory=lambda: TokenCounts(0, 0, 0, 0))
    reply: dict[str, Any] | None = None
    is_cut: bool = False


@dataclass(slots=True)
class Script:
    """The replies, and the requests so far."""

    replies: Sequence[dict[str, Any]]
    requests: list[Request] = field(default_factory=list)  # those that got a reply
    caches: dict[str, ProviderCache] = field(default_factory=dict)
    _failures: dict[int, int] = field(default_factory=dict)  # reply → failures already served
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def serve(self, wire_format: str, body: bytes, key: str) -> Response:
        """Return the response to a request."""
        with self._lock:
            content = json.loads(body)
            step = STEP.search(key)
            position = int(step[1]) if step else count_replies(wire_format, content)
            if position >= len(self.replies):
                message = f"the script has no reply number {position + 1}"
                return Response(*refusal(wire_format, 400, message))
            return self._fail(wire_format, position) or self._reply(
                wire_format, position, Request(body, wire_format, key)
            )

    def _fail(self, wire_format: str, position: int) -> Response | None:
        """Return the next failure of a reply, if one is left."""
        failures, served = self.replies[position].get("fail", []), self._failures.get(position, 0)
        if served >= len(failures):
            return None
        self._failures[position] = served + 1
        if failures[served] == "cut":
            return Response(200, {}, position, reply=self.replies[position], is_cut=True)
        return Response(*refusal(wire_format, failures[served], "scripted failure"))

    def _reply(self, wire_format: str, position: int, request: Request) -> Response:
        reply = self.replies[position]
        cache = self.caches.setdefault(wire_format, ProviderCache(wire_format))
        use = cache.process(request.blocks)
        self.requests.append(replace(request, cache_use=use))
        completion = len(json.dumps(reply)) // BYTES_PER_TOKEN
        counts = TokenCounts(use.prompt, use.read, use.written, completion)
        body = answer(wire_format, position, reply, counts)
        return Response(200, body, position, counts, reply)


class Handler(BaseHTTPRequestHandler):
    """Answers a POST to any path that ends in one of the three formats' paths."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # it delays each answer by 40 ms, until an acknowledgement
    wbufsize = -1
    script: Script

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        wire_format = wire_format_of(self.path)
        if not wire_format:
            message = f"nothing is served at {self.path}"
            self._send(404, {"error": {"message": message, "type": "not_found"}})
            return
        response = self.script.serve(wire_format, body, self.headers.get(KEY, ""))
        if response.reply is not None and is_streamed(self.path, json.loads(body)):
            self._stream(wire_format, response)
        elif response.is_cut:
            self._send(200, {"id": "cut"}, promised=1000)
        else:
            self._send(response.status, response.body)

    def _send(self, status: int, body: dict[str, Any], promised: int = 0) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload) + promised))
        self.end_headers()
        self.wfile.write(payload)
        self.close_connection = self.close_connection or promised > 0

    def _stream(self, wire_format: str, response: Response) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pieces = list(events(wire_format, response.position, response.reply or {}, response.counts))
        for name, data in pieces[: max(1, len(pieces) // 3)] if response.is_cut else pieces:
            self._chunk((f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n")
        if response.is_cut:
            self.close_connection = True  # without the last chunk
            return
        if wire_format == "openai":
            self._chunk("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Write nothing: the output belongs to the command that uses the server."""


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
        """The `--api-base` for a model in OpenAI's wire format."""
        return self.base_for("openai")

    def base_for(self, wire_format: str) -> str:
        """Return the `--api-base` for a wire format: openai | anthropic | gemini."""
        ending = {"openai": "/v1", "anthropic": "", "gemini": "/v1beta"}[wire_format]
        return f"http://127.0.0.1:{self._http.server_address[1]}{ending}"

    @property
    def requests(self) -> list[Request]:
        """The requests with a reply, in order."""
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
    """Serve a script; with a command, while it runs, and return its exit code."""
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
