"""Whatever sheet of whatever workbook says about a KPI of a unit, another does not say otherwise."""

import re
from collections import defaultdict

import openpyxl
import pytest
from click.testing import CliRunner

from conftest import MONTH
from kpi_xl.calendar import Month
from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.organisation import STANDARD
from kpi_xl.cli.commands import app
from kpi_xl.data.cube import Cube
from kpi_xl.data.store import reading
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.shown import with_bands
from kpi_xl.jobs.fill import fill
from kpi_xl.project import Project
from kpi_xl.workbook import read
from udfs import current, functions

# What openpyxl leaves out of a workbook that it reads is not what is looked at here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

BRANCH = "江城分公司"
STATUSES = {"健康", "异常", "危险", "未成熟"}
BOUNDS = re.compile(r"健康 [≥≤] [\d.,]+%?，异常 [≥≤] [\d.,]+%?，危险 [<>] [\d.,]+%?")
NAMES = {kpi.name for kpi in kpis.values()}


@pytest.fixture(scope="module")
def findings(branch):
    """The findings of every level, by the path of each unit."""
    cube = Cube.open(branch.project.cube)
    with reading(branch.project, cube) as store:
        settings, month = branch.project.settings, Month.parse(MONTH)
        of = {
            level: Findings.read(cube, store, settings, month, level)
            for level in STANDARD.levels
            if cube.of_level(level)
        }
    return {cube.units[unit].path: (one, unit) for one in of.values() for unit in one.units}


@pytest.fixture(scope="module")
def told(branch):
    """What every workbook says."""
    paths = {unit.name: unit.path for unit in Cube.open(branch.project.cube).units}
    return said_in(branch.filled.items(), paths)


def said_in(filled, paths):
    """Statuses by unit and KPI, and bounds by KPI, each with the places that say so."""
    statuses, bounds = defaultdict(set), defaultdict(set)
    for template, done in filled:
        for file, own in of_each_level(done.files, paths):
            book = openpyxl.load_workbook(file, data_only=True)
            for sheet in book.worksheets:
                place = f"{template}：{sheet.title}"
                rows = list(sheet.iter_rows(values_only=True))
                for name, status, unit in judged(rows):
                    statuses[paths.get(unit, own), name].add((status, place))
                for row in rows:
                    for name, text in bounded(row):
                        bounds[name].add((text, place))
            book.close()
    return statuses, bounds


def of_each_level(files, paths, most=3):
    """Some of the workbooks of the units of each level, each with its unit's path."""
    found = defaultdict(list)
    for file in files:
        unit = read(file).get("unit.name")
        if unit in paths and len(found[paths[unit].count("/"), unit == BRANCH]) < most:
            found[paths[unit].count("/"), unit == BRANCH].append((file, paths[unit]))
    return [one for level in found.values() for one in level]


def bounded(row):
    """The bounds that a row tells, each with the KPI it tells them of."""
    texts = [cell for cell in row if isinstance(cell, str)]
    names = {one.rstrip(" ↓") for one in texts} & NAMES
    for found in (found for text in texts for found in BOUNDS.findall(text)):
        (name,) = names
        yield name, found


def judged(rows):
    """The KPI, the status and the name beside them of every line below 指标 and 状态."""
    columns = None
    for row in rows:
        if "状态" in row and ("指标" in row or "关键绩效指标" in row):
            heading = "指标" if "指标" in row else "关键绩效指标"
            columns = row.index(heading), row.index("状态")
            unit = row.index("单位") if "单位" in row else None
        elif columns is not None:
            name, status = (row[place] for place in columns)
            name = name.rstrip(" ↓") if isinstance(name, str) else name
            if name in NAMES and status in STATUSES:
                yield name, status, None if unit is None else row[unit]


def test_one_status_each(told, findings):
    statuses, _ = told
    places = {place for said in statuses.values() for _, place in said}
    assert {place.partition("：")[0] for place in places} >= {"月度KPI表", "月度经营检讨"}
    told_of = {findings[unit][0].level for unit, _ in statuses}
    assert told_of == {"分公司", "营业部", "营业组"}
    for (unit, name), said in statuses.items():
        of, number = findings[unit]
        right = of.status(kpis.find(name).code, number)
        assert {status for status, _ in said} == {right}, (unit, name, said)


def test_one_bound_each(told, branch):
    _, bounds = told
    settings = branch.project.settings
    assert len(bounds) > 5 and settings.bands.keys() & bounds.keys()
    for name, said in bounds.items():
        kpi = with_bands(kpis.find(name), settings)
        assert {text for text, _ in said} == {kpi.bands.text(kpi.direction, kpi.unit)}, said


