"""A project to import definitions into, and one whose definitions are exported."""

from __future__ import annotations

from kpi_xl.jobs.definition_import import import_file
from kpi_xl.project import Project

OURS = """[kpis."件均佣金"]
formula = "=FYC/主险件数"
unit = "元"
code = "KPI_FYC_A_PIECE"
healthy = 1500
meaning = "平均每件的佣金"
aliases = ["单均佣金"]
owner = "业管 王芳"
[kpis."增长"]
formula = "FYP/去年同期(FYP)-1"
unit = "%"
[kpis."人均佣金分"]
formula = "=ROUND(件均佣金/平均人数,1)"
[measures."大单件数"]
table = "保单"
take = "合计 件数"
where = "首年保费 >= 1万 且 主附险 = 主险"
[measures."平均一单"]
table = "保单"
take = "平均 首年保费"
[kpis."大单占比"]
formula = "=大单件数/主险件数"
unit = "%"
[kpis."一单比件均"]
formula = "=平均一单/件均保费"
"""


def project(folder, more=""):
    folder.mkdir(exist_ok=True)
    (folder / "kpi.toml").write_text(f'[project]\nname = "江城"\n{more}', encoding="utf-8")
    return Project.open(folder)


def fields(of):
    return {one.name: dict(one.fields) for one in Project.open(of.folder).settings.definitions}


def imported(tmp_path, text, more="", name="指标.yml"):
    into = project(tmp_path / "into", more)
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    done = import_file(into, file)
    assert Project.open(into.folder).settings.own.wrong == ()
    return done, {
        one.name: one.fields.get("公式")
        for one in Project.open(into.folder).settings.definitions
        if one.name in done.names
    }
