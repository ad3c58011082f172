"""The tools: each question that an assistant may ask, answered as the commands answer it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.assistant.answer import Answer, AsOf
from kpi_xl.assistant.parameters import Parameter, read, schema
from kpi_xl.calendar import Month
from kpi_xl.catalogue.names import kpi_meant
from kpi_xl.catalogue.units import UNASSIGNED
from kpi_xl.checks.unit_names import written
from kpi_xl.errors import InputError
from kpi_xl.findings.shown import NOTHING, with_bands
from kpi_xl.jobs.left_over import months_of, unassigned
from kpi_xl.jobs.sight import Sight
from kpi_xl.jobs.trace import trace
from kpi_xl.jobs.views import (
    Figure,
    Scope,
    View,
    diagnosis_view,
    drivers_view,
    scope,
    warnings_view,
)
from kpi_xl.kpi import Kpi
from kpi_xl.project import Project
from kpi_xl.readers.name import form
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots import shown_value
from kpi_xl.slots.shown_value import Shown
from kpi_xl.slots.unit_values import UnitValues
from udfs.explain import lines

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Asking:
    """The user who asks, and the project.

    Parameters
    ----------
    project : Project
        The project, with its settings as they are now.
    seen : collection of str or None
        The paths of the units he may see; None for all.
    """

    project: Project
    seen: Collection[str] | None

    @contextmanager
    def scope(self, given: Arguments) -> Iterator[Scope]:
        """The month, unit and level that the arguments ask for."""
        with scope(
            self.project,
            given.get("month") or None,
            given.get("unit") or None,
            given.get("level") or None,
            seen=self.seen,
            kept=True,
        ) as of:
            yield of


@dataclass(frozen=True)
class Tool:
    """A question that can be asked.

    Parameters
    ----------
    name : str
        What assistants call it by.
    title, description : str
        What it tells, for people and for assistants.
    parameters : mapping of str to Parameter
        The arguments that the tool takes, by name.
    run : callable
        Computes the answer from the checked arguments.
    """

    name: str
    title: str
    description: str
    parameters: Mapping[str, Parameter]
    run: Callable[[Asking, Arguments], Answer]

    @property
    def schema(self) -> dict[str, Any]:
        """The arguments as JSON Schema."""
        return schema(self.parameters)

    def answer(self, asking: Asking, given: Arguments) -> Answer:
        """Answer a question.

        Raises
        ------
        InputError
            When an argument is not as it should be, or there is no such thing that he may see.
        """
        return self.run(asking, read(self.name, self.parameters, given))


_MONTH: Final = Parameter("月份，如 2024-06；不写则为有数据的最后一个月")
_UNIT: Final = Parameter(
    "单位的名称，同名的写路径，如 城东营业部/城东一组；不写则为一个层级的全部单位"
)
_LEVEL: Final = Parameter("层级，如 分公司、营业部，有哪些见术语；不写单位时用")
_KPIS: Final = Parameter("指标的名称、别名或代码，如 活动率；用 definitions 查", "texts")
_OFFSET: Final = Parameter("从第几行开始，从 0 数起；结果有 left_off 时接着要后面的", "whole")
_VIEW: Final = {"month": _MONTH, "unit": _UNIT, "level": _LEVEL}


# -- What there is ---------------------------------------------------------------------------------


def _units(asking: Asking, given: Arguments) -> Answer:
    cube = Sight.kept(asking.project, asking.seen).cube
    if not cube.months:
        raise InputError(kinds.NOTHING_TO_SEE())
    names, settings = written(cube.units), asking.project.settings
    rows = [
        (
            names[place],
            settings.level_name(unit.level),
            "" if unit.parent is None else names[unit.parent],
        )
        for place, unit in enumerate(cube.units)
    ]
    note = f"有数据的月份：{cube.first} 到 {cube.last}"
    return Answer(
        [View("可以看的单位", ("单位", "层级", "上级单位"), rows, [note])],
        "单位和月份来自项目的人员和业务数据",
        AsOf.of(cube, settings, cube.last),
        given["offset"] or 0,
    )


def _definitions(asking: Asking, given: Arguments) -> Answer:
    settings = asking.project.settings
    if given["kpi"]:
        kpi = with_bands(kpi_meant(given["kpi"], settings.kpis), settings)
        told = [(line.strip(),) for line in lines(kpi)]
        return Answer([View(kpi.name, ("说明",), told)], _explained(kpi))
    search = form(given["search"] or "")
    chosen = [
        kpi.on_paper
        for kpi in settings.kpis.values()
        if search in f"{' '.join(kpi.labels)} {kpi.meaning} {kpi.on_paper.formula}".casefold()
    ]
    rows = [(kpi.name, kpi.code, kpi.unit, kpi.formula, kpi.meaning) for kpi in chosen]
    view = View("全部指标", ("指标", "代码", "计量单位", "公式", "含义"), rows)
    return Answer(
        [view], "指标目录；一个指标的全部说明：kpi-xl explain", None, given["offset"] or 0
    )


def _explained(kpi: Kpi) -> str:
    return f"指标目录，和 kpi-xl explain {kpi.name} 相同；来源：{kpi.source}"


# -- Numbers ---------------------------------------------------------------------------------------


_ENDS: Final = ("", ".目标", ".达成率", ".上月", ".环比", ".去年同期", ".同比")


def _values(asking: Asking, given: Arguments) -> Answer:
    kpis = _chosen(given["kpis"], asking.project.settings)
    with asking.scope(given) as of:
        findings = of.findings
        values = UnitValues(of.cube, of.project.settings, of.month, [kpi.name for kpi in kpis])
        rows = []
        for unit in of.units:
            slots = values.kpis(unit, findings.of_unit(unit))
            for kpi in kpis:
                name = f"kpi.{kpi.name}"
                there = of.cube.has(kpi)
                day = findings.ripe_on(kpi.code, unit) if there else None
                rows.append(
                    (
                        of.name(unit),
                        kpi.name,
                        kpi.unit,
                        *(_figure(_shown(kpi, end, slots[f"{name}{end}"])) for end in _ENDS),
                        findings.status(kpi.code, unit) if there else NOTHING,
                        findings.grounds(kpi.code, unit) if there else "",
                        "" if day is None else day.isoformat(),
                    )
                )
        left = unassigned(of, kpis, months_of(of, kpis)) if given["unit"] is None else None
        if left is not None:
            of_month = left[:, of.cube.month_index(of.month)].tolist()
            for kpi, found in zip(kpis, of_month, strict=True):
                actual = _figure(shown_value.of_kpi(kpi, found))
                ends = [NOTHING] * (len(_ENDS) - 1)
                rows.append((UNASSIGNED, kpi.name, kpi.unit, actual, *ends, NOTHING, "", ""))
        headings = (
            "单位", "指标", "计量单位", "实际", "目标", "达成率", "上月", "环比", "去年同期",
            "同比", "状态", "依据", "未成熟，到这天才齐",
        )  # fmt: skip
        return Answer(
            [View(of.title("指标"), headings, rows, of.notes)],
            "和月度KPI表里名称 kpi.<指标>、kpi.<指标>.目标 等的数相同；来自哪些原始行用 trace 查。"
            "比率的环比、同比是百分点",
            AsOf.of(of.cube, of.project.settings, of.month),
            given["offset"] or 0,
        )


def _shown(kpi: Kpi, end: str, value: Any) -> Shown:
    if end == ".达成率":
        return shown_value.ratio(value)
    if end in (".环比", ".同比"):
        return shown_value.change(kpi, value)
    return shown_value.of_kpi(kpi, value)


def _figure(shown: Shown) -> str:
    return Figure(shown.text, float(shown.value)) if shown.value else shown.text


def _table(asking: Asking, given: Arguments) -> Answer:
    settings = asking.project.settings
    kpis = _chosen(given["kpis"], settings)
    with asking.scope({**given, "month": given["last"]}) as of:
        last = of.month
        first = Month.meant(given["first"]) if given["first"] else last
        of.cube.month_index(first)
        if first > last:
            raise InputError(kinds.MONTHS_TURNED(first=first, last=last))
        numbers = months_of(of, kpis)
        begin, end = of.cube.month_index(first), of.cube.month_index(last)
        lines = [(of.name(unit), numbers[:, unit]) for unit in of.units]
        if given["unit"] is None and (left := unassigned(of, kpis, numbers)) is not None:
            lines.append((UNASSIGNED, left))
        rows = [
            (
                name,
                str(of.cube.first + place),
                *(
                    _figure(shown_value.of_kpi(kpi, float(found[place])))
                    for kpi, found in zip(kpis, line, strict=True)
                ),
            )
            for name, line in lines
            for place in range(begin, end + 1)
        ]
        return Answer(
            [
                View(
                    of.title("逐月的数"),
                    ("单位", "月份", *(f"{kpi.name}（{kpi.unit}）" for kpi in kpis)),
                    rows,
                    of.notes,
                )
            ],
            "和工作表函数 KPI_TABLE 的数相同",
            AsOf.of(of.cube, settings, last),
            given["offset"] or 0,
        )


def _chosen(names: list[str] | None, settings: Settings) -> list[Kpi]:
    """The KPIs that are asked for, each once; by default those on top."""
    if names:
        return list(dict.fromkeys(kpi_meant(name, settings.kpis) for name in names))
    return settings.headlines


# -- What they say ---------------------------------------------------------------------------------


def _viewed(
    command: str, view: Callable[[Scope, Arguments], View]
) -> Callable[[Asking, Arguments], Answer]:
    """A tool that gives the answer of a command."""

    def run(asking: Asking, given: Arguments) -> Answer:
        with asking.scope(given) as of:
            return Answer(
                [view(of, given)],
                f"和命令 kpi-xl {command} 相同",
                AsOf.of(of.cube, of.project.settings, of.month),
                given["offset"] or 0,
            )

    return run


def _trace(asking: Asking, given: Arguments) -> Answer:
    found = trace(
        asking.project,
        given["whose"],
        given["what"],
        given["when"] or None,
        seen=asking.seen,
        kept=True,
    )
    cube = Sight.kept(asking.project, asking.seen).cube
    return Answer(
        [found.files, found.versions],
        "和命令 kpi-xl trace 相同：原始文件里的行，和收回的表里每一次填写",
        AsOf.of(cube, asking.project.settings, min(found.month, cube.last)),
        given["offset"] or 0,
    )


TOOLS: Final[Mapping[str, Tool]] = {
    tool.name: tool
    for tool in (
        Tool(
            "units",
            "单位",
            "列出可以看的单位、层级和上级，以及有数据的月份。不知道单位怎么写时先用它。",
            {"offset": _OFFSET},
            _units,
        ),
        Tool(
            "definitions",
            "指标的定义",
            "指标的含义、公式、界限和来源。不写参数列出全部，写 search 查名称和含义里的字，"
            "写 kpi 看一个的全部说明。",
            {
                "kpi": Parameter("一个指标的名称、别名或代码"),
                "search": Parameter("名称、含义或公式里的字，如 留存"),
                "offset": _OFFSET,
            },
            _definitions,
        ),
        Tool(
            "values",
            "指标的值",
            "单位一个月的指标：实际、目标、达成率、上月、环比、去年同期、同比、状态和依据。"
            "不写 kpis 为主要指标。",
            {"kpis": _KPIS, **_VIEW, "offset": _OFFSET},
            _values,
        ),
        Tool(
            "table",
            "逐月的数",
            "几个指标、几个单位、一段月份的数，一个单位一个月一行。",
            {
                "kpis": _KPIS,
                "first": Parameter("开始的月份，如 2024-01；不写则只有 last 一个月"),
                "last": Parameter("结束的月份，如 2024-06；不写则为有数据的最后一个月"),
                "unit": _UNIT,
                "level": _LEVEL,
                "offset": _OFFSET,
            },
            _table,
        ),
        Tool(
            "drivers",
            "因素分解",
            "业绩和上月、去年同期、目标等相差的，分摊到人力、举绩率、件数、件均等因素，各份之和等于差额。",
            {
                **_VIEW,
                "compare": Parameter("环比、同比、目标、标杆或全公司；不写则全部"),
                "tree": Parameter(
                    "业绩怎样构成，如 production；或一个指标的名称，按它的公式分；"
                    "不写则用数据够用的第一种"
                ),
                "offset": _OFFSET,
            },
            _viewed(
                "drivers",
                lambda of, given: drivers_view(of, given["compare"] or None, given["tree"] or None),
            ),
        ),
        Tool(
            "diagnosis",
            "诊断",
            "弱项的可能原因，按数据里的证据排序，和该采取的措施。不写 kpi 看最弱的几项。",
            {**_VIEW, "kpi": Parameter("指标的名称、别名或代码"), "offset": _OFFSET},
            _viewed("diagnose", lambda of, given: diagnosis_view(of, given["kpi"] or None)),
        ),
        Tool(
            "warnings",
            "预警",
            "异常和危险的指标：先列新出现的和超出平时波动的，各按少收的金额从大到小，写着原因和从何时起。",
            {**_VIEW, "offset": _OFFSET},
            _viewed("warnings", lambda of, _: warnings_view(of)),
        ),
        Tool(
            "trace",
            "数字的来历",
            "一个数来自哪些原始文件的哪些行，和收回的表里谁在什么时候填过、改过。",
            {
                "whose": Parameter("单位的名称或路径，或人的工号、姓名", required=True),
                "what": Parameter("指标、指标.目标、活动量，或工作簿里的名称", required=True),
                "when": Parameter(
                    "月份或日期，如 2024-06 或 2024-06-14；不写则为有数据的最后一个月"
                ),
                "offset": _OFFSET,
            },
            _trace,
        ),
    )
}
"""The tools by name."""


def ask(asking: Asking, name: str, given: Arguments) -> Answer:
    """Answer a question.

    Raises
    ------
    InputError
        When there is no such tool; otherwise as `Tool.answer`.
    """
    if name not in TOOLS:
        raise InputError(kinds.NO_TOOL(), value=name[:40])
    return TOOLS[name].answer(asking, given)
