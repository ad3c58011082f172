"""The server's application in this process, without the pages, which xlwings Server has."""

from __future__ import annotations

import functools
import gc
from contextlib import contextmanager

import httpx
from anyio.from_thread import start_blocking_portal
from starlette.responses import PlainTextResponse

from server.conftest import KEYS
from udfs import current
from udfs.server import CALLS, SCRIPT
from udfs.server.app import Server


class Client:
    """Asks an application; whatever it raises instead of answering is raised."""

    def __init__(self, application, portal) -> None:
        transport = httpx.ASGITransport(application)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        self._portal = portal

    def request(self, method, url, **given):
        return self._portal.call(functools.partial(self._client.request, method, url, **given))

    def get(self, url, **given):
        return self.request("GET", url, **given)

    def post(self, url, **given):
        return self.request("POST", url, **given)


@contextmanager
def inside(project, monkeypatch, guard=None):
    """A client of the application of a project."""
    monkeypatch.setenv("KPI_XL_PROJECT", str(project.folder))
    monkeypatch.setattr(current, "_watch", current._Watch())
    server = Server(project, PlainTextResponse("a page"), guard)
    # As each process of the server does, or every button would look through all that the tests have.
    gc.collect()
    gc.freeze()
    try:
        with start_blocking_portal() as portal:
            yield Client(server, portal)
    finally:
        gc.unfreeze()


def bearer(who):
    return {"Authorization": f"Bearer {KEYS.get(who, who)}"}


def call(client, who, name, *arguments):
    """The rows that a function answers with."""
    body = {"calls": [{"func_name": name, "args": list(arguments)}]}
    answer = client.post(CALLS, json=body, headers=bearer(who))
    assert answer.status_code == 200, answer.text
    return answer.json()["results"][0]["result"]


def press(client, who, name, workbook=None, arguments=(), answers=()):
    """The actions that a button gives."""
    body = {"workbook": workbook or {}, "arguments": list(arguments), "answers": list(answers)}
    answer = client.post(f"{SCRIPT}/{name}", json=body, headers=bearer(who))
    assert answer.status_code == 200, answer.text
    return answer.json()["actions"]


def said(actions):
    """What is said, and whether it failed."""
    (one,) = [action for action in actions if action["do"] == "say"]
    return one["text"], one["failed"]


def sheet(name="表", rows=(("",),), **more):
    """A sheet as the page sends it."""
    content = [list(row) for row in rows]
    return {"name": name, "row": 1, "column": 1, "values": content, "formulas": content, **more}
