"""Headings as sixty files of the trades have them: found, or asked about; never taken for another."""

from __future__ import annotations

from pathlib import Path

import pytest

from heading_sets import SETS
from kpi_xl.catalogue.schema import LISTS
from kpi_xl.checks.check_file import check_file
from kpi_xl.errors import InputError
from kpi_xl.raw_files.headings import Headings
from kpi_xl.raw_files.read import read_table
from kpi_xl.settings.project_settings import Settings

VALUES = {"date": ("2024-01-05", ""), "money": ("5000", "6000"), "count": ("3", "4")}


def of(text: str) -> list[tuple[str, str]]:
    """The headings of a set, each with the code that is meant."""
    pairs = (one.rpartition("=") for one in text.split())
    return [(heading.replace("␣", " "), code) for heading, _, code in pairs]


def taken(code: str, headings: list[str]) -> dict[str, str]:
    """The heading that is taken for each column."""
    match = Headings(LISTS[code], {}).match(headings)
    return {column: headings[place] for column, place in match.positions.items()}


def test_there_are_sixty_and_nine_of_ten_headings_are_found():
    wanted = found = 0
    for _, code, text in SETS:
        pairs = of(text)
        got = taken(code, [heading for heading, _ in pairs])
        wanted += sum(meant != "-" for _, meant in pairs)
        found += sum(got.get(meant) == heading for heading, meant in pairs if meant != "-")
    assert len(SETS) == 60
    assert found >= 0.9 * wanted


@pytest.mark.parametrize(("code", "text"), [one[1:] for one in SETS], ids=[one[0] for one in SETS])
def test_none_is_taken_for_another_and_none_is_dropped_in_silence(code, text, tmp_path: Path):
    pairs = of(text)
    got = taken(code, [heading for heading, _ in pairs])
    meant = {column: heading for heading, column in pairs if column != "-"}
    assert {
        column: heading for column, heading in got.items() if meant.get(column) != heading
    } == {}
    table = LISTS[code]
    kinds = {column.code: column.kind for column in table.columns}
    rows = [
        [VALUES.get(kinds.get(column, ""), ("甲", "乙"))[n] for _, column in pairs] for n in (0, 1)
    ]
    file = tmp_path / "x.csv"
    lines = [[heading for heading, _ in pairs], *rows]
    file.write_text("\n".join(map(",".join, lines)), encoding="utf-8")
    lost = [heading for column, heading in meant.items() if column not in got]
    try:
        _, problems = check_file(read_table(file, table), Settings())
    except InputError as error:
        assert "缺少必需的列" in error.problem
    else:
        assert {problem.column for problem in problems} >= set(lost)
