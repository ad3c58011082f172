"""The VBA that needs no Excel, run by an interpreter of VBA."""

import os
import re
import subprocess
import sys
from array import array
from importlib import resources
from pathlib import Path

import pytest
from pyopenvba.interpreter import Interpreter, VBAErrorValue, parse_module

from udfs import functions
from udfs.excel import sources
from udfs.excel.descriptions import described
from udfs.excel.start import END, OPTIONS, asked, reason

# What is ahead of the first attribute is of the file, not of the module.
CLASS = sources.python()[sources.python().index("Attribute VB_Name") :]
STARTING = """
Public Function Started(ByVal file As String) As String
    Dim python As New KpiPython
    Started = python.CommandLine(file)
End Function
Public Function Shelled(ByVal text As String) As String
    Dim python As New KpiPython
    Shelled = python.InShell(text)
End Function
Public Function Asking(ByVal file As String, ByVal answer As String, ByVal mark As String) As String
    Dim python As New KpiPython
    Asking = python.ProbeLine(file, answer, mark)
End Function
Public Function Answer(ByVal text As String, ByVal mark As String) As String
    Dim python As New KpiPython
    Answer = python.Answered(text, mark)
End Function
"""
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
        if name in ("KpiText", "KpiCells", "KpiReasons"):
            interpreter.add_module(source, name=name)
    # Calls of Windows itself are not run here, and its environment is made up.
    code = re.sub(r"(?m)^ *Private Declare .*$", "", CLASS)
    code = code.replace('Environ("SystemRoot")', r'"C:\Windows"')
    interpreter.add_module(code, name="KpiPython", kind="class")
    interpreter.add_module(STARTING, name="Starting")
    return interpreter


def test_all_of_it_parses():
    for _, source in sources.modules():
        parse_module(source)
    parse_module(CLASS, kind="class")


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
        "KpiCells.bas", "KpiGather.bas", "KpiPython.cls", "KpiReach.bas", "KpiRegister.bas",
        "KpiRibbon.bas", "KpiSent.bas", "KpiStart.bas", "KpiText.bas", "ThisWorkbook.cls",
    ]  # fmt: skip


def test_python_is_started_from_nothing_that_lies_in_the_current_folder(vba):
    """Excel's current folder may be that of a workbook from a mail: cmd.exe, modules, all of it."""
    line = str(vba.run("Started", [r"C:\我的 程序\pythonw.exe"]))
    program, python, options = re.fullmatch(r'"([^"]*)" /K ""([^"]*)" (.*)"', line).groups()
    assert program == r"C:\Windows\System32\cmd.exe"
    assert python == r"C:\我的 程序\pythonw.exe"
    assert options == """-P -B -c "import xlwings; xlwings.serve('$(CLSID)')\""""


def test_python_with_these_options_takes_no_module_from_the_current_folder(tmp_path):
    """As Excel's Python is started, in a folder with modules of the names that it imports."""
    marked = tmp_path / "run"
    for name in ("xlwings", "numpy", "udfs", "kpi_xl"):
        (tmp_path / f"{name}.py").write_text(f"open({str(marked)!r}, 'w')", encoding="utf-8")
    options = OPTIONS.split()
    code = "import xlwings; print(hasattr(xlwings, 'Book'))"
    for given, is_ours in ((options, True), ([one for one in options if one != "-P"], False)):
        done = subprocess.run(
            [sys.executable, *given, code],
            check=False, cwd=tmp_path, capture_output=True, text=True,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        )  # fmt: skip
        assert (done.stdout.strip() == "True") == is_ours, done.stderr
        assert marked.exists() != is_ours


def test_the_name_of_a_workbook_is_nothing_but_a_name_in_the_shell(vba):
    for name in (
        'a"; touch x; ".xlsx',
        "$(touch x).xlsx",
        "`touch x`.xlsx",
        "a\\",
        "城东 ‘一’.xlsx",
    ):
        written = str(vba.run("Shelled", [name]))
        command = f'printf %s "{written}"'
        done = subprocess.run(["/bin/sh", "-c", command], check=True, capture_output=True)
        assert done.stdout.decode() == name


# -- why Python does not start


def test_vba_asks_the_interpreter_and_understands_its_answer(vba, tmp_path):
    """The line that Windows is given, taken apart by its rules, and run."""
    line = str(vba.run("Asking", [sys.executable, str(tmp_path / "我的 答复.txt"), "123"]))
    arguments = [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', line)]
    assert "%" not in line and line.count('"') == 6
    subprocess.run(arguments, check=True, cwd=tmp_path)
    text = (tmp_path / "我的 答复.txt").read_text("ascii")
    assert str(vba.run("Answer", [text, "123"])).startswith("KPI_OK ")
    # Another's answer, or one that is still being written, is none.
    assert str(vba.run("Answer", [text, "12"])) == ""
    assert str(vba.run("Answer", [text.partition(END)[0], "123"])) == ""


@pytest.mark.parametrize(
    "answer",
    [
        "KPI_OK 0.37.8\n",
        "",
        "Traceback (most recent call last):\nModuleNotFoundError: No module named 'xlwings'\n",
        "Traceback\nImportError: DLL load failed while importing duckdb: \\u62d2\\u7edd\n",
        "Traceback\n  File x\nSyntaxError: invalid syntax\n\n",
        "Fatal Python error: init_fs_encoding",
    ],
)
def test_vba_says_what_the_doctor_says(vba, answer):
    ours = str(vba.run("KpiReason", [answer, r"C:\我的 程序\pythonw.exe"]))
    fault = reason(answer, r"C:\我的 程序\pythonw.exe")
    assert ours == ("" if fault is None else f"{fault.reason}。\n{fault.advice}。")


def test_an_interpreter_is_asked(tmp_path):
    """For real: ours, one without our packages, one that ends at once, one that hangs, none."""
    assert asked(Path(sys.executable)) is None
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    ends = tmp_path / "ends"
    ends.write_text("#!/bin/sh\nexit 3\n")
    hangs = tmp_path / "hangs"
    hangs.write_text("#!/bin/sh\nexec sleep 60\n")
    for file in (bare, ends, hangs):
        file.chmod(0o700)
    kinds = {
        bare: "excel.start-module", ends: "excel.start-silent", hangs: "excel.start-silent",
        tmp_path / "none": "excel.start-refused",
    }  # fmt: skip
    assert {file: asked(file, 2).kind.code for file in kinds} == kinds
