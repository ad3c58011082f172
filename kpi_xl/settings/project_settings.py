"""The settings of a project: kpi.toml, 设置.xlsx and 指标定义.xlsx together."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from kpi_xl.analysis.feedback import FEWEST_RATERS, WEIGHTS, Relation
from kpi_xl.analysis.knowledge import Knowledge
from kpi_xl.analysis.time_boxes import A_DAY, MINUTES
from kpi_xl.calendar import PUBLIC, WorkCalendar, WorkDays
from kpi_xl.catalogue.measures import MEASURES
from kpi_xl.catalogue.organisation import STANDARD, Organisation
from kpi_xl.catalogue.schema import LISTS, TABLES, Column, Table
from kpi_xl.definitions.own_kpis import Definition, OwnKpis, own_kpis
from kpi_xl.definitions.own_measures import Known
from kpi_xl.errors import InputError
from kpi_xl.formula import Setting
from kpi_xl.kpi import Kpi
from kpi_xl.kpi_registry import Registry
from kpi_xl.readers.date import DateOrder
from kpi_xl.readers.name import form
from kpi_xl.settings.diagnosis import own_topics, with_own
from kpi_xl.settings.levels import with_levels
from kpi_xl.settings.mail import MailSettings
from kpi_xl.settings.reminders import ReminderSettings
from kpi_xl.settings.returned import WINS, Source
from kpi_xl.settings.server import ServerSettings
from kpi_xl.settings.sheets import SheetSettings, said_of
from kpi_xl.settings.text import REPORT
from kpi_xl.settings.weights import WeightTable, read_tables

FILE_ENGINE: Final = "duckdb:///"
"""How the engine of files in the project begins; the store's file follows."""

MONEY: Final = ("万元", "元")
"""In what amounts may be told."""

CHANNEL: Final = "渠道"
"""What `Settings.peers_within` says where units are compared within their channel."""


