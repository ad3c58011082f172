"""The official templates: built from the scripts, valid, and as their slots are declared."""

import re
import zipfile

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from kpi_xl.catalogue import kpis
from kpi_xl.slots.cell_formula import meant
from kpi_xl.slots.registry import declared
from kpi_xl.slots.slot import put
from kpi_xl.workbook import Template, read
from kpi_xl.workbook.inputs import input_slots
from office import (
    cached_values,
    convert,
    formulas_and_values,
    formulas_of,
    needs_node_validator,
    needs_soffice,
    open_xml_sdk_errors,
    openxml_audit_errors,
)
from workbook_templates import NAMES, OFFICIAL, build, monthly_data, path, slots_page

# openpyxl says what it would lose if it saved the file, which it never does here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")

every = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    """The templates as the scripts build them now."""
    return {file.stem: file for file in build.build_all(tmp_path_factory.mktemp("templates"))}


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


@needs_node_validator
def test_the_open_xml_sdk_finds_no_error():
    found = open_xml_sdk_errors([*map(path, NAMES)])
    assert not {file: errors for file, errors in found.items() if errors}


@every
def test_every_name_but_excels_own_is_a_slot(name):
    book = openpyxl.load_workbook(path(name))
    names = set(book.defined_names)
    # A name that begins so makes an area grow or hide; it is no slot itself.
    marks = ("rows.", "folds.", "told.", "pages.", "charts.", "spans.")
    assert {n for n in names if not n.startswith(marks)} == set(Template(path(name)).slots)
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
    "month.done.weekly.<项目>",  # of a log: over its days and lines
)
"""Formulas that some templates have over other cells than those of the slots in their names."""

BESIDE = {"各天", "栏", "方式"}
"""What formulas call cells that no slot of one name has: areas and headings."""


def placed(template, slot):
    """The declaration of a slot, with each of its cells' formulas as they may be written."""
    one = declared()[slot.name]
    kpi = kpis.find(one.named["指标"]) if "指标" in one.named else None
    rows = slot.rows if one.slot.cells is None else one.slot.cells
    return one, [one.slot.formulas(kpi, place, one.named) for place in range(rows)]


@every
def test_whatever_a_sheet_computes_is_declared_with_its_slot(name):
    """And has no value from anywhere else: `tests/slots/test_slot.py` holds that it has one."""
    template = Template(path(name))
    formulas, _ = formulas_and_values(path(name))
    of_cell = {
        (slot.sheet, *at): slot.name
        for slot in template.slots.values()
        for at in cells(slot.reference)
    }
    computed = set()
    for sheet, cell in formulas:
        column, row, _, _ = range_boundaries(cell)
        computed.add(of_cell[sheet, row, column])
    undeclared = {slot for slot in computed if declared()[slot].slot.formula is None}
    assert undeclared == set()


@every
def test_a_sheet_has_the_formula_that_its_slot_declares(name):
    """Of which the cached value is computed: so both cannot differ."""
    template = Template(path(name))
    formulas = slots_page.Formulas(path(name), template)
    wrong = {}
    for slot in template.slots.values():
        one = declared()[slot.name]
        if one.slot.formula is None or not slot.has_formula or one.pattern in GATHERED:
            continue
        for place, forms in enumerate(placed(template, slot)[1]):
            found = formulas.of(slot, lambda other: other.name, place)
            if not any(of_the_cube(form) or is_written(form, one, found) for form in forms):
                wrong[slot.name] = (found, [form.excel(Names(one)) for form in forms])
    assert wrong == {}


def of_the_cube(form):
    """Whether it is a KPI's own, which `test_kpi_formulas_are_those_of_the_catalogue` holds."""
    return any(name.startswith("cube") for name in form.names)


def is_written(form, one, found):
    """Whether a formula, with the names of slots for their cells, is the declared one."""
    expected = re.escape(form.excel(Names(one)))
    for beside in BESIDE & form.names:
        expected = expected.replace(re.escape(beside), "[^,()]+")
    return re.fullmatch(expected, found) is not None


