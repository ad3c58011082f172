"""A project: one folder with settings, raw files, the store, and what comes out.

::

    kpi.toml      settings, every one with a default
    设置.xlsx      the settings that a manager changes in a sheet, where there is one
    指标定义.xlsx  KPIs of one's own, where there are any
    data/         the raw files as they come
    kpi.duckdb    the checked tables
    kpi.cube      the measures of every unit and month
    kpi.read/     what was read of large raw files, which are not read again
    circulation.sqlite  what was sent to whom, and what came back
    通讯录.csv    mail addresses by unit or 工号 (or 通讯录.xlsx)
    output/       the workbooks that kpi_xl makes
    returned/     the workbooks that come back
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.analysis.feedback import FEWEST_RATERS, WEIGHTS, Relation
from kpi_xl.analysis.time_boxes import A_DAY, MINUTES
from kpi_xl.calendar import PUBLIC, WorkDays
from kpi_xl.catalogue.schema import LISTS, ORGANISATION, TABLES, Column, Table
from kpi_xl.definitions.own_kpis import Definition, OwnKpis, own_kpis
from kpi_xl.definitions.own_measures import Known
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.kpi import Registry
from kpi_xl.readers.date import DateOrder, read_day
from kpi_xl.readers.number import read_count, read_number
from kpi_xl.settings.calendar import KEYS as CALENDAR_KEYS
from kpi_xl.settings.calendar import work_days
from kpi_xl.settings.definitions import WORKBOOK as DEFINITIONS
from kpi_xl.settings.definitions import in_settings, in_workbook
from kpi_xl.settings.file import SettingError, choices, is_text, number_in, row_of, settings_in
from kpi_xl.settings.kpi_settings import of_kpis
from kpi_xl.settings.limits import LIMITS
from kpi_xl.settings.mail import KEYS as MAIL_KEYS
from kpi_xl.settings.mail import MailSettings, mail_settings
from kpi_xl.settings.own_tables import own_columns_in, own_tables_in
from kpi_xl.settings.reminders import KEYS as REMINDER_KEYS
from kpi_xl.settings.reminders import ReminderSettings, reminder_settings
from kpi_xl.settings.returned import WINS, Source, returned_wins
from kpi_xl.settings.server import ServerSettings, server_settings
from kpi_xl.settings.settings_sheet import WORKBOOK as SHEET
from kpi_xl.settings.settings_sheet import SettingsSheet, settings_sheet, with_typed
from kpi_xl.settings.sheets import SheetSettings, said_of, sheet_settings
from kpi_xl.settings.text import REPORT
from kpi_xl.settings.weights import WeightTable, read_tables, weights_in

_FILE: Final = "duckdb:///"
_ENGINE: Final = re.compile(rf"{_FILE}.+|postgres(ql)?://.*|spark://.+|local(\[(\d+|\*)\])?(\?.*)?")

MONEY: Final = ("万元", "元")
"""In what amounts may be told."""

CHANNEL: Final = "渠道"
"""What `Settings.peers_within` says where units are compared within their channel."""

_GREATEST: Final = 1e15

_KNOWN: Final[dict[str, set[str] | None]] = {
    "project": {"name", "data", "report", "money"},
    "files": {table.name for table in LISTS.values()},
    "columns": {table.name for table in LISTS.values()},
    "sheets": None,
    "dates": {"order", "no_date"},
    "rules": {
        "effective_fyc",
        "grace_days",
        "premium_weight",
        "fewest_peers",
        "peers_within",
        "fewest_raters",
        "rater_weights",
        "month_cut",
        "uncounted_ranks",
        "excluded_endings",
        "as_of",
    },
    "engine": {"url"},
    "mail": set(MAIL_KEYS),
    "reminders": set(REMINDER_KEYS),
    "server": None,
    "levels": set(ORGANISATION),
    "time_boxes": {*MINUTES, "每天"},
    "calendar": set(CALENDAR_KEYS),
    "returned": None,
    "bands": None,
    "targets": None,
    "kpis": None,
    "measures": None,
    "weights": None,
    "own_columns": None,
    "tables": None,
}


@dataclass(frozen=True)
class Settings:
    """What kpi.toml says, with a default for all it does not say.

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
    returned: Mapping[str, Source] = field(default_factory=lambda: dict(WINS))
    # Left out of what is shown of the settings: there may be a password in it.
    engine: str = field(default=f"{_FILE}kpi.duckdb", repr=False)
    # Left out as well: what is computed does not depend on it.
    mail: MailSettings = field(default=MailSettings(), repr=False)
    reminders: ReminderSettings = field(default=ReminderSettings(), repr=False)
    server: ServerSettings = field(default=ServerSettings(), repr=False)
    report: str = field(default=REPORT, repr=False)
    money: str = field(default=MONEY[0], repr=False)
    definitions: tuple[Definition, ...] = ()
    wrong_definitions: tuple[InputError, ...] = field(default=(), repr=False)
    notes: tuple[InputError, ...] = field(default=(), repr=False)
    # Left out as well: what is counted with them has their hash.
    weights: Mapping[str, WeightTable] = field(default_factory=dict, repr=False)
    # What of these counts is in `beside_standard`.
    own_columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict, repr=False)
    own_tables: Mapping[str, Table] = field(default_factory=dict, repr=False)

    @functools.cached_property
    def own(self) -> OwnKpis:
        """The KPIs that the project declares itself."""
        tables = {
            code: replace(table, columns=(*table.columns, *self.own_columns.get(code, ())))
            for code, table in TABLES.items()
        } | dict(self.own_tables)
        weights, wrong = read_tables(self.weights, tables, self.date_order)
        found = own_kpis(self.definitions, Known(tables, weights, self.date_order))
        return replace(found, wrong=(*self.wrong_definitions, *wrong, *found.wrong))

    @functools.cached_property
    def tables(self) -> Mapping[str, Table]:
        """The raw tables by code: the standard ones with the further columns that some definition
        needs, then the project's own.
        """
        needed = {(one.source.raw, code) for one in self.own.counted for code in one.columns}
        found = {**TABLES, **self.own_tables}
        for code, columns in self.own_columns.items():
            if more := [one for one in columns if (code, one.code) in needed]:
                table = found[code]
                found[code] = replace(table, columns=(*table.columns, *more))
        return found

    @functools.cached_property
    def own_days(self) -> Mapping[str, str]:
        """The column of the day of each raw table that the project declares itself, by code."""
        return {
            code: next(one.code for one in table.columns if one.kind == "date")
            for code, table in self.own_tables.items()
        }

    @functools.cached_property
    def lists(self) -> Mapping[str, Table]:
        """What a file or worksheet may be: `tables`, and lists that go into one of them."""
        return {**self.tables, **{code: LISTS[code] for code in LISTS if code not in TABLES}}

    @functools.cached_property
    def beside_standard(self) -> tuple[Table, ...]:
        """The raw tables that are not as the standard has them: these are read otherwise."""
        return tuple(one for code, one in self.tables.items() if TABLES.get(code) is not one)

    @property
    def kpis(self) -> Registry:
        """Every KPI: those of the catalogue, then the project's own."""
        return self.own.kpis

    @property
    def in_wan(self) -> bool:
        """Whether great amounts are told in 万."""
        return self.money == MONEY[0]

    def level_name(self, level: str) -> str:
        """What a level of the organisation is called here."""
        return self.levels.get(level, level)

    def level_meant(self, name: str) -> str:
        """The level that is called so here; a level's own name is understood as well."""
        own = {called: level for level, called in self.levels.items()}
        return own.get(name, name)

    def said_of(self, name: str, sheet: str | None) -> SheetSettings:
        """The settings of one file or worksheet."""
        return said_of(self.sheets, name, sheet) or SheetSettings()

    @property
    def in_database(self) -> bool:
        """Whether the raw tables are in a database instead of files."""
        return not self.engine.startswith(_FILE)


