"""Every KPI function typed into cells: the core's value, and the native formula's beside it."""

import ast
import datetime as dt
import inspect

import duckdb
import numpy as np
import pytest

from calc.cells import area, computed, one, place, put, same
from kpi_xl.analysis.survival import spells, survival
from kpi_xl.calendar import Month
from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.data.cube import Cube
from kpi_xl.formula import Measure
from kpi_xl.roster import Roster
from udfs import by_counts, functions
from udfs.calc.server import host_value

MONTHS = ["2024-06", "2023-12", "2024年5月", 202401.0, 45473.0]
BY_COUNTS = [
    name for name in functions.__all__
    if getattr(functions, name).__module__ == by_counts.__name__
]  # fmt: skip
BY_EXAMPLE = [f.__name__ for f in (*functions.BY_ANALYSIS, *functions.BY_TARGETS)]
BY_ROSTER = [function.__name__ for function in functions.BY_ROSTER]
BY_DATA = [function.__name__ for function in functions.BY_DATA]
BY_FINDINGS = [function.__name__ for function in functions.BY_FINDINGS]


def test_no_function_is_left_out():
    tested = BY_COUNTS + BY_EXAMPLE + BY_ROSTER + BY_DATA + BY_FINDINGS
    assert sorted(tested) == functions.__all__


@pytest.fixture(scope="module")
def counts(branch):
    """A table of the sample's units in a month: a column of values for every measure."""
    cube = Cube.open(branch.project.cube)
    month = Month.of(2024, 6).number - cube.first.number
    numbers = np.random.default_rng(7)
    table = {}
    for code, measure in MEASURES.items():
        if not isinstance(measure, Measure):
            continue
        if code in cube.measures:
            values = cube.measure(code)[:, month] / (100 if measure.is_money else 1)
        else:
            values = numbers.integers(0, 40, len(cube.units))
        table[code] = np.array(values, dtype=float)
    return table


def test_by_counts(sheet, counts):
    columns = {code: column for column, code in enumerate(counts, 1)}
    put(sheet, 1, 2, np.array(list(counts.values())).T.tolist())
    height = len(next(iter(counts.values())))
    first = len(columns) + 2
    wrong, errors = [], 0
    for number, name in enumerate(BY_COUNTS):
        kpi = kpis[name].on_paper
        codes = [measure.code for measure in kpi.measures]
        at = first + 2 * number
        cells = [[place(columns[code], row) for code in codes] for row in range(2, height + 2)]
        # Through its programming interface LibreOffice takes semicolons.
        formulas = [
            (f"={name}({';'.join(refs)})", kpi.excel(refs).replace(",", ";")) for refs in cells
        ]
        sheet.getCellRangeByName(area(at, 2, 2, height)).setFormulaArray(tuple(formulas))
        expected = kpi(*(counts[code] for code in codes))
        shown = sheet.getCellRangeByName(area(at, 2, 2, height))
        for row in range(height):
            ours, native = (shown.getCellByPosition(c, row) for c in (0, 1))
            value = float(expected[row])
            if np.isnan(value):
                errors += 1
                fine = ours.getError() == native.getError() == 532
            else:
                fine = ours.Value == value and native.Value == pytest.approx(value, rel=1e-12)
            if not fine:
                wrong.append((name, row, ours.String, native.String, value))
    assert wrong == []
    assert errors > 5


def test_by_counts_over_ranges_keeps_an_error_in_its_row(sheet):
    put(sheet, 1, 1, [[1, 2, 3], [4, None, 6], ["x", 8, 9], ["#N/A", 1, 1], [0, 0, 0]])
    shown = computed(sheet, "E1:E5", "=KPI_ACTIVITY(A1:A5;B1:B5;C1:C5)", as_array=True)
    assert shown == [[0.4], [4 / 3], ["#VALUE!"], ["#N/A"], ["#DIV/0!"]]
    assert one(sheet, "=KPI_PERSISTENCY_COMBINED(1;2;3;4)") == 0.575
    assert one(sheet, "=KPI_PERSISTENCY_COMBINED(1;2;3;4;0.5)") == 0.625
    assert one(sheet, '=IFERROR(KPI_ACTIVITY(1;0;0);"空")') == "空"


