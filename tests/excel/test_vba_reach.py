"""How the add-in reaches Python: started once, given up with a reason, found again; in an interpreter."""

import pytest
from pyopenvba.exceptions import VBARuntimeError
from pyopenvba.interpreter import VBAErrorValue, VBAObject, member, method, setter

from excel.vba_host import Button, Host, interpreter
from udfs.excel import sources

NOT_READY, NOT_SERVED = -2147221504 + 513, -2147221504 + 514


class Python(VBAObject):
    """Python behind xlwings' DLL: it starts or not, answers or not; what is asked of it is counted."""

    def __init__(self):
        self.refusals, self.deaths, self.started, self.called, self.executed = [], 0, 0, [], []
        self.number = NOT_READY

    @method
    def Start(self):
        self.started += 1
        if self.refusals:
            raise VBARuntimeError(self.number, self.refusals[0])
        return self

    @method
    def CallUDF(self, module, name, arguments):
        self.called.append(str(name))
        if self.deaths:
            self.deaths -= 1
            raise VBARuntimeError(-2147023174, "The RPC server is unavailable.")
        return 0.9

    @method
    def Module(self, name):
        if self.deaths:
            raise VBARuntimeError(-2147023174, "The RPC server is unavailable.")
        return self

    @method
    def Exec(self, code):
        self.executed.append(str(code))

    @member
    def Problem(self):
        return ""

    @member
    def Answer(self):
        return self.refusals[0] if self.refusals else ""


STARTER = f"""
Public Function Server() As Object
    Set Server = Py.Start()
End Function
Public Sub Run(ByVal python As Object, ByVal code As String)
    python.Exec code
End Sub
Public Function MayComeBack(ByVal number As Long) As Boolean
    MayComeBack = number <> {NOT_SERVED}
End Function
Public Function IsOurs(ByVal number As Long) As Boolean
    IsOurs = number = {NOT_READY} Or number = {NOT_SERVED}
End Function
Public Function Problem() As String
End Function
Public Function Ask() As String
End Function
Public Function Heard(ByVal seconds As Double) As String
    Heard = Py.Answer
End Function
"""
CALLER = """
Public Function Asked() As Variant
    Asked = KpiCall("KPI_ACTIVITY", Array(1, 2, 3))
End Function
Public Sub Pressed(ByVal button As Object)
    KpiDo button, "macros.doctor()"
End Sub
"""


@pytest.fixture
def python():
    return Python()


@pytest.fixture
def host(python):
    return Host(Py=python)


@pytest.fixture
def vba(host):
    vba = interpreter(
        host, "KpiText", "KpiCells", "KpiSent", "KpiGather", "KpiReach", KpiPython=STARTER
    )
    vba.add_module(CALLER, name="Caller")
    return vba


def cell(vba):
    found = vba.run("Asked")
    return int(found.number) if isinstance(found, VBAErrorValue) else float(found)


def pending(host):
    later, host.application.later = host.application.later, []
    return later


def test_python_is_started_once_for_all_cells(vba, python):
    assert [cell(vba) for _ in range(5)] == [0.9] * 5
    assert (python.started, len(python.called)) == (1, 5)


def test_one_that_was_ended_is_started_anew_and_the_cell_has_its_value(vba, python):
    cell(vba)
    python.deaths = 1
    assert cell(vba) == 0.9
    assert python.started == 2


def test_one_that_does_not_start_is_tried_once_and_the_reason_is_said_once(vba, python, host):
    python.refusals = ["缺少组件 numpy"]
    assert [cell(vba) for _ in range(1000)] == [2015] * 1000
    assert python.started == 1
    for _ in range(3):
        vba.run("KpiCalculated")
    assert pending(host) == ["KpiTell"]
    vba.run("KpiTell")
    ((_, text, *_),) = vba.dialogs
    assert "缺少组件 numpy" in text and "检查安装" in text


def test_cells_are_calculated_when_python_is_back(vba, python, host):
    python.refusals = ["杀毒软件"]
    cell(vba)
    vba.run("KpiCalculated")
    vba.run("KpiTell")
    asked = 0
    while "KpiAsk" in pending(host):
        vba.run("KpiAsk")
        assert pending(host) == ["KpiHear"]
        asked += 1
        if asked == 3:
            python.refusals = []
        vba.run("KpiHear")
    assert (asked, host.application.calculations, python.started) == (3, 1, 1)
    assert cell(vba) == 0.9
    assert len(vba.dialogs) == 1


def test_waiting_has_an_end(vba, python, host):
    python.refusals = ["没有了"]
    cell(vba)
    vba.run("KpiCalculated")
    vba.run("KpiTell")
    pending(host)
    vba.run("KpiAsk")
    asked = 1
    while True:
        pending(host)
        vba.run("KpiHear")
        if not host.application.later:
            break
        vba.run("KpiAsk")
        asked += 1
    assert asked == 5
    assert host.application.calculations == 0


