"""The buttons of the KPI tab, in any spreadsheet program: jobs on the open workbook."""

from __future__ import annotations

import os
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple, Protocol

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.jobs.sight import told_to
from kpi_xl.project import Project
from kpi_xl.settings.project_settings import Settings
from kpi_xl.system.error_log import log_fault, told
from kpi_xl.system.progress import Progress
from kpi_xl.system.user import PROJECT_VARIABLE, User, UserSettings
from udfs.current import data, seen
from udfs.open_book import Cells, OpenBook

USUAL: Final = "通常"
"""The level that is asked for when the template's usual one is meant."""

_PATIENCE: Final = 0.2  # seconds


class Selected(NamedTuple):
    """The selected cell.

    Attributes
    ----------
    value : object
        What is in it.
    right : str or None
        The address of the cell right of it where that one is empty.
    """

    value: object
    right: str | None


class Host(Protocol):
    """A spreadsheet program with a workbook open in it."""

    @property
    def user(self) -> User:
        """The user who pressed the button."""

    @property
    def cells(self) -> Cells:
        """The cells of the workbook."""

    @property
    def recalculation(self) -> str:
        """The keys that recalculate everything."""

    def quiet(self) -> AbstractContextManager[None]:
        """A context in which the program neither draws nor calculates."""

    def calculate(self) -> None:
        """Recalculate every formula: a refreshed project is no change that Excel sees."""

    def say(self, text: str, failed: bool = False) -> None:
        """Show a message."""

    def ask(self, text: str) -> bool:
        """Show a question; whether it is answered yes."""

    def status(self, text: str | None) -> None:
        """Show a progress message; None removes it."""

    def show(self, rows: Any) -> None:
        """Show a table beside the workbook."""

    def open(self, file: str) -> None:
        """Open another workbook."""

    def selected(self) -> Selected | None:
        """The selected cell."""

    def insert(self, function: str, arguments: list[str]) -> None:
        """Insert a formula right of the selected cell."""


Action = Callable[[Host, Progress], None]


def run(host: Host, action: Action) -> None:
    """Run an action, and show a message for any error."""
    shown = 0.0

    def progress(text: str, done: int, total: int) -> None:
        nonlocal shown
        # Each is a call into the program: a few a second are enough to watch.
        if time.monotonic() - shown >= _PATIENCE:
            shown = time.monotonic()
            host.status(f"KPI：{text} {done}/{total}")

    try:
        action(host, progress)
    except Exception as error:
        host.say(str(_told(error)), failed=True)
    finally:
        host.status(None)


def _told(error: Exception) -> InputError:
    """The message about an error, whatever it is."""
    if seen.get() is not None and not isinstance(error, InputError):
        # Files and faults of the whole project are for whoever sees all of it.
        log_fault(traceback.format_exc())
        return InputError(kinds.SERVICE_FAULT())
    return told(error)


def refresh(host: Host, progress: Progress) -> None:
    """刷新月度KPI: fill the slots of the open workbook."""
    from udfs.open_fill import fill_open, identity

    user = host.user
    opened = OpenBook(host.cells)
    found, changes = fill_open(
        opened, _project(user), identity(opened), user.settings().month, user.undo,
        host.quiet(), progress, seen.get(),
    )  # fmt: skip
    if opened.has_functions():
        host.calculate()
    host.say(
        f"已按 {found.month.chinese} 的数据填写 {found.recipient}：{len(changes)} 处。\n"
        "要恢复原来的内容，请点“撤销刷新”。" + "".join(f"\n{line}" for line in _notice(user)),
    )


def undo(host: Host, progress: Progress) -> None:
    """撤销刷新: put back what the last refresh of the open workbook overwrote."""
    from udfs import undo as copies
    from udfs.restored import report, told

    opened = OpenBook(host.cells)
    changed = copies.kept(host.user.undo, opened.mark)
    with host.quiet():
        done = opened.restore(changed)
    if rows := report(done):
        host.show(rows)
    if done.cells and opened.has_functions():
        host.calculate()
    host.say(told(done))


def fill(template: str) -> Action:
    """生成: make the workbooks of an official template."""

    def action(host: Host, progress: Progress) -> None:
        from kpi_xl.jobs.fill import fill as job
        from kpi_xl.system.undone import lines

        user = host.user
        filled = job(_project(user), template, user.settings().month, progress)
        made = f"{filled.month.chinese} {template}：生成 {len(filled.files)} 份。"
        undone = lines(filled.undone, "没有生成")
        place = f"位置：{filled.folder}"
        host.say("\n".join((made, place, *undone, *_notice(user))))

    return action


def levels(settings: Settings) -> tuple[str, ...]:
    """The levels that workbooks can be distributed to."""
    from kpi_xl.slots.recipients import PERSONS

    return USUAL, PERSONS, *settings.level_names


def levels_of(user: User) -> tuple[str, ...]:
    """The levels as in `levels`, for the user's project."""
    return levels(_project(user).settings)


def distribute(template: str, level: str) -> Action:
    """下发: make the workbooks of an official template that can be collected; mail none."""

    def action(host: Host, progress: Progress) -> None:
        from kpi_xl.circulation.distribute import distribute as job
        from kpi_xl.circulation.distribution_messages import lines
        from kpi_xl.record.circulation import file_of

        user = host.user
        project = _project(user)
        wanted = None if level.strip() in ("", USUAL) else level.strip()
        done = job(project, template, user.settings().month, level=wanted, progress=progress)
        told = lines(template, done, rehearsal=False)
        host.say("\n".join((*told, f"下发记录：{file_of(project)}", *_notice(user))))

    return action


