"""Who is let in, and that nobody sees a number of a unit that is not his."""

from __future__ import annotations

import base64
import hmac
import http.server
import json
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="kpi_xl[server] is not installed")

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from kpi_xl.data.cube import Mix
from kpi_xl.settings.server import Entra, ServerSettings
from server.inside import bearer, inside, press, said, sheet
from udfs import current, functions, known_findings
from udfs.server import CALLS
from udfs.server.identity import Guard, RefusedError

TENANT, CLIENT = "11111111-2222-3333-4444-555555555555", "99999999-8888-7777-6666-555555555555"


@pytest.fixture
def client(department, monkeypatch):
    with inside(department, monkeypatch) as found:
        yield found


# --- keys ------------------------------------------------------------------------------------------

ONE_CALL = {"calls": [{"func_name": "KPI_ACTIVITY", "args": [[[1]], [[2]], [[2]]]}]}


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer kpi_wrong", "Basic all", "kpi_all-key-of-the-tests", "Bearer a.b.c"],
)
def test_who_shows_no_key_is_not_let_in(client, header):
    answer = client.post(CALLS, json=ONE_CALL, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert "密钥" in answer.json()["detail"] or "登录" in answer.json()["detail"]
    answer = client.post("/kpi/commands/help", json={}, headers={"Authorization": header})
    assert answer.status_code == 401


def test_who_shows_a_key_is(client):
    answer = client.post(CALLS, json=ONE_CALL, headers=bearer("team"))
    assert answer.json() == {"results": [{"result": [[0.5]]}]}


def test_too_many_tries_and_too_many_requests(department, monkeypatch):
    settings = replace(department.settings.server, requests_per_minute=3)
    project = replace(department, settings=replace(department.settings, server=settings))
    with inside(project, monkeypatch) as client:
        tried = [client.post(CALLS, json={}, headers=bearer("no")).status_code for _ in range(5)]
        assert tried == [401, 401, 401, 429, 429]
        asked = [client.post(CALLS, json=ONE_CALL, headers=bearer("all")) for _ in range(5)]
        assert [one.status_code for one in asked] == [200, 200, 200, 429, 429]
        assert "请过一分钟再试" in asked[-1].json()["detail"]
        # Somebody else is not kept from it.
        assert client.post(CALLS, json=ONE_CALL, headers=bearer("team")).status_code == 200


def test_too_large(department, monkeypatch):
    settings = replace(department.settings.server, megabytes=0.1)
    project = replace(department, settings=replace(department.settings, server=settings))
    with inside(project, monkeypatch) as client:
        large = {"calls": [{"func_name": "KPI_TARGETS", "args": [[[1]], [[1.0]] * 50_000]}]}
        answer = client.post(CALLS, json=large, headers=bearer("all"))
        assert answer.status_code == 413
        assert "0.1 MB" in answer.json()["detail"]


# --- Entra ID --------------------------------------------------------------------------------------


class Login:
    """Signing keys, and the address where they are published."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.published = [self.key]
        self.asked = 0
        login = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                login.asked += 1
                content = json.dumps(KeySet(login.published).as_dict(private=False)).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def guard(self):
        address = f"http://127.0.0.1:{self.server.server_port}/keys"
        roles = {"内勤": None, "城东": ("城东营业部",), "城北": ("城北营业部",)}
        return Guard(ServerSettings(entra=Entra(TENANT, CLIENT, address), roles=roles))

    def token(self, key=None, header=None, **claims):
        now = int(time.time())
        usual = {
            "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0", "aud": CLIENT, "tid": TENANT,
            "exp": now + 600, "nbf": now - 10, "oid": "of-somebody", "roles": ["城东"],
            "name": "王某", "preferred_username": "wang@example.com",
        }  # fmt: skip
        whole = {name: one for name, one in (usual | claims).items() if one is not None}
        head = {"alg": "RS256", "kid": "one"} | (header or {})
        algorithms = [head["alg"]]
        return "Bearer " + jwt.encode(head, whole, key or self.key, algorithms=algorithms)


@pytest.fixture
def login():
    found = Login()
    yield found
    found.server.shutdown()
    found.server.server_close()
    found.thread.join()


def test_a_token_of_ours(login):
    guard = login.guard()
    identity = guard.identify(login.token())
    assert identity.units == ("城东营业部",)
    assert guard.identify(login.token(roles=["城东", "城北", "别的"])).units == (
        "城东营业部", "城北营业部",
    )  # fmt: skip
    assert guard.identify(login.token(roles=["城东", "内勤"])).units is None
    older = login.token(iss=f"https://sts.windows.net/{TENANT}/", aud=f"api://{CLIENT}")
    assert guard.identify(older) == identity
    assert login.asked == 1
    # What is kept of a person tells neither his name nor his number.
    assert not {"王某", "wang", "of-somebody"} & {identity.number}
    assert identity.number == guard.identify(login.token(name="李某")).number
    assert identity.number != guard.identify(login.token(oid="of-another")).number


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"exp": int(time.time()) - 3600}, 401),
        ({"exp": None}, 401),
        ({"nbf": int(time.time()) + 3600}, 401),
        ({"aud": "another"}, 401),
        ({"aud": None}, 401),
        ({"iss": "https://login.microsoftonline.com/another/v2.0"}, 401),
        ({"iss": None}, 401),
        ({"oid": None}, 401),
        ({"exp": "soon"}, 401),
        ({"roles": None}, 403),
        ({"roles": []}, 403),
        ({"roles": ["别的"]}, 403),
        ({"roles": "城东"}, 403),
        ({"roles": [1, None, {}]}, 403),
    ],
)
def test_a_token_that_is_not_good(login, claims, status):
    with pytest.raises(RefusedError) as refused:
        login.guard().identify(login.token(**claims))
    assert refused.value.status == status


def encoded(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def test_a_token_that_somebody_made_himself(login):
    guard = login.guard()
    own = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
    head, body, sign = login.token().removeprefix("Bearer ").split(".")
    nothing, shared = encoded(b'{"alg":"none"}'), encoded(b'{"alg":"HS256","kid":"one"}')
    # Signed with the public key, as if it were a secret that both sides share.
    public = login.key.as_pem(private=False)
    mac = encoded(hmac.digest(public, f"{shared}.{body}".encode(), "sha256"))
    for token in (
        login.token(own),
        f"Bearer {shared}.{body}.{mac}",
        f"Bearer {nothing}.{body}.",
        f"Bearer {head}.{body}.{sign[:-4]}AAAA",
        f"Bearer {head}.{body}",
        "Bearer " + "a" * 20_000,
        "Bearer \x00.\xff.!",
    ):
        with pytest.raises(RefusedError) as refused:
            guard.identify(token)
        assert refused.value.status == 401, token[:40]


def test_keys_are_fetched_again_when_they_change(login, monkeypatch):
    guard = login.guard()
    guard.identify(login.token())
    new = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"})
    login.published = [new]
    # Not at once: unknown keys would let anybody have us ask all the time.
    with pytest.raises(RefusedError):
        guard.identify(login.token(new, {"kid": "two"}))
    assert login.asked == 1
    monkeypatch.setattr("udfs.server.identity._KEYS_REST", 0.0)
    assert guard.identify(login.token(new, {"kid": "two"})).units == ("城东营业部",)
    with pytest.raises(RefusedError):
        guard.identify(login.token())
    # When nobody answers any more, the keys that are known serve on.
    login.server.shutdown()
    login.server.server_close()
    assert guard.identify(login.token(new, {"kid": "two"})).units == ("城东营业部",)
    with pytest.raises(RefusedError) as refused:
        login.guard().identify(login.token())
    assert refused.value.status == 503


def test_the_whole_way_with_a_token(login, department, monkeypatch, caplog):
    caplog.set_level("INFO", "kpi_xl.server")
    with inside(department, monkeypatch, login.guard()) as client:
        body = {"calls": [{"func_name": "KPI_UNITS", "args": []}]}
        answer = client.post(CALLS, json=body, headers={"Authorization": login.token()})
    units = [row[0] for row in answer.json()["results"][0]["result"][1:]]
    assert units == ["城东营业部", "城东一组", "城东三组", "城东二组", "城东四组"]
    (line,) = [
        json.loads(one.getMessage()) for one in caplog.records if "calls" in one.getMessage()
    ]
    assert line["request"] == "POST /kpi/calls" and line["status"] == 200 and line["calls"] == 1
    assert line["who"].startswith("id-") and len(line["who"]) == 15
    text = caplog.text
    assert not any(secret in text for secret in ("王某", "wang", "of-somebody", "城东", "eyJ"))


# --- units -----------------------------------------------------------------------------------------

MINE = {"department": "城东营业部", "team": "城北营业部/城北二组"}
COMPARED = ("", "目标", "达成率", "差额", "上月", "环比", "去年同期", "同比", "状态")
SPLIT = ("环比", "同比", "目标", "标杆", "全公司")


def column(values):
    return [[one] for one in values]


def everything_asked(cube):
    """Calls of every function of data, about every unit."""
    names = ["活动率", "人均件数", "首年度保费", "13个月留存率", "持续率", "增员率"]
    units = [*(unit.path for unit in cube.units), "未分配", "营业部:未分配", "城东一组", "城北二组"]
    month, months = [["2024-06"]], [["2024-05", "2024-06"]]
    yield "KPI_UNITS", []
    yield "KPI_TABLE", [column(names), column(units), months]
    yield "KPI", [column([""]), column(units), month, [[""]]]
    for compared in COMPARED:
        yield "KPI", [[names], column(units), month, [[compared]]]
    yield "KPI_STATUS", [[["活动率"]], [[0.5]]]
    for unit in units:
        yield "KPI_HELP", [[[unit]]]
        yield "KPI_WARNINGS", [[[unit]], month]
        yield "KPI_UNIT_PEERS", [[["活动率"]], [[unit]], month]
        for name in ("活动率", "增员率", "持续率"):
            yield "KPI_ADVICE", [[[name]], [[unit]], month]
        for compared in SPLIT:
            yield "KPI_UNIT_DRIVERS", [[[unit]], month, [[compared]], None]


def answers(client, who, asked):
    body = {"calls": [{"func_name": name, "args": given} for name, given in asked]}
    answer = client.post(CALLS, json=body, headers=bearer(who))
    return [one["result"] for one in answer.json()["results"]]


def test_the_functions_of_data_are_all_asked(department):
    from kpi_xl.data.cube import Cube

    asked = {name for name, _ in everything_asked(Cube.open(department.cube))}
    of_data = {one.__name__ for one in (*functions.BY_DATA, *functions.BY_FINDINGS)}
    assert asked == of_data - {"KPI_NAMES"}  # which says nothing about any unit


@pytest.mark.parametrize("who", MINE)
def test_nothing_depends_on_units_that_are_not_mine(client, department, who, monkeypatch):
    """Whatever the others' numbers are, one who may not see them gets the same answers."""
    whole = current.Data.open(department)
    cube = whole.cube
    mine = {unit.path for unit in cube.only((MINE[who],)).units}
    others = [i for i, unit in enumerate(cube.units) if unit.path not in mine]
    assert 30 < len(others) < len(cube.units)
    asked = list(everything_asked(cube))
    before = answers(client, who, asked)

    dice = np.random.default_rng(7)

    def shaken(values):
        found = np.array(values)
        found[:, others] = dice.integers(0, 10_000, found[:, others].shape)
        return found

    other = replace(
        cube,
        values=shaken(cube.values),
        mixes={code: Mix(mix.categories, shaken(mix.values)) for code, mix in cube.mixes.items()},
    )
    monkeypatch.setattr(current._watch, "_look", lambda: None)
    monkeypatch.setattr(current._watch, "_data", current.Data(department, other))
    # It is shaken indeed: who may see all sees other numbers.
    assert answers(client, "all", asked[:3]) != before[:3]
    assert answers(client, who, asked) == before
    # And of his own unit he sees what everybody sees.
    monkeypatch.setattr(current._watch, "_data", whole)
    own = [["KPI", [[["活动率", "增员率", "首年度保费"]], [[MINE[who]]], [["2024-06"]], None]]]
    assert answers(client, who, own) == answers(client, "all", own)
    assert all(isinstance(one, float) for one in answers(client, who, own)[0][0])
    names = {cell for rows in before for row in rows for cell in row if isinstance(cell, str)}
    foreign = {unit.name for unit in cube.units if unit.path not in mine} - {"未分配"}
    asked_for = {row[0] for row in before[1][1:]}  # KPI_TABLE repeats what was asked for
    assert not (names - asked_for) & foreign


def workbook(unit, month="2024-06"):
    """One of the user's own, with a few names."""
    rows = [[unit, ""], ["", month]]
    names = {
        "unit.name": "$A$1",
        "kpi.活动率": "$B$1",
        "kpi.人均件数": "$A$2",
        "period.month": "$B$2",
    }
    return {
        "name": f"{unit}.xlsx",
        "sheets": [sheet("表", rows)],
        "names": [{"name": name, "refers": f"=表!{place}"} for name, place in names.items()],
    }


def test_buttons_work_on_my_units_only(client):
    def written(who, unit):
        actions = press(client, who, "refresh", workbook(unit))
        written = [one["areas"] for one in actions if one["do"] == "write"]
        return written, said(actions)

    areas, (text, failed) = written("department", "城东营业部")
    assert not failed and "城东营业部" in text
    assert areas == written("all", "城东营业部")[0]
    assert written("department", "城东一组")[0]
    for who, unit in (
        ("department", "城北营业部"), ("department", "城北二组"), ("department", ""),
        ("department", "江城分公司"), ("team", "城北营业部"), ("team", "城北一组"),
    ):  # fmt: skip
        areas, (text, failed) = written(who, unit)
        assert failed and areas == [], (who, unit)
        assert "不在你的权限里" in text
        assert "不在你的权限里" in said(press(client, who, "diagnose", workbook(unit)))[0]
    for name in ("check", "collect", "doctor"):
        text, failed = said(press(client, "department", name))
        assert failed and "你的权限只到自己的单位" in text
    for name in ("fill", "distribute"):
        text, failed = said(press(client, "team", name, arguments=["月度KPI表", "通常"]))
        assert failed and "你的权限只到自己的单位" in text


def test_nothing_of_a_job_is_left_when_it_is_done(client):
    """A server that runs for weeks would else hold the data of every refresh."""
    import gc

    from kpi_xl.findings.findings import Findings
    from kpi_xl.slots.recipient_values import RecipientValues

    def there():
        gc.collect()
        return [one for one in gc.get_objects() if isinstance(one, (Findings, RecipientValues))]

    before = there()  # other tests of this process may hold some
    press(client, "all", "diagnose", workbook("城东营业部"))
    press(client, "all", "refresh", workbook("城东营业部"))
    kept = [one for one in there() if not any(one is other for other in before)]
    # What functions found about a month is kept for the next cell that asks.
    of_functions = {id(one) for month in known_findings._known.values() for one in month.values()}
    assert [one for one in kept if id(one) not in of_functions] == []


def test_a_diagnosis_compares_with_my_units_only(client):
    text = json.dumps(
        press(client, "department", "diagnose", workbook("城东一组")), ensure_ascii=False
    )
    assert "城东营业部/城东一组" in text
    assert not any(name in text for name in ("城北", "城南", "城西", "滨江", "银保", "高新"))


def test_what_is_kept_for_one_user_is_not_anothers(client):
    book = workbook("城东营业部")
    write, *_ = press(client, "department", "refresh", book)
    mark = write["mark"]
    refreshed = book | {
        "names": [*book["names"], {"name": mark["name"], "refers": f'="{mark["text"]}"'}]
    }
    assert "没有可以撤销的刷新" in said(press(client, "all", "undo", refreshed))[0]
    # The answer may get lost, or Excel refuse to write: it can be asked for again.
    for _ in range(2):
        undo, *_ = press(client, "department", "undo", refreshed)
        assert (undo["do"], undo["mark"]["text"]) == ("write", "")
    assert "没有可以撤销的刷新" in said(press(client, "department", "undo", book))[0]
    # The month is everybody's own.
    assert "2024-05" in said(press(client, "department", "settings", arguments=["2024-05"]))[0]
    try:
        assert "2024年6月" in said(press(client, "all", "refresh", workbook("城东营业部", "")))[0]
        assert (
            "2024年5月"
            in said(press(client, "department", "refresh", workbook("城东营业部", "")))[0]
        )
    finally:
        press(client, "department", "settings", arguments=[""])


def test_only_official_templates_are_opened_on_the_server(client, department):
    for template in ("/etc/passwd", str(department.folder / "data"), "../x.xlsx", ""):
        for name in ("fill", "distribute"):
            text, failed = said(press(client, "all", name, arguments=[template, "通常"]))
            assert failed and "没有这种模板" in text
    text, failed = said(press(client, "all", "distribute", arguments=["月度KPI表", "别的"]))
    assert failed and "没有这一级" in text
