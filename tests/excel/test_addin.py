"""The built add-in: its package, its VBA, its ribbon."""

import io
import os
import re
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

import workbook_templates
from office import needs_node_validator, open_xml_sdk_errors, openxml_audit_errors
from udfs import functions
from udfs.excel import XLWINGS, sources
from udfs.excel.build import build
from udfs.excel.ribbon import NAMESPACE

ROOT = Path(__file__).parents[2]
RESERVED = set(
    "addressof alias and any as attribute boolean byref byte byval call case cbool cbyte ccur cdate"
    " cdbl cdec cint clng const csng cstr currency cvar date debug declare dim do double each else"
    " elseif empty end endif enum erase event exit false for friend function get global gosub goto"
    " if imp implements in input integer is let like local lock long loop lset me mod new next not"
    " nothing null on open option optional or paramarray preserve print private property public put"
    " raiseevent redim rem resume return rset seek select set shared single spc static stop string"
    " sub tab then to true type typeof unlock until variant wend while with withevents write"
    " xor".split()
)


@pytest.fixture(scope="module")
def addin(tmp_path_factory):
    file = tmp_path_factory.mktemp("addin") / "kpi_xl.xlam"
    file.write_bytes(build())
    return file


@pytest.fixture(scope="module")
def parts(addin):
    with zipfile.ZipFile(addin) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def modules(addin):
    """The modules as olevba extracts them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # olevba uses old names of its own libraries
        from oletools.olevba import VBA_Parser

        parser = VBA_Parser(str(addin))
        try:
            found = list(parser.extract_macros())
        finally:
            parser.close()
    return {n.rsplit(".", 1)[0]: code.replace("\r\n", "\n") for _, _, n, code in found if code}


def test_it_is_the_same_every_time(addin, tmp_path):
    other = tmp_path / "other.xlam"
    subprocess.run(
        [sys.executable, "-m", "udfs.excel.build", str(other)],
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"},
    )
    assert other.read_bytes() == addin.read_bytes()


def test_its_package(parts):
    """Every part has a content type, every relationship leads somewhere, no name is twice there."""
    types = ElementTree.fromstring(parts["[Content_Types].xml"])
    defaults = {e.get("Extension") for e in types if e.tag.endswith("Default")}
    overrides = {e.get("PartName"): e.get("ContentType") for e in types if e.get("PartName")}
    for name in parts:
        if name != "[Content_Types].xml":
            assert f"/{name}" in overrides or name.rsplit(".", 1)[-1] in defaults, name
    assert {name.lstrip("/") for name in overrides} <= set(parts)
    assert overrides["/xl/workbook.xml"] == "application/vnd.ms-excel.addin.macroEnabled.main+xml"
    for name, content in parts.items():
        if name.endswith(".rels"):
            folder = Path(name).parent.parent
            for relationship in ElementTree.fromstring(content):
                target = relationship.get("Target")
                assert (target.lstrip("/") if target[0] == "/" else str(folder / target)) in parts
    assert len({name.lower() for name in parts}) == len(parts)


def test_no_error_by_openxml_audit(addin):
    assert openxml_audit_errors(addin) == []


@needs_node_validator
def test_no_error_by_microsofts_open_xml_sdk(addin):
    assert open_xml_sdk_errors([addin]) == {str(addin): []}


def test_its_modules(modules):
    assert set(modules) == {
        "xlwings_udfs", "KpiDescriptions", "KpiReasons", "KpiReach", "KpiSent", "KpiGather", "KpiCells",
        "KpiPython", "KpiRegister", "KpiRibbon", "KpiStart", "KpiText", "ThisWorkbook", "Sheet1",
    }  # fmt: skip
    for name, code in modules.items():
        assert code.isascii(), name
        for line in code.splitlines():
            assert len(line) <= 1023, (name, line[:80])
        assert code.count(" _\n") <= 10_000


def test_every_function_is_there_with_names_that_vba_takes(modules):
    found = dict(re.findall(r"^Function (\w+)\((.*)\)$", modules["xlwings_udfs"], re.MULTILINE))
    assert sorted(found) == sorted(functions.__all__)
    for arguments in found.values():
        for argument in filter(None, arguments.split(", ")):
            assert argument.removeprefix("Optional ").lower() not in RESERVED
    calls = re.findall(r'(\w+) = KpiCall\("(\w+)", Array\(.*\)\)', modules["xlwings_udfs"])
    assert sorted(calls) == sorted((name, name) for name in functions.__all__)
    assert "Volatile" not in modules["xlwings_udfs"]
    assert "Err.Description" not in modules["xlwings_udfs"]


# -- what a cell, a shape on a sheet, or a macro of another workbook can reach

DECLARED = re.compile(
    r"^ *(?:(Public|Private|Friend) +)?(?:Static +)?"
    r"(Declare +(?:PtrSafe +)?)?(Function|Sub|Property +(?:Get|Let|Set)) +(\w+) *(?:\((.*?)\))?",
    re.MULTILINE | re.IGNORECASE,
)
PRIVATE_MODULE = re.compile(r"^Option Private Module$", re.MULTILINE)
CLASSES = {"KpiPython"}
DOCUMENTS = {"ThisWorkbook", "Sheet1"}


def declared(modules, private):
    """Every procedure and declaration: module, whether it is private, kind, name, arguments."""
    for module, code in modules.items():
        if bool(PRIVATE_MODULE.search(code)) == private and module not in CLASSES:
            for scope, declare, kind, name, arguments in DECLARED.findall(code):
                what = "Declare" if declare else kind.split()[0].title()
                yield module, scope.title() == "Private", what, name, arguments


def test_nothing_is_offered_to_cells_but_the_functions(modules):
    """A public function of a module that is not private is a worksheet function in any workbook."""
    offered = [
        name
        for _, is_private, kind, name, _ in declared(modules, private=False)
        if not is_private and kind != "Sub"
    ]
    assert sorted(offered) == sorted(functions.__all__)


def test_nothing_can_be_run_but_the_buttons(modules, ribbon):
    """A shape in any workbook can run a public sub with texts; a button's takes what none can give."""
    public = {
        name: arguments
        for _, is_private, kind, name, arguments in declared(modules, private=False)
        if not is_private and kind == "Sub"
    }
    buttons = {
        one.attrib["onAction"].split(".")[1] for one in ribbon.iter(f"{{{NAMESPACE}}}button")
    }
    # Excel calls the other when it has started: it looks at files, and describes the functions.
    assert set(public) == buttons | {"KpiOpened"}
    assert {public[name] for name in buttons} == {"control As IRibbonControl"}
    assert public["KpiOpened"] == ""


