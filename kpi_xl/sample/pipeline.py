"""B2B sales: nine teams in three regions, their leads, opportunities, renewals and quotas.

What is counted is no program: it stands in ``b2b/``, as anybody's own declarations would.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final, NamedTuple

from kpi_xl.calendar import Month
from kpi_xl.sample.chance import Chance
from kpi_xl.sample.files import Cell, csv_file, workbook_file
from kpi_xl.sample.names import Gender, person_name
from kpi_xl.sample.pipeline_report import REPORT, pipeline_report
from kpi_xl.settings.text import settings_text

NAME: Final = "云图软件"
_SEED: Final = 20240618
_FIRST: Final = Month.of(2023, 1)
_MONTHS: Final = 18
_END: Final = dt.date(2024, 6, 30)
_WEAK_FROM: Final = dt.date(2024, 4, 1)

_REGIONS: Final = {"华东": 1.15, "华南": 1.0, "北方": 0.9}
_TEAMS: Final = ("一队", "二队", "三队")
_PEOPLE: Final = 5

DISCOUNTING: Final = "华南"
"""Where deals are won by discounts, and lost by price all the same."""
SHORT_OF_LEADS: Final = "北方"
"""Where few new opportunities come, so that the pipeline runs dry."""
NOT_RENEWED: Final = ("华东", "三队")
"""Whose customers leave."""

_SOURCES: Final = ("官网", "展会", "转介绍", "电话")
_STAGES: Final = ("初步接触", "需求确认", "方案报价", "商务谈判")
_REASONS: Final = ("价格", "功能", "竞争对手", "没有预算")


_BANDS: Final = """\
# 销售团队的人不必每月都增加。
"纯增率" = { healthy = 0, danger = -0.10 }
"""


def _part(name: str) -> str:
    return (resources.files("kpi_xl.sample") / "b2b" / name).read_text(encoding="utf-8")


_MAIN: Final = """\
main_kpis = [
    "赢单金额", "配额达成率", "赢单率", "管道覆盖率",
    "折扣率", "新商机数", "销售周期", "金额续约率",
]"""

_SETTINGS: Final = settings_text(
    NAME, _BANDS, report=REPORT, levels=_part("levels.toml").rstrip(), main_kpis=_MAIN
)

KPI_TOML: Final = _SETTINGS + _part("declarations.toml")


class _Person(NamedTuple):
    """Somebody who sells."""

    number: str
    name: str
    gender: Gender
    region: str
    team: str
    signed: dt.date
    is_manager: bool


class _Rows(NamedTuple):
    """The leads, opportunities and renewals of a salesperson's months."""

    leads: list[list[str]]
    deals: list[list[str]]
    renewals: list[list[str]]


def files(folder: Path) -> dict[Path, bytes]:
    """The project's files with what is in them."""
    dice, data = Chance(_SEED), folder / "data"
    people = list(_people(dice))
    rows = _Rows([], [], [])
    for one in people:
        for number in range(_MONTHS):
            _month(dice, one, _FIRST + number, rows)
    roster: list[list[Cell]] = [
        [p.number, p.name, p.region, p.team, "是" if p.is_manager else "否", p.gender, p.signed]
        for p in people
    ]
    return {
        folder / "kpi.toml": KPI_TOML.encode(),
        folder / REPORT: pipeline_report(),
        data / "人员.xlsx": workbook_file(
            "花名册",
            ("工号", "姓名", "大区", "团队", "是否主管", "性别", "入职日期"),
            roster,
            (10, 9, 10, 10, 9, 6, 12),
            (f"{NAME}销售花名册",),
        ),
        data / "线索.csv": csv_file(
            ("线索编号", "负责人工号", "创建日期", "来源", "转商机日期"), rows.leads, "utf-8-sig"
        ),
        data / "商机.csv": csv_file(
            (
                *("商机编号", "负责人工号", "客户编号", "创建日期", "关闭日期", "阶段", "结果"),
                *("输单原因", "预计金额", "标价金额", "成交金额"),
            ),
            rows.deals,
            "utf-8-sig",
        ),
        data / "续约.csv": csv_file(
            ("合同编号", "负责人工号", "到期日期", "续约日期", "到期金额", "续约金额"),
            rows.renewals,
            "utf-8-sig",
        ),
        data / "配额.csv": csv_file(
            ("月初", "大区", "团队", "配额金额", "市场费用"), _quotas(dice), "utf-8-sig"
        ),
    }


