"""The command line: kpi-xl.

Exit codes: 0 done; 1 a fault of the program; 2 something given cannot be used, or not everything
could be done (the message says what and what to do); 130 stopped by the user.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

import workbook_templates
from kpi_xl import kinds
from kpi_xl.cli import (
    addin_commands,
    analysis_commands,
    assistant_commands,
    circulation_commands,
    definition_commands,
    door_commands,
    group_commands,
    history_commands,
    page_commands,
    round_commands,
    schedule_commands,
    server_commands,
    settings_commands,
    template_commands,
)
from kpi_xl.cli.chinese import Argument, Group, Option, Word, listed, refusal
from kpi_xl.cli.terminal import (
    MONTH,
    Answer,
    Speech,
    add_options,
    asked,
    complain,
    console,
    few,
    progress_bar,
    project_here,
    say,
    say_calendar,
    say_more,
    say_notice,
    say_undone,
    settings_here,
    write_json,
)
from kpi_xl.errors import InputError
from kpi_xl.system.error_log import told

if TYPE_CHECKING:
    from collections.abc import Callable

    from kpi_xl.checks.checked import Checked
    from kpi_xl.jobs.fill import Filled
    from kpi_xl.kpi import Kpi
    from kpi_xl.kpi_registry import Registry

_NEAREST: Final = {"−": "－"}
"""Characters of ours that code page 936 has not, and what it has instead."""


@click.group(
    cls=Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["--help", "-h"]},
    examples=(
        "kpi-xl                                       说出在这个文件夹里下一步做什么",
        "kpi-xl sample demo                           建立样例项目",
        "kpi-xl --project demo refresh                刷新样例的月度KPI表",
        "kpi-xl --project demo --json warnings        预警，供程序读取",
    ),
)
@click.version_option(None, "--version", package_name="kpi_xl", help="显示版本。")
@click.pass_context
def app(context: click.Context) -> Answer | None:
    """保险等销售团队的 KPI：校验原始数据，计算指标，生成各单位、各人的工作簿。

    这些选项写在命令前面、后面都可以。每个命令都有说明，如 kpi-xl refresh --help。
    """
    context.meta["kpi_xl.start"] = time.perf_counter()
    return _next_steps() if context.invoked_subcommand is None else None


@app.result_callback()
def _end(answer: Answer | None, **_: Any) -> None:
    context = click.get_current_context()
    if asked().speech is Speech.JSON and answer is not None:
        write_json(answer)
    say_more(f"用时 {time.perf_counter() - context.meta['kpi_xl.start']:.1f} 秒")
    context.exit(asked().exit_code)


def _next_steps() -> Answer:
    from kpi_xl.cli.next_steps import next_steps

    found = next_steps(asked().project)
    for line in found.lines():
        say(line)
    return {"situation": found.situation, "next": found.steps}


@app.command(examples=("kpi-xl init 我的分公司 --name 兰州分公司",))
@click.argument(
    "folder",
    cls=Argument,
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="文件夹",
    help="新项目的文件夹；不写则为当前文件夹。",
)
@click.option(
    "--name",
    cls=Option,
    metavar="名称",
    help="机构名称，最上一级单位；不写则和最上一级的叫法一样。",
)
@click.option(
    "--levels",
    cls=Option,
    metavar="级别",
    help="各级单位，从上到下 2 到 6 级，如 集团、大区、门店；不写则为分公司到营业组。",
)
@click.option(
    "--shared",
    cls=Option,
    is_flag=True,
    help="几个人一起用：同组的人都能读写；不写则只有自己能打开。",
)
def init(folder: Path, name: str | None, levels: str | None, shared: bool) -> Answer:
    """建立一个空项目：kpi.toml，和 data 文件夹里供填写的原始数据.xlsx。

    新的文件夹只有自己能打开（Windows 上照所在文件夹的权限）；里面的文件不会比文件夹更开放。
    """
    from kpi_xl.catalogue.organisation import TOP
    from kpi_xl.jobs import start
    from kpi_xl.settings.settings_sheet import words_of

    called = words_of(levels)
    name = name or next(iter(called), TOP)
    project = start.init(folder, name, levels=called, shared=shared)
    say(f"已建立项目：{project.folder}")
    if os.name != "nt" and not shared and project.folder.stat().st_mode & 0o077:
        say(f"这个文件夹本来就有，别人也能打开；只给自己用的请运行 chmod 700 {project.folder}")
    say(f"下一步：填写 {project.data} 里的原始数据.xlsx，或把现成的人员、保单等文件放进去")
    say(f"再下一步：kpi-xl -p {project.folder} check")
    return {"project": project.folder, "data": project.data}


@app.command(examples=("kpi-xl sample demo", "kpi-xl sample 车行 --trade dealer"))
@click.argument(
    "folder",
    cls=Argument,
    type=click.Path(path_type=Path),
    default=Path("demo"),
    metavar="文件夹",
    help="样例项目的文件夹；不写则为 demo。",
)
@click.option(
    "--trade",
    cls=Option,
    default="保险",
    metavar="行业",
    help="保险（insurance）、汽车经销商（dealer）、零售门店（retail）或 B2B销售（b2b）。",
)
def sample(folder: Path, trade: str) -> Answer:
    """建立一个样例项目，每次都一样。

    保险：8 个营业部、32 个组、24 个月的数据；汽车经销商：8 家店；零售门店：12 家店；
    B2B销售：9 个团队；各 18 个月。
    """
    from kpi_xl.jobs import start

    with progress_bar() as progress:
        project = start.sample(folder, progress, trade)
    say(f"已建立样例项目：{project.folder}")
    say(f"下一步：kpi-xl --project {project.folder} refresh")
    return {"project": project.folder}


door_commands.add_to(app)


@app.command(examples=("kpi-xl --project demo check",))
def check() -> Answer:
    """校验 data 里的原始文件，写出校验报告。

    用不了的行会搁置并说明原因，不会丢失：读入 = 可用 + 搁置。
    """
    from kpi_xl.jobs.check import check as run

    with progress_bar() as progress:
        checked, report = run(project_here(), progress)
    _tell_checked(checked)
    aside = sum(one.set_aside for one in checked.tables.values())
    if aside:
        say(f"搁置 {aside:,} 行：打开校验报告，照“怎么办”改好原始文件，再运行一次 check")
    say(f"校验报告：{report}")
    return {
        "tables": [
            {
                "table": one.table.name,
                "files": [file.file for file in one.files],
                "read": one.read,
                "used": one.used,
                "set_aside": one.set_aside,
            }
            for one in checked.tables.values()
        ],
        "problems": checked.problems,
        "unrecognised": checked.unrecognised,
        "left_out": [
            {
                "file": one.name,
                "sheet": one.sheet,
                "kind": one.fault.kind.code,
                "reason": one.reason,
                "advice": one.advice,
            }
            for one in checked.left_out
        ],
        "report": report,
        "notice": say_notice(),
    }


@app.command(
    examples=(
        "kpi-xl --project demo refresh --month 2024-06",
        "kpi-xl --project demo refresh --pdf --png",
    )
)
@MONTH
@click.option("--pdf", cls=Option, is_flag=True, help="另生成 PDF（需要 LibreOffice）。")
@click.option(
    "--png", cls=Option, is_flag=True, help="另生成图片，一页一张，可发到群里（需要 LibreOffice）。"
)
def refresh(month: str | None, pdf: bool, png: bool) -> Answer:
    """刷新月度KPI表：分公司一份，每个营业部一份。

    kpi.toml 的 [project] report 可以换成别的报表。
    """
    from kpi_xl.jobs.fill import refresh as run
    from kpi_xl.jobs.pictures import Pictures, pictures, ready

    project = project_here()
    made = Pictures()
    with progress_bar() as progress:
        if pdf or png:
            ready(png=png)
        filled = run(project, month, progress)
        if pdf or png:
            made = pictures(filled.files, pdf=pdf, png=png, progress=progress)
    answer = _tell_filled(project.settings.report, filled)
    if pdf:
        say(f"另有 PDF {len(made.pdfs)} 份")
    if png:
        say(f"另有图片 {len(made.pngs)} 张")
    say_undone(made.undone)
    undone = [*filled.undone, *made.undone]
    return {**answer, "pdfs": made.pdfs, "pngs": made.pngs, "undone": undone}


@app.command(
    examples=(
        "kpi-xl --project demo fill 周工作计划 --month 2024-07",
        "kpi-xl --project demo fill 我的月报.xlsx",
    ),
    help="给每个单位或每个人生成填好的工作簿。\n\n官方模板：\n" + listed(workbook_templates.NAMES),
)
@click.argument(
    "template",
    cls=Argument,
    metavar="模板",
    help="官方模板的名称，或自己的工作簿（有 kpi_xl 名称的）的路径。",
)
@MONTH
@click.option(
    "--with-formulas",
    cls=Option,
    is_flag=True,
    help="工作簿里带上公式名称（LAMBDA），见 template lambdas。",
)
def fill(template: str, month: str | None, with_formulas: bool) -> Answer:
    """给每个单位或每个人生成填好的工作簿。"""
    from kpi_xl.jobs.fill import fill as run

    finish = None
    if with_formulas:
        from udfs.lambdas.workbook import with_names

        def finish(file: Path, content: bytes) -> bytes:
            return with_names(file, content).content

    with progress_bar() as progress:
        filled = run(project_here(), template, month, progress, finish)
    return _tell_filled(template, filled)


circulation_commands.add_to(app)
group_commands.add_to(app)


@app.command(examples=("kpi-xl explain 活动率", "kpi-xl explain"))
@click.argument(
    "kpi",
    cls=Argument,
    required=False,
    metavar="指标",
    help="指标的名称、别名或代码；不写则列出全部。",
)
def explain(kpi: str | None) -> Answer:
    """说明一个指标：公式、Excel 公式、健康界限（以项目的为先）、来源；不写名称则列出全部。"""
    from kpi_xl.catalogue.names import kpi_meant
    from udfs.explain import all_kpis, lines, record

    known, bounds = _kpis_here()
    if kpi is None:
        for line in all_kpis(known):
            say(line)
        return {"kpis": [record(bounds(one)) for one in known.values()]}
    found = bounds(kpi_meant(kpi, known))
    for line in lines(found):
        say(line)
    return record(found)


def _kpis_here() -> tuple[Registry, Callable[[Kpi], Kpi]]:
    """The KPIs of the present project, if there is one, with the source of their bounds."""
    if (settings := settings_here()) is None:
        from kpi_xl.catalogue import kpis

        return kpis, lambda kpi: kpi
    from kpi_xl.findings.shown import with_bands

    return settings.kpis, lambda kpi: with_bands(kpi, settings)


history_commands.add_to(app)
analysis_commands.add_to(app)
page_commands.add_to(app)
schedule_commands.add_to(app)
assistant_commands.add_to(app)
round_commands.add_to(app)
definition_commands.add_to(app)
settings_commands.add_to(app)
app.add_command(template_commands.template)
app.add_command(addin_commands.addin)
app.add_command(addin_commands.bundle)
server_commands.add_to(app, addin_commands.addin)


@app.command()
def doctor() -> Answer:
    """检查 Python、加载项、项目和模板是否正常，并说明怎么办；有问题时退出码为 2。"""
    from udfs.doctor import doctor as run

    findings = run(asked().named)
    for finding in findings:
        say(f"{'正常  ' if finding.fine else '有问题'}  {finding.name}：{finding.found}")
        if finding.advice:
            say(f"        {finding.advice}")
    if not all(finding.fine for finding in findings):
        asked().exit_code = 2
    return {"findings": findings}


@app.command(
    examples=(
        'eval "$(kpi-xl completion bash)"        写进 ~/.bashrc',
        'eval "$(kpi-xl completion zsh)"         写进 ~/.zshrc',
        "kpi-xl completion fish | source         写进 ~/.config/fish/config.fish",
    )
)
@click.argument(
    "shell",
    cls=Argument,
    type=Word(("bash", "zsh", "fish")),
    metavar="程序",
    help="哪个命令行程序：bash、zsh 或 fish。",
)
def completion(shell: str) -> Answer:
    """按 Tab 键补全命令：显示命令行程序要运行的内容。"""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise InputError(kinds.NO_SHELL(shell=shell))
    source = found(app, {}, "kpi-xl", "_KPI_XL_COMPLETE").source()
    say(source)
    return {"shell": shell, "source": source}


add_options(app)


# ---------------------------------------------------------------------------------------------
# What is told


def _tell_checked(checked: Checked) -> None:
    from rich.table import Table

    if asked().speech not in (Speech.USUAL, Speech.VERBOSE):
        return
    table = Table(title="校验结果")
    for heading in ("表", "文件", "读入", "可用", "搁置", "提示"):
        table.add_column(heading, justify="left" if heading in ("表", "文件") else "right")
    for checked_table in checked.tables.values():
        name = checked_table.table.name
        notes = sum(p.table == name and not p.set_aside for p in checked.problems)
        table.add_row(
            name,
            few(file.file.name for file in checked_table.files),
            f"{checked_table.read:,}",
            f"{checked_table.used:,}",
            f"{checked_table.set_aside:,}",
            f"{notes:,}",
        )
    console().print(table)
    for one in checked.left_out:
        if one.matters:
            sheet = f"「{one.sheet}」" if one.sheet else ""
            say(f"没有读：{one.name}{sheet}：{one.reason}。{one.advice}")


def _tell_filled(template: str, filled: Filled) -> Answer:
    say(f"{filled.month.chinese} {template}：生成 {len(filled.files)} 份")
    for file in filled.files:
        say_more(f"  {file}")
    say(f"位置：{filled.folder}")
    say_undone(filled.undone)
    calendar = say_calendar(filled.month)
    return {"template": template, **vars(filled), **calendar, "notice": say_notice()}


def main() -> None:
    """Run the command line; every failure is a Chinese sentence and an exit code."""
    codecs.register_error("nearest", _nearest)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="nearest")
    try:
        sys.exit(app.main(prog_name="kpi-xl", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx is not None else "", err=True)
        sys.exit(2)
    except click.UsageError as error:
        _refuse(refusal(error))
    except (KeyboardInterrupt, click.Abort):
        click.echo("已停止；没有写完的文件不会留下。", err=True)
        sys.exit(130)
    except Exception as error:
        refused = told(error)
        _refuse(refused, 1 if refused.fault.kind is kinds.PROGRAM_FAULT else 2)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    """The replacement for a character that a terminal's encoding, such as code page 936, lacks."""
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    return "".join(_NEAREST.get(each, "?") for each in text), error.end


def _refuse(error: InputError, exit_code: int = 2) -> NoReturn:
    if "--json" in sys.argv:
        write_json({"error": error.record()}, stderr=True)
    else:
        complain(str(error))
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
