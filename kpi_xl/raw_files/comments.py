"""Comments beside the cells of a worksheet of an .xlsx file."""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import Final
from xml.etree import ElementTree

from kpi_xl.raw_files.sheet_rows import elements

_ROW: Final = re.compile(r"[A-Z]+(\d+)")
_OF: Final = ("/comments", "/threadedComment")


def comments_of(package: zipfile.ZipFile, part: str) -> dict[int, str]:
    """The comments in each row of a worksheet.

    Parameters
    ----------
    package : ZipFile
        The opened zip file of the workbook.
    part : str
        The part that the worksheet is in.
    """
    folder, _, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    names = set(package.namelist())
    found: dict[int, str] = {}
    if relations not in names:
        return found
    for one in ElementTree.fromstring(package.read(relations)):
        target = one.get("Target", "")
        where = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
        if one.get("Type", "").endswith(_OF) and where in names:
            with package.open(where) as stream:
                for comment in elements(stream, "comment", "threadedComment"):
                    place = _ROW.fullmatch(comment.get("ref", ""))
                    text = "".join(comment.itertext()).strip()
                    if place and text:
                        row = int(place[1])
                        found[row] = f"{found[row]}\n{text}" if row in found else text
    return found
