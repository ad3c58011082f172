"""Forms are as short as their month and their people, and blank where nobody has written yet."""

import functools
import re
import warnings
import zipfile

import openpyxl
import pytest
from click.testing import CliRunner

from kpi_xl.cli.commands import app
from small_branch import TWO_DEPARTMENTS, small_branch
from workbook_templates import path, week

FOUR_WEEKS, FIVE_WEEKS = "2024-06", "2024-07"
WEEKLY = (
    "主管日程",
    "周工作计划",
    "周计划及检讨表",
    "客户经理工作日志",
    "每日活动检查表",
    "营业部每周活动情况统计表",
    "营业部经理行事历",
    "销售主管工作日志",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return small_branch(tmp_path_factory.mktemp("short") / "p", TWO_DEPARTMENTS)


@functools.cache
def filled_in(folder, template, month):
    done = CliRunner().invoke(app, ["-p", str(folder), "fill", template, "-m", month])
    assert done.exit_code == 0, done.output
    return sorted((folder / "output" / month / template).rglob("*.xlsx"))[0]


def filled(project, template, month):
    return filled_in(project.folder, template, month)


def opened(file, **how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl does not know a print area that is a formula
        return openpyxl.load_workbook(file, **how)


@pytest.mark.parametrize("template", WEEKLY)
def test_a_fifth_week_is_there_in_a_month_that_has_one_only(project, template):
    for month, weeks in ((FOUR_WEEKS, 4), (FIVE_WEEKS, 5)):
        book = opened(filled(project, template, month))
        seen = [s.title for s in book if "周" in s.title and s.sheet_state == "visible"]
        assert len([name for name in seen if re.fullmatch("第.周", name)]) == weeks, (month, seen)


def unseen(sheet, cell):
    """Whether a zero is not shown: by the format, or as long as nothing is typed."""
    if re.search(r"^[^;]*;[^;]*;(;|$)", cell.number_format):
        return True
    return any(
        cell.coordinate in area.sqref
        and any(re.match(r"COUNT\(.*\)=0|[A-Z]+\d+=0", formula) for formula in rule.formula)
        and rule.dxf.numFmt.formatCode == ";;;"
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.dxf is not None and rule.dxf.numFmt is not None
    )


@pytest.mark.parametrize("template", WEEKLY)
def test_what_is_written_by_hand_is_blank_and_not_zero(project, template):
    """A sum of cells that nobody has filled in yet shows nothing."""
    file = filled(project, template, FIVE_WEEKS)
    formulas = opened(file)
    values = opened(file, data_only=True)
    shown = [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in formulas
        if sheet.sheet_state == "visible"
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
        and cell.value.startswith("=")
        and values[sheet.title][cell.coordinate].value == 0
        and not unseen(sheet, cell)
    ]
    assert not shown, "\n".join(map(str, shown))


@pytest.mark.parametrize("template", week.ONE_OF_THREE)
def test_a_form_like_others_says_what_it_is_for_and_which_to_take_instead(template):
    first = opened(path(template)).worksheets[0]
    (told,) = [c.value for c in first[2] if c.value]
    assert all(other in told for other in week.ONE_OF_THREE if other != template)


def drawn(file):
    """The alternative texts of the charts of a workbook."""
    with zipfile.ZipFile(file) as package:
        return {
            text
            for part in package.namelist()
            if re.fullmatch(r"xl/drawings/drawing\d+.xml", part)
            for text in re.findall('descr="(.*?)"', package.read(part).decode())
        }


def test_a_chart_without_points_is_not_drawn(project):
    """Six months without dues: no year ago, no persistency."""
    file = filled(project, "月度KPI表", "2024-06")
    found = drawn(file)
    assert "比上月的瀑布图" in found
    assert "比去年同期的瀑布图" not in found
    assert "活动率的走势" in found
    assert not any("继续率" in text or "持续率" in text for text in found)


def test_what_can_never_be_judged_is_said_once(project):
    """With two departments nobody can tell whether a measure has worked: no line says so."""
    file = filled(project, "月度经营检讨", "2024-06")
    texts = [
        str(cell.value)
        for sheet in opened(file)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value
    ]
    assert not [text for text in texts if "说不出是不是措施的作用" in text]
