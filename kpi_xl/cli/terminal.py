"""The shared parts of the commands: the project, the month, text, and a progress bar.

Whatever is written to the terminal goes through here. Names come from people's files: nothing in
them is markup, an emoji's code, or an order to the terminal.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kpi_xl import kinds
from kpi_xl.cli.chinese import Option, width
from kpi_xl.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from kpi_xl.calendar import Month
    from kpi_xl.jobs.views import View
    from kpi_xl.project import Project
    from kpi_xl.record.definition_history import DefinitionChange
    from kpi_xl.settings.project_settings import Settings
    from kpi_xl.system.progress import Progress
    from kpi_xl.system.undone import Undone

_SHORT: Final = 8
_FEW: Final = 3
_ROOM: Final = 160

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
)
"""Control characters but for tab and line feed, line separators, and what turns the direction."""

Answer = Mapping[str, Any]
"""The result of a command, for programs: `--json` writes it."""

MONTH: Final = click.option(
    "--month", "-m", cls=Option, metavar="月份", help="如 2024-06；不写则为有数据的最后一个月。"
)
"""The option --month."""


class Speech(enum.Enum):
    """How much is printed."""

    USUAL = "usual"
    QUIET = "quiet"
    VERBOSE = "verbose"
    JSON = "json"


@dataclasses.dataclass
class Asked:
    """The options before or behind the command, and the exit code.

    Parameters
    ----------
    project : Path
        The folder of the project.
    speech : Speech
        How much is said.
    exit_code : int
        What the program ends with when nothing is refused.
    """

    project: Path = Path()
    speech: Speech = Speech.USUAL
    exit_code: int = 0

    @property
    def named(self) -> Path | None:
        """The project's folder where one is named, or the current folder is one."""
        here = self.project == Path() and not (self.project / "kpi.toml").is_file()
        return None if here else self.project


def _speaks(_: click.Context, param: click.Parameter, value: bool) -> None:
    if not value:
        return
    wanted, run = Speech(param.name), asked()
    if run.speech not in (Speech.USUAL, wanted):
        raise InputError(kinds.ONE_OF_SPEECH())
    run.speech = wanted


def _is_in(_: click.Context, __: click.Parameter, value: Path | None) -> None:
    if value is not None:
        asked().project = value


def add_options(program: click.Group) -> None:
    """Add the common options to the program and its commands: before or behind a command is one.

    The help of a command leaves them out: that of the program has them.
    """
    program.params[:0] = _common(hidden=False)
    hidden = _common(hidden=True)  # the same for all: options keep nothing of a run
    below = list(program.commands.values())
    for command in below:
        command.params[:0] = hidden
        if isinstance(command, click.Group):
            below += command.commands.values()


def _common(*, hidden: bool) -> list[click.Parameter]:
    """The options that every command takes."""
    project = Option(
        ("--project", "-p"),
        type=click.Path(path_type=Path),
        metavar="文件夹",
        help="项目文件夹；不写则为当前文件夹。",
        callback=_is_in,
        expose_value=False,
        hidden=hidden,
    )
    speech = (
        Option(
            (name, *short),
            is_flag=True,
            help=text,
            callback=_speaks,
            expose_value=False,
            hidden=hidden,
        )
        for name, short, text in (
            ("--json", (), "结果写成 JSON，供程序读取。"),
            ("--quiet", ("-q",), "不说话，只在出错时说。"),
            ("--verbose", ("-v",), "多说一些：每个文件，用了多久。"),
        )
    )
    return [project, *speech]


def asked() -> Asked:
    """The options of the running command."""
    found: Asked = click.get_current_context().find_root().ensure_object(Asked)
    return found


def visible(text: str) -> str:
    r"""A text without terminal control characters: these are written as in JSON.

    Examples
    --------
    >>> visible("\x1b[31m城东\u202e部\n")
    '\\u001b[31m城东\\u202e部\n'
    """
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def say_undone(undone: Sequence[Undone]) -> None:
    """Name everybody whose workbook could not be made; then the exit code is 2."""
    from kpi_xl.system.undone import lines

    if asked().speech is not Speech.JSON:
        for line in lines(undone, "没有生成"):
            complain(line)
    if undone:
        asked().exit_code = 2


