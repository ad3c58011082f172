"""The command line: kpi-xl.

Exit codes: 0 done; 1 a fault of the program; 2 something given cannot be used (the message says
what and what to do); 130 stopped by the user.
"""

from __future__ import annotations

import enum
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kpi_xl import analysis_commands
from kpi_xl.errors import InputError
from kpi_xl.terminal import MONTH, console, progress_bar, project_of, say

if TYPE_CHECKING:
    from kpi_xl.data.check import Checked
    from kpi_xl.jobs.fill import Filled

app = typer.Typer(
    name="kpi-xl",
    help="保险等销售团队的 KPI：校验原始数据，计算指标，生成各单位、各人的工作簿。\n\n"
    "第一次用：kpi-xl sample demo，再 kpi-xl --project demo refresh。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _global(
    context: typer.Context,
    project: Annotated[
        Path, typer.Option("--project", "-p", help="项目文件夹；不写则为当前文件夹。")
    ] = Path(),
) -> None:
    context.obj = project


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="新项目的文件夹。")] = Path(),
    name: Annotated[str, typer.Option(help="机构名称，最上一级单位。")] = "分公司",
) -> None:
    """建立一个空项目：kpi.toml 和 data 文件夹。

    例：kpi-xl init 我的分公司 --name 兰州分公司
    """
    from kpi_xl.jobs import start

    project = start.init(folder, name)
    say(f"已建立项目：{project.folder}")
    say(f"下一步：把人员、保单等文件放进 {project.data}，再运行 kpi-xl check")


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="样例项目的文件夹。")] = Path("demo"),
    trade: Annotated[
        str,
        typer.Option(help="行业：保险（insurance）、汽车经销商（dealer）或零售门店（retail）。"),
    ] = "保险",
) -> None:
    """建立一个样例项目，每次都一样。

    保险：8 个营业部、32 个组、24 个月的数据；汽车经销商：8 家店；零售门店：12 家店，各 18 个月。

    例：kpi-xl sample demo；kpi-xl sample 车行 --trade dealer
    """
    from kpi_xl.jobs import start

    with progress_bar() as progress:
        project = start.sample(folder, progress, trade)
    say(f"已建立样例项目：{project.folder}")
    say(f"下一步：kpi-xl --project {project.folder} refresh")


@app.command()
def check(context: typer.Context) -> None:
    """校验 data 里的原始文件，写出校验报告。

    用不了的行会搁置并说明原因，不会丢失：读入 = 可用 + 搁置。
    """
    from kpi_xl.jobs.check import check as run

    with progress_bar() as progress:
        checked, report = run(project_of(context), progress)
    _summary(checked)
    say(f"校验报告：{report}")


@app.command()
def refresh(context: typer.Context, month: Annotated[str | None, MONTH] = None) -> None:
    """刷新月度KPI表（或 kpi.toml 的 [project] report 指定的报表）：分公司一份，每个营业部一份。

    例：kpi-xl --project demo refresh --month 2024-06
    """
    from kpi_xl.jobs.fill import refresh as run

    with progress_bar() as progress:
        filled = run(project_of(context), month, progress)
    _tell_filled(filled.folder.name, filled)


@app.command()
def fill(
    context: typer.Context,
    template: Annotated[
        str, typer.Argument(help="官方模板的名称，或自己的工作簿（有 kpi_xl 名称的）的路径。")
    ],
    month: Annotated[str | None, MONTH] = None,
) -> None:
    """给每个单位或每个人生成填好的工作簿。

    官方模板：
    月度KPI表；销售漏斗月报；门店月度KPI表；月度目标设定、达成表；营业部经理月度KPI设定表；专题、培训计划表；
    团队技能培训计划；周工作计划；周计划及检讨表；主管日程；营业部经理行事历；
    营业部每周活动情况统计表；客户经理工作日志；销售主管工作日志；每日活动检查表；
    技能意愿评估框。

    例：kpi-xl --project demo fill 周工作计划 --month 2024-07
    """
    from kpi_xl.jobs.fill import fill as run

    with progress_bar() as progress:
        filled = run(project_of(context), template, month, progress)
    _tell_filled(template, filled)


