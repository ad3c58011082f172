"""``make study``: run the simulations, write docs/calibration.md (in English too), its pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

from benchmarks.study import diagnosis, follow_up, month_end, odd, signals, stable, survival
from benchmarks.study.english import english
from kpi_xl.analysis.follow_up import FEWEST_CHANGES

mpl.use("svg")
import matplotlib.pyplot as plt

_DOCS = Path(__file__).parents[2] / "docs"
_PICTURES = _DOCS / "pictures"
_TEAL, _AMBER, _GREY = "#00796b", "#b26a00", "#757575"

Curves = Mapping[str, Sequence[float]]


def main() -> None:
    """Write the page."""
    plt.rcParams["font.sans-serif"] = ["Noto Sans CJK SC", "Noto Sans CJK JP", "sans-serif"]
    plt.rcParams["axes.unicode_minus"] = False
    parts = [_follow_up(), _diagnosis(), _odd(), _month_end(), _signals(), _survival()]
    text = "\n".join(["# 校准：统计说的话，模拟里兑现多少", "", _HEAD, *parts])
    (_DOCS / "calibration.md").write_text(text, encoding="utf-8")
    (_DOCS / "en" / "calibration.md").write_text(english(text), encoding="utf-8")


_HEAD = """\
每一句统计上的话都有说错的时候。下面用模拟的世界（种子固定，每次一样）量出说错多少、看得出多少。
世界是编的，只说明方法本身；自己的数据上预测差多少，看进度表上的“往月同一天的预测，平均差多少”。
重新量一次：`make study`，几分钟。
"""


def _follow_up() -> str:
    worst = 0.0
    rows = []
    for kind, units, who, wander, shares in follow_up.without_effect(rounds=6400):
        claimed = float(shares[0] + shares[2])
        worst = max(worst, claimed)
        if wander:
            rows.append((_KINDS[kind], str(units), _TAKERS[who], f"{claimed:.1%}"))
    effects = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
    curves = {
        f"{units} 个单位": [
            float(follow_up.claims("rates", units, "weakest last month", 0.0, e, n, 11)[0])
            for e in effects
        ]
        for units, n in ((8, 150), (32, 40))
    }
    _picture(
        "study-follow-up", [e * 100 for e in effects], curves, "活动率提高的点数", "看得出的比例"
    )
    return f"""\
## 进展检讨：措施没有作用时说有作用

单位 12 人和 60 人混在一起，活动率或人均保费；措施由任意、上月最弱、三个月最弱或最小的单位做。
没有作用的措施得到“好于同类”或“差于同类”的，最多 **{worst:.1%}**（承诺不超过 5%）。
至少要有 {FEWEST_CHANGES} 次以前的变化可比，8 个单位约要 14 个月的数据。

{_table(("指标", "单位数", "谁做措施", "说有作用"), rows)}
有作用时看得出多少：

![看得出的比例](pictures/study-follow-up.svg)
"""


_KINDS = {"rates": "活动率", "premium": "人均保费"}
_TAKERS = {
    "any": "任意", "weakest last month": "上月最弱",
    "weakest of three months": "三个月最弱", "smallest": "最小",
}  # fmt: skip


def _diagnosis() -> str:
    rows = [
        (str(units), str(people), f"{diagnosis.told_by_chance(units, people, n, 1):.1%}")
        for units, people, n in ((8, 60, 60), (8, 20, 60), (32, 20, 20), (32, 12, 20))
    ]
    effects = (0.0, 0.2, 0.4, 0.6, 0.8)
    curves = {
        f"{people} 人的单位": [
            float(np.mean([diagnosis.found([p], e, people, 8, 5) for p in diagnosis.PLANTS]))
            for e in effects
        ]
        for people in (20, 60, 200)
    }
    _picture(
        "study-diagnosis", [e * 100 for e in effects], curves, "下降百分比", "排第一且“数据支持”"
    )
    lost = [
        (f"{people} 人", *(f"{diagnosis.loss_found(4, e, people, 40, 3):.0%}" for e in _MORE_LOST))
        for people in (20, 60, 200)
    ]
    return f"""\
## 诊断：只有偶然时说“数据支持”

每个单位看最弱的三项。什么都没有发生、只有偶然，仍看到至少一个“数据支持”的单位：

