"""The macros that Excel calls for the buttons of the KPI tab.

Excel calls these through xlwings, by name, from ``udfs/excel/vba/KpiRibbon.bas``; texts come as
hexadecimal UTF-16 so that no quotation mark or code page can break the call. Whatever goes wrong
is told in a message box.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import xlwings

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.system.progress import Progress
from kpi_xl.system.user import User
from udfs import buttons
from udfs.buttons import Selected
from udfs.excel.book import ExcelCells, escape_is_pressed, quiet, undisturbed

_TITLE: Final = "KPI"
_LONGEST: Final = 1000  # a message box shows no more


def refresh() -> None:
    """刷新月度KPI: fill the slots of the open workbook."""
    _run(buttons.refresh)


def undo() -> None:
    """撤销刷新: put back what the last refresh of the open workbook overwrote."""
    _run(buttons.undo)


def fill(template: str) -> None:
    """生成: make the workbooks of an official template.

    Parameters
    ----------
    template : str
        Its name, plain from a button of one's own, in hexadecimal from the ribbon's.
    """
    _run(buttons.fill(_text(template)))


def distribute(template: str, level: str) -> None:
    """下发: make the workbooks of an official template that can be collected.

    Parameters
    ----------
    template, level : str
        As for `fill`; the level 通常 is the template's usual one.
    """
    _run(buttons.distribute(_text(template), _text(level)))


def collect() -> None:
    """回收: collect the workbooks that came back."""
    _run(buttons.collect)


def diagnose() -> None:
    """诊断: causes and measures for the unit of the open workbook."""
    _run(buttons.diagnose)


def import_files() -> None:
    """导入向导: what each raw file is read as, in the browser."""
    _run(buttons.import_files)


def check() -> None:
    """数据校验: check the raw files and open the report."""
    _run(buttons.check)


def doctor() -> None:
    """检查安装: check the installation and the project, in a new workbook."""
    _run(buttons.doctor)


def explain() -> None:
    """指标说明: explain the KPI of the selected cell, or list all."""
    _run(buttons.explain)


def formulas() -> None:
    """写入公式名称: a copy of the open workbook with every KPI as a named formula."""
    _run(_with_formulas)


def settings(folder: str, month: str) -> None:
    """设置: the project and the month.

    Parameters
    ----------
    folder, month : str
        As for `fill`; an empty month is the last one with data.
    """
    _run(buttons.settings(_text(folder), _text(month)))


def help() -> None:
    """帮助: list all functions in a new workbook."""
    _run(buttons.help)


# ---------------------------------------------------------------------------------------------


class _Excel:
    """Excel, with the workbook whose button was pressed."""

    recalculation: Final = "Ctrl+Alt+F9"

    def __init__(self) -> None:
        self._book: Any = xlwings.Book.caller()
        self._app: Any = self._book.app
        self._writes = False

    @property
    def user(self) -> User:
        return User.current()

    @property
    def cells(self) -> ExcelCells:
        return ExcelCells(self._book)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        # What is being written into the workbook is written to its end.
        self._writes = True
        try:
            with quiet(self._app):
                yield
        finally:
            self._writes = False

    def undisturbed(self) -> AbstractContextManager[None]:
        """While it lasts Excel asks nothing of its own and does not take Esc for itself."""
        return undisturbed(self._app)

    def calculate(self) -> None:
        try:
            self._app.api.CalculateFull()
        except (AttributeError, NotImplementedError):  # not Excel on Windows
            self._app.calculate()

    def say(self, text: str, failed: bool = False) -> None:
        self._app.alert(text[:_LONGEST], _TITLE, mode="critical" if failed else "info")

    def ask(self, text: str) -> bool:
        return bool(self._app.alert(text[:_LONGEST], _TITLE, buttons="yes_no") == "yes")

    def status(self, text: str | None) -> None:
        may_end = text is not None and not self._writes
        with suppress(NotImplementedError):  # an engine of xlwings that has none
            shown = f"{text}（按住 Esc 停下）" if may_end else text
            self._app.status_bar = False if shown is None else shown
        if may_end and escape_is_pressed():
            raise InputError(kinds.STOPPED())

    def copied_to(self, folder: Path) -> Path:
        """The workbook as it is now, saved or not, as a file of its own."""
        file = folder / str(self._book.name)
        if file.suffix.lower() not in (".xlsx", ".xlsm"):
            raise InputError(kinds.NOT_SAVED_AS_XLSX(), value=self._book.name)
        self._book.api.SaveCopyAs(str(file))
        return file

    def beside(self, name: str) -> Path:
        """A file in the workbook's folder; in the user's own where that is not on this machine."""
        folder = Path(self._book.fullname).parent
        return (folder if folder.is_dir() else self.user.home) / name

    def show(self, rows: Any) -> None:
        _show(self._app, rows)

    def open(self, file: str) -> None:
        self._app.books.open(file)

    def selected(self) -> Selected | None:
        cell = self._app.selection
        if cell is None:
            return None
        right = self._right(cell)
        address = right.get_address(False, False) if right.value is None else None
        return Selected(cell.options(ndim=2).value[0][0], address)

    def insert(self, function: str, arguments: list[str]) -> None:
        texts = ",".join(f'"{text}"' for text in arguments)
        self._right(self._app.selection).formula = f"={function}({texts})"

    @staticmethod
    def _right(cell: Any) -> Any:
        return cell[0, 0].offset(0, 1)


def _with_formulas(excel: Any, progress: Progress) -> None:
    from kpi_xl.system.files import write_whole
    from udfs.lambdas.workbook import with_names

    with tempfile.TemporaryDirectory() as folder:
        copy = excel.copied_to(Path(folder))
        named = with_names(copy)
    target = excel.beside(f"{copy.stem}（公式名称）{copy.suffix}")
    write_whole(target, named.content)
    excel.open(str(target))
    taken = f"\n已有同名的名称，没有改动：{'、'.join(named.taken)}" if named.taken else ""
    excel.say(f"写入了 {len(named.put)} 个公式名称，另存为：{target}{taken}")


def _run(action: buttons.Action) -> None:
    excel = _Excel()
    with excel.undisturbed():
        buttons.run(excel, action)


def _show(app: Any, rows: Any) -> None:
    """A table in a new workbook."""
    sheet = app.books.add().sheets[0]
    sheet.range("A1").value = [list(row) for row in rows]
    sheet.autofit()


_UNITS: Final = re.compile(r"(?:[0-9A-F]{4})*")


def _text(text: str) -> str:
    """A text, plain or in hexadecimal UTF-16, as `KpiUnits` in VBA writes it."""
    return bytes.fromhex(text).decode("utf-16-be") if _UNITS.fullmatch(text) else text
