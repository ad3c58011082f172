"""kpi-xl rounds: targets from proposal to lock, between the levels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from kpi_xl.cli.chinese import Argument, Group, Number, Option
from kpi_xl.cli.terminal import Answer, progress_bar, project_here, say, say_undone, show

if TYPE_CHECKING:
    from kpi_xl.record.rounds import Course

_KPI: Final = click.argument(
    "kpi", cls=Argument, metavar="指标", help="指标的名称、别名或代码，如 主险件数。"
)
_MONTH: Final = click.option(
    "--month", "-m", cls=Option, metavar="月份", help="如 2024-07；不写则为最近在商定的那个月。"
)
_UNIT: Final = click.option(
    "--unit", "-u", cls=Option, metavar="单位", help="哪个单位和它下面的；不写则为全部。"
)
_REASON: Final = click.option(
    "--reason", "-r", cls=Option, default="", metavar="原因", help="为什么；会一直留着。"
)
_CARRY: Final = click.option(
    "--carry", cls=Option, is_flag=True, help="下级合计和目标不等时，把差额留作未分配（要写原因）。"
)
_PAIRS: Final = click.argument(
    "pairs",
    cls=Argument,
    nargs=-1,
    required=True,
    metavar="单位=金额",
    help="可以写几个，如 城东营业部=240000 城西营业部=26万；业务员写工号。",
)


@click.group(cls=Group)
def rounds() -> None:
    """目标商定：上级建议，下级回复，还价，议定，锁定；每一步都合计得上。

    建议的数就是目标，fill、distribute 照它预填；收回的工作簿里改过的目标就是回复。
    """


def add_to(app: click.Group) -> None:
    """Add the commands to the command line."""
    app.add_command(rounds)


@rounds.command(
    "propose",
    examples=(
        "kpi-xl --project demo rounds propose 主险件数 300 --month 2024-07",
        "kpi-xl --project demo rounds propose 首年度保费 480万 --month 2024-07 --level 营业部",
    ),
)
@_KPI
@click.argument(
    "total",
    cls=Argument,
    type=Number(),
    required=False,
    metavar="合计",
    help="分公司这个月的目标，金额以元计；不写则用“目标”表里的。",
)
@click.option(
    "--month", "-m", cls=Option, required=True, metavar="月份", help="哪个月，如 2024-07。"
)
@click.option(
    "--level",
    "-l",
    cls=Option,
    metavar="层级",
    help="分到哪一级：营业部、营业组或业务员；不写则分到填得了这个目标的最低一级。",
)
@_REASON
def propose(kpi: str, total: float | None, month: str, level: str | None, reason: str) -> Answer:
    """提出：把一个月的目标自上而下分到各单位、各人，合计一分不差。

    按最近十二个月的实际分；个人一半平均、一半按实际。重新提出要写原因。
    """
    from kpi_xl.jobs.rounds import propose as run

    with progress_bar() as progress:
        done = run(project_here(), kpi, total, month, level=level, reason=reason, progress=progress)
    return _done(done)


@rounds.command("list", examples=("kpi-xl --project demo rounds list",))
@_MONTH
def list_rounds(month: str | None) -> Answer:
    """列出一个月在商定的指标，各到了哪一步。"""
    from kpi_xl.jobs.round_views import rounds_view
    from kpi_xl.jobs.rounds import courses

    return show(rounds_view(courses(project_here(), month)))


@rounds.command("show", examples=("kpi-xl --project demo rounds show 主险件数 --unit 城东营业部",))
@_KPI
@_MONTH
@_UNIT
def show_round(kpi: str, month: str | None, unit: str | None) -> Answer:
    """并排看：建议、回复、差额、还价、议定，和没有分下去的。"""
    from kpi_xl.jobs.rounds import course

    return _shown(course(project_here(), kpi, month), unit)


@rounds.command("log", examples=("kpi-xl --project demo rounds log 主险件数",))
@_KPI
@_MONTH
@_UNIT
def log(kpi: str, month: str | None, unit: str | None) -> Answer:
    """经过：谁、什么时候、为什么，一步不少。"""
    from kpi_xl.jobs.round_views import log_view
    from kpi_xl.jobs.rounds import course

    return show(log_view(course(project_here(), kpi, month), unit))


@rounds.command("answer", examples=("kpi-xl --project demo rounds answer 主险件数 城东营业部=40",))
@_KPI
@_PAIRS
@_MONTH
@_REASON
def answer(kpi: str, pairs: tuple[str, ...], month: str | None, reason: str) -> Answer:
    """代记回复：没有交工作簿、电话里说的。"""
    from kpi_xl.jobs.rounds import answer as run
    from kpi_xl.jobs.rounds import asked

    return _done(run(project_here(), kpi, month, [asked(one) for one in pairs], reason))


@rounds.command(
    "counter", examples=("kpi-xl --project demo rounds counter 主险件数 城东营业部=42",)
)
@_KPI
@_PAIRS
@_MONTH
@_REASON
def counter(kpi: str, pairs: tuple[str, ...], month: str | None, reason: str) -> Answer:
    """还价：上级不同意下级的回复，要另一个数。"""
    from kpi_xl.jobs.rounds import asked
    from kpi_xl.jobs.rounds import counter as run

    return _done(run(project_here(), kpi, month, [asked(one) for one in pairs], reason))


@rounds.command(
    "accept",
    examples=(
        "kpi-xl --project demo rounds accept 主险件数",
        "kpi-xl --project demo rounds accept 主险件数 城东营业部 城西营业部=38 --reason 新人多",
    ),
)
@_KPI
@click.argument(
    "units",
    cls=Argument,
    nargs=-1,
    metavar="单位",
    help="接受哪些单位的回复，或 单位=金额；不写则接受所有和建议（还价）相同的回复。",
)
@_MONTH
@_REASON
@click.option(
    "--below",
    cls=Option,
    is_flag=True,
    help="连同它们下面还没有议定的，按最后说的那个数；不是回复的数的，要写原因。",
)
def accept(kpi: str, units: tuple[str, ...], month: str | None, reason: str, below: bool) -> Answer:
    """议定：接受下级的回复；没有回复的，或定成别的数的，要写原因。"""
    from kpi_xl.jobs.rounds import accept as run
    from kpi_xl.jobs.rounds import asked

    wanted = [asked(one, with_amount=False) for one in units]
    return _done(run(project_here(), kpi, month, wanted, reason, below=below))


@rounds.command(
    "lock",
    examples=(
        "kpi-xl --project demo rounds lock 主险件数",
        "kpi-xl --project demo rounds lock 主险件数 --carry --reason 留给新设的组",
    ),
)
@_KPI
@click.argument(
    "units", cls=Argument, nargs=-1, metavar="单位", help="锁定哪些单位和它们下面的；不写则全部。"
)
@_MONTH
@_CARRY
@_REASON
def lock(kpi: str, units: tuple[str, ...], month: str | None, carry: bool, reason: str) -> Answer:
    """锁定：以后要改，只能用 change，并且要写原因。

    下级合计和目标不等的不能锁定，除非用 --carry 把差额留作未分配。
    """
    from kpi_xl.jobs.rounds import lock as run

    return _done(run(project_here(), kpi, month, units, reason=reason, carry=carry))


@rounds.command(
    "change",
    examples=(
        "kpi-xl --project demo rounds change 主险件数 城东营业部=41 城西营业部=39 --reason 换将",
    ),
)
@_KPI
@_PAIRS
@_MONTH
@_CARRY
@_REASON
def change(kpi: str, pairs: tuple[str, ...], month: str | None, carry: bool, reason: str) -> Answer:
    """改定：改已经锁定的目标；原因会留下，合计仍要相等。"""
    from kpi_xl.jobs.rounds import asked
    from kpi_xl.jobs.rounds import change as run

    wanted = [asked(one) for one in pairs]
    return _done(run(project_here(), kpi, month, wanted, reason=reason, carry=carry))


@rounds.command(
    "cancel",
    examples=("kpi-xl --project demo rounds cancel 主险件数 --month 2024-07 --reason 机构合并",),
)
@_KPI
@_MONTH
@_REASON
def cancel(kpi: str, month: str | None, reason: str) -> Answer:
    """取消：这一轮不再算数，目标回到“目标”表和收回的表里的；经过和原因都留着。"""
    from kpi_xl.jobs.rounds import cancel as run

    return _done(run(project_here(), kpi, month, reason=reason))


@rounds.command(
    "workbook",
    examples=(
        "kpi-xl --project demo rounds workbook",
        "kpi-xl --project demo rounds workbook --unit 城东营业部",
    ),
)
@_MONTH
@_UNIT
def workbook(month: str | None, unit: str | None) -> Answer:
    """生成目标商定表：给上一级主管，差额并排，在里面选接受或还价。"""
    from kpi_xl.circulation.round_workbook import make

    file = make(project_here(), month, unit)
    say(f"目标商定表：{file}")
    say(f"填好以后运行 kpi-xl rounds take {file.name}（写上它所在的文件夹）")
    return {"file": file}


@rounds.command("take", examples=("kpi-xl --project demo rounds take 目标商定表.xlsx",))
@click.argument(
    "file",
    cls=Argument,
    type=click.Path(path_type=Path),
    metavar="文件",
    help="填好的目标商定表。",
)
def take(file: Path) -> Answer:
    """收目标商定表：接受、还价都写进去；有问题的行不收，说明原因，退出码为 2。"""
    from kpi_xl.circulation.in_use import put_to_use
    from kpi_xl.circulation.round_decisions import take as run
    from kpi_xl.cli.terminal import asked as how
    from kpi_xl.cli.terminal import complain

    done = run(project_here(), file)
    say(f"收取决定 {done.taken} 个；以前收过的 {done.known} 个；没有收的 {len(done.problems)} 处")
    if done.taken and (undone := put_to_use(project_here())) is not None:
        say_undone([undone])
    for one in done.problems:
        complain(f"{one.sheet} {one.cell} {one.value}：{one.reason}。{one.advice}")
    if done.problems:
        how().exit_code = 2
    return vars(done)


def _done(course: Course) -> Answer:
    """The state of a round after a step; all numbers are computed with it from now on."""
    from kpi_xl.circulation.in_use import put_to_use

    with progress_bar() as progress:
        undone = put_to_use(project_here(), progress)
    say_undone([undone] if undone else [])
    return _shown(course)


def _shown(course: Course, unit: str | None = None) -> Answer:
    from kpi_xl.jobs.round_views import round_view

    view = round_view(course, project_here().settings, unit)
    round_ = course.round
    return {
        "round": round_.number,
        "month": round_.month,
        "kpi": round_.kpi.name,
        **show(view),
    }
