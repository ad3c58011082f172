"""Report the slots, functions and problems of a workbook that is to be a template."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.catalogue import kpis
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.kpi_registry import Registry
from kpi_xl.slots.registry import slot_names
from kpi_xl.slots.slot import INPUT
from kpi_xl.system.files import write_whole
from kpi_xl.workbook import Template
from kpi_xl.workbook.explained import Explanation, explain
from kpi_xl.workbook.inputs import input_slots
from kpi_xl.workbook.ooxml.function_names import ForeignName, foreign_names, with_own_names
from kpi_xl.workbook.ooxml.package import Package

_WHOSE: Final = (
    "unit.name", "department.name", "team.name", "person.name", "person.id", "sheet.",
)  # fmt: skip
"""How the names begin that say whose a workbook is."""


_MOST_NAMED: Final = 5


class Missing(NamedTuple):
    """A name that a template should have and lacks.

    Attributes
    ----------
    fault : Fault
        What is not right without it.
    """

    name: str
    fault: Fault

    def record(self) -> dict[str, object]:
        """The missing name as plain values, for JSON."""
        return {
            "name": self.name,
            "kind": self.fault.kind.code,
            "about": dict(self.fault.about),
            "why": self.fault.reason,
            "advice": self.fault.advice,
        }


def missing(file: Path) -> list[Missing]:
    """The names that a template lacks so that its unit and its author can be told.

    Raises
    ------
    InputError
        When the file cannot be a template at all.
    """
    template = Template(file)
    names = {slot.plain_name for slot in template.slots.values()}
    if not names:
        return []
    found = []
    if not template.sheets_for_units and not any(name.startswith(_WHOSE) for name in names):
        found.append(Missing("unit.name", kinds.LACKS_UNIT()))
    if not any(name.startswith("period.") or name.endswith(".period") for name in names):
        found.append(Missing("period.month", kinds.LACKS_MONTH()))
    for one in input_slots(template):
        listed = one.slot.plain_name.startswith(f"{INPUT}members.")
        if listed and not one.is_one_cell and not one.agents:
            found.append(Missing("members.工号", kinds.LACKS_AGENTS(slot=one.slot.name)))
            break
    return found


def missing_lines(found: list[Missing]) -> Iterator[str]:
    """The missing names as Chinese lines."""
    if found:
        yield f"缺少的名称：{len(found)} 个，最好补上"
        for one in found:
            yield f"  {one.name}：{one.fault.reason}；{one.fault.advice}"


def check_template(file: Path, known_kpis: Registry = kpis) -> Explanation:
    """The slots of a workbook: those that are filled, unknown ones, and unusable ones.

    Parameters
    ----------
    file : Path
        The workbook to check.
    known_kpis : Registry
        The KPIs there are: the project's own, too, where there is a project.

    Raises
    ------
    InputError
        When the file cannot be a template at all.
    """
    template = Template(file)
    known = slot_names(kpi.name for kpi in known_kpis.values() if kpi.is_own)
    here = {  # a name private to a sheet means what it does anywhere
        slot.name
        for slot in template.slots.values()
        if slot.plain_name in known or slot.plain_name.startswith(INPUT)
    }
    found = explain(template, known.keys() | here)
    unknown = []
    for one in found.unknown:
        meant = _by_kpi(one.slot.plain_name, known, known_kpis)
        unknown.append(replace(one, near=tuple(dict.fromkeys((*meant, *one.near)))))
    return replace(found, unknown=tuple(unknown))


class Stored(NamedTuple):
    """Stored or computed values of a workbook that filling does not report.

    Attributes
    ----------
    formulas : tuple of str
        The formulas that have no value until a spreadsheet opens the filled workbook.
    refreshed : tuple of str
        What pivot tables are made of that loses its records and is refreshed on opening.
    kept : tuple of str
        Those of them that keep the names of old items.
    outside : int
        How many are made of something outside the workbook, whose records go to whoever gets it.
    """

    formulas: tuple[str, ...]
    refreshed: tuple[str, ...]
    kept: tuple[str, ...]
    outside: int


def stored(file: Path, found: Explanation) -> Stored:
    """Find the formulas and pivot tables of a workbook that filling does not report.

    Raises
    ------
    InputError
        When the file cannot be a template at all.
    """
    template = Template(file)
    names = [slot.name for slot in found.slots if not slot.plain_name.startswith(INPUT)]
    formulas = template.uncalculated(names) if names else []
    pivots = template.pivots
    return Stored(
        tuple(f"{sheet}!{reference}" for sheet, reference in formulas),
        tuple(one.source for one in pivots if one.source),
        tuple(one.source for one in pivots if one.source and one.keeps_items),
        sum(not one.source for one in pivots),
    )


def stored_lines(found: Stored) -> Iterator[str]:
    """The result of `stored` as Chinese lines."""
    if found.formulas:
        some = "、".join(found.formulas[:_MOST_NAMED])
        more = " 等" if len(found.formulas) > _MOST_NAMED else ""
        yield f"填好后要用表格软件打开才有值的公式：{len(found.formulas)} 个（{some}{more}）"
        yield "  装有 LibreOffice 时 fill 请它算好；下发的表里是空的，要先有值请改用普通函数和引用"
    if found.refreshed:
        sources = "、".join(dict.fromkeys(found.refreshed))
        yield f"数据透视表：{len(found.refreshed)} 个数据源（{sources}）"
        yield "  填到数据源时，模板里的旧记录和旧数字不随表发出，在 Excel 里打开就按新数据刷新"
    if found.kept:
        yield f"  {'、'.join(dict.fromkeys(found.kept))} 有切片器、组合或条件格式，旧项目名还在表里"
        yield "  发给别人的，请先在模板里用样例数据刷新再保存"
    if found.outside:
        yield f"数据源在工作簿之外的数据透视表：{found.outside} 个，里面的旧记录会随表发给每个人"
        yield "  请删掉，或在“数据透视表选项 → 数据”里取消“保存文件及源数据”再保存模板"


def _by_kpi(name: str, known: Collection[str], kpis: Registry) -> Iterator[str]:
    """The standard name where a slot uses a KPI's code or alias: kpi.举绩率 is kpi.活动率."""
    parts = name.split(".")
    named = ".".join(kpi.name if (kpi := kpis.find(part)) else part for part in parts)
    if named in known:
        yield named