def test_no_procedure_takes_code_or_a_file_from_outside(modules):
    """`Application.Run` and shapes reach private procedures of modules, too, by their full names."""
    reachable = {
        (module, name): arguments
        for private in (True, False)
        for module, _, _, name, arguments in declared(modules, private)
        if module != "xlwings_udfs"
    }
    assert ("KpiReach", "KpiCall") in reachable
    for (module, name), arguments in reachable.items():
        body = modules[module][modules[module].index(f" {name}(") :].split("\nEnd ")[0]
        if re.search(r"\.(Run|Exec|Server)\b|Shell|CreateObject|Open |Kill ", body):
            # KpiCall asks Python for functions of one module by their names; the others take nothing.
            assert arguments.startswith("ByVal control As IRibbonControl") or (
                (module, name) == ("KpiReach", "KpiCall") or not arguments
            ), (module, name)
    asked = re.findall(r"CallUDF\((\w+), ", "\n".join(modules.values()))
    assert set(asked) == {"moduleName", "MODULE_OF_CALLS"}
    assert re.findall(r"moduleName = (.*)", modules["KpiReach"]) == ["KpiModule()"]
    assert (
        '"' not in modules["KpiReach"].split("moduleName = KpiModule()")[1].split("End Function")[0]
    )
    named = re.findall(r"KpiModule = (.*)", modules["KpiReach"])
    assert named == ["MODULE_OF_FUNCTIONS", 'MODULE_OF_FUNCTIONS & "1904"']
    code = "\n".join(modules.values())
    assert len(re.findall(r"\.Exec\b", code)) == 1
    assert not re.search(
        r"(?i)CreateObject|WScript|\bEvaluate\b|ExecuteExcel4Macro|Auto_Open", code
    )
    assert not re.search(r"(?i)^\s*Public (?!Sub|Function)", code, re.MULTILINE)


