"""A workbook with a sheet for each unit below the one that gets it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.workbook import Identity, Template
from kpi_xl.workbook.calculated import NOTHING, Computed
from kpi_xl.workbook.identity import NOBODY

if TYPE_CHECKING:
    from kpi_xl.slots.recipient_values import RecipientValues
    from kpi_xl.slots.recipients import Recipient
    from kpi_xl.slots.slot import Values


def recipients(
    template: Template, to: RecipientValues, level: str | None = None
) -> Iterator[Recipient]:
    """Everybody who gets a workbook of a template.

    Parameters
    ----------
    template : Template
        The template; with marked sheets only units that have units below them get one.
    to : RecipientValues
        Who may get it.
    level : str, optional
        The level of the units; by default as `kpi_xl.jobs.fill.fill`.

    Raises
    ------
    InputError
        When the template is not for units of that level, or has too few rows for somebody's
        people.
    """
    if not template.sheets_for_units:
        everybody = list(to.recipients.everybody(level))
        to.recipients.check_room(everybody)
        yield from everybody
        return
    found = list(to.recipients.with_units_below(level))
    if not found:
        fault = kinds.NO_UNITS_BELOW(level=level or to.recipients.usual_levels)
        raise InputError(fault, file=template.path)
    for recipient in found:
        to.recipients.check_room(to.recipients.below(recipient))
    yield from found


class UnitSheet(NamedTuple):
    """The values for the sheets of one unit.

    Attributes
    ----------
    name : str
        The unit's name, by which its sheets are called.
    unit : str
        The path of the unit.
    values : mapping of str to object
        The values by the slots of the template's marked sheets.
    """

    name: str
    unit: str
    values: Values


def values(
    template: Template, to: RecipientValues, recipient: Recipient
) -> tuple[Values, list[UnitSheet]]:
    """The values of a workbook whose marked sheets are copied for the units directly below.

    Parameters
    ----------
    template : Template
        A template; where it has no marked sheet, there are no units.
    to : RecipientValues
        Gives the values of the slots.
    recipient : Recipient
        Whose workbook it is.

    Returns
    -------
    mapping of str to object, list of UnitSheet
        The values of the slots on other sheets, which are about the recipient; and the sheets.
    """
    marked = template.sheets_for_units
    on_marked: dict[str, str] = {}
    own: dict[str, str] = {}
    for name, slot in template.slots.items():
        (on_marked if slot.sheet in marked else own)[name] = slot.plain_name
    about = to.values(recipient) if own else {}
    sheets = []
    for unit in to.recipients.below(recipient) if marked else ():
        of_unit = to.values(unit)
        sheets.append(UnitSheet(unit.name, unit.unit.path, _known(on_marked, of_unit)))
    return _known(own, about), sheets


def _known(names: Mapping[str, str], found: Values) -> Values:
    return {name: found[plain] for name, plain in names.items() if plain in found}


def filled(
    template: Template,
    values: Values,
    sheets: Sequence[UnitSheet],
    identity: Identity | None = None,
    computed: Computed = NOTHING,
) -> bytes:
    """The workbook with these values; `sheets` may be none.

    Parameters
    ----------
    values, sheets
        As `values` gives them.
    identity : Identity, optional
        Whom it is for, by which it is known when it comes back, as are its sheets.
    computed : Computed
        What a spreadsheet program computed; see `Template.fill`.

    Raises
    ------
    InputError
        A sheet cannot be copied, or values do not fit.
    """
    everything = dict(values)
    for sheet in template.sheets_for_units if sheets else ():
        template, slots = template.with_sheets(
            sheet,
            [one.name for one in sheets],
            [one.unit for one in sheets] if identity not in (None, NOBODY) else (),
        )
        for names, one in zip(slots, sheets, strict=True):
            everything |= {
                names[name]: value for name, value in one.values.items() if name in names
            }
    return template.fill(everything, identity, computed)
