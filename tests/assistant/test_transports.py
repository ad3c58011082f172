"""Over stdio and HTTP with the SDK's own client: conformance, who sees what, what is refused."""

import json
import os
import subprocess
import sys
import time
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from anyio import create_task_group
from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from assistant.conftest import ORDERS
from command_line import run
from kpi_xl.assistant.serve import PATH
from kpi_xl.assistant.tools import TOOLS
from server.conftest import KEYS, ROOT, free_port

MINE = "城东营业部"


def document(result):
    found = json.loads(result.content[0].text)
    if not result.is_error:
        assert result.structured_content == found
    return found


async def walk(client):
    """All that a client can do: every tool, every resource, and some that are not there."""
    tools = (await client.list_tools()).tools
    assert [tool.name for tool in tools] == list(TOOLS)
    assert all(tool.annotations.read_only_hint for tool in tools)
    for tool in tools:
        given = {"whose": MINE, "what": "首年度保费"} if tool.name == "trace" else {}
        result = await client.call_tool(tool.name, given)
        assert not result.is_error, document(result)
        assert document(result)["source"]
    resources = (await client.list_resources()).resources
    assert len(resources) == 2
    for resource in resources:
        assert (await client.read_resource(resource.uri)).contents[0].text
    (template,) = (await client.list_resource_templates()).resource_templates
    one = template.uri_template.replace("{code}", "KPI_ACTIVITY")
    assert "举绩人数" in (await client.read_resource(one)).contents[0].text
    for address in ("file:///etc/passwd", "kpi-xl://definitions/../../kpi.toml", "kpi-xl://x"):
        with pytest.raises(MCPError, match="没有"):
            await client.read_resource(address)
    for name, given in (
        ("没有", {}),
        ("values", {"unit": ["x"]}),
        ("trace", {}),
        ("values", {"x": 1}),
    ):
        result = await client.call_tool(name, given)
        assert result.is_error
        assert document(result)["error"]["kind"].startswith("assistant.")


# -- stdio -----------------------------------------------------------------------------------------


def over_stdio(project, *arguments):
    return Client(
        StdioServerParameters(
            command=sys.executable,
            args=["-m", "kpi_xl.cli", "-p", str(project.folder), "mcp", *arguments],
            env={"PYTHONPATH": str(ROOT)},
        )
    )


def test_stdio(hostile):
    async def whole():
        async with over_stdio(hostile) as client:
            await walk(client)
            units = document(await client.call_tool("units", {}))["tables"][0]["rows"]
            assert any(row["单位"].startswith(ORDERS[:6]) for row in units)
        async with over_stdio(hostile, "--role", "department") as client:
            units = document(await client.call_tool("units", {}))["tables"][0]["rows"]
            assert {row["单位"].partition("/")[0] for row in units} == {MINE}

    anyio.run(whole)


def test_a_role_that_is_not_there(hostile):
    done = run("-p", hostile.folder, "mcp", "--role", "没有")
    assert done.returncode == 2 and "department" in done.stderr
    done = run("-p", hostile.folder, "mcp", "--http", "--role", "department")
    assert done.returncode == 2 and "--role" in done.stderr


def test_without_the_sdk(hostile, monkeypatch):
    for name in [one for one in sys.modules if one.startswith("kpi_xl.assistant.serve")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp.server.stdio", None)
    done = run("-p", hostile.folder, "mcp")
    assert done.returncode == 2 and 'pip install "kpi_xl[mcp]"' in done.stderr


def test_the_command_line_does_not_wait_for_it():
    """The SDK takes half a second to import: only who asks for it waits."""
    code = "import sys, kpi_xl.cli.commands; sys.exit('mcp' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


# -- HTTP ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address(hostile, tmp_path_factory):
    """A server as ``kpi-xl mcp --http`` starts it."""
    port = free_port()
    log = tmp_path_factory.mktemp("log") / "mcp.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "kpi_xl.cli", "-p", str(hostile.folder), "mcp", "--http",
             "--port", str(port)],
            cwd=ROOT, stdout=out, stderr=out, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    where = f"http://127.0.0.1:{port}{PATH}"
    for _ in range(600):
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            httpx2.post(where, timeout=5)
            break
        except httpx2.TransportError:
            time.sleep(0.1)
    yield where
    process.terminate()
    assert process.wait(20) is not None
    text = log.read_text(encoding="utf-8")
    # The log has numbers for people, and nothing of what was asked or told.
    assert '"who": "key-' in text
    assert not any(one in text for one in (*KEYS.values(), "城东", "活动率", "Traceback"))


@asynccontextmanager
async def over_http(address, who):
    headers = {"Authorization": f"Bearer {KEYS[who]}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(address, http_client=http)) as client,
    ):
        yield client


def test_http(address):
    async def whole():
        async with over_http(address, "all") as client:
            await walk(client)

    anyio.run(whole)


def test_each_sees_what_his_key_says(address):
    """Also at the same time: nobody's answer goes to another."""

    async def one(who, units):
        async with over_http(address, who) as client:
            for _ in range(3):
                found = document(await client.call_tool("units", {}))["tables"][0]["rows"]
                assert {row["单位"].partition("/")[0] for row in found} == units
                refused = await client.call_tool("values", {"unit": "城北营业部"})
                assert refused.is_error is ("城北营业部" not in units)

    async def whole():
        shown = ORDERS.replace("\u202e", "\ufffd").replace("\u200b", "\ufffd")
        every = {"江城分公司", MINE, "城北营业部", shown, "营业部:未分配", "营业组:未分配"}
        async with create_task_group() as group:
            for _ in range(2):
                group.start_soon(one, "all", every)
                group.start_soon(one, "department", {MINE})

    anyio.run(whole)


ASKED = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
JSON = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


def key(who):
    return {"Authorization": f"Bearer {KEYS.get(who, who)}"}


@pytest.mark.parametrize("header", [{}, key("kpi_wrong"), {"Authorization": "Basic x"}])
def test_who_shows_no_key_is_told_nothing(address, header):
    answer = httpx2.post(address, json=ASKED, headers={**JSON, **header})
    assert answer.status_code == 401
    assert set(answer.json()) == {"detail", "kind"}


def test_other_ways_are_closed(address):
    base = address.removesuffix(PATH)
    for method, path in (("GET", "/mcp"), ("DELETE", "/mcp"), ("POST", "/"), ("GET", "/../kpi.toml"),
                         ("POST", "/mcp/../kpi.toml"), ("GET", "/openapi.json")):  # fmt: skip
        answer = httpx2.request(method, base + path, headers={**JSON, **key("all")})
        assert answer.status_code == 404, path


def test_a_page_from_elsewhere_cannot_ask(address):
    for header, status in (
        ({"Host": "evil.example"}, 421),
        ({"Origin": "https://evil.example"}, 403),
    ):
        answer = httpx2.post(address, json=ASKED, headers={**JSON, **key("all"), **header})
        assert answer.status_code == status


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 50_000, b'{"jsonrpc":"2.0","id":1}']
)
def test_broken_requests(address, body):
    answer = httpx2.post(address, content=body, headers={**JSON, **key("all")})
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text


def test_too_large(address):
    body = json.dumps({**ASKED, "params": {"x": "y" * 2_000_000}})
    answer = httpx2.post(address, content=body, headers={**JSON, **key("all")})
    assert answer.status_code == 413
