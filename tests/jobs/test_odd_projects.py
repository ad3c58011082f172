"""Odd projects: whatever they are told is told once, adds up, and can be."""

import json
import math
import re
import zipfile
from collections import defaultdict

import pytest
import xlsxwriter
from click.testing import CliRunner
from hypothesis import settings
from lxml import etree
from python_calamine import CalamineWorkbook

from jobs.test_judged_once import BOUNDS, bounded, judged
from jobs.test_judged_once import NAMES as NAMES_OF_KPIS
from kpi_xl.api import Project as Frames
from kpi_xl.assistant.tools import Asking, ask
from kpi_xl.catalogue import kpis
from kpi_xl.catalogue.units import UNASSIGNED
from kpi_xl.cli.commands import app
from kpi_xl.data.store import reading
from kpi_xl.findings.aggregation import weights
from kpi_xl.findings.findings import Findings
from kpi_xl.findings.shown import with_bands
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load
from kpi_xl.pages.make import make, pages_of
from kpi_xl.pages.picture import LAYOUTS, svg
from odd_projects import MONTH, ODD, odd_project
from pages.reading import parsed, unit_cells
from udfs import current, functions
from workbook_templates import NAMES

STATUSES = ("健康", "异常", "危险", "未成熟")
JUDGING = (
    "月度KPI表", "月度经营检讨", "月度目标设定、达成表", "营业部经理月度KPI设定表", "上月改善措施进展检讨", "主管日程",
)  # fmt: skip
"""The templates with a column of statuses; the thorough profile fills every one of every project,
the usual run every one of the first."""


class Odd:
    """An odd project with its findings and all that it is told."""

    def __init__(self, folder, kind):
        self.kind, self.project = kind, odd_project(folder, kind)
        self.cube = load(self.project).cube
        self.findings = {}
        with reading(self.project, self.cube) as store:
            for level in dict.fromkeys(unit.level for unit in self.cube.units):
                of = Findings.read(self.cube, store, self.project.settings, self.cube.last, level)
                self.findings |= {self.cube.units[unit].path: (of, unit) for unit in of.units}
        self.tiles, self.said, self.drawn, self.words = {}, {}, {}, {}
        with pages_of(self.project, self.cube, self.cube.last) as pages:
            for path, (_, unit) in self.findings.items():
                month = pages.months.of(unit)
                self.tiles[path], self.said[path] = month.tiles, month.sentences
                self.drawn[path] = [svg(month, layout) for layout in LAYOUTS]
        self.rows, self.undone = {}, []
        for template in NAMES if THOROUGH or kind == USUAL[0] else JUDGING:
            self._fill(template)

    def _fill(self, template):
        try:
            done = fill(self.project, template, MONTH)
        except Exception as error:
            self.undone.append((template, error))
            return
        self.undone += [(template, one) for one in done.undone]
        for file in done.files:
            self.words[template, file.stem] = list(words_in(file))
            book = CalamineWorkbook.from_path(str(file))
            for sheet in book.sheet_names:
                rows = book.get_sheet_by_name(sheet).to_python()
                self.rows[template, file.stem, sheet] = [
                    [None if cell == "" else cell for cell in row] for row in rows
                ]

    def meant(self, stem, unit):
        """The path of the unit that a line is about: the workbook's own, or one below it."""
        own = self.own(stem)
        if unit is None or len(own) != 1:
            return own[0] if len(own) == 1 else None
        top = own[0] == self.cube.units[0].path
        below = [
            path
            for path in self.findings
            if path.rpartition("/")[2] == unit and (top or path.startswith(f"{own[0]}/"))
        ]
        return below[0] if len(below) == 1 else None

    def own(self, stem):
        """The unit that a workbook is of."""
        return [path for path in self.findings if path == stem or path.replace("/", "_") == stem]

    def status(self, path, name):
        of, unit = self.findings[path]
        return of.status(self.project.settings.kpis.find(name).code, unit)


