"""The commands about the origin of numbers: trace, history."""

from __future__ import annotations

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Argument, Command, Group, Number, Option
from kpi_xl.cli.terminal import (
    Answer,
    progress_bar,
    project_here,
    say,
    say_undone,
    show,
)
from kpi_xl.errors import InputError


def add_to(app: Group) -> None:
    """Add the commands to the command line."""
    app.add_command(trace)
    app.add_command(history)


@click.command(
    cls=Command,
    examples=(
        "kpi-xl --project demo trace 城东营业部 活动率.目标 2024-06",
        "kpi-xl --project demo trace 城东营业部 首年度保费 2024-06",
    ),
)
@click.argument(
    "whose", cls=Argument, metavar="单位", help="单位的名称或路径，或一个人的工号、姓名。"
)
@click.argument(
    "what",
    cls=Argument,
    metavar="数字",
    help="指标（活动率）、指标的填写项（活动率.目标）、活动（拜访数），或名称（week1.focus）。",
)
@click.argument(
    "when",
    cls=Argument,
    required=False,
    metavar="月份",
    help="月份，如 2024-06，或某一天；不写则为有数据的最后一个月。",
)
def trace(whose: str, what: str, when: str | None) -> Answer:
    """来源：一个数字是谁、什么时候、在哪个文件的哪一格填的，改过几次；或出自原始文件的哪些行。"""
    from kpi_xl.jobs.trace import trace as run

    with progress_bar() as progress:
        found = run(project_here(), whose, what, when, progress)
    return {
        "versions": show(found.versions),
        "files": show(found.files),
        "changes": found.changes,
        "rows": found.rows,
    }


@click.command(
    cls=Command,
    examples=(
        "kpi-xl --project demo history",
        "kpi-xl --project demo history --undo 3 --reason 放错了文件夹",
    ),
)
@click.option(
    "--undo",
    cls=Option,
    type=Number(whole=True),
    metavar="编号",
    help="整次撤回这一次回收，像没有收过一样。",
)
@click.option("--reason", cls=Option, metavar="原因", help="为什么撤回；会记下来。")
def history(undo: int | None, reason: str | None) -> Answer:
    """回收的历史：每一次收了多少；收错了可以整次撤回，撤回也记在历史里。"""
    from kpi_xl.circulation.collection_messages import history_lines, taken_back_lines
    from kpi_xl.circulation.take_back import take_back
    from kpi_xl.record.history import collections

    project = project_here()
    if undo is None:
        if reason is not None:
            raise InputError(kinds.REASON_WITHOUT_UNDO())
        listed = collections(project)
        for line in history_lines(listed):
            say(line)
        return {"collections": listed}
    done = take_back(project, undo, reason or "")
    for line in taken_back_lines(done):
        say(line)
    say_undone(done.undone)
    return vars(done)
