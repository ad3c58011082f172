"""The commands about groups: groups add, list, remove; and distribute --to."""

from __future__ import annotations

import sys

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Argument, Command, Group, Word
from kpi_xl.cli.terminal import Answer, asked, progress_bar, project_here, say, say_notice
from kpi_xl.errors import InputError

MONTH_IN_GROUPS = "月报"
"""What is sent into groups, where a template's name stands otherwise."""

_WORDS = ("wecom", "dingtalk", "feishu")


def add_to(app: Group) -> None:
    """Add the group of commands to the command line."""
    app.add_command(groups)


@click.group(cls=Group)
def groups() -> None:
    """发月报的群：机器人的地址和密钥，存在自己的用户文件夹里，不在项目里。"""


_PLATFORM = click.argument(
    "platform",
    cls=Argument,
    type=Word(_WORDS),
    metavar="平台",
    help="wecom（企业微信）、dingtalk（钉钉）或 feishu（飞书）。",
)
_UNIT = click.argument("unit", cls=Argument, metavar="单位", help="群是哪个单位的：名称或路径。")


@groups.command(cls=Command, examples=("kpi-xl --project demo groups add wecom 城东营业部",))
@_PLATFORM
@_UNIT
def add(platform: str, unit: str) -> Answer:
    """加一个群：问机器人的 webhook 地址和加签密钥，不显示，也不留在命令的历史里。"""
    from kpi_xl.data.cube import Cube
    from kpi_xl.settings.groups import Groups, Robot

    project = project_here()
    if project.cube.is_file():
        Cube.open(project.cube).unit_index(unit)
    url = _hidden("机器人的 webhook 地址")
    secret = _hidden("加签的密钥（没有就直接回车）")
    own = Groups(project.folder)
    was_there = own.put(platform, unit, Robot(url, secret))
    say(f"{'已换成新的' if was_there else '已加上'}：{platform} {unit}")
    say(f"存在 {own.file}，只有自己能读")
    return {"platform": platform, "unit": unit, "file": own.file}


@groups.command("list", cls=Command, examples=("kpi-xl --project demo groups list",))
def list_groups() -> Answer:
    """列出这个项目的群；地址只显示在哪台服务器上。"""
    from kpi_xl.settings.groups import Groups

    own = Groups(project_here().folder)
    found = [
        {"platform": word, "unit": unit, "server": robot.shown, "signed": bool(robot.secret)}
        for word in _WORDS
        for unit, robot in own.of(word).items()
    ]
    for one in found:
        say(f"{one['platform']}  {one['unit']}  {one['server']}{'  加签' if one['signed'] else ''}")
    if not found:
        say("还没有群；kpi-xl groups add 平台 单位 加一个")
    return {"groups": found}


@groups.command(cls=Command, examples=("kpi-xl --project demo groups remove wecom 城东营业部",))
@_PLATFORM
@_UNIT
def remove(platform: str, unit: str) -> Answer:
    """去掉一个群。"""
    from kpi_xl.settings.groups import Groups

    if not Groups(project_here().folder).put(platform, unit, None):
        raise InputError(kinds.NO_GROUP(), value=f"{platform} {unit}")
    say(f"已去掉：{platform} {unit}")
    return {"platform": platform, "unit": unit}


def _hidden(question: str) -> str:
    """Ask for a text that is not shown; read a line of the input where there is no terminal."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    answer: str = click.prompt(
        question, default="", hide_input=True, show_default=False, prompt_suffix="："
    )
    return answer.strip()


def send_to(
    template: str,
    place: str,
    month: str | None,
    level: str | None,
    *,
    page: bool,
    dry_run: bool,
    again: bool,
    unsure: bool,
    others: list[str],
) -> Answer:
    """Send a month into groups, or write its files: distribute --to."""
    from kpi_xl.circulation.group_messages import lines
    from kpi_xl.circulation.group_month import send_month

    if template != MONTH_IN_GROUPS:
        fault = kinds.ONLY_THE_MONTH(template=template, word=MONTH_IN_GROUPS, platform=place)
        raise InputError(fault)
    if others:
        raise InputError(kinds.MONTH_WITHOUT(options="、".join(others)))
    with progress_bar() as progress:
        done = send_month(
            project_here(),
            place,
            month,
            level=level,
            page=page,
            dry_run=dry_run,
            again=again,
            unsure=unsure,
            progress=progress,
        )
    for line in lines(done, rehearsal=dry_run):
        say(line)
    if not done.complete:
        asked().exit_code = 2
    answered = {
        name: {
            unit: {"kind": fault.kind.code, "reason": fault.reason, "advice": fault.advice}
            for unit, fault in faults.items()
        }
        for name, faults in (("failed", done.failed), ("later", done.later))
    }
    answer = {"template": template, "rehearsal": dry_run, **vars(done), **answered}
    return {**answer, "notice": say_notice()}
