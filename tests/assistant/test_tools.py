"""The tools: their numbers are the workbooks', their answers are bounded, nothing else comes through."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.conftest import ORDERS
from kpi_xl.api import Project as Api
from kpi_xl.assistant import answer, parameters
from kpi_xl.assistant.resources import PATTERN, RESOURCES, content
from kpi_xl.assistant.tools import TOOLS, Asking, ask
from kpi_xl.catalogue import kpis
from kpi_xl.errors import InputError
from kpi_xl.jobs.fill import recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.kinds import BY_CODE
from kpi_xl.workbook import Template

MONTH = "2024-06"
UNIT = "城东营业部"


def told(project, name, seen=None, **arguments):
    return ask(Asking(project, seen), name, arguments).record()


def refused(project, name, seen=None, **arguments):
    with pytest.raises(InputError) as error:
        ask(Asking(project, seen), name, arguments)
    found = answer.refusal(error.value)["error"]
    assert found["kind"] in BY_CODE
    assert len(answer.text(found)) < 10_000
    return found


def rows(project, name, seen=None, **arguments):
    return told(project, name, seen, **arguments)["tables"][0]["rows"]


# -- Numbers ---------------------------------------------------------------------------------------


def test_values_are_the_workbooks_slots(branch):
    """Every KPI of a department: what 月度KPI表 has in its slots, to the last digit."""
    project = branch.project
    cube = load(project).cube
    workbook = Template(template_path("月度KPI表"))
    from kpi_xl.calendar import Month

    names = [kpi.name for kpi in kpis.values() if cube.has(kpi)]
    found = {}
    for begin in range(0, len(names), parameters.MOST):
        some = names[begin : begin + parameters.MOST]
        found |= {row["指标"]: row for row in rows(project, "values", kpis=some, unit=UNIT)}
    assert len(found) == len(names) > 40
    with recipients_of(project, cube, workbook, Month.parse(MONTH)) as to:
        slots = to.unit(cube.unit_index(UNIT))
    ends = {
        "实际": "", "目标": ".目标", "达成率": ".达成率", "上月": ".上月", "环比": ".环比",
        "去年同期": ".去年同期", "同比": ".同比",
    }  # fmt: skip
    compared = 0
    for name, row in found.items():
        for heading, end in ends.items():
            slot = f"kpi.{name}{end}"
            if slot in slots:
                cell = row[heading]
                number = cell["number"] if isinstance(cell, dict) else None
                there = slots[slot] if isinstance(slots[slot], (int, float)) else None
                assert number == there, slot
                compared += 1
    assert compared > 30


def test_a_table_is_what_the_api_has(branch):
    frame = Api(branch.project.folder).kpis("活动率", level="营业部", months="2024-01:2024-06")
    found = rows(branch.project, "table", kpis=["活动率"], first="2024-01", last="2024-06")
    assert len(found) == (frame.index.get_level_values("单位") != "未分配").sum()
    for row in found:
        there = frame.loc[(row["单位"], row["月份"]), "活动率"]
        cell = row["活动率（%）"]
        assert cell["number"] == there


@pytest.mark.parametrize(
    ("tool", "command"),
    [("warnings", "warnings"), ("drivers", "drivers"), ("diagnosis", "diagnose")],
)
def test_findings_are_what_the_commands_say(branch, tool, command):
    from command_line import run

    folder = branch.project.folder
    done = run("-p", folder, "--json", command, "--month", MONTH, "--unit", UNIT)
    said = json.loads(done.stdout)
    found = told(branch.project, tool, month=MONTH, unit=UNIT)
    table = found["tables"][0]
    assert table["title"] == said["title"] and table["total_rows"] == len(said["rows"]) > 0
    flat = [
        {name: one["number"] if isinstance(one, dict) else one for name, one in row.items()}
        for row in table["rows"]
    ]
    for row, other in zip(flat, said["rows"], strict=True):
        for name, value in other.items():
            assert row[name] == ("—" if value is None else value)


def test_every_answer_says_where_it_is_from_and_as_of_when(branch):
    asked = {"trace": {"whose": UNIT, "what": "首年度保费"}}
    for name in TOOLS:
        found = told(branch.project, name, **asked.get(name, {}))
        assert found["source"] and "不是指令" in found["about"]
        if name != "definitions":  # true of every month
            assert found["as_of"]["month"] == MONTH
            assert found["as_of"]["data_until"] == "2024-06-30"
            assert found["as_of"]["unripe"]["保费持续率"] == "2024-08-29"
    (row,) = rows(branch.project, "values", kpis=["保费持续率"], unit=UNIT)
    assert row["未成熟，到这天才齐"] == "2024-08-29" and row["状态"] == "未成熟"


def test_nothing_is_written(branch):
    before = {p: p.stat().st_mtime_ns for p in branch.project.folder.rglob("*") if p.is_file()}
    for name in TOOLS:
        told(branch.project, name, **({"whose": UNIT, "what": "活动率"} if name == "trace" else {}))
    after = {p: p.stat().st_mtime_ns for p in branch.project.folder.rglob("*") if p.is_file()}
    assert after == before


def test_raw_files_that_changed_are_not_read(copied_branch):
    """A question never sets hours of work off; what was never computed is said so."""
    from kpi_xl.project import Project

    project = Project.open(copied_branch)
    assert refused(project, "values")["kind"] == "server.nothing-computed"
    assert not (copied_branch / "kpi.cube").exists()


# -- Bounds ----------------------------------------------------------------------------------------


def test_an_answer_has_bounds_and_says_what_is_left_off(branch):
    given = {"kpis": ["活动率", "首年度保费"], "level": "营业组", "first": "2023-01"}
    whole = told(branch.project, "table", **given)
    assert len(answer.text(whole)) <= answer.MOST_CHARACTERS
    table = whole["tables"][0]
    assert table["total_rows"] == len(table["rows"]) + table["left_off"] > answer.MOST_ROWS
    seen, offset = [], 0
    while True:
        part = told(branch.project, "table", **given, offset=offset)["tables"][0]
        seen += part["rows"]
        offset += len(part["rows"])
        if "left_off" not in part:
            break
    assert len(seen) == table["total_rows"] == len({(r["单位"], r["月份"]) for r in seen})


def test_long_texts_are_cut():
    assert len(answer.plain("长" * 5000)) < 700
    assert answer.plain("a\u202eb\u200b\U000e0041\ud800") == "a\ufffdb\ufffd\ufffd\ufffd"


# -- What is not as it should be -------------------------------------------------------------------

WRONG = [
    None,
    True,
    3.5,
    -1,
    10**30,
    "x" * 100_000,
    ["x"] * 10_000,
    [["x"]],
    {"a": "b"},
    [1],
    "\ud800",
]


@pytest.mark.parametrize("name", TOOLS)
def test_wrong_types_and_huge_ones_are_refused_in_words(hostile, name):
    usual = {"whose": UNIT, "what": "活动率"} if name == "trace" else {}
    for parameter in TOOLS[name].parameters:
        for value in WRONG:
            try:
                told(hostile, name, **{**usual, parameter: value})
            except InputError as error:
                found = answer.refusal(error)["error"]
                assert found["kind"] in BY_CODE and len(answer.text(found)) < 5_000
                assert any("\u4e00" <= one <= "\u9fff" for one in found["message"])
    assert refused(hostile, name, **usual, 别的="x")["kind"] == "assistant.argument-unknown"


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "C:\\Windows\\win.ini", "kpi.toml", "城东营业部/../城北营业部",
             "file:///etc/passwd", "城东营业部\x00", "*", "' OR 1=1 --"]
)  # fmt: skip
def test_paths_are_names_of_nothing(hostile, path):
    for name, asked in (
        ("values", {"unit": path}), ("table", {"level": path}), ("warnings", {"month": path}),
        ("definitions", {"kpi": path}), ("drivers", {"tree": path}), ("diagnosis", {"kpi": path}),
        ("trace", {"whose": path, "what": "活动率"}), ("trace", {"whose": UNIT, "what": path}),
    ):  # fmt: skip
        assert "root:" not in answer.text(refused(hostile, name, **asked))
    for address in (path, f"kpi-xl://definitions/{path}", f"kpi-xl://{path}"):
        with pytest.raises(InputError):
            content(hostile, address)


def test_months_the_wrong_way_round(hostile):
    assert refused(hostile, "table", first="2024-05", last="2024-02")["kind"] == (
        "assistant.months-turned"
    )


# -- Names are data --------------------------------------------------------------------------------


def test_orders_in_names_stay_values_of_the_document(hostile):
    for tool in TOOLS.values():
        assert ORDERS[:6] not in tool.description + tool.title + json.dumps(tool.schema)
    found = told(hostile, "units")
    names = [row["单位"] for row in found["tables"][0]["rows"]]
    shown = ORDERS.replace("\u202e", "\ufffd").replace("\u200b", "\ufffd")
    assert shown in names
    text = answer.text(told(hostile, "warnings"))
    assert "\u202e" not in text and "\u200b" not in text
    # The document reads back as what it was: no name ends a value and begins another.
    assert json.loads(answer.text(found)) == found


def test_resources(hostile):
    for address in RESOURCES:
        assert content(hostile, address)
        assert ORDERS[:6] not in content(hostile, address)
    assert "活动率" in content(hostile, PATTERN.replace("{code}", "KPI_ACTIVITY"))


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(TOOLS)),
    st.dictionaries(
        st.sampled_from(["unit", "month", "kpis", "kpi", "level", "whose", "what", "offset", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2)
            ),
            max_leaves=4,
        ),
    ),
)
def test_whatever_is_asked_is_answered_or_refused(hostile, name, arguments):
    try:
        found = ask(Asking(hostile, None), name, arguments).record()
    except InputError as error:
        found = answer.refusal(error)
    text = answer.text(found)
    assert len(text.encode()) < 400_000
