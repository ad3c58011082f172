"""指标手册: a page for each family of KPIs, made from the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import udfs.functions
from kpi_xl import catalogue
from kpi_xl.analysis.knowledge import Evidence, knowledge
from kpi_xl.kpi import DIRECTIONS, Kpi
from manual.example_numbers import BRANCH, MONTH, ROSTER, STORE
from udfs.explain import FROM_DATES, worksheet_function

FAMILIES: Final = {
    module: getattr(catalogue, module).FAMILY
    for module in (
        "production",
        "manpower",
        "activity",
        "persistency",
        "general",
        "dealership",
        "retail",
        "business",
    )
}
"""The files of the catalogue, a page each, with what they are called."""
STORES: Final = ("dealership", "retail", "business")
"""The families whose examples are a shop's."""
MORE: Final = 1.1
"""By how much more of a measure the manual shows what moves a KPI."""

_GUARD: Final = re.compile(r"IF\(([\d.]+)<0,#NUM!,\1\)")


def kpis_of(family: str) -> list[Kpi]:
    """The KPIs that a file of the catalogue declares, in its order, as people compute them."""
    return [kpi.on_paper for kpi in catalogue.kpis.values() if kpi.family == FAMILIES[family]]


def numbers_of(family: str, kpi: Kpi) -> dict[str, float]:
    """The example values of a KPI: its measures and settings by code."""
    first, then = (STORE, BRANCH) if family in STORES else (BRANCH, STORE)
    codes = [*(m.code for m in kpi.measures), *(s.code for s in kpi.settings)]
    return {code: first[code] if code in first else then[code] for code in codes}


def worked_out(kpi: Kpi, numbers: Mapping[str, float]) -> str:
    """The KPI's Excel formula with numbers in the place of cells, which anybody can type.

    Numbers that are not below 0 need not be looked at for it.
    """
    formula = kpi.excel({code: typed(number) for code, number in numbers.items()})
    return _GUARD.sub(r"\1", formula)


def shown(value: float, number_format: str) -> str:
    """A number as a cell with one of the catalogue's formats shows it.

    Examples
    --------
    >>> shown(0.914, "0.0%"), shown(9600, "#,##0.00"), shown(200.0, "#,##0.0")
    ('91.4%', '9,600.00', '200.0')
    """
    places = len(number_format.rstrip("%").partition(".")[2])
    if number_format.endswith("%"):
        return f"{value:.{places}%}"
    return f"{value:,.{places}f}"


def overview() -> str:
    """All KPIs in one table, with links."""
    rows = ["| 指标 | 函数 | 公式 | 单位 |", "|---|---|---|---|"]
    for family, title in FAMILIES.items():
        rows.append(f"| **{title}** | | | |")
        rows += [
            f"| [{kpi.name}](kpis/{family}.md#{kpi.code}) | `{kpi.code}` "
            f"| {kpi.formula} | {kpi.unit} |"
            for kpi in kpis_of(family)
        ]
    return "\n".join(rows)


def page(family: str) -> str:
    """The page of one family."""
    parts = [f"# {FAMILIES[family]}", ""]
    given = "一家 12 个人的门店" if family in STORES else "一个 200 人上下的营业部"
    parts += [f"算例都是{given}同一个月的数，可以照着在 Excel 里敲一遍。", ""]
    if family == "manpower":
        parts += _roster()
    for kpi in kpis_of(family):
        parts += _section(family, kpi)
    return "\n".join(parts) + "\n"


def _section(family: str, kpi: Kpi) -> Iterator[str]:
    numbers = numbers_of(family, kpi)
    yield from (f"## {kpi.name} {{#{kpi.code}}}", "", f"{kpi.meaning}。", "", "| | |", "|---|---|")
    if kpi.aliases:
        yield f"| 也叫 | {'、'.join(kpi.aliases)} |"
    yield f"| 公式 | {kpi.formula} |"
    yield f"| Excel 公式 | `{kpi.excel(cells_of(kpi))}`　{_legend(kpi)} |"
    yield f"| 函数 | `{worksheet_function(kpi)}` |"
    yield f"| 单位、方向 | {kpi.unit}，{DIRECTIONS[kpi.direction]} |"
    if kpi.bands is not None:
        yield f"| 健康界限 | {kpi.bands.text(kpi.direction, kpi.unit)}（{kpi.bands.source}） |"
    yield f"| 来源 | {kpi.source} |"
    if kpi.note:
        yield f"| 说明 | {kpi.note} |"
    yield from ("", "**用到的数**", "")
    yield from (f"- {measure.name}：{measure.meaning}" for measure in kpi.measures)
    yield from (f"- {setting.name}：{setting.meaning}" for setting in kpi.settings)
    yield from (
        "",
        "**算例**",
        "",
        f"`{worked_out(kpi, numbers)}` 得 **{_result(kpi, numbers)}**。",
    )
    if kpi.code not in FROM_DATES:
        arguments = ", ".join(typed(numbers[m.code]) for m in kpi.measures)
        yield f"用函数写：`={kpi.code}({arguments})`。"
    yield from ("", *_what_moves_it(kpi, numbers), *_when_weak(kpi))


