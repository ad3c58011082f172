"""Files as they come: encodings, delimiters, title rows, damage."""

from __future__ import annotations

import datetime
import decimal
import io
from pathlib import Path

import msoffcrypto.format.ooxml
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from kpi_xl.catalogue.schema import TABLES
from kpi_xl.errors import InputError
from kpi_xl.raw_files.heading_text import normalise
from kpi_xl.raw_files.read import read_table
from kpi_xl.raw_files.tables_found import find_tables
from kpi_xl.settings.project_settings import Settings

AGENTS = TABLES["agents"]
POLICIES = TABLES["policies"]
HEAD = "工号,姓名,签约日期\n"
LINE = "00123,张三,2024-01-05\n"


def read_csv(folder: Path, content: str | bytes, table=AGENTS, columns=None):
    file = folder / "文件.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(file, table, columns or {})


def cells(raw) -> dict[str, list[str | None]]:
    return {code: column.to_pylist() for code, column in raw.columns.items()}


WANTED = {"agent": ["00123"], "name": ["张三"], "signed": ["2024-01-05"]}


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le-bom"]
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path, encoding, ending):
    text = (HEAD + LINE).replace("\n", ending)
    content = (
        b"\xff\xfe" + text.encode("utf-16-le")
        if encoding == "utf-16-le-bom"
        else text.encode(encoding)
    )
    raw = read_csv(tmp_path, content)
    assert cells(raw) == WANTED
    assert raw.rows.to_pylist() == [2]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_delimiters_and_title_rows(tmp_path, delimiter):
    text = "某公司花名册\n统计截止：2024-08-31\n\n" + (HEAD + LINE).replace(",", delimiter)
    raw = read_csv(tmp_path, text)
    assert cells(raw) == WANTED
    assert raw.rows.to_pylist() == [5]


def test_a_line_break_within_quotes_and_blank_lines(tmp_path):
    raw = read_csv(tmp_path, HEAD + '1,"张\n三",2024-01-05\n\n ,, \n2,"李,四",2024-01-06\n')
    assert cells(raw)["name"] == ["张\n三", "李,四"]
    assert raw.rows.to_pylist() == [2, 5]
    assert raw.malformed == ()


def test_lines_with_too_few_or_too_many_cells_are_told_of(tmp_path):
    raw = read_csv(tmp_path, HEAD + LINE + "1,2\n1,2,3,4\n" + LINE)
    assert raw.rows.to_pylist() == [2, 5]
    assert [(p.row, p.value, p.reason, p.set_aside) for p in raw.malformed] == [
        (3, "1,2", "有 2 个单元格，标题行有 3 个", True),
        (4, "1,2,3,4", "有 4 个单元格，标题行有 3 个", True),
    ]


@pytest.mark.parametrize("stray", ['1,"张三,2024-01-05\n', '1,张三,"2024-01-05\n'])
def test_a_stray_quotation_mark_costs_one_line(tmp_path, stray):
    raw = read_csv(tmp_path, HEAD + LINE + stray + LINE * 3 + '2,"李,四",2024-01-06\n')
    assert raw.rows.to_pylist() == [2, 4, 5, 6, 7]
    assert [(p.row, p.reason) for p in raw.malformed] == [(3, "引号没有配对")]


def test_two_stray_quotation_marks_cost_two_lines(tmp_path):
    stray = '1,"张三,2024-01-05\n'
    raw = read_csv(tmp_path, HEAD + stray + LINE * 2 + stray + LINE)
    assert raw.rows.to_pylist() == [3, 4, 6]
    assert [p.row for p in raw.malformed] == [2, 5]


def test_rows_of_totals_are_no_records(tmp_path):
    raw = read_csv(tmp_path, "序号," + HEAD + "1,7,张三,2024-01-05\n小计,,1 人,\n合 计：,,1 人,\n")
    assert raw.rows.to_pylist() == [2]
    assert [(p.row, p.reason) for p in raw.malformed] == [
        (3, "合计行，不是一条记录"),
        (4, "合计行，不是一条记录"),
    ]
    assert raw.unused == ("序号",)


