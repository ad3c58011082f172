"""kpi_xl for scripts, notebooks and buttons of one's own: on workbooks that are open in Excel.

Each function takes an `xlwings.Book`. Nothing here is needed for the add-in's ribbon, which does
the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.system.user import User

if TYPE_CHECKING:
    from udfs.open_fill import Filled

__all__ = ["fill", "refresh", "slots"]


def slots(book: Any) -> dict[str, str]:
    """The slots of an open workbook, and where they are.

    Parameters
    ----------
    book : xlwings.Book
        The workbook that is open in Excel.

    Returns
    -------
    dict of str to str
        Such as ``{"kpi.活动率": "月报!C5"}``, in the order of the workbook's names.
    """
    opened = _opened(book)
    return {name: f"{slot.sheet}!{slot.reference}" for name, slot in opened.slots.items()}


def refresh(
    book: Any, *, project: str | Path | None = None, month: str | None = None
) -> dict[str, Any]:
    """Fill the slots of an open workbook for the unit or person that it names itself.

    Parameters
    ----------
    book : xlwings.Book
        The workbook that is open in Excel.
    project : path, optional
        The project's folder; by default the one chosen in the add-in's 设置.
    month : str, optional
        Such as ``"2024-06"``; by default a plan's own month, else the last one with data.

    Returns
    -------
    dict of str to object
        The values written, by slot; 撤销刷新 of the ribbon puts back what was there before.

    Raises
    ------
    InputError
        When there is no such project, unit, person or month, the workbook has no slot that kpi_xl
        knows, or a sheet is protected; nothing is written then.
    """
    from udfs.open_fill import identity

    opened = _opened(book)
    return _written(_filled(book, opened, identity(opened), project, month))


def fill(
    book: Any,
    *,
    unit: str | None = None,
    person: str | None = None,
    project: str | Path | None = None,
    month: str | None = None,
) -> dict[str, Any]:
    """Fill the slots of an open workbook for a unit or person, whomever it names now.

    Parameters
    ----------
    book : xlwings.Book
        The workbook that is open in Excel.
    unit : str, optional
        The unit's name or path; by default the branch.
    person : str, optional
        The 工号, for workbooks that are made for one person each.
    project, month
        As for `refresh`.

    Returns
    -------
    dict of str to object
        As `refresh`.

    Raises
    ------
    InputError
        As `refresh`; or when both a unit and a person are given.
    """
    if unit is not None and person is not None:
        raise InputError(kinds.UNIT_OR_PERSON(), value=f"{unit}、{person}")
    present: dict[str, object] = {"unit.name": unit, "person.id": person}
    return _written(_filled(book, _opened(book), present, project, month))


def _filled(
    book: Any,
    opened: Any,
    present: dict[str, object],
    project: str | Path | None,
    month: str | None,
) -> Filled:
    from udfs.excel.book import quiet
    from udfs.open_fill import fill_open

    user = User.current()
    of = Project.open(user.project() if project is None else project)
    chosen = user.settings().month if project is None and month is None else month
    return fill_open(opened, of, present, chosen, user.undo, quiet(book.app))


def _opened(book: Any) -> Any:
    from udfs.excel.book import ExcelCells
    from udfs.open_book import OpenBook

    return OpenBook(ExcelCells(book))


def _written(filled: Filled) -> dict[str, Any]:
    return {name: filled.live.values[name] for name in filled.changes}