@dataclass(frozen=True)
class Settings:
    """The settings of a project; each has a default.

    Parameters
    ----------
    name : str
        The branch's name, the top of the organisation.
    data : str
        The folder with the raw files, relative to the project.
    files : mapping of str to tuple of str
        File names (or patterns such as ``保单*.csv``) by table code, where the name alone does not
        tell which table a file holds.
    columns : mapping of str to mapping of str to str
        Headings by table code and column code, for headings that kpi_xl does not know.
    sheets : mapping of str to SheetSettings
        The settings of single files and worksheets, by their names.
    date_order : str
        How dates such as 8/28/1989 are written: ``"ymd"``, ``"mdy"`` or ``"dmy"``.
    no_date : tuple of str
        What stands in a date cell for "no date", such as ``1/1/1900``.
    effective_fyc : float
        FYC in 元 from which an agent counts as effective in a month.
    grace_days : int
        Days after the due date within which a renewal premium counts as collected.
    premium_weight : float
        Weight of 保费持续率 in 综合持续率.
    fewest_peers : int
        Of fewer units no figure of the peers is told: it would be somebody's own.
    peers_within : str or None
        Within what units are compared: `CHANNEL`, or a level; None for all of a level.
    fewest_raters : int
        Of fewer colleagues, subordinates or customers who judge somebody nothing is told.
    rater_weights : mapping of str to float
        What each side counts in 360 度评价, of which only the ratio matters.
    time_boxes : mapping of str to int
        How many minutes each kind of a manager's activities takes.
    day_minutes : int
        How many minutes of a day may be planned.
    month_cut : int or None
        The last day of a 业务月 (25: January is 1-25 January, December 26 November-31 December,
        every other month from the 26th to the 25th); None for natural months.
    uncounted_ranks : tuple of str
        Ranks, such as trainees', whose people are left out of every count of people.
    excluded_endings : tuple of str
        What stands under 终止原因 of policies that 13- and 25-month persistency leaves out.
    as_of : date or None
        The day up to which the data of the last month goes; None to see it from the data.
    work : WorkDays
        Which days people work, where it is not as published.
    bands : mapping of str to (float, float or None)
        Healthy and danger bounds by KPI name, instead of the catalogue's.
    bands_in_sheet : frozenset of str
        The KPIs whose bounds 设置.xlsx says.
    targets : mapping of str to float
        The target by KPI name of a unit that has none of its own.
    levels : mapping of str to str
        What the levels of the organisation are called here, such as 门店 for 营业部.
    organisation : Organisation
        Which levels there are.
    returned : mapping of str to str
        Which wins where a returned workbook and a raw file differ, by what it is about.
    engine : str
        Where the raw tables are and the measures are computed: ``duckdb:///kpi.duckdb`` for files
        in the project, the file being relative to it, ``postgresql://…`` for tables in PostgreSQL,
        ``spark://…`` or ``local[2]`` for parquet or Hive tables on Spark.
    mail : MailSettings
        The mail server and the mails.
    reminders : ReminderSettings
        When those who send nothing back are reminded.
    server : ServerSettings
        The server for Excel on Mac and the web.
    report : str
        The template that ``refresh`` fills: the name of an official one, or a workbook's path.
    main_kpis : tuple of str
        The KPIs that stand on top everywhere, the month's result first; none for the trade's.
    money : str
        In what amounts are told where a manager reads them: one of `MONEY`.
    definitions : tuple of Definition
        The KPIs that the project declares itself.
    wrong_definitions : tuple of InputError
        What stands among them and cannot be read as one.
    notes : tuple of InputError
        What does not count of 设置.xlsx and of the KPIs in kpi.toml, and what both say otherwise.
    weights : mapping of str to WeightTable
        What rows count by what stands in them, by name.
    own_columns : mapping of str to tuple of Column
        Columns that standard tables have here besides, by table code.
    own_tables : mapping of str to Table
        Raw tables that the project declares itself, by code.
    """

    name: str = "分公司"
    data: str = "data"
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sheets: Mapping[str, SheetSettings] = field(default_factory=dict)
    date_order: DateOrder = "ymd"
    no_date: tuple[str, ...] = ()
    effective_fyc: float = 800.0
    grace_days: int = 60
    premium_weight: float = 0.7
    # Left out of what is shown: the measures do not depend on it.
    fewest_peers: int = field(default=4, repr=False)
    peers_within: str | None = field(default=None, repr=False)
    fewest_raters: int = field(default=FEWEST_RATERS, repr=False)
    rater_weights: Mapping[Relation, float] = field(
        default_factory=lambda: dict(WEIGHTS), repr=False
    )
    time_boxes: Mapping[str, int] = field(default_factory=lambda: dict(MINUTES), repr=False)
    day_minutes: int = field(default=A_DAY, repr=False)
    month_cut: int | None = None
    uncounted_ranks: tuple[str, ...] = ()
    excluded_endings: tuple[str, ...] = ("理赔终止", "迁出")
    as_of: dt.date | None = None
    work: WorkDays = PUBLIC
    bands: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)
    bands_in_sheet: frozenset[str] = field(default=frozenset(), repr=False)
    targets: Mapping[str, float] = field(default_factory=dict, repr=False)
    levels: Mapping[str, str] = field(default_factory=dict)
    organisation: Organisation = STANDARD
    returned: Mapping[str, Source] = field(default_factory=lambda: dict(WINS))
    # Left out of what is shown of the settings: there may be a password in it.
    engine: str = field(default=f"{FILE_ENGINE}kpi.duckdb", repr=False)
    # Left out as well: what is computed does not depend on it.
    mail: MailSettings = field(default=MailSettings(), repr=False)
    reminders: ReminderSettings = field(default=ReminderSettings(), repr=False)
    server: ServerSettings = field(default=ServerSettings(), repr=False)
    report: str = field(default=REPORT, repr=False)
    money: str = field(default=MONEY[0], repr=False)
    main_kpis: tuple[str, ...] = field(default=(), repr=False)
    definitions: tuple[Definition, ...] = ()
    wrong_definitions: tuple[InputError, ...] = field(default=(), repr=False)
    notes: tuple[InputError, ...] = field(default=(), repr=False)
    # Left out as well: what is counted with them has their hash.
    weights: Mapping[str, WeightTable] = field(default_factory=dict, repr=False)
    # What of these counts is in `beside_standard`.
    own_columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict, repr=False)
    own_tables: Mapping[str, Table] = field(default_factory=dict, repr=False)
    # Left out as well: no number depends on it.
    diagnosis: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @functools.cached_property
    def dates(self) -> WorkCalendar:
        """The ends of months, and the working days, in this project."""
        return WorkCalendar(self.month_cut, self.work)

    @functools.cached_property
    def own(self) -> OwnKpis:
        """The KPIs that the project declares itself."""
        tables = {
            code: replace(table, columns=(*table.columns, *self.own_columns.get(code, ())))
            for code, table in self._standard.items()
        } | dict(self.own_tables)
        weights, wrong = read_tables(self.weights, tables, self.date_order)
        found = own_kpis(self.definitions, Known(tables, weights, self.date_order))
        wrong += own_topics(self.diagnosis, found.kpis)[2]
        return replace(found, wrong=(*self.wrong_definitions, *wrong, *found.wrong))

    @functools.cached_property
    def knowledge(self) -> Knowledge:
        """The knowledge about weaknesses: the project's own topics, then the program's."""
        return with_own(self.diagnosis, self.kpis)

    @functools.cached_property
    def tables(self) -> Mapping[str, Table]:
        """The raw tables by code: the standard ones with all columns that some definition needs,
        then the project's own.
        """
        needed = {(one.source.raw, code) for one in self.own.counted for code in one.columns}
        found = {**self._standard, **self.own_tables}
        for code, columns in self.own_columns.items():
            if more := [one for one in columns if (code, one.code) in needed]:
                table = found[code]
                found[code] = replace(table, columns=(*table.columns, *more))
        return found

    @functools.cached_property
    def _standard(self) -> Mapping[str, Table]:
        """The standard tables, with columns for the project's levels."""
        return {
            code: with_levels(table, self.organisation, self.levels)
            for code, table in TABLES.items()
        }

    @functools.cached_property
    def own_days(self) -> Mapping[str, str]:
        """The column of the day of each own raw table, by code."""
        return {
            code: next(one.code for one in table.columns if one.kind == "date")
            for code, table in self.own_tables.items()
        }

    @functools.cached_property
    def lists(self) -> Mapping[str, Table]:
        """The tables that a file or worksheet may hold: `tables`, and lists that go into one of
        them.
        """
        return {**self.tables, **{code: LISTS[code] for code in LISTS if code not in TABLES}}

    @functools.cached_property
    def beside_standard(self) -> tuple[Table, ...]:
        """The raw tables that differ from the standard."""
        return tuple(one for code, one in self.tables.items() if TABLES.get(code) is not one)

    @property
    def kpis(self) -> Registry:
        """Every KPI: those of the catalogue, then the project's own."""
        return self.own.kpis

    @functools.cached_property
    def in_formulas(self) -> Mapping[str, float]:
        """What the settings that stand in formulas of KPIs are here, by code."""
        return {
            code: getattr(self, code) for code, one in MEASURES.items() if isinstance(one, Setting)
        }

    @property
    def headlines(self) -> list[Kpi]:
        """The KPIs on top: those the project names, else the trade's."""
        main = [kpi for name in self.main_kpis if (kpi := self.kpis.find(name)) is not None]
        return list(dict.fromkeys(main)) or [kpi for kpi in self.kpis.values() if kpi.headline]

    @property
    def level_names(self) -> list[str]:
        """The names of the organisation's levels in this project, from the top."""
        return [self.level_name(level) for level in self.organisation.levels]

    @property
    def in_wan(self) -> bool:
        """Whether large amounts are shown in 万."""
        return self.money == MONEY[0]

    @property
    def called(self) -> Mapping[str, str]:
        """The project's own names for the units whose heads the knowledge base makes
        responsible.
        """
        own = self.organisation
        if own is STANDARD:
            return self.levels
        lowest = self.level_name(own.levels[-1])
        return {STANDARD.main: self.level_name(own.main), "组主管": f"{lowest}主管"}

    def level_name(self, level: str) -> str:
        """The name of a level in this project."""
        return self.levels.get(level, level)

    def level_meant(self, name: str) -> str:
        """The level of this name; both the project's and the standard name are understood."""
        own = {form(level): level for level in self.organisation.levels}
        own |= {form(called): level for level, called in self.levels.items()}
        return own.get(form(name), name)

    def said_of(self, name: str, sheet: str | None) -> SheetSettings:
        """The settings of one file or worksheet."""
        return said_of(self.sheets, name, sheet) or SheetSettings()

    @property
    def in_database(self) -> bool:
        """Whether the raw tables are in a database instead of files."""
        return not self.engine.startswith(FILE_ENGINE)
