"""The commands that look into a month: warnings, drivers, diagnose, pace, peers, rules, review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Argument, Command, Group, Number, Option
from kpi_xl.cli.terminal import (
    MONTH,
    Answer,
    progress_bar,
    project_here,
    say,
    say_more,
    say_undone,
    show,
)
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.readers.date import read_day

_UNIT: Final = click.option(
    "--unit",
    "-u",
    cls=Option,
    metavar="单位",
    help="一个单位的名称或路径；不写则为一层级的全部单位。",
)
_LEVEL: Final = click.option(
    "--level",
    "-l",
    cls=Option,
    metavar="层级",
    help="哪一级单位，如 分公司、营业部、营业组；不写为营业部，自己定的级别见 kpi.toml。",
)
_DAY: Final = click.option(
    "--day",
    cls=Option,
    metavar="日期",
    help="看到哪一天为止，如 2024-06-14；不写则为有数据的最后一天。",
)
_KPI: Final = "指标的名称、别名或代码"

_commands: list[click.Command] = []


def add_to(app: click.Group) -> None:
    """Add the commands to the command line."""
    for command in _commands:
        app.add_command(command)
    app.add_command(targets)


def _command(*examples: str) -> Callable[[Callable[..., Any]], click.Command]:
    def declare(function: Callable[..., Any]) -> click.Command:
        command = click.command(cls=Command, examples=examples)(function)
        _commands.append(command)
        return command

    return declare


@_command("kpi-xl --project demo warnings --month 2024-06")
@MONTH
@_UNIT
@_LEVEL
def warnings(month: str | None, unit: str | None, level: str | None) -> Answer:
    """预警：异常和危险的指标，先列新出现的和信号，各按少收的首年保费（其他行业为销售额）排序。"""
    from kpi_xl.jobs.views import scope, warnings_view

    with progress_bar() as progress, scope(project_here(), month, unit, level, progress) as of:
        view = warnings_view(of)
    return show(view)


@_command("kpi-xl --project demo drivers --unit 城东营业部 --compare 环比")
@MONTH
@_UNIT
@_LEVEL
@click.option(
    "--compare", cls=Option, metavar="对比", help="环比、同比、目标、标杆或全公司；不写则全部。"
)
@click.option(
    "--tree",
    cls=Option,
    metavar="构成",
    help="业绩怎样构成：保险有 production、productivity、per_capita、pieces、effort、outlets，"
    "汽车经销有 dealer、dealer_funnel，零售有 shop、tickets、staff；不写则用数据够用的第一种。"
    "也可以写一个指标，如自己定义的：按它的公式分解，比环比、同比、全公司。",
)
def drivers(
    month: str | None,
    unit: str | None,
    level: str | None,
    compare: str | None,
    tree: str | None,
) -> Answer:
    """因素分解：业绩的变化分摊到人力、举绩率、件数、件均等因素，各份之和等于差额。"""
    from kpi_xl.jobs.views import drivers_view, scope

    with progress_bar() as progress, scope(project_here(), month, unit, level, progress) as of:
        view = drivers_view(of, compare, tree)
    return show(view)


@_command(
    "kpi-xl --project demo diagnose --unit 城南营业部", "kpi-xl --project demo diagnose 活动率"
)
@click.argument(
    "kpi", cls=Argument, required=False, metavar="指标", help=f"{_KPI}；不写则看最弱的几项。"
)
@MONTH
@_UNIT
@_LEVEL
def diagnose(kpi: str | None, month: str | None, unit: str | None, level: str | None) -> Answer:
    """诊断：弱项的可能原因，按数据里的证据排序，和该采取的措施。"""
    from kpi_xl.jobs.views import diagnosis_view, scope

    with progress_bar() as progress, scope(project_here(), month, unit, level, progress) as of:
        view = diagnosis_view(of, kpi)
    return show(view)


@_command("kpi-xl --project demo pace --day 2024-06-14", "kpi-xl --project demo pace 活动率")
@click.argument(
    "kpi", cls=Argument, required=False, metavar="指标", help=f"{_KPI}；不写则看定了目标的各项。"
)
@MONTH
@_UNIT
@_LEVEL
@_DAY
def pace(
    kpi: str | None, month: str | None, unit: str | None, level: str | None, day: str | None
) -> Answer:
    """进度：每个目标做到哪里、月末会到多少，从月初第一天起就能看。"""
    from kpi_xl.jobs.views import pace_view, scope

    with progress_bar() as progress, scope(project_here(), month, unit, level, progress) as of:
        view = pace_view(of, day_meant(day), kpi)
    return show(view)


@_command("kpi-xl --project demo peers 活动率 --level 营业组")
@click.argument("kpi", cls=Argument, metavar="指标", help=f"{_KPI}。")
@MONTH
@_LEVEL
def peers(kpi: str, month: str | None, level: str | None) -> Answer:
    """标杆：一个指标在各单位的名次，和最好、四分位、中位。"""
    from kpi_xl.jobs.views import peers_view, scope

    with progress_bar() as progress, scope(project_here(), month, None, level, progress) as of:
        view = peers_view(of, kpi)
    return show(view)


@_command(
    "kpi-xl --project demo survival",
    "kpi-xl --project demo survival --unit 城东营业部",
    "kpi-xl --project demo survival --by 签约季度 --level 分公司",
)
@MONTH
@_UNIT
@_LEVEL
@click.option("--by", cls=Option, metavar="分组", help="推荐人、签约季度或学历；不写则各单位一行。")
def survival(month: str | None, unit: str | None, level: str | None, by: str | None) -> Answer:
    """留存：签约满几个月还有多少人在，哪个月流失最多；一个单位的逐月列出。"""
    from kpi_xl.jobs.survival_view import survival_view
    from kpi_xl.jobs.views import scope

    with progress_bar() as progress, scope(project_here(), month, unit, level, progress) as of:
        view = survival_view(of, by)
    return show(view)


@_command("kpi-xl --project demo rules --unit 城东一组")
@MONTH
@_UNIT
@_LEVEL
@_DAY
def rules(month: str | None, unit: str | None, level: str | None, day: str | None) -> Answer:
    """基本法名单：试用清退、维持差件、月末零业绩，和活动率 80% 的差距。"""
    from kpi_xl.jobs.views import rules_view, scope

    with progress_bar() as progress, scope(project_here(), month, unit, level, progress) as of:
        view = rules_view(of, day_meant(day))
    return show(view)


@_command("kpi-xl --project demo review --month 2024-06")
@MONTH
def review(month: str | None) -> Answer:
    """月度经营检讨：目标、完成、差额、因素、原因、措施、下月目标，每个营业部一份，分公司一份。

    交回的计划收回以后再做，上月措施的进展就按交回的算。
    """
    from kpi_xl.jobs.review import review as run

    with progress_bar() as progress:
        filled = run(project_here(), month, progress)
    say(f"{filled.month.chinese} 月度经营检讨：生成 {len(filled.files)} 份")
    for file in filled.files:
        say_more(f"  {file}")
    say(f"位置：{filled.folder}")
    if filled.words is not None:
        say(f"各表里写的文字：{filled.words}")
    say_undone(filled.undone)
    return vars(filled)


@click.group(cls=Group)
def targets() -> None:
    """目标：分解。"""


@targets.command(
    "split",
    examples=(
        "kpi-xl --project demo targets split 首年度保费 90000000 --year 2025 --file 目标2025.csv",
        "kpi-xl --project demo targets split 拜访数 60000 --year 2025 --by 周",
    ),
)
@click.argument(
    "kpi",
    cls=Argument,
    metavar="指标",
    help="能按月相加的指标：首年度保费、主险件数、拜访数、销售额、成交笔数等。",
)
@click.argument(
    "total", cls=Argument, type=Number(), metavar="合计", help="全年的目标，金额以元计。"
)
@click.option(
    "--year", cls=Option, type=Number(whole=True), required=True, metavar="年", help="哪一年。"
)
@click.option(
    "--file",
    cls=Option,
    type=click.Path(path_type=Path),
    metavar="文件",
    help="写成哪个 csv；不写则只显示。",
)
@click.option(
    "--by",
    cls=Option,
    default="月",
    metavar="期间",
    help="显示到 季度、月、周 还是 日；不写为月。",
)
@_LEVEL
def split_targets(
    kpi: str, total: float, year: int, file: Path | None, by: str, level: str | None
) -> Answer:
    """把全年目标分到各单位、各季、月、周、日：按最近十二个月的实际和工作日，合计一分不差。

    写出的 csv 按月，和“目标”表的格式一样，核对后放进 data 文件夹即可。
    """
    from kpi_xl.jobs.target_split import split, write

    with progress_bar() as progress:
        view, rows = split(project_here(), kpi, total, year, level, progress, by)
    answer = show(view)
    if file is not None:
        write(file, rows)
        say(f"已写出：{file}（{len(rows)} 行）")
    return {**answer, "targets": rows, "file": file}


def day_meant(text: str | None) -> dt.date | None:
    """The day that an option says; None where it is not given.

    Raises
    ------
    InputError
        When it is no day.
    """
    if text is None:
        return None
    day = read_day(text)
    if isinstance(day, dt.date):
        return day
    if isinstance(day, Fault):
        raise InputError(kinds.DAY_REFUSED(reason=day.reason), value=text)
    raise InputError(kinds.DAY_NOT_UNDERSTOOD(), value=text)
