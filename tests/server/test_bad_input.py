"""Whatever is sent, the server answers, and never with a fault of its own."""

from __future__ import annotations

import datetime as dt
import json

import pytest

pytest.importorskip("fastapi", reason="kpi_xl[server] is not installed")

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_xl.workbook.ooxml.references import Area
from server.inside import bearer, call, inside, press, sheet
from udfs import functions
from udfs.server import CALLS, SCRIPT, SINGLE_CALL
from udfs.server.sent import SentCells, SentWorkbook

MANY = settings(
    max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
SOME = settings(MANY, max_examples=200)
FEW = settings(MANY, max_examples=40)


@pytest.fixture(scope="module")
def client(department):
    with pytest.MonkeyPatch.context() as monkeypatch, inside(department, monkeypatch) as found:
        yield found
        press(found, "all", "settings", arguments=[""])  # a month may have been set


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)
odd_numbers = st.sampled_from(
    [0, -0.0, 1e308, -1e308, 1e-320, 2**53, 10**400, float("nan"), float("inf"), -1, 1.5, 45444]
)
odd_texts = st.sampled_from(
    ["", " ", "2024-06", "2024-13", "0000-00", "活动率", "城东营业部", "同比", "目标", "#N/A", "#DIV/0!", "85%",
     "1,800", "=1+1", "'", "\ud800", "\x00", "日", "9" * 400, "年", "个人", "production"]
)  # fmt: skip
cells = st.one_of(
    st.none(), st.booleans(), odd_numbers, odd_texts, st.text(max_size=8), st.floats(),
    st.integers(-(10**6), 10**6),
    st.fixed_dictionaries({"type": st.just("Error"), "basicValue": odd_texts}),
    st.fixed_dictionaries({"type": st.just("FormattedNumber"), "basicValue": odd_numbers}),
    st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4), max_size=2),
)  # fmt: skip


@st.composite
def ranges(draw):
    rows, columns = draw(st.sampled_from([(1, 1), (1, 1), (1, 3), (3, 1), (4, 2), (2, 2)]))
    return [[draw(cells) for _ in range(columns)] for _ in range(rows)]


arguments = st.none() | ranges() | cells | st.just([]) | st.just([[]]) | st.just([[], [1]])


def is_answered(answer):
    """An answer that no fault of the program gives, in JSON that Excel can read."""
    assert answer.status_code < 500, answer.text
    return json.loads(answer.text, parse_constant=lambda name: pytest.fail(f"{name} in an answer"))


def sent(client, url, content):
    headers = bearer("all") | {"Content-Type": "application/json"}
    # As JavaScript would not write it: NaN and half characters are tried as well.
    return client.post(url, content=content, headers=headers)


@MANY
@given(name=st.sampled_from(functions.__all__), given=st.lists(arguments, max_size=7))
def test_every_function_with_every_kind_of_cell(client, name, given):
    body = {"func_name": name, "args": given}
    answer = sent(client, SINGLE_CALL, json.dumps(body).encode())
    rows = is_answered(answer)["result"]
    assert answer.status_code == 200
    assert rows and all(isinstance(row, list) and row for row in rows)
    for row in rows:
        for cell in row:
            assert isinstance(cell, (int, float, str, bool)) or cell["type"] == "Error"


@SOME
@given(body=anything, url=st.sampled_from([CALLS, SINGLE_CALL, f"{SCRIPT}/refresh"]))
def test_any_json(client, body, url):
    is_answered(sent(client, url, json.dumps(body).encode()))


@SOME
@given(body=st.binary(max_size=200), url=st.sampled_from([CALLS, f"{SCRIPT}/undo"]))
def test_any_bytes(client, body, url):
    assert is_answered(sent(client, url, body))["detail"]


@SOME
@given(path=st.text(max_size=30), method=st.sampled_from(["GET", "POST", "PUT", "OPTIONS", "HEAD"]))
def test_any_address(client, path, method):
    from urllib.parse import quote

    answer = client.request(
        method, f"/{quote(path.encode(errors='replace'))}", headers=bearer("all")
    )
    assert answer.status_code < 500


