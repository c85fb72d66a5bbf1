"""The robots of 企业微信, 钉钉 and 飞书 on this machine, as strict as their platforms: they keep what they took."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from backends.clock import ManualClock

TOKEN, SECRET = "token-of-the-robot", "SEC0123456789abcdef"
_HOUR = 3600


class Robot(ThreadingHTTPServer):
    """One robot in one group; `forced` is answered instead of what it would say, `status` is the HTTP status.

    `lost_answer` takes the next message and hangs up without a word.
    """

    field = "errcode"
    per_minute = 20
    too_often = 0

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.clock = clock
        self.texts: list[str] = []
        self.asked = 0
        self.status = 200
        self.forced: int | None = None
        self.raw: bytes | None = None
        self.lost_answer = False
        self._taken: list[datetime] = []

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def contact(self) -> str:
        """The address as an office would note it."""
        raise NotImplementedError

    def code_for(self, target: str, content_type: str, body: bytes) -> int:
        """What the platform answers; 0 keeps the text."""
        if self.forced is not None:
            return self.forced
        if (wrong := self.refusal(target, content_type, body)) != 0:
            return wrong
        now = self.clock.now()
        if sum(1 for each in self._taken if (now - each).total_seconds() < 60) >= self.per_minute:
            return self.too_often
        self._taken.append(now)
        self.texts.append(self.text_of(json.loads(body)))
        return 0

    def refusal(self, target: str, content_type: str, body: bytes) -> int:
        raise NotImplementedError

    def text_of(self, message: dict[str, dict[str, str]]) -> str:
        return message["text"]["content"]

    def fresh(self, seconds: float) -> bool:
        return abs(self.clock.now().timestamp() - seconds) <= _HOUR


class WecomRobot(Robot):
    field = "errcode"
    too_often = 45009

    @property
    def contact(self) -> str:
        return f"{self.origin}/cgi-bin/webhook/send?key={TOKEN}"

    def refusal(self, target: str, content_type: str, body: bytes) -> int:
        del content_type
        asked, message = urlsplit(target), json.loads(body)
        if asked.path != "/cgi-bin/webhook/send" or parse_qs(asked.query) != {"key": [TOKEN]}:
            return 93000
        if message.get("msgtype") != "text":
            return 40008
        if not message["text"]["content"]:
            return 44004
        return 45002 if len(message["text"]["content"].encode()) > 2048 else 0


class DingtalkRobot(Robot):
    field = "errcode"
    too_often = 130101

    @property
    def contact(self) -> str:
        return f"{self.origin}/robot/send?access_token={TOKEN}#{SECRET}"

    def refusal(self, target: str, content_type: str, body: bytes) -> int:
        asked = urlsplit(target)
        given = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if asked.path != "/robot/send" or given.get("access_token") != TOKEN:
            return 300005
        if not content_type.startswith("application/json"):
            return 43004
        right = hmac.new(SECRET.encode(), f"{given.get('timestamp')}\n{SECRET}".encode(), hashlib.sha256).digest()
        signed = given.get("sign") == base64.b64encode(right).decode()
        if not signed or not self.fresh(int(given["timestamp"]) / 1000):
            return 310000
        if json.loads(body).get("msgtype") != "text":
            return 400105
        return 460101 if len(body) > 20_000 else 0


class FeishuRobot(Robot):
    field = "code"
    per_minute = 100
    too_often = 11232

    @property
    def contact(self) -> str:
        return f"{self.origin}/open-apis/bot/v2/hook/{TOKEN}#{SECRET}"

    def refusal(self, target: str, content_type: str, body: bytes) -> int:
        if target != f"/open-apis/bot/v2/hook/{TOKEN}":
            return 19001
        message = json.loads(body)
        if len(body) > 20 * 1024 or not content_type.startswith("application/json"):
            return 9499
        right = hmac.new(f"{message.get('timestamp')}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        signed = message.get("sign") == base64.b64encode(right).decode()
        if not signed or not self.fresh(int(message["timestamp"])):
            return 19021
        return 0 if message.get("msg_type") == "text" else 19002

    def text_of(self, message: dict[str, dict[str, str]]) -> str:
        return message["content"]["text"]


class _Asked(BaseHTTPRequestHandler):
    server: Robot

    def do_POST(self) -> None:
        robot = self.server
        robot.asked += 1
        body = self.rfile.read(int(self.headers["Content-Length"]))
        code = robot.code_for(self.path, self.headers["Content-Type"], body)
        if robot.lost_answer:
            robot.lost_answer = False
            self.close_connection = True
            return
        said = {robot.field: code, "msg": "said by the robot", "errmsg": "said by the robot"}
        answer = json.dumps(said).encode() if robot.raw is None else robot.raw
        self.send_response(robot.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Keeps quiet."""


KINDS: dict[str, type[Robot]] = {"wecom": WecomRobot, "dingtalk": DingtalkRobot, "feishu": FeishuRobot}


@contextmanager
def running(channel: str, clock: ManualClock) -> Iterator[Robot]:
    """The robot of a platform, at work."""
    robot = KINDS[channel](clock)
    thread = threading.Thread(target=robot.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield robot
    finally:
        robot.shutdown()
        thread.join()
        robot.server_close()
