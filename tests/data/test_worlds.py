"""One world with a known answer, deformed as real exports are: right, or refused, or told.

What counts is that no number is wrong in silence.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi_xl.data.check import check_project
from kpi_xl.errors import InputError
from kpi_xl.project import Project, Settings

Rows = list[list[str]]
ROSTER: Rows = [
    ["工号", "姓名", "营业部", "签约日期", "解约日期"],
    ["00101", "甲一", "城东营业部", "2022-03-01", ""],
    ["00102", "甲二", "城东营业部", "2023-05-10", ""],
    ["00104", "乙一", "城西营业部", "2022-03-01", ""],
    ["00105", "乙二", "城西营业部", "2023-05-06", "2024-06-11"],
]
POLICIES: Rows = [
    ["保单号", "工号", "首年保费", "FYC", "承保日期"],
    ["P01", "00101", "10000", "3000", "2024-06-05"],
    ["P02", "00102", "20000", "6000", "2024-06-06"],
    ["P03", "00102", "3000", "900", "2024-06-07"],
    ["P04", "00104", "40000", "8000", "2024-06-08"],
    ["P05", "00104", "5000", "1500", "2024-06-20"],
]
ANSWER = (7_800_000, 1_940_000, 3)


class World:
    """The files, and how they are written."""

    def __init__(self) -> None:
        self.roster = [row.copy() for row in ROSTER]
        self.policies = [row.copy() for row in POLICIES]
        self.above: Rows = []
        self.below: Rows = []
        self.write = "csv"
        self.name = "保单"
        self.again: Rows | None = None


def rename(table: str, old: str, new: str) -> Callable[[World], None]:
    def deform(world: World) -> None:
        head = getattr(world, table)[0]
        if old in head:
            head[head.index(old)] = new

    return deform


def in_wan(where: str) -> Callable[[World], None]:
    def deform(world: World) -> None:
        if world.above or "（万" in str(world.policies[0]):
            return
        head = world.policies[0]
        for place in (2, 3):
            for row in world.policies[1:] + world.below:
                row[place] = f"{float(row[place]) / 10_000:g}"
            if where == "heading":
                head[place] += "（万）"
        if where == "above":
            world.above = [["单位：万元", "", "", "", ""]]

    return deform


def total(label: str, day: str) -> Callable[[World], None]:
    def deform(world: World) -> None:
        sums = [f"{sum(float(row[place]) for row in world.policies[1:]):g}" for place in (2, 3)]
        world.below.append([label, "x" if day else "", *sums, day])

    return deform


def left_as(word: str) -> Callable[[World], None]:
    def deform(world: World) -> None:
        world.roster = [[*row[:4], "离职" if row[4] else "在职"] for row in world.roster]
        world.roster[0] = [*ROSTER[0][:4], word]

    return deform


def future(world: World) -> None:
    world.policies[3][4] = (dt.date.today() + dt.timedelta(800)).isoformat()


def written(kind: str) -> Callable[[World], None]:
    return lambda world: setattr(world, "write", kind)


def older_export(world: World) -> None:
    world.again = [row.copy() for row in world.policies[:4]]


DEFORMATIONS = [
    *(rename("roster", "解约日期", name) for name in ("离司时间", "退司日期", "离队的日子", "终止日")),
    *(rename("policies", "FYC", name) for name in ("首期佣金", "佣金（元）", "手续佣金额")),
    *(rename("policies", "首年保费", name) for name in ("保费", "首年保费（元）", "期交保费")),
    *(rename("policies", "承保日期", name) for name in ("生效日", "承保日期：必填")),
    in_wan("heading"),
    in_wan("above"),
    *(total(label, day) for label in ("合计", "小计", "本页合计", "其中") for day in ("", "2024-06-30")),
    left_as("人员状态"),
    left_as("状态"),
    future,
    *(written(kind) for kind in ("html", "tsv", "trailing", "subfolder")),
    older_export,
]  # fmt: skip


def lay_down(world: World, folder: Path) -> None:
    data = folder / "data"
    data.mkdir()
    (data / "人员.csv").write_text("\n".join(map(",".join, world.roster)), encoding="utf-8")
    rows = [*world.above, *world.policies, *world.below]
    name = "保单202406.csv" if world.again else "保单.csv"
    if world.again:
        old = "\n".join(map(",".join, [*world.above, *world.again]))
        (data / "保单202405.csv").write_text(old, encoding="utf-8")
    if world.write == "html":
        body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
        page = f"<html><body><table>{body}</table></body></html>"
        (data / name.replace("csv", "xls")).write_text(page, encoding="utf-8")
    elif world.write == "tsv":
        text = "\n".join(map("\t".join, rows))
        (data / name.replace("csv", "xls")).write_bytes(text.encode("gb18030"))
    else:
        end = "," if world.write == "trailing" else ""
        place = data / "六月" if world.write == "subfolder" else data
        place.mkdir(exist_ok=True)
        head = len(world.above) + 1
        lines = [",".join(row) + (end if n >= head else "") for n, row in enumerate(rows)]
        (place / name).write_text("\n".join(lines), encoding="utf-8")


def outcome(world: World) -> tuple[object, bool]:
    """The numbers, or why there are none; whether anything was told."""
    with tempfile.TemporaryDirectory() as folder:
        lay_down(world, Path(folder))
        try:
            checked = check_project(Project(Path(folder), Settings()))
        except InputError as error:
            return str(error), True
        tables = checked.tables
        if "policies" not in tables:
            return None, any(one.matters for one in checked.left_out)
        policies, agents = tables["policies"].data, tables["agents"].data
        found = (
            sum(policies["premium"].to_pylist()),
            sum(policies["fyc"].to_pylist()),
            sum(left is None for left in agents["left"].to_pylist()),
        )
        totals = {"line.totals", "file.repeated-in-newer-file"}
        told = any(problem.kind not in totals for problem in checked.problems)
        return found, told or any(one.matters for one in checked.left_out)


def test_as_it_is() -> None:
    assert outcome(World()) == (ANSWER, False)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(DEFORMATIONS), min_size=1, max_size=3, unique=True))
def test_no_number_is_wrong_in_silence(deformations: list[Callable[[World], None]]) -> None:
    world = World()
    for deform in deformations:
        deform(world)
    found, told = outcome(world)
    assert found == ANSWER or told