@pytest.fixture(scope="module")
def front_pages(branch, findings):
    """What the front page of each unit says, by the unit's path."""
    paths = {unit.name: unit.path for unit in Cube.open(branch.project.cube).units}
    files = branch.filled["月度KPI表"].files
    return {path: read(file) for file, path in of_each_level(files, paths, most=100)}


def test_the_front_page_judges_as_all_others(front_pages, findings):
    """Its headlines have the one status, and its lines that of the result of each unit."""
    judged_ = 0
    for path, said in front_pages.items():
        of, number = findings[path]
        for place in "12345":
            name, told = said.get(f"front.{place}.名称"), said.get(f"front.{place}.状态")
            if name and told:
                judged_ += 1
                mark, status, *grounds = told.split()
                code = kpis.find(name.removesuffix(" ↓")).code
                assert status == of.status(code, number), (path, name, told, mark)
                assert " ".join(grounds) == of.grounds(code, number), (path, name, told)
        result = kpis.find(said["front.1.名称"].removesuffix(" ↓"))
        for (name,), (told,) in zip(said["front.单位.名称"], said["front.单位.状态"], strict=True):
            below = [one for one in findings if one.rpartition("/")[2] == name]
            if told and told != "—" and len(below) == 1:
                one, unit = findings[below[0]]
                status = one.status(result.code, unit)
                warned = [w.worst for w in one.warnings_of(unit)]
                worst = "危险" if "危险" in warned else "异常" if warned else "—"
                judged_ += 1
                assert told.split()[-1] == (worst if status == "—" else status), (path, name)
    assert judged_ > 40


def test_the_lines_of_a_front_page_add_up_to_its_sum(front_pages, findings):
    """With 未分配, or who left, among them: a branch is the sum of what stands below it."""
    seen = 0
    for path, said in front_pages.items():
        rows = {
            name: (done or 0.0, people or 0)
            for (name,), (done,), (people,) in zip(
                *(said[f"front.单位.{end}"] for end in ("名称", "完成", "人数")), strict=True
            )
            if name
        }
        if "合计" not in rows:
            continue
        seen += 1
        whole = rows.pop("合计")
        assert sum(done for done, _ in rows.values()) == pytest.approx(whole[0], abs=0.005), path
        if all(people for _, people in rows.values()):
            assert sum(people for _, people in rows.values()) == whole[1], path
        of, number = findings[path]
        named = kpis.find(said["front.列名"][0][2])
        assert whole[0] == pytest.approx(of.value(named.code, number), abs=0.005), path
    assert seen >= 9


def test_a_warning_is_a_status(findings):
    """What is listed as a warning is 异常 or 危险 where it is judged, and the other way round."""
    for one, unit in findings.values():
        facts = one.warnings_of(unit)
        warned = {shown.kpi: shown.status for fact in facts for shown in fact.shown_by}
        red = {c: one.status(c, unit) for c in one.kpis if one.status(c, unit) in ("异常", "危险")}
        assert warned == red


BANDS = {
    "活动率": "{ healthy = 0.7, danger = 0.6 }",
    "保费持续率": "{ healthy = 0.83 }",
    "脱落率": "{ healthy = 0.04, danger = 0.06 }",
}


def test_the_bounds_of_the_project_are_those_everywhere(copied_branch, monkeypatch):
    settings = copied_branch / "kpi.toml"
    text = settings.read_text(encoding="utf-8")
    for name, line in BANDS.items():
        text, found = re.subn(f'(?m)^"{name}" = .*$', f'"{name}" = {line}', text)
        assert found == 1
    settings.write_text(text, encoding="utf-8")
    project = Project.open(copied_branch)
    done = fill(project, "月度KPI表", "2024-04")
    paths = {unit.name: unit.path for unit in Cube.open(project.cube).units}
    statuses, bounds = said_in([("月度KPI表", done)], paths)
    monkeypatch.setenv("KPI_XL_PROJECT", str(copied_branch))
    monkeypatch.setattr(current, "_watch", current._Watch())
    for name in BANDS:
        kpi = with_bands(kpis.find(name), project.settings)
        text = kpi.bands.text(kpi.direction, kpi.unit)
        assert {one for one, _ in bounds[name]} == {text}
        assert text in functions.KPI_HELP(name)
        told = CliRunner().invoke(app, ["-p", str(copied_branch), "explain", name])
        assert text in told.output and "kpi.toml" in told.output
        for value in (0.03, 0.05, 0.08, 0.5, 0.6, 0.7, 0.8, 0.9):
            assert functions.KPI_STATUS(name, value) == kpi.bands.status(value, kpi.direction)
    for (unit, name), said in statuses.items():
        (status,) = {status for status, _ in said}
        assert functions.KPI(name, unit or BRANCH, "2024-04", "状态") == status