def test_what_happens_by_itself_is_known(modules, parts):
    """Nothing runs by itself but the opening of the add-in and a look after each calculation whether
    Python was there, and no name or sheet of it holds code.
    """
    subs = re.findall(r"Sub (\w+)", modules["ThisWorkbook"] + modules["Sheet1"])
    assert subs == ["Workbook_Open", "program_AfterCalculate"]
    assert b"definedName" not in parts["xl/workbook.xml"]
    assert not [name for name in parts if "macrosheets" in name or "externalLink" in name]


def test_no_workbook_chooses_the_program_that_is_started(modules):
    """The user's own file does: neither the open workbook nor what lies in its folder."""
    code = modules["KpiPython"]
    assert "Interpreter" in code and "ActiveWorkbook.Name" in code
    # The open workbook is handed to Python, and named to it on a Mac, and nothing is read of it.
    used = {line.strip() for line in code.splitlines() if "ActiveWorkbook" in line}
    assert len(used) == 3
    assert not re.search(r"Worksheets|Sheets\(|\.Path\b(?<!Application\.Path)|FullName", code)
    assert re.findall(r'file = Environ\("(\w+)"\) & "(.*)"', code) == [
        ("HOME", "/kpi_xl.conf"), ("USERPROFILE", r"\.kpi_xl\kpi_xl.conf"),
    ]  # fmt: skip
    for name, other in modules.items():
        if name != "KpiPython":
            assert "ActiveWorkbook" not in other.replace("ActiveWorkbook Is Nothing", ""), name


def test_xlwings_is_the_pinned_one(modules):
    for bits in (32, 64):
        assert f'Lib "xlwings{bits}-{XLWINGS}.dll"' in modules["KpiPython"]
    assert "@" not in modules["KpiPython"]


def test_another_xlwings_is_refused(monkeypatch):
    import xlwings

    monkeypatch.setattr(xlwings, "__version__", "0.37.9")
    with pytest.raises(sources.VersionError, match="pip install xlwings=="):
        build()


def test_the_pin_is_the_one_of_the_package():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"xlwings=={XLWINGS}" in text


# -- the ribbon, by the rules of [MS-CUSTOMUI2] for the elements in it

TEXT = r".{1,1024}"
RULES = {
    "customUI": (set(), {"ribbon"}),
    "ribbon": (set(), {"tabs"}),
    "tabs": (set(), {"tab"}),
    "tab": ({"id", "label"}, {"group"}),
    "group": ({"id", "label"}, {"button", "menu"}),
    "menu": ({"id", "label", "size", "imageMso", "screentip", "supertip"}, {"button"}),
    "button": (
        {"id", "label", "size", "imageMso", "screentip", "supertip", "onAction", "tag"},
        set(),
    ),
}
VALUES = {
    "id": r"[A-Za-z_][\w.-]{0,1023}",
    "imageMso": r"[A-Za-z]\w{0,1023}",
    "onAction": r"[A-Za-z]\w*\.[A-Za-z]\w*",
    "size": "normal|large",
    "label": TEXT, "screentip": TEXT, "supertip": TEXT, "tag": TEXT,
}  # fmt: skip


