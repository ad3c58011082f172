"""Chromium without a screen, driven over its own protocol; it reaches this machine only."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-default-apps", "--disable-extensions", "--remote-debugging-port=0",
    "--remote-allow-origins=*", "--window-size=420,760",
    # Whatever asks for another host gets no address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)  # fmt: skip
_PATIENCE = 60.0


class Chromium:
    """A page in Chromium.

    Parameters
    ----------
    folder : Path
        An empty folder for its profile.
    served : dict of str to bytes
        What is served in place of files, by how their addresses end.
    """

    def __init__(self, folder: Path, served: dict[str, bytes]) -> None:
        assert PROGRAM is not None
        from simple_websocket import Client

        self._served = served
        self.requests: list[str] = []
        self.outside: list[str] = []
        self.errors: list[str] = []
        self._number = 0
        self._process = subprocess.Popen(
            [PROGRAM, *_FLAGS, f"--user-data-dir={folder}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port = self._port(folder / "DevToolsActivePort")
            self._socket = Client(f"ws://127.0.0.1:{port[0]}{port[1]}")
            target = self.order("Target.createTarget", url="about:blank")["targetId"]
            attached = self.order("Target.attachToTarget", targetId=target, flatten=True)
            self._session = attached["sessionId"]
            for domain in ("Page", "Runtime", "Log"):
                self.order(f"{domain}.enable")
            self.order("Fetch.enable", patterns=[{"urlPattern": "*"}])
        except BaseException:
            self.close()
            raise

    _session: str | None = None

    def _port(self, file: Path) -> list[str]:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if file.is_file() and len(lines := file.read_text().splitlines()) == 2:
                return lines
            time.sleep(0.05)
        raise TimeoutError("Chromium does not start")

    def order(self, method: str, **given: object) -> dict[str, Any]:
        """Have something done."""
        number = self._send(method, given)
        while True:
            message = self._receive()
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                found: dict[str, Any] = message["result"]
                return found
            self._event(message)

    def _send(self, method: str, given: dict[str, Any]) -> int:
        self._number += 1
        message = {"id": self._number, "method": method, "params": given}
        if self._session is not None:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        return self._number

    def _receive(self) -> dict[str, Any]:
        data = self._socket.receive(timeout=_PATIENCE)
        if data is None:
            raise TimeoutError("Chromium does not answer")
        message: dict[str, Any] = json.loads(data)
        return message

    def _event(self, message: dict[str, Any]) -> None:
        about = message.get("params", {})
        match message.get("method"):
            case "Fetch.requestPaused":
                self._request(about["requestId"], about["request"])
            case "Runtime.exceptionThrown":
                self.errors.append(json.dumps(about["exceptionDetails"])[:500])
            case "Runtime.consoleAPICalled" if about["type"] == "error":
                self.errors.append(
                    str([one.get("value", one.get("description")) for one in about["args"]])
                )
            case "Log.entryAdded" if about["entry"]["level"] == "error":
                self.errors.append(about["entry"]["text"] + " " + about["entry"].get("url", ""))

    def _request(self, number: str, request: dict[str, Any]) -> None:
        url = request["url"].partition("?")[0]
        if not url.startswith(("http://127.0.0.1:", "data:", "about:")):
            self.outside.append(url)
            self._send("Fetch.failRequest", {"requestId": number, "errorReason": "BlockedByClient"})
            return
        self.requests.append(f"{request['method']} {url}")
        for ending, content in self._served.items():
            if url.endswith(ending):
                answer = {
                    "requestId": number,
                    "responseCode": 200,
                    "responseHeaders": [{"name": "Content-Type", "value": "text/javascript"}],
                    "body": base64.b64encode(content).decode(),
                }
                self._send("Fetch.fulfillRequest", answer)
                return
        self._send("Fetch.continueRequest", {"requestId": number})

    def run(self, code: str, *given: object) -> object:
        """The value of a JavaScript function called with these; promises are waited for."""
        arguments = ", ".join(json.dumps(one, ensure_ascii=False) for one in given)
        found = self.order(
            "Runtime.evaluate",
            expression=f"(async () => (await ({code})({arguments})) ?? null)()",
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in found:
            raise RuntimeError(json.dumps(found["exceptionDetails"], ensure_ascii=False)[:2000])
        return found["result"].get("value")

    def open(self, url: str, ready: str) -> None:
        """Open a page and wait until an expression holds."""
        self.order("Page.navigate", url=url)
        self.wait(lambda: bool(self.run(f"() => !!({ready})")))

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        until = time.monotonic() + _PATIENCE
        while not holds():
            if time.monotonic() > until:
                raise TimeoutError(f"never so; {self.errors[-5:]}")
            time.sleep(0.05)

    def size(self, width: int, height: int) -> None:
        """Make the window so large."""
        self.order(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press a key."""
        for what in ("keyDown", "keyUp"):
            about = {"key": key, "windowsVirtualKeyCode": code}
            if text and what == "keyDown":
                about["text"] = text
            self.order("Input.dispatchKeyEvent", type=what, **about)

    def picture(self, file: Path) -> None:
        """Write a picture of the page."""
        shot = self.order("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        """End it; asked to, it leaves nothing in the folder for temporary files."""
        with contextlib.suppress(Exception):  # it has not begun, or has ended
            self._session = None
            self._send("Browser.close", {})
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
