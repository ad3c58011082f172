"""Every cell that people fill in says what becomes of what they type."""

from __future__ import annotations

import pytest

import workbook_templates
from kpi_xl.slots.becomes import Activity, Plan, Received, Target, Words
from kpi_xl.slots.registry import declared
from kpi_xl.slots.slot import INPUT
from kpi_xl.workbook import Template
from kpi_xl.workbook.inputs import input_slots


@pytest.mark.parametrize("name", workbook_templates.NAMES)
def test_every_cell_that_people_fill_in_says_what_it_becomes(name):
    inputs = input_slots(Template(workbook_templates.path(name)))
    known = declared()
    assert [one.slot.name for one in inputs if known[one.slot.plain_name].becomes is None] == []


def test_every_name_of_cells_left_for_people_says_so_too():
    """Also those that no official template has."""
    assert [
        one.name for one in declared().values() if one.name.startswith(INPUT) and not one.becomes
    ] == []


def test_what_it_becomes_is_said_with_the_words_of_the_name():
    known = declared()
    assert known["kpi.13个月留存率.目标"].becomes == Target("单位", "13个月留存率")
    assert known["month.target.拜访数"].becomes == Plan("拜访数", "月")
    assert known["month.target.预收保费"].becomes == Target("个人", "首年新单保费")
    assert known["input.week2.done.拜访数"].becomes == Activity("拜访数", "天")
    assert known["input.week2.done.预收件数"].becomes == Received("预收件数", "天")
    assert known["week2.members.拜访数"].becomes == Activity("拜访数", "周")
    assert known["input.summary"].becomes == Words("月度经营检讨")
    assert known["kpi.活动率"].becomes is None
