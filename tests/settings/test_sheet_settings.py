"""What kpi.toml says of single files, how it is found, and how it is written beside people's comments."""

import pytest

from kpi_xl.errors import InputError
from kpi_xl.settings.edit import say_of_sheets
from kpi_xl.settings.kpi_toml import read_settings
from kpi_xl.settings.sheets import NOT_READ, SheetSettings, said_of

COMMENTED = """\
# 我的设置，不要动
[project]
name = '兰州'   # 单引号

  [rules]
grace_days = 31 # 财务说的

[sheets."旧.xls"]   # 小王加的
table = "不读"  # 去年的
"""


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "kpi.toml"
    file.write_text(COMMENTED, encoding="utf-8")
    return file


SAID = {
    "业务员台账*.xlsx": SheetSettings(
        "agents",
        {"agent": "销售员编码", "signed": "何时进来"},
        unused=("备注",),
        statuses={"状态": {"T": "离职"}},
    ),
    '怪"名[1].xls「1月」': SheetSettings("policies", {"premium": "规保"}, {"规保": "万元"}),
}


def test_what_is_written_is_what_is_read(file):
    assert say_of_sheets(file, SAID)
    settings = read_settings(file)
    assert settings.sheets == {"旧.xls": SheetSettings(NOT_READ), **SAID}
    assert settings.grace_days == 31


def test_every_comment_and_line_of_the_user_stays(file):
    say_of_sheets(file, SAID)
    text = file.read_text(encoding="utf-8")
    assert text.startswith(COMMENTED)
    # Once more says nothing new, and taking it back gives what was there.
    assert not say_of_sheets(file, SAID)
    say_of_sheets(file, {}, frozenset(SAID))
    assert file.read_text(encoding="utf-8").rstrip() == COMMENTED.rstrip()


def test_one_key_is_changed_and_the_comments_beside_it_stay(file):
    say_of_sheets(file, {"旧.xls": SheetSettings("policies", {"policy": "号"})})
    text = file.read_text(encoding="utf-8")
    assert '[sheets."旧.xls"]   # 小王加的' in text
    assert read_settings(file).sheets["旧.xls"] == SheetSettings("policies", {"policy": "号"})


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "bom"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_line_ends_and_the_mark_of_notepad_stay(file, mark, end):
    file.write_bytes(mark + COMMENTED.replace("\n", end).encode())
    say_of_sheets(file, SAID)
    raw = file.read_bytes()
    assert raw.startswith(mark + COMMENTED.replace("\n", end).encode())
    assert raw.count(b"\r\n") == (raw.count(b"\n") if end == "\r\n" else 0)
    assert set(SAID) <= set(read_settings(file).sheets)


def test_a_file_that_cannot_be_read_is_not_written(file):
    file.write_text("[project\n", encoding="utf-8")
    with pytest.raises(InputError, match="第 1 行"):
        say_of_sheets(file, SAID)
    assert file.read_text(encoding="utf-8") == "[project\n"


@pytest.mark.parametrize(
    ("pattern", "name", "sheet", "fits"),
    [
        ("a.xls", "a.xls", None, True),
        ("a.xls", "a.xls", "1月", True),
        ("a.xls「1月」", "a.xls", "1月", True),
        ("a.xls「1月」", "a.xls", "2月", False),
        ("a.xls「1月」", "a.xls", None, False),
        ("a*.xls「*月」", "a2024.xls", "2月", True),
        ("a.xls", "axxls", None, False),
        ("[1]?.xls", "[1]?.xls", None, True),
        ("[1].xls", "1.xls", None, False),
        ("六月/a.xls", "六月/a.xls", None, True),
    ],
)
def test_which_file_is_meant(pattern, name, sheet, fits):
    assert (said_of({pattern: SheetSettings(NOT_READ)}, name, sheet) is not None) is fits


def test_what_names_it_most_closely_goes():
    said = {
        "*.xls": SheetSettings("dues"),
        "a.xls": SheetSettings("policies"),
        "*.xls「1月」": SheetSettings(NOT_READ),
    }
    assert said_of(said, "b.xls", None).table == "dues"
    assert said_of(said, "a.xls", "2月").table == "policies"
    assert said_of(said, "a.xls", "1月").table == NOT_READ


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("table = '保旦'", "是不是：保单"),
        ("table = 5", "没有这张表"),
        ("tabel = '保单'", "是不是：table"),
        ("columns = { '工号' = 'a' }", "不知道是哪张表的列"),
        ("units = { 'a' = '万' }", "是不是：万元"),
        ("units = { 'a' = 5 }", "应当是文字"),
        ("unused = [1]", "应当是方括号里的几段文字"),
        ("statuses = { 'a' = { 'T' = '走' } }", "只有人员、保单表有"),
    ],
)
def test_what_means_nothing_is_named_with_its_line(file, line, problem):
    file.write_text(f"# a\n[sheets.'x.xls']\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=problem) as caught:
        read_settings(file)
    assert caught.value.row == 3
    assert "x.xls" in str(caught.value)


def test_a_column_or_a_status_of_another_table_is_refused(file):
    for line in ("columns = { '保单号' = 'a' }", "statuses = { 'a' = { 'T' = '撤单' } }"):
        file.write_text(f"[sheets.'x.xls']\ntable = '人员'\n{line}\n", encoding="utf-8")
        with pytest.raises(InputError) as caught:
            read_settings(file)
        assert caught.value.row == 3
