"""Random declarations of measures: as somebody types them, and what they mean row by row.

The text is made here and the meaning beside it, so that neither the reader nor the SQL is asked what
it means.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from hypothesis import assume
from hypothesis import strategies as st

from kpi_xl.definitions.own_kpis import Definition, Place
from kpi_xl.settings.weights import WeightTable

HERE = Place(None)
KINDS = {
    "保单": {
        "险种": "text", "件数": "count", "首年保费": "money", "FYC": "money", "缴费方式": "choice",
        "主附险": "flag", "网点": "text", "承保日期": "date", "终止日期": "date", "撤单日期": "date",
    },
    "续期": {"保单号": "text", "应收保费": "money", "应收日期": "date", "实收日期": "date"},
    "活动": {"拜访数": "count", "约访数": "count", "日期": "date"},
    "人员": {"签约日期": "date", "学历": "text", "性别": "choice", "是否主管": "flag"},
    "计数": {"项目": "item", "数量": "money", "日期": "date"},
}  # fmt: skip
CODES = {
    "险种": "product", "件数": "pieces", "首年保费": "premium", "FYC": "fyc", "缴费方式": "pay_mode",
    "主附险": "is_main", "网点": "outlet", "承保日期": "issued", "终止日期": "ended",
    "撤单日期": "withdrawn", "保单号": "policy", "应收保费": "due_premium", "应收日期": "due",
    "实收日期": "paid", "拜访数": "visits", "约访数": "appointments", "签约日期": "signed",
    "学历": "education", "性别": "gender", "是否主管": "is_manager", "项目": "item",
    "数量": "quantity",
}  # fmt: skip
ROWS = {
    "保单": "policies",
    "续期": "dues",
    "活动": "activities",
    "人员": "agents",
    "计数": "counts",
}
DAY = {"保单": "承保日期", "续期": "应收日期", "活动": "日期", "人员": "签约日期", "计数": "日期"}
WORDS = {
    "险种": ["年金险", "重疾险", "'年金险'", "it's"], "网点": ["W1", "W2", "W(1)"],
    "保单号": ["P1", "P2", "$first"], "学历": ["本科", "大专"], "性别": ["男", "女"],
    "缴费方式": ["年交", "半年交", "季交", "月交", "期交", "趸交"],
}  # fmt: skip
ITEMS = {"进店人数": "visitors", "成交笔数": "deals", "销售额": "sales"}
FLAGS = {"主附险": {"主险": True, "附加险": False}, "是否主管": {"是": True, "否": False}}

Row = dict[str, object]
Meaning = Callable[[Row], bool]
Reaches = Callable[[list[tuple[Row, Fraction]], int], bool]
"""Whether rows, each with its weight, come to enough over so many months."""


def code(column: str) -> str:
    return "day" if column == "日期" else CODES[column]


@dataclass(frozen=True)
class Declared:
    """A definition, the weights that it needs, and what it means."""

    fields: dict[str, str]
    table: str
    take: str
    column: str
    day: str
    meets: Meaning
    weigh: Callable[[Row], Fraction]
    weights: WeightTable | None
    reaches: Reaches | None = None

    def definition(self) -> Definition:
        return Definition(HERE, self.fields)


def quoted(word: str) -> str:
    return f'"{word}"' if "'" in word or "(" in word else word


@st.composite
def comparisons(draw, table):  # noqa: PLR0911 - a return for each kind of condition
    """A condition of one column, as text and as a predicate."""
    column = draw(st.sampled_from(sorted(KINDS[table])))
    kind, of = KINDS[table][column], code(column)
    if kind in ("text", "choice"):
        words = WORDS[column]
        how = draw(st.sampled_from(["=", "≠", "属于", "不属于", "空", "不空", "包含", "开头是"]))
        some = draw(st.lists(st.sampled_from(words), min_size=1, max_size=3))
        plain = [w.strip("'") if w == "'年金险'" else w for w in some]
        if how in ("包含", "开头是") and kind == "text":
            part = plain[0][: draw(st.integers(1, 2))]
            if how == "包含":
                return (
                    f"{column} 包含 {quoted(part)}",
                    lambda r: r[of] is not None and part in r[of],
                )
            return (
                f"{column} 开头是 {quoted(part)}",
                lambda r: r[of] is not None and r[of].startswith(part),
            )
        if how == "空":
            return f"{column}为空", lambda r: r[of] is None
        if how == "不空":
            return f"{column} 不为空", lambda r: r[of] is not None
        if how in ("属于", "不属于"):
            listed = "{" + "，".join(map(quoted, plain)) + "}"
            positive = how == "属于"
            return f"{column} {how} {listed}", lambda r: (r[of] in plain) == positive
        sign = "<>" if how == "≠" else "="
        return f"{column}{sign}{quoted(plain[0])}", lambda r: (r[of] == plain[0]) == (sign == "=")
    if kind == "item":
        word = draw(st.sampled_from(sorted(ITEMS)))
        return f"{column} = {word}", lambda r: r[of] == ITEMS[word]
    if kind == "flag":
        word = draw(st.sampled_from(sorted(FLAGS[column])))
        return f"{column} 是 {word}", lambda r: r[of] == FLAGS[column][word]
    sign, compare = draw(
        st.sampled_from(
            [
                (">=", lambda a, b: a >= b), ("＜", lambda a, b: a < b), ("≤", lambda a, b: a <= b),
                ("大于", lambda a, b: a > b), ("=", lambda a, b: a == b),
            ]
        )
    )  # fmt: skip
    if kind == "date":
        value = draw(st.dates(dt.date(2024, 1, 1), dt.date(2024, 6, 30)))
        text = value.isoformat()
    else:
        value = draw(st.integers(0, 9) if kind == "count" else st.integers(-500, 10**6))
        text = str(value) if kind == "count" else f"{Decimal(value) / 100:.2f}"
    return (
        f"{column} {sign} {text}",
        lambda r: r.get(of) is not None and compare(r[of], value),
    )


@st.composite
def conditions(draw, table, depth=2):
    if depth == 0 or draw(st.booleans()):
        return draw(comparisons(table))
    how = draw(st.sampled_from(["且", "或", "非"]))
    one, meets_one = draw(conditions(table, depth - 1))
    if how == "非":
        return f"非（{one}）", lambda r: not meets_one(r)
    other, meets_other = draw(conditions(table, depth - 1))
    if how == "且":
        return f"({one}) 且 ({other})", lambda r: meets_one(r) and meets_other(r)
    return f"({one}) 或 ({other})", lambda r: meets_one(r) or meets_other(r)


@st.composite
def bounds(draw, table, is_of_people, is_weighted):
    """A bound on what somebody's rows come to, as text and as a predicate."""
    numbers = [c for c, kind in KINDS[table].items() if kind in ("money", "count")]
    column = draw(st.sampled_from(["", *sorted(numbers)]))
    is_money = bool(column) and KINDS[table][column] == "money"
    often = draw(st.sampled_from(["", "", "每月", "每期"]))
    is_monthly = often != "每期" if is_of_people else often == "每月"
    words, compare = draw(
        st.sampled_from(
            [
                ([">=", "≥", " 不少于 ", "达到"], lambda a, b: a >= b),
                ([">", "＞", "多于"], lambda a, b: a > b),
                (["<=", "不超过"], lambda a, b: a <= b),
                (["<", " 少于 "], lambda a, b: a < b),
            ]
        )
    )
    bound = draw(st.integers(0, 10**6) if is_money else st.integers(-1, 6))
    said = draw(st.sampled_from(words))
    text = draw(st.sampled_from([f"{Decimal(bound) / 100:,.2f}", f"{Decimal(bound) / 100}元"]))
    named = draw(st.sampled_from(["合计 {}", "合计（{}）", "{}合计", "SUM({})"])).format(column)
    counted = draw(st.sampled_from(["计数", "笔数"]))
    text = f"{often}{named if column else counted}{said}{text if is_money else bound}"
    # Any at all is any in a quarter, too.
    is_any = bound == 1 and not is_money and not is_weighted

    def reaches(rows, months):
        values = [(1 if not column else row[code(column)], weight) for row, weight in rows]
        total = sum((value * weight for value, weight in values if value is not None), Fraction(0))
        if is_any and said.strip() in (">=", "≥", "不少于", "达到"):
            return total > 0
        if is_any and said.strip() in ("<", "少于"):
            return total <= 0
        return compare(total, bound * (months if is_monthly else 1))

    return text, reaches


