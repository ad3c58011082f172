"""The items of the KPI menu: each starts a process and carries out its orders."""

from __future__ import annotations

import contextlib
import urllib.parse
from collections.abc import Callable
from typing import Any

import uno
import unohelper
from com.sun.star.awt.MessageBoxType import ERRORBOX, INFOBOX, QUERYBOX
from com.sun.star.lang import XServiceInfo
from com.sun.star.task import XJobExecutor

from .document import Document
from .process import Process, UnavailableError

SERVICE = "org.kpixl.calc.Buttons"
IMPLEMENTATION = "org.kpixl.calc.python.Buttons"
SERVICES = (SERVICE,)

_TITLE = "KPI"
_OK, _YES_NO, _YES = 1, 3, 2  # com.sun.star.awt.MessageBoxButtons and MessageBoxResults
_SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
_LONGEST = 1000  # characters in a message box
_OKAY = "确定"
_PLACE = 3  # com.sun.star.awt.PosSize.POS
_LINE = 10  # the height of a line in a dialog
_MARGIN, _WIDEST = 300, 9000  # of a column, in hundredths of a millimetre
_TOP, _BOLD, _HEAD = 1, 150.0, 0xE4ECEF  # com.sun.star.table.CellVertJustify2.TOP, awt.FontWeight


class Buttons(unohelper.Base, XJobExecutor, XServiceInfo):  # type: ignore[misc]
    """The service of the buttons: ``service:org.kpixl.calc.Buttons?refresh``.

    Parameters
    ----------
    context : com.sun.star.uno.XComponentContext
        The component context of LibreOffice.
    """

    def __init__(self, context: Any) -> None:
        self._context = context

    # XJobExecutor
    def trigger(self, command: str) -> None:
        desktop = self._service("com.sun.star.frame.Desktop")
        model = desktop.getCurrentComponent()
        window = _Window(self._context, desktop)
        if model is None or not model.supportsService(_SPREADSHEET):
            window.say("请先打开或新建一个表格。", True)
            return
        given = [urllib.parse.unquote(part) for part in command.split("/")]
        document = Document(model)
        try:
            process = Process("udfs.calc.button", *given)
        except UnavailableError as error:
            window.say(str(error), True)
            return
        try:
            _serve(process, document, window)
            if process.wait():
                window.say(f"没有完成，原因见 {process.log}。", True)
        finally:
            document.end()
            window.status(None)
            process.end()

    # XServiceInfo
    def getImplementationName(self) -> str:
        return IMPLEMENTATION

    def supportsService(self, name: str) -> bool:
        return name in SERVICES

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return SERVICES

    def _service(self, name: str) -> Any:
        return self._context.ServiceManager.createInstanceWithContext(name, self._context)


def _serve(process: Process, document: Document, window: _Window) -> None:
    """Carry out orders until the process ends."""
    orders: dict[str, Callable[..., Any]] = {
        "sheets": document.sheets,
        "names": document.names,
        "used": document.used,
        "is merged": document.is_merged,
        "begin": document.begin,
        "end": document.end,
        "write": document.write,
        "set name": document.set_name,
        "unprotect": document.unprotect,
        "protect": document.protect,
        "calculate": document.calculate,
        "selected": document.selected,
        "insert": document.insert,
        "say": window.say,
        "ask": window.ask,
        "status": window.status,
        "show": window.show,
        "open": window.open,
        "choose folder": window.choose_folder,
        "input": window.input,
        "choose": window.choose,
    }
    with contextlib.suppress(EOFError, ConnectionError):  # it has ended, well or not
        while True:
            name, given = process.channel.receive()
            try:
                answer = True, orders[name](*given)
            except Exception as error:  # whatever LibreOffice says goes to whoever ordered it
                answer = False, f"{type(error).__name__}: {error}"
            process.channel.send(answer)


