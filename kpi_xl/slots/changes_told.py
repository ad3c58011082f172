"""Versions of a cell as texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache

from kpi_xl.kpi_registry import Registry
from kpi_xl.record.history import Change
from kpi_xl.record.typed_value import Typed
from kpi_xl.slots.registry import declaration
from kpi_xl.slots.slot import Kind


def changed(changes: Sequence[Change]) -> list[Change]:
    """The versions that changed the value."""
    return [one for one in changes if one.is_other]


@cache
def _named(slot: str) -> tuple[str, Kind]:
    found = declaration(slot)
    if found is None:  # of a workbook of the user's own
        return slot, Kind.TEXT
    return found.meaning, found.slot.kind


def meaning(one: Change) -> str:
    """The meaning of the value in a cell, in Chinese."""
    return _named(one.slot)[0]


def shown_value(one: Change, value: Typed | None, kpis: Registry) -> str:
    """A value as its cell shows it; a dash for an empty one."""
    if value is None:
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if not isinstance(value, int | float):
        return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, dt.datetime) else str(value)
    if _is_ratio(one.slot, kpis):
        return f"{value:.2%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


def _is_ratio(slot: str, kpis: Registry) -> bool:
    """Whether the number is a share, shown in per cent."""
    found = declaration(slot)
    if found is None:
        return False
    if found.slot.kind is Kind.OF_KPI and "指标" in found.named:
        kpi = kpis.find(found.named["指标"])
        return kpi is not None and kpi.unit == "%"
    return found.slot.kind is Kind.RATIO


def what_became(one: Change) -> str:
    """The origin of a version, in a few words."""
    if one.yields is not None:
        return "按“增量”规则没有采用"
    if one.restores is not None:
        return "撤回后恢复"
    if one.value is None:
        return "撤回后没有了" if one.kind == "withdraw" else "清空了"
    if one.replaces is not None:
        return "改了以前收的" if one.is_other else "没有变"
    if one.sent is not None:
        return "改了下发时的" if one.is_other else "与下发时一样"
    return "新填的"