@dataclass(frozen=True)
class Project:
    """A project folder and its settings.

    Parameters
    ----------
    folder : Path
        The folder; it need not exist yet.
    """

    folder: Path
    settings: Settings

    @classmethod
    def open(cls, folder: str | Path) -> Project:
        """Open an existing project.

        Raises
        ------
        InputError
            When the folder is no project, or kpi.toml cannot be used.
        """
        folder = Path(folder)
        file = folder / "kpi.toml"
        if not file.is_file():
            raise InputError(kinds.NO_PROJECT(folder=folder))
        content, text = settings_in(file)
        sheet = settings_sheet(folder / SHEET)
        settings = _settings(file, content, text, sheet)
        try:
            more = in_workbook(folder / DEFINITIONS)
        except InputError as error:  # the numbers of all other KPIs are right without it
            wrong = (*settings.wrong_definitions, error)
            settings = replace(settings, wrong_definitions=wrong)
        else:
            settings = replace(settings, definitions=(*settings.definitions, *more))
        if not (settings.bands or settings.targets or sheet.bounds or sheet.targets):
            return cls(folder, settings)
        kpis = of_kpis(settings.kpis, settings.bands, settings.targets, sheet, file, text)
        return cls(
            folder,
            replace(
                settings,
                bands=kpis.bands,
                bands_in_sheet=kpis.in_sheet,
                targets=kpis.targets,
                notes=(*settings.notes, *kpis.notes),
            ),
        )

    @property
    def data(self) -> Path:
        """The folder with the raw files."""
        return self.folder / self.settings.data

    @property
    def store(self) -> Path:
        """The database with the checked tables."""
        settings = self.settings
        return self.folder / (
            "kpi.duckdb" if settings.in_database else settings.engine.removeprefix(_FILE)
        )

    @property
    def memory(self) -> Path:
        """The folder with what was read of large raw files."""
        return self.folder / "kpi.read"

    @property
    def cube(self) -> Path:
        """The measures of every unit and month."""
        return self.folder / "kpi.cube"

    @property
    def output(self) -> Path:
        """Where workbooks are made."""
        return self.folder / "output"

    @property
    def returned(self) -> Path:
        """Where the workbooks are that come back."""
        return self.folder / "returned"