def test_headings_by_alias_by_mapping_and_in_english(tmp_path):
    text = "Agent ID,*姓 名（必填）,入司日期,备注\n00123,张三,2024-01-05,x\n"
    raw = read_csv(tmp_path, text)
    assert cells(raw) == WANTED
    assert raw.headings == {"agent": "Agent ID", "name": "*姓 名（必填）", "signed": "入司日期"}
    assert raw.unused == ("备注",)
    mapped = {"agent": "EmpNo", "signed": "First Day"}
    raw = read_csv(tmp_path, "empno,工号,姓名,first day\n00123,9,张三,2024-01-05\n", columns=mapped)
    assert cells(raw) == WANTED
    assert raw.unused == ("工号",)


def test_a_columns_own_name_goes_before_its_aliases(tmp_path):
    text = "保单号,工号,首年保费,生效日期,承保日期\n1,2,3,2024-01-02,2024-01-01\n"
    raw = read_csv(tmp_path, text, POLICIES)
    assert cells(raw)["issued"] == ["2024-01-01"]
    assert raw.unused == ("生效日期",)


def test_two_headings_alike_are_refused_unless_one_is_chosen(tmp_path):
    text = "工号,签约日期(旧),签约日期(新)\n1,2020-01-01,2024-01-01\n"
    with pytest.raises(InputError, match="有 2 列的标题相同"):
        read_csv(tmp_path, text)
    raw = read_csv(tmp_path, text, columns={"signed": "签约日期(新)"})
    assert cells(raw)["signed"] == ["2024-01-01"]


def test_two_hundred_columns(tmp_path):
    extra = [f"列{i}" for i in range(198)]
    head = ",".join([*extra[:100], "工号", *extra[100:], "签约日期"])
    raw = read_csv(tmp_path, head + "\n" + ",".join(["7"] * 199 + ["2024-01-05"]) + "\n")
    assert cells(raw) == {"agent": ["7"], "signed": ["2024-01-05"]}
    assert raw.unused == tuple(extra)
    with pytest.raises(InputError) as caught:
        read_csv(tmp_path, head.replace("签约日期", "签约的日期") + "\n")
    assert "缺少必需的列：签约日期" in caught.value.problem
    assert "“签约的日期”像是签约日期" in caught.value.advice


@pytest.mark.parametrize(
    ("content", "row", "problem"),
    [
        ("", None, "文件是空的"),
        (" \n\n", None, "文件是空的"),
        ("\ufeff", None, "文件是空的"),
        ("甲,乙\n1,2\n", 1, "找不到人员表的标题行"),
        ("工号,姓名\n1,2\n", 1, "缺少必需的列：签约日期"),
        ("工号,姓名,签约日期\n1,\0,3\n", 2, "空字符"),
        (b"PK\x03\x04rest", None, "文件不完整或已损坏"),
        ((HEAD + LINE).encode() + LINE.encode("gbk"), 3, "编码与其他行不同"),
        (b"\xef\xbb\xbf" + HEAD.encode() + LINE.encode("gbk"), 2, "编码与其他行不同"),
        (HEAD.encode("gbk") + LINE.encode("gbk") * 9 + LINE.encode(), 11, "编码与其他行不同"),
        ((HEAD + LINE).encode()[:-13], 2, "编码与其他行不同"),
        (HEAD.encode("gbk") + b"1,\xff\xff,2\n", 2, "既不是 UTF-8 也不是 GBK"),
    ],
)
def test_text_that_cannot_be_read(tmp_path, content, row, problem):
    with pytest.raises(InputError) as caught:
        read_csv(tmp_path, content)
    assert problem in caught.value.problem
    assert (caught.value.row, caught.value.file) == (row, tmp_path / "文件.csv")
    assert caught.value.advice


