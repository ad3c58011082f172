"""The line of a setting is found at a look, and is the one that a search finds."""

import time

import pytest

from kpi_xl.settings import file as settings_file
from kpi_xl.settings.file import row_of

TEXTS = [
    '[kpis]\n"甲" = "1"\n"乙" = 2\n\n[kpis."丙"]\nformula = "x"\n',
    "# [kpis.'丙']\n[kpis] # 甲 = 1\n'甲'='[kpis]'\n\"乙\"   = [\n 1,\n 2]\n  [ kpis . '丙' ] # so\nunit=1\n",
    'kpis."甲" = 1\nkpis."乙" = 2\nkpis."丙".unit = 3\n',
    '[project]\nname = """\n[kpis.丙]\n"""\n[kpis]\n"甲" = 1\n"乙" = 2\n"丙" = 3\n',
    '[bands]\n"甲" = 1\n[kpis]\n"乙" = 1\n"\\u7532" = 2\n[kpis."丙"]\n[[other]]\n"乙" = 1\n',
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", ["甲", "乙", "丙", "丁"])
def test_a_look_finds_what_a_search_finds(text, name, monkeypatch):
    try:
        found = row_of(text, ("kpis", name))
    finally:
        monkeypatch.setattr(settings_file, "_plain_rows", lambda text: {})
    assert found == row_of(text, ("kpis", name))


def test_a_hundred_definitions_are_found_in_no_time():
    text = "".join(f'[measures."甲{i}"]\ntable = "保单"\ntake = "计数"\n' for i in range(300))
    begun = time.process_time()
    assert [row_of(text, ("measures", f"甲{i}")) for i in range(300)] == list(range(1, 900, 3))
    assert time.process_time() - begun < 1
