"""kpi-xl definitions: the KPIs that a project declares itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Argument, Group, Option
from kpi_xl.cli.terminal import Answer, asked, project_here, say, show
from kpi_xl.errors import InputError

if TYPE_CHECKING:
    from kpi_xl.jobs.definition_moves import Moved

_FORCE: Final = click.option(
    "--force", cls=Option, is_flag=True, help="已有的文件也重写，里面写过的定义会没有。"
)


@click.group(cls=Group)
def definitions() -> None:
    """自定义指标：像在 Excel 里一样写名称和公式，refresh 以后就在月报、函数、预警和 explain 里。"""


@definitions.command("list", examples=("kpi-xl --project demo definitions list",))
def list_() -> Answer:
    """列出 指标定义.xlsx 和 kpi.toml 里的指标；写错的逐个说明怎么改。"""
    from kpi_xl.data.own_faults import wrong_definitions
    from udfs.explain import record

    project = project_here()
    own, wrong = project.settings.own, wrong_definitions(project)
    if not own.own and not wrong:
        say("这个项目没有自定义指标。kpi-xl definitions new 写一份 指标定义.xlsx，在里面写")
    for code in own.own:
        kpi = own.kpis[code]
        say(f"{kpi.name} = {kpi.formula}（{kpi.unit}）")
    if wrong:
        say(f"不能用的定义：{len(wrong)} 个，别的指标照常")
        for error in wrong:
            say(f"  {error}")
        asked().exit_code = 2
    return {
        "kpis": [record(own.kpis[code]) for code in own.own],
        "wrong": [error.record() for error in wrong],
    }


def add_to(app: click.Group) -> None:
    """Add the commands to the command line."""
    app.add_command(definitions)


@definitions.command("new", examples=("kpi-xl --project demo definitions new",))
@_FORCE
def new(force: bool) -> Answer:
    """写一份空的 指标定义.xlsx：有下拉列表、提示、示例、全部标准指标和公式里的名称。"""
    from kpi_xl.jobs.definition_form import definition_form
    from kpi_xl.settings.definitions import WORKBOOK
    from kpi_xl.system.files import write_whole

    file = project_here().folder / WORKBOOK
    if file.exists() and not force:
        raise InputError(kinds.DEFINITIONS_THERE(), file=file)
    write_whole(file, definition_form())
    say(f"写好了：{file}")
    say("用 Excel 打开，在“指标定义”里一行写一个指标，保存后运行 kpi-xl refresh")
    return {"file": Path(file)}


@definitions.command(
    "export",
    examples=(
        "kpi-xl --project demo definitions export",
        "kpi-xl --project demo definitions export --to metricflow",
    ),
)
@click.option(
    "--to",
    "kind",
    cls=Option,
    type=click.Choice(["toml", "metricflow", "osi", "dax"]),
    default="toml",
    metavar="去处",
    help="toml 搬到 kpi.toml；metricflow、osi、dax 写一份给数据团队，在 output 里，定义不动。",
)
def export(kind: str) -> Answer:
    """把 指标定义.xlsx 里的定义搬到 kpi.toml 的 [kpis]，一项不少；搬走的行清空。"""
    if kind != "toml":
        from kpi_xl.jobs.definition_exchange import export as write

        file, made = write(project_here(), kind)
        say(f"写好了：{file}（{len(made.names)} 个指标）")
        if made.left:
            say(f"这种格式说不了更早的月份，没有写：{'、'.join(made.left)}")
        if kind == "dax":
            say("没有在 Power BI 里试过，用前请核对几个数")
        return {"file": file, "names": made.names, "left": made.left}
    from kpi_xl.jobs.definition_moves import to_text

    return _moved(to_text(project_here()))


@definitions.command(
    "import",
    examples=(
        "kpi-xl --project demo definitions import",
        "kpi-xl --project demo definitions import 指标.yml",
    ),
)
@click.argument(
    "file",
    cls=Argument,
    required=False,
    metavar="文件",
    type=click.Path(path_type=Path),
    help="MetricFlow、OSI 的 .yml、.json，别的项目的 指标定义.xlsx、kpi.toml；不写是本项目的。",
)
def import_(file: Path | None) -> Answer:
    """把定义读进 指标定义.xlsx：写文件的，读数据团队或别的项目的；不写的，把 kpi.toml 里的搬来。"""
    if file is None:
        from kpi_xl.jobs.definition_moves import to_workbook

        return _moved(to_workbook(project_here()))
    from kpi_xl.jobs.definition_import import import_file

    try:
        done = import_file(project_here(), file)
    except ModuleNotFoundError as missing:
        raise InputError(kinds.PART_MISSING(component=missing.name, extra="exchange")) from missing
    say(f"读进 {done.into.name}：{len(done.names)} 个定义")
    if done.names:
        say("、".join(done.names))
    if done.same:
        say(f"这里已经有、一样的：{len(done.same)} 个")
    if done.left:
        say(f"没有读进来：{len(done.left)} 个")
        for error in done.left:
            say(f"  {error}")
        asked().exit_code = 2
    return {
        "imported": done.names,
        "into": done.into,
        "same": done.same,
        "left": [error.record() for error in done.left],
    }


def _moved(done: Moved) -> Answer:
    say(f"搬到 {done.into.name}：{len(done.names)} 个定义")
    if done.names:
        say("、".join(done.names))
    if done.left:
        say(f"留在原处：{len(done.left)} 个")
        for error in done.left:
            say(f"  {error}")
        asked().exit_code = 2
    return {
        "moved": done.names,
        "into": done.into,
        "left": [error.record() for error in done.left],
    }


@definitions.command("page", examples=("kpi-xl --project demo definitions page",))
def page() -> Answer:
    """写一份指标说明给同事看，网页和 .xlsx：全部指标的公式、含义、单位、界限、负责人、来源。"""
    from kpi_xl.pages.kpi_list import make

    files = make(project_here())
    for file in files:
        say(f"写好了：{file}")
    return {"files": files}


@definitions.command(
    "history",
    examples=(
        "kpi-xl --project demo definitions history",
        "kpi-xl --project demo definitions history 件均佣金",
    ),
)
@click.argument("kpi", cls=Argument, required=False, metavar="指标", help="只看一个指标的。")
def history_(kpi: str | None) -> Answer:
    """定义什么时候变过、谁改的、改了什么，同样的数据因此变了哪些数。"""
    from kpi_xl.jobs.definition_changes import (
        changes_view,
        history,
        note_changes,
        values_view,
    )

    project = project_here()
    note_changes(project)
    found = history(project, kpi)
    answer = {"changes": show(changes_view(found))["rows"]}
    if kpi is not None:
        answer |= {"values": show(values_view(found))["rows"]}
    return answer