USUAL = ("一个组", "退保多", "有人没有单位")
"""Those of the usual run; the thorough profile has all."""

THOROUGH = settings.default.max_examples > 40
_SVG = "{http://www.w3.org/2000/svg}"


def words_in(file):
    """What stands in a workbook's pictures, charts and notes: texts, and what is read aloud."""
    with zipfile.ZipFile(file) as package:
        for part in package.namelist():
            if re.match(r"xl/(drawings|charts|comments|diagrams)[^/]*(/[^/]*)?\.xml$", part):
                for one in etree.fromstring(package.read(part)).iter():
                    yield from filter(None, (one.text, one.get("descr"), one.get("title")))


def beside(rows):
    """The KPI and the status of every line that has one of each, whatever its columns are called."""
    for row in rows:
        texts = [cell.strip() for cell in row if isinstance(cell, str)]
        names = [one.removesuffix(" ↓") for one in texts if one.removesuffix(" ↓") in NAMES_OF_KPIS]
        told = [one.split()[-1] for one in texts if one and one.split()[-1] in STATUSES]
        if len(names) == len(told) == 1:
            yield names[0], told[0], texts


@pytest.fixture(scope="module", params=ODD if THOROUGH else USUAL)
def odd(request, tmp_path_factory):
    return Odd(tmp_path_factory.mktemp("odd") / "p", request.param)


def test_every_workbook_is_made(odd):
    """Or says what there is too little of, in words."""
    for template, error in odd.undone:
        assert re.search("[一-龥]", str(error)), (template, error)
    assert {template for template, *_ in odd.rows} >= {"月度KPI表", "月度经营检讨"}


def test_no_kpi_is_judged_or_bounded_in_two_ways(odd):
    bounds, seen = defaultdict(set), 0
    for (template, stem, sheet), rows in odd.rows.items():
        for name, status, unit in judged(rows):
            path = odd.meant(stem, unit)
            if path is not None:
                seen += 1
                assert status == odd.status(path, name), (template, stem, sheet, name)
        for row in rows:
            for name, text in bounded(row):
                bounds[name].add(text)
    assert seen
    for name, told in bounds.items():
        kpi = with_bands(kpis.find(name), odd.project.settings)
        assert told == {kpi.bands.text(kpi.direction, kpi.unit)}


def test_no_line_of_any_template_judges_otherwise(odd):
    """Not only below 指标 and 状态: wherever a KPI and a status stand in one line."""
    seen = defaultdict(int)
    for (template, stem, sheet), rows in odd.rows.items():
        for name, status, texts in beside(rows):
            units = [one for one in texts if odd.meant(stem, one) not in (None, *odd.own(stem))]
            path = odd.meant(stem, units[0] if units else None)
            if path is not None:
                seen[template] += 1
                assert status == odd.status(path, name), (template, stem, sheet, texts)
    assert seen["月度KPI表"] > 10


def test_pictures_judge_as_all_else(odd):
    """Each tile has its KPI's one status, or none, and its last point is hollow when not ripe."""
    judged_ = 0
    for path, pictures in odd.drawn.items():
        for picture in pictures:
            root = etree.fromstring(picture.encode())
            for tile in root.iter(f"{_SVG}g"):
                texts = ["".join(one.itertext()) for one in tile.findall(f"{_SVG}text")]
                told = [one[-len(word) :] for one in texts for word in STATUSES if word in one]
                right = odd.status(path, texts[0])
                assert told == ([right] if right in STATUSES else []), (path, texts)
                points = [one.text for one in tile.iter(f"{_SVG}title")]
                if points:
                    assert ("未成熟" in points[-1]) == (right == "未成熟"), (path, texts[0], points)
                judged_ += bool(told)
            whole = "".join(root.itertext())
            assert not BOUNDS.search(whole)  # a picture has no room for whose they are
    assert judged_


