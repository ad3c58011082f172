"""The official templates: built from the scripts, valid, and as their slots are declared."""

import re
import zipfile

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from kpi_xl.catalogue import kpis
from kpi_xl.slots.registry import declared
from kpi_xl.slots.slot import put
from kpi_xl.workbook import Template, read
from kpi_xl.workbook.inputs import input_slots
from office import (
    convert,
    formulas_and_values,
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
    openxml_audit_errors,
)
from templates import review_samples, samples
from workbook_templates import NAMES, OFFICIAL, build, monthly_data, path, slots_page

# openpyxl says what it would lose if it saved the file, which it never does here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

FILLED = {
    "月度KPI表": (samples.monthly_kpi, ()),
    "月度KPI表 分公司": (samples.monthly_kpi, (30,)),
    "月度目标设定、达成表": (samples.monthly_targets, ()),
    "月度目标设定、达成表 满": (samples.monthly_targets, (40,)),
    "业务改善措施计划": (review_samples.improvement_plan, ()),
    "业务改善措施计划 已填": (review_samples.improvement_plan_typed, ()),
    "上月改善措施进展检讨": (review_samples.improvement_progress, ()),
    "月度经营检讨": (review_samples.monthly_review, ()),
    "周工作计划": (samples.weekly_plan, ()),
    "周工作计划 已填": (samples.weekly_plan_done, ()),
    "主管日程": (samples.manager_schedule, ()),
}
every = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    """The templates as the scripts build them now."""
    return {file.stem: file for file in build.build_all(tmp_path_factory.mktemp("templates"))}


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """The templates with believable values."""
    folder, files = tmp_path_factory.mktemp("filled"), {}
    for name, (values, arguments) in FILLED.items():
        file = folder / f"{name}.xlsx"
        file.write_bytes(Template(path(name.split()[0])).fill(values(*arguments)))
        files[name] = file
    return files


def parts(file):
    with zipfile.ZipFile(file) as archive:
        return {entry: archive.read(entry) for entry in archive.namelist()}


def cells(reference):
    """The coordinates of a slot's cells."""
    first_column, first_row, last_column, last_row = range_boundaries(reference)
    return {
        (row, column)
        for row in range(first_row, last_row + 1)
        for column in range(first_column, last_column + 1)
    }


def covered(template, names):
    """The cells of these slots by sheet."""
    found = {}
    for name in names:
        slot = template.slots[name]
        found.setdefault(slot.sheet, set()).update(cells(slot.reference))
    return found


@every
def test_the_committed_file_is_what_the_script_builds(name, rebuilt):
    assert parts(path(name)) == parts(rebuilt[name])


@every
def test_building_twice_gives_the_same_bytes(name, rebuilt, tmp_path):
    again = tmp_path / "again.xlsx"
    build.build(name, again)
    assert again.read_bytes() == rebuilt[name].read_bytes()


@every
def test_the_template_is_valid(name):
    assert openxml_audit_errors(path(name)) == []


@pytest.mark.parametrize("name", FILLED)
def test_the_filled_template_is_valid(name, filled):
    assert openxml_audit_errors(filled[name]) == []


@needs_node_validator
def test_the_open_xml_sdk_finds_no_error(filled):
    files = [*map(path, NAMES), *filled.values()]
    assert not {file: errors for file, errors in open_xml_sdk_errors(files).items() if errors}


@every
def test_every_name_but_excels_own_is_a_slot(name):
    book = openpyxl.load_workbook(path(name))
    names = set(book.defined_names)
    # A name that begins with rows. makes an area grow and is no slot itself.
    assert {n for n in names if not n.startswith("rows.")} == set(Template(path(name)).slots)
    looks_like_cell = re.compile(r"(?i)[a-z]{1,3}\d+|r\d*c\d*|[rc]")
    for one in names:
        assert len(one) <= 255
        assert re.fullmatch(r"[^\W\d][\w.]*", one), one
        assert not looks_like_cell.fullmatch(one), one


def test_slots_md_is_made_of_the_declarations_and_the_templates():
    written = slots_page.PAGE.read_text(encoding="utf-8")
    assert slots_page.page(written) == written


def test_each_template_has_a_sign_of_its_own():
    assert len({one.sign for one in OFFICIAL.values()}) == len(OFFICIAL)


@every
def test_a_slot_has_as_many_cells_as_its_declaration_says(name):
    for slot in Template(path(name)).slots.values():
        cells = declared()[slot.name].slot.cells
        assert cells in (None, slot.rows * slot.columns), slot.name
        assert cells is not None or slot.columns == 1, slot.name


GATHERED = (
    "week<周>.plan.<活动>.合计",  # of the later weeks: over what the week before planned
    "week<周>.done.<项目>.合计",  # of what a log has line by line or day by day
    "week<周>.team.<项目>.合计",  # of seven days, cell by cell
)
"""Sums that some templates take over other cells than those of the slot in their name."""


