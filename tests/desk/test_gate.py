"""Who gets into the local page, and what of the machine can be reached through it: tried by hand over HTTP."""

import http.client
import random
import socket
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import openpyxl
import pytest

pytest.importorskip("starlette", reason="kpi_xl[desk] is not installed")

from kpi_xl import kinds
from kpi_xl.desk.serve import serve
from kpi_xl.jobs.start import init
from manual.desk_walk import running
from manual.exports import exports

HOSTILE = '<img src=x onerror=alert(1)>&".csv'


class Browser:
    """Whoever sends requests, and keeps the cookie."""

    def __init__(self, address):
        parts = urlsplit(address)
        self.port = parts.port
        self.token = parts.query
        self.host = f"127.0.0.1:{parts.port}"
        self.cookie = None

    def ask(self, method, path, body=None, **headers):
        given = {"Host": self.host}
        if method != "GET":
            given["Origin"] = f"http://{self.host}"
        if self.cookie:
            given["Cookie"] = self.cookie
        if body is not None and not isinstance(body, bytes):
            body = urlencode(body).encode()
            given["Content-Type"] = "application/x-www-form-urlencoded"
        given.update({name.replace("_", "-"): value for name, value in headers.items()})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True)
            if body is not None:
                given.setdefault("Content-Length", str(len(body)))
            for name, value in given.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def upload(self, name, content):
        body = (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="'
            + name.encode()
            + b'"\r\nContent-Type: application/octet-stream\r\n\r\n'
            + content
            + b"\r\n--x--\r\n"
        )
        return self.ask("POST", "/upload", body, Content_Type="multipart/form-data; boundary=x")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    project = init(home / "p", "甲")
    (project.data / "原始数据.xlsx").unlink()
    (project.data / HOSTILE).write_text(
        "<script>alert(2)</script>,b\n<b>1</b>,2\n", encoding="utf-8"
    )
    book = openpyxl.Workbook()
    book.active.title = "<script>alert(3)"
    book.active.append(["工号", "签约日期"])
    book.active.append(["<script>alert(4)</script>", "2024-13-45"])
    book.active.append(["2", "2024-01-05"])
    book.save(project.data / "人员.xlsx")
    (project.output / "2024-01").mkdir(parents=True)
    (project.output / "2024-01" / "甲.xlsx").write_bytes(b"made")
    (home / "secret.xlsx").write_bytes(b"secret")
    (project.output / "link.xlsx").symlink_to(home / "secret.xlsx")
    return home


@pytest.fixture(scope="module")
def served(home):
    with running(home, "--project", str(home / "p")) as address:
        yield address


@pytest.fixture(scope="module")
def inside(served):
    """The one who was given the token."""
    browser = Browser(served)
    status, headers, _ = browser.ask("GET", f"/?{browser.token}")
    assert (status, headers["location"]) == (303, "/")
    browser.set_cookie = headers["set-cookie"]
    browser.cookie = browser.set_cookie.partition(";")[0]
    return browser


@pytest.fixture
def outside(served, inside):
    """Somebody else on this machine, after the token was used."""
    return Browser(served)


# --- who gets in


def test_the_cookie_is_kept_from_scripts_and_other_sites(inside):
    lower = inside.set_cookie.lower()
    assert "httponly" in lower
    assert "samesite=strict" in lower
    status, headers, body = inside.ask("GET", "/")
    assert status == 200
    assert "甲" in body.decode()
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        *((path, kinds.DESK_NOT_LET_IN) for path in ("/", "/map", "/static/desk.js", "/?token=")),
        ("/result?path=x", kinds.DESK_NOT_LET_IN),
        ("/?token=wrong", kinds.DESK_USED_ADDRESS),
    ],
)
def test_without_the_token_nothing_is_shown(outside, path, fault):
    status, headers, body = outside.ask("GET", path)
    assert status == 403
    assert "set-cookie" not in headers
    assert body.decode() == f"{fault.reason}。{fault.advice}。"


def test_the_token_lets_in_once(outside):
    status, headers, _ = outside.ask("GET", f"/?{outside.token}")
    assert status == 403
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "cookie", ["kpi_xl=1", "kpi_xl_{port}=wrong", "kpi_xl_{port}=", "\x01", "kpi_xl_{port}=é"]
)
def test_another_cookie_lets_nobody_in(outside, cookie):
    outside.cookie = cookie.format(port=outside.port)
    assert outside.ask("GET", "/")[0] in (400, 403)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost",
        "[::1]:{port}",
        None,
    ],
)
def test_another_host_is_refused_with_the_cookie_too(inside, host):
    """DNS rebinding: somebody's name points to this machine."""
    given = host and host.format(port=inside.port)
    assert inside.ask("GET", "/", Host=given)[0] in (400, 403)
    assert inside.ask("POST", "/again", b"", Host=given)[0] in (400, 403)


