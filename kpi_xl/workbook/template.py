"""A template: a workbook whose slots can be filled any number of times."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from xml.parsers import expat

from kpi_xl.errors import InputError
from kpi_xl.workbook import cells, parts, program, sheet, slots, styles
from kpi_xl.workbook.calculation import calculated_on_load
from kpi_xl.workbook.cells import UnwritableError, Written
from kpi_xl.workbook.package import Framed, Package, framed, written
from kpi_xl.workbook.program import Position, SheetProgram
from kpi_xl.workbook.references import Area, area
from kpi_xl.workbook.sheet import Sheet
from kpi_xl.workbook.slots import Place, Slot

_PROGRAMS_KEPT: Final = 16
_DATE_FORMATS: Final = {cells.DATE: styles.DATE, cells.DATE_TIME: styles.DATE_TIME}


@dataclass(slots=True)
class _Program:
    """A template compiled for one set of slots.

    `same` are the pairs of values that go into one cell because two slots share it; `hidden` are
    the values of cells that a merged range hides; `owners` is the slot of every value.
    """

    slots: list[Slot]
    sheets: dict[str, SheetProgram] = field(default_factory=dict)
    same: list[tuple[int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    owners: list[Slot] = field(default_factory=list)


class Template:
    """A workbook whose slots can be filled.

    Reading it checks it, so that a workbook that cannot be filled faithfully is refused before
    anything is produced. It can be pickled, and keeps what it compiled.

    Parameters
    ----------
    path : path
        The .xlsx or .xlsm file.

    Raises
    ------
    InputError
        The file cannot be read or is of a kind that cannot be filled faithfully.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._package = Package(path)
        self._package.check()
        self._workbook = parts.workbook(self._package)
        self._sheets = {name: self._scan(part) for name, part in self._workbook.sheets.items()}
        self._taken = {
            name: self._taken_areas(part) for name, part in self._workbook.sheets.items()
        }
        self._slots = {
            name: self._slot(name, place) for name, place in slots.places(self._workbook).items()
        }
        self._styles: styles.StyleSheet | None = None
        self._date_styles = styles.date_styles(self._package, self._workbook.styles)
        self._frames = self._unfilled()
        self._style_frames: dict[tuple[tuple[int, str], ...], Framed] = {}
        self._programs: dict[frozenset[str], _Program] = {}

    @property
    def slots(self) -> Mapping[str, Slot]:
        """The slots by name, in the workbook's order of names.

        A name private to a sheet goes by its plain name, or by ``Sheet!name`` where there are
        several. Names that are not one plain area of cells are left out.
        """
        return MappingProxyType(self._slots)

    def fill(self, values: Mapping[str, Any]) -> bytes:
        """A workbook like the template, with these values in its slots.

        Nothing else changes, byte for byte, but that formulas which got no value lose the value
        they had, which would be wrong now, and that the workbook is marked to be calculated when
        it is opened. A formula in a slot stays; the value is what it shows until then. The same
        values give the same bytes.

        Parameters
        ----------
        values : mapping of str to object
            The value of each slot to fill: None (blank), text, a truth value, a number, a date,
            a date with a time, a numpy scalar; NaN and infinities are error values. For a slot of
            several cells a list of rows or a 2-D array, or a plain list where it is one row or
            one column; cells beyond it are blanked.

        Returns
        -------
        bytes
            The whole file.

        Raises
        ------
        InputError
            There is no such slot, a value does not fit its slot, or the slot cannot be filled.
        TypeError
            A value is of a type that a cell cannot hold.
        """
        names = frozenset(values)
        compiled = self._programs.get(names)
        if compiled is None:
            compiled = self._compiled(names)
            while len(self._programs) >= _PROGRAMS_KEPT:
                del self._programs[next(iter(self._programs))]
            self._programs[names] = compiled
        return self._produced(compiled, self._written(compiled, values))

    def _scan(self, part: str) -> Sheet:
        content = parts.xml(self._package, part)
        try:
            return sheet.scan(content)
        except (expat.ExpatError, ValueError, KeyError, AssertionError):
            raise self._package.refusal(f"工作簿的部件 {part} 已损坏（XML 读不出来）") from None

    def _taken_areas(self, part: str) -> list[tuple[Area, str]]:
        """The areas of a sheet that belong to something else, and to what."""
        taken = []
        for relationship in parts.relationships(self._package, part).values():
            if relationship.kind == "pivotTable":
                root = parts.tree(self._package, relationship.target)
                location = root.find(f"{{{parts.MAIN}}}location")
                cells_ = area(location.get("ref", "")) if location is not None else None
                if cells_ is not None:
                    taken.append((cells_, "数据透视表"))
            elif relationship.kind == "table":
                root = parts.tree(self._package, relationship.target)
                cells_ = area(root.get("ref", ""))
                heading_rows = int(root.get("headerRowCount", "1"))
                if cells_ is not None and heading_rows:
                    # The table part repeats its headings; other texts would break the file.
                    last = cells_.first_row + heading_rows - 1
                    heading = Area(cells_.first_row, cells_.first_column, last, cells_.last_column)
                    taken.append((heading, "表格的标题行"))
        return taken

    def _slot(self, name: str, place: Place) -> Slot:
        found = self._sheets[place.sheet]
        has_formula = any(
            cell.is_computed
            for row in found.rows_within(place.area.first_row, place.area.last_row)
            for cell in row.cells.values()
            if place.area.contains(row.number, cell.column)
        )
        return slots.slot(name, place, found.merges, has_formula)

    def _unfilled(self) -> dict[str, Framed]:
        """Every entry ready to be written, as it is in a workbook of which no cell is filled."""
        changed: dict[str, bytes] = {}
        for name, part in self._workbook.sheets.items():
            if self._sheets[name].has_formulas:
                changed[part.lower()] = program.without_cached_values(self._sheets[name])
        if changed:
            part = self._workbook.part
            changed[part.lower()] = calculated_on_load(self._package.read(part))
        frames = {}
        for entry in self._package.entries:
            content = changed.get(entry.name.lower())
            if content is not None and content == self._package.read(entry.name):
                content = None
            frames[entry.name.lower()] = framed(entry, content)
        return frames

    def _compiled(self, names: frozenset[str]) -> _Program:
        unknown = sorted(names - self._slots.keys())
        if unknown:
            raise self._unknown(unknown[0])
        compiled = _Program([slot for name, slot in self._slots.items() if name in names])
        wanted: dict[str, dict[Position, int]] = {}
        for slot in compiled.slots:
            cells_ = area(slot.reference)
            assert cells_ is not None
            hidden = self._hidden(slot, cells_)
            on_sheet = wanted.setdefault(slot.sheet, {})
            for row in range(slot.first_row, slot.first_row + slot.rows):
                for column in range(slot.first_column, slot.first_column + slot.columns):
                    number = len(compiled.owners)
                    compiled.owners.append(slot)
                    if (row, column) in hidden:
                        compiled.hidden.append(number)
                        continue
                    first = on_sheet.setdefault((row, column), number)
                    if first != number:
                        compiled.same.append((first, number))
        for name, places in wanted.items():
            part = self._workbook.sheets[name].lower()
            compiled.sheets[part] = program.compiled(self._sheets[name], places, self._date_styles)
        return compiled

    def _hidden(self, slot: Slot, cells_: Area) -> set[Position]:
        """The cells of a slot that merged ranges hide; refuses a slot that cannot be filled."""
        for taken, what in self._taken[slot.sheet]:
            if taken.meets(cells_):
                raise self._refusal(
                    slot, f"在{what}里，不能填写", "把这个名称移到别的单元格，再保存模板"
                )
        hidden: set[Position] = set()
        for merge in self._sheets[slot.sheet].merges:
            if not merge.meets(cells_):
                continue
            at_start = (merge.first_row, merge.first_column) == (slot.first_row, slot.first_column)
            if merge.covers(cells_) and not at_start:
                raise self._refusal(
                    slot,
                    f"在合并单元格 {merge.reference} 里，但不是它的左上角，填了也看不见",
                    "把这个名称改到合并单元格的左上角，再保存模板",
                )
            if slot.rows == slot.columns == 1:
                continue
            inside = merge.shared(cells_)
            hidden |= {
                (row, column)
                for row in range(inside.first_row, inside.last_row + 1)
                for column in range(inside.first_column, inside.last_column + 1)
                if (row, column) != (merge.first_row, merge.first_column)
            }
        return hidden

    def _written(self, compiled: _Program, values: Mapping[str, Any]) -> list[Written]:
        """The values as they stand in the file, in the order the program numbers them."""
        found: list[Written] = []
        date1904 = self._workbook.date1904
        for slot in compiled.slots:
            value = values[slot.name]
            try:
                if slot.rows == slot.columns == 1 and not isinstance(value, list | tuple):
                    value = _scalar(slot, value)
                    found.append(cells.written(value, date1904))
                else:
                    laid = slots.laid_out(slot, value)
                    found += [cells.written(one, date1904) for one in laid]
            except UnwritableError as error:
                raise self._refusal(slot, error.problem, error.advice) from None
            except TypeError as error:
                error.add_note(f"in slot {slot.name!r}")
                raise
        for number in compiled.hidden:
            if found[number].kind != cells.BLANK:
                raise self._refusal(
                    compiled.owners[number],
                    "有值落在被合并的单元格里，填了也看不见",
                    "在模板里取消这片区域的合并单元格，或把该处的值留空",
                )
        for first, second in compiled.same:
            if found[first] != found[second]:
                other = compiled.owners[second].name
                raise self._refusal(
                    compiled.owners[first],
                    f"与「{other}」是同一个单元格，却给了两个不同的值",
                    "在模板里把其中一个名称移到别的单元格",
                )
        return found

    def _produced(self, compiled: _Program, values: list[Written]) -> bytes:
        dated: dict[tuple[int, str], int] = {}

        def restyle(style: str | None, kind: str) -> int:
            count = len(self._date_styles)
            if int(style or 0) >= count:
                raise self._package.refusal(
                    "模板没有单元格样式，放不了日期", "用 Excel 打开模板，另存一次后再试"
                )
            return dated.setdefault((int(style or 0), _DATE_FORMATS[kind]), count + len(dated))

        frames = self._frames.copy()
        for part, sheet_program in compiled.sheets.items():
            entry = self._package.find(part)
            assert entry is not None
            frames[part] = framed(entry, sheet_program.filled(values, restyle))
        if dated and self._workbook.styles is not None:
            frames[self._workbook.styles.lower()] = self._style_frame(tuple(dated))
        return written(frames.values())

    def _style_frame(self, wanted: tuple[tuple[int, str], ...]) -> Framed:
        """The style sheet with these date styles added."""
        found = self._style_frames.get(wanted)
        if found is None:
            part = self._workbook.styles
            entry = self._package.find(part or "")
            assert part is not None
            assert entry is not None
            if self._styles is None:
                self._styles = styles.StyleSheet(self._package.read(part))
            found = framed(entry, self._styles.with_dates(wanted))
            self._style_frames[wanted] = found
        return found

    def _unknown(self, name: str) -> InputError:
        near = difflib.get_close_matches(name, self._slots, 5, 0.5)
        listed = "、".join(f"「{one}」" for one in near)
        hint = f"；相近的有 {listed}" if near else ""
        return self._package.refusal(
            f"模板里没有名称「{name}」{hint}",
            "在 Excel 的「公式 → 名称管理器」里核对名称，它必须指向一个单元格或一片区域",
        )

    def _refusal(self, slot: Slot, problem: str, advice: str) -> InputError:
        return InputError(
            f"名称「{slot.name}」（{slot.reference}）{problem}",
            advice,
            file=self.path,
            sheet=slot.sheet,
        )


def _scalar(slot: Slot, value: Any) -> Any:
    """The one value of a one-cell slot; an array of one element counts as one."""
    if getattr(value, "ndim", 0):
        (value,) = slots.laid_out(slot, value)
    return value
