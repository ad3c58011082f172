"""Fill .xlsx workbooks without losing anything in them, and read them back."""

from kpi_xl.workbook.explained import Explanation, explain
from kpi_xl.workbook.identity import Identity
from kpi_xl.workbook.returned import read
from kpi_xl.workbook.slots import Slot
from kpi_xl.workbook.template import Template

__all__ = ["Explanation", "Identity", "Slot", "Template", "explain", "read"]
