"""An SMS gateway on this machine: one form per message, by name and password, at most five parts of 67 characters."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

USER, PASSWORD, MOBILE = "desk", "hunter22", "13800000000"
_LONGEST = 335


class Gateway(ThreadingHTTPServer):
    """Keeps what it took as (mobile, content); answers 503 while it is `refusing`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.taken: list[tuple[str, str]] = []
        self.refusing = False

    @property
    def contact(self) -> str:
        """The address as an office would note it: the gateway wants `content` and `mobile`, and nothing else."""
        renamed = ":message=content&:mobile=" + MOBILE + "&:version=&:title=&:type="
        return f"form://{USER}:{PASSWORD}@127.0.0.1:{self.server_port}/send?{renamed}"

    def answer_to(self, authorization: str, body: str) -> int:
        right = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        form = parse_qs(body)
        if self.refusing:
            return 503
        if authorization != right:
            return 401
        if set(form) != {"content", "mobile"}:
            return 400
        if len(form["content"][0]) > _LONGEST:
            return 413
        self.taken.append((form["mobile"][0], form["content"][0]))
        return 200


class _Asked(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(self.server.answer_to(self.headers.get("Authorization", ""), body))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Keeps quiet."""


@contextmanager
def gateway() -> Iterator[Gateway]:
    """The gateway, at work."""
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
