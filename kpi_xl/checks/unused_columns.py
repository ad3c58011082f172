"""Columns that were not understood and may be a missing column.

A roster with 人员状态 but no 解约日期 keeps its leavers for ever. Nothing of the kind is passed
over in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.catalogue.organisation import STANDARD
from kpi_xl.catalogue.people_tables import AGENTS
from kpi_xl.catalogue.raw_table import AGENT, Table
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks import statuses
from kpi_xl.checks.roster_signs import REJOINED
from kpi_xl.raw_files.heading_text import normalise
from kpi_xl.raw_files.said import FileRead, Said
from kpi_xl.readers.cell import NOTHING, plain
from kpi_xl.readers.date import NO_DAY, read_day
from kpi_xl.readers.name import near

_LIKE: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "agents": (
        ("left", r"离|退司|解约|解除|终止|脱落|注销|状态|leave|left|terminat|status"),
        ("department", r"部门|营业部|门店|店铺|机构|单位|支公司|归属|所属|组织|department|dept"),
        ("team", r"营业组|小组|团队|team"),
        ("region", r"营业区|片区|region"),
    ),
    "policies": (
        ("withdrawn", r"撤|犹|withdraw|cancel"),
        ("ended", r"终止|失效|退保|状态|surrender|status|lapse"),
        ("fyc", r"佣|fyc|commission"),
        ("pieces", r"件数|pieces"),
        ("is_main", r"主附|主险|附加险"),
        ("outlet", r"网点|outlet"),
    ),
    "dues": (
        ("paid_premium", r"[实已][收缴交到].*[费额款]|到账.*[费额款]|paid.?amount|amount.?paid"),
        ("paid", r"实收|到账|实缴|实交|已收|已缴|paid"),
    ),
    "activities": (
        ("visits", r"拜访|visit"), ("interviews", r"面谈|洽谈|interview"),
        ("appointments", r"约访|邀约|appointment"), ("closings", r"促成|成交|clos"),
    ),
    "attendance": (("days_present", r"出勤|实到|present"), ("days_due", r"应出勤|应到|due")),
    "transfers": (("department", r"营业部|部门"), ("team", r"营业组|团队|小组")),
    "promotions": (("rank", r"职级|级别|rank"),),
    "outlets": (("closed", r"关闭|终止|撤销|状态|close|status"), ("opened", r"开通|合作|open")),
}  # fmt: skip
"""Columns that are missed where a heading speaks of them and was not understood."""

_UNITS: Final = "|".join(word for code, word in _LIKE["agents"] if AGENTS.column(code).level)
"""What speaks of units of a level that a project names itself."""


def speaking_of_columns(file: FileRead) -> Iterator[Said]:
    """Headings that were not understood and may be a missing column."""
    raw, told = file.raw, set[str]()
    for code, words in _like(raw.table):
        if code in raw.columns:
            continue
        for heading, cells in file.others():
            if heading in told or heading in raw.said.statuses or cells.null_count == len(cells):
                continue
            status = statuses.is_status(raw.table.code, heading)
            if re.search(words, normalise(heading)) and not status:
                told.add(heading)
                yield Said(heading, kinds.COLUMN_NOT_USED(column=raw.table.column(code).name))


def of_ones_own_absent(file: FileRead) -> Iterator[Said]:
    """Columns that the project declares and uses, and that a file lacks."""
    raw = file.raw
    standard = TABLES[raw.table.code].columns if raw.table.code in TABLES else ()
    others = [heading for heading, _ in file.others()]
    for column in raw.table.columns:
        known = column in standard or column.level or column.required
        known = known or column.code == AGENT.code  # made here of the columns of units
        if not known and column.code not in raw.columns:
            like = next((one for one in others if column.name in one or one in column.name), None)
            fault = kinds.OWN_COLUMN_ABSENT(
                column=column.name, like=like or "、".join(near(column.name, others))
            )
            yield Said(column.name, fault)


def no_amounts(file: FileRead) -> Iterator[Said]:
    """A list of what was done without a column that says how often."""
    raw = file.raw
    counts = [column for column in raw.table.columns if column.kind == "count"]
    if len(raw.rows) and not any(column.code in raw.columns for column in counts):
        names = "、".join(column.name for column in counts)
        yield Said(None, kinds.NO_AMOUNTS(columns=names))


def days_of_leaving(file: FileRead) -> Iterator[Said]:
    """Columns of days in a roster that has no leave dates."""
    if "left" in file.raw.columns:
        return
    spoken_of = {said.heading for said in speaking_of_columns(file)}
    for heading, cells in file.others():
        if heading in spoken_of or _BENIGN.search(heading) or REJOINED.search(heading):
            continue
        if days_in(cells):
            yield Said(heading, kinds.DAYS_NOT_USED(column="解约日期"))


_BENIGN: Final = re.compile(
    r"生日|出生|毕业|参加工作|转正|晋升|聘|证|党|合同起|签|有效|birth|导出|更新|修改|创建|录入",
    re.IGNORECASE,
)


_LIKE_DAY: Final = re.compile(
    r"\d{1,4}\s*[-/.年、]\s*\d{1,2}(\s*[-/.月、]\s*\d{1,4})?\D*.*|\d{1,2}月\d{1,2}日.*|(19|20)\d{6}"
    r"|\d{1,2}-?[A-Za-z]{3}.*|(4|5)\d{4}(\.\d+)?"
)
_LOOKED_AT: Final = 1_000


def _like(table: Table) -> Iterator[tuple[str, str]]:
    """The columns of a table that may be missing, with the words that suggest each."""
    told = dict(_LIKE.get(table.code, ()))
    for column in table.columns:
        if column.code in told:
            yield column.code, told[column.code]
        elif column.level not in ("", *STANDARD.levels) and not column.is_before:
            yield column.code, f"{re.escape(normalise(column.name))}|{_UNITS}"


def speaks_of(table: Table, column: str, heading: str) -> bool:
    """Whether an unknown heading suggests a column, so that people are asked.

    Parameters
    ----------
    table : Table
        Which the column is of.
    column : str
        The code of the column.
    heading : str
        As written in the file.
    """
    words = dict(_like(table)).get(column)
    return words is not None and bool(re.search(words, normalise(heading)))


def days_in(cells: Any) -> bool:
    """Whether the cells are days in any notation, or say that there is none.

    Also where every cell is one: of a worksheet for each team some have only people who left.
    """
    written = [plain(text) for text in pc.unique(cells).drop_null()[:_LOOKED_AT].to_pylist()]
    days = [text for text in written if text not in NOTHING and read_day(text) is not NO_DAY]
    return bool(days) and all(map(_LIKE_DAY.fullmatch, days))


def without_heading(file: FileRead) -> Iterator[Said]:
    """Columns without a heading that have values in most rows."""
    for left, cells in file.raw.unnamed:
        filled = len(cells) - cells.null_count
        if filled * 2 > len(file.raw.rows) > 0:
            where = f"“{left}”右边" if left else "最左边"
            yield Said(None, kinds.COLUMN_WITHOUT_HEADING(where=where, count=filled))
