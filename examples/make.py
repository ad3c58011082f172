"""Write the raw files of the examples and some of what comes of them: ``python -m examples.make``.

The same every time.

The insurance branch and the car dealer are cut from the samples of `kpi-xl sample` as they are,
small enough to be read; the bank team is played out here. What comes of them is in 成品, to be
looked at without running anything. The files are in the repository: nobody needs to run this but
whoever changes it, who then counts the READMEs' numbers again, or changes a template.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import openpyxl

from kpi_xl.calendar import Month
from kpi_xl.jobs.check import check
from kpi_xl.jobs.fill import refresh
from kpi_xl.project import Project
from kpi_xl.sample import write_sample
from kpi_xl.sample.files import csv_file, workbook_file
from kpi_xl.system.files import write_whole

HERE: Final = Path(__file__).parent
Rows = list[list[Any]]


def main() -> None:
    """Write the files of all three, then what comes of them."""
    for folder, files in (
        ("life-branch", life_branch()),
        ("bank-team", bank_team()),
        ("car-dealer", car_dealer()),
    ):
        for name, content in files.items():
            write_whole(HERE / folder / "data" / name, content)
    for folder in RESULTS:
        for name, content in results(folder).items():
            write_whole(HERE / folder / "成品" / name, content)


MONTH: Final = "2024-06"
RESULTS: Final = {
    "life-branch": ("校验报告.xlsx", f"{MONTH}/月度KPI表/滨江营业部.xlsx"),
    "bank-team": (f"{MONTH}/月度KPI表/江北银保部.xlsx",),
    "car-dealer": (f"{MONTH}/销售漏斗月报/城西店.xlsx",),
}
"""What is kept of each example's output."""


