"""Build kpi_xl.xlam, on any system, with the same bytes each time.

Run ``python -m udfs.excel.build kpi_xl.xlam``.
"""

from __future__ import annotations

import io
import struct
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Final

from kpi_xl.system.files import write_whole
from udfs.excel import sources
from udfs.excel.ribbon import custom_ui
from udfs.zipped import zipped

_PROJECT_NAME: Final = "KpiXl"
_CODE_PAGE: Final = 1252  # the sources are ASCII, for which any will do

_RIBBON: Final = "customUI/customUI14.xml"
_RIBBON_RELATIONSHIP: Final = (
    "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
)

# [MS-OVBA] 2.3.4.1: a project without a cache of compiled code, which Excel compiles anew.
_NO_CACHE: Final = bytes.fromhex("cc61ffff000000")


def build() -> bytes:
    """The add-in.

    Raises
    ------
    VersionError
        When the installed xlwings is not the pinned one.
    """
    parts = _parts(_with_modules())
    parts["xl/vbaProject.bin"] = _mended(parts["xl/vbaProject.bin"])
    parts["_rels/.rels"] = _replaced(
        parts["_rels/.rels"],
        "</Relationships>",
        f'<Relationship Id="rIdKpiRibbon" Type="{_RIBBON_RELATIONSHIP}" Target="{_RIBBON}"/>'
        "</Relationships>",
    )
    parts[_RIBBON] = custom_ui()
    return zipped(parts)


def _with_modules() -> bytes:
    """A new add-in with the VBA in it, written by pyOpenVBA."""
    from pyopenvba import ExcelFile, VBAModuleKind  # type: ignore[import-untyped]

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "new.xlam"
        with ExcelFile.create_new(file) as book:
            project = book.vba_project()
            _name(project)
            for name, source in sources.modules():
                project.add_module(name, source)
            project.add_module("KpiPython", sources.python(), kind=VBAModuleKind.other)
            book.set_module("ThisWorkbook", sources.this_workbook())
            project.delete_module("Module1")
            book.save(file)
        return file.read_bytes()


def _name(project: Any) -> None:
    """Set the project's name and code page in the raw records before its modules."""
    raw, position, out = project.dir_raw, 0, bytearray()
    while position < project.dir_modules_offset:
        record, size = struct.unpack_from("<HI", raw, position)
        length = 6 if record == 0x0009 else size  # PROJECTVERSION says 4 and has 6
        body = raw[position + 6 : position + 6 + length]
        if record == 0x0003:
            body = struct.pack("<H", _CODE_PAGE)
        elif record == 0x0004:
            body = _PROJECT_NAME.encode()
        out += struct.pack("<HI", record, size if record == 0x0009 else len(body)) + body
        position += 6 + length
    project.dir_raw = bytes(out) + raw[project.dir_modules_offset :]
    project.dir_modules_offset = len(out)
    project.code_page = _CODE_PAGE
    project.dir_structure_dirty = True


def _mended(vba: bytes) -> bytes:
    """The VBA project with the deviations of pyOpenVBA 6.5.0 from [MS-OVBA] corrected."""
    from pyopenvba.cfb import CFB  # type: ignore[import-untyped]
    from pyopenvba.vba import compress, decompress  # type: ignore[import-untyped]

    file = CFB.from_bytes(vba)
    project = file.get_stream("PROJECT")
    if project.count(b'Name="VBAProject"') != 1:
        raise RuntimeError("pyOpenVBA's PROJECT stream is not as expected")
    file.write_stream(
        "PROJECT", project.replace(b'Name="VBAProject"', f'Name="{_PROJECT_NAME}"'.encode())
    )
    file.write_stream_in_storage("VBA", "_VBA_PROJECT", _NO_CACHE)
    records = bytes(decompress(file.get_stream_in_storage("VBA", "dir")))
    # The terminator 0x0010 has four reserved bytes, not eight.
    if records.endswith(b"\x10\x00" + bytes(8)):
        file.write_stream_in_storage("VBA", "dir", compress(records[:-4]))
    mended: bytes = file.to_bytes()
    return mended


def _replaced(part: bytes, old: str, new: str) -> bytes:
    if part.count(old.encode()) != 1:
        raise RuntimeError(f"pyOpenVBA's new workbook is not as expected: {old}")
    return part.replace(old.encode(), new.encode())


def _parts(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def main() -> None:
    """Build the add-in into the file that is named."""
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "kpi_xl.xlam")
    write_whole(file, build())
    print(file)


if __name__ == "__main__":
    main()
