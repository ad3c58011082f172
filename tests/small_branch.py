"""Projects of a few people, with units of any name, made in a moment."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from kpi_xl.project import Project

MONTH = "2024-06"

Person = Sequence[str]
"""工号, 姓名, 营业部, 营业组; with 营业区 before 营业部 where there are five."""

TWO_DEPARTMENTS = [
    (f"10{d}{t}{i}", f"员{d}{t}{i}", f"{'东西'[d]}城营业部", f"{'一二'[t]}组")
    for d in range(2)
    for t in range(2)
    for i in range(2)
]
"""Teams of both departments are called the same."""


def small_branch(
    folder: Path, people: Iterable[Person], name: str = "总公司", more: str = ""
) -> Project:
    """A project with a policy and a visit for everybody in each of six months."""
    people = list(people)
    (folder / "data").mkdir(parents=True)
    text = f"[project]\nname = {json.dumps(name, ensure_ascii=False)}\n{more}"
    (folder / "kpi.toml").write_text(text, encoding="utf-8")
    write_people(folder, people)
    policies = [
        (f"P{agent}{month}", agent, "终身寿", "主险", 1, "1000", "300", "年交", f"2024-0{month}-05")
        for agent, *_ in people
        for month in range(1, 7)
    ]
    heading: tuple[str, ...] = (
        "保单号", "工号", "险种", "主附险", "件数", "首年保费", "FYC", "缴费方式", "承保日期",
    )  # fmt: skip
    _write(folder / "data" / "保单.csv", [heading, *policies])
    visits = [
        (f"2024-0{month}-03", agent, 9, 8, 3, 1) for agent, *_ in people for month in range(1, 7)
    ]
    heading = ("日期", "工号", "约访数", "拜访数", "洽谈人数", "促成人数")
    _write(folder / "data" / "活动.csv", [heading, *visits])
    return Project.open(folder)


def write_people(folder: Path, people: Iterable[Person]) -> None:
    """Who is there, and where; written again, somebody may have been transferred or have left."""
    rows = [
        (agent, called, "", *place) if len(place) == 2 else (agent, called, *place)
        for agent, called, *place in people
    ]
    heading = ("工号", "姓名", "营业区", "营业部", "营业组", "职级", "签约日期")
    _write(
        folder / "data" / "人员.csv", [heading, *((*row, "业务员", "2022-01-05") for row in rows)]
    )


def write_table(project: Project, name: str, rows: Iterable[Sequence[str]]) -> Path:
    """A table of the project's, such as 通讯录.csv."""
    file = project.folder / name
    _write(file, rows)
    return file


def _write(file: Path, rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
