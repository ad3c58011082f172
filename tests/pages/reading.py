"""What a page says, read from its bytes: every number with the slot that it names."""

from __future__ import annotations

import math

from lxml import html

from kpi_xl.workbook import read


def parsed(file):
    return html.fromstring(file.read_bytes().decode())


def numbers(root):
    """Slot, place in it (None for the only one), and the number, of the unit's own figures."""
    for one in root.iter():
        slot = one.get("data-slot")
        value = one.get("value") if one.tag == "data" else one.get("data-value")
        if slot and value and one.tag != "th" and not slot.startswith("members."):
            name, _, place = slot.partition("#")
            yield name, int(place) if place else None, float(value)


def texts(root):
    """The same of cells that hold a text of the workbook as it is."""
    for one in root.iter():
        slot = one.get("data-slot")
        if slot and one.tag in ("td", "th", "p") and one.get("data-value") is None:
            name, _, place = slot.partition("#")
            if place or one.tag == "p":
                yield name, int(place) if place else None, one.text_content()


def unit_cells(root):
    """Unit path, KPI slot, number and class of the table of the units below."""
    for table in root.xpath("//table[@data-sorts='tree']"):
        slots = [th.get("data-slot") for th in table.xpath("./thead//th")][1:]
        for row in table.xpath(".//tr[@data-unit]"):
            for slot, cell in zip(slots, row.xpath("./td"), strict=True):
                yield row.get("data-unit"), slot, cell


def member_cells(root):
    for table in root.xpath("//table[@data-sorts='rows']"):
        for place, row in enumerate(table.xpath("./tbody/tr")):
            for cell in row.xpath("./td[@data-slot]"):
                yield table.get("data-unit"), place, cell.get("data-slot"), cell.get("data-value")


def cells_of(files):
    """The slots of several workbooks of a unit together: lists flat, as the page counts them."""
    found = {}
    for file in files:
        for name, value in read(file).items():
            found[name] = flat(value)
    return found


def flat(value):
    if not isinstance(value, list):
        return [value]
    return [one for row in value for one in (row if isinstance(row, list) else [row])]


def same(one, other):
    return (
        other is not None
        and not isinstance(other, str)
        and math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-9)
    )
