"""The functions for workbooks whose days count from 1904.

The add-in's VBA names this module where the workbook that asks counts so. Cells that are shown as
dates come as dates either way.
"""

from __future__ import annotations

from udfs import functions
from udfs.contents import BETWEEN_EPOCHS
from udfs.epochs import counted
from udfs.excel.functions import served

for _name in functions.__all__:
    _function = getattr(functions, _name)
    globals()[_name] = served(_function, counted(_function, BETWEEN_EPOCHS))