def _people(dice: Chance) -> Iterator[_Person]:
    for place, region in enumerate(_REGIONS):
        for row, team in enumerate(_TEAMS):
            for number in range(_PEOPLE):
                gender: Gender = "男" if dice.chance(0.5) else "女"
                signed = dt.date(2020, 1, 1) + dt.timedelta(days=dice.below(1000))
                name = person_name(dice, gender)
                whose = f"B{place + 1}{row + 1}{number:02d}"
                yield _Person(whose, name, gender, region, team, signed, number == 0)


def _month(dice: Chance, one: _Person, month: Month, rows: _Rows) -> None:
    """Make the leads of one salesperson in a month, and what follows from them."""
    size, weak = _REGIONS[one.region], month.first >= _WEAK_FROM
    for _ in range(dice.count(6 * size)):
        day = _day(dice, month)
        turned = day + dt.timedelta(days=dice.between(2, 20))
        is_turned = dice.chance(0.34) and turned <= _END
        source = dice.weighted(_SOURCES, (4, 2, 3, 3))
        lead = f"L{len(rows.leads) + 1:06d}"
        rows.leads.append(
            [lead, one.number, day.isoformat(), source, turned.isoformat() if is_turned else ""]
        )
    thin = 0.45 if weak and one.region == SHORT_OF_LEADS else 1.0
    for _ in range(dice.count(2.2 * size * thin)):
        rows.deals.append(_deal(dice, one, _day(dice, month), len(rows.deals) + 1))
    leaving = weak and (one.region, one.team) == NOT_RENEWED
    for _ in range(dice.count(1.2 * size)):
        due = _day(dice, month)
        amount = dice.between(8, 60) * 1000
        kept = dice.chance(0.55 if leaving else 0.89)
        again = due - dt.timedelta(days=dice.below(30))
        more = round(amount * (0.95 + 0.3 * dice.throw()))
        rows.renewals.append(
            [
                *(f"H{len(rows.renewals) + 1:06d}", one.number, due.isoformat()),
                again.isoformat() if kept else "",
                *(str(amount), str(more) if kept else ""),
            ]
        )


def _deal(dice: Chance, one: _Person, begun: dt.date, number: int) -> list[str]:
    """An opportunity, closed if its day has come."""
    listed = round(180_000 * dice.spread() * _REGIONS[one.region] / 100) * 100
    closed = begun + dt.timedelta(days=dice.between(20, 120))
    is_open, late = closed > _END, closed >= _WEAK_FROM
    cheap = late and one.region == DISCOUNTING
    discount = (0.20 if cheap else 0.05) + 0.08 * dice.throw()
    won = dice.chance(0.28 if cheap else 0.42)
    reason = dice.weighted(_REASONS, (6, 1, 2, 1) if cheap else (2, 2, 3, 2))
    # How far it had come some day: a CRM tells of a closed one only the stage it was in last.
    age = (_END - begun).days if is_open else dice.below((closed - begun).days)
    stage = _STAGES[min(3, age // 28)]
    guess = round(listed * (0.8 + 0.2 * dice.throw()))
    return [
        *(f"O{number:06d}", one.number, f"C{dice.between(1, 900):04d}", begun.isoformat()),
        *("" if is_open else closed.isoformat(), stage),
        "" if is_open else "赢单" if won else "输单",
        "" if is_open or won else reason,
        *(str(guess), str(listed)),
        f"{listed * (1 - discount):.2f}" if won and not is_open else "",
    ]


def _day(dice: Chance, month: Month) -> dt.date:
    return month.first + dt.timedelta(days=dice.below(month.last.day))


def _quotas(dice: Chance) -> Iterator[list[str]]:
    for number in range(_MONTHS):
        month = _FIRST + number
        for region, size in _REGIONS.items():
            for team in _TEAMS:
                quota = round(750_000 * size * (1 + number / 120) / 10_000) * 10_000
                costs = dice.between(9, 14) * 1000
                yield [month.first.isoformat(), region, team, str(quota), str(costs)]