def test_localhost_is_this_machine(inside):
    host = f"localhost:{inside.port}"
    assert inside.ask("GET", "/", Host=host)[0] == 200
    assert inside.ask("POST", "/alive", b"", Host=host, Origin=f"http://{host}")[0] == 204


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": None},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_no_other_page_can_have_anything_done(inside, headers):
    given = {name: value and value.format(port=inside.port) for name, value in headers.items()}
    status, _, body = inside.ask("POST", "/end", b"", **given)
    assert status == 403
    assert body.decode().startswith(kinds.DESK_NOT_FROM_HERE.reason)
    assert inside.ask("POST", "/alive", b"")[0] == 204  # it goes on


def test_only_this_machine_reaches_it(inside):
    own = socket.gethostbyname(socket.gethostname())
    if own.startswith("127."):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
            way.connect(("192.0.2.1", 9))  # nothing is sent
            own = way.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("this machine has no other address")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((own, inside.port), 5)


# --- what can be reached


@pytest.mark.parametrize(
    "path",
    [
        "../kpi.toml", "../../secret.xlsx", "/etc/passwd", "2024-01/../../kpi.toml", "..\\kpi.toml",
        "link.xlsx", "2024-01/", "", ".", "%2e%2e/kpi.toml", "2024-01/甲.xlsx\0", "C:\\Windows\\win.ini",
    ],
)  # fmt: skip
def test_no_file_but_the_results_is_given_out(inside, path):
    status, _, body = inside.ask("GET", f"/result?path={quote(path)}")
    assert status == 404
    assert b"secret" not in body
    assert b"root:" not in body


def test_a_result_is_given_out(inside):
    status, headers, body = inside.ask("GET", f"/result?path={quote('2024-01/甲.xlsx')}")
    assert (status, body) == (200, b"made")
    assert headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/"]
)
def test_nothing_but_the_page_s_own_files(inside, path):
    assert inside.ask("GET", path)[0] in (400, 404)


def test_folders_are_listed_below_home_only_and_no_files(inside, home):
    for at in ("..", "../..", "/etc", "p/../../..", "nothing"):
        body = inside.ask("GET", f"/?at={quote(at)}")[2].decode()
        assert f'value="{home}"' in body
    body = inside.ask("GET", "/?at=p")[2].decode()
    assert "output" in body
    assert "kpi.toml" not in body.partition("choose")[2]
    assert "secret" not in inside.ask("GET", "/")[2].decode()


@pytest.mark.parametrize("name", ["../x.xlsx", "", "人员.xlsx「没有」"])
def test_no_sheet_but_those_that_are_listed(inside, name):
    assert inside.ask("GET", f"/sheet?name={quote(name)}")[0] == 400
    assert inside.ask("POST", "/sheet", {"name": name, "edition": "0"})[0] == 400


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/map",
        "/problems",
        "/sheet?name=" + quote(HOSTILE),
        "/sheet?name=" + quote("人员.xlsx"),
    ],
)
def test_what_is_in_files_and_names_is_text(inside, page):
    status, _, body = inside.ask("GET", page)
    text = body.decode()
    assert status in (200, 400), text
    assert "<img" not in text
    assert "<b>1" not in text
    assert "<script>alert" not in text
    assert text.count("<script") == 1  # the page's own


def test_a_problem_is_shown_in_its_row(inside):
    text = inside.ask("GET", "/problems")[2].decode()
    assert "<mark>2024-13-45</mark>" in text
    assert '<td class="value">&lt;script&gt;alert(4)&lt;/script&gt;</td>' in text


def test_what_a_link_says_is_text(inside):
    text = inside.ask("GET", "/?said=" + quote("<script>alert(5)</script>"))[2].decode()
    assert "&lt;script&gt;alert(5)" in text


# --- what can be brought in


def test_a_file_is_brought_in_and_none_replaced(inside, home):
    data = home / "p" / "data"
    assert inside.upload("..\\..\\../保单.csv", "保单号\n1\n".encode())[0] == 303
    assert (data / "保单.csv").read_text(encoding="utf-8") == "保单号\n1\n"
    status, _, body = inside.upload("保单.csv", b"other")
    assert status == 400
    assert "已经在" in body.decode()
    assert (data / "保单.csv").read_text(encoding="utf-8") == "保单号\n1\n"
    (data / "保单.csv").unlink()
    for name in ("..", ".htaccess", "/", "x" * 300):
        assert inside.upload(name, b"x")[0] == 400
    assert sorted(file.name for file in home.iterdir() if not file.name.startswith(".")) == [
        "p",
        "secret.xlsx",
    ]
    inside.ask("POST", "/again", b"")


