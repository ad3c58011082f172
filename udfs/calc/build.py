"""Build kpi_xl.oxt, on any system and without LibreOffice, with the same bytes each time.

Run ``python -m udfs.calc.build kpi_xl.oxt``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Final

from kpi_xl import __version__
from kpi_xl.system.files import write_whole
from udfs.calc import EXTENSION, IDENTIFIER
from udfs.calc.menu import addons, window_state
from udfs.calc.signatures import library, table
from udfs.zipped import zipped

TYPES: Final = "types.rdb"
COMPONENTS: Final = "kpi_xl.components"
COMPONENT: Final = "component.py"
MENU: Final = "Addons.xcu"
WINDOW_STATE: Final = "CalcWindowState.xcu"
FUNCTIONS: Final = "pythonpath/kpi_xl_calc/functions.json"
LEAST_LIBREOFFICE: Final = "25.2"
"""Older ones do not know an add-in's plain names in .xlsx files."""

_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def build() -> bytes:
    """The extension."""
    return zipped(dict(parts()))


def parts() -> Iterator[tuple[str, bytes]]:
    """Its files: name and content."""
    yield "META-INF/manifest.xml", _manifest()
    yield "description.xml", _description()
    yield TYPES, library()
    yield COMPONENTS, components(COMPONENT)
    yield MENU, addons()
    yield WINDOW_STATE, window_state()
    yield FUNCTIONS, functions()
    for file in sorted(resources.files("udfs.calc.component").iterdir(), key=lambda f: f.name):
        if file.name == COMPONENT:
            yield COMPONENT, file.read_bytes()
        elif file.name.endswith(".py"):
            yield f"{FUNCTIONS.rpartition('/')[0]}/{file.name}", file.read_bytes()


def functions() -> bytes:
    """The description of the functions, as the extension reads it."""
    return json.dumps(table(), ensure_ascii=False, indent=0).encode()


def components(component: str) -> bytes:
    """The services that are registered, with the file that implements them."""
    return (
        f'{_XML}<components xmlns="http://openoffice.org/2010/uno-components">'
        f'<component loader="com.sun.star.loader.Python" uri="{component}">'
        f'<implementation name="{IDENTIFIER}.python.Functions">'
        f'<service name="{IDENTIFIER}.Functions"/><service name="com.sun.star.sheet.AddIn"/>'
        f'</implementation><implementation name="{IDENTIFIER}.python.Buttons">'
        f'<service name="{IDENTIFIER}.Buttons"/></implementation></component></components>\n'
    ).encode()


def _manifest() -> bytes:
    types = {
        TYPES: "application/vnd.sun.star.uno-typelibrary;type=RDB",
        COMPONENTS: "application/vnd.sun.star.uno-components",
        MENU: "application/vnd.sun.star.configuration-data",
        WINDOW_STATE: "application/vnd.sun.star.configuration-data",
    }
    entries = "".join(
        f'<manifest:file-entry manifest:media-type="{type_}" manifest:full-path="{name}"/>'
        for name, type_ in types.items()
    )
    return (
        f'{_XML}<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">'
        f"{entries}</manifest:manifest>\n"
    ).encode()


def _description() -> bytes:
    return (
        f'{_XML}<description xmlns="http://openoffice.org/extensions/description/2006"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<identifier value="{IDENTIFIER}"/><version value="{__version__}"/>'
        '<display-name><name lang="zh-CN">kpi_xl：KPI 公式和按钮</name>'
        '<name lang="en">kpi_xl: KPI formulas and buttons</name></display-name>'
        f'<dependencies><LibreOffice-minimal-version value="{LEAST_LIBREOFFICE}"'
        f' name="LibreOffice {LEAST_LIBREOFFICE}"'
        ' xmlns="http://libreoffice.org/extensions/description/2011"/></dependencies>'
        "</description>\n"
    ).encode()


def main() -> None:
    """Build the extension into the file that is named."""
    file = Path(sys.argv[1] if len(sys.argv) > 1 else EXTENSION)
    write_whole(file, build())
    print(file)


if __name__ == "__main__":
    main()
