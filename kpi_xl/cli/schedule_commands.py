"""The commands for automatic runs: schedule, watch."""

from __future__ import annotations

import os

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Argument, Command, Group, Option
from kpi_xl.cli.terminal import Answer, complain, project_here, say
from kpi_xl.errors import InputError


def add_to(app: Group) -> None:
    """Add the commands to the command line."""
    app.add_command(schedule)
    app.add_command(watch)


@click.command(
    cls=Command,
    context_settings={"ignore_unknown_options": True},
    examples=(
        "kpi-xl --project demo schedule",
        "kpi-xl --project demo schedule --at 8:00 --on 每月2日 -- distribute 月报 --to wecom",
    ),
)
@click.argument(
    "words",
    cls=Argument,
    nargs=-1,
    metavar="命令",
    help="定时运行的 kpi-xl 命令；不写则为 refresh。有选项的写在 -- 后面。",
)
@click.option("--at", cls=Option, default="7:30", metavar="时间", help="几点，如 7:30。")
@click.option(
    "--on", cls=Option, default="每天", metavar="哪天", help="每天、工作日，或每月的哪一天，如 2。"
)
def schedule(words: tuple[str, ...], at: str, on: str) -> Answer:
    """打印定时运行的那一行：Windows 的任务计划（schtasks）和 Linux、Mac 的 cron。

    只打印，什么都不改；复制到命令提示符，或 crontab -e 里。
    """
    from kpi_xl.system.scheduled import When, command, for_cron, for_windows

    project = project_here()
    words = words or ("refresh",)
    root = click.get_current_context().find_root().command
    assert isinstance(root, click.Group)
    if words[0] not in root.commands:
        known = "、".join(sorted(root.commands))
        raise InputError(kinds.NO_COMMAND_TO_RUN(known=known), value=words[0])
    when, run = When.meant(at, on), command(project.folder, words)
    name = f"kpi_xl {project.settings.name} {words[0]}"
    cron = for_cron(when, run, project.folder)
    try:
        windows = for_windows(name, when, run)
    except InputError as error:
        if os.name == "nt":
            raise
        windows, why = "", str(error)
        say(f"Windows：{why}")
    else:
        say("Windows，在命令提示符里运行：")
        say(f"  {windows}")
    say("Linux、Mac，写进 crontab -e：")
    say(f"  {cron}")
    return {"windows": windows, "cron": cron}


@click.command(cls=Command, examples=("kpi-xl --project demo watch",))
def watch() -> Answer:
    """看着原始文件，一有变化就刷新月度KPI表；按 Ctrl+C 停止。

    正在写、正在存的文件会等它写完。文件有错的说一声，等改好再刷新。
    """
    from kpi_xl.jobs.fill import Filled
    from kpi_xl.jobs.watch import watch as run

    project = project_here()
    made = 0

    def tell(found: Filled | InputError) -> None:
        nonlocal made
        if isinstance(found, InputError):
            complain(str(found))
            return
        made += 1
        say(f"{found.month.chinese} {project.settings.report}：生成 {len(found.files)} 份")

    say(f"看着 {project.data}，按 Ctrl+C 停止")
    run(project.folder, tell)
    return {"refreshed": made}
