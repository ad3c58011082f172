"""Rows of texts as the files that systems export: .csv, HTML, XML, .xlsx, .xls."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import xlsxwriter
import xlwt

Rows = list[list[str]]


def csv_of(rows: Rows, separator: str = ",") -> str:
    def cell(text: str) -> str:
        if any(mark in text for mark in ('"', "\n", separator)) and not text.startswith('="'):
            return '"' + text.replace('"', '""') + '"'
        return text

    return "\n".join(separator.join(map(cell, row)) for row in rows)


def html_of(rows: Rows, head: int = 0, nested: bool = False, merged: int | None = None,
          struck: int = 0) -> str:  # fmt: skip
    lines = []
    for number, row in enumerate(rows):
        cells = []
        for place, text in enumerate(row):
            inner = text.replace("\n", "<br>")
            if nested and place == 2 and number > head:
                inner = f"<table><tr><td>{inner}</td></tr></table>"
            if place == merged and number > head:
                if rows[number - 1][place] == text:
                    continue
                same = 1
                while number + same < len(rows) and rows[number + same][place] == text:
                    same += 1
                cells.append(f'<td rowspan="{same}">{inner}</td>')
            else:
                cells.append(f"<td>{inner}</td>")
        line = ' style="text-decoration: line-through"' if 0 < number == struck else ""
        lines.append(f"<tr{line}>{''.join(cells)}</tr>")
    return f"<html><body><table>{''.join(lines)}</table></body></html>"


def xml_of(rows: Rows) -> str:
    from xml.sax.saxutils import escape

    lines = "".join(
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="String">{escape(c)}</Data></Cell>' for c in row)
        + "</Row>"
        for row in rows
    )
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{name}" xmlns:ss="{name}"><Worksheet ss:Name="保单">'
        f"<Table>{lines}</Table></Worksheet></Workbook>"
    )


def xlsx_of(sheets: dict[str, Rows], hidden: str = "", computed: tuple[int, ...] = (),
          merged: int | None = None, struck: int = 0) -> bytes:  # fmt: skip
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        line = book.add_format({"font_strikeout": True})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                for place, text in enumerate(row):
                    if text and place in computed and number:
                        sheet.write_formula(number, place, f'="{text}"', None, "")
                    elif text:
                        sheet.write_string(number, place, text, line if number == struck else None)
            if merged is not None:
                _merge(
                    rows,
                    merged,
                    lambda a, b, text, s=sheet: s.merge_range(a, merged, b, merged, text),
                )
            if title == hidden:
                sheet.hide()
                sheet.set_first_sheet()
        visible = next(title for title in sheets if title != hidden)
        book.get_worksheet_by_name(visible).activate()
    content = out.getvalue()
    if computed:
        bare = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(bare, "w") as new:
            for name in old.namelist():
                new.writestr(
                    name, old.read(name).replace(b' t="str"', b"").replace(b"<v></v>", b"")
                )
        content = bare.getvalue()
    return content


def _merge(rows: Rows, column: int, write: Callable[[int, int, str], Any]) -> None:
    first = 1
    for number in range(1, len(rows) + 1):
        if number == len(rows) or rows[number][column] != rows[first][column]:
            if number - first > 1:
                write(first, number - 1, rows[first][column])
            first = number


def xls_of(rows: Rows, merged: int | None = None, struck: int = 0) -> bytes:
    book, out = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Sheet1", cell_overwrite_ok=True)
    line = xlwt.easyxf("font: struck_out on")
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            if text and (place != merged or number == 0):
                sheet.write(number, place, text, *([line] if 0 < number == struck else []))
    if merged is not None:
        for number, row in enumerate(rows[1:], 1):
            sheet.write(number, merged, row[merged])
        _merge(rows, merged, lambda a, b, text: sheet.write_merge(a, b, merged, merged, text))
    book.save(out)
    return out.getvalue()
