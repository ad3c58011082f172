"""Which names the first rows of a file have: quickly, and none that is there is missed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kpi_xl.raw_files.heading_text import NamedRows, normalise, stacked, without_remark

KNOWN = frozenset(
    map(
        normalise,
        ("工号", "首年保费", "当月首年保费", "调出营业部", "Agent ID", "解约日期", "13月继续率"),
    )
)
PIECES = st.sampled_from(
    [
        None, "", " ", "*", "（元）", "首年", "保费", "首年保费", "当月", "累计", "调出", "营业部", "工号", "工 号",
        "agent", "ID", "Agent_ID", "AGENT ID(代码)", "解约日期：在职不填", "首年保费万元", "１３月", "13月继续率", "13",
        "继续率", "(20.00)", "-5", "P0001", "2024-01-05", "首年保费（", "元）", "說明", "調出", "x", "合计",
    ]
)  # fmt: skip
CELLS = st.one_of(PIECES, st.tuples(PIECES, PIECES).map(lambda two: "".join(x or "" for x in two)))


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=4))
def test_no_name_is_missed_by_looking_only_where_one_may_begin(rows):
    named = NamedRows(rows, KNOWN)
    for index in range(len(rows)):
        window = rows[index : index + 3]
        cells = [cell for row in window for cell in row if cell]
        every = {*map(normalise, cells), *map(without_remark, cells)}
        for depth in range(2, len(window) + 1):
            every |= stacked(window[:depth], lambda cell: True).names
        assert named.names(index) == every & KNOWN
