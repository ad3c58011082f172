"""What files bring is read in time that grows as its length does, whatever it is made of."""

import re
import time

import numpy as np
import pytest

from kpi_xl.raw_files import sheet_structure
from kpi_xl.raw_files.totals import Total, compared
from kpi_xl.readers.id import canonical
from kpi_xl.workbook.growth.sheet_copies import sheet_name
from kpi_xl.workbook.ooxml.formulas import joined, tokens

LENGTH = 30_000
PIECES = [
    "x", "A", "A1", "$A", "1", "甲", "名称.", "'", "''", '"', "[", "'[", "[x'", "x!", "A1:", " ",
    "\n", "x'[", "合 ", "本月", "1,", "a@", ".",
]  # fmt: skip
TAGS = [
    '<c ', '<c r="', '<c x="1" ', '<c t="e">', '<c t="e"><v>', "<row ", '<row x="1" ',
    "mergeCell ", "<mergeCell ", "</f> ", "<f ", "r ", 'r="', "<v>9", "=", "A", " ",
]  # fmt: skip


def _total(text):
    nothing = np.array([], np.int64)
    list(compared([Total(1, text, {})], nothing, {}, nothing.astype(bool), {}))


@pytest.mark.parametrize("read", [tokens, canonical, sheet_name, _total], ids=lambda f: f.__name__)
def test_texts(read):
    for piece in PIECES:
        text = (piece * LENGTH)[:LENGTH] + "x"
        begun = time.process_time()
        read(text)
        assert time.process_time() - begun < 2, piece


def test_sheets():
    patterns = {
        name: found
        for name, found in vars(sheet_structure).items()
        if isinstance(found, re.Pattern) and isinstance(found.pattern, bytes)
    }
    assert len(patterns) > 10
    for name, pattern in patterns.items():
        for piece in TAGS:
            text = (piece * LENGTH)[: 4 * LENGTH].encode()
            begun = time.process_time()
            pattern.findall(text)
            assert time.process_time() - begun < 2, (name, piece)


@pytest.mark.parametrize(
    ("formula", "references"),
    [
        ("'它''s'!A1+甲!B$2:C3", ["'它''s'!A1", "甲!B$2:C3"]),
        ("[1]甲!A1+SUM(一月:三月!B2)", ["[1]甲!A1", "一月:三月!B2"]),
        ("IF(A1=\"''\",'x'!B1,\"'\")", ["A1", "'x'!B1"]),
        ("表[[#This Row],[列'[1']]]+A1", ["A1"]),
        ("$A$1+x甲A1+甲$!A1", ["$A$1", "甲$!A1"]),
    ],
)
def test_references_are_found_as_before(formula, references):
    found = tokens(formula)
    assert [one.text for one in found if not isinstance(one, str)] == references
    assert joined(found, formula) == formula
