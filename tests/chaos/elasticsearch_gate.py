"""A gate in front of a real Elasticsearch: it can be busy for a while, speak TLS and ask for a password."""

import json
import ssl
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from urllib.error import HTTPError
from urllib.request import Request, urlopen

_REFUSED = {"type": "es_rejected_execution_exception", "reason": "rejected execution of a bulk: the queue is full"}
_PATIENCE_SECONDS = 60


class ElasticsearchGate:
    """Answers as the server behind it; `refusals` requests and `halves` bulk requests are answered 429 first.

    With `secured` it speaks TLS; with `asked_for`, whoever does not send this authorization is answered 401.
    """

    def __init__(self, behind: str, *, secured: ssl.SSLContext | None = None, asked_for: str = "") -> None:
        self.behind = behind
        self.asked_for = asked_for
        self.refusals = 0
        self.halves = 0
        self.refused = 0
        gate = self

        class Handler(_Handler):
            passing = gate

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._scheme = "https" if secured else "http"
        if secured:
            self._server.socket = secured.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        """Where the gate is."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "ElasticsearchGate":
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    passing: ElasticsearchGate

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        gate = self.passing
        if gate.asked_for and self.headers.get("authorization") != gate.asked_for:
            self._answer(401, json.dumps({"error": {"type": "security_exception"}, "status": 401}).encode())
        elif gate.refusals:
            gate.refusals -= 1
            gate.refused += 1
            self._answer(429, json.dumps({"error": _REFUSED, "status": 429}).encode())
        elif gate.halves and self.path.startswith("/_bulk"):
            gate.halves -= 1
            gate.refused += 1
            self._answer_half(body)
        else:
            self._answer(*self._asked(body))

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET  # noqa: N815  # the names http.server calls

    def _answer_half(self, body: bytes) -> None:
        """Every second document passes, as when the shards of one server of two are busy; creations only."""
        lines = body.splitlines(keepends=True)
        operations = [lines[start : start + 2] for start in range(0, len(lines), 2)]
        status, answer = self._asked(b"".join(line for operation in operations[::2] for line in operation))
        refused = [{"create": {"status": 429, "error": _REFUSED}} for _ in operations[1::2]]
        self._answer(status, json.dumps({"items": _in_turn(json.loads(answer)["items"], refused)}).encode())

    def _asked(self, body: bytes) -> tuple[int, bytes]:
        headers = {name: value for name, value in self.headers.items() if name.lower() in ("content-type", "accept")}
        request = Request(self.passing.behind + self.path, data=body or None, headers=headers, method=self.command)
        try:
            with urlopen(request, timeout=_PATIENCE_SECONDS) as answer:
                return answer.status, answer.read()
        except HTTPError as refusal:
            return refusal.code, refusal.read()

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("X-elastic-product", "Elasticsearch")
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # http.server's own name
        """Says nothing."""


def _in_turn(first: Sequence[object], second: Sequence[object]) -> list[object]:
    items: list[object] = [None] * (len(first) + len(second))
    items[::2], items[1::2] = first, second
    return items
