"""From the cells to the result: the add-in's VBA, xlwings' COM server, the functions, and back.

The VBA runs in pyOpenVBA's model of Excel, which knows all of it but two properties.
"""

import pytest
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter import (
    EMPTY,
    MISSING,
    VBAArray,
    VBADate,
    VBAErrorValue,
    VBAObject,
    VBARuntimeError,
    method,
)

from excel.com import com_server
from udfs.excel import sources

UNKNOWN = {
    "Application.Caller.Worksheet.Parent.Date1904": "False",
    "sheet.Parent.Date1904": "False",
    'Application.CommandBars("Standard").Controls(1).Enabled': "True",
    "If TypeOf Application.Caller Is Range Then On Error": "On Error",
}
CELLS = """
Public Sub FillCells()
    Range("A1").Value = "signed"
    Range("B1").Value = "left"
    Dim i As Long
    For i = 2 To 51
        Cells(i, 1).Value = DateSerial(2024, 3, 11)
        If i > 41 Then Cells(i, 2).Value = DateSerial(2024, 5, 20)
    Next i
    Range("D1").Value = 1800
    Range("E1").Value = 2000
    Range("D2").Value = 1
    Range("E2").Value = 0
    Range("F1").Value = "#N/A"
End Sub
Public Function Retention() As Variant
    Retention = KPI_RETENTION13(Range("A:A"), Range("B:B"), "2024-06", 3)
End Function
Public Function Retention13() As Variant
    Retention13 = KPI_RETENTION13(Range("A:A"), Range("B:B"), "2024-06")
End Function
Public Function Activity() As Variant
    Activity = KPI_ACTIVITY(Range("D1"), Range("E1"), Range("E1"))
End Function
Public Function Spilled() As Variant
    Spilled = KPI_ATTAINMENT(Range("D1:D2"), Range("E1:E2"))
End Function
Public Function Months() As Variant
    Months = KPI_LEAVERS(Range("A:A"), Range("B:B"), Array("2024-04", "2024-05"))
End Function
Public Function HelpText() As Variant
    HelpText = KPI_HELP("KPI_ACTIVITY")
End Function
Public Function Cut() As Variant
    Cut = KpiValues(Range("A:B"))
End Function
Public Function Beyond() As Variant
    Beyond = KpiValues(Range("H60:H1048576"))
End Function
Public Function WholeRow() As Variant
    WholeRow = KpiValues(Range("2:2"))
End Function
"""


class Server(VBAObject):
    """The COM server as VBA holds it."""

    def __init__(self, real):
        super().__init__()
        self.real = real
        self.calls = self.dead = 0

    @method
    def CallUDF(self, script, name, args):
        self.calls += 1
        if self.dead:
            self.dead -= 1
            raise VBARuntimeError(462, "The remote server machine does not exist")
        given = tuple(_to_com(item) for item in args.elements())
        return _to_vba(self.real.CallUDF(str(script), str(name), given))


class Starter(VBAObject):
    """The class KpiPython, which starts the server on Windows."""

    def __init__(self, server):
        super().__init__()
        self.server = server

    @method
    def Server(self):
        return self.server

    @method
    def MayComeBack(self, number):
        return False


def _to_com(value):
    """A Variant as pywin32 gives it."""
    if value is MISSING:
        return -2147352572
    if isinstance(value, VBAErrorValue):
        return -2146828288 + value.number
    assert not isinstance(value, (VBAObject, VBADate)), "ranges and dates are values by now"
    if isinstance(value, VBAArray):
        low, high = value.bounds[0]
        if value.dimensions == 1:
            return tuple(_to_com(value.get([i])) for i in range(low, high + 1))
        first, last = value.bounds[1]
        return tuple(
            tuple(_to_com(value.get([r, c])) for c in range(first, last + 1))
            for r in range(low, high + 1)
        )
    if value is EMPTY:
        return None
    return float(value) if isinstance(value, (int, float)) else value


def _to_vba(value):
    """A result of the server as a Variant: one row comes as a flat list."""
    if not isinstance(value, list):
        return value
    if not isinstance(value[0], list):
        return VBAArray([(0, len(value) - 1)], items=list(value))
    array = VBAArray([(0, len(value) - 1), (0, len(value[0]) - 1)])
    for r, row in enumerate(value):
        for c, cell in enumerate(row):
            array.set([r, c], cell)
    return array


def known(source):
    for unknown, here in UNKNOWN.items():
        source = source.replace(unknown, here)
    return source


@pytest.fixture(scope="module")
def excel():
    with com_server() as real:
        app = ExcelApplication()
        app.add_workbook()
        server = Server(real)
        for name, source in sources.modules():
            if name in ("KpiText", "KpiCells", "KpiSent", "KpiGather", "KpiReach", "xlwings_udfs"):
                app.add_module(known(source), name=name)
        app.add_module(CELLS, name="Cells_")
        app.run("FillCells")
        yield app, server


@pytest.fixture
def run(excel, monkeypatch):
    app, server = excel
    host = type(app.interpreter.host)
    monkeypatch.setattr(host, "create", lambda self, name: {"KpiPython": Starter(server)}[name])
    app.run("Activity")  # Python is there
    server.calls = server.dead = 0
    return app.run


def test_a_roster_in_whole_columns_with_headings(run):
    assert run("Retention") == 0.8
    assert run("Retention13") == VBAErrorValue(2007)
    assert run("Months") == [0.0, 10.0]


def test_scalars_and_spilled_results(run):
    assert run("Activity") == 0.9
    assert run("Spilled") == [[0.9], [VBAErrorValue(2007)]]
    assert "举绩人数" in run("HelpText")


def test_what_goes_on_to_the_end_of_the_sheet_is_cut_at_its_used_part(run):
    cut = run("Cut")
    assert (len(cut), len(cut[0])) == (51, 2)
    assert cut[1] == [45362.0, None]
    assert run("Beyond") is None
    assert len(run("WholeRow")[0]) == 6


def test_a_python_that_has_ended_is_started_again_once(run, excel):
    _, server = excel
    server.dead = 1
    assert run("Activity") == 0.9
    assert server.calls == 2


def test_without_python_every_cell_is_an_error_and_only_the_first_waits(run, excel):
    _, server = excel
    server.dead = 100
    assert run("Activity") == VBAErrorValue(2015)
    assert run("Activity") == VBAErrorValue(2015)
    assert server.calls == 2
