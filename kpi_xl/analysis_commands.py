"""The commands that look into a month: warnings, drivers, diagnose, pace, peers, rules, review."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kpi_xl.errors import InputError
from kpi_xl.terminal import MONTH, console, progress_bar, project_of, say

if TYPE_CHECKING:
    from kpi_xl.jobs.views import View

_UNIT: Final = typer.Option("--unit", "-u", help="一个单位的名称或路径；不写则为一层级的全部单位。")
_LEVEL: Final = typer.Option("--level", "-l", help="分公司、营业区、营业部或营业组；不写为营业部。")
_DAY: Final = typer.Option(
    "--day", help="看到哪一天为止，如 2024-06-14；不写则为有数据的最后一天。"
)

Month = Annotated[str | None, MONTH]
Unit = Annotated[str | None, _UNIT]
Level = Annotated[str | None, _LEVEL]
Day = Annotated[str | None, _DAY]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (warnings, drivers, diagnose, pace, peers, rules, review):
        app.command()(command)
    app.add_typer(_targets)


_targets = typer.Typer(
    name="targets", help="目标：分解。", no_args_is_help=True, rich_markup_mode=None
)


def warnings(
    context: typer.Context, month: Month = None, unit: Unit = None, level: Level = None
) -> None:
    """预警：异常和危险的指标，按少收的首年保费（其他行业为销售额）排序。

    例：kpi-xl warnings --month 2024-06
    """
    from kpi_xl.jobs.views import scope, warnings_view

    with progress_bar() as progress, scope(project_of(context), month, unit, level, progress) as of:
        view = warnings_view(of)
    _show(view)


def drivers(
    context: typer.Context,
    month: Month = None,
    unit: Unit = None,
    level: Level = None,
    compare: Annotated[
        str | None, typer.Option(help="环比、同比、目标、标杆或全公司；不写则全部。")
    ] = None,
    tree: Annotated[
        str,
        typer.Option(
            help="业绩构成：production、productivity、per_capita、pieces、effort、outlets。"
        ),
    ] = "production",
) -> None:
    """因素分解：首年新单保费的变化分摊到人力、举绩率、件数、件均，各份之和等于差额。

    例：kpi-xl drivers --unit 城东营业部 --compare 环比
    """
    from kpi_xl.jobs.views import drivers_view, scope

    with progress_bar() as progress, scope(project_of(context), month, unit, level, progress) as of:
        view = drivers_view(of, compare, tree)
    _show(view)


def diagnose(
    context: typer.Context,
    kpi: Annotated[
        str | None, typer.Argument(help="指标的名称、别名或代码；不写则看最弱的几项。")
    ] = None,
    month: Month = None,
    unit: Unit = None,
    level: Level = None,
) -> None:
    """诊断：弱项的可能原因，按数据里的证据排序，和该采取的措施。

    例：kpi-xl diagnose --unit 城南营业部
    """
    from kpi_xl.jobs.views import diagnosis_view, scope

    with progress_bar() as progress, scope(project_of(context), month, unit, level, progress) as of:
        view = diagnosis_view(of, kpi)
    _show(view)


def pace(
    context: typer.Context,
    month: Month = None,
    unit: Unit = None,
    level: Level = None,
    day: Day = None,
) -> None:
    """进度：每个目标做到哪里、月末会到多少，从月初第一天起就能看。

    例：kpi-xl pace --day 2024-06-14
    """
    from kpi_xl.jobs.views import pace_view, scope

    with progress_bar() as progress, scope(project_of(context), month, unit, level, progress) as of:
        view = pace_view(of, _date(day))
    _show(view)


def peers(
    context: typer.Context,
    kpi: Annotated[str, typer.Argument(help="指标的名称、别名或代码。")],
    month: Month = None,
    level: Level = None,
) -> None:
    """标杆：一个指标在各单位的名次，和最好、四分位、中位。

    例：kpi-xl peers 活动率 --level 营业组
    """
    from kpi_xl.jobs.views import peers_view, scope

    with progress_bar() as progress, scope(project_of(context), month, None, level, progress) as of:
        view = peers_view(of, kpi)
    _show(view)


def rules(
    context: typer.Context,
    month: Month = None,
    unit: Unit = None,
    level: Level = None,
    day: Day = None,
) -> None:
    """基本法名单：试用清退、维持差件、月末零业绩，和活动率 80% 的差距。

    例：kpi-xl rules --unit 城东一组
    """
    from kpi_xl.jobs.views import rules_view, scope

    with progress_bar() as progress, scope(project_of(context), month, unit, level, progress) as of:
        view = rules_view(of, _date(day))
    _show(view)


def review(context: typer.Context, month: Month = None) -> None:
    """月度经营检讨：目标、完成、差额、因素、原因、措施、下月目标，每个营业部一份，分公司一份。

    交回的计划收回以后再做，上月措施的进展就按交回的算。例：kpi-xl review --month 2024-06
    """
    from kpi_xl.jobs.review import review as run

    with progress_bar() as progress:
        filled = run(project_of(context), month, progress)
    say(f"{filled.month.chinese} 月度经营检讨：生成 {len(filled.files)} 份")
    say(f"位置：{filled.folder}")


@_targets.command("split")
def split_targets(
    context: typer.Context,
    kpi: Annotated[
        str, typer.Argument(help="指标：首年度保费、首年新单保费、主险件数或新增人数。")
    ],
    total: Annotated[float, typer.Argument(help="全年的目标，金额以元计。")],
    year: Annotated[int, typer.Option(help="哪一年。")],
    file: Annotated[
        Path | None, typer.Option("--file", help="写成哪个 csv；不写则只显示。")
    ] = None,
    level: Level = None,
) -> None:
    """把全年目标分到各单位各月：按最近十二个月各单位、各月的实际，合计一分不差。

    写出的 csv 和“目标”表的格式一样，核对后放进 data 文件夹即可。

    例：kpi-xl targets split 首年度保费 90000000 --year 2025 --file 目标2025.csv
    """
    from kpi_xl.jobs.target_split import split, write

    with progress_bar() as progress:
        view, rows = split(project_of(context), kpi, total, year, level, progress)
    _show(view)
    if file is not None:
        write(file, rows)
        say(f"已写出：{file}（{len(rows)} 行）")


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError("日期看不懂", "请写成 2024-06-14 这样", value=text) from None


def _show(view: View) -> None:
    from rich.table import Table

    table = Table(title=view.title)
    for heading in view.headings:
        right = heading.endswith("#")
        table.add_column(heading.rstrip("#"), justify="right" if right else "left")
    for row in view.rows:
        table.add_row(*row)
    if view.rows:
        console().print(table)
    for note in view.notes:
        say(note)
