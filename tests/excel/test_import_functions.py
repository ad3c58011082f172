"""The functions through xlwings' own Import Functions, beside a user's module as the manual has it."""

import importlib
import io
import re
import sys
import types
from pathlib import Path
from unittest import mock

import pytest

from excel.com import FakeRange, com_server, day

PAGE = Path(__file__).parents[2] / "docs" / "excel-use.md"
TEAMS = FakeRange((("城东", 18.0, 20.0, 20.0), ("城西", 9.0, 12.0, 14.0), ("城南", 0.0, 0.0, 0.0)))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """xlwings' server, with the module of the page where a user's modules are."""
    folder = tmp_path_factory.mktemp("mine")
    blocks = re.findall(r"```py\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (code,) = [one for one in blocks if one.startswith("# my_functions.py")]
    (folder / "my_functions.py").write_text(code, encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        with com_server() as server, mock.patch.multiple(
            # As on Windows; elsewhere xlwings' decorators do nothing.
            sys.modules["xlwings"], func=sys.modules["xlwings.udfs"].xlfunc,
            arg=sys.modules["xlwings.udfs"].xlarg,
        ):  # fmt: skip
            yield server
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("my_functions", None)


def wrappers(module):
    """The VBA that Import Functions writes."""
    import xlwings.udfs

    out = io.StringIO()
    book = types.SimpleNamespace(Name="Book1.xlsm")
    xlwings.udfs.generate_vba_wrapper(module, importlib.import_module(module), out, book)
    return out.getvalue()


def test_both_modules_are_imported_and_no_name_is_twice_there(server):
    from udfs import functions

    ours, mine = (
        re.findall(r"(?m)^Function (\w+)\(", wrappers(module))
        for module in ("udfs.excel.functions", "my_functions")
    )
    assert sorted(ours) == sorted(functions.__all__)
    assert mine == ["MY_WEAKEST"]


def test_they_give_what_they_say(server):
    found = server.CallUDF("my_functions", "MY_WEAKEST", (TEAMS,), None, None)
    assert found == "城西"
    rate = server.CallUDF("udfs.excel.functions", "KPI_ACTIVITY", (18.0, 20.0, 20.0), None, None)
    assert rate == 0.9
    signed = FakeRange((("签约日期",), *((day(2024, 3, 11),) for _ in range(50))))
    left = FakeRange(((None,), *((day(2024, 5, 20) if i < 10 else None,) for i in range(50))))
    given = (signed, left, "2024-06")
    assert server.CallUDF("udfs.excel.functions", "KPI_HEADCOUNT", given, None, None) == 40