def results(example: str) -> dict[str, bytes]:
    """What ``kpi-xl refresh`` makes of an example, by file name."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / example
        folder.mkdir()
        shutil.copytree(HERE / example / "data", folder / "data")
        shutil.copy(HERE / example / "kpi.toml", folder)
        project = Project.open(folder)
        check(project)
        refresh(project, MONTH)
        files = (project.output / file for file in RESULTS[example])
        return {file.name: file.read_bytes() for file in files}


# ---------------------------------------------------------------------------------------------
# 寿险营业部: four teams of the sample branch


_TEAMS: Final = ("高新一组", "高新二组", "滨江一组", "滨江二组")
_LIFE: Final = (dt.date(2023, 5, 1), dt.date(2024, 1, 1))
"""From when on policies, and from when on dues, activities and attendance are kept."""


def life_branch() -> dict[str, bytes]:
    """人员.xlsx and what belongs to its people."""
    raw = _sample("insurance")
    heading, *people = raw["人员"]
    team = heading.index("营业组")
    people = [row for row in people if row[team] in _TEAMS]
    ids = {row[0] for row in people}
    begin, late = (day.isoformat() for day in _LIFE)
    kept: dict[str, Callable[[dict[str, str]], bool]] = {
        "保单": lambda row: row["工号"] in ids and row["承保日期"] >= begin,
        "续期": lambda row: row["工号"] in ids and row["应收日期"] >= late,
        "活动": lambda row: row["工号"] in ids and row["日期"] >= late,
        "出勤": lambda row: row["工号"] in ids and row["日期"] >= late,
    }
    files = {
        "人员.xlsx": workbook_file(
            "花名册", heading, people, widths=(10, 9, 15, 13, 12, 9, 6, 8, 29, 13, 13, 13),
            titles=("江南支公司业务员花名册", "截至 2024-06-30"),
        )
    }  # fmt: skip
    for table, keep in kept.items():
        files[f"{table}.csv"] = _cut(raw[table], keep)
    wanted = {"高新营业部", "滨江营业部"}
    goals = [
        row
        for row in raw["目标"][1:]
        if row[0] >= "2024-01" and row[1] == "营业组" and row[2].partition("/")[2] in _TEAMS
    ]
    assert {row[2].partition("/")[0] for row in goals} == wanted
    files["目标.csv"] = csv_file(raw["目标"][0], goals, "utf-8-sig")
    return files


# ---------------------------------------------------------------------------------------------
# 银保团队: two teams of 客户经理 who look after the counters of banks


_MONTHS: Final = [Month.of(2023, 7) + n for n in range(12)]
_FADES: Final = ("西片组", Month.of(2024, 4))
"""From here on one team leaves half its outlets alone."""
_NAMES: Final = (
    "周敏", "吴倩", "郑凯", "王蕾", "冯涛", "陈曦",
    "褚亮", "卫婷", "蒋峰", "沈月", "韩冰", "杨帆",
)  # fmt: skip
_BANKS: Final = ["工行", "农行", "中行", "建行", "邮储", "江城商行"]
_PLACES: Final = ["人民路", "解放路", "中山路", "江北", "新华街", "火车站", "大学路", "河滨"]
_PRODUCTS: Final = (
    ("鑫享年金", "年交", 0.12),
    ("安盈两全", "趸交", 0.03),
    ("福佑终身寿", "年交", 0.2),
)


def bank_team() -> dict[str, bytes]:
    """Two managers, ten 客户经理, twenty outlets, a year."""
    dice = random.Random(20240630)
    people, outlets = [], []
    for n, name in enumerate(_NAMES):
        team = "东片组" if n < 6 else "西片组"
        manager = n % 6 == 0
        number = f"YB{n + 1:03d}"
        hired = dt.date(2021, 1, 11) + dt.timedelta(days=45 * n)
        rank = "团队经理" if manager else "客户经理"
        people.append(
            [number, name, "江北银保部", team, rank, "是" if manager else "否", hired, None]
        )
        for _ in range(0 if manager else 2):
            place = len(outlets)
            bank, street = _BANKS[place % 6], _PLACES[place * 3 % 8]
            outlets.append([f"W{place + 1:02d}", f"{bank}{street}网点", number, hired])
    sold, seen = [], []
    for month in _MONTHS:
        for place, (outlet, _, number, _) in enumerate(outlets):
            team = "东片组" if place < 10 else "西片组"
            left_alone = team == _FADES[0] and month >= _FADES[1] and place % 2 == 1
            for week in range(4):
                day = month.first + dt.timedelta(days=7 * week + int(dice.random() * 5))
                visits = 0 if left_alone and dice.random() < 0.8 else 1 + int(dice.random() * 3)
                talks = sum(dice.random() < 0.45 for _ in range(visits * 2))
                closed = sum(dice.random() < 0.32 for _ in range(talks))
                if visits:
                    asked = visits + int(dice.random() * 2)
                    seen.append([day, number, outlet, asked, visits, talks, closed, talks - closed])
                for _ in range(closed):
                    product, pays, rate = _PRODUCTS[int(dice.random() * 3)]
                    premium = (1 + int(dice.random() * 9)) * (10_000 if pays == "趸交" else 2_000)
                    policy = f"YB{2000_0001 + len(sold)}"
                    fyc = f"{premium * rate:.2f}"
                    sold.append([policy, number, product, 1, premium, fyc, pays, outlet, day])
    goals = [
        [str(month), "分公司", "江城支公司银保条线", kpi, value]
        for month in _MONTHS
        for kpi, value in (("首年度保费", 900_000), ("网点活动率", 0.8), ("签单率", 0.3))
    ]
    return {
        "客户经理名单.csv": csv_file(
            ["客户经理编号", "姓名", "部门", "团队", "职务", "是否主管", "入职日期", "离职日期"],
            people, "gb18030",
        ),
        "网点.csv": csv_file(
            ["网点代码", "网点名称", "客户经理工号", "合作日期"], outlets, "gb18030"
        ),
        "银保保单.csv": csv_file(
            ["保单号", "客户经理编号", "产品", "件数", "规模保费", "FYC", "缴费方式", "出单网点",
             "承保日期"],
            sold, "gb18030",
        ),
        "工作日志汇总.csv": csv_file(
            ["日期", "客户经理编号", "拜访网点", "约访", "拜访", "洽谈", "促成", "意向客户"],
            seen, "gb18030",
        ),
        "目标.csv": csv_file(["月份", "层级", "单位", "指标", "目标值"], goals, "gb18030"),
    }  # fmt: skip


# ---------------------------------------------------------------------------------------------
# 汽车经销商: four stores of the sample dealer


_STORES: Final = ("城东店", "城西店", "机场店", "滨江店")
_DEALER: Final = dt.date(2023, 7, 1)


def car_dealer() -> dict[str, bytes]:
    """人员.csv, 计数.csv, 出勤.csv, 目标.csv of a year."""
    raw = _sample("dealer")
    heading, *people = raw["人员"]
    people = [row for row in people if row[heading.index("门店")] in _STORES]
    ids = {row[0] for row in people}
    begin = _DEALER.isoformat()
    goals = [row for row in raw["目标"][1:] if row[0] >= begin[:7] and row[2] in _STORES]
    counts = [row for row in raw["计数"][1:] if row[1] in ids and row[0] >= begin]
    return {
        "人员.csv": csv_file(heading, people, "utf-8-sig"),
        "计数.csv": csv_file(raw["计数"][0], _by_month(counts), "utf-8-sig"),
        "出勤.csv": _cut(raw["出勤"], lambda row: row["工号"] in ids and row["日期"] >= begin),
        "目标.csv": csv_file(raw["目标"][0], goals, "utf-8-sig"),
    }


def _by_month(counts: Rows) -> Rows:
    """Counts of days as counts of months, on each month's last day."""
    summed: Counter[tuple[dt.date, str, str]] = Counter()
    for day, person, item, quantity in counts:
        summed[Month.parse(day[:7]).last, person, item] += int(quantity)
    return [[*key, quantity] for key, quantity in sorted(summed.items())]


# ---------------------------------------------------------------------------------------------


def _sample(trade: str) -> dict[str, Rows]:
    """The rows of a sample's files by table, headings first."""
    with tempfile.TemporaryDirectory() as folder:
        files = write_sample(Path(folder) / trade, trade=trade)
        return {file.stem: _rows(file) for file in files if file.suffix in (".csv", ".xlsx")}


def _rows(file: Path) -> Rows:
    if file.suffix == ".csv":
        content = file.read_bytes()
        encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "gb18030"
        return list(csv.reader(io.StringIO(content.decode(encoding))))
    sheet = openpyxl.load_workbook(file).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    first = next(n for n, row in enumerate(rows) if row[0] in ("工号", "月份"))
    dates = (dt.datetime,)
    return [[c.date() if isinstance(c, dates) else c for c in row] for row in rows[first:]]


def _cut(rows: Rows, keep: Callable[[dict[str, str]], bool]) -> bytes:
    heading, *lines = rows
    kept: Iterable[Sequence[Any]] = (
        line for line in lines if keep(dict(zip(heading, line, strict=True)))
    )
    return csv_file(heading, kept, "utf-8-sig")


if __name__ == "__main__":
    main()