def test_words_in_charts_and_notes_judge_nothing_otherwise(odd):
    for (template, stem), words in odd.words.items():
        for text in words:
            named = [name for name in NAMES_OF_KPIS if name in text]
            told = [status for status in STATUSES if status in text]
            path = odd.meant(stem, None)
            if len(named) == len(told) == 1 and path is not None:
                assert told == [odd.status(path, named[0])], (template, stem, text)
            for name, bounds in bounded([text, *named]) if BOUNDS.search(text) else ():
                kpi = with_bands(kpis.find(name), odd.project.settings)
                assert bounds == kpi.bands.text(kpi.direction, kpi.unit)


def test_what_is_drawn_in_a_workbook_is_read(tmp_path):
    """The last test would find a status or a bound in a chart's title, a shape and a note."""
    file = tmp_path / "图.xlsx"
    with xlsxwriter.Workbook(file) as book:
        page = book.add_worksheet()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$3"})
        chart.set_title({"name": "活动率 危险"})
        page.insert_chart("B2", chart, {"description": "活动率的走势"})
        page.insert_textbox("B9", "出勤率 异常")
        page.write_comment("A1", "留存率 健康")
    assert {"活动率 危险", "活动率的走势", "出勤率 异常", "留存率 健康"} <= set(words_in(file))


def test_pages_and_commands_say_the_same(odd):
    for path, (of, unit) in odd.findings.items():
        for tile in odd.tiles[path]:
            assert tile.status == of.status(tile.kpi.code, unit), (path, tile.kpi.name)
    for file in make(odd.project).files:
        for path, slot, cell in unit_cells(parsed(file)):
            if path == UNASSIGNED:
                continue
            told = [one for one in STATUSES if one in cell.text_content()]
            right = odd.status(path, slot.removeprefix("kpi."))
            assert told == ([right] if right in STATUSES[1:] else []), (file.name, path, slot)
    for level in dict.fromkeys(of.level for of, _ in odd.findings.values()):
        command = ["-p", str(odd.project.folder), "--json", "warnings", "--level", level]
        told = CliRunner().invoke(app, command)
        assert told.exit_code == 0, told.output
        for row in json.loads(told.output)["rows"]:
            assert row["状态"] == odd.status(row["单位"], row["指标"]), row


def test_functions_and_words_say_the_same(odd, monkeypatch):
    monkeypatch.setattr(current._watch, "_look", lambda: None)
    monkeypatch.setattr(current._watch, "_data", current.Data.open(odd.project))
    for path, (of, unit) in odd.findings.items():
        red = {c: of.status(c, unit) for c in of.kpis if of.status(c, unit) in ("异常", "危险")}
        table = functions.KPI_WARNINGS(path, MONTH)
        listed = [f"{row[0]}；{row[5]}" for row in table] if isinstance(table, list) else []
        for code in red:  # by itself, or named in what explains it
            assert any(of.kpis[code].name in line for line in listed), (path, code)
        for code in list(of.kpis)[::5]:
            status = functions.KPI(of.kpis[code].name, path, MONTH, "状态")
            assert status == of.status(code, unit) or of.status(code, unit) == "—", (path, code)
        for one in odd.said[path]:
            if one.about == "预警":
                calm = "没有亮红灯" in one.text or "没有一项指标预警" in one.text
                assert calm == (not red), (path, one.text)


def test_lines_and_what_belongs_to_nobody_add_up(odd):
    """On the front page, unit by unit, and in the sums of everything that is a sum."""
    for (template, stem, sheet), rows in odd.rows.items():
        if (template, sheet) != ("月度KPI表", "首页"):
            continue
        start = next((n for n, row in enumerate(rows) if "人数" in row), None)
        if start is None:
            continue
        column = rows[start].index("人数") + 1
        place = rows[start].index("人数")
        lines = {}
        for row in rows[start + 1 :]:
            texts = [cell for cell in row[:place] if isinstance(cell, str)]
            if not texts:
                break
            lines[texts[0]] = (row[place] or 0, row[column] or 0)
        whole = lines.pop("合计")
        assert sum(one for _, one in lines.values()) == pytest.approx(whole[1], abs=0.02), stem
        if "已离开的人" not in lines and any(one for one, _ in lines.values()):
            assert sum(one for one, _ in lines.values()) == whole[0], stem


