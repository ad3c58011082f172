"""Read kpi.toml and the workbooks beside it; every error names its setting."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.analysis.feedback import Relation
from kpi_xl.analysis.time_boxes import MINUTES
from kpi_xl.catalogue.organisation import STANDARD, Organisation
from kpi_xl.catalogue.schema import LISTS, Table
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.readers.date import DateOrder, read_day
from kpi_xl.readers.number import read_count, read_number
from kpi_xl.settings.calendar import KEYS as CALENDAR_KEYS
from kpi_xl.settings.calendar import work_days
from kpi_xl.settings.definitions import in_settings, in_workbook, not_read
from kpi_xl.settings.file import SettingError, choices, is_text, number_in, row_of, settings_in
from kpi_xl.settings.kpi_settings import no_kpi, of_kpis
from kpi_xl.settings.levels import LEVEL_KEYS, levels_in, with_levels
from kpi_xl.settings.limits import LIMITS
from kpi_xl.settings.mail import KEYS as MAIL_KEYS
from kpi_xl.settings.mail import mail_settings
from kpi_xl.settings.own_tables import own_columns_in, own_tables_in
from kpi_xl.settings.project_settings import CHANNEL, FILE_ENGINE, MONEY, Settings
from kpi_xl.settings.reminders import KEYS as REMINDER_KEYS
from kpi_xl.settings.reminders import reminder_settings
from kpi_xl.settings.returned import returned_wins
from kpi_xl.settings.server import server_settings
from kpi_xl.settings.settings_sheet import SettingsSheet, settings_sheet, with_typed
from kpi_xl.settings.sheets import sheet_settings
from kpi_xl.settings.weights import weights_in

_ENGINE: Final = re.compile(
    rf"{FILE_ENGINE}.+|postgres(ql)?://.*|spark://.+|local(\[(\d+|\*)\])?(\?.*)?"
)

_GREATEST: Final = 1e15

_OF_TABLES: Final = ("files", "columns")
"""The sections whose keys are names of tables, also of the project's own."""

_MAIN: Final = ("project", "main_kpis")
_KNOWN: Final[dict[str, set[str] | None]] = {
    "project": {"name", "data", "report", "money", "main_kpis"},
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
    "levels": {*STANDARD.levels, *LEVEL_KEYS},
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
    "diagnosis": None,
}


def read_settings(file: Path) -> Settings:
    """Read kpi.toml.

    Raises
    ------
    InputError
        When it is not TOML, or has a key or value that means nothing; the message names it.
    """
    return _settings(file, *settings_in(file), SettingsSheet())


def of_project(file: Path, sheet: Path, definitions: Path) -> Settings:
    """The settings of a project.

    Parameters
    ----------
    file : Path
        The project's file kpi.toml.
    sheet, definitions : Path
        Its 设置.xlsx and 指标定义.xlsx, which need not be there.

    Raises
    ------
    InputError
        When kpi.toml cannot be used; what is wrong in the others stops nothing.
    """
    content, text = settings_in(file)
    typed = settings_sheet(sheet)
    settings = _settings(file, content, text, typed)
    try:
        more = in_workbook(definitions)
    except InputError as error:  # the numbers of all other KPIs are right without it
        wrong = (*settings.wrong_definitions, error)
        settings = replace(settings, wrong_definitions=wrong)
    else:
        wrong = (
            *settings.wrong_definitions,
            *(not_read(definitions) if definitions.exists() else ()),
        )
        settings = replace(
            settings, definitions=(*settings.definitions, *more), wrong_definitions=wrong
        )
    unknown = [
        InputError(no_kpi(settings.kpis, name), file=file, row=row_of(text, _MAIN), value=name)
        for name in settings.main_kpis
        if settings.kpis.find(name) is None
    ]
    if unknown:
        settings = replace(settings, notes=(*settings.notes, *unknown))
    if not (settings.bands or settings.targets or typed.bounds or typed.targets):
        return settings
    kpis = of_kpis(settings.kpis, settings.bands, settings.targets, typed, file, text)
    own = settings.own
    settings = replace(
        settings,
        bands=kpis.bands,
        bands_in_sheet=kpis.in_sheet,
        targets=kpis.targets,
        notes=(*settings.notes, *kpis.notes),
    )
    # None of these changes what the definitions mean: a hundred of them are not read twice.
    settings.__dict__["own"] = own
    return settings


def _settings(file: Path, content: dict[str, Any], text: str, sheet: SettingsSheet) -> Settings:
    """The settings in kpi.toml and in the sheet beside it."""

    def read(said: dict[str, Any]) -> Settings:
        return _Reader(file, said, text).settings()

    try:
        settings, notes = with_typed(content, sheet.others, read)
    except SettingError as error:
        error.row = row_of(text, error.path)
        raise
    return replace(settings, notes=(*sheet.wrong, *notes))


class _Reader:
    """Turns the content of kpi.toml into settings."""

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
            if known is not None and section in _OF_TABLES:
                known = known | set(self._section("tables"))
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
        tables, wrong_tables = self._own_tables
        organisation, levels = self._levels
        return Settings(
            name=self._text("project", "name", default.name),
            data=self._text("project", "data", default.data),
            files={
                self._named[name].code: self._texts("files", name, ())
                for name in self._section("files")
                if name in self._named
            },
            columns=dict(
                self._columns(name) for name in self._section("columns") if name in self._named
            ),
            sheets=sheet_settings(self._section("sheets"), self.file, {**self._lists, **tables}),
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
            levels=levels,
            organisation=organisation,
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
            diagnosis=self._section("diagnosis"),
            money=self._money(default.money),
            main_kpis=self._texts("project", "main_kpis", default.main_kpis),
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

    @functools.cached_property
    def _own_tables(self) -> tuple[dict[str, Table], list[InputError]]:
        """The project's own tables, and the errors in their declarations."""
        said = self._section("tables")
        return own_tables_in(said, self.file, self.text, self._levels_called)

    @functools.cached_property
    def _named(self) -> Mapping[str, Table]:
        """The tables that a file may be named as; errors in their declarations are noted here."""
        own, _ = self._own_tables
        return {table.name: table for table in (*self._lists.values(), *own.values())}

    def _columns(self, name: str) -> tuple[str, dict[str, str]]:
        mapping = self._section("columns")[name]
        table = self._named[name]
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
        """A list of texts; a single text is a list of one."""
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

    @functools.cached_property
    def _levels(self) -> tuple[Organisation, dict[str, str]]:
        return levels_in(self._section("levels"), self._wrong)

    @property
    def _levels_called(self) -> dict[str, str]:
        """The levels below the top by their names in this project."""
        organisation, called = self._levels
        return {called.get(level, level): level for level in organisation.levels[1:]}

    @functools.cached_property
    def _lists(self) -> dict[str, Table]:
        """The standard tables that a file may hold, with columns for the project's levels."""
        return {code: with_levels(table, *self._levels) for code, table in LISTS.items()}

    def _peers_within(self) -> str | None:
        """The setting peers_within: 渠道, or a level below the top, by either name."""
        value = self._section("rules").get("peers_within")
        if value is None:
            return None
        names = {CHANNEL: CHANNEL}
        organisation, levels = self._levels
        for level in organisation.levels[1:-1]:
            names |= {level: level, levels.get(level, level): level}
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
