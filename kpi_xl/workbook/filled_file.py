"""Write the file of a filled workbook: the template's entries, and those that changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kpi_xl import kinds
from kpi_xl.workbook.identity import Identified, Identity
from kpi_xl.workbook.identity_sheet import IdentitySheet
from kpi_xl.workbook.ooxml import cells, parts, styles
from kpi_xl.workbook.ooxml.calculation import calculated_on_load
from kpi_xl.workbook.ooxml.cells import Written
from kpi_xl.workbook.ooxml.zip_records import Framed, framed
from kpi_xl.workbook.ooxml.zip_records import written as zipped
from kpi_xl.workbook.slot_program import SlotProgram
from kpi_xl.workbook.template_file import TemplateFile

_DATE_FORMATS: Final = {cells.DATE: styles.DATE, cells.DATE_TIME: styles.DATE_TIME}


class FilledFiles:
    """Writes filled workbooks; keeps what is the same in all of them.

    Parameters
    ----------
    file : TemplateFile
        The template as it was read.
    """

    def __init__(self, file: TemplateFile) -> None:
        self._file = file
        self._package, self._workbook = file.package, file.workbook
        self._frames = self._unfilled()
        self._styles: styles.StyleSheet | None = None
        self._style_frames: dict[tuple[tuple[int, str], ...], dict[str, Framed]] = {}
        self._for_identities: tuple[Identified, IdentitySheet] | None = None

    def content(
        self, program: SlotProgram, values: Sequence[Written], identity: Identity | None
    ) -> bytes:
        """The bytes of a workbook's file.

        Parameters
        ----------
        program : SlotProgram
            The slots with their values, compiled.
        values : sequence of Written
            The values in the order the program numbers them, with those of formulas behind.
        identity : Identity, optional
            Whom it is for.

        Raises
        ------
        InputError
            A date cannot be shown as one.
        """
        dated: dict[tuple[int, str], int] = {}
        count = len(self._file.date_styles) if self._workbook.styles is not None else 1

        def restyle(style: str | None, kind: str) -> int:
            if not count:
                raise self._package.refusal(kinds.NO_STYLES())
            # A style that is not there is the first one to spreadsheets.
            old = int(style or 0) if int(style or 0) < count else 0
            return dated.setdefault((old, _DATE_FORMATS[kind]), count + len(dated))

        frames = self._frames | program.frames
        for part, page in program.sheets.items():
            entry = self._package.find(part)
            assert entry is not None
            frames[part] = framed(entry, page.filled(values, restyle))
        for part, chart in program.charts.items():
            entry = self._package.find(part)
            assert entry is not None
            frames[part] = framed(entry, chart.filled(values))
        if dated:
            frames |= self._styled(tuple(dated))
        if identity is not None:
            names, hidden = self._identified()
            frames[self._workbook.part.lower()] = names.with_(identity)
            frames |= hidden.with_(identity)
        return zipped(frames.values())

    def _unfilled(self) -> dict[str, Framed]:
        """Every entry of an unfilled workbook, ready to be written."""
        changed: dict[str, bytes] = {}
        if self._file.has_formulas:
            part = self._workbook.part
            changed[part.lower()] = calculated_on_load(self._package.read(part))
        frames = {}
        for entry in self._package.entries:
            content = changed.get(entry.name.lower())
            if content is not None and content == self._package.read(entry.name):
                content = None
            frames[entry.name.lower()] = framed(entry, content)
        return frames

    def _identified(self) -> tuple[Identified, IdentitySheet]:
        """The workbook part and the hidden sheet, ready for identities."""
        if self._for_identities is None:
            part = self._workbook.part
            entry = self._package.find(part)
            assert entry is not None
            content = self._package.read(part)
            if self._file.has_formulas:
                content = calculated_on_load(content)
            page = IdentitySheet(self._package, self._workbook)
            self._for_identities = Identified(entry, content), page
        return self._for_identities

    def _styled(self, wanted: tuple[tuple[int, str], ...]) -> dict[str, Framed]:
        """The style sheet with these date styles added, and the other parts that change with it."""
        found = self._style_frames.get(wanted)
        if found is None:
            part = self._workbook.styles
            if self._styles is None:
                self._styles = styles.StyleSheet(
                    styles.PLAIN if part is None else self._package.read(part)
                )
            content = self._styles.with_dates(wanted)
            if part is None:
                package = parts.with_part(self._package, self._workbook, styles.PART, content)
            else:
                package = self._package.changed({part.lower(): content})
            old = set(self._package.entries)
            found = {
                entry.name.lower(): framed(entry) for entry in package.entries if entry not in old
            }
            self._style_frames[wanted] = found
        return found