def collect(host: Host, progress: Progress) -> None:
    """回收: collect the workbooks in the project's folder of returned ones."""
    from kpi_xl.circulation.collect import collect as job
    from kpi_xl.circulation.collection_messages import lines

    first, *rest, report = lines(job(_project(host.user), progress=progress))
    # A message box is cut where it gets long: the report, which has everything, comes early.
    host.say("\n".join((first, report, *rest)))


def diagnose(host: Host, progress: Progress) -> None:
    """诊断: the likeliest causes of what is weak in the open workbook's unit, and what to do."""
    from kpi_xl.jobs.live import whose
    from kpi_xl.jobs.views import diagnosis_view, scope
    from udfs.open_fill import identity

    user = host.user
    project = _project(user)
    present = identity(OpenBook(host.cells))
    month, unit = whose(project, present, user.settings().month, progress, seen.get())
    with scope(project, str(month), unit.path, unit.level, progress, seen.get()) as of:
        view = diagnosis_view(of, None)
    causes = Counter(topic for _, topic, *_ in view.rows)
    told = (f"{topic}：{number} 条可能的原因，各有措施" for topic, number in causes.items())
    host.say("\n".join((view.title, *told, *view.notes)))
    if view.rows:
        host.show([view.headings, *view.rows])


def import_files(host: Host, progress: Progress) -> None:
    """导入向导: what each raw file is read as, on the local page in the browser."""
    from kpi_xl.desk.starter import open_page

    user = host.user
    chosen = user.settings().project is not None or PROJECT_VARIABLE in os.environ
    open_page(_project(user).folder if chosen else None)
    host.say(
        "导入向导会在浏览器里打开。选好、写入以后，回到这里点“刷新月度KPI”。"
        + ("" if chosen else "\n在那里新建的项目，请再点“设置”选它。")
    )


def check(host: Host, progress: Progress) -> None:
    """数据校验: check the raw files and open the report."""
    from kpi_xl.jobs.check import check as job

    checked, report = job(_project(host.user), progress)
    host.open(str(report))
    aside = sum(table.set_aside for table in checked.tables.values())
    read = sum(table.read for table in checked.tables.values())
    host.say(f"读入 {read:,} 行，搁置 {aside:,} 行，详见校验报告：{report}")


def doctor(host: Host, progress: Progress) -> None:
    """检查安装: check the installation and the project, in a new workbook."""
    from udfs.doctor import doctor as job

    findings = job()
    rows = [[f.name, "正常" if f.fine else "有问题", f.found, f.advice] for f in findings]
    host.show([["检查项", "结果", "情况", "怎么办"], *rows])
    wrong = [finding for finding in findings if not finding.fine]
    host.say(
        "\n".join(f"{finding.name}：{finding.found}。{finding.advice}" for finding in wrong)
        or "全部正常。",
    )


def explain(host: Host, progress: Progress) -> None:
    """指标说明: explain the KPI of the selected cell, or list all."""
    from udfs.by_data import KPI_NAMES
    from udfs.compare import judged_here, kpis_here
    from udfs.explain import lines

    cell = host.selected()
    label = None if cell is None else cell.value
    kpi = kpis_here().find(label) if isinstance(label, str) else None
    if cell is None or kpi is None:
        host.show(KPI_NAMES())
        return
    text = "\n".join(lines(judged_here(kpi)))
    if cell.right is None:
        host.say(text)
    elif host.ask(f"{text}\n\n要在右边的单元格 {cell.right} 插入公式吗？"):
        host.insert("KPI", _arguments(kpi.name))


def _arguments(kpi: str) -> list[str]:
    """Example arguments of a formula: the branch, in the last month with data."""
    from udfs.arguments import BadArgumentError

    try:
        cube = data().cube
    except BadArgumentError:
        cube = None
    if cube is None or not cube.units or not cube.months:
        return [kpi, "单位名称", "2024-06"]
    return [kpi, cube.units[0].name, str(cube.last)]


def settings(folder: str, month: str) -> Action:
    """设置: the project and the month."""

    def action(host: Host, progress: Progress) -> None:
        from kpi_xl.calendar import Month

        project = Project.open(folder)
        chosen = str(Month.meant(month)) if month.strip() else None
        host.user.save(UserSettings(project.folder.resolve(), chosen))
        host.say(
            f"项目：{project.folder}\n月份：{chosen or '有数据的最后一个月'}\n"
            f"表格里的 KPI 公式在下次计算时使用新的项目（按 {host.recalculation} 立即计算）。",
        )

    return action


def help(host: Host, progress: Progress) -> None:
    """帮助: list all functions in a new workbook."""
    from udfs import functions
    from udfs.excel.descriptions import described, named

    rows = []
    for name in functions.__all__:
        about = described(getattr(functions, name))
        called = {argument: named(name, argument) for argument in about.arguments}
        texts = [
            text if text.startswith(called[argument]) else f"{called[argument]}：{text}"
            for argument, text in about.arguments.items()
        ]
        rows.append([f"{name}({', '.join(called.values())})", about.text, "\n".join(texts)])
    host.show([["函数", "结果", "参数"], *rows])


WITHOUT_CHOICE: Final[dict[str, Action]] = {
    "refresh": refresh,
    "undo": undo,
    "collect": collect,
    "diagnose": diagnose,
    "import_files": import_files,
    "check": check,
    "doctor": doctor,
    "explain": explain,
    "help": help,
}
"""The buttons that need nothing to be chosen, by the names of `udfs.commands`."""


def _notice(user: User) -> list[str]:
    """The notice of raw data that is not in the numbers, for users who may see all of it."""
    from kpi_xl.checks.notice import kept_notice

    line = kept_notice(_project(user)).line if seen.get() is None else ""
    return [line] if line else []


def _project(user: User) -> Project:
    with told_to(seen.get()):
        return Project.open(user.project())
