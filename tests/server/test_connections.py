"""Slow senders, readers that do not read, many connections, and the end: on real sockets."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

pytest.importorskip("xlwings_server", reason="kpi_xl[server] is not installed")

from server.conftest import KEYS, ROOT, free_port, with_server
from server.test_serve import certificate
from server.worlds import people, world
from udfs.server.connections import LARGEST_HEADERS

HALF = b"POST /kpi/calls HTTP/1.1\r\nHost: x\r\nAuthor"
WHOLE = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
NO_BODY = (
    b"POST /kpi/calls HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
    + KEYS["all"].encode()
    + b"\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"
)


HURRIED = """
import sys
from udfs.server import connections, exchange
connections.HEADERS_WITHIN, connections.READ_WITHIN, exchange._BODY_WITHIN = 1.5, 2.0, 2.0
from kpi_xl.cli import main
sys.argv[0] = "kpi-xl"
main()
"""
"""The command, which waits two seconds for what it waits for up to a minute else."""


def start(ways, *, workers=1, hurried=True):
    """Start a server on a port of its own, and wait until it answers."""
    more = {"connections": "40", "megabytes": "0.1", "workers": str(workers)}
    if ways.https:
        more |= {"certificate": '"kpi.pem"', "key": '"kpi.key"'}
    port = free_port()
    with_server(ways.folder, port, **more)
    command = ["-c", HURRIED] if hurried else ["-m", "kpi_xl.cli"]
    with ways.log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, *command, "--project", str(ways.folder), "serve"],
            stdout=out,
            stderr=out,
            env={
                **os.environ,
                "XLWINGS_LICENSE_KEY": "noncommercial",
                "PYTHONPATH": str(ROOT),
            },
        )
    for _ in range(600):
        with contextlib.suppress(OSError), connect(ways, port) as one:
            one.sendall(WHOLE)
            if one.recv(100).startswith(b"HTTP/1.1 200"):
                return SimpleNamespace(port=port, process=process)
        assert process.poll() is None, ways.log.read_text(encoding="utf-8")
        time.sleep(0.1)
    process.kill()
    raise TimeoutError


@pytest.fixture(scope="module", params=["http", "https"])
def ways(request, tmp_path_factory):
    """Where a server listens, and how one speaks to it."""
    folder = tmp_path_factory.mktemp("connections") / "p"
    world(folder, people(["城北营业部/城北二组"], 3))
    found = SimpleNamespace(folder=folder, https=request.param == "https", log=folder / "log")
    if found.https:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed")
        certificate(folder)
    running = start(found)
    found.port = running.port
    yield found
    running.process.kill()
    running.process.wait(20)


def connect(ways, port=None, source="127.0.0.1"):
    plain = socket.create_connection(("127.0.0.1", port or ways.port), 10, (source, 0))
    if not ways.https:
        return plain
    context = ssl._create_unverified_context()
    return context.wrap_socket(plain)


def until_closed(one, within):
    """What is received until the other side closes."""
    got = b""
    one.settimeout(within)
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while part := one.recv(65_536):
            got += part
    return got


def alive(ways):
    """It still answers others."""
    with connect(ways, source="127.0.0.9") as one:
        one.sendall(WHOLE)
        assert one.recv(100).startswith(b"HTTP/1.1 200")


def test_headers_that_do_not_come(ways):
    for first in (b"", HALF, WHOLE + HALF):
        with connect(ways) as one:
            one.sendall(first)
            began = time.monotonic()
            until_closed(one, 12)
            assert time.monotonic() - began < 10, first


def test_headers_byte_by_byte(ways):
    with connect(ways) as one:
        began = time.monotonic()
        with pytest.raises((ConnectionError, ssl.SSLError)):
            while time.monotonic() - began < 12:
                one.sendall(b"a")
                time.sleep(0.1)
        assert time.monotonic() - began < 10


def test_a_body_that_does_not_come(ways):
    with connect(ways) as one:
        one.sendall(NO_BODY)
        answer = until_closed(one, 15)
        assert answer.startswith(b"HTTP/1.1 408") and "发得太慢".encode() in answer
    with connect(ways) as one:  # nor does who is not known hold it open
        one.sendall(NO_BODY.replace(KEYS["all"].encode(), b"kpi_wrong"))
        assert until_closed(one, 12).startswith(b"HTTP/1.1 401")


def test_what_is_too_large_is_refused_before_it_comes(ways):
    with connect(ways) as one:
        one.sendall(NO_BODY.replace(b"5000", b"50000000000000"))
        assert until_closed(one, 12).startswith(b"HTTP/1.1 413")
    with connect(ways) as one:
        one.sendall(NO_BODY.replace(b"Length: 5000", b"Length: 200000"))
        assert until_closed(one, 12).startswith(b"HTTP/1.1 413")
    with connect(ways) as one:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            for _ in range(40):
                one.sendall(b"X-A: " + b"a" * (LARGEST_HEADERS // 20))
                time.sleep(0.01)
        assert until_closed(one, 12).startswith((b"HTTP/1.1 400", b""))
    alive(ways)


def test_an_answer_that_nobody_reads(ways):
    """A connection whose other side sends and never reads is not kept for ever."""
    with connect(ways) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        page = b"GET /xlwings/custom-functions-code.js HTTP/1.1\r\nHost: x\r\n\r\n"
        one.settimeout(5)
        began = time.monotonic()
        with pytest.raises((ConnectionError, ssl.SSLError)):
            while time.monotonic() - began < 30:
                with contextlib.suppress(TimeoutError):
                    one.sendall(page)
        assert time.monotonic() - began < 25


def test_so_many_from_one_address_and_so_many_at_all(ways):
    with contextlib.ExitStack() as held:
        kept = [held.enter_context(connect(ways, source="127.0.0.2")) for _ in range(10)]
        refused = held.enter_context(connect(ways, source="127.0.0.2"))
        assert until_closed(refused, 5).startswith(b"HTTP/1.1 503")
        alive(ways)
        for one in kept:
            one.close()
    alive(ways)
    with contextlib.ExitStack() as held:
        answers = []
        for place in range(45):
            one = held.enter_context(connect(ways, source=f"127.0.0.{10 + place}"))
            one.settimeout(0.2)
            try:
                answers.append(one.recv(20))
            except (TimeoutError, OSError):
                answers.append(b"")
            if place < 40:
                with contextlib.suppress(OSError):
                    one.sendall(WHOLE)  # so that it is kept
        assert b"HTTP/1.1 503" in b" ".join(answers)
    time.sleep(0.3)
    alive(ways)


@pytest.mark.parametrize(
    ("told", "workers"), [(signal.SIGTERM, 1), (signal.SIGINT, 1), (signal.SIGTERM, 2)]
)
def test_it_ends_whatever_is_held(ways, told, workers):
    running = start(ways, workers=workers, hurried=False)
    with contextlib.ExitStack() as held:
        for content in (b"", HALF, NO_BODY, WHOLE, WHOLE + HALF, NO_BODY[:60]):
            one = held.enter_context(connect(ways, running.port))
            one.sendall(content)
        began = socket.create_connection(("127.0.0.1", running.port), 5)
        held.enter_context(began)  # which never begins to speak TLS
        began.sendall(b"\x16")
        time.sleep(0.3)
        running.process.send_signal(told)
        began = time.monotonic()
        running.process.wait(20)
        assert time.monotonic() - began < 5


def test_it_ends_while_it_computes(ways, tmp_path):
    """A job that takes minutes is not waited for."""
    port = free_port()
    with_server(ways.folder, port)
    slow = HURRIED.replace(
        "from kpi_xl.cli",
        "import time; from udfs.server import calls\n"
        "calls.answer = lambda *_, **__: time.sleep(60)\nfrom kpi_xl.cli",
    )
    if ways.https:
        return
    with (tmp_path / "log").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", slow, "--project", str(ways.folder), "serve"],
            stdout=out,
            stderr=out,
            env={**os.environ, "XLWINGS_LICENSE_KEY": "noncommercial", "PYTHONPATH": str(ROOT)},
        )
    for _ in range(300):
        with contextlib.suppress(OSError):
            one = connect(ways, port)
            break
        time.sleep(0.1)
    body = b'{"calls": [{"func_name": "KPI_UNITS", "args": []}]}'
    one.sendall(NO_BODY.replace(b"5000", b"%d" % len(body))[:-1] + body)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    answer = until_closed(one, 10)
    one.close()
    process.wait(20)
    assert time.monotonic() - began < 5
    assert answer.startswith(b"HTTP/1.1 503") and b"Traceback" not in answer
    text = (tmp_path / "log").read_text(encoding="utf-8")
    assert "Traceback" not in text


def test_nothing_of_it_was_an_error_of_the_program(ways):
    text = ways.log.read_text(encoding="utf-8")
    assert "Traceback" not in text and '"status": 500' not in text
