"""The commands that bring files in: start, map, desk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Argument, Command, Option
from kpi_xl.cli.terminal import Answer, Speech, asked, complain, progress_bar, project_here, say
from kpi_xl.errors import InputError

if TYPE_CHECKING:
    from kpi_xl.jobs.mapping import MappingSession
    from kpi_xl.project import Project

_YES = click.option(
    "--yes", "-y", cls=Option, is_flag=True, help="不提问：只用有把握的，没有把握的列出来。"
)


def add_to(app: click.Group) -> None:
    """Put the commands into the command line."""
    app.add_command(start)
    app.add_command(map_files)
    app.add_command(desk)


@click.command(
    "start",
    cls=Command,
    examples=("kpi-xl start 导出", "kpi-xl --project 我的KPI start 导出 --name 兰州分公司"),
)
@click.argument(
    "folder",
    cls=Argument,
    type=click.Path(path_type=Path),
    metavar="文件夹",
    help="放着导出文件、花名册的文件夹，里面什么都不会改动。",
)
@click.option(
    "--name", cls=Option, default="分公司", metavar="名称", help="机构名称，最上一级单位。"
)
@_YES
def start(folder: Path, name: str, yes: bool) -> Answer:
    """从一个文件夹的导出文件，直接做出第一张月度KPI表。

    项目建在文件夹旁边，名字后面加“-KPI”（或用 --project 写明）；文件不复制，原来在哪里就在哪里读。
    """
    from kpi_xl.jobs.fill import refresh
    from kpi_xl.jobs.first_month import project_of
    from kpi_xl.jobs.mapping import MappingSession

    wanted = None if asked().project == Path() else asked().project
    project = project_of(folder, wanted, name)
    say(f"项目：{project.folder}（读 {project.data.resolve()} 里的文件，不改动它们）")
    session = MappingSession(project)
    asked_of = _map(session, yes)
    project = session.project
    with progress_bar() as progress:
        filled = refresh(project, None, progress)
    say(f"{filled.month.chinese} {project.settings.report}：生成 {len(filled.files)} 份")
    for file in filled.files:
        say(f"  {file}")
    notice = _tell_aside(project)
    say(f"下一步：打开上面的工作簿；每月把新文件放进 {project.data.resolve()}，再运行")
    say(f"  kpi-xl -p {project.folder} refresh")
    return {"project": project.folder, **asked_of, **vars(filled), "notice": notice}


@click.command(
    "map", cls=Command, examples=("kpi-xl --project demo map", "kpi-xl --project demo map --yes")
)
@_YES
def map_files(yes: bool) -> Answer:
    """看每个文件读成哪张表、哪一列是什么；没有把握的逐个问，写入 kpi.toml。

    kpi.toml 里自己写的说明都保留。在网页里选：kpi-xl desk。
    """
    from kpi_xl.jobs.mapping import MappingSession

    return _map(MappingSession(project_here()), yes)


@click.command(
    "desk", cls=Command, examples=("kpi-xl desk", "kpi-xl --project demo desk --starter 桌面")
)
@click.option("--no-browser", cls=Option, is_flag=True, help="不打开浏览器，只说出地址。")
@click.option(
    "--starter",
    cls=Option,
    type=click.Path(path_type=Path),
    metavar="文件夹",
    help="不打开网页，而在这个文件夹（如桌面）里写一个可以双击打开它的文件。",
)
def desk(no_browser: bool, starter: Path | None) -> Answer:
    """在浏览器里用：选文件、看怎么读、改界限、生成、打开结果，不用命令行。

    只有这台电脑能打开；点“结束”，或窗口关了五分钟，程序就停。需要 pip install 'kpi_xl[desk]'。
    """
    from kpi_xl.project import Project

    project = None if asked().named is None else Project.open(asked().project)
    if starter is not None:
        from kpi_xl.desk.starter import starter as write

        file = write(starter, None if project is None else project.folder)
        say(f"已写出：{file}，双击它就打开")
        return {"starter": file}
    try:
        from kpi_xl.desk.serve import serve
    except ModuleNotFoundError as error:
        raise InputError(kinds.DESK_NOT_INSTALLED()) from error
    serve(project, Path.home(), _tell_address, browser=not no_browser)
    say("已经结束")
    return {"project": None if project is None else project.folder}


def _tell_address(address: str) -> None:
    say(f"请在浏览器里打开（只能用一次）：{address}")


def _map(session: MappingSession, yes: bool) -> Answer:
    """Ask, show the numbers that would come out, and write kpi.toml."""
    from kpi_xl.cli.mapping_questions import ask, show_all, show_outlook
    from kpi_xl.cli.questions import confirm
    from kpi_xl.jobs.outlook import outlook

    questions = list(session.open_questions())
    asks = not yes and bool(questions) and asked().speech in (Speech.USUAL, Speech.VERBOSE)
    show_all(session, {name for name, _ in questions} if asks else ())
    if asks:
        ask(session)
    numbers = None
    try:
        with progress_bar() as progress:
            numbers = outlook(session.project, session.settings, progress)
    except InputError as error:  # what was chosen is kept all the same
        complain(f"还算不出数字：{error}")
        asked().exit_code = 2
    else:
        show_outlook(numbers)
    left = list(session.open_questions())
    for name, question in left:
        say(f"没有把握，没有用：{name} {question}")
    changed = session.differs
    if changed and asks and not confirm("把这些选择写入 kpi.toml 吗？"):
        say("没有写入，什么都没有改")
        changed = False
    elif changed:
        session.write()
        say(f"已写入：{session.project.folder / 'kpi.toml'}")
    return {
        "sheets": [
            {"name": name, "table": answer.table, "columns": answer.columns}
            for name, answer in session.answers.items()
        ],
        "questions": [{"sheet": name, "question": question} for name, question in left],
        "outlook": numbers,
        "written": changed,
    }


def _tell_aside(project: Project) -> str:
    from kpi_xl.checks.notice import kept_notice
    from kpi_xl.jobs.load import report_path

    line = kept_notice(project).line
    if line:
        say(f"{line}：{report_path(project)}")
    return line