@st.composite
def reaching(draw, table, is_of_people, is_weighted):
    """What must be reached; not what nobody's rows do."""
    some = [draw(bounds(table, is_of_people, is_weighted)) for _ in range(draw(st.integers(1, 2)))]
    if len(some) == 1:
        text, reaches = some[0]
    else:
        (one, first), (other, second) = some
        how = draw(st.sampled_from(["且", "或", "且 非"]))
        other = f"（{other}）"
        text = f"{one} {how} {other}"

        def reaches(rows, months):
            if how == "或":
                return first(rows, months) or second(rows, months)
            return first(rows, months) and second(rows, months) == (how == "且")

    assume(not reaches([], 1))
    return text, reaches


@st.composite
def declarations(draw, name):
    table = draw(st.sampled_from(sorted(KINDS)))
    columns = KINDS[table]
    numbers = [c for c, kind in columns.items() if kind in ("money", "count")]
    texts = [c for c, kind in columns.items() if kind in ("text", "choice", "date")]
    takes = ["计数", "去重人数", *(["去重"] if texts else [])]
    takes += ["占比", *(["合计", "平均", "最大", "最小"] if numbers else [])]
    take = draw(st.sampled_from(takes))
    column = ""
    if take == "去重":
        column = draw(st.sampled_from(sorted(texts)))
    elif take == "占比":
        column = draw(st.sampled_from(["", *sorted(numbers)]))
    elif take not in ("计数", "去重人数"):
        column = draw(st.sampled_from(sorted(numbers)))
    fields = {"名称": name, "表": table, "统计": f"{take} {column}".strip()}
    days = [c for c, kind in columns.items() if kind == "date"]
    day = draw(st.sampled_from(days))
    if day != DAY[table] or draw(st.booleans()):
        fields["日期列"] = day
    meets: Meaning = lambda r: True  # noqa: E731 - beside those that are drawn
    if take == "占比" or draw(st.booleans()):
        fields["条件"], meets = draw(conditions(table))
    weights, weigh = None, lambda r: Fraction(1)
    must = take in ("去重人数", "去重") and draw(st.booleans())
    if table == "保单" and (take in ("合计", "计数", "占比") or must) and draw(st.booleans()):
        fields["折算"] = f"表{name}"
        some = [draw(st.decimals(0, 9, places=draw(st.integers(0, 4)))) for _ in range(3)]
        lines = [["年交", "", str(some[0])], ["", ">=2", str(some[1])], ["其他", "", str(some[2])]]
        weights = WeightTable(None, None, table, ("缴费方式", "件数", "系数"), lines)

        def weigh(r):
            at = 0 if r["pay_mode"] == "年交" else 1 if r["pieces"] >= 2 else 2
            return Fraction(some[at])

    reaches = None
    if must:
        fields["达标"], reaches = draw(reaching(table, take == "去重人数", weights is not None))
    return Declared(fields, table, take, column, day, meets, weigh, weights, reaches)


DECLARED = st.integers(1, 3).flatmap(
    lambda number: st.tuples(*(declarations(f"自有{i}") for i in range(number)))
)


def settings_of(declared):
    """What of a project's settings says what is declared."""
    return {
        "definitions": tuple(one.definition() for one in declared),
        "weights": {one.fields["折算"]: one.weights for one in declared if one.weights},
    }


STANDING = tuple(
    Definition(Place(Path("kpi.toml"), None, None), {"名称": name, **fields})
    for name, fields in {
        "在保件数": {"表": "保单", "统计": "合计 件数", "截止列": "终止日期"},
        "在保保费": {"表": "保单", "统计": "平均 首年保费", "截止列": "终止日期"},
        "撤单天数": {"表": "保单", "统计": "平均 天数(承保日期, 撤单日期)", "日期列": "撤单日期"},
        "最长天数": {"表": "保单", "统计": "最大 天数(承保日期, 撤单日期)"},
    }.items()
)
"""What stands at a month's end, and days between days: engines must agree on these as well."""