def test_what_excel_cannot_use_is_not_tried_by_itself(vba, python, host):
    """There the DLL waits two minutes each time, and Excel with it."""
    python.refusals, python.number = ["cmd.exe"], NOT_SERVED
    cell(vba)
    vba.run("KpiCalculated")
    pending(host)
    vba.run("KpiTell")
    assert pending(host) == []


def test_calls_that_fail_again_and_again_are_said_once(vba, python, host):
    cell(vba)
    python.deaths = 99
    assert cell(vba) == 2015
    vba.run("KpiCalculated")
    assert pending(host) == ["KpiTell"]
    vba.run("KpiTell")
    vba.run("KpiHear")
    assert host.application.calculations == 1
    assert cell(vba) == 2015
    pending(host)
    vba.run("KpiCalculated")
    assert pending(host) == [] and len(vba.dialogs) == 1


def test_a_button_tries_again_says_why_not_and_calculates_what_was_missed(vba, python, host):
    python.refusals = ["Python 里缺少组件 pandas"]
    cell(vba)
    vba.run("Pressed", [Button()])
    assert vba.dialogs[-1][1] == "Python 里缺少组件 pandas"
    assert python.executed == [] and host.application.calculations == 0
    python.refusals = []
    vba.run("Pressed", [Button()])
    assert python.executed == ["macros.doctor()"]
    assert host.application.calculations == 1
    # It is there now: the next button asks nothing about it.
    started = python.started
    vba.run("Pressed", [Button()])
    assert python.started == started
    assert host.application.calculations == 1


def test_nothing_is_calculated_in_the_function_wizard(vba, python, host):
    vba.run("KpiLookAround")
    host.application.standard.is_enabled = False
    assert cell(vba) == 2042
    assert python.started == 0
    host.application.standard.is_enabled = True
    assert cell(vba) == 0.9


def test_where_the_sign_of_the_wizard_is_always_there_it_is_none(vba, python, host):
    """As where a policy has taken the button for a new workbook away."""
    host.application.standard.is_enabled = False
    vba.run("KpiLookAround")
    assert cell(vba) == 0.9


def test_in_a_calculation_nobody_looks_for_the_wizard(vba, host, python):
    vba.run("KpiLookAround")
    cell(vba)
    host.application.standard.is_enabled = False
    assert cell(vba) == 0.9  # less than a tenth of a second later


class Areas(VBAObject):
    def __init__(self, count):
        self.count = count

    @member
    def Count(self):
        return self.count


class Range(VBAObject):
    @member
    def Areas(self):
        return Areas(2)


def test_an_area_of_several_parts_is_refused(vba, python, host):
    host.objects["union"] = Range()
    vba.add_module(
        'Public Function OfUnion() As Variant\nOfUnion = KpiCall("KPI_ABC", Array(Union))\nEnd Function',
        name="Unions",
    )
    found = vba.run("OfUnion")
    assert isinstance(found, VBAErrorValue) and int(found.number) == 2015
    assert python.called == []


# -- 设置


class Chosen(VBAObject):
    """The dialog for a folder, answered."""

    @member
    def Title(self):
        return ""

    @setter("Title")
    def _title(self, text):
        pass

    @member
    def AllowMultiSelect(self):
        return False

    @setter("AllowMultiSelect")
    def _several(self, several):
        pass

    @member
    def Show(self):
        return -1

    @method
    def SelectedItems(self, number):
        return r"D:\数据"


@pytest.mark.parametrize(
    ("answer", "address", "told"),
    [("2024-06", 1, True), ("", 1, True), ("", 0, False)],
    ids=["a month", "an empty one", "cancelled"],
)
def test_settings_cancelled_at_the_month_change_nothing(answer, address, told):
    """A dialog that is cancelled gives a text that is nowhere: its address is 0."""
    source = dict(sources.modules())["KpiRibbon"].replace("\r\n", "\n")
    body = source[source.index("Public Sub KpiSettings") : source.index("Private Sub KpiRun")]
    body = body.replace("control As IRibbonControl", "control As Object")
    body = body.replace("Application.FileDialog(4)", "Chosen")
    vba = interpreter(Host(Chosen=Chosen()), "KpiText")
    vba.add_module(
        f"Public Told As String\nFunction StrPtr(text)\n StrPtr = {address}\nEnd Function\n"
        f"Sub KpiRun(control, command)\n Told = command\nEnd Sub\n"
        f"Function Heard()\n Heard = Told\nEnd Function\n{body}",
        name="Ribbon",
    )
    vba.answers = [answer]
    vba.run("KpiSettings", [Button()])
    assert str(vba.run("Heard")).startswith("settings('") == told
