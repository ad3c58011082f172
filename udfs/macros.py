"""What the buttons of the KPI tab run: the jobs of the command line, on the open workbook.

Excel calls these through xlwings, by name, from ``udfs/excel/vba/KpiRibbon.bas``; texts come as
hexadecimal UTF-16 so that no quotation mark or code page can break the call. Whatever goes wrong
is told in a message box.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Any, Final

import xlwings

from kpi_xl.errors import InputError
from kpi_xl.jobs.progress import Progress
from kpi_xl.jobs.user import User, UserSettings
from kpi_xl.project import Project

_TITLE: Final = "KPI"
_PATIENCE: Final = 0.2  # seconds
_LONGEST: Final = 1000  # a message box shows no more


def refresh() -> None:
    """刷新月度KPI: fill the slots of the open workbook."""
    _run(_refresh)


def undo() -> None:
    """撤销刷新: put back what the last refresh of the open workbook overwrote."""
    _run(_undo)


def fill(template: str) -> None:
    """生成: make the workbooks of an official template.

    Parameters
    ----------
    template : str
        Its name, in hexadecimal.
    """
    _run(lambda book, progress: _fill(book, progress, _text(template)))


def check() -> None:
    """数据校验: check the raw files and open the report."""
    _run(_check)


def doctor() -> None:
    """诊断: check the installation and the project, in a new workbook."""
    _run(_doctor)


def explain() -> None:
    """指标说明: explain the KPI of the selected cell, or list all."""
    _run(_explain)


def settings(folder: str, month: str) -> None:
    """设置: the project and the month.

    Parameters
    ----------
    folder, month : str
        In hexadecimal; an empty month is the last one with data.
    """
    _run(lambda book, progress: _settings(book, _text(folder), _text(month)))


def help() -> None:
    """帮助: list all functions in a new workbook."""
    _run(_help)


# ---------------------------------------------------------------------------------------------


def _run(action: Callable[[Any, Progress], None]) -> None:
    """Run an action on the workbook whose button was pressed, and tell what goes wrong."""
    book = xlwings.Book.caller()
    app = book.app

    shown = 0.0

    def progress(text: str, done: int, total: int) -> None:
        nonlocal shown
        # Each is a call into Excel: a few a second are enough to watch.
        if time.monotonic() - shown >= _PATIENCE:
            shown = time.monotonic()
            _status(app, f"KPI：{text} {done}/{total}")

    try:
        action(book, progress)
    except InputError as error:
        _say(app, str(error), "critical")
    except Exception as error:
        log = User.current().folder / "error.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(traceback.format_exc(), encoding="utf-8")
        name = type(error).__name__
        _say(app, f"程序出错了（{name}）。请把 {log} 发给维护人员。", "critical")
    finally:
        _status(app, False)


def _refresh(book: Any, progress: Progress) -> None:
    from kpi_xl.jobs.live import IDENTITY, live
    from udfs import undo as copies
    from udfs.open_book import OpenBook, quiet

    user = User.current()
    opened = OpenBook(book)
    present: dict[str, object] = {
        name: opened.read(name) for name in IDENTITY if name in opened.slots
    }
    rows = {name: slot.rows for name, slot in opened.slots.items()}
    found = live(_project(user), rows, present, user.settings().month, progress)
    with quiet(book.app):
        before = opened.write(found.values, progress)
    copies.keep(user.undo, book.fullname, before)
    if opened.has_functions():
        _calculate(book.app)
    _say(
        book.app,
        f"已按 {found.month.chinese} 的数据填写 {found.recipient}：{len(before)} 处。\n"
        "要恢复原来的内容，请点“撤销刷新”。",
    )


def _undo(book: Any, progress: Progress) -> None:
    from udfs import undo as copies
    from udfs.open_book import OpenBook, quiet

    folder = User.current().undo
    overwritten = copies.kept(folder, book.fullname)
    with quiet(book.app):
        OpenBook(book).restore(overwritten)
    copies.forget(folder, book.fullname)
    _say(book.app, f"已恢复 {len(overwritten)} 处。")


def _fill(book: Any, progress: Progress, template: str) -> None:
    from kpi_xl.jobs.fill import fill as run

    user = User.current()
    filled = run(_project(user), template, user.settings().month, progress)
    _say(
        book.app,
        f"{filled.month.chinese} {template}：生成 {len(filled.files)} 份。\n位置：{filled.folder}",
    )


def _check(book: Any, progress: Progress) -> None:
    from kpi_xl.jobs.check import check as run

    checked, report = run(_project(User.current()), progress)
    book.app.books.open(str(report))
    aside = sum(table.set_aside for table in checked.tables.values())
    read = sum(table.read for table in checked.tables.values())
    _say(book.app, f"读入 {read:,} 行，搁置 {aside:,} 行，详见校验报告：{report}")


def _doctor(book: Any, progress: Progress) -> None:
    from kpi_xl.jobs.doctor import doctor as run

    findings = run()
    rows = [[f.name, "正常" if f.fine else "有问题", f.found, f.advice] for f in findings]
    _show(book.app, [["检查项", "结果", "情况", "怎么办"], *rows])
    wrong = [finding for finding in findings if not finding.fine]
    _say(
        book.app,
        "\n".join(f"{finding.name}：{finding.found}。{finding.advice}" for finding in wrong)
        or "全部正常。",
    )


def _explain(book: Any, progress: Progress) -> None:
    from kpi_xl.catalogue import kpis
    from kpi_xl.explain import one_kpi
    from udfs.by_data import KPI_NAMES

    cell = book.app.selection
    label = None if cell is None else cell.options(ndim=2).value[0][0]
    kpi = kpis.find(label) if isinstance(label, str) else None
    if kpi is None:
        _show(book.app, KPI_NAMES())
        return
    text = "\n".join(line.strip() for line in one_kpi(kpi.code))
    right = cell[0, 0].offset(0, 1)
    if right.value is not None:
        _say(book.app, text)
        return
    question = f"{text}\n\n要在右边的单元格 {right.get_address(False, False)} 插入公式吗？"
    if book.app.alert(question[:_LONGEST], _TITLE, buttons="yes_no") == "yes":
        right.formula = _formula(kpi.name)


def _formula(kpi: str) -> str:
    """A formula to begin with: the branch, in the last month with data."""
    from udfs.arguments import BadArgumentError
    from udfs.current import data

    try:
        cube = data().cube
    except BadArgumentError:
        return f'=KPI("{kpi}","单位名称","2024-06")'
    return f'=KPI("{kpi}","{cube.units[0].name}","{cube.last}")'


def _settings(book: Any, folder: str, month: str) -> None:
    from kpi_xl.calendar import Month

    project = Project.open(folder)
    try:
        chosen = str(Month.parse(month)) if month.strip() else None
    except ValueError:
        raise InputError(
            "月份写法看不懂", "请写成 2024-06、202406 或 2024年6月", value=month
        ) from None
    User.current().save(UserSettings(project.folder.resolve(), chosen))
    _say(
        book.app,
        f"项目：{project.folder}\n月份：{chosen or '有数据的最后一个月'}\n"
        "表格里的 KPI 公式在下次计算时使用新的项目（按 Ctrl+Alt+F9 立即计算）。",
    )


def _help(book: Any, progress: Progress) -> None:
    from udfs import functions
    from udfs.excel.descriptions import described

    rows = []
    for name in functions.__all__:
        about = described(getattr(functions, name))
        arguments = "\n".join(f"{name}：{text}" for name, text in about.arguments.items())
        rows.append([f"{name}({', '.join(about.arguments)})", about.text, arguments])
    _show(book.app, [["函数", "结果", "参数"], *rows])


# ---------------------------------------------------------------------------------------------


def _project(user: User) -> Project:
    return Project.open(user.project())


def _say(app: Any, text: str, mode: str = "info") -> None:
    app.alert(text[:_LONGEST], _TITLE, mode=mode)


def _status(app: Any, text: str | bool) -> None:
    try:
        app.status_bar = text
    except NotImplementedError:  # an engine of xlwings that has none
        return


def _calculate(app: Any) -> None:
    """Compute every formula: a refreshed project does not change the cells that functions read."""
    try:
        app.api.CalculateFull()
    except (AttributeError, NotImplementedError):  # not Excel on Windows
        app.calculate()


def _show(app: Any, rows: Any) -> None:
    """A table in a new workbook."""
    sheet = app.books.add().sheets[0]
    sheet.range("A1").value = [list(row) for row in rows]
    sheet.autofit()


def _text(units: str) -> str:
    """Text from hexadecimal UTF-16, as `KpiUnits` in VBA writes it."""
    return bytes.fromhex(units).decode("utf-16-be")
