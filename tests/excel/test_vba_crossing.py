"""What crosses to Python: a range once until it differs, and cells of one formula together.

The VBA runs in pyOpenVBA's model of Excel, Python behind it is xlwings' own server; all that is sent
is counted.
"""

import pytest
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter import VBAErrorValue

from excel.com import com_server
from excel.test_whole_way import Server, Starter, known
from udfs.excel import calls, functions1904, sources

ROWS, PEOPLE = 40, 300
NAMES = ("KpiText", "KpiCells", "KpiSent", "KpiGather", "KpiReach", "xlwings_udfs")
SHEET = f"""
Public Asker As Variant
Public Sub FillSheet()
    Dim i As Long
    For i = 1 To {ROWS}
        Cells(i, 1).Value = i
        Cells(i, 2).Value = i + 60
        Cells(i, 3).FormulaR1C1 = "=IFERROR(KPI_ACTIVITY(RC[-2],RC2,R1C2),""a,b("")"
        Cells(i, 4).FormulaR1C1 = "=KPI_ATTAINMENT(RC1,2)+KPI_ATTAINMENT(RC2,2)"
        Cells(i, 5).FormulaR1C1 = "=KPI_ATTAINMENT(RC1+1,2)"
        Cells(i, 6).FormulaR1C1 = "=KPI_ATTAINMENT(RC1,R1C2)"
        Cells(i, 7).FormulaR1C1 = "=KPI_ATTAINMENT(RC1,R1C2)"
        Cells(i, 8).FormulaR1C1 = "=KPI_TARGETS(RC1,RC2)"
    Next i
    For i = 1 To {PEOPLE}
        Cells(i, 11).Value = 45362
        If i > 240 Then Cells(i, 12).Value = 45432
    Next i
    Cells(7, 13).Value = "text"
End Sub
Public Function Activity(row, column)
    Set Asker = Cells(row, column)
    Activity = KPI_ACTIVITY(Cells(row, 1), Cells(row, 2), Range("B1"))
End Function
Public Function Attainment(row, column)
    Set Asker = Cells(row, column)
    Attainment = KPI_ATTAINMENT(Cells(row, 1), Range("B1"))
End Function
Public Function Twice(row, column)
    Set Asker = Cells(row, column)
    Twice = KPI_ATTAINMENT(Cells(row, 1), 2)
End Function
Public Function Computed(row, column)
    Set Asker = Cells(row, column)
    Computed = KPI_ATTAINMENT(Cells(row, 1).Value + 1, 2)
End Function
Public Function Split_(row, column)
    Set Asker = Cells(row, column)
    Split_ = KPI_TARGETS(Cells(row, 1), Cells(row, 2))
End Function
Public Function Retention(row, column)
    Set Asker = Cells(row, column)
    Retention = KPI_RETENTION13(Range("K1:K{PEOPLE}"), Range("L1:L{PEOPLE}"), "2024-06", 3)
End Function
Public Sub Put(row, column, value)
    Cells(row, column).Value = value
End Sub
"""


def cells(values):
    return sum(map(cells, values)) if isinstance(values, tuple) else 1


class Crossing(Server):
    """The server as VBA holds it; all that crosses to Python is counted."""

    def __init__(self, real):
        outer = self

        class Counted:
            def CallUDF(self, module, name, given):
                outer.sent.append((name, cells(given)))
                return real.CallUDF(module, name, given)

        super().__init__(Counted())
        self.sent = []


@pytest.fixture(scope="module")
def excel():
    with com_server() as real:
        app = ExcelApplication()
        app.add_workbook()
        server = Crossing(real)
        app.add_module(SHEET, name="Sheet_")
        for name, source in sources.modules():
            if name in NAMES:
                code = known(source).replace("Application.Caller", "Asker")
                # The interpreter is a thousand times slower than Excel.
                code = code.replace("PAUSE As Double = 0.1", "PAUSE As Double = 60")
                code = code.replace("FRESH As Double = 0.5", "FRESH As Double = 60")
                app.add_module(code, name=name)
        app.run("FillSheet")
        yield app, server


@pytest.fixture
def sheet(excel, monkeypatch):
    app, server = excel
    host = type(app.interpreter.host)
    monkeypatch.setattr(host, "create", lambda self, name: {"KpiPython": Starter(server)}[name])
    app.run("Put", 9, 1, 9)
    app.run("KpiCalculated")
    app.run("Twice", 1, 20)  # another function than the last one
    app.run("Retention", 1, 20)
    server.sent.clear()
    return app.run, server


def test_a_range_crosses_once_until_one_of_its_cells_differs(sheet):
    run, server = sheet
    assert [run("Retention", row, 15) for row in range(1, 4)] == [0.8] * 3
    # The session, the function, its places and four arguments: nothing of 600 cells.
    assert {name for name, _ in server.sent} == {"kept"}
    assert max(count for _, count in server.sent) < 20
    server.sent.clear()
    run("Put", 250, 12, "")
    assert run("Retention", 1, 15) == pytest.approx(241 / 300)
    assert PEOPLE < server.sent[0][1] < PEOPLE + 20
    run("Put", 250, 12, 45432)
    assert run("Retention", 1, 15) == 0.8