def cells_of(kpi: Kpi) -> dict[str, str]:
    """The cells that the manual puts a KPI's measures into, by code."""
    return {m.code: f"{letter}2" for letter, m in zip("ABCDEFGH", kpi.measures, strict=False)}


def _legend(kpi: Kpi) -> str:
    cells = cells_of(kpi)
    return "（" + "，".join(f"{cells[m.code]} 是{m.name}" for m in kpi.measures) + "）"


def typed(number: float) -> str:
    """A number as somebody types it into a formula."""
    return f"{number:.15g}"


def _result(kpi: Kpi, numbers: Mapping[str, float]) -> str:
    unit = "" if kpi.unit == "%" else f" {kpi.unit}"
    return shown(kpi(**numbers), kpi.number_format) + unit


def _what_moves_it(kpi: Kpi, numbers: Mapping[str, float]) -> Iterator[str]:
    """The KPI's value when each of its measures is a tenth greater, one after another."""
    if len(kpi.measures) == 1:
        return
    yield from ("**什么会影响它**", "", "| 别的不变 | 变为 |", "|---|---|")
    for measure in kpi.measures:
        more = dict(numbers) | {measure.code: numbers[measure.code] * MORE}
        yield f"| {measure.name}多一成 | {_result(kpi, more)} |"
    yield ""


def _when_weak(kpi: Kpi) -> Iterator[str]:
    for topic in knowledge().topics:
        if kpi.code not in topic.kpis:
            continue
        counted = f"{len(topic.causes)} 个可能的原因，{len(topic.remedies)} 条措施"
        yield f'??? note "{topic.name}：{counted}"'
        yield ""
        for cause in topic.causes:
            yield f"    - {cause.text}{_evidence(cause.evidence)}"
        yield from ("", "    措施：", "")
        for remedy in topic.remedies:
            yield f"    - {remedy.text}（{remedy.owner}）"
        yield ""


def _evidence(evidence: Sequence[Evidence]) -> str:
    words = {"low": "偏低", "high": "偏高"}
    seen = [f"{knowledge().signals[e.signal].name}{words[e.direction]}" for e in evidence]
    return f"（看：{'、'.join(seen)}）" if seen else "（数据看不出，请主管判断）"


# ---------------------------------------------------------------------------------------------
# The functions that count people from dates


def roster_results() -> dict[str, object]:
    """The functions of rosters on the manual's roster: what is typed, and what it gives."""
    signed = [[row[1]] for row in ROSTER]
    left = [[row[2] or None] for row in ROSTER]
    return {
        f'={code}(B2:B{len(ROSTER) + 1}, C2:C{len(ROSTER) + 1}, "{MONTH}")': getattr(
            udfs.functions, code
        )(signed, left, MONTH)
        for code in sorted(FROM_DATES)
    }


def _roster() -> Iterator[str]:
    yield from (
        "## 按花名册的函数",
        "",
        "有花名册，人数不必自己数。A 到 C 列是姓名、签约日期、解约日期：",
    )
    yield from ("", "| | A | B | C |", "|---|---|---|---|", "| 1 | 姓名 | 签约日期 | 解约日期 |")
    for row, (name, signed, left) in enumerate(ROSTER, 2):
        yield f"| {row} | {name} | {signed} | {left} |"
    yield from ("", "| 公式 | 结果 |", "|---|---|")
    for formula, result in roster_results().items():
        kpi = catalogue.kpis[formula[1:].partition("(")[0]]
        yield f"| `{formula}` | {kpi.name} {shown(result, kpi.number_format)} |"  # type: ignore[arg-type]
    yield from (
        "",
        "解约当天就不算在职；13 个月前的那个月（2023 年 5 月）签约的三个人，月末还在一个。",
        "",
    )