@SOME
@given(header=st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=60))
def test_any_key(client, header):
    answer = client.post(CALLS, json={}, headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code in (401, 422, 429)


sheets = st.builds(
    lambda name, rows, place, merged, protection: (
        sheet(name, rows, merged=merged, protection=protection)
        | {"row": place[0], "column": place[1]}
    ),
    st.sampled_from(["表", "a b", "", "x'y"]),
    st.sampled_from([[["城东营业部", 1]], [[""]], [["没有"]], [[45444, "2024-06"], ["", "#N/A"]]]),
    st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.lists(st.sampled_from(["A1:B2", "A1", "", "A0", "1:1", "ZZZ9"]), max_size=2),
    st.sampled_from(["none", "open", "password", "what"]),
)
names = st.builds(
    lambda name, sheet, refers: {"name": name, "sheet": sheet, "refers": refers},
    st.sampled_from(
        ["unit.name", "kpi.活动率", "period.month", "person.id", "members.name", "x", "kpi."]
    ),
    st.sampled_from([None, "表", "没有"]),
    st.sampled_from(
        ["=表!$A$1", "=表!$A$1:$B$2", "=#REF!", "=OFFSET(表!A1,1,1)", "", "=没有!A1", "='x''y'!A1"]
    ),
)
workbooks = st.fixed_dictionaries({
    "name": st.text(max_size=10), "sheets": st.lists(sheets, max_size=2), "names": st.lists(names, max_size=5),
    "selection": st.none() | st.fixed_dictionaries({"sheet": st.just("表"), "value": cells, "right": st.text(max_size=4)}),
})  # fmt: skip


@FEW
@given(
    name=st.sampled_from(
        ["refresh", "undo", "diagnose", "explain", "settings", "fill", "distribute", "no"]
    ),
    workbook=workbooks,
    given=st.lists(odd_texts, max_size=3),
    answers=st.lists(st.booleans(), max_size=2),
)
def test_any_workbook(client, name, workbook, given, answers):
    body = {"workbook": workbook, "arguments": given, "answers": answers}
    answer = sent(client, f"{SCRIPT}/{name}", json.dumps(body).encode())
    found = is_answered(answer)
    if answer.status_code == 200:
        assert not any("程序出错了" in str(one.get("text")) for one in found["actions"])


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"calls":' * 50_000,
        b'{"calls": [{"func_name": "KPI", "args": [' + b"9" * 10_000 + b"]}]}",
        b'{"calls": [{"func_name": "KPI", "args": [NaN, Infinity, -Infinity]}]}',
        b'{"calls": []}',
        b'{"calls": [' + b",".join([b'{"func_name":"x","args":[]}'] * 5_001) + b"]}",
        b'{"func_name": "KPI", "args": [], "func_name": 3}',
        b"\xff\xfe{}",
    ],
    ids=range(8),
)
def test_what_breaks_parsers(client, body):
    for url in (CALLS, SINGLE_CALL, f"{SCRIPT}/refresh"):
        is_answered(sent(client, url, body))


def test_answers_have_a_size(client):
    """A small question with an enormous answer is an error, before anything is computed."""
    tall, wide = [[1.0]] * 20_000, [[1.0] * 20_000]
    error = [[{"type": "Error", "errorType": "Num"}]]
    assert call(client, "all", "KPI_ATTAINMENT", tall, wide) == error
    names, units = [["活动率"]] * 500, [["城东营业部"]] * 500
    assert call(client, "all", "KPI_TABLE", names, units, [["2024-06"]] * 500) == error
    # And many answers together: the first ones are there, the rest are errors.
    one = {"func_name": "KPI_ATTAINMENT", "args": [[[1.0]] * 1000, [[2.0] * 1000]]}
    answer = sent(client, CALLS, json.dumps({"calls": [one] * 4}).encode())
    found = [len(one["result"]) for one in is_answered(answer)["results"]]
    assert found == [1000, 1000, 1, 1]


