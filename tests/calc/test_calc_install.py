"""Installed as a user does it: the command line, LibreOffice's own unopkg, the next start."""

import os
import shutil
import subprocess
import sys
import tempfile
import types
import urllib.parse
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import workbook_templates
from calc.cells import content
from calc.running import ROOT, Office, available, properties
from kpi_xl.cli import app
from kpi_xl.system.user import User
from office import SOFFICE
from udfs import buttons, functions
from udfs.calc import install, menu
from udfs.calc.build import FUNCTIONS, build, parts
from udfs.calc.libreoffice import installed_extensions
from udfs.calc.signatures import table
from udfs.calc.type_library import CELL_RANGE, Method, type_library
from udfs.commands import CALC
from udfs.doctor import doctor


def test_it_is_the_same_every_time(extension):
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from udfs.calc.build import build;"
         "sys.stdout.buffer.write(build())"],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"},
        capture_output=True,
        check=True,
    )  # fmt: skip
    assert done.stdout == extension == build()


def test_the_type_library_is_that_of_the_sdk():
    """A file of unoidl-write's, but for the text in which it tells its own version."""
    ours = type_library(
        "org.kpixl.XKpi", [Method("kpiA", "any", ["any", CELL_RANGE]), Method("kpiB", "any", [])]
    )
    assert ours[:8] == b"UNOIDL\xff\0"
    head = bytes.fromhex("05 01000000 1b000000") + b"com.sun.star.uno.XInterface" + bytes(8)
    assert ours[16 : 16 + len(head)] == head
    method = bytes.fromhex("02000000 04000000") + b"kpiA" + bytes.fromhex("03000000") + b"any"
    assert ours[16 + len(head) :].startswith(method)


def test_what_is_said_in_chinese():
    said = table()
    assert [one["name"] for one in said.values()] == functions.__all__
    activity = said["kpiActivity"]
    assert activity["zh"].startswith("活动率 = 举绩人数 ÷ 平均人数")
    assert activity["arguments"][0]["name_zh"] == "举绩人数"
    for one in said.values():
        assert one["en"].isascii() or one["zh"] == one["en"] or "…" in one["en"], one
        for argument in one["arguments"]:
            assert all(argument[key] for key in ("name_zh", "name_en", "zh", "en")), one
    # An interface cannot tell two methods apart that differ in nothing but case.
    assert len({method.lower() for method in said}) == len(said)


def test_every_item_of_the_menu_has_its_action(extension):
    names = dict(parts())
    for name in ("Addons.xcu", "CalcWindowState.xcu", "description.xml", "META-INF/manifest.xml"):
        ElementTree.fromstring(names[name])
    urls = [
        value.text
        for prop in ElementTree.fromstring(names["Addons.xcu"]).iter("prop")
        if prop.get("{http://openoffice.org/2001/registry}name") == "URL"
        for value in prop.iter("value")
    ]
    called = {urllib.parse.unquote(url.partition("?")[2]) for url in urls} - {""}
    of_template = {command.name for command in CALC if command.of_template}
    made = {f"{command}/{name}" for command in of_template for name in workbook_templates.offered()}
    assert of_template == {"fill", "distribute"}
    assert called == {command.name for command in CALC} | made
    assert {c.name for c in CALC} - of_template == {*buttons.WITHOUT_CHOICE, "settings"}
    assert menu.address("fill", "周工作计划").isascii()