@pytest.fixture(scope="module")
def ribbon(parts):
    return ElementTree.fromstring(parts["customUI/customUI14.xml"])


def test_the_ribbon_is_valid(ribbon):
    ids = []

    def check(element):
        name = element.tag.removeprefix(f"{{{NAMESPACE}}}")
        attributes, children = RULES[name]
        assert set(element.attrib) <= attributes, name
        assert not (element.text or "").strip()
        if "id" in attributes:
            ids.append(element.attrib["id"])
        if name == "button":
            assert "onAction" in element.attrib
        for attribute, value in element.attrib.items():
            assert re.fullmatch(VALUES[attribute], value), (attribute, value)
        for child in element:
            assert child.tag.removeprefix(f"{{{NAMESPACE}}}") in children
            check(child)

    check(ribbon)
    assert len(ids) == len(set(ids))


def test_the_buttons_of_a_menu_have_no_size(ribbon):
    for menu in ribbon.iter(f"{{{NAMESPACE}}}menu"):
        assert not [button for button in menu if "size" in button.attrib]


def test_every_button_has_its_macro_and_every_macro_its_python(ribbon, modules):
    from udfs import macros

    buttons = list(ribbon.iter(f"{{{NAMESPACE}}}button"))
    for button in buttons:
        module, macro = button.attrib["onAction"].split(".")
        assert f"Public Sub {macro}(control As IRibbonControl)" in modules[module]
    called = re.findall(r'KpiRun control, "(\w+)\(', modules["KpiRibbon"])
    assert len(called) == len({button.attrib["onAction"] for button in buttons})
    assert all(callable(getattr(macros, name)) for name in called)
    labels = [button.attrib["label"] for button in buttons]
    assert [name for name in labels if name in workbook_templates.NAMES] == [
        *workbook_templates.NAMES, *workbook_templates.NAMES
    ]  # fmt: skip
    labels += [menu.attrib["label"] for menu in ribbon.iter(f"{{{NAMESPACE}}}menu")]
    shown = {
        "刷新月度KPI", "生成", "下发", "回收", "数据校验", "诊断", "指标说明", "设置", "帮助",
        "检查安装", "导入向导", "写入公式名称",
    }  # fmt: skip
    assert shown <= set(labels)


def test_the_level_that_is_offered_is_the_usual_one(modules):
    """Whoever changes nothing gets it; an empty answer, as 取消 gives it, does nothing."""
    from udfs.buttons import USUAL

    code = modules["KpiRibbon"]
    body = code[code.index("Sub KpiDistribute(") :].split("End Sub")[0]
    assert sources.ascii_only(f'"KPI", "{USUAL}")') in body
    assert 'If level = "" Then Exit Sub' in body


def test_the_descriptions_fit_in_one_procedure_each(modules):
    code = modules["KpiDescriptions"]
    assert code.count('KpiDescribe "') == len(functions.__all__)
    for body in code.split("End Sub"):
        assert len(body) < 30_000


def test_the_sources_in_the_repository_are_readable():
    """Chinese where a user reads it, nothing but ASCII elsewhere; that is what the build checks."""
    assert sources.ascii_only('x = "ab""c"') == 'x = "ab""c"'
    assert sources.ascii_only('x = "人""力"') == 'x = KpiChars("4EBA0022529B")'
    with pytest.raises(ValueError, match="ASCII"):
        sources.ascii_only("' 人力")


def test_nothing_of_pywin32_stays_behind():
    build()
    assert not [name for name in ("pythoncom", "pywintypes", "win32com") if name in sys.modules]


def test_the_zip_says_nothing_of_the_system_it_was_made_on():
    with zipfile.ZipFile(io.BytesIO(build())) as archive:
        for entry in archive.infolist():
            assert entry.create_system == 0
            assert entry.compress_type == zipfile.ZIP_STORED
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
