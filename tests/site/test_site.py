"""The month's pages, served: who may see which, the same bytes as the files, and nothing else."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from urllib.parse import quote

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

pytest.importorskip("starlette", reason="kpi_xl[page] is not installed")

from command_line import run
from kpi_xl.pages.make import make
from kpi_xl.project import Project
from kpi_xl.site.app import Site
from kpi_xl.site.serve import serve
from kpi_xl.site.session import LASTS, Sessions
from server.conftest import KEYS, ROOT, free_port
from server.inside import Client
from server.worlds import people, world
from udfs.server.identity import Identity

MINE, OTHER = "城东营业部", "城北营业部"
HOST = "127.0.0.1:80"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    others = [f"{OTHER}/城北二组", "<b>部/一组", "部%2f..%2f/一组"]
    return world(tmp_path_factory.mktemp("site") / "p", people(others, 3))


@pytest.fixture(scope="module")
def site(project):
    assert serve  # what starts it, below in a process of its own
    with start_blocking_portal() as portal:
        yield Client(Site(project, b"secret", 80), portal)


@pytest.fixture(autouse=True)
def forgets(site):
    """What the client keeps of cookies is not sent along: a test says which it sends."""
    yield
    site._client.cookies.clear()


def logged_in(site, who, to=""):
    answer = site.post("/login", data={"key": KEYS[who], "to": to})
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    site._client.cookies.clear()
    return {"Cookie": cookie.partition(";")[0]}


def page(unit, month="2024-06"):
    return f"/page/{month}/{'/'.join(map(quote, unit.split('/')))}"


def test_the_bytes_are_those_of_the_files(site, project):
    everything = logged_in(site, "all")
    made = make(project, "2024-06")
    assert not made.undone
    files = {file.read_bytes() for file in made.files}
    listed = site.get("/", headers=everything).text
    addresses = [
        part.partition('"')[0]
        for part in listed.split('href="')[1:]
        if part.startswith("/page/2024-06/")
    ]
    served = {site.get(address, headers=everything).content for address in addresses}
    assert served == files and len(files) > 6


def test_a_manager_sees_his_own_and_no_other(site):
    mine = logged_in(site, "department")
    listed = site.get("/", headers=mine).text
    assert MINE in listed and not any(one in listed for one in (OTHER, "江城", "李2"))
    answer = site.get(page(MINE), headers=mine)
    assert answer.status_code == 200 and "王一" in answer.text and "李2" not in answer.text
    assert site.get(page(f"{MINE}/一组"), headers=mine).status_code == 200
    gone = site.get(page("没有的部"), headers=mine)
    assert gone.status_code == 404
    for unit in (OTHER, f"{OTHER}/城北二组", "江城分公司", "未分配", "<b>部", ""):
        answer = site.get(page(unit), headers=mine)
        assert (answer.status_code, answer.content) == (404, gone.content)
    for month in ("2024-07", "2023-12", "x", "2024-6", ""):
        assert site.get(page(MINE, month), headers=mine).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/page/2024-06/../2024-06/城北营业部", "/page/2024-06/城东营业部/..%2f城北营业部", "/page/2024-06/%2e%2e/城北营业部",
     "/page/2024-06/城东营业部%00", "/page/2024-06/城东营业部/", "//page/2024-06/城北营业部",
     "/kpi.toml", "/page/..%2f..%2fkpi.toml", "/static/x", "/page", "/page/2024-06/*", "/page/2024-06/%ff%fe"],
)  # fmt: skip
def test_tricks_with_paths_lead_nowhere(site, path):
    answer = site.get(path, headers=logged_in(site, "department"))
    assert answer.status_code == 404
    assert not any(one in answer.text for one in (OTHER, "李2", "sha256", "[server"))


def test_units_with_awkward_names(site):
    everything = logged_in(site, "all")
    listed = site.get("/", headers=everything).text
    assert "<b>" not in listed and "&lt;b&gt;部" in listed
    for unit in ("<b>部", "部%2f..%2f"):
        answer = site.get("/page/2024-06/" + quote(unit, safe=""), headers=everything)
        assert answer.status_code == 200, unit


@pytest.mark.parametrize("path", ["/", page(MINE), "/page/2024-06/x", "/nothing"])
@pytest.mark.parametrize(
    "cookie", ["", "kpi_xl_page=x", "kpi_xl_page=x.y", "kpi_xl_page=", "a=b; kpi_xl_page=W10=.0"]
)
def test_without_a_session_there_is_the_log_in(site, path, cookie):
    answer = site.get(path, headers={"Cookie": cookie} if cookie else {})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/login")
    assert MINE not in answer.text


def test_a_session_is_signed_and_ends():
    now = [1_000_000.0]
    roles = {"内勤": None, "主管.城东": (MINE,), "主管.多": (MINE, OTHER)}

    def of(secret):
        return Sessions(secret, is_https=True, roles=roles, clock=lambda: now[0])

    sessions = of(b"a")
    header = sessions.begun(Identity.of_roles("n", ["主管.城东"], roles))
    assert header.startswith("__Host-kpi_xl=") and "; Secure" in header
    cookie = header.partition(";")[0]
    assert sessions.read(cookie) == Identity("n", (MINE,), ("主管.城东",))
    for his, units in ((["主管.多", "主管.城东"], (MINE, OTHER)), (["主管.城东", "内勤"], None)):
        other = sessions.begun(Identity.of_roles("n", his, roles)).partition(";")[0]
        assert sessions.read(other) == Identity("n", units, tuple(his))
    name, _, value = cookie.partition("=")
    content, _, mark = value.partition(".")
    for wrong in (f"{content[:-4]}AAAA.{mark}", f"{content}.{mark[::-1]}", content, f".{mark}"):
        assert sessions.read(f"{name}={wrong}") is None
    assert of(b"b").read(cookie) is None
    # With one role more in front, the places in the cookie are those of others.
    roles = {"a": (OTHER,), **roles}
    assert of(b"a").read(cookie) is None
    now[0] += LASTS + 1
    assert sessions.read(cookie) is None


def test_a_session_of_many_units_is_no_longer_than_a_browser_keeps():
    """Above 4,096 bytes it forgets the cookie, and the log-in comes back without a word."""
    roles = {
        f"角色{n}": tuple(f"城东第{n}营业部/第{t}营业组" for t in range(100)) for n in range(100)
    }
    sessions = Sessions(b"a", is_https=True, roles=roles)
    who = Identity.of_roles("id-0123456789ab", roles, roles)
    header = sessions.begun(who)
    assert len(header) < 4096
    assert sessions.read(header.partition(";")[0]) == who


def test_after_the_log_in_comes_what_was_wanted(site):
    wanted = page(MINE)
    answer = site.get(wanted)
    form = site.get(answer.headers["location"]).text
    assert f'value="{wanted}"' in form
    answer = site.post("/login", data={"key": KEYS["department"], "to": wanted})
    assert answer.headers["location"] == wanted
    for wrong in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil",
        "/page/\r\nX: y",
        "javascript:1",
    ):
        answer = site.post("/login", data={"key": KEYS["department"], "to": wrong})
        assert answer.headers["location"] == "/"


def test_wrong_keys(project, site):
    for key in ("", "x", "kpi_wrong", "kpi_" + "x" * 5000):
        answer = site.post("/login", data={"key": key})
        assert answer.status_code in (401, 413) and "set-cookie" not in answer.headers
    few = replace(project.settings.server, requests_per_minute=3)
    limited = replace(project, settings=replace(project.settings, server=few))
    with start_blocking_portal() as portal:
        client = Client(Site(limited, b"s", 80), portal)
        tried = [client.post("/login", data={"key": "kpi_no"}).status_code for _ in range(5)]
        assert tried == [401, 401, 401, 429, 429]


def test_logged_out(site):
    answer = site.post("/logout", headers=logged_in(site, "all"))
    assert "Max-Age=0" in answer.headers["set-cookie"]


def test_headers_and_methods(site):
    mine = logged_in(site, "department")
    for path in ("/", "/login", page(MINE), "/nothing"):
        answer = site.get(path, headers=mine)
        for name in ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy"):
            assert name in answer.headers
        assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in site.get("/", headers=mine).headers["Content-Security-Policy"]
    for method in ("PUT", "DELETE", "POST", "OPTIONS", "PATCH"):
        assert site.request(method, page(MINE), headers=mine).status_code == 405


def test_pages_from_elsewhere_cannot_ask(site):
    mine = logged_in(site, "department")
    for header in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                   {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}):  # fmt: skip
        assert site.get(page(MINE), headers={**mine, **header}).status_code == 403
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert site.get(page(MINE), headers={**mine, **link}).status_code == 200


def test_a_key_in_a_header_is_enough_for_a_gateway(site):
    header = {"Authorization": f"Bearer {KEYS['team']}"}
    assert site.get(page(f"{OTHER}/城北二组"), headers=header).status_code == 200
    assert site.get(page(OTHER), headers=header).status_code == 404
    assert site.get("/", headers={"Authorization": "Bearer kpi_no"}).status_code == 401


def test_without_names_it_is_for_this_machine_alone(project):
    open_to_all = replace(project.settings.server, keys={}, entra=None)
    alone = replace(project, settings=replace(project.settings, server=open_to_all))
    with start_blocking_portal() as portal:
        client = Client(Site(alone, b"s", 80), portal)
        assert client.get("/", headers={"Host": HOST}).status_code == 200
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 421


def test_what_was_never_computed_is_said(project, tmp_path):
    import shutil

    shutil.copytree(
        project.folder, tmp_path / "p", ignore=shutil.ignore_patterns("kpi.*", "output")
    )
    shutil.copy(project.folder / "kpi.toml", tmp_path / "p")
    with start_blocking_portal() as portal:
        client = Client(Site(Project.open(tmp_path / "p"), b"s", 80), portal)
        answer = client.get("/", headers=logged_in(client, "all"))
        assert answer.status_code == 503 and "kpi-xl refresh" in answer.text
        answer = client.get("/", headers=logged_in(client, "department"))
        assert answer.status_code == 503 and "kpi-xl refresh" not in answer.text


def test_a_browser_logs_in_and_reads(project, tmp_path):
    """As kpi-xl serve --page starts it, without the licensed parts, in a real browser."""
    from manual.chromium import PROGRAM, Chromium

    if PROGRAM is None:
        pytest.skip("chromium is not installed")
    port = free_port()
    hidden = "import sys; sys.modules['xlwings_server'] = sys.modules['fastapi'] = None; from kpi_xl.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", hidden, "-p", str(project.folder), "serve", "--page", "--port", str(port)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            assert process.poll() is None
            try:
                httpx.get(f"http://127.0.0.1:{port}/login", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        browser = Chromium(tmp_path / "profile", {})
        try:
            browser.open(f"http://127.0.0.1:{port}{page(MINE)}", "document.getElementById('key')")
            browser.run(
                "key => { document.getElementById('key').value = key;"
                " document.forms[0].submit(); }",
                KEYS["department"],
            )
            heading = "() => document.querySelector('h1')?.textContent ?? ''"
            browser.wait(lambda: browser.run(heading).startswith(MINE))
            assert browser.run("() => document.querySelectorAll('svg').length") > 3
            # The page's own script runs: a click on a heading sorts.
            assert browser.run("() => !!document.querySelector('th button, th[aria-sort]')")
            assert browser.outside == [] and browser.errors == []
        finally:
            browser.close()
    finally:
        process.terminate()
        process.wait(20)


def test_the_command(project):
    done = run("-p", project.folder, "serve", "--port", "9")
    assert done.returncode == 2 and "--page" in done.stderr
