"""What `explain` says about templates."""

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula

from kpi_xl.workbook import Template, explain
from kpi_xl.workbook.ooxml.references import area


def by_name(explanation):
    return {one.name: one.problem for one in explanation.unusable}


def test_what_can_be_filled(rich):
    explanation = explain(Template(rich))
    assert [slot.name for slot in explanation.slots] == [
        name for name in Template(rich).slots if name != "周计划.标题"
    ]
    assert explanation.unknown == ()
    assert by_name(explanation) == {
        "周计划.标题": "在表格的标题行里，不能填写",
        "多区域": "指向好几片区域",
        "断开": "指向的单元格已被删除（#REF!）",
    }


def test_known_and_unknown_names(rich):
    known = {"kpi.01.目标": 1, "单位": 1, "利率": 1, "整列": 1, "周计划.事项": 1, "没有": 1}
    explanation = explain(Template(rich), known)
    assert {slot.name for slot in explanation.slots} == {"kpi.01.目标", "单位", "周计划.事项"}
    problems = by_name(explanation)
    assert problems["利率"] == "是常量或公式，不指向单元格"
    assert problems["整列"] == "指向整行、整列或太大的区域"
    unknown = {one.slot.name: one.near for one in explanation.unknown}
    assert unknown["kpi.01.目标" if "kpi.01.目标" in unknown else "kpi.02.目标"][0] == "kpi.01.目标"
    assert "周计划.负责人" in unknown
    assert "周计划" not in unknown


def test_tables_nobody_means_are_not_unknown(rich):
    unknown = {one.slot.name for one in explain(Template(rich), ["单位"]).unknown}
    assert not unknown & {"周计划", "周计划.事项"}
    assert "周计划.行" in unknown


def test_broken_names(small):
    names = {
        "a": "不在!$A$1", "b": "[1]表!$A$1", "c": "表!$B$3", "d": "表!$A$1",
    }  # fmt: skip
    path = small(names, finish=lambda book: book.active.merge_cells("A3:C3"))
    problems = by_name(explain(Template(path)))
    assert set(problems) == {"a", "b", "c"}
    assert "不存在" in problems["a"]
    assert "另一个工作簿" in problems["b"]
    assert "A3:C3" in problems["c"]


def test_areas_that_cannot_grow(small):
    def array(book):
        book.active["C3"] = ArrayFormula("C3:C9", "=B3:B9")

    names = {
        "x": "表!$A$2:$A$4", "rows.x": "表!$2:$4",
        "y": "表!$A$12:$A$14", "rows.y": "表!$A$12:$B$14",
        "rows.z": "表!$20:$22", "rows.w": "0.5",
    }  # fmt: skip
    template = Template(small(names, finish=array))
    explanation = explain(template)
    problems = by_name(explanation)
    assert set(problems) == {"x", "rows.z", "rows.w"}
    assert "C3:C9" in problems["x"]
    assert "20 到 22" in problems["rows.z"]
    (slot,) = explanation.slots
    assert (slot.name, slot.grows, slot.rows) == ("y", True, 3)


def test_private_names(small):
    def private(book):
        for title in ("表", "乙"):
            sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
            sheet.defined_names["x"] = openpyxl.workbook.defined_name.DefinedName(
                "x", attr_text=f"{title}!$A$1"
            )

    explanation = explain(Template(small({}, finish=private)), ["x"])
    assert {one.slot.name for one in explanation.unknown} == {"表!x", "乙!x"}
    assert area(explanation.unknown[0].slot.reference) is not None