class Names(dict):
    """Each cell's reference is the name of its slot."""

    def __init__(self, one):
        super().__init__()
        self.one = one

    def __missing__(self, name):
        name, _, _ = name.partition("@")
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
    formulas = formulas_of(path(name))
    assert formulas
    for sheet, cell in formulas:
        column, row, _, _ = range_boundaries(cell)
        assert (row, column) in slots[sheet], f"{sheet}!{cell}"


@every
def test_the_last_sheet_explains(name):
    book = openpyxl.load_workbook(path(name))
    # Raw data come behind all that people read.
    assert [sheet for sheet in book.sheetnames if sheet != "数据"][-1] == "说明"
    assert book["说明"].sheet_state == "visible"


def test_kpi_formulas_are_those_of_the_catalogue():
    file = path("月度KPI表")
    slots = Template(file).slots
    formulas = formulas_of(file)
    for names in monthly_data.FAMILIES.values():
        for name in names:
            kpi, row = monthly_data.kpi(name), slots[f"series.{name}"].first_row
            given = {m.code: m.name for m in kpi.measures}
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
    if isinstance(shown, float) != isinstance(calculated, float):
        numbers = [one for one in (shown, calculated) if isinstance(one, int | float)]
        return len(numbers) == 2 and numbers[0] == pytest.approx(numbers[1], rel=1e-9, abs=1e-9)
    if isinstance(shown, float):
        return calculated == pytest.approx(shown, rel=1e-9, abs=1e-9)
    return (shown or "") == (calculated or "")


@needs_soffice
def test_libreoffice_calculates_what_the_empty_templates_show(tmp_path):
    files = {name: path(name) for name in NAMES}
    copies = []
    for name, file in files.items():
        copies.append(tmp_path / f"{name}.xlsx")
        copies[-1].write_bytes(file.read_bytes())
    calculated = convert(copies, "ods", tmp_path)
    back = convert(calculated, "xlsx", tmp_path / "back")
    for (name, file), copy in zip(files.items(), back, strict=True):
        formulas, shown = formulas_and_values(file)
        values = cached_values(copy)
        wrong = {
            cell: (formulas[cell], shown[cell], values.get(cell))
            for cell in formulas
            if not same(shown[cell], values.get(cell))
        }
        assert wrong == {}, name


DAYS = [3, 0, None, 4, 1, None, None]
TYPED = {
    "周工作计划": {f"input.week{week}.done.拜访数": DAYS for week in (1, 2)}
    | {"input.week1.done.预收保费": [None, 5200.5, None, None, 800, None, None]}
    | {"week2.tasks.影响": [637.25, 62.1, None, 0, 0.3]}
    | {"month.target.拜访数": 33, "input.week2.problem": "周四约访偏少"},
    "周计划及检讨表": {"input.week2.done.拜访数": DAYS, "week1.next.约访数": DAYS},
    "客户经理工作日志": {
        "input.week1.visits.网点": ["人民路网点", None, "解放路网点", *[None] * 25],
        "input.week1.day2.洽谈人数": 2,
        "month.target.拜访数": 33,
        "month.target.洽谈人数": 9,
    },
    "销售主管工作日志": {"input.week1.coaching.效果": ["愿意试", *[None] * 26, "差促成"]},
    "主管日程": {
        "input.week1.accompany": [1, None, 1, None, None],
        "input.week1.talks": [1, 0, 1, None, 1],
        "week1.morning.时间": ["9:00—11:00", "8:30—12:10", "上午", None, "9:00-11:00"],
        "week1.afternoon.时间": ["13:30—18:20", "14:00—18:00", None, None, "9:00—9:00"],
    },
    "营业部经理行事历": {
        "input.week1.day1.记录": ["会议：早会", None, "陪访：人民路", *[None] * 4, "会议：夕会"],
        "input.week2.day3.记录": ["会议：早会", *["学习"] * 7],
    },
    "营业部每周活动情况统计表": {
        "input.week1.members.预收件数": [1, None, 2],
        "week2.members.拜访数": [None, 3, 0],
    },
    "每日活动检查表": {
        "week1.checks.拜访数": [None, 3, 0],
        "input.week1.checks.预收保费": [1200.5, None, 800],
    },
    "技能意愿评估框": {"input.members.主管判断": [None, "高技能高意愿", None, "低技能低意愿"]},
    "团队技能培训计划": {"members.技能.产品知识": [3, None, 4]},
    "业务改善措施计划": {
        "input.plan.采用": ["采用", "不采用", None, "采用"],
        "input.own.改善措施": ["推商品组合"],
    },
    "月度目标设定、达成表": {"members.主险件数.目标": [2, 0, None, 5], "kpi.主险件数.目标": 0},
    "营业部经理月度KPI设定表": {
        "kpi.主险件数.权重": None,
        "score.floor": 0.9,
        "kpi.活动率.目标": 0,
        "feedback.权重": [0.3, None, 0.4, 0.2],
        "feedback.占比": 0.3,
    },
    "月度KPI表": {"kpi.活动率.目标": 0.9, "kpi.主险件数.目标": 0},
}
"""What people type into workbooks that were sent to them."""