{_table(("单位数", "每单位人数", "看到“数据支持”"), rows)}
（承诺不超过 10%。）种下 {len(diagnosis.PLANTS)} 种原因，一次一种，排在第一并且“数据支持”的：

![排第一的比例](pictures/study-diagnosis.svg)

签约第 4 个月多走了人的（平常每月走一成），指出是第 4 个月、排在第一并且“数据支持”的：

{_table(("每单位人数", *(f"多走 {e:.0%}" for e in _MORE_LOST)), lost)}"""


_MORE_LOST = (0.0, 0.1, 0.2, 0.3, 0.5)


def _odd() -> str:
    claims = [
        (name, *(f"{share:.1%}" for share in odd.claimed(name, 8, 600, 5))) for name in odd.BRANCHES
    ]
    told = [
        (name, str(units), f"{odd.told(name, 320 // units, 7):.1%}")
        for name, (units, _, _) in odd.DEFORMED.items()
    ]
    return f"""\
## 特别的分公司：没有作用、没有原因时说有

8 个单位，措施同上由四种单位来做，取说错最多的一种；人数比前几个月多一倍或少一半的单位不下结论。

{_table(("分公司", "说有作用", "下了结论"), claims)}
只有 2 个单位时没有同类可比，不说。诊断看到“数据支持”的单位：

{_table(("分公司", "单位数", "看到“数据支持”"), told)}"""


def _month_end() -> str:
    rows, by_day = [], []
    for name, seasons, last, months in (
        ("平稳的年份，6 月", False, 6, 24), ("有开门红的年份，6 月", True, 6, 24),
        ("开门红当月", True, 1, 24), ("开门红次月", True, 2, 24),
        ("开门红次月，只有 13 个月的数据", True, 2, 13),
    ):  # fmt: skip
        for units, rounds in ((8, 100), (32, 40)):
            of = [month_end.told(units, months, last, seasons, d, rounds, d) for d in _DAYS]
            mean = [float(np.mean([getattr(one, part) for one in of])) for part in _PARTS]
            rows.append((name, str(units), *(f"{value:.1%}" for value in mean)))
        by_day.append(
            (name, *(f"{t.miss:.0%} / {t.line:.0%} / {t.last_year:.0%}" for t in of))
        )  # of the many units
    return f"""\
## 进度：月末预测差多少，区间管不管用

第 3、5、10、15、20 个工作日的平均；差多少是占月末实际的百分比。区间承诺五个月里四个月在里面。

{_table(("月份", "单位数", "预测差", "照天数直推差", "只照去年同月差", "落在区间里"), rows)}
开门红次月假日年年落在不同的日子，有前年和去年两次可以参照时看得出差多少；只有去年一次时区间偏窄。

32 个单位，每天各差多少：预测 / 照天数直推 / 只照去年同月：

{_table(("月份", *(f"第 {day} 天" for day in _DAYS)), by_day)}"""


_DAYS = (3, 5, 10, 15, 20)


_PARTS = ("miss", "line", "last_year", "inside")


def _signals() -> str:
    kinds = {
        "normal": "正态",
        "counts": "件数（平均 8）",
        "rates": "12 人的比率",
        "premium": "保费",
    }
    rows = [(name, f"{signals.false_signals(k, 4000, 1):.1%}") for k, name in kinds.items()]
    months = list(range(1, 13))
    quarter = [(people, stable.told(people, 40, 1)) for people in (12, 35, 60)]
    calm = [
        (
            f"{people} 人",
            f"{of.signals:.2f}",
            f"{of.either:.2f}",
            f"{of.warnings:.1f}",
            f"{of.flips:.1%}",
        )
        for people, of in quarter
    ]
    of_shares = {n: [stable.status(n, share) for share in stable.SHARES] for n in (12, 35, 60, 200)}
    red = [(f"{n} 人", *(f"{a:.0%} / {b:.0%}" for a, b in of)) for n, of in of_shares.items()]
    curves = {
        f"下移 {shift} 个标准差": signals.delays(shift, 4000, 2).tolist() for shift in (1, 2, 3)
    }
    waits = [
        (label, *(_until(found, share) for share in (0.5, 0.9))) for label, found in curves.items()
    ]
    _picture("study-signals", months, curves, "变化后第几个月", "已经发现的比例")
    return f"""\
