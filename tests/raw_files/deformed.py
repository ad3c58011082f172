"""One world with a known answer, and the ways in which real exports deform it.

The ways are those that public files and public bug reports show. Each changes the files of the
world and nothing that is true in it: read right, the answer is the same.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from pathlib import Path

from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from raw_formats import Rows

Deform = Callable[["World"], None]

ROSTER: Rows = [
    ["工号", "姓名", "营业部", "签约日期", "解约日期"],
    ["00101", "甲一", "城东营业部", "2022-03-01", ""],
    ["00102", "甲二", "城东营业部", "2023-05-10", ""],
    ["00103", "甲三", "城东营业部", "2023-06-12", ""],
    ["00104", "乙一", "城西营业部", "2022-03-01", ""],
    ["00105", "乙二", "城西营业部", "2023-05-06", "2024-06-11"],
]
POLICIES: Rows = [
    ["保单号", "工号", "首年保费", "FYC", "承保日期"],
    ["8820240600000101", "00101", "10000", "3000", "2024-06-05"],
    ["8820240600000102", "00102", "20000", "6000", "2024-06-06"],
    ["8820240600000103", "00102", "3000", "900", "2024-06-07"],
    ["8820240600000104", "00104", "40000", "8000", "2024-06-08"],
    ["8820240600000105", "00104", "5000", "1500", "2024-06-20"],
]
ACTIVITIES: Rows = [
    ["日期", "工号", "拜访数"],
    ["2024-06-03", "00101", "3"],
    ["2024-06-04", "00102", "4"],
    ["2024-06-05", "00104", "5"],
]
OUTLETS: Rows = [["网点代码", "网点名称", "工号"], ["0011", "东支行", "00101"]]
OUTLETS += [["0012", "南支行", "00102"], ["0013", "西支行", "00104"]]

ANSWER = {
    "premium": 7_800_000,
    "fyc": 1_940_000,
    "pieces": 5,
    "in service": 4,
    "departments": {"城东营业部": 3_300_000, "城西营业部": 4_500_000},
    "visits": 12,
}

READ_RIGHT = {
    "line.totals", "file.repeated-in-newer-file", "agent.written-otherwise",
    "unit.written-otherwise", "outlet.written-otherwise", "agent.left-by-list",
    "policy.agent-by-outlet", "transfer.left", "transfer.no-move", "row.in-two-files",
    "id.digits-lost", "id.cut-at-15-digits", "column.formulas-computed",
    "line.struck-through", "row.said-not-to-count", "line.headings-again",
    "id.written-otherwise-in-file",
}  # fmt: skip
"""What is told where all is read right: it does not excuse a wrong number."""


class World:
    """The files, and how they are written."""

    def __init__(self) -> None:
        self.roster = [row.copy() for row in ROSTER]
        self.policies = [row.copy() for row in POLICIES]
        self.activities = [row.copy() for row in ACTIVITIES]
        self.above: Rows = []
        self.below: Rows = []
        self.write = "csv"
        self.write_roster = "csv"
        self.name = "保单"
        self.roster_name = "人员"
        self.more: dict[str, Rows] = {}
        self.older: dict[str, Rows] = {}

    def column(self, table: str, heading: str) -> int | None:
        """Where a heading still stands as it was."""
        head = getattr(self, table)[0]
        return head.index(heading) if heading in head else None


def rename(table: str, old: str, new: str) -> Deform:
    def deform(world: World) -> None:
        if (place := world.column(table, old)) is not None:
            getattr(world, table)[0][place] = new

    return deform


def each(table: str, heading: str, change: Callable[[str], str], every: int = 1) -> Deform:
    """Cells of a column written otherwise."""

    def deform(world: World) -> None:
        if (place := world.column(table, heading)) is None:
            return
        rows = getattr(world, table)[1:]
        if table == "policies":
            rows = rows + world.below
        for number, row in enumerate(rows):
            if row[place] and number % every == 0:
                with contextlib.suppress(ValueError):  # another way has written it otherwise
                    row[place] = change(row[place])

    return deform


def added(table: str, heading: str, cells: list[str], first: bool = False) -> Deform:
    """A column more."""

    def deform(world: World) -> None:
        rows = getattr(world, table)
        if heading in rows[0]:
            return
        more = rows + (world.below if table == "policies" else [])
        for number, row in enumerate(more):
            cell = heading if number == 0 else cells[(number - 1) % len(cells)]
            row.insert(0, cell) if first else row.append(cell)

    return deform


def in_unit(where: str, word: str, scale: int) -> Deform:
    def deform(world: World) -> None:
        places = [world.column("policies", name) for name in ("首年保费", "FYC")]
        if world.above or None in places:
            return
        if any(
            not c.replace(".", "").isdigit()
            for r in world.policies[1:]
            for c in (r[places[0]], r[places[1]])
        ):
            return
        for place in places:
            for row in world.policies[1:] + world.below:
                row[place] = f"{float(row[place]) / scale:.10f}".rstrip("0").rstrip(".")
            if where == "heading":
                world.policies[0][place] += f"（{word}）"
        if where == "above":
            world.above = [[f"单位：{word}", *[""] * (len(world.policies[0]) - 1)]]

    return deform


def total(label: str, day: str, where: str = "保单号") -> Deform:
    def deform(world: World) -> None:
        places = {n: world.column("policies", n) for n in ("首年保费", "FYC", "承保日期", where)}
        if None in places.values():
            return
        row = [""] * len(world.policies[0])
        try:
            for name in ("首年保费", "FYC"):
                amounts = [float(line[places[name]]) for line in world.policies[1:]]
                row[places[name]] = f"{sum(amounts):g}"
        except ValueError:
            return
        row[places["承保日期"]], row[places[where]] = day, label
        world.below.append(row)

    return deform


def written(kind: str, table: str = "policies") -> Deform:
    name = "write" if table == "policies" else "write_roster"
    return lambda world: setattr(world, name, kind)


def named(name: str) -> Deform:
    return lambda world: setattr(world, "name", name)


def left_as(word: str) -> Deform:
    def deform(world: World) -> None:
        if (place := world.column("roster", "解约日期")) is not None:
            for row in world.roster[1:]:
                row[place] = "离职" if row[place] else "在职"
            world.roster[0][place] = word

    return deform


def future(world: World) -> None:
    if (place := world.column("policies", "承保日期")) is not None:
        world.policies[3][place] = (dt.date.today() + dt.timedelta(800)).isoformat()


def older_export(world: World) -> None:
    world.older["保单202405.csv"] = [row.copy() for row in POLICIES[:4]]
    world.name = "保单202406"


def older_roster(world: World) -> None:
    before = [row.copy() for row in ROSTER[:-1]] + [[*ROSTER[-1][:4], ""]]
    world.older["人员202405.csv"] = before
    world.roster_name = "人员202406"


def older_numbers(form: Callable[[str], str]) -> Deform:
    """An older export that has lost, or still has, what is no digit of the numbers."""

    def deform(world: World) -> None:
        if (place := world.column("policies", "保单号")) is None or "保单202405.csv" in world.older:
            return
        if any(not row[place].isdigit() for row in world.policies[1:] + world.below):
            return
        for row in world.policies[1:] + world.below:
            row[place] = f"00{row[place]}"
        rows = [row.copy() for row in POLICIES[:4]]
        for row in rows[1:]:
            row[0] = form(f"00{row[0]}")
        world.older["保单202405.csv"] = rows
        world.name = "保单202406"

    return deform


def older_ids(world: World) -> None:
    """An older roster whose ids are numbers."""
    rows = [row.copy() for row in ROSTER]
    for row in rows[1:]:
        row[0] = row[0].lstrip("0")
    world.older["人员202405.csv"] = rows
    world.roster_name = "人员202406"


def older_products(before: str) -> Deform:
    """An older export that names products otherwise, or not at all."""

    def deform(world: World) -> None:
        if "险种" in world.policies[0] or "保单202405.csv" in world.older or world.below:
            return
        added("policies", "险种", ["终身寿"])(world)
        rows = [row.copy() for row in POLICIES[:4]]
        if before:
            rows = [[*row, before if number else "险种"] for number, row in enumerate(rows)]
        world.older["保单202405.csv"] = rows
        world.name = "保单202406"

    return deform


def correction(world: World) -> None:
    """A file with the right premium of a policy whose premium the list has wrong."""
    if (place := world.column("policies", "首年保费")) is None or world.above or world.below:
        return
    if world.policies[1][place] != POLICIES[1][2] or "保单更正.csv" in world.older:
        return
    world.policies[1][place] = "12345"
    world.older["保单更正.csv"] = [row.copy() for row in POLICIES[:2]]


def single_premium(world: World) -> None:
    """Premium that is paid once in a column of its own."""
    if (place := world.column("policies", "首年保费")) is None or world.below:
        return
    world.policies[0][place] = "期交保费"
    added("policies", "趸交保费", ["0"])(world)
    row = world.policies[2]
    row[place], row[-1] = "0", row[place]


def one_taken_back(world: World) -> None:
    """A policy, and the same with a negative premium."""
    places = [world.column("policies", name) for name in ("首年保费", "FYC")]
    if None in places or world.below or world.above:
        return
    row = one_more(world)
    for sign in ("", "-"):
        again = row.copy()
        for place in places:
            again[place] = sign + again[place]
        world.policies.append(again)


def later_year(world: World) -> None:
    """A row of the second year of a policy, as a column says."""
    added("policies", "保单年度", ["1"])(world)
    if world.policies[0][-1] == "保单年度":
        world.policies.append([*one_more(world)[:-1], "2"])


def activity_twice(world: World) -> None:
    world.more["活动上半月.csv"] = [row.copy() for row in world.activities[:3]]


def surrendered(world: World) -> None:
    """A policy of years ago that is given up now: no withdrawal."""
    rows = world.policies
    if "退保日期" in rows[0] or len(rows[0]) != len(POLICIES[0]) or world.below:
        return
    rows[0].append("退保日期")
    for row in rows[1:]:
        row.append("")


def leaver_list(world: World) -> None:
    if (place := world.column("roster", "解约日期")) is None or "离职.csv" in world.more:
        return
    days = [(row[0], row[place]) for row in world.roster[1:] if row[place]]
    world.more["离职.csv"] = [["工号", "离职日期"], *([who, day] for who, day in days)]
    for row in world.roster:
        del row[place]


def leaving_transfer(world: World) -> None:
    if (place := world.column("roster", "解约日期")) is None:
        return
    days = [(row[0], row[place]) for row in world.roster[1:] if row[place]]
    head = ["工号", "异动类型", "异动日期", "营业部"]
    world.more["异动.csv"] = [head, *([who, "离职", day, ""] for who, day in days)]
    for row in world.roster[1:]:
        row[place] = ""


def by_outlet(name: str) -> Deform:
    def deform(world: World) -> None:
        place = world.column("policies", "工号")
        if place is None or len(world.policies) != len(POLICIES):
            return
        codes = {row[2]: row for row in OUTLETS[1:]}
        column = 0 if name == "网点代码" else 1
        for row in world.policies[1:]:
            if row[place] in codes:
                row[place] = codes[row[place]][column]
        world.policies[0][place] = name
        world.more["网点.csv"] = [row.copy() for row in OUTLETS]

    return deform


def two_row_header(world: World) -> None:
    if world.above:
        return
    world.above = [["保单信息", "", "业绩", "", "日期", *[""] * (len(world.policies[0]) - 5)]]


def cut_ids(world: World) -> None:
    """16-digit numbers that Excel has kept as numbers."""
    if (place := world.column("policies", "保单号")) is not None:
        for row in world.policies[1:]:
            row[place] = row[place][:15] + "0"


def one_more(world: World) -> list[str]:
    """A policy like the first, of another number, that somebody says is none."""
    row = world.policies[1].copy()
    if (place := world.column("policies", "保单号")) is not None:
        row[place] = "8820240600000199"
    return row


def said_off(heading: str, word: str) -> Deform:
    """A policy that does not count, by what stands beside it."""

    def deform(world: World) -> None:
        if heading not in world.policies[0]:
            added("policies", heading, [""])(world)
            row = one_more(world)
            row[-1] = word
            world.below.insert(0, row)

    return deform


def wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def multiline(world: World) -> None:
    added("policies", "备注", ['甲,"乙\n丙'])(world)


LEFT_HEADINGS = (
    "离职时间", "离司时间", "离司日", "离职日", "退司日期", "终止日期", "离岗日期", "合同终止日期", "解除合同日期",
    "解约日期：在职不填", "离队的日子", "最后在岗", "Termination Date", "leave date",
)  # fmt: skip
DAY_FORMS: tuple[Callable[[str], str], ...] = (
    lambda day: day.replace("-", "."),
    lambda day: day.replace("-", "/") + " 星期三",
    lambda day: day.replace("-", ""),
    lambda day: day[2:].replace("-", "/"),
    lambda day: f"{day[5:7]}月{day[8:]}日",
    lambda day: f"{day[8:]}/{day[5:7]}/{day[:4]}",
    lambda day: f"{day[:4]}年{day[5:7]}月",
    lambda day: f"{day}T08:30:00Z",
    wide,
    lambda day: f"{day[:4]}、{int(day[5:7])}、{int(day[8:])}",
    lambda day: "2024.1",
)
MONEY_FORMS: tuple[Callable[[str], str], ...] = (
    lambda money: f"￥{money}",
    lambda money: f"{float(money):,.2f}",
    wide,
    lambda money: f"{float(money) / 10_000:g}万",
    lambda money: f"{money}元",
    lambda money: f"约{money}",
)
ID_FORMS: tuple[Callable[[str], str], ...] = (
    wide,
    lambda one: one.lstrip("0"),
    lambda one: f"{one} 甲",
    lambda one: f" {one}\u200b",
    lambda one: f"{one}.0",
    lambda one: f'="{one}"',
    lambda one: one[:-1],
)
UNIT_FORMS: tuple[Callable[[str], str], ...] = (
    lambda unit: unit.replace("营", " 营"),
    lambda unit: unit.replace("东", "東").replace("业", "業"),
    lambda unit: f"{unit}（筹）",
    lambda unit: unit.removesuffix("营业部"),
    lambda unit: unit.replace("营业部", "部"),
    lambda unit: f"{unit}（直营）",
)
NO_DAYS = ("在职", "至今", "长期", "未离职", "2999-12-31", "-", "待定", "空", "无")
PAY_MODES = (["10年交", "年交"], ["一次性交清", "限期年交"], ["不定期", "月付"], ["5"], ["趸", ""])


def never(word: str) -> Deform:
    def deform(world: World) -> None:
        if (place := world.column("roster", "解约日期")) is not None:
            for row in world.roster[1:]:
                row[place] = row[place] or word

    return deform


DEFORMATIONS: dict[str, Deform] = {
    **{f"left is {name}": rename("roster", "解约日期", name) for name in LEFT_HEADINGS},
    **{f"fyc is {name}": rename("policies", "FYC", name)
       for name in ("首期佣金", "佣金（元）", "手续佣金额", "首年度佣金", "commission", "佣 金")},
    **{f"premium is {name}": rename("policies", "首年保费", name)
       for name in ("保费", "首年保费（元）", "期交保费", "首年度保费*", "规模保费", "新单保费 元")},
    **{f"issued is {name}": rename("policies", "承保日期", name)
       for name in ("生效日", "承保日期：必填", "签单日期", "保单日期")},
    **{f"policy is {name}": rename("policies", "保单号", name) for name in ("保险单号", "保单编码", "合同号")},
    **{f"agent is {name}": rename("policies", "工号", name)
       for name in ("业务员代码", "员工 编号", "代理人", "营销员号")},
    **{f"department is {name}": rename("roster", "营业部", name)
       for name in ("部门", "所属营业部", "机构", "单位")},
    **{f"signed is {name}": rename("roster", "签约日期", name) for name in ("入司日期", "入职时间", "上岗日")},
    **{f"{word} {where}": in_unit(where, word, scale)
       for word, scale in (("万元", 10_000), ("万", 10_000), ("千元", 1_000))
       for where in ("heading", "above") if word != "万" or where == "heading"},
    **{f"{label} with {day or 'no day'} in {where}": total(label, day, where)
       for label in ("合计", "小计", "本页合计", "其中：期交", "00101 汇总", "总计", "全部")
       for day in ("", "2024-06-30") for where in ("保单号", "工号")},
    "人员状态": left_as("人员状态"), "状态": left_as("状态"), "是否在职": left_as("是否在职"),
    "future": future, "older export": older_export, "older roster": older_roster,
    "activity twice": activity_twice, "surrendered": surrendered,
    "older numbers without zeros": older_numbers(lambda number: number.lstrip("0")),
    "older numbers with marks": older_numbers(lambda number: f"{number[:6]}-{number[6:]}"),
    "older ids without zeros": older_ids, "correction": correction, "single premium": single_premium,
    "older export without products": older_products(""), "older export of other products": older_products("终身寿险（A款）"),
    "one taken back": one_taken_back, "later year": later_year,
    "leaver list": leaver_list, "leaving transfer": leaving_transfer,
    "by outlet": by_outlet("网点代码"), "by outlet's name": by_outlet("网点名称"),
    "two rows of headings": two_row_header, "cut ids": cut_ids, "several lines": multiline,
    **{f"policies as {kind}": written(kind) for kind in (
        "html", "tsv", "trailing", "subfolder", "gbk", "utf16", "semicolon", "xlsx", "xls", "months", "hidden",
        "uncomputed", "nested", "twice", "titled", "several tables", "txt", "xml", "repeated header", "blank rows",
        "struck xlsx", "struck xls", "struck html",
    )},
    **{f"{heading} {word}": said_off(heading, word) for heading, word in (
        ("备注", "作废"), ("备注", "此单已取消"), ("是否作废", "是"), ("保单状态", "作废"),
        ("状态", "已作废"), ("del_flag", "1"), ("处理意见", "重复录入"), ("说明", "录入错误"),
    )},
    **{f"roster as {kind}": written(kind, "roster") for kind in (
        "merged", "merged xls", "merged html", "first rows", "uncomputed", "xls", "departments", "gbk",
    )},
    **{f"day {n}": each("policies", "承保日期", form, 2) for n, form in enumerate(DAY_FORMS)},
    **{f"left {n}": each("roster", "解约日期", form) for n, form in enumerate(DAY_FORMS)},
    **{f"money {n}": each("policies", "首年保费", form, 2) for n, form in enumerate(MONEY_FORMS)},
    **{f"fyc {n}": each("policies", "FYC", form, 2) for n, form in enumerate(MONEY_FORMS)},
    **{f"id {n}": each("policies", "工号", form, 2) for n, form in enumerate(ID_FORMS)},
    **{f"unit {n}": each("roster", "营业部", form, 3) for n, form in enumerate(UNIT_FORMS)},
    **{f"no day {word}": never(word) for word in NO_DAYS},
    **{f"pay mode {n}": added("policies", "缴费方式", modes) for n, modes in enumerate(PAY_MODES)},
    "junk gender": added("roster", "性别", ["男", "不明"]),
    "junk pieces": added("policies", "件数", ["1", "一件"]),
    "number first": added("policies", "序号", ["1", "2", "3", "4", "5", "6"], first=True),
    **{f"file is {name}": named(name) for name in ("6月新单", "清单", "业绩明细", "承保清单（2）", "续期以外的保单")},
}  # fmt: skip


def answer(folder: Path) -> tuple[object, bool]:
    """The numbers, or why there are none; whether anything was told that could be wrong."""
    try:
        checked = check_project(Project(folder, Settings()))
    except InputError as error:
        return str(error), True
    tables = checked.tables
    told = any(problem.kind not in READ_RIGHT for problem in checked.problems)
    told |= any(one.matters for one in checked.left_out)
    if "policies" not in tables or "activities" not in tables:
        return None, told
    policies, agents = tables["policies"].data, tables["agents"].data
    units = dict(zip(agents["agent"].to_pylist(), agents["department"].to_pylist(), strict=True))
    premium = policies["premium"].to_pylist()
    departments: dict[str | None, int] = {}
    for agent, amount in zip(policies["agent"].to_pylist(), premium, strict=True):
        departments[units.get(agent)] = departments.get(units.get(agent), 0) + amount
    return {
        "premium": sum(premium),
        "fyc": sum(policies["fyc"].to_pylist()),
        "pieces": sum(policies["pieces"].to_pylist()),
        "in service": sum(left is None for left in agents["left"].to_pylist()),
        "departments": departments,
        "visits": sum(tables["activities"].data["visits"].to_pylist()),
    }, told