@pytest.fixture(scope="module")
def people(branch):
    with duckdb.connect(str(branch.project.store), read_only=True) as store:
        rows = store.sql('select signed, "left" from agents where signed is not null').fetchall()
    return [row for row in rows if row[1] is None or row[1] >= row[0]]


def serial(day):
    return None if day is None else float((day - dt.date(1899, 12, 30)).days)


def test_by_roster(sheet, people):
    where = put(sheet, 1, 1, [["签约日期", "解约日期"], *([serial(d) for d in p] for p in people)])
    assert where.startswith("$A$1:$B$")
    last = len(people) + 1
    assert last > 300
    signs, leaves = f"$A$2:$A${last}", f"$B$2:$B${last}"
    signed = np.array([p[0] for p in people], dtype="datetime64[D]")
    left = np.array([p[1] for p in people], dtype="datetime64[D]")

    def month_of(month):
        month = Month.parse(month)
        return month, np.datetime64(month.first), np.datetime64(month.last)

    def first(m, k=0):
        return f"DATE({(m - k).year};{(m - k).month};1)"

    def here(day):
        return f'COUNTIFS({signs};"<="&{day})-COUNTIFS({leaves};"<="&{day})'

    for month in MONTHS:
        m, start, end = month_of(month)
        text = f'"{month}"' if isinstance(month, str) else f"{month:g}"
        next_first, this_first = first(m, -1), first(m)
        recruits = f'COUNTIFS({signs};">="&{this_first};{signs};"<"&{next_first})'
        cohort = f'COUNTIFS({signs};">="&{first(m, 6)};{signs};"<"&{first(m, 5)}'
        gone = f'{cohort};{leaves};"<"&{next_first})'
        half = "2023-12"
        stays = survival(spells(signed, left, end)[0], 6)
        people = Roster(signed, left)
        cases = {
            "KPI_HEADCOUNT": (text, people.headcount(end), here(f"{next_first}-1")),
            "KPI_RECRUITS": (text, people.recruits(start, end), recruits),
            "KPI_LEAVERS": (
                text,
                people.leavers(start, end),
                recruits.replace(signs, leaves),
            ),
            "KPI_AVG_HEADCOUNT": (
                text,
                people.average_headcount(start, end),
                f"({here(f'{this_first}-1')}+{here(f'{next_first}-1')})/2",
            ),
            "KPI_RETENTION13": (
                f"{text};6",
                people.retention(np.datetime64(str(m)), 6),
                f"1-{gone}/{cohort})",
            ),
            "KPI_STAY_RATE": (
                f'"{half}";"{max(m, Month.parse(half))}"',
                people.stay_rate(
                    np.datetime64("2023-12-31"),
                    np.datetime64(max(m, Month.parse(half)).last),
                ),
                None,
            ),
            "KPI_SURVIVAL": (f"6;{text}", stays.share[5], None),
            "KPI_SURVIVAL_RANGE": (f"6;{text}", stays.low[5], None),
        }
        assert sorted(cases) == sorted(BY_ROSTER)
        for name, (given, expected, native) in cases.items():
            value = one(sheet, f"={name}({signs};{leaves};{given})")
            assert value == float(expected), (name, month)
            # Whole columns with their headings say the same.
            assert one(sheet, f"={name}(A:A;B:B;{given})") == value
            if native is not None:
                assert one(sheet, f"={native}") == pytest.approx(value), (name, native)