## 信号：平稳的序列误报多少，变化多久看得出

12 到 23 个月的历史；两边（偏高、偏低）都算误报：

{_table(("序列", "每月误报"), rows)}
![发现得多快](pictures/study-signals.svg)

到发现为止的月数（一半的序列、十个里九个；“—”是一年里没有发现）：

{_table(("下移", "一半", "九成"), waits)}
什么都没有变的分公司：{stable.UNITS} 个单位，{quarter[0][1].kpis} 个指标，两年历史，没有目标。
状态变化是从健康到不健康和反过来的，占能判断的多少。

{_table(_CALM, calm)}
（承诺：预警里误报的信号，每单位每季不超过 1 个。好的一边的信号不是预警，`KPI_SIGNAL` 也说。）

健康界限 60%，真实的活动率一直不变，各月异常或危险的和状态变化的：

{_table(("人数", *(f"真实 {share:.0%}" for share in stable.SHARES)), red)}
每格：异常或危险的月份 / 状态变化的月份。
"""


_CALM = ("每单位人数", "误报的信号，每单位每季", "两边都算", "预警，每单位每月", "状态变化，每月")


def _until(found: Sequence[float], share: float) -> str:
    """In which month after a shift so many series have told of it."""
    return next((f"{n} 个月" for n, told in enumerate(found, 1) if told >= share), "—")


def _survival() -> str:
    held = [
        (str(people), "一半" if late else "没有", survival.held(people, late, 600, 1))
        for people in (20, 50, 200)
        for late in (0.0, 0.5)
    ]
    rows = [
        (people, late, f"{of.share:.1%}", f"{of.worst_share:.1%}", f"{of.hazard:.1%}")
        for people, late, of in held
    ]
    alike = [(str(people), survival.told_of_months(0.0, people, 600, 2)) for people in (60, 200)]
    apart = [
        (str(groups), str(people), f"{survival.told_apart(1.0, groups, people, 600, 3):.1%}")
        for groups, people in ((2, 20), (2, 100), (8, 20), (8, 100))
    ]
    extra = (0.0, 0.05, 0.1, 0.15, 0.2)
    curves = {
        f"{people} 人": [survival.told_of_months(e, people, 200, 4) for e in extra]
        for people in (60, 200)
    }
    _picture(
        "study-survival",
        [e * 100 for e in extra],
        curves,
        "第 4 个月多流失的百分点",
        "说得出第 4 个月",
    )
    return f"""\
## 留存：区间管不管用，哪个月流失最多说得准不准

两年里陆续签约的人，看到两年期满为止；“后来才看到”的人，名单里只有他们已经服务一段时间以后的日子。
95% 的区间，十三个月里各月平均和最差的一个月，有多少次包含真值：

{_table(("人数", "后来才看到", "留存率的区间", "其中最差的月", "当月流失率的区间"), rows)}
每个月流失率都一样（5%）时，仍说某个月流失特别多的：\
{"，".join(f"{people} 人 {told:.1%}" for people, told in alike)}（承诺不超过 5%）。
第 4 个月真的多流失时，说得出是第 4 个月的：

![说得出的比例](pictures/study-survival.svg)

各组其实一样时，说各组有差别（log-rank，p < 5%）的：

{_table(("组数", "每组人数", "说有差别"), apart)}
每组二十人时略多于承诺的 5%，所以人少的组不单列。
"""


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _picture(name: str, x: Sequence[float], curves: Curves, across: str, up: str) -> None:
    plt.rcParams["svg.hashsalt"] = name  # the same picture every time
    figure, axes = plt.subplots(figsize=(6, 3.2))
    looks = zip(curves.items(), (_TEAL, _AMBER, _GREY), ("o-", "s--", "^:"), strict=False)
    for (label, y), colour, line in looks:
        axes.plot(x, [value * 100 for value in y], line, color=colour, label=label)
    axes.set(xlabel=across, ylabel=f"{up}（%）", ylim=(0, 102))
    axes.grid(alpha=0.3)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(_PICTURES / f"{name}.svg", metadata={"Date": None})
    plt.close(figure)


main()