def lines(found: Explanation) -> Iterator[str]:
    """The result as Chinese lines."""
    filled = [slot for slot in found.slots if not slot.plain_name.startswith(INPUT)]
    inputs = len(found.slots) - len(filled)
    yield f"会填写的名称：{len(filled)} 个；由人填写的（{INPUT}…）：{inputs} 个"
    for slot in filled:
        shape = "" if slot.rows == slot.columns == 1 else f"，{slot.rows} 行 {slot.columns} 列"
        grows = "，随数据加行" if slot.grows else ""
        if slot.block is not None:
            grows = f"，每条记录重复第 {slot.block.first} 到 {slot.block.last} 行"
        formula = "，保留公式" if slot.has_formula else ""
        yield f"  {slot.name}：{slot.sheet}!{slot.reference}{shape}{grows}{formula}"
    if found.for_units:
        yield f"每个下属单位一张的工作表：{'、'.join(found.for_units)}"
    if found.unknown:
        yield f"不认识的名称：{len(found.unknown)} 个，不会填写"
        for unknown in found.unknown:
            near = f"；是不是：{'、'.join(unknown.near)}" if unknown.near else ""
            yield f"  {unknown.slot.name}：{unknown.slot.sheet}!{unknown.slot.reference}{near}"
    if found.unusable:
        yield f"不能用的名称：{len(found.unusable)} 个"
        for unusable in found.unusable:
            yield f"  {unusable.name}（{unusable.text}）：{unusable.problem}。{unusable.advice}。"
    if not (filled or found.unknown or found.unusable):
        yield "这个工作簿里没有名称。给要填的单元格起名，如 kpi.活动率"
        yield "kpi-xl template names 列出全部名称"


def check_functions(file: Path) -> list[ForeignName]:
    """The functions in formulas that are written as only one add-in knows them.

    Raises
    ------
    InputError
        When the file is no workbook.
    """
    return foreign_names(Package(file))


def function_lines(found: list[ForeignName], asks: bool) -> Iterator[str]:
    """The functions as Chinese lines; asks whether to rewrite them."""
    if not found:
        return
    yield f"只有一种加载项认得的函数写法：{sum(one.count for one in found)} 处"
    for one in found:
        yield f"  {one.written}：{one.count} 处（{one.part}），通用的写法是 {one.name}"
    if asks:
        yield "要在别的 Excel 和 LibreOffice 里也能算，请加 --rewrite 新文件"


def rewrite_functions(file: Path, new: Path) -> None:
    """Rewrite these functions by the names that every program knows.

    Raises
    ------
    InputError
        When the file is no workbook, or is the new one itself.
    """
    if new.resolve() == file.resolve():
        raise InputError(kinds.NOT_INTO_ITSELF(), value=new)
    write_whole(new, with_own_names(Package(file)).written())
