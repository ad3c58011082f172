"""设置.xlsx: a workbook for the settings that a manager changes: bounds, targets, days off and
more.

`kpi_xl.settings.settings_sheet` reads it. Beside each cell to type into stands what goes now.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kpi_xl.jobs.bounds import bounds
from kpi_xl.kpi import DIRECTIONS, Kpi
from kpi_xl.project import Project
from kpi_xl.settings.calendar import OFF, ON
from kpi_xl.settings.levels import MAIN, NAMES
from kpi_xl.settings.project_settings import CHANNEL, Settings
from kpi_xl.settings.settings_sheet import (
    BEGIN,
    COUNTS_AS,
    DANGER,
    END,
    HEALTHY,
    ITEMS,
    KPI,
    SETTING,
    TARGET,
    VALUE,
    WORKBOOK,
    Item,
    typed_cells,
)
from kpi_xl.workbook.new_workbook import (
    BORDER,
    FONT,
    FORM_SIZE,
    HEADING,
    new_workbook,
    on_paper,
)

_DAYS: Final = 200
_PERCENT: Final = "0.0##%"
_INPUT: Final = FONT | BORDER | {"bg_color": "#FFF8E1", "locked": False}
_TELLS: Final = FONT | BORDER | {"font_color": "#595959"}
_PROMPT: Final = 255
_MOST: Final = 1e12

Cells = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""What is typed, by the headings of the sheet, the label of the row and the column."""


def settings_form(project: Project) -> bytes:
    """Make the workbook, with the values typed into the existing one.

    Parameters
    ----------
    project : Project
        Its settings stand beside the cells to type into.

    Returns
    -------
    bytes
        An .xlsx file; the same every time.
    """
    settings = project.settings
    typed = typed_cells(project.folder / WORKBOOK)

    def write(book: Any) -> None:
        book.set_size(*FORM_SIZE)
        _bounds(book, project, typed)
        _targets(book, settings, typed)
        _items(book, settings, typed)
        _days_off(book, typed)
        _manual(book)

    return new_workbook("设置", write)


def _sheet(book: Any, name: str, headings: Mapping[str, int]) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_row(0, 22)
    for place, (heading, width) in enumerate(headings.items()):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, book.add_format(HEADING))
    sheet.freeze_panes(1, 1)
    on_paper(sheet)
    sheet.repeat_rows(0)
    return sheet


def _told(book: Any, sheet: Any, row: int, texts: Sequence[str], first: int = 0) -> None:
    look = book.add_format(_TELLS | {"text_wrap": True})
    for place, text in enumerate(texts, first):
        sheet.write_string(row, place, text, look)


def _typed(book: Any, sheet: Any, row: int, column: int, value: Any, number_format: str) -> None:
    look = book.add_format(_INPUT | {"num_format": number_format})
    if value is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, (dt.date, dt.datetime)):
        sheet.write_datetime(row, column, value, look)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, look)
    else:
        sheet.write_string(row, column, str(value), look)


def _number_rule(kpi: Kpi, column: str) -> dict[str, Any]:
    """Data validation for a number; a share above 1000% is taken for a missing percent sign."""
    most = 10.0 if kpi.unit == "%" else _MOST
    how = "写 0.8 或 80%" if kpi.unit == "%" else f"以{kpi.unit}计"
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": -most,
        "maximum": most,
        "ignore_blank": True,
        "input_title": f"{kpi.name}的{column}"[:32],
        "input_message": f"{how}；空着就照左边“现在”的。{DIRECTIONS[kpi.direction]}。",
        "error_title": "请写数",
        "error_message": f"这里是数，{how}。",
    }


def _bounds(book: Any, project: Project, typed: Cells) -> None:
    headings = {KPI: 18, "单位": 8, "方向": 12, "现在的健康线": 14, "现在的危险线": 14}
    sheet = _sheet(book, "界限", {**headings, HEALTHY: 12, DANGER: 12})
    sheet.set_tab_color("#E8A33D")
    now = {one.name: one for one in bounds(project)}
    kpis = [kpi for kpi in project.settings.kpis.values() if kpi.direction != "neutral"]
    # Those that have bounds come first: they are what is changed.
    kpis.sort(key=lambda kpi: kpi.name not in now)
    cells = typed.get(HEALTHY, {})
    for row, kpi in enumerate(kpis, 1):
        one = now.get(kpi.name)
        goes = (one.healthy, one.danger or "由健康线推出") if one else ("", "")
        _told(book, sheet, row, (kpi.name, kpi.unit, DIRECTIONS[kpi.direction], *goes))
        look = _PERCENT if kpi.unit == "%" else "#,##0.##"
        for column, heading in ((5, HEALTHY), (6, DANGER)):
            _typed(book, sheet, row, column, cells.get(kpi.name, {}).get(heading), look)
            sheet.data_validation(row, column, row, column, _number_rule(kpi, heading))
    _others(book, sheet, len(kpis) + 1, cells, {kpi.name for kpi in kpis}, (HEALTHY, DANGER), 5)


def _targets(book: Any, settings: Settings, typed: Cells) -> None:
    sheet = _sheet(book, "目标", {KPI: 18, "单位": 8, "现在": 12, TARGET: 12, "说明": 60})
    kpis = [
        kpi for kpi in settings.kpis.values() if kpi.direction != "neutral" and kpi.is_comparable
    ]
    cells = typed.get(TARGET, {})
    for row, kpi in enumerate(kpis, 1):
        now = settings.targets.get(kpi.name)
        shown = "" if now is None else f"{now:.4%}" if kpi.unit == "%" else f"{now:,.12g}"
        _told(book, sheet, row, (kpi.name, kpi.unit, shown))
        look = _PERCENT if kpi.unit == "%" else "#,##0.##"
        _typed(book, sheet, row, 3, cells.get(kpi.name, {}).get(TARGET), look)
        sheet.data_validation(row, 3, row, 3, _number_rule(kpi, TARGET))
        _told(book, sheet, row, (kpi.meaning,), 4)
    _others(book, sheet, len(kpis) + 1, cells, {kpi.name for kpi in kpis}, (TARGET,), 3)


