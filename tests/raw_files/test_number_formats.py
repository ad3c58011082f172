"""Amounts that a number format shows in another unit than the cell holds."""

import pytest
import xlsxwriter
import xlwt

from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError
from kpi_xl.raw_files.number_formats import shown_by
from office import convert, needs_soffice
from tests.raw_files.conftest import ROSTER
from tests.raw_files.xlsb import xlsb

AS_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"


def policies(path, formats, heading="首年保费（万元）", numbers=(12_000, 34_000)):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("保单")
        sheet.write_row(0, 0, ["保单号", "工号", "承保日期", heading])
        for row, (number, form) in enumerate(zip(numbers, formats, strict=True), 1):
            sheet.write_row(row, 0, [f"P{row}", "00123", "2024-06-05"])
            sheet.write_number(row, 3, number, book.add_format({"num_format": form}))
    return path.read_bytes()


def premium(make, tmp_path, *args, **kwargs):
    content = policies(tmp_path / "made.xlsx", *args, **kwargs)
    checked = check_project(make({"人员.csv": ROSTER, "保单.xlsx": content}))
    return sum(checked.tables["policies"].data["premium"].to_pylist()) / 100


@pytest.mark.parametrize(
    ("form", "heading", "numbers", "right"),
    [
        ("0!.0000", "首年保费（万元）", (12_000, 34_000), 46_000),
        ("0!.0,", "首年保费（万元）", (12_000, 34_000), 46_000),
        ('0"."0,"万"', "首年保费", (12_000, 34_000), 46_000),
        ("0!.0,", "首年保费", (12_000, 34_000), 46_000),
        ('0.00"万元"', "首年保费", (1.2, 3.4), 46_000),
        ('0.00"万"', "首年保费（万元）", (1.2, 3.4), 46_000),
        ("#,##0,", "首年保费（千元）", (12_000, 34_000), 46_000),
        ("#,##0.00", "首年保费（万元）", (1.2, 3.4), 46_000),
        ("#,##0.00_);[Red](#,##0.00)", "首年保费", (12_000, 34_000), 46_000),
        ('"￥"#,##0.00', "首年保费", (12_000, 34_000), 46_000),
    ],
)
def test_the_heading_holds_for_what_is_shown(make, tmp_path, form, heading, numbers, right):
    assert premium(make, tmp_path, [form, form], heading, numbers) == right


def test_what_stands_above_the_table_and_zeros_are_in_no_other_unit(make, tmp_path):
    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("保单")
        sheet.write_row(0, 0, ["保单清单", "", "年份", 2024])
        sheet.write_row(1, 0, ["保单号", "工号", "承保日期", "首年保费（万元）"])
        shown = book.add_format({"num_format": "0!.0000"})
        for row, (number, form) in enumerate([(12_000, shown), (0, None), (34_000, shown)], 2):
            sheet.write_row(row, 0, [f"P{row}", "00123", "2024-06-05"])
            sheet.write_number(row, 3, number, form)
    checked = check_project(make({"人员.csv": ROSTER, "保单.xlsx": path.read_bytes()}))
    assert sum(checked.tables["policies"].data["premium"].to_pylist()) == 46_000_00


def test_a_format_for_large_amounts_only(make, tmp_path):
    """From 10,000 on in 万, below in 元: what is shown says which."""
    form = '[>=10000]0!.0,"万";0'
    assert premium(make, tmp_path, [form, form], "首年保费", numbers=(12_000, 800)) == 12_800


def test_a_column_in_two_units_is_refused(make, tmp_path):
    with pytest.raises(InputError, match="单元格格式") as caught:
        premium(make, tmp_path, ["0!.0000", "0.00"], numbers=(12_000, 3.4))
    assert caught.value.column == "首年保费（万元）"


def test_a_unit_without_a_name_is_refused(make, tmp_path):
    with pytest.raises(InputError, match="单元格格式"):
        premium(make, tmp_path, ["0,,", "0,,"], numbers=(12_000_000, 34_000_000))


