"""Robots of groups on this machine, which behave as their makers publish, and fail now and then.

A request is looked at as the platform does: signature, form, sizes, how many a minute. What was
taken stands in `Robots.taken`. `Robots.plan` says what goes wrong with the next requests.
"""

from __future__ import annotations

import base64
import contextlib
import email.parser
import email.policy
import hashlib
import hmac
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

FAULTS = (
    "429", "503", "500", "502", "later", "refuse", "close before", "close after", "silent before",
    "silent after", "garbage", "cut",
)  # fmt: skip
"""What can go wrong: before or after the message was taken, and how it is told."""

TAKEN_ALL_THE_SAME = {"500", "502", "close after", "silent after", "garbage", "cut"}
"""With these the platform has it and the sender cannot know."""

LATER = {"wecom": 45009, "dingtalk": 130101, "feishu": 11232}
REFUSED = {"wecom": 93000, "dingtalk": 300005, "feishu": 19001}


@dataclass
class Robots:
    """A server with robots of all platforms.

    Parameters
    ----------
    secrets : dict of str to str
        What each key of a robot signs with; those that are not in it do not sign.
    a_minute : int
        So many messages one robot takes a minute.
    """

    secrets: dict[str, str] = field(default_factory=dict)
    a_minute: int = 1_000_000
    taken: list[tuple[str, str, str]] = field(default_factory=list)
    """Platform, key and kind of each message that was taken."""
    texts: list[str] = field(default_factory=list)
    plan: deque[str] = field(default_factory=deque)
    asked: int = 0
    before: Callable[[int], None] = lambda _: None
    after: Callable[[int], None] = lambda _: None
    """Called with the number of a request before and after it is taken."""

    def __post_init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._times: dict[str, deque[float]] = {}
        self._lock = threading.Lock()
        robots = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                # Who asked may have been killed meanwhile.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    robots._answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, platform: str, key: str) -> str:
        """The address of a robot."""
        base = f"http://127.0.0.1:{self._server.server_port}"
        return {
            "wecom": f"{base}/cgi-bin/webhook/send?key={key}",
            "dingtalk": f"{base}/robot/send?access_token={key}",
            "feishu": f"{base}/open-apis/bot/v2/hook/{key}",
        }[platform]

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        parts = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with self._lock:
            self.asked += 1
            number, fault = self.asked, self.plan.popleft() if self.plan else ""
        self.before(number)
        if fault in ("429", "503"):
            _send(request, int(fault), b"", {"Retry-After": "0"})
            return
        if fault in ("close before", "silent before"):
            _quiet(request, fault)
            return
        content = json.dumps(self._taken(request, parts.path, query, body, fault)).encode()
        self.after(number)
        if fault in ("close after", "silent after"):
            _quiet(request, fault)
        elif fault == "cut":
            request.send_response(200)
            request.send_header("Content-Length", str(len(content) + 10))
            request.end_headers()
            request.wfile.write(content[:5])
            _quiet(request, "close after")
        elif fault == "garbage":
            _send(request, 200, b"<html>ok</html>")
        else:
            status = int(fault) if fault in ("500", "502") else 200
            _send(request, status, content if status == 200 else b"")

    def _taken(
        self, request: Any, path: str, query: dict[str, str], body: bytes, fault: str
    ) -> dict[str, Any]:
        """The platform's answer to a request."""
        if path == "/cgi-bin/webhook/upload_media":
            return self._upload(request, query, body, fault)
        sent = json.loads(body)
        if path == "/cgi-bin/webhook/send":
            platform, key, found = "wecom", query["key"], self._wecom(sent)
        elif path == "/robot/send":
            platform, key = "dingtalk", query["access_token"]
            found = self._dingtalk(sent, query, self.secrets.get(key))
        else:
            platform, key = "feishu", path.rpartition("/")[2]
            found = self._feishu(sent, self.secrets.get(key))
        name = "code" if platform == "feishu" else "errcode"
        if isinstance(found, int):
            return {name: found}
        if fault == "later" or self._is_too_much(key):
            return {name: LATER[platform]}
        if fault == "refuse":
            return {name: REFUSED[platform]}
        with self._lock:
            self.taken.append((platform, key, found))
        return {name: 0}

    def _is_too_much(self, key: str) -> bool:
        now = time.monotonic()
        times = self._times.setdefault(key, deque())
        while times and now - times[0] > 60:
            times.popleft()
        if len(times) >= self.a_minute:
            return True
        times.append(now)
        return False

    def _wecom(self, sent: dict[str, Any]) -> str | int:
        kind = sent["msgtype"]
        if kind == "markdown":
            content = sent["markdown"]["content"]
            self.texts.append(content)
            return kind if len(content.encode()) <= 4096 else 40058
        if kind == "image":
            content = base64.b64decode(sent["image"]["base64"], validate=True)
            is_right = hashlib.md5(content).hexdigest() == sent["image"]["md5"]
            is_picture = content.startswith((b"\x89PNG\r\n", b"\xff\xd8"))
            return kind if is_right and is_picture and len(content) <= 2 << 20 else 301019
        if kind == "file":
            return kind if sent["file"]["media_id"] in self._kept else 40007
        return 40008

    def _upload(
        self, request: Any, query: dict[str, str], body: bytes, fault: str
    ) -> dict[str, Any]:
        form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
            b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n" + body
        )
        (part,) = form.iter_parts()
        content: Any = part.get_payload(decode=True)
        named = part.get_param("name", header="content-disposition") == "media"
        if query["type"] != "file" or not named or not part.get_filename():
            return {"errcode": 40058}
        if not 5 <= len(content) <= 20 << 20:
            return {"errcode": 40006}
        if fault in ("later", "refuse"):
            return {"errcode": LATER["wecom"] if fault == "later" else REFUSED["wecom"]}
        number = f"m{len(self._kept)}"
        self._kept[number] = content
        return {"errcode": 0, "errmsg": "ok", "type": "file", "media_id": number}

    def _dingtalk(
        self, sent: dict[str, Any], query: dict[str, str], secret: str | None
    ) -> str | int:
        if secret is not None:
            at = query.get("timestamp", "0")
            mac = hmac.new(secret.encode(), f"{at}\n{secret}".encode(), hashlib.sha256)
            if query.get("sign") != base64.b64encode(mac.digest()).decode():
                return 310000
            if abs(time.time() * 1000 - int(at)) > 3_600_000:
                return 310000
        self.texts.append(sent["markdown"]["text"])
        fits = len(json.dumps(sent, ensure_ascii=False).encode()) <= 20_000
        return "markdown" if sent["markdown"]["title"] and fits else 400402

    def _feishu(self, sent: dict[str, Any], secret: str | None) -> str | int:
        if secret is not None:
            at = sent.get("timestamp", "0")
            mac = hmac.new(f"{at}\n{secret}".encode(), b"", hashlib.sha256)
            is_signed = sent.get("sign") == base64.b64encode(mac.digest()).decode()
            if not is_signed or abs(time.time() - int(at)) > 3600:
                return 19021
        (element,) = sent["card"]["elements"]
        self.texts.append(f"{sent['card']['header']['title']['content']}\n{element['content']}")
        is_right = sent["msg_type"] == "interactive" and element["tag"] == "markdown"
        return "interactive" if is_right else 9499


def _send(
    request: BaseHTTPRequestHandler, status: int, content: bytes, more: dict[str, str] | None = None
) -> None:
    request.send_response(status)
    for name, value in (more or {}).items():
        request.send_header(name, value)
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)


def _quiet(request: BaseHTTPRequestHandler, fault: str) -> None:
    """Say nothing: close the connection at once, or after longer than anybody waits."""
    if fault.startswith("silent"):
        time.sleep(SILENCE)
    request.close_connection = True


SILENCE = 1.0
"""Seconds for which nothing is answered; who tries this waits for less."""
