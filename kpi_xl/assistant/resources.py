"""The texts that an assistant can read: the glossary and the definitions of the KPIs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kpi_xl import kinds
from kpi_xl.analysis.bands import STATED, STATUSES
from kpi_xl.assistant.answer import plain
from kpi_xl.catalogue import MEASURES
from kpi_xl.catalogue.names import kpi_meant
from kpi_xl.errors import InputError
from kpi_xl.findings.shown import with_bands
from kpi_xl.formula import Measure
from kpi_xl.project import Project
from udfs.explain import lines

SCHEME: Final = "kpi-xl://"
ONE: Final = f"{SCHEME}definitions/"
"""Before the code of a KPI."""

PATTERN: Final = f"{ONE}{{code}}"

_LONGEST: Final = 400  # characters of an address


def glossary(project: Project) -> str:
    """The glossary: the measures that are counted, and the words used for results."""
    of_all = [one for one in MEASURES.values() if isinstance(one, Measure)]
    counted = [f"- {one.name}（{one.unit}）：{one.meaning}" for one in of_all]
    words = [
        f"- 状态：{'、'.join(STATUSES)}。{STATED[0]}",
        f"- 预警、未成熟：{STATED[1]}",
        "- 环比、同比：比上月、比去年同月的变化；比率的是百分点，其他的是百分之几",
        "- 达成率：实际 ÷ 目标",
        f"- 层级：{'、'.join(project.settings.level_names)}",
    ]
    return "\n".join(["# 术语", "", *words, "", "# 度量：指标由它们算出", "", *counted, ""])


def definitions(project: Project) -> str:
    """Every KPI, a line each."""
    known = [kpi.on_paper for kpi in project.settings.kpis.values()]
    found = [f"- {kpi.name}（{kpi.code}，{kpi.unit}）= {kpi.formula}" for kpi in known]
    return "\n".join(["# 指标", "", *map(plain, found), ""])


def definition(project: Project, code: str) -> str:
    """The full definition of a KPI.

    Raises
    ------
    InputError
        When there is no such KPI.
    """
    kpi = with_bands(kpi_meant(code[:_LONGEST], project.settings.kpis), project.settings)
    return "\n".join(plain(line.rstrip()) for line in lines(kpi))


RESOURCES: Final[Mapping[str, tuple[str, str, Callable[[Project], str]]]] = {
    f"{SCHEME}glossary": ("术语", "度量、状态、预警等词的意思", glossary),
    f"{SCHEME}definitions": ("指标目录", "全部指标的名称、代码和公式", definitions),
}
"""What can be read by its address: title, what it tells, and who writes it."""


def content(project: Project, address: str) -> str:
    """The text at an address.

    Raises
    ------
    InputError
        When there is nothing.
    """
    if address in RESOURCES:
        return RESOURCES[address][2](project)
    if address.startswith(ONE):
        return definition(project, address.removeprefix(ONE))
    known = "、".join((*RESOURCES, PATTERN))
    raise InputError(kinds.NO_RESOURCE(known=known), value=address[:80])
