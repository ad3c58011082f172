"""The LibreOffice Calc add-in: code inside the program, processes beside it, the .oxt file."""

from typing import Final

IDENTIFIER: Final = "org.kpixl.calc"
"""The extension, and the module of everything that is registered with LibreOffice."""

EXTENSION: Final = "kpi_xl.oxt"
"""The file name of the extension."""