def test_a_roster_with_anything_in_it(sheet):
    put(sheet, 1, 1, [["签约", "解约"], [45000, None], ["2023-05-01", 45100], [None, None]])
    ask = '=KPI_HEADCOUNT(A1:A9;B1:B9;"2023-06")'
    assert one(sheet, ask) == 1.0
    sheet.getCellRangeByName("B3").setFormula("=1/0")
    assert one(sheet, "=ZZ1", "ZZ2") == "#DIV/0!"
    sheet.getCellRangeByName("B3").setString("不详")
    assert one(sheet, "=ZZ1", "ZZ2") == "#VALUE!"
    sheet.getCellRangeByName("B3").setString("")
    assert one(sheet, "=ZZ1", "ZZ2") == 2.0
    assert one(sheet, '=KPI_RETENTION13(A:A;B:B;"2024-07")') == "#DIV/0!"
    assert one(sheet, '=KPI_HEADCOUNT(A:A;C1;"2023-06")') == 2.0
    shown = computed(sheet, "E1:E3", "=KPI_HEADCOUNT(A1:A9;B1:B9;A2:A4)", as_array=True)
    assert shown == [[1.0], [2.0], ["#VALUE!"]]


def test_a_change_is_seen_at_once(document):
    """By the next read of a result, also in a macro that never rests, and after every kind of
    change."""
    sheet = document.Sheets.getByIndex(0)
    put(sheet, 1, 1, [[45000, None]] * 10)
    cell = sheet.getCellRangeByName("D1")
    cell.setFormula('=KPI_HEADCOUNT(A1:A10;B1:B10;"2023-06")')
    assert cell.Value == 10
    for gone in range(1, 6):
        sheet.getCellRangeByName(f"B{gone}").setValue(45050)
        assert cell.Value == 10 - gone
    document.UndoManager.undo()
    assert cell.Value == 6
    sheet.Rows.removeByIndex(0, 1)
    assert sheet.getCellRangeByName("D1").Formula == ""
    sheet.getCellRangeByName("D9").setFormula('=KPI_HEADCOUNT(A1:A9;B1:B9;"2023-06")')
    assert sheet.getCellRangeByName("D9").Value == 6
    sheet.Rows.removeByIndex(5, 1)
    assert sheet.getCellRangeByName("D8").Value == 5
    # A column of formulas that follow from one another.
    sheet.getCellRangeByName("F1").setValue(45000)
    formulas = tuple((f"=F{row}+1",) for row in range(1, 700))
    sheet.getCellRangeByName("F2:F700").setFormulaArray(formulas)
    sheet.getCellRangeByName("D20").setFormula('=KPI_RECRUITS(F1:F700;G1;"2023-04")')
    assert sheet.getCellRangeByName("D20").Value == 30
    sheet.getCellRangeByName("F1").setValue(45032)
    assert sheet.getCellRangeByName("D20").Value == 15
    document.calculateAll()
    assert sheet.getCellRangeByName("D20").Value == 15


