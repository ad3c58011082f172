"""The commands that send workbooks out and take them back: distribute, collect."""

from __future__ import annotations

from pathlib import Path

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Argument, Command, Group, Option
from kpi_xl.cli.group_commands import MONTH_IN_GROUPS, send_to
from kpi_xl.cli.terminal import (
    MONTH,
    Answer,
    asked,
    progress_bar,
    project_here,
    say,
    say_calendar,
    say_notice,
    say_undone,
)
from kpi_xl.errors import InputError


def add_to(app: Group) -> None:
    """Add the commands to the command line."""
    app.add_command(distribute)
    app.add_command(collect)


@click.command(
    cls=Command,
    examples=(
        "kpi-xl --project demo distribute 周工作计划 --month 2024-07 --dry-run",
        "kpi-xl --project demo distribute 月度目标设定、达成表 --month 2024-07 --mail",
        "kpi-xl --project demo distribute 周工作计划 --remind --dry-run",
        "kpi-xl --project demo distribute 月报 --to wecom --dry-run",
    ),
)
@click.argument(
    "template",
    cls=Argument,
    metavar="模板",
    help="官方模板的名称，或自己的工作簿的路径；发到群里的写 月报。",
)
@MONTH
@click.option(
    "--level", "-l", cls=Option, metavar="层级", help="发给哪一级单位，如 营业部、营业组。"
)
@click.option(
    "--to",
    cls=Option,
    metavar="地方",
    help="把月报（晨会稿、图片）发到各单位的群：wecom（企业微信）、dingtalk（钉钉）、feishu（飞书），"
    "或写成文件 folder。群用 kpi-xl groups add 加。",
)
@click.option(
    "--page",
    cls=Option,
    is_flag=True,
    help="--to 时连同月报网页；营业部、营业组的网页里有成员的姓名和数。",
)
@click.option("--unsure", cls=Option, is_flag=True, help="--to 时把上次不知道到没到的也再发一次。")
@click.option(
    "--passwords",
    cls=Option,
    type=click.Path(path_type=Path),
    metavar="文件",
    help="密码表（单位或工号，密码）：每份用各自的密码加密。",
)
@click.option("--pdf", cls=Option, is_flag=True, help="另生成 PDF（需要 LibreOffice）。")
@click.option(
    "--mail", cls=Option, is_flag=True, help="按通讯录发邮件（服务器写在 kpi.toml 的 [mail] 里）。"
)
@click.option(
    "--dry-run", cls=Option, is_flag=True, help="只列出谁会收到什么，什么都不生成、不发送。"
)
@click.option(
    "--again", cls=Option, is_flag=True, help="重新下发一轮；不写则接着上一次，发过的不再发。"
)
@click.option(
    "--remind",
    cls=Option,
    is_flag=True,
    help="催没有交的：到了 [reminders] 写的日子提醒本人、告知主管；没有 --mail 时写成文字。",
)
def distribute(
    template: str,
    month: str | None,
    level: str | None,
    to: str | None,
    page: bool,
    unsure: bool,
    passwords: Path | None,
    pdf: bool,
    mail: bool,
    dry_run: bool,
    again: bool,
    remind: bool,
) -> Answer:
    """下发：给每个单位或每个人生成可以收回的工作簿，需要时用邮件发出；月报发到群里（--to）。

    中途停下再运行同一条命令，会接着做完，每人只收到一封邮件，每个群只收到一次。有没有生成、没有发成的，
    退出码为 2。
    """
    if to is not None:
        not_taken = [
            name
            for name, one in (
                ("--passwords", passwords),
                ("--pdf", pdf),
                ("--mail", mail),
                ("--remind", remind),
            )
            if one
        ]
        return send_to(
            template,
            to,
            month,
            level,
            page=page,
            dry_run=dry_run,
            again=again,
            unsure=unsure,
            others=not_taken,
        )
    if template == MONTH_IN_GROUPS:
        raise InputError(kinds.MONTH_TO_GROUPS(known="wecom、dingtalk、feishu、folder"))
    if page or unsure:
        lone = [name for name, one in (("--page", page), ("--unsure", unsure)) if one]
        raise InputError(kinds.ONLY_TO_GROUPS(options="、".join(lone)))
    from kpi_xl.circulation.distribute import distribute as run
    from kpi_xl.circulation.distribution_messages import lines

    project = project_here()
    if remind:
        given = {"--level": level, "--passwords": passwords, "--pdf": pdf, "--again": again}
        return _remind(template, month, mail, dry_run, [name for name, one in given.items() if one])
    with progress_bar() as progress:
        done = run(
            project,
            template,
            month,
            level=level,
            passwords=passwords,
            pdf=pdf,
            mail=mail,
            dry_run=dry_run,
            again=again,
            progress=progress,
        )
    for line in lines(template, done, rehearsal=dry_run):
        say(line)
    if not dry_run:
        say(f"收回的文件放进 {project.returned}，再运行 kpi-xl -p {project.folder} collect")
    if not done.complete:
        asked().exit_code = 2
    answer = {"template": template, "rehearsal": dry_run, **vars(done)}
    answer |= say_calendar(done.month)
    return {**answer, "notice": say_notice()}


@click.command(cls=Command, examples=("kpi-xl --project demo collect 收件箱附件",))
@click.argument(
    "folder",
    cls=Argument,
    type=click.Path(path_type=Path),
    required=False,
    metavar="文件夹",
    help="收回的工作簿在哪里；不写则为项目里的 returned 文件夹。",
)
@click.option(
    "--rule",
    cls=Option,
    default="覆盖",
    metavar="规则",
    help="与以前收过的怎样合并：覆盖（最新的一份为准）、增量（只补还没有的）、"
    "清空（这些表和月份全部重收）。",
)
@click.option(
    "--passwords",
    cls=Option,
    type=click.Path(path_type=Path),
    metavar="文件",
    help="下发时用的密码表（单位或工号，密码）。",
)
def collect(folder: Path | None, rule: str, passwords: Path | None) -> Answer:
    """回收：读出发回的工作簿里填写的内容，校验后存入项目，写出回收报告。

    原文件不动；有问题的单元格会标注在一份副本里，可以退回修改。
    """
    from kpi_xl.circulation.collect import collect as run
    from kpi_xl.circulation.collection_messages import lines

    with progress_bar() as progress:
        done = run(project_here(), folder, rule=rule, passwords=passwords, progress=progress)
    for line in lines(done):
        say(line)
    say_undone(done.undone)
    return vars(done)


def _remind(
    template: str, month: str | None, mail: bool, dry_run: bool, others: list[str]
) -> Answer:
    from kpi_xl.circulation.distribution_messages import reminded
    from kpi_xl.circulation.reminders import remind

    if others:
        raise InputError(kinds.REMIND_ALONE(options="、".join(others)))
    with progress_bar() as progress:
        done = remind(
            project_here(), template, month, mail=mail, dry_run=dry_run, progress=progress
        )
    for line in reminded(done, rehearsal=dry_run):
        say(line)
    if not done.complete:
        asked().exit_code = 2
    return {"rehearsal": dry_run, **vars(done)}