def test_what_is_too_large_is_refused_before_it_is_read(inside):
    assert inside.ask("POST", "/upload", b"x", Content_Length=str(301 << 20))[0] == 413
    assert inside.ask("POST", "/again", b"x", Content_Length=str(2 << 20))[0] == 413
    assert (
        inside.ask(
            "POST", "/again", b"0\r\n\r\n", Content_Length=None, Transfer_Encoding="chunked"
        )[0]
        == 411
    )


# --- two windows, wrong input


def test_two_windows(inside):
    edition = inside.ask("GET", "/settings")[2].decode().partition('name="edition" value="')[2]
    edition = edition.partition('"')[0]
    form = {"edition": edition, "branch": "乙", "kpi": "活动率", "healthy": "85%", "danger": ""}
    assert inside.ask("POST", "/settings", form)[0] == 303
    status, _, body = inside.ask("POST", "/settings", {**form, "branch": "丙"})
    assert status == 400
    assert "别的窗口" in body.decode()
    text = inside.ask("GET", "/settings")[2].decode()
    assert 'value="乙"' in text
    assert 'value="85%"' in text


def test_bounds_that_make_no_sense(inside, home):
    before = (home / "p" / "kpi.toml").read_bytes()
    for healthy, danger in (("好", ""), ("80%", "90%"), ("", "70%"), ("1e999", "")):
        edition = inside.ask("GET", "/settings")[2].decode().partition('name="edition" value="')[2]
        form = {
            "edition": edition.partition('"')[0],
            "kpi": "活动率",
            "healthy": healthy,
            "danger": danger,
        }
        status, _, body = inside.ask("POST", "/settings", form)
        assert (status, "活动率" in body.decode()) == (400, True), healthy
    assert (home / "p" / "kpi.toml").read_bytes() == before


def test_a_month_that_is_none(inside):
    status, _, body = inside.ask("POST", "/make", {"month": "去年"})
    assert status == 400
    assert "Traceback" not in body.decode()


def test_whatever_is_sent_is_answered(inside, home):
    """Random fields to every form: done or refused in Chinese, never a fault of the program."""
    dice = random.Random(7)
    before = (home / "p" / "kpi.toml").read_bytes()
    words = [
        "",
        "0",
        "agents",
        "不读",
        "人员.xlsx",
        HOSTILE,
        "signed",
        "万元",
        "x" * 5000,
        "\0",
        "2024-01",
        "../x",
        "活动率",
        "é",
    ]
    names = [
        "table",
        "name",
        "edition",
        "c0",
        "c1",
        "u1",
        "s0.0",
        "n0",
        "kpi",
        "healthy",
        "danger",
        "month",
        "template",
        "path",
    ]
    for _ in range(60):
        page = dice.choice(
            ("/sheet", "/settings", "/make", "/map/write", "/show", "/upload", "/open")
        )
        form = {dice.choice(names): dice.choice(words) for _ in range(dice.randrange(6))}
        if page == "/show" and not form.get("path"):
            form["path"] = "x"  # else it opens the folder
        status, _, body = inside.ask("POST", page, {**form, "folder": "不在这里"})
        assert status in (303, 400), (page, form, body.decode())
        assert "Traceback" not in body.decode()
    for garbage in (b"", b"\xff\xfe", b"--x\r\n"):
        for kind in (
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "text/plain",
            "application/x-www-form-urlencoded",
        ):
            status = inside.ask("POST", "/sheet", garbage, Content_Type=kind)[0]
            assert status in (303, 400), (garbage, kind)
    assert (home / "p" / "kpi.toml").read_bytes() == before


def test_it_ends_by_its_button(tmp_path):
    exports(tmp_path / "导出")
    with running(tmp_path) as address:
        browser = Browser(address)
        headers = browser.ask("GET", f"/?{browser.token}")[1]
        browser.cookie = headers["set-cookie"].partition(";")[0]
        status, headers, _ = browser.ask("POST", "/end", b"")
        assert status == 303
        assert "已经结束" in browser.ask("GET", headers["location"])[2].decode()
        with pytest.raises(OSError):
            for _ in range(200):
                socket.create_connection(("127.0.0.1", browser.port), 5).close()
                time.sleep(0.1)


def test_it_ends_when_no_window_is_there(tmp_path):
    told = []
    one = threading.Thread(
        target=serve,
        args=(None, Path(tmp_path), told.append),
        kwargs={"browser": False, "patience": 2},
    )
    begun = time.monotonic()
    one.start()
    one.join(30)
    assert not one.is_alive()
    assert time.monotonic() - begun > 2
    assert told[0].startswith("http://127.0.0.1:")
