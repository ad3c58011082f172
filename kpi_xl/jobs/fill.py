"""Fill a template for everybody it is meant for: units, teams with their members, or persons."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import workbook_templates
from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.data.cube import Cube
from kpi_xl.data.store import reading
from kpi_xl.errors import InputError
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from kpi_xl.readers.name import near
from kpi_xl.record.origins import Origins, origins_of
from kpi_xl.record.round_targets import plans_of
from kpi_xl.slots import unit_sheets
from kpi_xl.slots.filling import Filling
from kpi_xl.slots.recipient_values import RecipientValues
from kpi_xl.slots.recipients import Recipient
from kpi_xl.slots.recipients import files as files_of
from kpi_xl.slots.responses import responses_for
from kpi_xl.slots.slot import Values
from kpi_xl.slots.source_values import target_slots
from kpi_xl.slots.unit_sheets import UnitSheet
from kpi_xl.system.file_names import file_name, room_in
from kpi_xl.system.files import write_whole
from kpi_xl.system.libreoffice import soffice
from kpi_xl.system.progress import Progress, silent
from kpi_xl.system.undone import Undone, refuse_if_all
from kpi_xl.workbook import Template, by_libreoffice
from kpi_xl.workbook.calculated import NOTHING, Computed
from kpi_xl.workbook.identity import NOBODY


@dataclass(frozen=True)
class Filled:
    """The result of a fill.

    Parameters
    ----------
    folder : Path
        Where the workbooks are.
    files : list of Path
        The workbooks that were written.
    undone : list of Undone
        Whose workbook could not be made; the report of the check, where it was to be.
    words : Path or None
        The list of what people wrote in the month, where there is one.
    """

    month: Month
    folder: Path
    files: list[Path]
    undone: list[Undone] = field(default_factory=list)
    words: Path | None = None


def fill(
    project: Project,
    template: str,
    month: str | None = None,
    progress: Progress = silent,
    finish: Callable[[Path, bytes], bytes] | None = None,
) -> Filled:
    """Fill a template for all recipients.

    Whom it is meant for shows in its slots: those about a person make it a workbook for each
    person, those about members or attention one for each team, all others one for each department
    and one for the branch. Where a name that begins with ``sheet.`` marks a sheet, the branch and
    each department get a workbook with that sheet once for each unit directly below.

    Parameters
    ----------
    template : str
        The Chinese name of an official template, or the path of any workbook with slots.
    month : str, optional
        The month, in any usual form; by default the last one with data. The month after it may
        be planned too.
    progress : callable
        Told what is being done.
    finish : callable, optional
        Given each workbook's file and content: its content as it is written.

    Returns
    -------
    Filled

    Raises
    ------
    InputError
        When the raw files, the template or the month cannot be used.
    """
    workbook = Template(template_path(template))
    loaded = load(project, progress)
    cube = loaded.cube
    wanted = month_meant(cube, month)
    name = workbook.path.stem
    room = room_in(project.folder)
    folder = project.output / str(wanted) / file_name(name, room=room, cased=True)
    files: list[Path] = []
    undone: list[Undone] = []
    waiting: dict[Path, _Given] = {}
    with recipients_of(project, cube, workbook, wanted) as to:
        recipients = list(
            files_of(unit_sheets.recipients(workbook, to), workbook.suffix, project.settings, room)
        )
        for done, (recipient, path) in enumerate(recipients):
            progress(f"生成{name}", done, len(recipients))
            file = folder / path
            try:
                given = _given(workbook, to, recipient)
                content = _filled(workbook, given)
                write_whole(file, content if finish is None else finish(file, content))
                if _leaves_formulas(workbook, given):
                    waiting[file] = given
            except Exception as error:
                undone.append(Undone.of(recipient.name, recipient.unit.path, file, error))
            else:
                files.append(file)
        progress(f"生成{name}", len(recipients), len(recipients))
    undone += _computed(workbook, waiting, finish)
    refuse_if_all(undone, len(files))
    return Filled(wanted, folder, files, loaded.undone + undone)


class _Given(NamedTuple):
    """The values that a workbook of the user's own is filled with."""

    recipient: Recipient
    values: Values
    sheets: list[UnitSheet]


