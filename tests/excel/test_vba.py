"""The VBA that needs no Excel, run by an interpreter of VBA."""

import re
from array import array
from importlib import resources

import pytest
from pyopenvba.interpreter import Interpreter, VBAErrorValue, parse_module

from udfs import functions
from udfs.excel import sources
from udfs.excel.descriptions import described

ERRORS = {"#DIV/0!": 2007, "#N/A": 2042, "#VALUE!": 2015, "#NUM!": 2036}


@pytest.fixture(scope="module")
def vba():
    interpreter = Interpreter()
    constants = "".join(
        f"Public Const {name} As Long = {code}\n"
        for name, code in zip(
            ("xlErrDiv0", "xlErrNA", "xlErrValue", "xlErrNum"), ERRORS.values(), strict=True
        )
    )
    interpreter.add_module(constants, name="Excel")
    for name, source in sources.modules():
        if name in ("KpiText", "KpiCells"):
            interpreter.add_module(source, name=name)
    return interpreter


def test_all_of_it_parses():
    for name, source in sources.modules():
        # xlwings' own has directives that this parser does not take.
        if name != "xlwings":
            parse_module(source)


@pytest.mark.parametrize("text", ["abc", "活动率 = 1", "龍", "𠮷 “x”", "", "D:\\数据 1\\it's"])
def test_text_to_code_units_and_back(vba, text):
    from udfs.macros import _text

    # VBA's text is UTF-16; that of the interpreter is Python's.
    as_vba = "".join(map(chr, array("H", text.encode("utf-16-le"))))
    units = str(vba.run("KpiUnits", [as_vba]))
    assert _text(units) == text
    assert str(vba.run("KpiChars", [units])) == as_vba


def test_descriptions_come_out_as_they_went_in(vba):
    source = sources.descriptions()
    for number, name in enumerate(functions.__all__, 1):
        body = source[source.index(f"Sub Describe{number}()") :].split("End Sub")[0]
        about = described(getattr(functions, name))
        texts = [
            "".join(str(vba.run("KpiChars", [u])) for u in re.findall(r'KpiChars\("(\w*)"\)', line))
            for line in body.replace(" _\n", "").splitlines()
            if " = KpiChars" in line
        ]
        assert texts == [about.text, *about.arguments.values()]


@pytest.mark.parametrize(("name", "code"), ERRORS.items())
def test_error_names_become_errors(vba, name, code):
    result = vba.run("KpiResult", [name])
    assert isinstance(result, VBAErrorValue)
    assert int(result.number if hasattr(result, "number") else result.code) == code


@pytest.mark.parametrize("value", [0.9, "健康", "", "#REF"])
def test_everything_else_stays(vba, value):
    assert vba.run("KpiResult", [value]) == value


def test_used_part(vba):
    assert [int(vba.run("KpiUpTo", list(ends))) for ends in ((1, 9), (3, 9), (9, 3))] == [9, 7, 1]


def test_the_repository_has_the_sources():
    folder = resources.files("udfs.excel") / "vba"
    assert sorted(file.name for file in folder.iterdir()) == [
        "KpiCells.bas", "KpiRibbon.bas", "KpiStart.bas", "KpiText.bas", "ThisWorkbook.cls",
    ]  # fmt: skip