def test_the_rows_of_a_page_and_of_the_api_add_up(odd):
    """What belongs to no unit is a row of its own, on every level."""
    nobody = 0
    for file in make(odd.project).files:
        root, own = parsed(file), defaultdict(lambda: defaultdict(float))
        for row in root.xpath("//table[@data-sorts='tree']//tr[@data-unit]"):
            depth, path = row.get("class"), row.get("data-unit")
            nobody += path == UNASSIGNED
            for head, cell in zip(
                row.xpath("ancestor::table/thead//th")[1:], row.xpath("./td"), strict=True
            ):
                if depth == "d1" and cell.get("data-value"):
                    own[head.get("data-slot")]["sum"] += float(cell.get("data-value"))
        named = [one for one in odd.findings if one.rpartition("/")[2] == file.stem]
        of, unit = odd.findings[named[0]] if len(named) == 1 else (None, None)
        for slot, found in own.items():
            kpi = kpis.find(slot.removeprefix("kpi."))
            if of is not None and weights(kpi):
                assert found["sum"] == pytest.approx(of.value(kpi.code, unit), abs=0.005), slot
    sums = [kpi for kpi in kpis.values() if weights(kpi) and odd.cube.has(kpi)]
    names = [kpi.name for kpi in sums]
    whole = Frames(odd.project.folder).kpis(names)
    for level in odd.cube.levels[1:]:
        lines = Frames(odd.project.folder).kpis(names, level=level)
        by_month = lines.groupby(level="期间").sum()
        apart = by_month - whole.droplevel("单位").loc[by_month.index]
        assert apart.abs().max().max() < 0.01, level
    assert nobody or odd.kind != "有人没有单位"


def test_an_assistant_can_add_up_what_it_is_told(odd):
    name = "首年新单保费"
    asked = {"kpis": [name], "first": "2024-01", "last": MONTH}
    told = ask(Asking(odd.project, None), "table", asked).record()["tables"][0]["rows"]
    whole = Frames(odd.project.folder).kpis(name, months=f"2024-01:{MONTH}").droplevel("单位")
    sums = defaultdict(float)
    for row in told:
        cell = row[f"{name}（元）"]
        sums[row["月份"]] += cell["number"] or 0 if isinstance(cell, dict) else 0
    assert sums == pytest.approx(whole[name].to_dict(), abs=0.005)


NEVER = (
    re.compile("能比的.*只有"), re.compile(r"nan|None|#[A-Z/0]+[!?]|inf\b"),
    re.compile("第 [-0]"), re.compile(r"[-−]0(\.0+)?(?![\d.])[^\d-]*$"),
)  # fmt: skip


def test_nothing_silly_is_said(odd):
    """No judgement that can never be made, no error, no month 0, no nought below nought."""
    for where, rows in odd.rows.items():
        for row in rows:
            for cell in row:
                if isinstance(cell, float):
                    assert math.isfinite(cell) and not (cell == 0 and math.copysign(1, cell) < 0)
                else:
                    assert not any(one.search(str(cell)) for one in NEVER if cell), (where, cell)
    for sentences in odd.said.values():
        for one in sentences:
            assert not any(never.search(one.text) for never in NEVER), one.text


def test_a_result_below_nought_is_said_so(odd):
    for path, (of, unit) in odd.findings.items():
        result, (first, *_) = of.value("KPI_FYP", unit), odd.said[path]
        assert ("做了负" in first.text or "做到负" in first.text) == (result < 0), first.text