def test_a_new_python_gets_all_of_it_anew(sheet):
    run, server = sheet
    server.dead = 1
    assert run("Retention", 1, 15) == 0.8
    assert sum(count for _, count in server.sent) > 2 * PEOPLE


def test_cells_of_one_formula_are_one_call(sheet):
    run, server = sheet
    found = [run("Activity", row, 3) for row in range(1, ROWS + 1)]
    assert found == [pytest.approx(row / ((row + 60 + 61) / 2)) for row in range(1, ROWS + 1)]
    # The first ones come by themselves, as a single cell does.
    assert [name for name, _ in server.sent] == ["KPI_ACTIVITY"] * 9 + ["gathered"]


def test_a_cell_whose_argument_has_changed_since_is_asked_for_anew(sheet):
    """As where Excel calculates the argument after the others were asked for."""
    run, server = sheet
    for row in range(20, ROWS + 1):
        run("Activity", row, 3)
    run("Put", 9, 1, 30)
    server.sent.clear()
    assert run("Activity", 8, 3) == pytest.approx(8 / 64.5)
    assert server.sent == []
    assert run("Activity", 9, 3) == pytest.approx(30 / 65)
    assert len(server.sent) == 1


def test_a_block_of_several_columns_is_one_call(sheet):
    run, server = sheet
    for row in range(1, ROWS + 1):
        for column in (6, 7):
            assert run("Attainment", row, column) == pytest.approx(row / 61)
    assert [name for name, _ in server.sent].count("gathered") == 1
    assert len(server.sent) == 10


@pytest.mark.parametrize(("function", "column"), [("Twice", 4), ("Computed", 5), ("Split_", 8)])
def test_what_cannot_be_guessed_or_is_of_several_cells_is_not(sheet, function, column):
    run, server = sheet
    found = [run(function, row, column) for row in range(1, 16)]
    if function == "Twice":
        assert found == [row / 2 for row in range(1, 16)]
    elif function == "Computed":
        assert found == [(row + 1) / 2 for row in range(1, 16)]
    else:
        assert all(isinstance(one, (float, list, VBAErrorValue)) for one in found)
    assert len(server.sent) >= 15


def test_after_a_calculation_the_next_asks_anew(sheet):
    run, server = sheet
    for row in range(1, ROWS + 1):
        run("Activity", row, 3)
    server.sent.clear()
    run("KpiCalculated")
    run("Activity", 1, 3)
    assert len(server.sent) == 1


@pytest.mark.parametrize(
    ("formula", "pieces"),
    [
        ('=KPI(RC1,R1C,"2024-06")', ["RC1", "R1C", '"2024-06"']),
        ('=IF(RC1="","",@KPI( RC1 , R1C))', ["RC1", "R1C"]),
        ("=KPI('a,b(''c'!R1C1,\"x)\"\",\",[@单位])", ["'a,b(''c'!R1C1", '"x)"","', "[@单位]"]),
        ("=-KPI(RC[-1],SUM(R1C1,R2C2))", ["RC[-1]", "SUM(R1C1,R2C2)"]),
        ("=KPI(RC1,RC2)+KPI(RC3,RC4)", None),
        ('="KPI(1,2)"', None),
        ("=XKPI(1,2)", None),
        ("=KPI(1,2", None),
        ("KPI(1,2)", None),
    ],
)
def test_arguments_in_a_formula(sheet, formula, pieces):
    run, _ = sheet
    assert run("KpiPieces", formula, "KPI") == pieces


# -- the other side


@pytest.mark.parametrize("module", ["udfs.excel.functions", functions1904.__name__])
def test_kept_columns_give_what_sent_ones_give(module):
    """Of numbers, dates, headings, texts and errors; and the error of one is the whole result's."""
    with com_server() as server:
        first = 45362.0 - (1462 if module.endswith("1904") else 0)
        signed = (("签约日期",), *((first,) for _ in range(50)))
        left = ((None,), *((first + 70 if i > 40 else None,) for i in range(50)))
        for column in (signed, (("2024-03-11",),) * 51, ((None,),) * 51, (("某天",),) * 51):
            for name, more in (
                ("KPI_RETENTION13", ("2024-06", 3.0)),
                ("KPI_HEADCOUNT", ("2024-06",)),
            ):
                sent = server.CallUDF(module, name, (column, left, *more), None, None)
                session = server.CallUDF(calls.__name__, "begun", (None,), None, None)
                for arguments in ((column, left, *more), (None, None, *more)):
                    given = (session, module, name, (3.0, 16.0, *(0.0 for _ in more)), arguments)
                    assert server.CallUDF(calls.__name__, "kept", given, None, None) == sent


def test_a_session_that_is_not_known_is_an_error():
    with com_server() as server:
        given = (1.0, "udfs.excel.functions", "KPI_ABC", (1.0,), (None,))
        with pytest.raises(KeyError):
            server.CallUDF(calls.__name__, "kept", given, None, None)
        with pytest.raises(ValueError, match="os"):
            server.CallUDF(
                calls.__name__, "gathered", ("os", "system", 1.0, 1.0, ("x",)), None, None
            )