class _Window:
    """The window whose button was pressed."""

    def __init__(self, context: Any, desktop: Any) -> None:
        self._context = context
        self._desktop = desktop
        self._frame = desktop.getCurrentFrame()
        self._status: Any = None

    def say(self, text: str, failed: bool = False) -> None:
        """Show a message."""
        self._box(ERRORBOX if failed else INFOBOX, _OK, text)

    def ask(self, text: str) -> bool:
        """Show a question; whether it is answered yes."""
        return bool(self._box(QUERYBOX, _YES_NO, text) == _YES)

    def status(self, text: str | None) -> None:
        """Show what is being done."""
        if text is None:
            if self._status is not None:
                self._status.end()
                self._status = None
            return
        if self._status is None and self._frame is not None:
            self._status = self._frame.createStatusIndicator()
            self._status.start(text, 0)
        if self._status is not None:
            self._status.setText(text)

    def show(self, rows: Any) -> None:
        """A table in a new document."""
        new = self._desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ())
        sheet = new.Sheets.getByIndex(0)
        width = max(map(len, rows))
        cells = sheet.getCellRangeByPosition(0, 0, width - 1, len(rows) - 1)
        full = [[*row, *[""] * (width - len(row))] for row in rows]
        cells.setDataArray(tuple(tuple(_shown(cell) for cell in row) for row in full))
        cells.Columns.OptimalWidth = True
        for place in range(width):
            column = cells.Columns.getByIndex(place)
            column.Width = min(column.Width + _MARGIN, _WIDEST)
        cells.IsTextWrapped = True
        cells.VertJustify = _TOP
        heads = sheet.getCellRangeByPosition(0, 0, width - 1, 0)
        heads.CharWeight = heads.CharWeightAsian = _BOLD
        heads.CellBackColor = _HEAD
        cells.Rows.OptimalHeight = True
        new.CurrentController.freezeAtPosition(0, 1)

    def open(self, url: str) -> None:
        """Open another document."""
        self._desktop.loadComponentFromURL(url, "_default", 0, ())

    def choose_folder(self, title: str, at: str | None) -> str | None:
        """Ask for a folder, starting at one."""
        picker = self._context.ServiceManager.createInstanceWithContext(
            "com.sun.star.ui.dialogs.FolderPicker", self._context
        )
        picker.setTitle(title)
        if at is not None:
            picker.setDisplayDirectory(uno.systemPathToFileUrl(at))
        return uno.fileUrlToSystemPath(picker.getDirectory()) if picker.execute() == 1 else None

    def input(self, text: str, given: str) -> str | None:
        """Ask for a line of text, with a default."""
        return self._answer(text, "Edit", 14, {"Text": given}, "Text")

    def choose(self, text: str, items: list[str]) -> str | None:
        """Ask for one of several."""
        first = {"StringItemList": tuple(items), "SelectedItems": uno.Any("[]short", (0,))}
        height = max(_LINE * 3, min(120, _LINE * len(items) + 4))
        return self._answer(text, "ListBox", height, first, "SelectedItem")

    def _answer(
        self, text: str, kind: str, height: int, given: dict[str, Any], answer: str
    ) -> str | None:
        """Ask in a dialog with one field."""
        create = self._context.ServiceManager.createInstanceWithContext
        model = create("com.sun.star.awt.UnoControlDialogModel", self._context)
        below = 12 + _LINE * (text.count("\n") + 1)
        model.Title, model.Width, model.Height = _TITLE, 200, 26 + below + height
        push = (uno.Any("short", type_) for type_ in (1, 2))  # PushButtonType.OK and CANCEL
        # With no label a button is called in the language of LibreOffice, not of the rest.
        yes, no = (
            {"PushButtonType": kind_, "Label": label, "DefaultButton": label == _OKAY}
            for kind_, label in zip(push, (_OKAY, "取消"), strict=True)
        )
        said = {
            "Label": text,
            "MultiLine": True,
            "NoLabel": True,
        }  # or a letter would be put behind
        for part, name, place, values in (
            ("FixedText", "text", (6, 6, 188, below - 8), said),
            (kind, "answer", (6, below, 188, height), given),
            ("Button", "ok", (90, below + height + 6, 50, 14), yes),
            ("Button", "cancel", (144, below + height + 6, 50, 14), no),
        ):
            control = model.createInstance(f"com.sun.star.awt.UnoControl{part}Model")
            control.PositionX, control.PositionY, control.Width, control.Height = place
            for key, value in values.items():
                if isinstance(value, uno.Any):
                    uno.invoke(control, "setPropertyValue", (key, value))
                else:
                    setattr(control, key, value)
            model.insertByName(name, control)
        dialog = create("com.sun.star.awt.UnoControlDialog", self._context)
        dialog.setModel(model)
        parent = None if self._frame is None else self._frame.getContainerWindow()
        dialog.createPeer(create("com.sun.star.awt.Toolkit", self._context), parent)
        if parent is not None:
            own, whole = dialog.getPosSize(), parent.getPosSize()
            x, y = (whole.Width - own.Width) // 2, (whole.Height - own.Height) // 3
            dialog.setPosSize(max(x, 0), max(y, 0), 0, 0, _PLACE)
        try:
            return str(getattr(dialog.getControl("answer"), answer)) if dialog.execute() else None
        finally:
            dialog.dispose()

    def _box(self, kind: Any, buttons: int, text: str) -> int:
        parent = None if self._frame is None else self._frame.getContainerWindow()
        toolkit = self._context.ServiceManager.createInstanceWithContext(
            "com.sun.star.awt.Toolkit", self._context
        )
        return int(
            toolkit.createMessageBox(parent, kind, buttons, _TITLE, text[:_LONGEST]).execute()
        )


def _shown(cell: Any) -> Any:
    if isinstance(cell, tuple):
        return cell[0]
    return "" if cell is None else cell if isinstance(cell, str) else float(cell)
