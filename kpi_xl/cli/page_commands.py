"""The commands that make the month for those who look: page."""

from __future__ import annotations

import click

from kpi_xl.cli.chinese import Command, Option
from kpi_xl.cli.terminal import (
    MONTH,
    Answer,
    progress_bar,
    project_here,
    say,
    say_calendar,
    say_more,
    say_notice,
    say_undone,
)


def add_to(app: click.Group) -> None:
    """Add the commands to the command line."""
    app.add_command(page)


@click.command(
    cls=Command,
    examples=(
        "kpi-xl --project demo page --month 2024-06",
        "kpi-xl --project demo page --unit 城东营业部",
    ),
)
@MONTH
@click.option(
    "--unit", "-u", cls=Option, metavar="单位", help="只做一个单位的：名称或路径；不写则全部。"
)
@click.option(
    "--level",
    "-l",
    cls=Option,
    metavar="层级",
    help="只做一个层级的：分公司、营业区、营业部或营业组；不写则全部。",
)
def page(month: str | None, unit: str | None, level: str | None) -> Answer:
    """生成月报网页：每个单位一个文件，手机、投影都能看，不联网也能打开。

    内容和月度KPI表、月度经营检讨相同；别的单位的数不在里面。
    """
    from kpi_xl.pages.make import NAME, make

    with progress_bar() as progress:
        made = make(project_here(), month, unit, level, progress)
    say(f"{made.month.chinese} {NAME}：生成 {len(made.files)} 份")
    for file in made.files:
        say_more(f"  {file}")
    say(f"位置：{made.folder}")
    say_undone(made.undone)
    answer = {"month": made.month, "folder": made.folder, "files": made.files}
    return {
        **answer,
        "undone": made.undone,
        **say_calendar(made.month),
        "notice": say_notice(),
    }