def test_a_mapped_heading_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"姓名（kpi\.toml 里写的标题“Name of agent”）"):
        read_csv(tmp_path, HEAD + LINE, columns={"name": "Name of agent"})


@pytest.mark.parametrize("corner", [(0, 0), (3, 2)])
def test_worksheet(workbook, corner):
    file = workbook(
        {
            "说明": [["这里没有数据"]],
            "清单": [
                ["花名册"],
                ["工号", "姓名", "签约日期", "解约日期", "年龄"],
                ["00123", "张三", datetime.date(2024, 1, 5), None, 30],
                [],
                [124, "李四", "2024年1月5日", None, 31],
                ["合计", None, None, None, 61],
            ],
        },
        corner=corner,
    )
    raw = read_table(file, AGENTS)
    top = corner[0]
    assert raw.source.sheet == "清单"
    assert cells(raw) == {
        "agent": ["00123", "124"],
        "name": ["张三", "李四"],
        "signed": ["2024-01-05 00:00:00", "2024年1月5日"],
        "left": [None, None],
    }
    assert raw.rows.to_pylist() == [top + 3, top + 5]
    assert [p.row for p in raw.malformed] == [top + 6]
    assert raw.unused == ("年龄",)


@pytest.mark.parametrize("corner", [(0, 0), (3, 2)])
def test_error_values_are_no_empty_cells(tmp_path, corner):
    file = tmp_path / "人员.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet()
        row, column = corner
        sheet.write_row(row, column, ["工号", "姓名", "签约日期", "解约日期"])
        for i in range(1, 4):
            sheet.write_row(row + i, column, [f"0{i}", None, "2024-01-05"])
        sheet.write_formula(row + 2, column + 3, "=VLOOKUP(1,A:A,1,0)", None, "#N/A")
        sheet.write_formula(row + 3, column + 1, "=1/0", None, "#DIV/0!")
    raw = read_table(file, AGENTS)
    assert cells(raw)["left"] == [None, "#N/A", None]
    assert cells(raw)["name"] == [None, None, "#DIV/0!"]


def test_no_sheet_with_the_headings(workbook):
    file = workbook({"甲": [["哈"]], "乙": []})
    with pytest.raises(InputError) as caught:
        read_table(file, AGENTS)
    assert "「甲」、「乙」" in caught.value.problem
    assert "工号、签约日期" in caught.value.advice


def test_a_column_missing_in_a_sheet(workbook):
    file = workbook({"甲": [["哈"]], "保单": [["保单号", "工号", "头年保险费用", "出单的日子"]]})
    with pytest.raises(InputError) as caught:
        read_table(file, POLICIES)
    assert caught.value.sheet == "保单"
    assert caught.value.problem.endswith("首年保费、承保日期")
    assert "“头年保险费用”像是首年保费" in caught.value.advice
    assert "「甲」" in caught.value.advice


