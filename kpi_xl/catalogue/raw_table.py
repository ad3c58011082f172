"""The declaration of a raw table and its columns, and the headings that several tables share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from kpi_xl import fault

Kind = Literal["id", "text", "date", "money", "count", "number", "month", "choice"]
"""What a column holds.

id: text kept to the letter (00123 survives); date: a day; money: 元, kept as whole 分; count: a
whole number; number: any number; month: a calendar month; choice: one of a few words.
"""


@dataclass(frozen=True)
class Column:
    """A column of a raw table.

    Parameters
    ----------
    code : str
        Its name in the database.
    name : str
        Its usual Chinese heading.
    kind : str
        The kind of value, such as a number or a day.
    required : bool
        Whether a table without it cannot be used. In a required column no cell may be empty.
    aliases : tuple of str
        Other headings, Chinese and English.
    choices : mapping of str to str, for kind ``choice``
        The words that may stand in it, each with the one it is stored as.
    meaning : str
        What it says, for people.
    """

    code: str
    name: str
    kind: Kind
    meaning: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    sooner: tuple[str, ...] = ()
    """Headings that go before the column's own name: beside 网点代码, 网点 is a name."""
    default: str | None = None
    """What an absent column or an empty cell means, where that is not simply nothing."""
    instead: str | None = None
    """The column, by code, that a required one may be found by where it is absent or empty."""
    also: tuple[tuple[str, str], ...] = ()
    """Patterns of what else may stand in a choice, each with the word it is stored as."""
    level: str = ""
    """The level of the organisation whose unit it names; see `kpi_xl.catalogue.organisation`."""
    is_before: bool = False
    """Whether that unit is the one that somebody comes from."""

    @property
    def when_empty(self) -> str:
        """The meaning of a missing column or an empty cell, as a text for people."""
        return next((word for word, stored in self.choices if stored == self.default), "") or (
            self.default or "空白"
        )


@dataclass(frozen=True)
class Events:
    """How a raw table says on which day each row happened.

    Parameters
    ----------
    day : str
        The column of the day that tells which month a row is of.
    happened : str
        The column of the day on which it came to pass, where that is another.
    is_ahead : bool
        Whether rows may stand in it before their day has come, as what falls due.
    of_months : bool
        Whether one row may stand for a whole month.
    """

    day: str
    happened: str = ""
    is_ahead: bool = False
    of_months: bool = False


@dataclass(frozen=True)
class Table:
    """A raw table.

    Parameters
    ----------
    code : str
        Its name in the database.
    name : str
        Its Chinese name; a file is taken for this table when its name contains this or an alias.
    key : tuple of str
        The columns, by code, that tell one row from another; a second row with the same key is a
        duplicate. Empty where identical rows are legitimate.
    required : bool
        Whether a project cannot do without it.
    of_agents : bool
        Whether its rows are what agents did, or what became of them.
    unknown_agent : fault.Kind, optional
        Where rows only name agents: what is told of a name that 人员 does not have.
    in_service : str
        The column of a day on which the agent must be in service.
    scale : str
        The column of money by whose size a file that is in another unit is noticed.
    taken_back : str
        The column of money in which a negative amount takes a row with the same key back.
    as_main : tuple of str
        The columns in which a rider under the key of a main policy is as that is.
    newest_by : tuple of str
        Of what systems export whole again and again: the columns of the days whose last one tells
        which of two files is the newer.
    gone : str
        The column of the day from which on who stands in it is gone.
    events : Events, optional
        That its rows happen on days, month after month, so that it grows long. What is counted in
        it is kept by month, and a company's own database counts it where it is. Without them it
        is short, and read whole.
    grid : str
        What it may have side by side in columns instead of one below the other: ``days`` of
        attendance, or months or KPIs of ``targets``.
    """

    code: str
    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    required: bool = False
    of_agents: bool = False
    unknown_agent: fault.Kind | None = None
    in_service: str = ""
    scale: str = ""
    taken_back: str = ""
    as_main: tuple[str, ...] = ()
    newest_by: tuple[str, ...] = ()
    gone: str = ""
    events: Events | None = None
    grid: Literal["", "days", "targets"] = ""
    unit_columns: tuple[tuple[str, str], ...] = ()
    """Where its rows are of units and not of people: the levels, from the top, each with the column
    that names the unit. The last is the one that a row counts for; those above tell which of one
    name is meant. The column ``agent`` then holds the unit's sign, see `unit_sign`."""

    def column(self, code: str) -> Column:
        """The column with this code."""
        return next(column for column in self.columns if column.code == code)

    def of_units(self, *, before: bool = False) -> dict[str, Column]:
        """The columns that name units by level, from the top; optionally those of the unit before a
        transfer.
        """
        return {one.level: one for one in self.columns if one.level and one.is_before == before}


_UNIT: Final = "\x1f"
"""No 工号 begins so."""

UNIT_SIGNS: Final = f"{_UNIT}%"
"""What is like the sign of a unit, for SQL."""


def unit_sign(level: str, path: str) -> str:
    """The text that stands in place of a 工号 in rows that belong to a unit, not to a person."""
    return f"{_UNIT}{level}:{path}"


def days(*events: str) -> tuple[str, ...]:
    """The headings of the day of an event."""
    return tuple(event + day for event in events for day in ("日期", "时间", "日"))


OUTLET_CODES: Final = ("网点代码", "网点编码", "网点编号", "出单网点代码", "出单网点编码")

AGENT: Final = Column(
    "agent",
    "工号",
    "id",
    "业务员工号，按文本原样保留",
    required=True,
    aliases=(
        "业务员工号",
        "业务员代码",
        "代理人工号",
        "员工号",
        "员工编号",
        *(
            who + what
            for who in (
                *("业务员", "代理人", "营销员", "销售人员", "客户经理", "员工", "人员"),
                *("店员", "导购", "导购员", "销售员", "销售顾问", "理财经理", "保险营销员"),
            )
            for what in ("工号", "编号", "编码", "代码")
            if who + what not in ("业务员工号", "业务员代码", "代理人工号", "员工编号")
        ),
        "agent",
        "agent_id",
        "agent_code",
        "agent_no",
        *(
            who + what
            for who in ("employee", "emp", "staff")
            for what in ("id", "no", "number", "code")
        ),
    ),
)
