"""Believable projects to try everything on: a life-insurance branch, a dealer, shops, B2B sales.

`dealer` and `shops` are other trades, on `stores`; `pipeline` is B2B sales. Of the branch,
`branch` is the plan: departments, seasons, and what goes wrong where. `people`, `outlets`,
`production`, `renewals`, `activity` and `goals` play it out by chance; `tables` and `files` write
it down as a branch hands data over; `faults` are the clerks' mistakes in it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.schema import (
    ACTIVITIES,
    AGENTS,
    ATTENDANCE,
    DUES,
    OUTLETS,
    POLICIES,
    RATINGS,
    TARGETS,
    TRANSFERS,
)
from kpi_xl.errors import InputError
from kpi_xl.sample import dealer, pipeline, shops, tables
from kpi_xl.sample.activity import make_attendance, make_weeks
from kpi_xl.sample.branch import END, NAME
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.faults import gone_before_coming, odd_sign_dates, spoil_policies
from kpi_xl.sample.files import csv_file, headings, workbook_file
from kpi_xl.sample.goals import make_goals
from kpi_xl.sample.outlets import make_outlets
from kpi_xl.sample.people import make_people, make_recruiters, move_people
from kpi_xl.sample.production import make_policies
from kpi_xl.sample.ratings import make_ratings
from kpi_xl.sample.renewals import make_dues
from kpi_xl.sample.settings import KPI_TOML
from kpi_xl.system.files import is_new, make_own, write_whole

__all__ = ["TRADES", "write_sample"]

TRADES: Final = {
    "insurance": "保险",
    "dealer": "汽车经销商",
    "retail": "零售门店",
    "b2b": "B2B销售",
}
"""The trades that there is a sample of."""

Progress = Callable[[str, int, int], None]

_SEED: Final = 20240722
"""Chosen so that the departments differ as the plan of the branch has it."""
_STEPS: Final = 6

_SETTINGS: Final = {
    "保险": KPI_TOML,
    "汽车经销商": dealer.KPI_TOML,
    "零售门店": shops.KPI_TOML,
    "B2B销售": pipeline.KPI_TOML,
}
_OTHERS: Final = {"汽车经销商": dealer.files, "零售门店": shops.files, "B2B销售": pipeline.files}


def write_sample(folder: Path, progress: Progress | None = None, trade: str = "保险") -> list[Path]:
    """Make a sample project, the same each time, byte for byte.

    Of insurance it is two years of a branch: 8 营业部, 32 组, over 600 agents. A car dealer has 8
    stores, a retailer 12, with a year and a half of counts; B2B sales are 9 teams, whose tables,
    measures and KPIs are all declared.

    Parameters
    ----------
    folder : Path
        The project's folder; it is made where it is not there.
    progress : callable, optional
        Called with what is being done (Chinese), how many steps are done, and of how many.
    trade : str
        One of `TRADES`, in either language.

    Returns
    -------
    list of Path
        The files: kpi.toml, and the raw files in data/.

    Raises
    ------
    InputError
        When there is no such trade, or the folder holds another project or other data; nothing
        is written then.
    """
    folder = Path(folder)
    trade = TRADES.get(trade.casefold(), trade)
    if trade not in _SETTINGS:
        raise InputError(kinds.NO_TRADE(known="、".join(_SETTINGS)), value=trade)
    _refuse_to_overwrite(folder, _SETTINGS[trade])
    report = progress or (lambda text, done, total: None)
    made = _OTHERS[trade](folder) if trade in _OTHERS else _branch(folder, report)
    if is_new(folder):
        make_own(folder)
    for path, content in made.items():
        write_whole(path, content)
    report("完成", _STEPS, _STEPS)
    return list(made)


def _branch(folder: Path, report: Progress) -> dict[Path, bytes]:
    """The files of the insurance branch."""
    report("人员与网点", 0, _STEPS)
    people = make_people(Chance(_SEED + 1))
    move_people(Chance(_SEED + 2), people)
    outlets = make_outlets(Chance(_SEED + 3), people)
    report("保单", 1, _STEPS)
    policies = make_policies(Chance(_SEED + 4), people, outlets)
    report("续期", 2, _STEPS)
    dues = make_dues(Chance(_SEED + 5), people, policies)
    report("活动与出勤", 3, _STEPS)
    weeks = make_weeks(Chance(_SEED + 6), people, policies, outlets)
    attendance = make_attendance(Chance(_SEED + 7), people)
    report("目标", 4, _STEPS)
    goals = make_goals(Chance(_SEED + 8), people, policies, dues)
    report("写文件", 5, _STEPS)

    roster = tables.agent_rows(
        [*people, gone_before_coming()],
        odd_sign_dates(Chance(_SEED + 9), people),
        make_recruiters(Chance(_SEED + 12), people),
    )
    sold = spoil_policies(Chance(_SEED + 10), list(tables.policy_rows(policies)))
    data = folder / "data"
    return {
        folder / "kpi.toml": KPI_TOML.encode(),
        data / "人员.xlsx": workbook_file(
            "花名册",
            headings(AGENTS, tables.AGENT_COLUMNS),
            roster,
            widths=(10, 9, 15, 13, 12, 9, 6, 8, 29, 15, 12, 12, 10),
            titles=(f"{NAME}业务员花名册", f"截至 {END}，含已解约人员"),
        ),
        data / "异动.csv": csv_file(
            headings(TRANSFERS, tables.TRANSFER_COLUMNS), tables.transfer_rows(people), "utf-8-sig"
        ),
        data / "保单.csv": csv_file(headings(POLICIES, tables.POLICY_COLUMNS), sold, "gb18030"),
        data / "续期.csv": csv_file(
            headings(DUES, tables.DUE_COLUMNS), tables.due_rows(dues), "utf-8-sig"
        ),
        data / "活动.csv": csv_file(
            headings(ACTIVITIES, tables.WEEK_COLUMNS), tables.week_rows(weeks), "utf-8-sig"
        ),
        data / "出勤.csv": csv_file(
            headings(ATTENDANCE, tables.ATTENDANCE_COLUMNS),
            tables.attendance_rows(attendance),
            "utf-8-sig",
        ),
        data / "目标.xlsx": workbook_file(
            "目标",
            headings(TARGETS, tables.GOAL_COLUMNS),
            tables.goal_rows(goals),
            widths=(10, 10, 26, 16, 12),
        ),
        data / "网点.csv": csv_file(
            headings(OUTLETS, tables.OUTLET_COLUMNS), tables.outlet_rows(outlets), "utf-8-sig"
        ),
        data / "360评分.csv": csv_file(
            headings(RATINGS, tables.RATING_COLUMNS),
            tables.rating_rows(make_ratings(Chance(_SEED + 11), people)),
            "utf-8-sig",
        ),
    }


def _refuse_to_overwrite(folder: Path, own: str) -> None:
    """Leave alone what is not a sample; a sample may be made anew over itself."""
    settings, data = folder / "kpi.toml", folder / "data"
    if settings.is_file():
        is_sample = settings.read_bytes() == own.encode()
    else:
        is_sample = not (data.is_dir() and any(data.iterdir()))
    if not is_sample:
        raise InputError(kinds.FOLDER_TAKEN(folder=folder))