def _given(workbook: Template, to: RecipientValues, recipient: Recipient) -> _Given:
    values, sheets = unit_sheets.values(workbook, to, recipient)
    if not values and not any(sheet.values for sheet in sheets):
        raise InputError(kinds.NOTHING_TO_FILL(), file=workbook.path)
    return _Given(recipient, values, sheets)


def _filled(workbook: Template, given: _Given, computed: Computed = NOTHING) -> bytes:
    """Fill one recipient's workbook."""
    # What was sent to one may be the template of others: nobody gets another's token with it.
    identity = NOBODY if workbook.is_somebodys else None
    return unit_sheets.filled(workbook, given.values, given.sheets, identity, computed)


def _leaves_formulas(workbook: Template, given: _Given) -> bool:
    """Whether a workbook has formulas that nothing here computes."""
    names = {*given.values, *(name for sheet in given.sheets for name in sheet.values)}
    return bool(workbook.uncalculated(names & workbook.slots.keys()))


def _computed(
    workbook: Template,
    waiting: Mapping[Path, _Given],
    finish: Callable[[Path, bytes], bytes] | None,
) -> Iterator[Undone]:
    """Let LibreOffice compute the remaining formulas; without it they stay as they are."""
    program = soffice() if waiting else None
    if program is None:
        return
    shown = by_libreoffice.computed([file.read_bytes() for file in waiting], program)
    for (file, given), computed in zip(waiting.items(), shown, strict=True):
        recipient = given.recipient
        try:
            content = _filled(workbook, given, computed)
            write_whole(file, content if finish is None else finish(file, content))
        except Exception as error:
            yield Undone.of(recipient.name, recipient.unit.path, file, error)


@contextmanager
def recipients_of(
    project: Project, cube: Cube, template: Template, month: Month
) -> Iterator[RecipientValues]:
    """The recipients of a template, while the store is open."""
    rows = {slot.plain_name: slot.rows for slot in template.slots.values()}
    growing = frozenset(slot.plain_name for slot in template.slots.values() if slot.grows)
    with reading(project, cube) as store:
        name = template.path.stem
        said = responses_for(project, name, month, rows)
        decided = plans_of(project, month)
        tells = any(slot.startswith("source.") for slot in rows)
        own = [one.name for one in project.settings.own.own.values()]
        origins = origins_of(project, month, target_slots(own)) if tells else Origins()
        yield RecipientValues(
            Filling(
                project.settings,
                cube,
                store,
                month,
                rows,
                growing,
                said,
                name,
                decided,
                origins=origins,
            )
        )


def refresh(project: Project, month: str | None = None, progress: Progress = silent) -> Filled:
    """Make the month's report for the branch and each department; see `fill`.

    It is 月度KPI表, or what kpi.toml names.
    """
    return fill(project, report_of(project), month, progress)


def report_of(project: Project) -> str:
    """The month's report: an official template's name, or the path of a workbook of one's own.

    A path in kpi.toml is meant from the project's folder.
    """
    own = project.folder / project.settings.report
    return str(own) if own.is_file() else project.settings.report


def template_path(template: str) -> Path:
    """The file of a template, by its official name or by path.

    Raises
    ------
    InputError
        When there is none.
    """
    if template in workbook_templates.NAMES:
        return workbook_templates.path(template)
    file = Path(template)
    if not file.is_file():
        names = workbook_templates.NAMES
        like = "、".join(near(template, names, cutoff=0.5))
        raise InputError(kinds.NO_TEMPLATE(template=template, like=like, known="；".join(names)))
    return file


def month_meant(cube: Cube, text: str | None) -> Month:
    """The month asked for; by default the last with data. The one after it may be planned.

    Raises
    ------
    InputError
        When the text is no month, or there is no data for it.
    """
    if text is None:
        return cube.last
    month = Month.meant(text)
    if month != cube.last + 1:
        cube.month_index(month)
    return month
