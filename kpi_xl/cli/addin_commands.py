"""The commands about the add-ins of Excel and LibreOffice Calc."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Argument, Group, Option, Word
from kpi_xl.cli.terminal import Answer, asked, say
from kpi_xl.errors import InputError

_HOST: Final = click.option(
    "--host",
    cls=Option,
    type=Word(("excel", "calc")),
    default="excel",
    metavar="程序",
    help="哪个程序：excel，或 calc（LibreOffice）；不写则为 excel。",
)


@click.group(cls=Group)
def addin() -> None:
    """Excel 和 LibreOffice Calc 的加载项：生成、安装、卸载。"""


@addin.command("build", examples=("kpi-xl addin build", "kpi-xl addin build --host calc"))
@click.argument(
    "file",
    cls=Argument,
    type=click.Path(path_type=Path),
    required=False,
    metavar="文件",
    help="写到哪个文件；不写则为 kpi_xl.xlam 或 kpi_xl.oxt。",
)
@_HOST
def build(file: Path | None, host: str) -> Answer:
    """生成加载项文件；在任何系统上、任何时候生成的都逐字节相同。"""
    from kpi_xl.system.files import write_whole

    if host == "calc":
        from udfs.calc import EXTENSION
        from udfs.calc.build import build as build_calc

        file = file or Path(EXTENSION)
        content = build_calc()
    else:
        with _extra("excel"):
            from udfs.excel.build import build as build_excel

            content = build_excel()
        file = file or Path("kpi_xl.xlam")
    write_whole(file, content)
    say(f"已生成：{file}")
    return {"file": file}


@addin.command("install", examples=("kpi-xl --project demo addin install --host calc",))
@click.option(
    "--file",
    cls=Option,
    type=click.Path(path_type=Path),
    metavar="文件",
    help="已经生成好的加载项文件；不写则现在生成。",
)
@_HOST
def install(file: Path | None, host: str) -> Answer:
    """装进本人的 Excel（Windows）或 LibreOffice（各系统）；程序要先关闭。"""
    if host == "calc":
        from udfs.calc.install import install as install_calc

        calc = install_calc(project=asked().named, addin=file)
        say(f"已安装到 LibreOffice：{calc.libreoffice.program}")
        say(f"使用的 Python：{calc.interpreter}")
        say("下一步：打开 LibreOffice Calc，看有没有 KPI 菜单；不正常时运行 kpi-xl doctor")
        return {"program": calc.libreoffice.program, "python": calc.interpreter}
    with _extra("excel"):
        from udfs.excel.install import install as install_excel

        done = install_excel(project=asked().named, addin=file)
    say(f"已安装：{done.addin}")
    say(f"使用的 Python：{done.interpreter}")
    say("下一步：打开 Excel，看有没有 KPI 选项卡；不正常时运行 kpi-xl doctor")
    return {"file": done.addin, "python": done.interpreter}


@addin.command("uninstall", examples=("kpi-xl addin uninstall --host calc",))
@_HOST
def uninstall(host: str) -> Answer:
    """从本人的 Excel 或 LibreOffice 里删除加载项和它的设置，不留下别的。"""
    if host == "calc":
        from udfs.calc.install import uninstall as uninstall_calc

        removed = uninstall_calc()
        say("已从 LibreOffice 删除扩展")
    else:
        from udfs.excel.install import uninstall as uninstall_excel

        removed = uninstall_excel()
    for path in removed:
        say(f"已删除：{path}")
    return {"removed": removed}


@click.group(cls=Group)
def bundle() -> None:
    """安装包：放到共享文件夹，别人双击一次就装好。"""


@bundle.command(
    "windows",
    examples=(
        "kpi-xl bundle windows KPI安装包 --python python-3.13.9-embed-amd64.zip",
        "kpi-xl --project demo bundle windows KPI安装包",
    ),
)
@click.argument(
    "folder",
    cls=Argument,
    type=click.Path(path_type=Path),
    metavar="文件夹",
    help="写到哪个新文件夹。",
)
@click.option(
    "--python",
    "embedded",
    cls=Option,
    type=click.Path(path_type=Path),
    metavar="文件",
    help="Python 的 64 位 Windows 嵌入包（zip）；不写则留出放它的位置。",
)
@click.option(
    "--sha256",
    cls=Option,
    metavar="校验和",
    help="嵌入包的 SHA-256，不一致就不做。",
)
@click.option(
    "--wheel",
    cls=Option,
    type=click.Path(path_type=Path),
    metavar="文件",
    help="kpi_xl 的轮子；不写则从源代码做。",
)
def windows(folder: Path, embedded: Path | None, sha256: str | None, wheel: Path | None) -> Answer:
    """做 Windows 的安装包：组件、加载项、安装.cmd、卸载.cmd；要能上网取组件，装的人不用。"""
    with _extra("excel"):
        from udfs.excel.bundle import bundle as make

        named = asked().named
        done = make(folder, embedded, sha256, None if named is None else str(named), wheel)
    say(f"安装包：{done.folder}（Python {done.python}，{done.wheels} 个组件）")
    if not done.has_python:
        say(f"还缺 Python 的嵌入包，放法见 {done.folder / '说明.txt'}")
    if done.folder.suffix.lower() == ".zip":
        say("下一步：把它放到共享位置，让人全部解压，再双击里面的 安装.cmd")
    else:
        say("下一步：把整个文件夹放到共享位置，让人双击 安装.cmd")
    return {"folder": done.folder, "python": done.python, "wheels": done.wheels}


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Tell in plain words when an optional part of kpi_xl has not been installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise InputError(kinds.PART_MISSING(component=error.name, extra=name)) from error
