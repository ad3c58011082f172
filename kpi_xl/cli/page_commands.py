"""The commands that show the month: page, picture, words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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

if TYPE_CHECKING:
    from kpi_xl.jobs.fill import Filled

_UNIT: Final = click.option(
    "--unit", "-u", cls=Option, metavar="单位", help="只做一个单位的：名称或路径；不写则全部。"
)
_LEVEL: Final = click.option(
    "--level",
    "-l",
    cls=Option,
    metavar="层级",
    help="只做一个层级的，如 分公司、营业部、营业组；不写则全部。",
)


def add_to(app: click.Group) -> None:
    """Add the commands to the command line."""
    app.add_command(page)
    app.add_command(picture)
    app.add_command(words)


@click.command(
    cls=Command,
    examples=(
        "kpi-xl --project demo page --month 2024-06",
        "kpi-xl --project demo page --unit 城东营业部",
    ),
)
@MONTH
@_UNIT
@_LEVEL
def page(month: str | None, unit: str | None, level: str | None) -> Answer:
    """生成月报网页：每个单位一个文件，手机、投影都能看，不联网也能打开。

    内容和月度KPI表、月度经营检讨相同；别的单位的数不在里面。
    """
    from kpi_xl.pages.make import NAME, make

    with progress_bar() as progress:
        made = make(project_here(), month, unit, level, progress)
    return _tell(NAME, "份", made)


@click.command(
    cls=Command,
    examples=(
        "kpi-xl --project demo picture --month 2024-06",
        "kpi-xl --project demo picture --unit 城东营业部",
    ),
)
@MONTH
@_UNIT
@_LEVEL
def picture(month: str | None, unit: str | None, level: str | None) -> Answer:
    """生成月报图片，发到群里：每个单位两张，A4 竖版和手机竖版。

    不用 LibreOffice，也不用浏览器。需要 pip install "kpi_xl[pictures]" 和中文字体。
    """
    from kpi_xl.pages.make import PICTURES, draw

    with progress_bar() as progress:
        made = draw(project_here(), month, unit, level, progress)
    return _tell(PICTURES, "张", made)


def _tell(name: str, counted: str, made: Filled) -> Answer:
    say(f"{made.month.chinese} {name}：生成 {len(made.files)} {counted}")
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


@click.command(
    cls=Command,
    examples=(
        "kpi-xl --project demo words --month 2024-06",
        "kpi-xl --project demo words --unit 城东营业部",
    ),
)
@MONTH
@click.option(
    "--unit", "-u", cls=Option, metavar="单位", help="一个单位的名称或路径；不写则为整个机构。"
)
def words(month: str | None, unit: str | None) -> Answer:
    """晨会稿：这个月的情况，最多八句话，每个数都有出处。

    平时的起伏不当成新消息。同样的话也在月报网页里；自己的工作簿里用名称 brief.句子。
    """
    from kpi_xl.pages.make import words as run

    with progress_bar() as progress:
        said = run(project_here(), month, unit, progress)
    say(f"{said.unit}　{said.month.chinese}　晨会稿")
    for number, sentence in enumerate(said.sentences, 1):
        say(f"{number}. {sentence.text}")
        if sentence.source:
            say_more(f"   出处：{sentence.source}")
    return {
        "unit": said.unit,
        "month": said.month,
        "sentences": [
            {
                "about": one.about,
                "text": one.text,
                "numbers": [
                    {
                        "text": number.text,
                        "value": float(number.value) if number.value else None,
                        "slot": number.slot,
                    }
                    for number in one.numbers
                ],
            }
            for one in said.sentences
        ],
        "notice": say_notice(),
    }