@app.command()
def distribute(
    context: typer.Context,
    template: Annotated[str, typer.Argument(help="官方模板的名称，或自己的工作簿的路径。")],
    month: Annotated[str | None, MONTH] = None,
    level: Annotated[
        str | None, typer.Option("--level", "-l", help="发给哪一级单位，如 营业部、营业组。")
    ] = None,
    passwords: Annotated[
        Path | None,
        typer.Option("--passwords", help="密码表（单位或工号，密码）：每份用各自的密码加密。"),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="另生成 PDF（需要 LibreOffice）。")] = False,
    mail: Annotated[
        bool, typer.Option("--mail", help="按通讯录发邮件（服务器写在 kpi.toml 的 [mail] 里）。")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只列出谁会收到什么，什么都不生成、不发送。")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="重新下发一轮；不写则接着上一次，发过的不再发。")
    ] = False,
) -> None:
    """下发：给每个单位或每个人生成可以收回的工作簿，需要时用邮件发出。

    中途停下再运行同一条命令，会接着做完，每人只收到一封邮件。

    例：kpi-xl --project demo distribute 周工作计划 --month 2024-07 --mail --dry-run
    """
    from kpi_xl.jobs.distribution.run import distribute as run
    from kpi_xl.jobs.distribution.told import lines

    with progress_bar() as progress:
        done = run(
            project_of(context),
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
    if done.mailed is not None and not done.mailed.complete:
        raise typer.Exit(2)


@app.command()
def collect(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(help="收回的工作簿在哪里；不写则为项目里的 returned 文件夹。")
    ] = None,
    rule: Annotated[
        str,
        typer.Option(
            "--rule",
            help="与以前收过的怎样合并：覆盖（最新的一份为准）、增量（只补还没有的）、"
            "清空（这些表和月份全部重收）。",
        ),
    ] = "覆盖",
    passwords: Annotated[
        Path | None, typer.Option("--passwords", help="下发时用的密码表（单位或工号，密码）。")
    ] = None,
) -> None:
    """回收：读出发回的工作簿里填写的内容，校验后存入项目，写出回收报告。

    原文件不动；有问题的单元格会标注在一份副本里，可以退回修改。

    例：kpi-xl --project demo collect 收件箱附件
    """
    from kpi_xl.jobs.collection import collect as run
    from kpi_xl.jobs.collection.told import lines

    with progress_bar() as progress:
        done = run(project_of(context), folder, rule=rule, passwords=passwords, progress=progress)
    for line in lines(done):
        say(line)


@app.command()
def explain(
    kpi: Annotated[
        str | None, typer.Argument(help="指标的名称、别名或代码；不写则列出全部。")
    ] = None,
) -> None:
    """说明一个指标：公式、Excel 公式、健康界限、来源；不写名称则列出全部。

    例：kpi-xl explain 活动率
    """
    from kpi_xl.explain import all_kpis, one_kpi

    for line in all_kpis() if kpi is None else one_kpi(kpi):
        say(line)


@app.command()
def doctor(context: typer.Context) -> None:
    """检查 Python、加载项、项目和模板是否正常，并说明怎么办；有问题时退出码为 2。"""
    from kpi_xl.jobs.doctor import doctor as run

    findings = run(_named_project(context))
    for finding in findings:
        say(f"{'正常  ' if finding.fine else '有问题'}  {finding.name}：{finding.found}")
        if finding.advice:
            say(f"        {finding.advice}")
    if not all(finding.fine for finding in findings):
        raise typer.Exit(2)


analysis_commands.add_to(app)

