"""Fill .xlsx workbooks without losing anything in them, and read them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpi_xl.workbook.explained import Explanation, explain
    from kpi_xl.workbook.identity import Identity
    from kpi_xl.workbook.returned import read
    from kpi_xl.workbook.slots import Slot
    from kpi_xl.workbook.template import Template

__all__ = ["Explanation", "Identity", "Slot", "Template", "explain", "read"]


def __getattr__(name: str) -> object:
    # Whoever needs a cell's letters need not wait for all that fills workbooks.
    if name in ("Explanation", "explain"):
        from kpi_xl.workbook import explained

        return getattr(explained, name)
    if name == "Identity":
        from kpi_xl.workbook.identity import Identity

        return Identity
    if name == "read":
        from kpi_xl.workbook.returned import read

        return read
    if name == "Slot":
        from kpi_xl.workbook.slots import Slot

        return Slot
    if name == "Template":
        from kpi_xl.workbook.template import Template

        return Template
    raise AttributeError(name)