@every
def test_a_filled_value_is_what_its_formula_gives(branch, name):
    """Of the other values in the workbook: nobody puts another one over it."""
    if not branch.filled[name].files:
        pytest.skip("of another trade")
    checked, wrong = compared(name, branch.filled[name].files[-1])
    assert wrong == {}
    assert checked or not any(
        declared()[slot.name].slot.formula is not None and slot.has_formula
        for slot in Template(path(name)).slots.values()
    )


@needs_soffice
def test_a_slots_formula_gives_what_libreoffice_calculates(branch, tmp_path):
    """Also of what people have typed: what is declared is the formula, not only its first value."""
    files = {}
    for name, given in TYPED.items():
        files[name] = tmp_path / f"{name}.xlsx"
        files[name].write_bytes(Template(branch.filled[name].files[-1]).fill(given))
    (tmp_path / "out").mkdir()
    made = convert([*files.values()], "xlsx", tmp_path / "out")
    for (name, given), file in zip(TYPED.items(), made, strict=True):
        shown = read(file)
        for slot, value in given.items():
            assert flat(shown[slot])[: len(flat(value))] == flat(value)
        checked, wrong = compared(name, file)
        assert checked
        assert wrong == {}, name


def compared(name, file):
    """How many slots of a filled workbook were computed again, and those that come out else."""
    template, shown = Template(path(name)), read(file)
    formulas = slots_page.Formulas(path(name), template)
    checked, wrong = 0, {}
    for slot in template.slots.values():
        one = declared()[slot.name]
        if one.slot.formula is None or not slot.has_formula:
            continue
        calculated = flat(shown[slot.name])
        for place, forms in enumerate(placed(template, slot)[1]):
            written = formulas.of(slot, lambda other: other.name, place)
            own = [
                form
                for form in forms
                if not (BESIDE & form.names or of_the_cube(form))
                and form.excel(Names(one)) == written
            ]
            if own:
                checked += 1
                expected = own[0].value(lambda asked, p=place, o=one: value_of(asked, o, shown, p))
                if not same(expected, calculated[place]):
                    wrong[slot.name, place] = (expected, calculated[place])
    return checked, wrong


def flat(value):
    """The cells of a slot one after the other."""
    if not isinstance(value, list):
        return [value]
    return [cell for row in value for cell in (row if isinstance(row, list) else [row])]


def value_of(asked, one, shown, place):
    """The value of what a declared formula asks for, in a filled workbook."""

    def of_slot(name):
        if name.startswith('"'):
            return put(name, one.named).strip('"')
        full = put(one.group.pattern + name if name in one.group.slots else name, one.named)
        if full not in shown:  # of all slots whose names have this in common
            all_of_them = [
                flat(shown[other]) for other in shown if declared()[other].pattern == full
            ]
            if one.slot.cells is None:  # those of each row
                return [list(row) for row in zip(*all_of_them, strict=True)]
            return [cells[0] for cells in all_of_them]
        found = shown[full]
        return found if not isinstance(found, list) or name == "各周记录" else flat(found)

    if one.slot.cells is None and "@" not in asked:  # of lists, a cell is that of the row
        full = put(one.group.pattern + asked if asked in one.group.slots else asked, one.named)
        if full in shown and declared()[full].slot.cells is None:
            return flat(shown[full])[place]
    return meant(asked, place, of_slot)


def test_an_unknown_template():
    with pytest.raises(KeyError):
        path("年度KPI表")
