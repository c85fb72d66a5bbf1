"""The chat robots of 企业微信, 钉钉 and 飞书 as their platforms document them: format, signature, limits, codes."""

import hmac
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import httpx
import msgspec

from backends.notify_channels import DINGTALK, FEISHU, WECOM
from backends.robots_pace import Allowance

_MINUTE = 61.0
"""A second more than the platforms say: what left in a minute can arrive in less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotAddress:
    """Where a robot listens, and what it is signed with; the address itself is a secret too."""

    url: httpx.URL = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotPost:
    """What is posted: to which address, with which body."""

    url: httpx.URL = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """One platform's robots.

    `largest` bounds the text in bytes of JSON. A code of `final` can never come right by waiting, with its meaning;
    after one of `too_often` nothing is asked for `rest` seconds; every other code but 0 is worth another try.
    """

    signed: bool
    largest: int
    allowances: tuple[Allowance, ...]
    too_often: frozenset[int]
    rest: float
    final: Mapping[int, str]
    written: Callable[[RobotAddress, str, datetime], RobotPost]


def _wecom(address: RobotAddress, text: str, now: datetime) -> RobotPost:
    del now
    return RobotPost(url=address.url, body=msgspec.json.encode({"msgtype": "text", "text": {"content": text}}))


def _dingtalk(address: RobotAddress, text: str, now: datetime) -> RobotPost:
    url = address.url
    if address.secret:
        timestamp = str(int(now.timestamp() * 1000))
        signature = dingtalk_signature(timestamp, address.secret)
        url = url.copy_merge_params({"timestamp": timestamp, "sign": signature})
    return RobotPost(url=url, body=msgspec.json.encode({"msgtype": "text", "text": {"content": text}}))


def _feishu(address: RobotAddress, text: str, now: datetime) -> RobotPost:
    # 飞书 reads tags in a text: a title from the public must not call everybody of the group.
    message: dict[str, object] = {"msg_type": "text", "content": {"text": text.replace("<", "＜")}}
    if address.secret:
        timestamp = str(int(now.timestamp()))
        message |= {"timestamp": timestamp, "sign": feishu_signature(timestamp, address.secret)}
    return RobotPost(url=address.url, body=msgspec.json.encode(message))


def dingtalk_signature(timestamp: str, secret: str) -> str:
    """钉钉: timestamp in milliseconds and secret, keyed with the secret; both travel in the address."""
    return _base64_hmac(key=secret, message=f"{timestamp}\n{secret}")


def feishu_signature(timestamp: str, secret: str) -> str:
    """飞书: nothing, keyed with timestamp in seconds and secret; both travel in the body."""
    return _base64_hmac(key=f"{timestamp}\n{secret}", message="")


def _base64_hmac(*, key: str, message: str) -> str:
    return b64encode(hmac.new(key.encode(), message.encode(), sha256).digest()).decode("ascii")


ROBOTS: Mapping[str, Robot] = {
    WECOM: Robot(
        signed=False,
        largest=2048,
        allowances=(Allowance(messages=20, seconds=_MINUTE),),
        too_often=frozenset({45009, 45033}),
        rest=_MINUTE,
        final={
            40008: "message type refused",
            40058: "message format refused",
            44004: "message without text",
            45002: "message too long",
            93000: "no such robot, or it was removed from its group",
            93004: "the robot is stopped",
            93008: "the robot is not in the group",
        },
        written=_wecom,
    ),
    DINGTALK: Robot(
        signed=True,
        # The platform bounds the whole body at 20,000 bytes.
        largest=19_000,
        allowances=(Allowance(messages=20, seconds=_MINUTE),),
        too_often=frozenset({130101, 410100}),
        # Whoever exceeds 20 a minute is refused for ten.
        rest=10 * _MINUTE,
        final={
            40035: "a parameter is missing",
            43004: "content type refused",
            300001: "no such access token",
            300005: "no such access token",
            310000: "signature, key word or sending address refused: compare the secret and this machine's clock",
            400013: "the group was dissolved",
            400101: "no such access token",
            400102: "the robot is stopped",
            400105: "message type refused",
            400106: "no such robot",
            430101: "link refused",
            430102: "text refused",
            430104: "text refused",
            460101: "message too long",
        },
        written=_dingtalk,
    ),
    FEISHU: Robot(
        signed=True,
        # The platform bounds the whole body at 20 KB.
        largest=19_000,
        allowances=(Allowance(messages=5, seconds=1.5), Allowance(messages=100, seconds=_MINUTE)),
        # 9499 is "too many request" as well as "bad request": given up, the first would lose a page.
        too_often=frozenset({9499, 11232}),
        rest=_MINUTE,
        final={
            19001: "no such robot",
            19002: "message format refused",
            19021: "signature refused: compare the secret and this machine's clock",
            19022: "sending address refused",
            19024: "key word missing",
        },
        written=_feishu,
    ),
}