def test_by_data(sheet, core):
    units = functions.KPI_UNITS()
    names = functions.KPI_NAMES()
    height = len(units)
    shown = computed(sheet, area(1, 1, 3, height), "=KPI_UNITS()", as_array=True)
    assert shown == units
    assert one(sheet, '=COUNTIF(B1:B50;"营业部")') == sum(u[1] == "营业部" for u in units)
    shown = computed(sheet, area(5, 1, 4, len(names)), "=KPI_NAMES()", as_array=True)
    assert shown == names
    wanted = ["活动率", "首年度保费", "13个月留存率", "期末人数", "没有的"]
    compares = ["", "目标", "达成率", "差额", "上月", "环比", "去年同期", "同比", "状态", "别的"]
    row = 1
    for name in wanted:
        for unit in [u[0] for u in units[1:8]] + ["没有的"]:
            for compare in compares:
                given = f'"{name}";"{unit}";"2024-06"' + (f';"{compare}"' if compare else "")
                expected = functions.KPI(name, unit, "2024-06", compare)
                assert same(one(sheet, f"=KPI({given})"), expected), (given, expected)
                row += 1
    for month in MONTHS:
        text = f'"{month}"' if isinstance(month, str) else f"{month:g}"
        expected = functions.KPI("活动率", units[1][0], month)
        assert one(sheet, f'=KPI("活动率";"{units[1][0]}";{text})') == expected
    # By cells, and over a range, where an error stays in its cell.
    put(sheet, 10, 1, [[units[1][0], 45473.0], [units[2][0], 45473.0], ["#N/A", 45473.0]])
    expected = [functions.KPI("期末人数", u[0], 45473.0) for u in units[1:3]]
    assert one(sheet, '=KPI("期末人数";J1;K1)') == expected[0]
    shown = computed(sheet, "L1:L3", '=KPI("期末人数";J1:J3;K1:K3)', as_array=True)
    assert shown == [[expected[0]], [expected[1]], ["#N/A"]]
    put(sheet, 14, 1, [["活动率"], ["期末人数"]])
    put(sheet, 15, 1, [["2024-05"], ["2024-06"]])
    expected = host_value(
        functions.KPI_TABLE(
            [["活动率"], ["期末人数"]], [[u[0]] for u in units[:5]], [["2024-05"], ["2024-06"]]
        )
    )
    where = area(20, 1, len(expected[0]), len(expected))
    shown = computed(sheet, where, "=KPI_TABLE(N1:N2;A1:A5;O1:O2)", as_array=True)
    for ours, theirs in zip(shown, expected, strict=True):
        assert all(map(same, ours, theirs)), (ours, theirs)
    for value, status in ((0.9, "健康"), (0.1, "危险")):
        assert one(sheet, f'=KPI_STATUS("活动率";{value})') == status
        assert one(sheet, f'=IF(KPI_STATUS("活动率";{value})="{status}";1;2)') == 1.0
    assert one(sheet, '=KPI_HELP("活动率")') == functions.KPI_HELP("活动率")


def examples(name):
    """The calls in a function's docstring."""
    text = inspect.getdoc(getattr(functions, name))
    for line in text.splitlines():
        if line.startswith(">>> "):
            code = line[4:] + (" pass" if line.endswith(":") else "")
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                    yield [ast.literal_eval(argument) for argument in node.args]


@pytest.mark.parametrize("name", BY_EXAMPLE)
def test_by_analysis(sheet, name):
    calls = list(examples(name))
    assert calls, f"{name} has no example"
    for given in calls:
        rows = [
            [cell if isinstance(cell, list) else [cell] for cell in argument]
            if isinstance(argument, list)
            else argument
            for argument in given
        ]
        compare(sheet, name, rows)


def test_by_findings(sheet, core):
    units = functions.KPI_UNITS()[1:6]
    for unit, *_ in units:
        compare(sheet, "KPI_WARNINGS", [unit, "2024-06"])
        compare(sheet, "KPI_UNIT_DRIVERS", [unit, "2024-06"])
        compare(sheet, "KPI_ADVICE", ["活动率", unit, "2024-06"])
        compare(sheet, "KPI_UNIT_PEERS", ["活动率", unit, "2024-06"])
    assert len(BY_FINDINGS) == 4
    compare(sheet, "KPI_WARNINGS", ["没有的", "2024-06"])


def compare(sheet, name, arguments):
    """Type arguments into cells, the function into a range, and look at every cell of it."""
    expected = host_value(getattr(functions, name)(*arguments))
    if not isinstance(expected, tuple):
        expected = ((expected,),)
    sheet.clearContents(1023)
    references, column = [], 1
    for argument in arguments:
        rows = argument if isinstance(argument, list) else [[argument]]
        where = put(sheet, column, 1, rows)
        references.append(where if isinstance(argument, list) else where.partition(":")[0])
        column += max(map(len, rows)) + 1
    where = area(column, 1, len(expected[0]), len(expected))
    shown = computed(sheet, where, f"={name}({';'.join(references)})", as_array=True)
    for ours, theirs in zip(shown, expected, strict=True):
        assert all(map(same, ours, theirs)), (name, ours, theirs)
