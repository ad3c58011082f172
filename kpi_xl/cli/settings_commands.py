"""kpi-xl settings: the settings of a project in a sheet."""

from __future__ import annotations

import click

from kpi_xl.cli.chinese import Group
from kpi_xl.cli.terminal import Answer, asked, project_here, say


@click.group(cls=Group)
def settings() -> None:
    """设置：在 设置.xlsx 里改界限、目标、月份截止、放假和同类的范围，不用改 kpi.toml。"""


def add_to(app: click.Group) -> None:
    """Add the commands to the command line."""
    app.add_command(settings)


@settings.command("sheet", examples=("kpi-xl --project demo settings sheet",))
def sheet() -> Answer:
    """写出 设置.xlsx：有下拉列表、提示和现在的值；已经有的，填过的都留着。"""
    from kpi_xl.jobs.settings_form import settings_form
    from kpi_xl.settings.settings_sheet import WORKBOOK
    from kpi_xl.system.files import write_whole

    project = project_here()
    file = project.folder / WORKBOOK
    write_whole(file, settings_form(project))
    say(f"写好了：{file}")
    say("用 Excel 打开，填黄色的格子，保存后运行 kpi-xl refresh")
    return {"file": file}


@settings.command("list", examples=("kpi-xl --project demo settings list",))
def list_() -> Answer:
    """列出项目自己定的界限和目标，和写得不对、两处不一样的设置。"""
    from kpi_xl.findings.shown import value_text
    from kpi_xl.jobs.bounds import bounds

    project = project_here()
    found = project.settings
    own = [one for one in bounds(project) if one.own]
    for one in own:
        danger = one.danger or "由健康线推出"
        place = "设置.xlsx" if one.name in found.bands_in_sheet else "kpi.toml"
        say(f"界限  {one.name}：健康线 {one.healthy}，危险线 {danger}（{place}）")
    for name, target in found.targets.items():
        if (kpi := found.kpis.find(name)) is not None:
            say(f"目标  {name}：{value_text(kpi, target)}")
    if not own and not found.targets:
        say("界限和目标都按通常的。kpi-xl settings sheet 写一份 设置.xlsx，在里面改")
    for note in found.notes:
        say(f"  {note}")
    if any(note.fault.set_aside for note in found.notes):
        asked().exit_code = 2
    return {
        "bounds": own,
        "targets": dict(found.targets),
        "notes": [note.record() for note in found.notes],
    }