def console(stderr: bool = False) -> Console:
    """The terminal, which prints every text literally."""
    from rich.console import Console

    class Plain(Console):
        def render_str(self, text: str, **given: Any) -> Text:
            return super().render_str(visible(text), **given)

    # Neither markup nor codes of emoji, whoever prints what.
    return Plain(stderr=stderr, highlight=False, soft_wrap=True, markup=False, emoji=False)


def say(text: str) -> None:
    """Print a line."""
    if asked().speech in (Speech.USUAL, Speech.VERBOSE):
        click.echo(visible(text))


def say_more(text: str) -> None:
    """Print a line with ``--verbose`` only."""
    if asked().speech is Speech.VERBOSE:
        click.echo(visible(text))


def complain(text: str) -> None:
    """Print an error, also with ``--quiet``."""
    click.secho(visible(text), fg="red", err=True)


def show(view: View) -> Answer:
    """Print a table; with ``--json``, a mapping for each row, by heading.

    For programs a number is a number, a ratio as a fraction.
    """
    headings = [heading.rstrip("#") for heading in view.headings]
    if view.rows and asked().speech in (Speech.USUAL, Speech.VERBOSE):
        _show_table(view)
    for note in view.notes:
        say(note)
    rows = [dict(zip(headings, map(_told, row), strict=True)) for row in view.rows]
    return {"title": view.title, "rows": rows, "notes": view.notes}


def _show_table(view: View) -> None:
    """Write a table: as several, one below the other, where the terminal is too narrow for it."""
    from rich.table import Table

    terminal = console()
    least = [_least_width(view, place) for place in range(len(view.headings))]
    if not terminal.is_terminal:  # a file or a pipe has room for whole lines
        terminal.width = max(_ROOM, _table_width(least))
    title: str | None = view.title
    for places in _parts(view, least, terminal.width):
        table = Table(title=title, title_justify="left")
        for place in places:
            number = view.headings[place].endswith("#")
            longest = max(width(row[place]) for row in view.rows)
            # Long texts go on below; numbers stay in one piece, and so do short names.
            table.add_column(
                view.headings[place].rstrip("#"),
                justify="right" if number else "left",
                no_wrap=number,
                min_width=min(longest, _SHORT),
                overflow="fold",
            )
        for row in view.rows:
            table.add_row(*(row[place] for place in places))
        terminal.print(table, soft_wrap=False)
        title = None


def _least_width(view: View, place: int) -> int:
    """How many columns of the terminal a column of a table takes at least."""
    longest = max(width(row[place]) for row in view.rows)
    if view.headings[place].endswith("#"):
        return max(longest, width(view.headings[place].rstrip("#")))
    return min(longest, _SHORT)


def _table_width(least: Sequence[int]) -> int:
    """How wide a table of these columns is, with its lines."""
    return sum(least) + 3 * len(least) + 1


def _parts(view: View, least: Sequence[int], room: int) -> list[list[int]]:
    """Which columns stand in one table; those that name a row stand in each."""
    every = list(range(len(least)))
    if _table_width(least) <= room:
        return [every]
    # Rich would narrow what can be folded, which are the names, until nothing is left of them.
    is_number = [heading.endswith("#") for heading in view.headings]
    names = every[: is_number.index(True)] if any(is_number) else every[:1]
    parts = [list(names)]
    for place in every[len(names) :]:
        wider = [*parts[-1], place]
        if len(parts[-1]) > len(names) and _table_width([least[one] for one in wider]) > room:
            parts.append([*names, place])
        else:
            parts[-1] = wider
    return parts


def few(names: Iterable[str]) -> str:
    """Names for one cell of a table: each once, of many the first and how many there are.

    Examples
    --------
    >>> few(["1月.csv", "2月.csv", "2月.csv"]), few(f"{n}月.csv" for n in range(1, 13))
    ('1月.csv、2月.csv', '1月.csv 等 12 个')
    """
    found = list(dict.fromkeys(names))
    return "、".join(found) if len(found) <= _FEW else f"{found[0]} 等 {len(found):,} 个"


