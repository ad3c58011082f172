"""The commands about templates: names, check, lambdas."""

from __future__ import annotations

from pathlib import Path

import click

from kpi_xl.cli.chinese import Argument, Group, Option
from kpi_xl.cli.terminal import Answer, say, settings_here


@click.group(cls=Group)
def template() -> None:
    """模板：列出可用的名称，检查自己的工作簿。"""


@template.command("names")
def names() -> Answer:
    """列出工作簿里可以用的全部名称：含义、是什么、占几格。"""
    from kpi_xl.slots.registry import declaration, slot_names

    settings = settings_here()
    known = slot_names(kpi.name for kpi in settings.own.made) if settings else slot_names()
    slots = {name: one.slot for name in known if (one := declaration(name)) is not None}
    for name, meaning in known.items():
        say(f"{name}\t{meaning}\t{slots[name].kind}\t{slots[name].shape}")
    of = {name: {"kind": slot.kind, "cells": slot.cells} for name, slot in slots.items()}
    return {"names": known, "slots": of}


@template.command(
    "check",
    examples=(
        "kpi-xl template check 我的月报.xlsx",
        "kpi-xl template check 我的月报.xlsx --rewrite 改写.xlsx",
    ),
)
@click.argument(
    "file", cls=Argument, type=click.Path(path_type=Path), metavar="文件", help="要检查的工作簿。"
)
@click.option(
    "--rewrite",
    cls=Option,
    type=click.Path(path_type=Path),
    metavar="新文件",
    help="把只有一种加载项认得的函数写法改成通用的，写到这个新文件；其余一字不动。",
)
def check(file: Path, rewrite: Path | None) -> Answer:
    """看一个工作簿里哪些名称会填写，哪些不认识、不能用、还缺少；函数在别的 Excel 里认不认得。"""
    from kpi_xl.slots import template_check

    settings = settings_here()
    found = (
        template_check.check_template(file, settings.kpis)
        if settings
        else template_check.check_template(file)
    )
    for line in template_check.lines(found):
        say(line)
    lacking = template_check.missing(file)
    for line in template_check.missing_lines(lacking):
        say(line)
    stored = template_check.stored(file, found)
    for line in template_check.stored_lines(stored):
        say(line)
    foreign = template_check.check_functions(file)
    for line in template_check.function_lines(foreign, asks=rewrite is None):
        say(line)
    if rewrite is not None:
        template_check.rewrite_functions(file, rewrite)
        say(f"已改写：{rewrite}")
    return {
        "functions": foreign,
        "rewritten": rewrite,
        "slots": found.slots,
        "unknown": found.unknown,
        "unusable": found.unusable,
        "missing": lacking,
        "for_units": found.for_units,
        "uncalculated": stored.formulas,
        "pivots": {
            "refreshed": stored.refreshed,
            "kept": stored.kept,
            "outside": stored.outside,
        },
    }


@template.command(
    "lambdas",
    examples=(
        "kpi-xl template lambdas 我的月报.xlsx",
        "kpi-xl template lambdas 我的月报.xlsx --remove",
    ),
)
@click.argument(
    "file", cls=Argument, type=click.Path(path_type=Path), metavar="文件", help="要写入的工作簿。"
)
@click.option("--remove", cls=Option, is_flag=True, help="把写入过的公式名称都去掉。")
def lambdas(file: Path, remove: bool) -> Answer:
    """把指标写成工作簿自己的公式名称：不用加载项也能算 =活动率(1800,2000,2000)。

    有 --project 时连同项目自己定义的指标。
    """
    from kpi_xl.system.files import write_whole
    from udfs.lambdas.names import too_long
    from udfs.lambdas.workbook import with_names, without_names

    settings = settings_here()
    own = settings.own.made if settings else []
    found = without_names(file) if remove else with_names(file, own=own)
    write_whole(file, found.content)
    if remove:
        say(f"去掉了 {len(found.removed)} 个公式名称：{file}")
    else:
        say(f"写入了 {len(found.put)} 个公式名称：{file}")
        say("在 Excel 365 或 2024 里打开，输入 =活动率( 就能用；LibreOffice 还不认得这种名称")
    left = [] if remove else [kpi.name for kpi in own if too_long(kpi)]
    if left:
        say(f"公式太长，一个名称写不下：{'、'.join(left)}")
    if found.taken:
        say(f"工作簿里已有同名的名称，没有改动：{'、'.join(found.taken)}")
    return {
        "file": file,
        "put": found.put,
        "removed": found.removed,
        "taken": found.taken,
        "too_long": left,
    }
