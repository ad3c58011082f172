"""The form of a worksheet: what it shows and what is chosen in it."""

from __future__ import annotations

import pytest
import xlsxwriter

from kpi_xl.checks.check import check_project
from kpi_xl.desk import sheet_form
from kpi_xl.jobs.mapping import MappingSession
from kpi_xl.project import Project


def book(file, sheet, rows):
    with xlsxwriter.Workbook(file) as made:
        page = made.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)


@pytest.mark.parametrize(
    ("headings", "rows"),
    [
        (["机构", "指标", "5月", "6月", "二季度"], [["城东营业部", "首年度保费", 5, 6, 11]]),
        (["营业部", "指标", "2024年5月", "2024年6月"], [["城东营业部", "首年度保费", 5, 6]]),
        (["月份", "营业部", "首年度保费", "活动率"], [["2024-06", "城东营业部", 5, 0.8]]),
    ],
)
def test_targets_side_by_side_are_as_they_are_read(tmp_path, headings, rows):
    """Nothing is asked, nothing is written, and the page says what stands below each heading."""
    (tmp_path / "data").mkdir()
    (tmp_path / "kpi.toml").write_text("", encoding="utf-8")
    roster = "工号,姓名,营业部,营业组,签约日期\n00123,张三,城东营业部,一组,2024-01-02\n"
    (tmp_path / "data" / "人员.csv").write_text(roster, encoding="utf-8")
    book(tmp_path / "data" / "2024目标.xlsx", "2024年目标", [headings, *rows])
    session = MappingSession(Project.open(tmp_path))
    (name,) = (one for one in session.sheets if "目标" in one)
    assert not [asked for of, asked in session.open_questions() if of == name]
    form = sheet_form.shown(session, name, "")
    places = {row["heading"]: row["place"] for row in form["rows"]}
    under = {row["heading"]: row["grid"] for row in form["rows"] if row["grid"]}
    spread = [one for one in headings if one[-1] == "月" or one in ("首年度保费", "活动率")]
    assert under == dict.fromkeys(spread, "目标值")
    given = {f"c{places[row['heading']]}": row["column"] for row in form["rows"]
             if row["column"] and not row["grid"]}  # fmt: skip
    session.choose(name, sheet_form.chosen(session, name, {"table": "targets", **given}))
    session.write()
    assert (tmp_path / "kpi.toml").read_text(encoding="utf-8").strip() == ""
    checked = check_project(Project.open(tmp_path))
    assert set(checked.tables["targets"].data["unit"].to_pylist()) == {"城东营业部"}
