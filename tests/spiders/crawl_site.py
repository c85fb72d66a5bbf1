"""A small real web site for the crawl to read, with a log of its own of everything it was asked."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from types import TracebackType
from typing import Self

from backends.clock import Stopwatch

PAGES = Path(__file__).resolve().parents[1] / "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question as the site saw it."""

    path: str
    agent: str
    at: float
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the site answers; `cut` promises more bytes than come, `endless` never ends (fast or drop by drop)."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    endless: bool = False


class Site:
    """Listens on 127.0.0.N while its context lasts: each N is a host of its own to the crawl."""

    def __init__(self, number: int = 1) -> None:
        self._routes: dict[str, Reply | Callable[[Asked], Reply]] = {}
        self._host = f"127.0.0.{number}"
        self.asked: list[Asked] = []
        self.leaving = threading.Event()
        self.watch = Stopwatch()

    def __enter__(self) -> Self:
        self._server = _Server((self._host, 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leaving.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, path: str = "") -> str:
        """The address of a path on this site."""
        return f"http://{self._host}:{self._server.server_port}{path}"

    def put(self, path: str, reply: Reply | Callable[[Asked], Reply]) -> None:
        """Answers a path from now on."""
        self._routes[path] = reply

    def feed(self, *paths: str, path: str = "/rss.xml") -> None:
        """A feed that lists these paths."""
        items = "".join(f"<item><title>{each}</title><link>{self.url(each)}</link></item>" for each in paths)
        rss = f'<rss version="2.0"><channel><title>云州</title>{items}</channel></rss>'
        self.put(path, Reply(body=rss.encode(), kind="application/rss+xml; charset=utf-8"))

    def paths(self) -> list[str]:
        """What it was asked for, in order."""
        return [each.path for each in self.asked]

    def reply(self, asked: Asked) -> Reply:
        """The answer to a question; 404 where nothing was put."""
        self.asked.append(asked)
        found = self._routes.get(asked.path, Reply(status=404, body=b"nothing here"))
        return found(asked) if callable(found) else found


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], site: Site) -> None:
        self.site = site
        super().__init__(address, _Answering)

    def server_bind(self) -> None:
        # HTTPServer would ask the name service who it is, which can take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: the crawl hangs up on endless pages on purpose."""


class _Answering(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(
            path=self.path, agent=headers.get("user-agent", ""), at=self.server.site.watch.elapsed(), headers=headers
        )
        reply = self.server.site.reply(asked)
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if not reply.endless:
            self.send_header("Content-Length", str(len(reply.body) + (1000 if reply.cut else 0)))
        self.end_headers()
        self.wfile.write(reply.body)
        while reply.endless and not self.server.site.leaving.wait(0 if len(reply.body) > 100 else 0.05):
            self.wfile.write(reply.body)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the name http.server gives
        """Its log is `asked`."""


def article(
    text: str = "云州市江口区应急管理局通报，今晨一化工厂起火，火势已得到控制，暂无人员伤亡。",
    *,
    title: str = "江口区化工厂起火",
    written: str = "2026-06-10 08:12",
    head: str = "",
) -> Reply:
    """A plain article page of 云州."""
    html = (
        f"<html><head><meta charset=utf-8><title>{title}_云州日报</title>{head}</head><body><h1>{title}</h1>"
        f"<div class=info>{written} 来源：云州日报</div>"
        f"<div class=content><p>{text}</p><p>{text}</p></div></body></html>"
    )
    return Reply(body=html.encode())
