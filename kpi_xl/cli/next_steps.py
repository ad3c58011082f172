"""The next step in a folder, told from the files that are there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kpi_xl.cli.chinese import width
from kpi_xl.jobs.data_form import NAME as FORM
from kpi_xl.project import Project
from kpi_xl.record.circulation import circulation, file_of

_SHOWN: Final = 5


@dataclass(frozen=True)
class Step:
    """One thing that can be done now.

    Parameters
    ----------
    command : str
        What to type; empty where something is to be done by hand.
    why : str
        What it is for, in Chinese.
    """

    command: str
    why: str


@dataclass(frozen=True)
class NextSteps:
    """The state of a folder, and the possible steps, the first one next.

    Parameters
    ----------
    situation : str
        The state of the folder, in Chinese.
    """

    situation: str
    steps: list[Step]

    def lines(self) -> Iterator[str]:
        """The steps as lines for people."""
        yield self.situation
        yield "下一步："
        longest = max((width(step.command) for step in self.steps), default=0)
        for step in self.steps:
            space = " " * (longest - width(step.command) + 2) if step.command else ""
            yield f"  {step.command}{space}{step.why}"
        yield "kpi-xl --help 列出全部命令。"


def next_steps(folder: Path) -> NextSteps:
    """Find the next steps in a folder.

    Parameters
    ----------
    folder : Path
        A project's folder, or any.

    Raises
    ------
    InputError
        When kpi.toml cannot be used.
    """
    if not (folder / "kpi.toml").is_file():
        return _no_project(folder)
    project = Project.open(folder)
    run = "kpi-xl" if folder == Path() else f"kpi-xl -p {folder}"
    name = f"项目：{project.settings.name}（{folder.resolve()}）"
    files = _files(project.data)
    if not files and not project.settings.in_database:
        return NextSteps(
            f"{name}。还没有原始数据。",
            [
                Step("", f"把人员、保单等文件放进 {project.data} （只有人员是必需的）"),
                Step(f"{run} check", "校验放进去的文件"),
            ],
        )
    if not project.cube.is_file() and [file.name for file in files] == [FORM]:
        return NextSteps(
            f"{name}。data 里只有{FORM}，还没有算过指标。",
            [
                Step("", f"填写 {project.data / FORM}，或把现成的文件放进 {project.data}"),
                Step(f"{run} check", "校验填写的内容"),
                Step(f"{run} refresh", "计算指标，生成报表"),
            ],
        )
    if not project.cube.is_file():
        return NextSteps(
            f"{name}。有 {len(files)} 个原始文件，还没有算过指标。",
            [
                Step(f"{run} check", "校验原始文件，看哪些行用不了"),
                Step(f"{run} refresh", "计算指标，生成报表"),
            ],
        )
    return _computed(project, run, name, files)


def _no_project(folder: Path) -> NextSteps:
    inside = sorted(file.parent for file in folder.glob("*/kpi.toml"))
    steps = [Step(f"kpi-xl -p {each}", "看这个项目的下一步") for each in inside[:_SHOWN]]
    steps += [
        Step("kpi-xl sample demo", "建立样例项目，先看看能做什么"),
        Step("kpi-xl start 导出", "已有系统导出的文件、花名册：从那个文件夹直接做出第一张表"),
        Step("kpi-xl init 我的分公司 --name 兰州分公司", "建立自己的项目"),
    ]
    there = (
        f"项目在下一级文件夹：{'、'.join(map(str, inside[:_SHOWN]))}。"
        if inside
        else "这个文件夹里还没有项目。"
    )
    return NextSteps(there, steps)


def _computed(project: Project, run: str, name: str, files: list[Path]) -> NextSteps:
    from kpi_xl.checks.notice import kept_notice
    from kpi_xl.data.cube import Cube

    last = Cube.open(project.cube).last
    steps = []
    computed = project.cube.stat().st_mtime
    changed = [file for file in files if file.stat().st_mtime > computed]
    if changed:
        steps.append(Step(f"{run} check", f"原始文件有改动（{changed[0].name} 等），先校验"))
    if changed or not (project.output / str(last) / Path(project.settings.report).stem).is_dir():
        steps.append(Step(f"{run} refresh", f"生成 {last.chinese} 的{project.settings.report}"))
    if waiting := _not_collected(project):
        steps.append(Step(f"{run} collect", f"收回的文件夹里有 {waiting} 个新文件"))
    steps += [
        Step(f"{run} warnings", "看哪些指标异常，少收了多少"),
        Step(f"{run} review", "做月度经营检讨"),
        Step(f"{run} distribute 周工作计划 -m {last + 1} --dry-run", "看下个月的计划会发给谁"),
    ]
    notice = kept_notice(project).line
    told = f"{notice}。" if notice else ""
    return NextSteps(f"{name}。数据到 {last.chinese}。{told}", steps)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [f for f in folder.rglob("*") if f.is_file() and not f.name.startswith((".", "~$"))]


def _not_collected(project: Project) -> int:
    """The number of files that came back after the last collection."""
    files = _files(project.returned)
    if not files or not file_of(project).is_file():
        return len(files)
    with circulation(project) as connection:
        (last,) = connection.execute("SELECT max(collected) FROM returns").fetchone()
    if last is None:
        return len(files)
    since = dt.datetime.fromisoformat(last).timestamp()
    return sum(file.stat().st_mtime > since for file in files)