def read_settings(file: Path) -> Settings:
    """Read kpi.toml.

    Raises
    ------
    InputError
        When it is not TOML, or has a key or value that means nothing; the message names it.
    """
    return _settings(file, *settings_in(file), SettingsSheet())


def _settings(file: Path, content: dict[str, Any], text: str, sheet: SettingsSheet) -> Settings:
    """What kpi.toml says, and the sheet beside it."""

    def read(said: dict[str, Any]) -> Settings:
        return _Reader(file, said, text).settings()

    try:
        settings, notes = with_typed(content, sheet.others, read)
    except SettingError as error:
        error.row = row_of(text, error.path)
        raise
    return replace(settings, notes=(*sheet.wrong, *notes))


class _Reader:
    """Turns the content of kpi.toml into settings, naming what cannot be used."""

    def __init__(self, file: Path, content: dict[str, Any], text: str) -> None:
        self.file = file
        self.content = content
        self.text = text

    def settings(self) -> Settings:
        for section in self.content:
            if section not in _KNOWN:
                raise self._wrong(
                    (section,), kinds.NO_SECTION(section=section, **choices(_KNOWN, section))
                )
            known = _KNOWN[section]
            for key in self._section(section):
                if known is not None and key not in known:
                    raise self._wrong(
                        (section, key),
                        kinds.NO_KEY(section=section, key=key, **choices(known, key)),
                    )
        default = Settings()
        definitions, wrong = in_settings(self._section("kpis"), self.file, self.text)
        counted, more_wrong = in_settings(
            self._section("measures"), self.file, self.text, "measures"
        )
        weights = weights_in(self._section("weights"), self.file, self.text)
        columns, wrong_columns = own_columns_in(self._section("own_columns"), self.file, self.text)
        tables, wrong_tables = own_tables_in(self._section("tables"), self.file, self.text)
        return Settings(
            name=self._text("project", "name", default.name),
            data=self._text("project", "data", default.data),
            files={
                self._table(name): self._texts("files", name, ()) for name in self._section("files")
            },
            columns=dict(map(self._columns, self._section("columns"))),
            sheets=sheet_settings(self._section("sheets"), self.file),
            date_order=self._date_order(default.date_order),
            no_date=self._texts("dates", "no_date", default.no_date),
            effective_fyc=self._number("effective_fyc", default.effective_fyc),
            grace_days=self._whole("grace_days", default.grace_days),
            premium_weight=self._number("premium_weight", default.premium_weight),
            fewest_peers=int(self._number("fewest_peers", default.fewest_peers)),
            peers_within=self._peers_within(),
            fewest_raters=self._whole("fewest_raters", default.fewest_raters),
            rater_weights=self._rater_weights(default.rater_weights),
            time_boxes={kind: self._minutes(kind, usual) for kind, usual in MINUTES.items()},
            day_minutes=self._minutes("每天", default.day_minutes),
            month_cut=(
                self._whole("month_cut", 25) if "month_cut" in self._section("rules") else None
            ),
            uncounted_ranks=self._texts("rules", "uncounted_ranks", default.uncounted_ranks),
            excluded_endings=self._texts("rules", "excluded_endings", default.excluded_endings),
            as_of=self._day("as_of"),
            work=work_days(self._section("calendar"), self.file),
            levels=self._levels(),
            returned=returned_wins(self._section("returned"), self.file),
            bands={name: self._band(name) for name in self._section("bands")},
            targets={name: self._target(name) for name in self._section("targets")},
            engine=self._engine(default.engine),
            mail=mail_settings(self._section("mail"), self.file),
            reminders=reminder_settings(self._section("reminders"), self.file),
            server=server_settings(self._section("server"), self.file),
            report=self._text("project", "report", default.report),
            definitions=(*counted, *definitions),
            wrong_definitions=(*wrong_tables, *wrong_columns, *wrong, *more_wrong),
            weights=weights,
            own_columns=columns,
            own_tables=tables,
            money=self._money(default.money),
        )

    def _money(self, default: str) -> str:
        value = self._section("project").get("money", default)
        if value not in MONEY:
            raise self._wrong(("project", "money"), kinds.MONEY_SETTING(), value)
        return str(value)

    def _engine(self, default: str) -> str:
        url = self._section("engine").get("url", default)
        if not is_text(url) or not _ENGINE.fullmatch(url):
            # What stands there is not repeated: there may be a password in it.
            raise self._wrong(("engine", "url"), kinds.ENGINE_URL())
        return str(url)

    def _section(self, name: str) -> dict[str, Any]:
        section = self.content.get(name, {})
        if not isinstance(section, dict):
            raise self._wrong((name,), kinds.SECTION_WANTED(name=name))
        return section

    def _wrong(self, path: tuple[str, ...], fault: Fault, value: object = None) -> SettingError:
        return SettingError(path, fault, file=self.file, value=value)

    def _table(self, name: str) -> str:
        return next(table.code for table in LISTS.values() if table.name == name)

    def _columns(self, name: str) -> tuple[str, dict[str, str]]:
        mapping = self._section("columns")[name]
        table = LISTS[self._table(name)]
        codes = {column.name: column.code for column in table.columns}
        if not isinstance(mapping, dict):
            raise self._wrong(("columns", name), kinds.COLUMNS_SECTION(name=name))
        for key, value in mapping.items():
            path = ("columns", name, key)
            if key not in codes:
                raise self._wrong(
                    path, kinds.NO_COLUMN_OF(table=name, key=key, **choices(codes, key))
                )
            if not is_text(value):
                raise self._wrong(path, kinds.COLUMN_TEXT(table=name, key=key), value)
        return table.code, {codes[key]: value for key, value in mapping.items()}

    def _text(self, section: str, key: str, default: str) -> str:
        value = self._section(section).get(key, default)
        if not is_text(value):
            raise self._wrong((section, key), kinds.TEXT_WANTED(section=section, key=key), value)
        return str(value)

    def _texts(self, section: str, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A list of texts; one alone needs no brackets."""
        value = self._section(section).get(key, default)
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, (list, tuple)) or not all(map(is_text, texts)):
            raise self._wrong((section, key), kinds.TEXTS_WANTED(section=section, key=key), value)
        return tuple(texts)

    def _date_order(self, default: DateOrder) -> DateOrder:
        order = self._section("dates").get("order", default)
        if order not in ("ymd", "mdy", "dmy"):
            raise self._wrong(("dates", "order"), kinds.DATE_ORDER(), order)
        found: DateOrder = order
        return found

    def _number(
        self,
        key: str,
        default: float,
        read: Callable[[str], float | Fault] = read_number,
    ) -> float:
        low, high = LIMITS[key]
        value = self._section("rules").get(key, default)
        number = number_in(value, read)
        if number is None or not low <= number <= high:
            fault = kinds.NUMBER_OUT_OF_BOUNDS(key=key, low=low, high=high)
            raise self._wrong(("rules", key), fault, value)
        return number

    def _whole(self, key: str, default: int) -> int:
        number = self._number(key, default, read_count)
        if number % 1:
            raise self._wrong(("rules", key), kinds.WHOLE_NUMBER(key=key), number)
        return int(number)

    def _rater_weights(self, default: Mapping[Relation, float]) -> Mapping[Relation, float]:
        weights = self._section("rules").get("rater_weights", default)
        if isinstance(weights, dict) and weights.keys() <= default.keys():
            numbers = list(weights.values())
            fine = all(type(v) in (int, float) and 0 <= v <= _GREATEST for v in numbers)
            if fine and any(numbers):
                return weights
        raise self._wrong(("rules", "rater_weights"), kinds.RATER_WEIGHTS(), weights)

    def _minutes(self, kind: str, default: int) -> int:
        minutes = self._section("time_boxes").get(kind, default)
        if type(minutes) is not int or not 5 <= minutes <= 24 * 60:
            raise self._wrong(("time_boxes", kind), kinds.TIME_BOX(kind=kind), minutes)
        return minutes

    def _levels(self) -> dict[str, str]:
        """Own names of levels: short, and none the name of two."""
        names = {level: self._text("levels", level, level) for level in self._section("levels")}
        called = [names.get(level, level) for level in ORGANISATION]
        for level, name in names.items():
            if called.count(name) > 1:
                raise self._wrong(("levels", level), kinds.LEVELS_ALIKE(name=name), name)
        return names

    def _peers_within(self) -> str | None:
        """渠道, or a level below the top, which may be called by its name here."""
        value = self._section("rules").get("peers_within")
        if value is None:
            return None
        names = {CHANNEL: CHANNEL}
        for level in ORGANISATION[1:-1]:
            names |= {level: level, str(self._section("levels").get(level, level)): level}
        if not isinstance(value, str) or value not in names:
            fault = kinds.PEERS_WITHIN(known="、".join(map(str, names)))
            raise self._wrong(("rules", "peers_within"), fault, value)
        return names[value]

    def _target(self, name: str) -> float:
        value = self._section("targets")[name]
        number = number_in(value)
        if number is None:
            raise self._wrong(("targets", name), kinds.SETTING_TARGET(name=name), value)
        return number

    def _day(self, key: str) -> dt.date | None:
        value = self._section("rules").get(key)
        if value is None:
            return None
        day = read_day(value)
        if isinstance(day, dt.date):
            return day
        if isinstance(day, Fault):
            fault = kinds.RULE_DAY_UNREADABLE(key=key, reason=day.reason)
        else:
            fault = kinds.RULE_DAY(key=key)
        raise self._wrong(("rules", key), fault, value)

    def _band(self, name: str) -> tuple[float, float | None]:
        value = self._section("bands")[name]
        if isinstance(value, dict) and value.keys() <= {"healthy", "danger"} and "healthy" in value:
            healthy = number_in(value["healthy"])
            danger = number_in(value["danger"]) if "danger" in value else None
            # More than any KPI is, and less than would be infinite.
            sound = [bound is not None and abs(bound) <= _GREATEST for bound in (healthy, danger)]
            if healthy is not None and sound[0] and (sound[1] or "danger" not in value):
                return healthy, danger
        raise self._wrong(("bands", name), kinds.BAND(name=name), value)
