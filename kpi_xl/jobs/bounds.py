"""The bounds between 健康, 异常 and 危险, looked at and changed in kpi.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.kpi import Kpi
from kpi_xl.project import Project
from kpi_xl.readers.number import read_number
from kpi_xl.settings.edit import edit, inline, section
from kpi_xl.settings.settings_sheet import WORKBOOK

if TYPE_CHECKING:
    from tomlkit.toml_document import TOMLDocument


@dataclass(frozen=True)
class Bound:
    """The bounds of a KPI.

    Parameters
    ----------
    name : str
        The name of the KPI.
    lower : bool
        Whether less is better.
    healthy, danger : str
        The bounds as people write them; danger is empty where it follows from healthy.
    own : bool
        Whether the project has set them.
    in_sheet : bool
        Whether 设置.xlsx has them: there they are changed.
    """

    name: str
    lower: bool
    healthy: str
    danger: str
    own: bool
    in_sheet: bool


def bounds(project: Project) -> list[Bound]:
    """The bounds of every KPI that has bounds."""
    found = []
    for kpi in project.settings.kpis.values():
        own = project.settings.bands.get(kpi.name)
        if own is not None:
            healthy, danger = own
        elif kpi.bands is not None:
            healthy, danger = kpi.bands.healthy, kpi.bands.danger
        else:
            continue
        shown = "" if danger is None else _shown(kpi, danger)
        lower = kpi.direction == "lower"
        in_sheet = kpi.name in project.settings.bands_in_sheet
        text = _shown(kpi, healthy)
        found.append(Bound(kpi.name, lower, text, shown, own is not None, in_sheet))
    return found


def save_bounds(project: Project, wanted: Mapping[str, tuple[str, str]]) -> Project:
    """Write the bounds that differ from those in force into kpi.toml.

    Parameters
    ----------
    wanted : mapping of str to (str, str)
        The healthy and the danger bound by KPI, as people write them; both empty for the usual.

    Returns
    -------
    Project
        With the settings as they are now.

    Raises
    ------
    InputError
        When one of them is no number, or stands in 设置.xlsx.
    """
    now = {one.name: one for one in bounds(project)}
    changed = {
        name: given
        for name, given in wanted.items()
        if name in now and given != (now[name].healthy, now[name].danger)
    }
    if typed := [name for name in changed if now[name].in_sheet]:
        raise InputError(
            kinds.BOUND_IN_SHEET(kpi=typed[0]), file=project.folder / WORKBOOK, value=typed[0]
        )
    values = {name: _band(name, *given, now[name].lower) for name, given in changed.items()}

    def change(document: TOMLDocument) -> None:
        into = section(document, "bands")
        for name, value in values.items():
            if value is None:
                into.pop(name, None)
            else:
                into[name] = inline(value)

    if values:
        edit(project.folder / "kpi.toml", change)
    return Project.open(project.folder)


def _band(name: str, healthy: str, danger: str, lower: bool) -> dict[str, float] | None:
    if not healthy.strip() and not danger.strip():
        return None
    band = {"healthy": _number(name, healthy)}
    if danger.strip():
        band["danger"] = _number(name, danger)
        sign = -1 if lower else 1
        if sign * band["danger"] > sign * band["healthy"]:
            raise InputError(kinds.BOUNDS_CROSSED(kpi=name))
    return band


def _number(name: str, text: str) -> float:
    number = read_number(text)
    if isinstance(number, Fault):
        raise InputError(kinds.BOUND_NO_NUMBER(kpi=name), value=text)
    return number


def _shown(kpi: Kpi, value: float) -> str:
    return f"{round(value * 100, 6):g}%" if kpi.unit == "%" else f"{value:.12g}"
