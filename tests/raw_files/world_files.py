"""Writes a world as the files in which systems and people hand it over."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path

from deformed import OUTLETS, World, one_more
from raw_formats import Rows, csv_of, html_of, xls_of, xlsx_of, xml_of


def lay_down(world: World, folder: Path) -> None:
    """Write the files of a world."""
    data = folder / "data"
    data.mkdir()
    for name, rows in {**world.older, **world.more, "活动.csv": world.activities}.items():
        (data / name).write_text(csv_of(rows), encoding="utf-8")
    _lay_roster(world, data)
    _lay_policies(world, data)


def _lay_roster(world: World, data: Path) -> None:
    rows, kind, name = world.roster, world.write_roster, world.roster_name
    column = rows[0].index("营业部") if "营业部" in rows[0] else None
    if kind == "gbk":
        (data / f"{name}.csv").write_bytes(csv_of(rows).encode("gb18030"))
    elif kind == "merged":
        (data / f"{name}.xlsx").write_bytes(xlsx_of({"Sheet1": rows}, merged=column))
    elif kind in ("xls", "merged xls"):
        content = xls_of(rows, column if kind != "xls" else None)
        (data / f"{name}.xls").write_bytes(content)
    elif kind == "merged html":
        (data / f"{name}.xls").write_text(html_of(rows, merged=column), encoding="utf-8")
    elif kind == "uncomputed":
        (data / f"{name}.xlsx").write_bytes(xlsx_of({"Sheet1": rows}, computed=(2, 4)))
    elif kind == "departments" and column is not None:
        sheets = {unit: [rows[0], *(r for r in rows[1:] if r[column] == unit)]
                  for unit in dict.fromkeys(row[column] for row in rows[1:])}  # fmt: skip
        (data / f"{name}.xlsx").write_bytes(
            xlsx_of({f"表{n}": sheet for n, sheet in enumerate(sheets.values())})
        )
    else:
        if kind == "first rows" and column is not None:
            above = ""
            rows = [row.copy() for row in rows]
            for row in rows[1:]:
                above, row[column] = row[column], "" if row[column] == above else row[column]
        (data / f"{name}.csv").write_text(csv_of(rows), encoding="utf-8")


def _lay_policies(world: World, data: Path) -> None:
    rows = [*world.above, *world.policies, *world.below]
    kind, name, head = world.write, world.name, len(world.above)
    struck = 0
    if kind.startswith("struck "):
        struck, kind = head + 2, kind.removeprefix("struck ")
        rows.insert(struck, one_more(world))
    if kind in ("html", "nested"):
        page = html_of(rows, head, kind == "nested", struck=struck)
        (data / f"{name}.xls").write_text(page, encoding="utf-8")
    elif kind == "xml":
        (data / f"{name}.xls").write_text(xml_of(rows), encoding="utf-8")
    elif kind == "tsv":
        (data / f"{name}.xls").write_bytes(csv_of(rows, "\t").encode("gb18030"))
    elif kind == "xls":
        (data / f"{name}.xls").write_bytes(xls_of(rows, struck=struck))
    elif kind in ("xlsx", "months", "hidden", "uncomputed", "twice", "titled", "several tables"):
        (data / f"{name}.xlsx").write_bytes(_policy_book(kind, rows, head, struck))
    else:
        _policy_text(kind, rows, head, data, name)


def _policy_book(kind: str, rows: Rows, head: int, struck: int = 0) -> bytes:
    sheets = {"Sheet1": rows}
    if kind == "months":
        top, middle = rows[: head + 1], head + 1 + (len(rows) - head) // 2
        sheets = {"1月": rows[:middle], "2月": [*top, *rows[middle:]]}
    elif kind == "hidden":
        sheets = {
            "旧数据": [*rows[: head + 1], *rows[head + 1 :], *rows[head + 2 :]],
            "Sheet1": rows,
        }
    elif kind == "titled":
        sheets = {
            "Sheet1": [
                ["2024年6月保单清单", *[""] * (len(rows[0]) - 1)],
                [""] * len(rows[0]),
                *rows,
            ]
        }
    elif kind == "several tables":
        sheets = {
            "保单明细": rows,
            "说明": [["本表由系统导出"]],
            "网点": [row.copy() for row in OUTLETS],
        }
    computed = (3,) if kind == "uncomputed" else ()
    content = xlsx_of(sheets, "旧数据" if kind == "hidden" else "", computed, struck=struck)
    if kind == "twice":
        out = io.BytesIO(content)
        with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as package:
            warnings.simplefilter("ignore")
            package.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
        content = out.getvalue()
    return content


def _policy_text(kind: str, rows: Rows, head: int, data: Path, name: str) -> None:
    place = data / "六月" if kind == "subfolder" else data
    place.mkdir(exist_ok=True)
    if kind == "repeated header":
        rows = [*rows[: head + 3], rows[head], *rows[head + 3 :]]
    elif kind == "blank rows":
        rows = [row for line in rows for row in (line, [""] * len(line))]
    elif kind == "trailing":
        rows = [[*row, ""] if n > head else row for n, row in enumerate(rows)]
    text = csv_of(rows, ";" if kind == "semicolon" else "\t" if kind == "txt" else ",")
    encoding = {"gbk": "gb18030", "utf16": "utf-16"}.get(kind, "utf-8")
    (place / f"{name}.{'txt' if kind == 'txt' else 'csv'}").write_bytes(text.encode(encoding))