template = typer.Typer(
    name="template",
    help="模板：列出可用的名称，检查自己的工作簿。",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(template)


@template.command("names")
def template_names() -> None:
    """列出工作簿里可以用的全部名称和含义。"""
    from kpi_xl.jobs.slot_names import slot_names

    for name, meaning in slot_names().items():
        say(f"{name}\t{meaning}")


@template.command("check")
def check_template(file: Annotated[Path, typer.Argument(help="要检查的工作簿。")]) -> None:
    """看一个工作簿里哪些名称会填写，哪些不认识，哪些不能用。

    例：kpi-xl template check 我的月报.xlsx
    """
    from kpi_xl.jobs import template_check

    for line in template_check.lines(template_check.check_template(file)):
        say(line)


addin = typer.Typer(
    name="addin",
    help="Excel 和 LibreOffice Calc 的加载项：生成、安装、卸载。",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(addin)


class Host(enum.StrEnum):
    """The spreadsheet programs that there is an add-in for."""

    EXCEL = "excel"
    CALC = "calc"


_HOST = typer.Option("--host", help="哪个程序：excel，或 calc（LibreOffice）。")


@addin.command("build")
def build_addin(
    file: Annotated[
        Path | None, typer.Argument(help="写到哪个文件；不写则为 kpi_xl.xlam 或 kpi_xl.oxt。")
    ] = None,
    host: Annotated[Host, _HOST] = Host.EXCEL,
) -> None:
    """生成加载项文件；在任何系统上、任何时候生成的都逐字节相同。"""
    from kpi_xl.jobs.files import write_whole

    if host is Host.CALC:
        from udfs.calc import EXTENSION
        from udfs.calc.build import build

        file = file or Path(EXTENSION)
        content = build()
    else:
        with _extra("excel"):
            from udfs.excel.build import build as build_excel

            content = build_excel()
        file = file or Path("kpi_xl.xlam")
    write_whole(file, content)
    say(f"已生成：{file}")


@addin.command("install")
def install_addin(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Option("--file", help="已经生成好的加载项文件；不写则现在生成。")
    ] = None,
    host: Annotated[Host, _HOST] = Host.EXCEL,
) -> None:
    """装进本人的 Excel（Windows）或 LibreOffice（各系统）；程序要先关闭。

    例：kpi-xl --project demo addin install --host calc
    """
    if host is Host.CALC:
        from udfs.calc.install import install as install_calc

        calc = install_calc(project=_named_project(context), addin=file)
        say(f"已安装到 LibreOffice：{calc.libreoffice.program}")
        say(f"使用的 Python：{calc.interpreter}")
        say("下一步：打开 LibreOffice Calc，看有没有 KPI 菜单；不正常时运行 kpi-xl doctor")
        return
    with _extra("excel"):
        from udfs.excel.install import install

        done = install(project=_named_project(context), addin=file)
    say(f"已安装：{done.addin}")
    say(f"使用的 Python：{done.interpreter}")
    say("下一步：打开 Excel，看有没有 KPI 选项卡；不正常时运行 kpi-xl doctor")


@addin.command("uninstall")
def uninstall_addin(host: Annotated[Host, _HOST] = Host.EXCEL) -> None:
    """从本人的 Excel 或 LibreOffice 里删除加载项和它的设置，不留下别的。"""
    if host is Host.CALC:
        from udfs.calc.install import uninstall as uninstall_calc

        removed = uninstall_calc()
        say("已从 LibreOffice 删除扩展")
    else:
        from udfs.excel.install import uninstall

        removed = uninstall()
    for path in removed:
        say(f"已删除：{path}")


# ---------------------------------------------------------------------------------------------
# What the commands share


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Tell in plain words when an optional part of kpi_xl has not been installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise InputError(
            f"还没有安装这项功能需要的组件（{error.name}）", f'请运行 pip install "kpi_xl[{name}]"'
        ) from error


def _named_project(context: typer.Context) -> Path | None:
    """The project's folder where one is named, or the current folder is one."""
    folder: Path = context.obj
    return folder if folder != Path() or (folder / "kpi.toml").is_file() else None


def _summary(checked: Checked) -> None:
    from rich.table import Table

    table = Table(title="校验结果")
    for heading in ("表", "文件", "读入", "可用", "搁置", "提示"):
        table.add_column(heading, justify="left" if heading in ("表", "文件") else "right")
    for checked_table in checked.tables.values():
        name = checked_table.table.name
        notes = sum(p.table == name and not p.set_aside for p in checked.problems)
        table.add_row(
            name,
            "、".join(file.file.name for file in checked_table.files),
            f"{checked_table.read:,}",
            f"{checked_table.used:,}",
            f"{checked_table.set_aside:,}",
            f"{notes:,}",
        )
    console().print(table)
    for file in checked.unrecognised:
        say(f"没有认出的文件：{file.name}（可在 kpi.toml 的 [files] 里指定它是哪张表）")


def _tell_filled(template: str, filled: Filled) -> None:
    say(f"{filled.month.chinese} {template}：生成 {len(filled.files)} 份")
    say(f"位置：{filled.folder}")


def main() -> None:
    """Run the command line; every failure is a Chinese sentence and an exit code."""
    try:
        app(prog_name="kpi-xl")
    except InputError as error:
        typer.secho(str(error), fg=typer.colors.RED, err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        typer.echo("已停止；没有写完的文件不会留下。", err=True)
        sys.exit(130)
    except Exception as error:
        log = Path(tempfile.gettempdir()) / "kpi-xl-error.log"
        log.write_text(traceback.format_exc(), encoding="utf-8")
        typer.secho(
            f"程序出错了（{type(error).__name__}）。请把 {log} 发给维护人员。",
            fg=typer.colors.RED,
            err=True,
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