@every
def test_a_sheet_has_the_formula_that_its_slot_declares(name):
    """Of which the cached value is computed: so both cannot differ."""
    template = Template(path(name))
    formulas = slots_page.Formulas(path(name), template)
    for slot in template.slots.values():
        one = declared()[slot.name]
        if one.slot.formula is None or not slot.has_formula:
            continue
        kpi = kpis.find(one.named["指标"]) if "指标" in one.named else None
        expected = one.slot.formula_of(kpi).excel(Names(one))
        found = formulas.of(slot, lambda other: other.name)
        assert found == expected or one.pattern in GATHERED, slot.name


class Names(dict):
    """Each cell's reference is the name of its slot."""

    def __init__(self, one):
        super().__init__()
        self.one = one

    def __missing__(self, name):
        group = self.one.group
        return put(group.pattern + name if name in group.slots else name, self.one.named)


@every
def test_cells_that_people_may_change_all_have_a_name(name):
    template = Template(path(name))
    open_slots = [one.slot.name for one in input_slots(template)]
    expected = covered(template, open_slots)
    for sheet in openpyxl.load_workbook(path(name)):
        unlocked = {
            (cell.row, cell.column)
            for row in sheet.iter_rows()
            for cell in row
            if not cell.protection.locked
        }
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        inside = {
            at for area in sheet.merged_cells.ranges for at in cells(area.coord)
        } & expected.get(sheet.title, set())
        assert unlocked | inside == expected.get(sheet.title, set()), sheet.title


@every
def test_every_formula_lies_in_a_slot(name):
    template = Template(path(name))
    slots = covered(template, (s for s in template.slots if not s.startswith("input.")))
    formulas, _ = formulas_and_values(path(name))
    assert formulas
    for sheet, cell in formulas:
        column, row, _, _ = range_boundaries(cell)
        assert (row, column) in slots[sheet], f"{sheet}!{cell}"


@every
def test_the_last_sheet_explains(name):
    book = openpyxl.load_workbook(path(name))
    assert book.sheetnames[-1] == "说明"
    assert book["说明"].sheet_state == "visible"


def test_kpi_formulas_are_those_of_the_catalogue():
    file = path("月度KPI表")
    slots = Template(file).slots
    formulas, _ = formulas_and_values(file)
    for names in monthly_data.FAMILIES.values():
        for name in names:
            kpi, row = monthly_data.kpi(name), slots[f"series.{name}"].first_row
            given = {"KPI_FYC": "FYC"} if kpi.code == "KPI_FYC" else {}
            given = given or {m.code: m.name for m in kpi.measures}
            rows = {code: slots[f"data.{one}"].first_row for code, one in given.items()}
            weight = {"premium_weight": "数据!$C$2"} if kpi.settings else {}
            actual = kpi.excel({c: f"数据!Z{r}" for c, r in rows.items()} | weight)[1:]
            cell = slots[f"kpi.{name}"].reference
            assert formulas["月度KPI", cell] == f'=IFERROR({actual},"—")'
            for column in "CNZ":
                weight = {"premium_weight": "$C$2"} if kpi.settings else {}
                one = kpi.excel({c: f"{column}{r}" for c, r in rows.items()} | weight)[1:]
                assert formulas["数据", f"{column}{row}"] == f"=IFERROR({one},NA())"


def same(shown, calculated):
    if isinstance(shown, float) or isinstance(calculated, float):
        return calculated == pytest.approx(shown, rel=1e-9, abs=1e-9)
    return (shown or "") == (calculated or "")


@needs_soffice
def test_libreoffice_calculates_what_the_files_show(filled, tmp_path):
    files = {**filled, **{f"{name}（空）": path(name) for name in NAMES}}
    copies = []
    for name, file in files.items():
        copies.append(tmp_path / f"{name}.xlsx")
        copies[-1].write_bytes(file.read_bytes())
    calculated = convert(copies, "ods", tmp_path, tmp_path / "profile")
    back = convert(calculated, "xlsx", tmp_path / "back", tmp_path / "profile")
    for (name, file), copy in zip(files.items(), back, strict=True):
        formulas, shown = formulas_and_values(file)
        _, values = formulas_and_values(copy)
        wrong = {
            cell: (formulas[cell], shown[cell], values.get(cell))
            for cell in formulas
            if not same(shown[cell], values.get(cell))
        }
        assert wrong == {}, name


def test_what_people_typed_is_read_back(filled):
    typed = read(filled["周工作计划 已填"])
    values = samples.weekly_plan_done()
    assert typed["input.week1.done.拜访数"] == values["input.week1.done.拜访数"]
    assert typed["input.week2.problem"] == values["input.week2.problem"]
    assert typed["input.filled_on"] == values["input.filled_on"]
    assert typed["input.week4.reason"] == [[None]] * 7


def test_an_unknown_template():
    with pytest.raises(KeyError):
        path("年度KPI表")
