"""A workbook with a sheet for each unit below the one that gets it."""

from __future__ import annotations

from kpi_xl.jobs.recipients import Recipient, Recipients
from kpi_xl.jobs.unit_values import Values
from kpi_xl.workbook import Template


def filled(template: Template, to: Recipients, recipient: Recipient) -> bytes:
    """The workbook of a unit whose marked sheets are copied for the units directly below it.

    Parameters
    ----------
    template : Template
        A template with marked sheets; see `kpi_xl.workbook.Template.sheets_for_units`.
    to : Recipients
        Gives the values of the slots.
    recipient : Recipient
        The unit; one with units below it.

    Raises
    ------
    InputError
        A sheet cannot be copied, or values do not fit.
    """
    marked = template.sheets_for_units
    below = to.below(recipient)
    plain = {name: slot.plain_name for name, slot in template.slots.items()}
    own = [name for name, slot in template.slots.items() if slot.sheet not in marked]
    values: Values = {}
    if own:
        about = to.values(recipient)
        values = {name: about[plain[name]] for name in own if plain[name] in about}
    of_units = [to.values(unit) for unit in below]
    for sheet in marked:
        template, slots = template.with_sheets(sheet, [unit.name for unit in below])
        for names, about in zip(slots, of_units, strict=True):
            known = {name: about[plain[name]] for name in names if plain[name] in about}
            values |= {names[name]: value for name, value in known.items()}
    return template.fill(values)
