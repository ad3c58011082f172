"""Formulas that no program has computed: computed where they mean the same everywhere, else told."""

from __future__ import annotations

import datetime as dt
import http.server
import threading
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest
import xlwt

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.check import check_project
from kpi_xl.project import Project
from kpi_xl.raw_files.computed_cells import computed
from kpi_xl.raw_files.read import read_table
from kpi_xl.readers.cell import UNCOMPUTED
from kpi_xl.settings.project_settings import Settings
from tests.office import needs_soffice
from tests.raw_files.test_merged_cells import MANIFEST

pytest.importorskip("formualizer")

HEADINGS = ["保单号", "工号", "承保日期", "首年保费", "FYC"]
CODES = [["A1", 1.5, "城东"], ["A2", 2.25, "城西"], ["A3", 30, None]]


def book(file: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """A workbook as openpyxl writes it, which computes nothing."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file.parent.mkdir(exist_ok=True, parents=True)
    made.save(file)
    return file


def policies(*formulas: Sequence[object]) -> dict[str, Sequence[Sequence[object]]]:
    return {"保单": [HEADINGS, *formulas], "码表": CODES}


ROW = ["P1", "A1", "2024-06-05", 1000, 300]
FORMULAS = {
    "VLOOKUP(B3,码表!A:B,2,FALSE)*10000": "15000",
    "ROUND(D3*0.35,2)": "350",
    "INDEX(码表!$C$1:$C$3,MATCH(B3,码表!A:A,0))": "城东",
    "_xlfn.XLOOKUP(B3,码表!A:A,码表!C:C)": "城东",
    "IF(C3=\"\",\"\",DATE(2024,2,29))": "2024-02-29",
    "TEXT(DATE(2024,2,29),\"yyyy-mm-dd\")": "2024-02-29",
    "TEXT(DATE(2024,2,9),\"yyyy年m月d日\")": "2024年2月9日",
    "EDATE(DATE(2024,1,31),1)": "45351",
    "\"P\"&TEXT(ROW(),\"000\")": "P002",
    "SUMIFS(D:D,B:B,\"A1\",E:E,\">100\")": "1000",
    "SUMPRODUCT((B3:B4=\"A1\")*D3:D4)": "1500",
    "IFERROR(VLOOKUP(\"无此人\",码表!A:B,2,0),0)": "0",
    "码表!C3": "0",
    "码表!C3&\"\"": "",
    "LEFT(B3,1)&MID(\"甲乙丙\",2,1)&RIGHT(B3,1)": "A乙1",
    "SUBSTITUTE(\"2024.6.5\",\".\",\"-\")": "2024-6-5",
    "VALUE(\"1234.50\")": "1234.5",
    "1/0": "#DIV/0!",
    "VLOOKUP(\"无此人\",码表!A:B,2,0)": "#N/A",
    "MAX(码表!B1:B3)-MIN(码表!B1:B3)": "28.5",
    "DATEDIF(DATE(2020,3,31),DATE(2024,3,30),\"m\")": "47",
    "ROUND(2.5,0)+ROUND(-2.5,0)*10+INT(-1.5)*100+MOD(-7,3)*1000": "1773",
    "ROUND(1.005,2)": "1.01",
    "2^3^2-2*-3%": "64.06",
    "-2^2": "4",
    "\"5\"+\"6\"": "11",
    "1&2.50": "12.5",
    "IF(\"a\"=\"A\",\"同\",\"异\")": "同",
    "COUNTIF(B:B,\"A*\")": "2",
    "FIND(\"丙\",\"甲乙丙\")": "3",
    "LEN(\"兰州\")": "2",
    "WEEKDAY(DATE(2024,6,5),2)": "3",
    "DAY(EOMONTH(DATE(2023,2,1),0))": "28",
    "DATEVALUE(\"2024-6-5\")": "2024-06-05",
    "REPT(\"0\",5-LEN(\"12\"))&\"12\"": "00012",
    "RANK(D3,D3:D4)": "1",
    "TRIM(\"  a  b \")": "a b",
    "AND(TRUE,D3>1)": "true",
}  # fmt: skip
"""What Excel gives for them, by its documentation and by LibreOffice."""


@pytest.mark.parametrize("formula", FORMULAS)
def test_usual_formulas(formula: str, tmp_path: Path) -> None:
    rows = [HEADINGS, ["P0", None, None, None, None, None, f"={formula}"], ROW, [*ROW[:3], 500, 50]]
    file = book(tmp_path / "保单.xlsx", {"保单": rows, "码表": CODES})
    assert computed(file, "保单", [(2, 7)]) == {(2, 7): FORMULAS[formula]}


NOT_COMPUTED = [
    "TODAY()", "NOW()-1", "RAND()", "INDIRECT(\"D3\")", "OFFSET(D3,0,0)", "[1]码表!A1", "'[另.xlsx]码'!A1",
    "WEBSERVICE(\"http://127.0.0.1:{port}/\")", "cmd|'/c calc'!A0", "CALL(\"kernel32\",\"X\")", "HYPERLINK(\"http://127.0.0.1:{port}/\")",
    "D3:D4", "LEFT(B3:B4,1)", "SUM(D3:D4*2)", "名称", "表[金额]", "D3 E3", "{{1,2}}", "没有这张表!A1", "TEXT(D3,\"e-mm\")",
    "IFERROR(D3*1,0)", "IFERROR(-VLOOKUP(1,D:E,2,0),0)", "CUBEVALUE(\"x\",\"y\")", "SUBTOTAL(9,D3:D4)", "NOSUCH(1)", "IMAGE(\"http://127.0.0.1:{port}/\")", "RTD(\"a\",,\"b\")", "D3+", "#REF!",
]  # fmt: skip


@pytest.mark.parametrize("formula", NOT_COMPUTED)
def test_what_changes_or_reaches_out_stays_unknown(formula: str, tmp_path: Path) -> None:
    asked = []

    class Listening(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        formula = formula.format(port=server.server_port)
        file = book(
            tmp_path / "保单.xlsx",
            policies(["P0", f"={formula}", None, "=B2", "=D2&B2"], ROW, ["P2", "=IF(1,2,D2)"]),
        )
        # Neither what depends on it is known, nor whatever stands in its column.
        assert computed(file, "保单", [(2, 2), (2, 4), (2, 5), (4, 2)]) == {}
        server.shutdown()
    assert not asked


def xls(file: Path, formulas: Mapping[str, str]) -> Path:
    """An .xls file as programs write it that compute nothing: FYC, and below it 首年保费."""
    made = xlwt.Workbook()
    sheet, other = made.add_sheet("保单"), made.add_sheet("码表")
    for number, row in enumerate(CODES):
        for column, cell in enumerate(row):
            other.write(number, column, cell)
    for number, row in enumerate([HEADINGS, ROW, ["P2", *ROW[1:]]]):
        for column, cell in enumerate(row):
            text = formulas.get(f"{HEADINGS[column]}{number}")
            sheet.write(number, column, xlwt.Formula(text) if text else cell)
    made.save(file)
    return file


@needs_soffice
def test_formulas_of_old_workbooks(tmp_path: Path) -> None:
    formulas = {"FYC1": "D2*0.35", "FYC2": "ROUND(D3*VLOOKUP(B3;码表!A1:B3;2;0)/10;0)"}
    raw = read_table(xls(tmp_path / "保单.xls", formulas), TABLES["policies"])
    assert raw.columns["fyc"].to_pylist() == ["350", "150"]
    assert raw.computed == {"FYC": 2}


@needs_soffice
def test_what_changes_stays_unknown_in_old_workbooks(tmp_path: Path) -> None:
    """LibreOffice computes it; what it gives is not taken."""
    file = xls(tmp_path / "保单.xls", {"FYC1": "TODAY()-45000", "首年保费2": "D2*2"})
    raw = read_table(file, TABLES["policies"])
    assert raw.columns["fyc"].to_pylist() == [UNCOMPUTED, "300"]
    assert raw.columns["premium"].to_pylist() == ["1000", "2000"]


@needs_soffice
def test_formulas_of_open_documents(tmp_path: Path) -> None:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    names += ' xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'

    def cell(of: object) -> str:
        if isinstance(of, str) and of.startswith("of:"):
            return f'<table:table-cell table:formula="{of}" office:value-type="float"/>'
        sort = "float" if isinstance(of, (int, float)) else "string"
        value = f' office:value="{of}"' if sort == "float" else ""
        text = f"<text:p>{of}</text:p>"
        return f'<table:table-cell office:value-type="{sort}"{value}>{text}</table:table-cell>'

    rows = [HEADINGS, [*ROW[:4], "of:=[.D2]*0.35"], ["P2", *ROW[1:3], "of:=[.D2]*3", 300]]
    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    file = tmp_path / "保单.ods"
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", MANIFEST)
        package.writestr(
            "content.xml",
            f'<office:document-content{names} office:version="1.2"><office:body><office:spreadsheet>'
            f'<table:table table:name="保单">{lines}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    raw = read_table(file, TABLES["policies"])
    assert raw.columns["fyc"].to_pylist() == ["350", "300"]
    assert raw.columns["premium"].to_pylist() == ["1000", "3000"]


def test_other_columns_do_not_suffer(tmp_path: Path) -> None:
    rows = [
        ["P1", "A1", "2024-06-05", "=码表!B1*10000", "=TODAY()-45000"],
        ["P2", "A2", "2024-06-06", "=码表!B2*10000", "=ROUND(D3*0.3,2)"],
    ]
    file = book(tmp_path / "保单.xlsx", policies(*rows))
    raw = read_table(file, TABLES["policies"])
    assert raw.columns["premium"].to_pylist() == ["15000", "22500"]
    assert raw.columns["fyc"].to_pylist() == [UNCOMPUTED, "6750"]
    assert raw.computed == {"首年保费": 2, "FYC": 1}


def test_numbers_are_those_of_the_values(tmp_path: Path) -> None:
    people = ["工号", "姓名", "营业部", "签约日期", "解约日期"]
    units = ["城东", "城西", "城东"]
    values = [[f"A{n}", f"甲{n}", units[n - 1], f"202{n}-01-05", "2024-05-31" if n == 2 else None]
              for n in (1, 2, 3)]  # fmt: skip
    formulas = [
        [f"A{n}", f'="甲"&{n}', f"=VLOOKUP(A{n + 1},码表!A:C,3,0)", f"=DATE(202{n},1,5)",
         f'=IF(A{n + 1}="A2",DATE(2024,5,31),"")']
        for n in (1, 2, 3)
    ]  # fmt: skip
    codes = [["A1", 1.5, "城东"], ["A2", 2.25, "城西"], ["A3", 30, "城东"]]
    made = []
    for name, rows in (("值", values), ("公式", formulas)):
        data = tmp_path / name / "data"
        book(data / "人员.xlsx", {"人员": [people, *rows], "码表": codes})
        checked = check_project(Project(data.parent, Settings()))
        made.append(checked)
        table = checked.tables["agents"].data
        assert table["left"].to_pylist() == [None, dt.date(2024, 5, 31), None]
        assert table["department"].to_pylist() == units
    known, told = (one.problems for one in made)
    assert made[0].tables["agents"].data.equals(made[1].tables["agents"].data)
    assert not known
    assert {p.kind for p in told} == {"column.formulas-computed"}
    assert {p.column for p in told} == set(people[1:])
    assert "3 个单元格" in told[0].reason and "程序替它算出了" in told[0].reason


def test_what_spreadsheets_read_otherwise_stays_unknown(tmp_path: Path) -> None:
    row = ["P0", '=VALUE("1,234.50")', "1,234", "=C2*1"]
    assert computed(book(tmp_path / "保单.xlsx", policies(row)), "保单", [(2, 2), (2, 4)]) == {}


def test_days_counted_from_1904_are_not_computed(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    made.active.append(HEADINGS)
    made.active["A2"] = "=DATE(2024,6,5)"
    made.save(tmp_path / "保单.xlsx")
    assert computed(tmp_path / "保单.xlsx", "Sheet", [(2, 1)]) == {}


@pytest.mark.parametrize(
    "formulas",
    [
        ['=REPT("a",32767)', *(f"=A{n}&A{n}" for n in range(1, 40))],
        ["=" + "&".join(["B1"] * 2000) for _ in range(500)],
        [f"=A{n}&B1" for n in range(2, 2000)],
        [f"=A{n % 500 + 1}+1" for n in range(1, 501)],
        ["=" + "(" * 200 + "1" + ")" * 200],
        ["=" + "IF(1," * 3000 + "1" + ")" * 3000],
    ],
    ids=["doubled", "wide", "chain of texts", "cycle", "brackets", "nested"],
)  # fmt: skip
def test_made_to_fill_the_memory_or_to_take_for_ever(formulas: list[str], tmp_path: Path) -> None:
    rows = [[formula, "x" * 900] for formula in formulas]
    file = book(tmp_path / "人员.xlsx", {"人员": rows})
    begin = time.monotonic()
    found = computed(file, "人员", [(n, 1) for n in range(1, len(rows) + 1)])
    assert time.monotonic() - begin < 10
    assert all(text.startswith("#") for text in found.values())


def test_a_running_number_of_many_rows(tmp_path: Path) -> None:
    rows = [[1], *([f"=A{n}+1"] for n in range(1, 3000))]
    file = book(tmp_path / "人员.xlsx", {"人员": rows})
    assert computed(file, "人员", [(3000, 1)])[3000, 1] == "3000"
