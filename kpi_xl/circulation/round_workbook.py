"""Make 目标商定表: proposals and answers side by side, for the level above to decide."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from xlsxwriter.utility import xl_rowcol_to_cell

from kpi_xl import kinds
from kpi_xl.catalogue.organisation import PERSON
from kpi_xl.circulation.round_names import (
    ACCEPT,
    AMOUNTS,
    CODES,
    DECIDED,
    DECISIONS,
    KEYS,
    REASONS,
    TOKEN,
)
from kpi_xl.errors import InputError
from kpi_xl.jobs.round_views import difference, listed, notes, status_text
from kpi_xl.jobs.rounds import month_of, place_meant
from kpi_xl.project import Project
from kpi_xl.record.circulation import changing, now, was_begun
from kpi_xl.record.round_answers import last_change
from kpi_xl.record.rounds import Course, course_of, last_act, latest
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.file_names import file_name, room_in
from kpi_xl.system.files import put, unfinished
from kpi_xl.system.user import login
from workbook_templates.style import (
    CENTRE,
    GREY,
    HEAD,
    INPUT,
    LABEL,
    LEFT,
    PADDED,
    RIGHT,
    RULED,
    TOTAL,
    Book,
    Page,
    Style,
)

FOLDER: Final = "目标商定表"
_HEADINGS: Final = (
    ("单位", 20), ("层级", 8), ("编号", 20), ("建议", 11), ("回复", 11), ("差额", 10), ("还价", 11),
    ("议定", 11), ("目标", 11), ("下级合计", 11), ("未分配", 10), ("状态", 26), ("决定", 8),
    ("金额", 11), ("原因", 24), ("决定后", 11),
)  # fmt: skip
(_NAME, _LEVEL, _KEY, _PROPOSED, _ANSWERED, _GAP, _COUNTERED, _AGREED, _TARGET, _BELOW, _REST,
 _STATUS, _DECISION, _AMOUNT, _REASON, _AFTER) = range(1, 17)  # fmt: skip
_TOP: Final = 4
_SUMMED: Final = (_PROPOSED, _ANSWERED, _GAP, _COUNTERED, _AGREED, _TARGET, _AFTER)
_SAID: Final = ("proposed", "answered", "countered", "agreed", "value")
_IN_AMOUNTS: Final = (*_SUMMED, _BELOW, _REST, _AMOUNT)
_QUIET: Final[Style] = {"font_color": GREY}
_UNKNOWN: Final = re.compile(r"[\[\]:*?/\\']")


def make(project: Project, month: str | None = None, unit: str | None = None) -> Path:
    """Write the workbook of a month's rounds for the manager of a unit.

    Parameters
    ----------
    month : str, optional
        The month; the last with a round by default.
    unit : str, optional
        Whose units are in it: his, with those below them; the branch by default. Nothing of
        others is anywhere in it.

    Returns
    -------
    Path
        The workbook, with a sheet for each KPI.

    Raises
    ------
    InputError
        There is no round of the month, or the unit is in none.
    """
    if not was_begun(project):
        raise InputError(kinds.NO_ROUNDS())
    with changing(project) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        rounds = latest(connection, project.settings.kpis, month_of(month))
        if not rounds:
            raise InputError(kinds.NO_ROUNDS())
        last = max(one.month for one in rounds)
        courses = [course_of(connection, one) for one in rounds if one.month == last]
        shown = _with_unit(courses, unit)
        top = shown[0][0].round.places[shown[0][1]]
        folder = project.output / str(last) / FOLDER
        file = folder / f"{file_name(*top.unit.split('/'), room=room_in(project.folder))}.xlsx"
        token = secrets.token_hex(16)
        connection.execute(
            "INSERT INTO round_workbooks VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                token, str(last), top.level, top.unit, now(), login(), last_act(connection),
                last_change(connection),
            ],
        )  # fmt: skip
        with unfinished(file) as draft:
            book = Book(draft, f"{top.name} {last.chinese} 目标商定表")
            for number, (course, place) in enumerate(shown, 1):
                _Sheet(book, number, course, place, project.settings).write()
            book.workbook.define_name(TOKEN, f'="{token}"')
            book.close()
            put(draft, file)
    return file


def _with_unit(courses: Sequence[Course], unit: str | None) -> list[tuple[Course, int]]:
    """The rounds that include the unit, and its index in each."""
    if unit is None:
        return [(one, 0) for one in courses]
    found = []
    refused = None
    for one in courses:
        try:
            found.append((one, place_meant(one.round, unit)))
        except InputError as error:
            refused = refused or error
    if not found and refused is not None:
        raise refused
    return found


class _Row(NamedTuple):
    """A row of a sheet: its unit, its depth, and the rows of the units below."""

    place: int
    depth: int
    row: int


class _Sheet:
    """The sheet of a KPI."""

    def __init__(
        self, book: Book, number: int, course: Course, top: int, settings: Settings
    ) -> None:
        round_ = course.round
        name = _UNKNOWN.sub("_", round_.kpi.name)[:31]
        self._number = number
        self._course = course
        self._top = top
        self._settings = settings
        self._is_sum = round_.is_sum
        self._rows = [
            _Row(place, depth, _TOP + 1 + at)
            for at, (place, depth) in enumerate(listed(course, top))
        ]
        self._row_of = {one.place: one.row for one in self._rows}
        self._end = self._rows[-1].row
        amounts = [
            amount
            for one in self._rows
            for stand in [course.stands[one.place]]
            for amount in (stand.proposed, stand.answered, stand.countered, stand.agreed)
        ]
        parts = any(amount is not None and amount % round_.scale for amount in amounts)
        whole = "#,##0.00" if parts else "#,##0"
        plain = "0.0%" if round_.kpi.unit == "%" else whole
        # A number that its column has no room for is shown as ###; the sums are in bold type.
        below = [course.stands[one.place] for one in self._rows if one.depth]
        largest = max(
            *(abs(amount) for amount in amounts if amount is not None),
            *(sum(abs(getattr(stand, of) or 0) for stand in below) for of in _SAID),
        )
        room = len(f"{largest / round_.scale:,.{2 if parts else 0}f}") + 4
        widths = (
            max(width, room) if at in _IN_AMOUNTS else width
            for at, (_, width) in enumerate(_HEADINGS, 1)
        )
        self._page = Page(book, name, (1.5, *widths))
        self._style: Style = {"num_format": plain, **RIGHT}
        self._gap: Style = {"num_format": f"+{plain};-{plain};0", **RIGHT}

    def write(self) -> None:
        """Write the sheet."""
        page, round_ = self._page, self._course.round
        top = round_.places[self._top]
        page.title(f"{top.name}　{round_.month.chinese}　{round_.kpi.name}　目标商定表")
        unit = f"第 {round_.number} 轮，单位：{round_.kpi.unit}"
        page.put(1, _NAME, unit, LABEL)
        page.put(1, _KEY, round_.kpi.code, {"font_color": "#FFFFFF"})
        page.name_slot(CODES.format(self._number), 1, _KEY)
        page.put(
            2,
            _NAME,
            "在黄色格里选“接受”（按回复的数议定）或“还价”（写金额），写上原因；"
            "没有回复的、定成别的数的，一定要写原因。不决定的留空。填好交回分公司内勤。",
            LABEL,
        )
        page.height(_TOP, 22)
        for column, (heading, _) in enumerate(_HEADINGS, 1):
            page.put(_TOP, column, heading, HEAD, CENTRE)
        for one in self._rows:
            self._line(one)
        for name, column in (
            (KEYS, _KEY), (DECIDED, _DECISION), (AMOUNTS, _AMOUNT), (REASONS, _REASON)
        ):  # fmt: skip
            page.name_slot(name.format(self._number), _TOP + 1, column, self._end)
        row = self._sums() if self._is_sum and len(self._rows) > 1 else self._end + 1
        for text in notes(self._course, self._top):
            page.put(row, _NAME, text, LABEL)
            row += 1
        page.sheet.freeze_panes(_TOP + 1, _NAME + 1)
        page.sheet.repeat_rows(_TOP)

    def _line(self, one: _Row) -> None:
        page, course = self._page, self._course
        stand, place = course.stands[one.place], course.round.places[one.place]
        look = TOTAL if one.depth == 0 else _QUIET if one.depth > 1 else {}
        is_person = place.level == PERSON
        page.height(one.row, 18)
        level = place.level if is_person else self._settings.level_name(place.level)
        page.put(one.row, _NAME, place.name, RULED, LEFT, {"indent": one.depth}, look)
        page.put(one.row, _LEVEL, level, RULED, CENTRE, look)
        key: Style = {**PADDED, "shrink": True, **_QUIET}
        page.put(one.row, _KEY, course.round.keys[one.place], RULED, LEFT, key, look)
        for column, amount in (
            (_PROPOSED, stand.proposed), (_ANSWERED, stand.answered),
            (_COUNTERED, stand.countered), (_AGREED, stand.agreed), (_TARGET, stand.value),
        ):  # fmt: skip
            self._amount(one.row, column, amount, look)
        answered, proposed = self._at(one, _ANSWERED), self._at(one, _PROPOSED)
        gap = difference(course, one.place)
        self._formula(
            one.row, _GAP, f'=IF(OR({answered}="",{proposed}=""),"",{answered}-{proposed})', gap,
            self._gap, look,
        )  # fmt: skip
        self._below(one, look)
        page.put(
            one.row,
            _STATUS,
            status_text(course, one.place),
            RULED,
            LEFT,
            PADDED,
            {"shrink": True},
            look,
        )
        self._decision(one, look)

    def _below(self, one: _Row, look: Style) -> None:
        """Write the sum of the units below, and the rest that none of them has."""
        page, talks = self._page, self._course.negotiation
        below = talks.below[one.place]
        shown = [self._row_of[each] for each in below if each in self._row_of]
        if not below or not self._is_sum:
            for column in (_BELOW, _REST):
                page.put(one.row, column, None, RULED, look)
            return
        value, rest = self._course.stands[one.place].value, talks.unassigned(one.place)
        if len(shown) == len(below):
            formula = f"=SUM({_areas(shown, _TARGET)})"
            self._formula(one.row, _BELOW, formula, value - rest, self._style, look)
        else:
            self._amount(one.row, _BELOW, value - rest, look)  # of people who are not listed here
        formula = f"={self._at(one, _TARGET)}-{self._at(one, _BELOW)}"
        self._formula(one.row, _REST, formula, rest, self._gap, look)

    def _decision(self, one: _Row, look: Style) -> None:
        """The cells for decisions on the units directly below, and the amounts that would count
        then.
        """
        page, stand = self._page, self._course.stands[one.place]
        is_whole = self._course.round.places[one.place].above is None
        if stand.locked or not (one.depth == 1 or is_whole):
            for column in (_DECISION, _AMOUNT, _REASON):
                page.put(one.row, column, None, RULED, look)
            self._formula(
                one.row, _AFTER, f"={self._at(one, _TARGET)}", stand.value, self._style, look
            )
            return
        page.put(one.row, _DECISION, None, RULED, CENTRE, INPUT)
        page.put(one.row, _AMOUNT, None, RULED, self._style, INPUT)
        page.put(one.row, _REASON, None, RULED, LEFT, PADDED, INPUT)
        offered = DECISIONS[:1] if is_whole else DECISIONS
        page.sheet.data_validation(
            one.row, _DECISION, one.row, _DECISION,
            {
                "validate": "list", "source": list(offered),
                "input_title": "决定", "input_message": "选“接受”或“还价”；不决定就留空。",
                "error_title": "不在列表里", "error_message": "请选“接受”或“还价”，或者留空。",
            },
        )  # fmt: skip
        page.sheet.data_validation(
            one.row, _AMOUNT, one.row, _AMOUNT,
            {
                "validate": "decimal", "criteria": ">=", "value": 0,
                "input_title": "金额",
                "input_message": "还价一定要写；接受时不写就按回复的数。",
                "error_title": "请填数字",
                "error_message": "这里只能填不小于 0 的数字，不要写“万”“元”等字。",
            },
        )  # fmt: skip
        decision, amount = self._at(one, _DECISION), self._at(one, _AMOUNT)
        said, wanted = self._at(one, _ANSWERED), self._at(one, _COUNTERED)
        offer = f'IF({wanted}="",{self._at(one, _PROPOSED)},{wanted})'
        self._formula(
            one.row,
            _AFTER,
            f'=IF({amount}<>"",{amount},IF({decision}="{ACCEPT}",IF({said}="",{offer},{said}),'
            f"{self._at(one, _TARGET)}))",
            stand.value,
            self._style,
            look,
        )

    def _sums(self) -> int:
        """The sum of the units directly below, and the rest of the unit's own amount."""
        page = self._page
        row = self._end + 1
        direct = [one for one in self._rows if one.depth == 1]
        rows = [one.row for one in direct]
        for column in range(_NAME, _AFTER + 1):
            page.put(row, column, None, TOTAL)
            page.put(row + 1, column, None, TOTAL)
        page.put(row, _NAME, "直接下级合计", TOTAL)
        page.put(row + 1, _NAME, "上级 − 下级合计", TOTAL)
        for column in _SUMMED:
            known = [self._known(one, column) for one in direct]
            amounts = [amount for amount in known if amount is not None]
            style = self._gap if column == _GAP else self._style
            areas = _areas(rows, column)
            formula = f'=IF(COUNT({areas})=0,"",SUM({areas}))'
            self._formula(row, column, formula, sum(amounts) if amounts else None, style, TOTAL)
            own = self._known(self._rows[0], column)
            if column == _GAP:
                continue
            mine, total = (xl_rowcol_to_cell(at, column) for at in (self._rows[0].row, row))
            full = f"COUNT({areas})={len(rows)}"
            known_all = own is not None and len(amounts) == len(direct)
            left = own - sum(amounts) if known_all and own is not None else None
            formula = f'=IF(AND({full},{mine}<>""),{mine}-{total},"")'
            self._formula(row + 1, column, formula, left, self._gap, TOTAL)
        page.highlight(
            row + 1, _PROPOSED, row + 1, _AFTER,
            f'=AND(ISNUMBER({xl_rowcol_to_cell(row + 1, _PROPOSED)}),'
            f"{xl_rowcol_to_cell(row + 1, _PROPOSED)}<>0)",
            {"bold": True, "font_color": "#9A2F24"},
        )  # fmt: skip
        page.sheet.set_row(row, 20)
        page.sheet.set_row(row + 1, 20)
        return row + 3

    def _known(self, one: _Row, column: int) -> int | None:
        stand = self._course.stands[one.place]
        return {
            _PROPOSED: stand.proposed, _ANSWERED: stand.answered, _COUNTERED: stand.countered,
            _AGREED: stand.agreed, _GAP: difference(self._course, one.place),
        }.get(column, stand.value)  # fmt: skip

    def _amount(self, row: int, column: int, amount: int | None, look: Style) -> None:
        value = None if amount is None else self._course.round.value(amount)
        self._page.put(row, column, value, RULED, self._style, look)

    def _formula(
        self, row: int, column: int, formula: str, amount: int | None, *styles: Style
    ) -> None:
        value = "" if amount is None else self._course.round.value(amount)
        self._page.formula(row, column, formula, value, RULED, *styles)

    def _at(self, one: _Row, column: int) -> str:
        return str(xl_rowcol_to_cell(one.row, column))


def _areas(rows: Sequence[int], column: int) -> str:
    """Cells of a column as ranges: a function takes at most 255 of them."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    texts = []
    for first, last in found:
        text: str = xl_rowcol_to_cell(first, column)
        texts.append(text if last == first else f"{text}:{xl_rowcol_to_cell(last, column)}")
    return ",".join(texts)
