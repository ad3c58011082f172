"""A person's hands in LibreOffice, through UNO; run by the Python that LibreOffice's uno is for.

``hands.py PROFILE SOURCE TARGET ACTIONS`` opens a workbook, does what the JSON list says, saves.
"""

import contextlib
import json
import subprocess
import sys
import time
import uuid
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.table import TableSortField


def property_(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def desktop_of(process, pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:
            if time.monotonic() > deadline or process.poll() not in (None, 81):
                raise
            time.sleep(0.1)
    return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def act(document, action, *given):
    sheets = document.Sheets
    if action == "type":  # as on the keyboard: numbers, dates, formulas and text are told apart
        sheet, cell, text = given
        one = sheets.getByName(sheet).getCellRangeByName(cell)
        one.FormulaLocal = text
    elif action == "unprotect":
        sheets.getByName(given[0]).unprotect("")
    elif action == "insert rows":
        sheet, at, count = given
        sheets.getByName(sheet).Rows.insertByIndex(at - 1, count)
    elif action == "rename":
        sheets.getByName(given[0]).Name = given[1]
    elif action == "move":
        sheet, source, target = given
        one = sheets.getByName(sheet)
        place = one.getCellRangeByName(target).CellAddress
        one.moveRange(place, one.getCellRangeByName(source).RangeAddress)
    elif action == "sort":
        sheet, cells, column, ascending = given
        by = TableSortField()
        by.Field, by.IsAscending = column, ascending
        fields = uno.Any("[]com.sun.star.table.TableSortField", (by,))
        described = (property_("SortFields", fields), property_("ContainsHeader", False))
        sheets.getByName(sheet).getCellRangeByName(cells).sort(described)
    else:
        raise ValueError(action)


def main(profile, source, target, actions):
    pipe = "kpi" + uuid.uuid4().hex
    process = subprocess.Popen(
        [
            "soffice", "--headless", "--norestore", "--nologo", "--nodefault",
            f"-env:UserInstallation={Path(profile).resolve().as_uri()}",
            f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        desktop = desktop_of(process, pipe)
        document = desktop.loadComponentFromURL(
            Path(source).resolve().as_uri(), "_blank", 0, (property_("Hidden", True),)
        )
        for action in json.loads(actions):
            act(document, *action)
        document.storeToURL(
            Path(target).resolve().as_uri(),
            (property_("FilterName", "Calc MS Excel 2007 XML"),),
        )
        document.close(True)
        with contextlib.suppress(Exception):  # it has ended already
            desktop.terminate()
        process.wait(30)
    finally:
        if process.poll() is None:
            process.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
