"""Damaged .xls, .xlsb and .ods: refused by name, without an end of the process or a wait for ever."""

from __future__ import annotations

import random
import struct
import zipfile
from io import BytesIO

import pytest

from kpi_xl.checks.check import check_project
from kpi_xl.errors import InputError
from tests.raw_files.conftest import ROSTER
from tests.raw_files.test_what_nobody_sees import HEADINGS, ROWS, xls_with
from tests.raw_files.xlsb import xlsb

XLSB = xlsb([HEADINGS, *ROWS], merged=[(1, 2, 1, 1)])


def part_of(content, name, change):
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part == name else data)
    return out.getvalue()


def refused(make, name, content):
    with pytest.raises(InputError) as caught:
        check_project(make({"人员.csv": ROSTER, name: content}))
    return name in str(caught.value)


@pytest.mark.parametrize("rows", [(5, 4), (65_535, 4), (0, 2**32 - 1)])
def test_sizes_that_no_worksheet_has(make, rows):
    content = xls_with()
    good = struct.pack("<HHII", 0x200, 14, 0, 4)
    assert content.count(good) == 1
    assert refused(make, "保单.xls", content.replace(good, struct.pack("<HHII", 0x200, 14, *rows)))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(struct.pack("<II", 3, 0), struct.pack("<II", 0x7000_0003, 0)),
        lambda data: data.replace(bytes([0, 17, 3, 0, 0, 0]), bytes([0, 17, 3, 0, 0, 0x70])),
    ],
    ids=["cut", "a column far away", "a row far away"],
)
def test_cells_without_an_end_or_far_away(make, change):
    content = part_of(XLSB, "xl/worksheets/sheet1.bin", change)
    assert content != XLSB
    assert refused(make, "保单.xlsb", content)


@pytest.mark.parametrize("part", ["xl/workbook.bin", "xl/_rels/workbook.bin.rels", "xl/styles.bin"])
def test_other_parts_at_random(make, part):
    dice = random.Random(5)

    def change(data):
        found = bytearray(data)
        for _ in range(dice.randint(1, 6)):
            found[dice.randrange(len(found))] = dice.randrange(256)
        return bytes(found)

    for _ in range(40):
        try:
            content = part_of(XLSB, part, change)
            check_project(make({"人员.csv": ROSTER, "保单.xlsb": content}))
        except InputError as error:
            assert "保单.xlsb" in str(error) or "人员" in str(error)


def test_old_files_at_random(make):
    dice = random.Random(5)
    good = xls_with()
    for _ in range(60):
        found = bytearray(good)
        for _ in range(dice.randint(1, 6)):
            found[dice.randrange(len(found))] = dice.randrange(256)
        try:
            check_project(make({"人员.csv": ROSTER, "保单.xls": bytes(found)}))
        except InputError as error:
            assert "保单.xls" in str(error)
