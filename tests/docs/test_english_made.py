"""What the English manual makes: nothing of the program is left without its words."""

import re
from types import SimpleNamespace

import pytest

from benchmarks.study.english import english
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.kinds import BY_AREA
from kpi_xl.settings.text import settings_text
from manual import english_handbook, english_settings, english_tables, hooks, kpis, messages, tables
from manual.blocks import ROOT
from manual.english_words import WORDS
from manual.twins import differences, sections

CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_column_of_every_table_is_named_in_english():
    page = english_tables.every_table()
    for table in TABLES.values():
        section = page.partition(f"{{#{table.code}}}")[2].partition("### ")[0]
        for column in table.columns:
            name = rf"\*\*{column.name}\*\* \(needed\)" if column.required else column.name
            (row,) = re.findall(rf"^\| {name} \| .* \|$", section, re.M)
            assert row.split("|")[2].strip(), row
    codes = {f"{table.code}.{column.code}" for table in TABLES.values() for column in table.columns}
    assert WORDS["columns"].keys() == codes
    assert WORDS["tables"].keys() == TABLES.keys()


def test_the_example_tells_in_english_what_the_check_says():
    rows = [row for row in english_tables.example().splitlines() if "搁置" in row or "提示" in row]
    problems = tables.checked_example()
    assert len(rows) == len(problems)
    for row, problem in zip(rows, problems, strict=True):
        reason, advice = row.split(" | ")[5:]
        assert f" | {problem.table} | {problem.row} | {problem.column} | " in row
        assert not CHINESE.search(reason.replace("未分配", "") + advice)
        assert re.findall(r"\d+", reason) == re.findall(r"\d+", problem.reason)


def test_every_problem_of_the_check_report_is_told_in_english():
    kinds = {kind.code: kind for kind in BY_AREA["校验报告"]}
    assert messages.ENGLISH.keys() == kinds.keys()
    for code, (reason, advice) in messages.ENGLISH.items():
        chinese = re.sub(r"\{[^}]*\}", "", kinds[code].reason + kinds[code].advice)
        assert set(re.findall(r"\d+", reason + advice)) == set(re.findall(r"\d+", chinese)), code
        assert not re.search("[。，；]", reason + advice), code


def test_every_setting_of_a_new_project_is_told_in_english():
    text = settings_text("兰州分公司")
    shown = english_settings.shown()
    assert list(shown) == re.findall(r"^\[(.+)\]$", text, re.M)
    assert WORDS["sections"].keys() == shown.keys()
    lines = [line for settings in shown.values() for line, _ in settings]
    assert all(line in text for line in lines)
    unquoted = re.findall(r"^(?:# *)?([a-z_]+ = .*)$", text, re.M)
    assert set(unquoted) <= set(lines)
    told = {meaning for settings in shown.values() for _, meaning in settings}
    assert set(WORDS["settings"].values()) <= told


@pytest.mark.parametrize("family", kpis.FAMILIES)
def test_a_page_of_the_handbook_has_what_the_chinese_one_has(family):
    page = f"kpis/{family}.md"
    chinese = sections(page, kpis.page(family))
    english = sections(f"en/{page}", english_handbook.page(family))
    assert list(differences(chinese, english)) == []


def test_the_handbook_says_all_that_is_in_english():
    """A text that is no longer in Chinese is dropped from english_handbook.toml."""
    pages = "".join(map(english_handbook.page, kpis.FAMILIES))
    assert [chinese for chinese, text in english_handbook.SAID.items() if text not in pages] == []


def test_the_study_is_in_english_as_make_study_writes_it():
    docs = ROOT / "docs"
    chinese = (docs / "calibration.md").read_text(encoding="utf-8")
    assert (docs / "en/calibration.md").read_text(encoding="utf-8") == english(chinese)


@pytest.mark.parametrize(
    "page, leads, language",
    [
        ("data.md", "[English](en/data.md)", "zh"),
        ("en/data.md", "[中文](../data.md)", "en"),
        ("questions/bounds.md", "[English](../en/questions/bounds.md)", "zh"),
        ("kpis.md", "[English](en/kpis.md)", "zh"),
        ("en/kpis.md", "[中文](../kpis.md)", "en"),
        ("examples/bank-team.md", "[English](../en/examples/bank-team.md)", "zh"),
        ("en/examples/bank-team.md", "[中文](../../examples/bank-team.md)", "en"),
        ("kpis/retail.md", "[English](../en/kpis/retail.md)", "zh"),
        ("en/kpis/retail.md", "[中文](../../kpis/retail.md)", "en"),
        ("en/add-a-kpi.md", "", "en"),
        ("architecture.md", "", "en"),
    ],
)
def test_a_page_leads_to_the_other_language_and_says_its_own(page, leads, language):
    shown = SimpleNamespace(file=SimpleNamespace(src_uri=page))
    text = hooks.on_page_markdown("# Title\n", shown, None, None)
    assert text == (f"{leads}{{ .language }}\n\n# Title\n" if leads else "# Title\n")
    config = SimpleNamespace(theme={})
    hooks.on_page_context({}, shown, config, None)
    assert config.theme == {"language": language}