def test_days_of_workbooks_that_count_from_1904(client):
    """A cell that is shown as a date, one that is not, and one that a formula gives."""
    there = 43890  # 2024-03-01, counted from 1904
    signed = [[{"type": "FormattedNumber", "basicValue": there, "numberFormat": "yyyy/m/d"}]] * 40
    signed += [[there]] * 10
    left = [[there + 80]] * 10 + [[None]] * 40
    for from_1904, expected in ((True, 40), (False, 0)):
        one = {"func_name": "KPI_HEADCOUNT", "args": [signed, left, [["2024-06"]]]}
        answer = sent(client, CALLS, json.dumps({"calls": [one], "from_1904": from_1904}).encode())
        assert (answer.json()["results"][0]["result"] == [[expected]]) == from_1904
    one["args"][2] = [[there + 92]]  # the first of June
    answer = sent(client, CALLS, json.dumps({"calls": [one], "from_1904": True}).encode())
    assert answer.json()["results"][0]["result"] == [[40]]


def test_a_single_call_that_does_not_say_what_days_count_from(client):
    """As xlwings' own page sends it: a bare number may be a day four years later."""
    error = [[{"type": "Error", "errorType": "Value"}]]
    signed, left = [["2024-03-01"]] * 50, [[None]] * 50

    def asked(day, **said):
        body = {"func_name": "KPI_HEADCOUNT", "args": [signed, left, [[day]]], **said}
        return sent(client, SINGLE_CALL, json.dumps(body).encode()).json()["result"]

    assert asked(45444) == error
    assert asked(45444, from_1904=False) == asked(45444 - 1462, from_1904=True) == [[50]]
    # What says by itself which day or month it is needs nobody's word.
    assert asked("2024-06-01") == asked(20240601) == asked(202406) == asked("2024-06") == [[50]]
    rate = {"func_name": "KPI_ACTIVITY", "args": [[[45444]], [[45444]], [[45444]]]}
    assert sent(client, SINGLE_CALL, json.dumps(rate).encode()).json()["result"] == [[1]]


def test_ranges_that_calls_have_in_common(client):
    signed, left = [["2024-03-01"]] * 50, [["2024-05-20"]] * 10 + [[""]] * 40
    months = [f"2024-{month:02}" for month in range(1, 13)]

    def asked(arguments, **more):
        calls = [{"func_name": "KPI_HEADCOUNT", "args": [*arguments, [[m]]]} for m in months]
        answer = sent(client, CALLS, json.dumps({"calls": calls, **more}).encode())
        return [one["result"] for one in is_answered(answer)["results"]]

    apart = asked([{"range": 0}, {"range": 1}], ranges=[signed, left])
    assert apart == asked([signed, left])
    assert [row[0][0] for row in apart] == [0, 0, 50, 50] + [40] * 8
    error = [[{"type": "Error", "errorType": "Value"}]]
    for wrong in (2, -1, True, "0", None, 0.0):
        assert asked([{"range": 0}, {"range": wrong}], ranges=[signed, left])[0] == error


def test_a_day_written_into_a_workbook_that_counts_from_1904():
    day, place = dt.date(2024, 6, 1), Area(1, 1, 1, 1)
    for from_1904, there in ((False, 45444), (True, 43982)):
        cells = SentCells(SentWorkbook(from_1904=from_1904))
        cells.write("表", place, [[cells.value(day)]])
        assert cells.areas[0]["rows"] == [[there]]


def test_an_unknown_function_and_wrong_numbers_of_arguments(client):
    assert call(client, "all", "KPI_NO_SUCH") == [[{"type": "Error", "errorType": "Name"}]]
    assert call(client, "all", "__class__") == [[{"type": "Error", "errorType": "Name"}]]
    assert call(client, "all", "by_counts") == [[{"type": "Error", "errorType": "Name"}]]
    wrong = [[{"type": "Error", "errorType": "Value"}]]
    assert call(client, "all", "KPI_ACTIVITY") == wrong
    assert call(client, "all", "KPI_ACTIVITY", *[[[1]]] * 9) == wrong