@pytest.fixture
def home(monkeypatch):
    """Of a user who is not root, as LibreOffice wants it: where root runs the tests, unopkg is
    run as nobody, who has no way into pytest's own folders."""
    folder = Path(tempfile.mkdtemp(prefix="kpi_xl-home-"))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("USERPROFILE", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    if os.geteuid() == 0:
        run = subprocess.run

        def run_as_nobody(arguments, **options):
            if "add" in arguments:
                Path(arguments[-1]).parent.chmod(0o755)
            for path in (folder, *folder.rglob("*")):
                if not path.is_symlink() and ".kpi_xl" not in path.parts:
                    shutil.chown(path, "nobody", "nogroup")
            return run(arguments, **options, user="nobody", group="nogroup", extra_groups=[])

        monkeypatch.setattr(install, "_whose", list)
        monkeypatch.setattr(install, "subprocess", types.SimpleNamespace(run=run_as_nobody))
    yield folder
    shutil.rmtree(folder)


def command(*arguments):
    """The command line."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def finding(home, name):
    found = doctor(user=User(home, home), windows=False, environment={"HOME": str(home)})
    return next(one for one in found if one.name == name)


@pytest.mark.skipif(SOFFICE is None or not available, reason="LibreOffice is not installed")
def test_installed_by_the_command_line(home, branch):
    assert finding(home, "LibreOffice 加载项").found.startswith("没有安装")
    done = command("addin", "install", "--host", "calc")
    assert done.exit_code == 0, done.output
    assert "已安装到 LibreOffice" in done.output
    conf = home / ".kpi_xl" / "calc.conf"
    assert conf.read_text(encoding="utf-8").splitlines() == [sys.executable, str(ROOT)]
    assert finding(home, "LibreOffice 加载项").fine
    assert finding(home, "LibreOffice 加载项用的 Python").fine
    assert finding(home, "LibreOffice 的 Python 支持").fine

    environment = {"KPI_XL_PROJECT": str(branch.project.folder)}
    office = Office(home, None, home=home, environment=environment)
    try:
        look_at(office)
        assert office.close() == 0
    finally:
        office.kill()

    # Another version of kpi_xl; a Python that has gone.
    (unpacked,) = installed_extensions(home, home)
    (unpacked / FUNCTIONS).write_text("{}", encoding="utf-8")
    assert "版本不一致" in finding(home, "LibreOffice 加载项").found
    conf.write_text(f"{home}/没有/python\n{ROOT}\n", encoding="utf-8")
    broken = finding(home, "LibreOffice 加载项用的 Python")
    assert not broken.fine
    assert "启动不了" in broken.found
    assert "addin install --host calc" in broken.advice

    done = command("addin", "uninstall", "--host", "calc")
    assert done.exit_code == 0, done.output
    assert not (home / ".kpi_xl").exists()
    assert installed_extensions(home, home) == []


def look_at(office):
    """Functions, their descriptions, the menu and the toolbar are there."""
    document = office.new(Hidden=True)
    sheet = document.Sheets.getByIndex(0)
    for place, formula, value in (
        ("A1", "=KPI_ACTIVITY(1800;2000;2000)", 0.9),
        ("A2", '=KPI_HELP("没有的指标")', functions.KPI_HELP("没有的指标")),
    ):
        sheet.getCellRangeByName(place).setFormula(formula)
        assert content(sheet.getCellRangeByName(place)) == value
    descriptions = office.service("com.sun.star.sheet.FunctionDescriptions")
    known = {
        properties["Name"]: properties
        for properties in (
            {one.Name: one.Value for one in descriptions.getByIndex(number)}
            for number in range(descriptions.Count)
        )
    }
    assert set(functions.__all__) <= known.keys()
    about = known["KPI_RETENTION13"]
    assert len(about["Arguments"]) == 4  # the document is none of the user's
    assert [argument.IsOptional for argument in about["Arguments"]] == [False, False, False, True]
    assert [argument.Name for argument in about["Arguments"]] == [
        "signed",
        "left",
        "month",
        "months",
    ]
    about = known["KPI_ACTIVITY"]
    assert about["Description"].startswith("Activity: =producers/")
    assert about["Arguments"][0].Description == "producers"
    provider = office.service("com.sun.star.configuration.ConfigurationProvider")

    def configured(path):
        return provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess", properties(nodepath=path)
        )

    addons = configured("/org.openoffice.Office.Addons/AddonUI")
    entry = addons.OfficeMenuBar.getByName("org.kpixl.calc.menu")
    submenu = entry.getByName("Submenu")
    titles = [submenu.getByName(name).getByName("Title") for name in submenu.ElementNames]
    assert entry.getByName("Title") == "KPI"
    assert [title for title in titles if title] == [command.label for command in CALC]
    states = configured("/org.openoffice.Office.UI.CalcWindowState/UIElements/States")
    toolbar = states.getByName(menu.TOOLBAR)
    assert (toolbar.getByName("UIName"), toolbar.getByName("DockPos")) == ("KPI", "0,4")
    document.close(True)