def _items(book: Any, settings: Settings, typed: Cells) -> None:
    sheet = _sheet(book, "项目", {SETTING: 22, "现在": 16, VALUE: 18, "说明": 70})
    cells = typed.get(VALUE, {})
    for row, item in enumerate(ITEMS, 1):
        _told(book, sheet, row, (item.name, _now(settings, item)))
        look = "yyyy-mm-dd" if item.kind == "day" else "General"
        _typed(book, sheet, row, 2, cells.get(item.name, {}).get(VALUE), look)
        sheet.data_validation(row, 2, row, 2, _item_rule(item, settings))
        _told(book, sheet, row, (item.hint,), 3)
    _others(book, sheet, len(ITEMS) + 1, cells, {one.name for one in ITEMS}, (VALUE,), 2)


def _now(settings: Settings, item: Item) -> str:
    """The value of a setting that applies now, written as people type it."""
    if item.path[0] == "levels":
        names, main = settings.level_names, settings.organisation.main
        return "、".join(names) if item.path[1] == NAMES else settings.level_name(main)
    value = settings.work.announced if item.kind == "numbers" else getattr(settings, item.path[1])
    if value is None:
        return ""
    if isinstance(value, (tuple, list, frozenset)):
        return "、".join(map(str, sorted(value)))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _item_rule(item: Item, settings: Settings) -> dict[str, Any]:
    rule: dict[str, Any] = {"validate": "any"}
    names = settings.level_names
    chosen = {"peers_within": (CHANNEL, *names[1:-1]), MAIN: names[1:]}
    if known := chosen.get(item.path[1], item.known):
        rule = {"validate": "list", "source": [*known]}
    elif item.kind == "day":
        rule = {"validate": "date", "criteria": ">", "value": dt.date(2000, 1, 1)}
    elif item.kind == "number":
        low, high = item.limits
        rule = {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
        rule["error_message"] = f"这里是 {low:g} 到 {high:g} 之间的数。"
    return rule | {"input_title": item.name, "input_message": item.hint[:_PROMPT]}


def _days_off(book: Any, typed: Cells) -> None:
    sheet = _sheet(book, "放假", {BEGIN: 14, END: 14, COUNTS_AS: 12, "说明": 70})
    rows = list(typed.get(COUNTS_AS, {}).values())
    for row in range(1, _DAYS + 1):
        cells = rows[row - 1] if row <= len(rows) else {}
        for column, heading in enumerate((BEGIN, END, COUNTS_AS)):
            look = "General" if heading == COUNTS_AS else "yyyy-mm-dd"
            _typed(book, sheet, row, column, cells.get(heading), look)
    day = {"validate": "date", "criteria": ">", "value": dt.date(2000, 1, 1)}
    told = {BEGIN: "头一天，如 2027-02-05", END: "最后一天；只有一天的不写"}
    for column, (heading, hint) in enumerate(told.items()):
        about = {"input_title": heading, "input_message": hint, "error_message": "这里是日期。"}
        sheet.data_validation(1, column, _DAYS, column, day | about)
    sheet.data_validation(1, 2, _DAYS, 2, {"validate": "list", "source": [OFF, ON]})
    _told(
        book,
        sheet,
        1,
        ("公布了的放假、调休程序已经知道；这里写还没有公布的，和自己单位的休息日、周末加班。",),
        3,
    )


def _others(
    book: Any,
    sheet: Any,
    row: int,
    cells: Mapping[str, Mapping[str, Any]],
    known: set[str],
    columns: Iterable[str],
    first: int,
) -> None:
    """Keep what was typed beside an unknown name, so that its author can be told."""
    for label, said in cells.items():
        if label not in known:
            _told(book, sheet, row, (label,))
            for column, heading in enumerate(columns, first):
                _typed(book, sheet, row, column, said.get(heading), "General")
            row += 1


def _manual(book: Any) -> None:
    sheet = book.add_worksheet("说明")
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 100, book.add_format(FONT | {"text_wrap": True, "valign": "top"}))
    lines = (
        "只填黄色的格子；空着就照“现在”的办。点到格子会出现提示。",
        "“界限”：达到健康线为健康，不到危险线为危险，中间为异常；标着“越低越好”的反过来。"
        "只写健康线，危险线就是它的 90%（越低越好的为 110%）。",
        "“目标”：目标表里没有给某个单位写目标的，比率和人均的指标按这里的；写了的按写的。",
        "“项目”：月份到哪一天为止，同类在哪个范围里比，等等。",
        "“放假”：还没有公布的放假、调休，一行一段。",
        "保存，放在项目的文件夹里（和 kpi.toml 在一起），运行 kpi-xl refresh："
        "各张表、函数和 kpi-xl explain 用的都是这里的。",
        "kpi.toml 里也写着、又不一样的，按这里的，刷新时会说。写得不对的一格不影响别的："
        "运行 kpi-xl settings list，逐处说明怎么改。",
        "“现在”是写这个文件时的；再运行 kpi-xl settings sheet 就更新，填过的都在。",
    )
    sheet.write_string(0, 0, "设置", book.add_format(FONT | {"font_size": 16}))
    for number, line in enumerate(lines, 1):
        sheet.write_string(number, 0, line)
    on_paper(sheet)