def as_xls(path, formats, heading, numbers):
    book = xlwt.Workbook()
    sheet = book.add_sheet("保单")
    for column, cell in enumerate(["保单号", "工号", "承保日期", heading]):
        sheet.write(0, column, cell)
    for row, (number, form) in enumerate(zip(numbers, formats, strict=True), 1):
        for column, cell in enumerate([f"P{row}", "00123", "2024-06-05"]):
            sheet.write(row, column, cell)
        sheet.write(row, 3, number, xlwt.easyxf(num_format_str=form))
    book.save(str(path))


def as_xlsb(path, formats, heading, numbers):
    cells = [(number, place) for place, number in enumerate(numbers, 1)]
    rows = [[f"P{row}", "00123", "2024-06-05", cell] for row, cell in enumerate(cells, 1)]
    path.write_bytes(xlsb([["保单号", "工号", "承保日期", heading], *rows], formats=formats))


def as_ods(path, formats, heading, numbers):
    made = path.with_suffix(".xlsx")
    policies(made, formats, heading, numbers)
    convert([made], "ods", path.parent)


WRITERS = [("xls", as_xls), ("xlsb", as_xlsb), pytest.param("ods", as_ods, marks=needs_soffice)]


@pytest.mark.parametrize(("suffix", "write"), WRITERS)
@pytest.mark.parametrize(
    ("form", "heading", "numbers"),
    [
        (r"0\.0000", "首年保费（万元）", (12_345, 33_655)),
        (r"0\.0,", "首年保费（万元）", (12_345, 33_655)),
        (r"0\.0,", "首年保费", (12_345, 33_655)),
        ('0.00"万元"', "首年保费", (1.2, 3.4)),
        ("0.00", "首年保费（万元）", (1.2, 3.4)),
        ("#,##0.0", "首年保费", (12_345, 33_655)),
        ("#,##0,", "首年保费（千元）", (12_345, 33_655)),
    ],
)
def test_formats_of_other_files(make, tmp_path, suffix, write, form, heading, numbers):
    path = tmp_path / f"made.{suffix}"
    write(path, [form, form], heading, numbers)
    checked = check_project(make({"人员.csv": ROSTER, path.name: path.read_bytes()}))
    assert sum(checked.tables["policies"].data["premium"].to_pylist()) == 46_000_00


@pytest.mark.parametrize(("suffix", "write"), WRITERS)
def test_other_files_in_two_units_are_refused(make, tmp_path, suffix, write):
    path = tmp_path / f"made.{suffix}"
    write(path, [r"0\.0000", "0.00"], "首年保费（万元）", (12_000, 3.4))
    with pytest.raises(InputError, match="单元格格式"):
        check_project(make({"人员.csv": ROSTER, f"保单.{suffix}": path.read_bytes()}))


@needs_soffice
def test_what_formats_show_as_libreoffice_shows_it(tmp_path):
    """123,456,000 by each format is the number over what `shown_by` says, with its unit."""
    # Excel's own way to write 万 by ! is not LibreOffice's: the same by a backslash
    forms = [r"0\.0000", r"0\.0,", "#,##0,", "0.0,,", '0.00"万"', "0.00", '0"."0,"万"', "#,##0.0"]
    path = tmp_path / "forms.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for row, form in enumerate(forms):
            sheet.write_number(row, 0, 123_456_000, book.add_format({"num_format": form}))
    shown = convert([path], AS_SHOWN, tmp_path)[0].read_text(encoding="utf-8").splitlines()
    for form, text in zip(forms, shown, strict=True):
        power, unit = shown_by(form)
        number = float(text.strip('"').replace(",", "").removesuffix("万"))
        assert number == pytest.approx(123_456_000 / power, rel=1e-2), (form, text)
        assert text.strip('"').endswith("万") == (unit == "万")
