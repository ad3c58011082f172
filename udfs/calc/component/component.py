"""The file that LibreOffice loads; it registers the folder ``pythonpath`` beside it."""

import unohelper
from kpi_xl_calc import addin, buttons

g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816 - LibreOffice looks for it
g_ImplementationHelper.addImplementation(addin.AddIn, addin.IMPLEMENTATION, addin.SERVICES)
g_ImplementationHelper.addImplementation(buttons.Buttons, buttons.IMPLEMENTATION, buttons.SERVICES)
