"""A small writer of .xlsb files, by [MS-XLSB]."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, sizes = len(data), b""
    while size > 127:
        sizes, size = sizes + bytes([size & 0x7F | 0x80]), size >> 7
    return head + sizes + bytes([size]) + data


def text(of: str) -> bytes:
    return struct.pack("<I", len(of)) + of.encode("utf-16-le")


def xlsb(
    rows: Sequence[Sequence[object]],
    name: str = "保单",
    merged: Sequence[tuple[int, int, int, int]] = (),
    formats: Sequence[str] = (),
    corner: tuple[int, int] = (0, 0),
    hidden: Sequence[int] = (),
    from_1904: bool = False,
    struck: Sequence[int] = (),
) -> bytes:
    """Cells are texts, numbers, or pairs of a number and the place of its format from 1."""
    top, left = corner
    width = max(map(len, rows))
    sheet = record(129) + record(
        148, struct.pack("<4I", top, top + len(rows) - 1, left, left + width - 1)
    )
    sheet += record(145)
    for row, line in enumerate(rows, top):
        sheet += record(
            0, struct.pack("<I", row) + bytes(7) + bytes([16 * (row in hidden)]) + bytes(5)
        )
        for column, cell in enumerate(line, left):
            plain = len(formats) + 1 if row in struck else 0
            number, style = cell if isinstance(cell, tuple) else (cell, plain)
            begin = struct.pack("<II", column, style)
            if isinstance(number, str):
                sheet += record(6, begin + text(number))
            elif number is not None:
                sheet += record(5, begin + struct.pack("<d", number))
    sheet += record(146) + record(177, struct.pack("<I", len(merged)))
    sheet += b"".join(record(176, struct.pack("<4I", a, b, c, d)) for a, b, c, d in merged)
    sheet += record(178) + record(130)
    styles = record(615, struct.pack("<I", len(formats)))
    styles += b"".join(
        record(44, struct.pack("<H", 164 + n) + text(one)) for n, one in enumerate(formats)
    )
    styles += record(616) + record(611, struct.pack("<I", 2))
    styles += b"".join(record(43, struct.pack("<HH", 220, line)) for line in (0, 8)) + record(612)
    styles += record(617, struct.pack("<I", len(formats) + 2))
    ids = [(0, 0), *((164 + n, 0) for n in range(len(formats))), (0, 1)]
    styles += b"".join(record(47, struct.pack("<3H", 0, *one) + bytes(10)) for one in ids)
    styles += record(618)
    book = record(131) + record(153, bytes([from_1904]) + bytes(11)) + record(143)
    book += record(156, struct.pack("<II", 0, 1) + text("rId1") + text(name))
    book += record(144) + record(132)
    link = f'<Relationship Id="rId{{}}" Type="{OF}/{{}}" Target="{{}}"/>'
    links = f'<Relationships xmlns="{RELATIONS}">{{}}</Relationships>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(
            "_rels/.rels", links.format(link.format(1, "officeDocument", "xl/workbook.bin"))
        )
        package.writestr("xl/workbook.bin", book)
        package.writestr("xl/worksheets/sheet1.bin", sheet)
        package.writestr("xl/styles.bin", styles)
        package.writestr(
            "xl/_rels/workbook.bin.rels",
            links.format(
                link.format(1, "worksheet", "worksheets/sheet1.bin")
                + link.format(2, "styles", "styles.bin")
            ),
        )
    return out.getvalue()
