"""The robots of 企业微信, 钉钉 and 飞书: requests and answers.

After what their makers publish of custom robots in groups; no other interface is used.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from kpi_xl.settings.groups import Robot

WORDS: Final = "words"
PICTURE: Final = "picture"
PAGE: Final = "page"
"""The parts of a message: 晨会稿, the picture for phones, the page as a file."""


@dataclass(frozen=True)
class Asked:
    """A request to a robot.

    Parameters
    ----------
    url : str
        The address that the request goes to.
    json : mapping, optional
        What is sent as JSON.
    file : (str, bytes), optional
        The name and content of a file that is sent as a form.
    """

    url: str
    json: Mapping[str, Any] | None = None
    file: tuple[str, bytes] | None = None


@dataclass(frozen=True)
class Platform:
    """A platform's robots.

    Parameters
    ----------
    name : str
        The platform's name in Chinese.
    parts : tuple of str
        What a message can be made of, in order.
    most : int
        Bytes of a text.
    code : str
        Where an answer says what became of it: 0 for done.
    later : frozenset of int
        The codes of what may be tried again later, as nothing was done.
    a_minute : int
        So many messages may be sent to one robot a minute.
    say : callable
        The request of a text, by robot, title and text.
    show : callable or None
        The request of a picture, by robot and content.
    hand_in : callable or None
        The request that has a file kept, by robot, name and content.
    hand_out : callable or None
        The request of a file that is kept, by robot and what its keeping was answered with.
    """

    name: str
    parts: tuple[str, ...]
    most: int
    code: str
    later: frozenset[int]
    a_minute: int
    say: Callable[[Robot, str, str], Asked]
    show: Callable[[Robot, bytes], Asked] | None = None
    hand_in: Callable[[Robot, str, bytes], Asked] | None = None
    hand_out: Callable[[Robot, Mapping[str, Any]], Asked] | None = None


# -- 企业微信: text, picture and file ------------------------------------------------------


def _wecom_text(robot: Robot, title: str, text: str) -> Asked:
    content = f"**{title}**\n{text}"
    return Asked(robot.url, {"msgtype": "markdown", "markdown": {"content": content}})


def _wecom_picture(robot: Robot, content: bytes) -> Asked:
    image = {
        "base64": base64.b64encode(content).decode(),
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
    }
    return Asked(robot.url, {"msgtype": "image", "image": image})


def _wecom_file(robot: Robot, name: str, content: bytes) -> Asked:
    parts = urlsplit(robot.url)
    key = parse_qs(parts.query).get("key", [""])[0]
    path = parts.path.removesuffix("/send") + "/upload_media"
    query = urlencode({"key": key, "type": "file"})
    return Asked(urlunsplit(parts._replace(path=path, query=query)), file=(name, content))


def _wecom_kept(robot: Robot, answer: Mapping[str, Any]) -> Asked:
    return Asked(
        robot.url, {"msgtype": "file", "file": {"media_id": str(answer.get("media_id", ""))}}
    )


# -- 钉钉: text, signed in the address ---------------------------------------------------


def _dingtalk_text(robot: Robot, title: str, text: str) -> Asked:
    lines = "\n\n".join((f"### {title}", *text.split("\n")))
    return Asked(
        _dingtalk_signed(robot, round(time.time() * 1000)),
        {"msgtype": "markdown", "markdown": {"title": title, "text": lines}},
    )


def _dingtalk_signed(robot: Robot, now: int) -> str:
    """The address with the time in milliseconds and the signature made with the secret.

    Examples
    --------
    >>> _dingtalk_signed(Robot("https://d.example/?a=t", "SEC1"), 1700000000000)
    'https://d.example/?a=t&timestamp=1700000000000&sign=ukR4%2BWoOOBTGaOauYqugxVrMSFyr92q4hPxJxuOkiio%3D'
    """
    if not robot.secret:
        return robot.url
    secret = robot.secret.encode()
    digest = hmac.new(secret, f"{now}\n{robot.secret}".encode(), hashlib.sha256).digest()
    signed = urlencode({"timestamp": now, "sign": base64.b64encode(digest).decode()})
    return f"{robot.url}{'&' if '?' in robot.url else '?'}{signed}"


# -- 飞书: a card with text, signed in the message ---------------------------------------


def _feishu_text(robot: Robot, title: str, text: str) -> Asked:
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": title}},
        "elements": [{"tag": "markdown", "content": text}],
    }
    signed = _feishu_signed(robot, int(time.time()))
    return Asked(robot.url, {**signed, "msg_type": "interactive", "card": card})


def _feishu_signed(robot: Robot, now: int) -> dict[str, str]:
    """The time in seconds and the signature: an HMAC of an empty text with time and secret as
    key.
    """
    if not robot.secret:
        return {}
    key = f"{now}\n{robot.secret}".encode()
    digest = hmac.new(key, b"", hashlib.sha256).digest()
    return {"timestamp": str(now), "sign": base64.b64encode(digest).decode()}


PLATFORMS: Final[Mapping[str, Platform]] = {
    "wecom": Platform(
        "企业微信",
        (WORDS, PICTURE, PAGE),
        4096,
        "errcode",
        frozenset({-1, 45009, 45033}),
        20,
        _wecom_text,
        _wecom_picture,
        _wecom_file,
        _wecom_kept,
    ),
    "dingtalk": Platform(
        "钉钉",
        (WORDS,),
        18_000,
        "errcode",
        frozenset({-1, 130101, 410100}),
        20,
        _dingtalk_text,
    ),
    "feishu": Platform(
        "飞书",
        (WORDS,),
        18_000,
        "code",
        frozenset({11232, 11247}),
        100,
        _feishu_text,
    ),
}
"""By the word on the command line."""
