"""Targets converted to their KPI's unit, with the standard names of levels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.raw_files.said import FileRead, Said
from kpi_xl.raw_files.units_of_money import in_percent

_SCALES: Final = {"": 1, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8}


def as_meant(file: FileRead) -> Iterator[Said]:
    """Convert targets to the unit that their heading names, and levels to their standard names."""
    raw, columns, kpis = file.raw, file.columns, file.settings.kpis
    for level, name in file.settings.levels.items():
        named = pc.fill_null(pc.equal(columns["level"], name), False)
        columns["level"] = pc.if_else(named, level, columns["level"])
    read_in: dict[str, tuple[float, bool]] = {}
    values = columns["target"].to_pylist()
    names = columns["kpi"].to_pylist()
    for place, (value, name, text) in enumerate(
        zip(values, names, raw.columns["target"].to_pylist(), strict=True)
    ):
        kpi = kpis.find(name) if name else None
        if kpi is None or value is None or re.search(r"[%‰万亿千元]", text or ""):
            continue
        heading = raw.heading("target", place)
        if heading not in read_in:
            read_in[heading] = _SCALES[raw.unit(heading)], in_percent(heading)
        scale, percent = read_in[heading]
        if kpi.unit == "元":
            values[place] = value * scale
        elif kpi.unit == "%" and percent:
            if 0 < abs(value) <= 1:
                yield Said(heading, kinds.PERCENT_OR_RATIO(value=text), place, text)
            values[place] = value / 100
        elif kpi.unit == "%" and abs(value) > 2:
            fault = kinds.RATIO_TOO_LARGE(value=text, percent=f"{value * 100:g}%")
            yield Said(heading, fault, place, text)
    columns["target"] = pa.array(values, pa.float64())
