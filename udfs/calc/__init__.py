"""The LibreOffice Calc add-in: what runs inside the program, the processes beside it, the .oxt."""

from typing import Final

IDENTIFIER: Final = "org.kpixl.calc"
"""The extension, and the module of everything that is registered with LibreOffice."""

EXTENSION: Final = "kpi_xl.oxt"
"""The file name of the extension."""