def _told(cell: str) -> str | float | None:
    """A cell for JSON: a number as a number, null for an error."""
    number = getattr(cell, "number", None)
    if number is None:
        return cell
    return number if math.isfinite(number) else None


def settings_here() -> Settings | None:
    """The settings of the present project; None without one."""
    if (folder := asked().named) is None:
        return None
    from kpi_xl.project import Project

    return Project.open(folder).settings


def project_here() -> Project:
    """The project that the command is for."""
    from kpi_xl.project import Project
    from kpi_xl.system.files import no_more_open_than

    project = Project.open(asked().project)
    no_more_open_than(project.folder)
    return project


def say_calendar(month: Month) -> Answer:
    """Say which days off a month is computed with, where its holidays are not published yet."""
    settings = project_here().settings
    told = settings.work.told(*month.span(settings.month_cut))
    if told:
        say(f"{month.chinese}{told}；公布后请写在 kpi.toml 的 [calendar] 里，再生成一次")
    return {"calendar": told}


def _definition_changes(project: Project) -> list[DefinitionChange]:
    """The definitions that have changed since the last look."""
    from kpi_xl.jobs.definition_changes import note_changes
    from kpi_xl.record.definition_history import What

    try:
        found = note_changes(project)
    except InputError as error:  # the numbers are right without it
        say(str(error))
        return []
    if told := [one for one in found if one.what is not What.NEW]:
        units = len({(value.level, value.unit) for one in told for value in one.values})
        names = "、".join(one.name for one in told)
        say(
            f"自定义指标变了：{names}；{told[0].period} 有 {units:,} 个单位的数因此不同，"
            "见 kpi-xl definitions history"
        )
    return found


def say_notice() -> Answer:
    """Say in one line which raw data is not in the numbers. Every command says it."""
    from kpi_xl.checks.notice import kept_notice
    from kpi_xl.data.own_faults import wrong_definitions

    project = project_here()
    notice = kept_notice(project)
    if notice.line:
        say(notice.line)
    wrong = wrong_definitions(project)
    if wrong:
        fault = kinds.DEFINITIONS_WRONG(wrong=len(wrong))
        say(f"{fault.reason}，{fault.advice}")
    changed = _definition_changes(project)
    notes = project.settings.notes
    if notes:
        fault = kinds.SETTINGS_WRONG(wrong=len(notes))
        say(f"{fault.reason}，{fault.advice}")
    return {
        **notice.record(),
        "definitions": [error.record() for error in wrong],
        "definition_changes": changed,
        "settings": [note.record() for note in notes],
    }


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar; nothing where the output is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    terminal = console(stderr=True)
    watched = terminal.is_terminal and asked().speech in (Speech.USUAL, Speech.VERBOSE)
    with Progress(*columns, console=terminal, transient=True, disable=not watched) as bar:
        tasks: dict[str, Any] = {}

        def report(text: str, done: int, total: int) -> None:
            if text not in tasks:
                tasks[text] = bar.add_task(visible(text), total=total)
            bar.update(tasks[text], completed=done, total=total)

        yield report


def write_json(answer: Answer, stderr: bool = False) -> None:
    """Print one JSON document."""
    stream = sys.stderr if stderr else sys.stdout
    # In an encoding that has not every character, JSON still has a way to write it.
    plain = not (stream.encoding or "").lower().startswith("utf")
    text = json.dumps(_plain(answer), ensure_ascii=plain, indent=2, allow_nan=False)
    click.echo(visible(text), err=stderr)  # where it stands, JSON means the same by it


def _plain(value: Any) -> Any:
    """Turn a value into JSON types: records into mappings, months and paths into text."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(one) for one in value]
    if hasattr(value, "record"):
        return _plain(value.record())
    if dataclasses.is_dataclass(value) and type(value).__str__ is object.__str__:
        # What is not shown of a record, such as a password, is not written either.
        names = (field.name for field in dataclasses.fields(value) if field.repr)
        return {name: _plain(getattr(value, name)) for name in names}
    return str(value)