def test_workbooks_that_cannot_be_opened(workbook):
    file = workbook({"清单": [["工号", "签约日期"], ["1", "2024-01-05"]]})
    good = file.read_bytes()
    encrypted = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(good)).encrypt("密码", encrypted)
    for content, problem in (
        (b"", "文件是空的"),
        (good[: len(good) // 2], "不完整或已损坏"),
        (good[:-10], "不完整或已损坏"),
        (encrypted.getvalue(), "有打开密码"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "旧版格式的文件已损坏"),
        (b"\0\1\2" * 99, "不是 Excel 工作簿"),
    ):
        file.write_bytes(content)
        with pytest.raises(InputError, match=problem):
            read_table(file, AGENTS)


def test_parquet(tmp_path):
    file = tmp_path / "保单.parquet"
    moment = datetime.datetime(2024, 1, 4, 16, 30, tzinfo=datetime.UTC)
    pq.write_table(
        pa.table(
            {
                "保单号": pa.array(["001", "002"]).dictionary_encode(),
                "工号": pa.array(["00123", None], pa.large_string()),
                "首年保费": pa.array([decimal.Decimal("12.30"), None], pa.decimal128(12, 2)),
                "FYC": [0.1 + 0.2, float("nan")],
                "承保日期": pa.array([datetime.date(2024, 1, 5), None]),
                "撤单日期": pa.array([moment, None], pa.timestamp("us", "Asia/Shanghai")),
                "备注": [["a"], []],
            }
        ),
        file,
    )
    raw = read_table(file, POLICIES)
    assert cells(raw) == {
        "policy": ["001", "002"],
        "agent": ["00123", None],
        "premium": ["12.30", None],
        "fyc": ["0.30000000000000004", None],
        "issued": ["2024-01-05", None],
        "withdrawn": ["2024-01-05 00:30:00.000000", None],
    }
    assert raw.unused == ("备注",)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(InputError, match="不是 Parquet 文件"):
        read_table(file, POLICIES)


A_ROSTER = "工号,姓名,签约日期\n"
A_POLICY = "保单号,工号,首年保费,承保日期\n"
A_DUE = "保单号,工号,应收日期,应收保费\n"


def where(found) -> dict[str, list[str]]:
    read: dict[str, list[str]] = {}
    for source in found.sources:
        read.setdefault(source.code, []).append(source.label)
    return read


def test_which_file_is_which(make):
    project = make(
        {
            "2024花名册.csv": A_ROSTER,
            "保单_1月.csv": A_POLICY,
            "保单_2月.csv": A_POLICY + "1,2,3,2024-01-01\n",
            "人员目标.csv": "月份,层级,单位,指标,目标值\n",
            "网点活动.csv": "日期,工号,网点,拜访数\n",
            "保单续期.csv": A_DUE,
            "无名.csv": A_DUE + "1,2,2024-01-01,3\n",
            "说明.docx": "h",
            "旧保单.xls": A_POLICY.replace(",", "\t"),
            "杂项.csv": "j",
            "培训.csv": "日期,工号,课程\n",
            "数据.zip": "z",
            "~$保单.xlsx": "k",
            ".gitkeep": "",
            "Thumbs.db": "",
        }
    )
    found = find_tables(project)
    assert where(found) == {
        "agents": ["2024花名册.csv"],
        "policies": ["保单_1月.csv", "保单_2月.csv", "旧保单.xls"],
        "dues": ["保单续期.csv", "无名.csv"],
        "activities": ["网点活动.csv"],
        "targets": ["人员目标.csv"],
    }
    assert {one.name: one.reason for one in found.left_out} == {
        "培训.csv": "标题行里只有许多表都有的列，看不出是哪张表",
        "数据.zip": "压缩包，里面的文件没有读",
        "杂项.csv": "文件名里没有表名，标题行也认不出是哪张表",
        "说明.docx": "不是表格文件（.docx）",
    }


def test_folders_in_the_data_folder_are_read(make):
    project = make({"人员.csv": A_ROSTER})
    for month in ("2024-05", "2024-06"):
        (project.data / month).mkdir()
        (project.data / month / "保单.csv").write_text(
            f"{A_POLICY}P{month},2,3,{month}-01\n", encoding="utf-8"
        )
    (project.data / "__MACOSX").mkdir()
    (project.data / "__MACOSX" / "保单.csv").write_text("x", encoding="utf-8")
    assert where(find_tables(project))["policies"] == ["2024-05/保单.csv", "2024-06/保单.csv"]


def test_a_name_that_says_renewals_is_not_taken_for_new_business(make):
    project = make({"续期保单202406.csv": "保单号,工号,生效日期,保费,应收日期,应收保费\n"})
    assert where(find_tables(project)) == {"dues": ["续期保单202406.csv"]}
    with pytest.raises(InputError, match="不知道是新单还是续期"):
        find_tables(make({"续期保单202406.csv": "保单号,工号,生效日期,保费\n"}))


def test_a_name_that_the_headings_contradict_is_told(make):
    found = find_tables(make({"人员.csv": A_POLICY}))
    assert where(found) == {"policies": ["人员.csv"]}
    assert "文件名像是人员" in found.told[0][1].reason


def test_the_sheets_of_a_workbook(make, workbook):
    roster = [["工号", "签约日期"], ["1", "2020-01-01"]]
    policies = [["保单号", "工号", "首年保费", "承保日期"], ["P", "1", 5, "2024-01-01"]]
    book = workbook(
        {"说明": [["x"]], "名单": roster, "旧名单": roster, "5月": policies, "6月": policies,
         "网点": [["网点", "负责人"]], "空": []}
    )  # fmt: skip
    found = find_tables(make({"月报.xlsx": book.read_bytes()}))
    assert where(found) == {
        "agents": ["月报.xlsx「名单」"],
        "policies": ["月报.xlsx「5月」", "月报.xlsx「6月」"],
    }
    assert [(one.sheet, one.matters) for one in found.left_out] == [
        ("说明", False),
        ("旧名单", True),
        ("网点", True),
        ("空", False),
    ]
    assert "缺少必需的列：工号" in found.left_out[2].reason


def test_hidden_sheets_are_left_out(make, tmp_path):
    file = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        for name in ("藏", "名单"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["工号", "签约日期"])
        book.worksheets()[1].activate()
        book.worksheets()[0].hide()
    found = find_tables(make({"人员.xlsx": file.read_bytes()}))
    assert where(found) == {"agents": ["人员.xlsx「名单」"]}
    assert [(one.sheet, one.reason) for one in found.left_out] == [("藏", "隐藏的工作表，没有读")]
    with xlsxwriter.Workbook(str(file)) as book:
        book.add_worksheet("藏").write_row(0, 0, ["工号", "签约日期"])
        book.worksheets()[0].hide()
        book.add_worksheet("封面").write(0, 0, "花名册")
        book.worksheets()[1].activate()
    with pytest.raises(InputError, match="隐藏的工作表"):
        find_tables(make({"人员.xlsx": file.read_bytes()}))


def test_files_named_in_the_settings_go_first(make):
    settings = Settings(files={"policies": ("p*.csv", "人员.csv"), "agents": ("hr.csv",)})
    project = make(
        {"p1.csv": A_POLICY, "人员.csv": A_POLICY + "1,2,3,4\n", "hr.csv": A_ROSTER,
         "保单.csv": A_POLICY + "1,2,3,5\n"},
        settings,
    )  # fmt: skip
    found = find_tables(project)
    assert where(found) == {"agents": ["hr.csv"], "policies": ["p1.csv", "人员.csv"]}
    assert [one.name for one in found.left_out] == ["保单.csv"]
    assert "[files] 里写的是“p*.csv、人员.csv”" in found.left_out[0].reason
    project = make({}, Settings(files={"dues": ("x.csv",)}))
    with pytest.raises(InputError, match=r"“x\.csv”没有找到"):
        find_tables(project)


def test_two_copies_of_one_file_are_refused(make):
    head = "日期,工号,拜访数\n"
    with pytest.raises(InputError, match="内容完全相同"):
        find_tables(make({"活动.csv": head, "活动 - 副本.csv": head, "活动2.csv": head + " "}))


def test_no_data_folder_and_other_kinds_of_file(tmp_path, make):
    project = make({})
    project.data.rmdir()
    with pytest.raises(InputError, match="没有数据文件夹"):
        find_tables(project)
    (tmp_path / "人员.doc").write_bytes(b"x")
    with pytest.raises(InputError, match=r"不能读 \.doc 文件"):
        read_table(tmp_path / "人员.doc", AGENTS)
    with pytest.raises(InputError, match="文件不存在"):
        read_table(tmp_path / "人员.csv", AGENTS)


def test_no_two_headings_of_a_table_are_the_same():
    for table in TABLES.values():
        names = [{normalise(n) for n in (c.name, *c.aliases)} for c in table.columns]
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                assert not one & other, table.code
