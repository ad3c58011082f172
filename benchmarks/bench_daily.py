"""The daily workbooks of a branch of 650 people, collected.

Run ``python -m benchmarks.bench_daily``. Everybody has typed his day into his 客户经理工作日志, and
every team's manager has checked his people in 每日活动检查表; twice a day they come back, into a
folder of their own, and those of the days before are still there.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.collected_workbooks import Collected
from kpi_xl.circulation.distribute import distribute
from kpi_xl.jobs import start
from kpi_xl.project import Project
from kpi_xl.workbook import Template, read
from kpi_xl.workbook.slots import Slot

LOG: Final = "客户经理工作日志"
CHECK: Final = "每日活动检查表"
MONTH: Final = "2024-07"
FIRST: Final = dt.datetime(2024, 7, 1, 17, 0)

_LINES: Final = 4
_TYPED: Final = {
    "visits.时间": "10:30", "visits.网点": "人民路支行", "visits.原因": "转介绍客户",
    "visits.效果": "约好下周再谈", "visits.意向客户": "李女士",
}  # fmt: skip


def typed_log(slots: dict[str, Slot], day: int, version: int) -> dict[str, Any]:
    """The values of a log until a day of the first week: three visits and two counts a day."""
    found: dict[str, Any] = {
        f"input.week1.{name}": [
            text if line % _LINES < _LINES - 1 and line < day * _LINES else None
            for line in range(slots[f"input.week1.{name}"].rows)
        ]
        for name, text in _TYPED.items()
    }
    for one in range(1, day + 1):
        found[f"input.week1.day{one}.洽谈人数"] = 3 + (version if one == day else 0)
        found[f"input.week1.day{one}.意向客户数"] = 1
        found[f"input.week1.day{one}.心得"] = "多问一句家里的情况"
    return found


def typed_check(file: Path, slots: dict[str, Slot], day: int, version: int) -> dict[str, Any]:
    """The values of a manager's check of everybody until a day."""
    last = (FIRST + dt.timedelta(days=day - 1)).date()
    dates: Any = read(file)["week1.checks.日期"]
    until = [isinstance(one, dt.date) and one <= last for (one,) in dates]
    found = {"拜访数": 4 + version, "洽谈人数": 2, "约访数": 5}
    return {
        f"week1.checks.{name}": [count if there else None for there in until]
        for name, count in found.items()
    } | {"input.week1.checks.日志": ["已查" if there else None for there in until]}


def saved(content: bytes, when: dt.datetime) -> bytes:
    """The workbook as saved at a time."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", 8) as made:
        for entry in source.infolist():
            part = source.read(entry)
            if entry.filename == "docProps/core.xml":
                stamp = rb"\g<1>" + when.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", stamp, part)
            made.writestr(entry.filename, part)
    return out.getvalue()


def comes_back(project: Project, day: int, version: int) -> int:
    """Everybody's workbooks come back, after a day's work; how many they are."""
    when = FIRST + dt.timedelta(days=day - 1, hours=2 * version)
    sent = project.output / MONTH / "下发"
    count = 0
    for file in sorted(sent.rglob("*.xlsx")):
        template = Template(file.name, file.read_bytes())
        slots = dict(template.slots)
        if LOG in file.parts:
            values = typed_log(slots, day, version)
        else:
            values = typed_check(file, slots, day, version)
        place = project.returned / f"{day:02d}-{version}" / file.relative_to(sent)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(saved(template.fill(values), when))
        count += 1
    return count


def timed(project: Project, expected: int) -> float:
    """The seconds that a collection takes, of which so many workbooks count."""
    begin = time.perf_counter()
    done: Collected = collect(project)
    seconds = time.perf_counter() - begin
    assert len(done.taken) == expected, (len(done.taken), expected)
    assert not done.aside and not [one for one in done.problems if not one.taken]
    return seconds


def figures(quick: bool = True) -> Iterator[tuple[str, float, str]]:
    """Name, value and unit of every figure."""
    days = 2 if quick else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "branch"
        start.sample(folder)
        project = Project.open(folder)
        for template in (LOG, CHECK):
            distribute(project, template, MONTH)
        taken = []
        for day in range(1, days + 1):
            for version in (0, 1):
                count = comes_back(project, day, version)
                taken.append(timed(project, count))
        yield "daily_workbooks", count, "workbooks"
        yield "daily_collect_first", taken[0], "s"
        yield "daily_collect_second_return", taken[1], "s"
        yield "daily_collect_last_of_all_days", taken[-1], "s"
        yield "daily_collect_nothing_new", timed(project, count), "s"


if __name__ == "__main__":
    for name, value, unit in figures("--full" not in sys.argv):
        print(f"{name} {value:.3g} {unit}", flush=True)
