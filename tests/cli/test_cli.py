"""The command line as a user meets it: what it says, its exit codes, and what it leaves behind."""

import csv
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from command_line import run
from conftest import MONTH
from kpi_xl import kpis


def left_behind(folder):
    """Every file but those that tell processes whose turn it is."""
    files = (
        p
        for p in Path(folder).rglob("*")
        if p.is_file() and p.name not in (".kpi.lock", ".kpi.holder")
    )
    return sorted(str(p.relative_to(folder)) for p in files)


def refused(done, *texts):
    """Exit code 2, a Chinese message with these texts, no traceback."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for text in texts:
        assert text in done.stderr
    return done.stderr


@pytest.fixture
def small(tmp_path):
    """A project with a few agents and policies as .csv, quick to check."""
    folder = tmp_path / "项目"
    data = folder / "data"
    data.mkdir(parents=True)
    (folder / "kpi.toml").write_text('[project]\nname = "小分公司"\n', encoding="utf-8")
    (data / "人员.csv").write_text(
        "工号,姓名,营业部,营业组,签约日期,解约日期\n"
        "001,张三,东部,一组,2023-01-05,\n"
        "002,李四,东部,一组,2024-02-01,2024-05-20\n",
        encoding="utf-8",
    )
    (data / "保单.csv").write_text(
        "保单号,工号,件数,首年保费,FYC,承保日期\n"
        'P1,001,1,"1,000.50",300,2024-05-06\n'
        "P2,001,2,2000,600,2024-06-07\n",
        encoding="utf-8",
    )
    return folder


class TestWhatWorks:
    def test_explain_everything_and_one(self):
        everything = run("explain")
        assert everything.returncode == 0
        for kpi in kpis.values():
            assert kpi.code in everything.stdout
            assert kpi.formula in everything.stdout
        one = run("explain", "举绩率").stdout
        for text in (
            "KPI_ACTIVITY",
            "举绩人数 ÷ 平均人数",
            "=A2/((B2+C2)/2)",
            "健康 ≥ 80%",
            "来源",
        ):
            assert text in one

    def test_init_makes_a_project_and_says_what_next(self, tmp_path):
        done = run("init", tmp_path / "新", "--name", '带"引号"的分公司')
        assert done.returncode == 0
        assert "下一步" in done.stdout
        assert left_behind(tmp_path) == [
            "新/data/原始数据.xlsx", "新/kpi.toml", "新/设置.xlsx",
        ]  # fmt: skip
        refused(run("init", tmp_path / "新"), "已经有一个项目")

    def test_check_and_refresh(self, small):
        checked = run("--project", small, "check")
        assert checked.returncode == 0
        assert "校验报告.xlsx" in checked.stdout
        refreshed = run("--project", small, "refresh", "--month", "2024年6月")
        assert refreshed.returncode == 0, refreshed.stderr
        assert "生成 2 份" in refreshed.stdout
        made = small / "output" / "2024-06" / "月度KPI表"
        assert sorted(p.name for p in made.iterdir()) == ["东部.xlsx", "小分公司.xlsx"]

    def test_the_last_month_with_data_is_the_default(self, small):
        assert "2024年6月" in run("-p", small, "refresh").stdout

    def test_a_month_ahead_may_be_planned(self, small):
        done = run("-p", small, "fill", "主管日程", "-m", "2024-07")
        assert done.returncode == 0, done.stderr
        assert [p.name for p in (small / "output").rglob("*.xlsx")].count("一组.xlsx") == 1

    def test_a_workbook_of_ones_own_is_a_template(self, small, tmp_path):
        book = openpyxl.Workbook()
        for row, slot in enumerate(("unit.name", "kpi.活动率", "kpi.首年度保费"), start=1):
            reference = openpyxl.workbook.defined_name.DefinedName(
                slot, attr_text=f"Sheet!$B${row}"
            )
            book.defined_names[slot] = reference
        book.save(tmp_path / "我的表.xlsx")
        done = run("-p", small, "fill", tmp_path / "我的表.xlsx", "-m", MONTH)
        assert done.returncode == 0, done.stderr
        sheet = openpyxl.load_workbook(
            small / "output" / MONTH / "我的表" / "小分公司.xlsx", data_only=True
        )["Sheet"]
        # one producer of one agent at both ends of June; 2,000.00 of premium
        assert [sheet[f"B{row}"].value for row in (1, 2, 3)] == ["小分公司", 1, 2000]


class TestBadInput:
    """Each is told in Chinese with the place and what to do, and nothing half-written is left."""

    def check(self, folder, *texts):
        before = left_behind(folder)
        message = refused(run("--project", folder, "refresh", "--month", MONTH), *texts)
        assert left_behind(folder) == before
        return message

    def test_no_project(self, tmp_path):
        refused(run("refresh", folder=tmp_path), "kpi.toml", "kpi-xl init")

    def test_an_empty_data_folder(self, small):
        shutil.rmtree(small / "data")
        (small / "data").mkdir()
        self.check(small, "人员")

    def test_an_empty_file(self, small):
        (small / "data" / "保单.csv").write_bytes(b"")
        self.check(small, "保单.csv", "空")

    def test_a_workbook_without_the_table(self, small):
        (small / "data" / "保单.csv").unlink()
        book = openpyxl.Workbook()
        book.active.title = "会议记录"
        book.active.append(["时间", "地点", "议题"])
        book.save(small / "data" / "保单.xlsx")
        self.check(small, "保单.xlsx", "会议记录", "承保日期")

    def test_a_missing_column(self, small):
        file = small / "data" / "保单.csv"
        file.write_text(file.read_text("utf-8").replace("承保日期", "日子"), encoding="utf-8")
        self.check(small, "保单.csv", "承保日期")

    def test_a_half_written_workbook(self, small, branch):
        whole = (branch.project.data / "人员.xlsx").read_bytes()
        (small / "data" / "人员.csv").unlink()
        (small / "data" / "人员.xlsx").write_bytes(whole[: len(whole) // 2])
        self.check(small, "人员.xlsx")

    def test_an_encrypted_workbook(self, small, branch):
        (small / "data" / "人员.csv").unlink()
        with (branch.project.data / "人员.xlsx").open("rb") as plain:
            encrypted = io.BytesIO()
            OOXMLFile(plain).encrypt("secret", encrypted)
        (small / "data" / "人员.xlsx").write_bytes(encrypted.getvalue())
        self.check(small, "人员.xlsx", "密码")

    def test_two_hundred_columns_of_something_else(self, small):
        with (small / "data" / "保单.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([f"列{i}" for i in range(200)])
            writer.writerows([list(range(200))] * 3)
        self.check(small, "保单.csv", "保单号")

    def test_two_hundred_columns_with_ours_among_them(self, small):
        file = small / "data" / "保单.csv"
        rows = list(csv.reader(file.read_text("utf-8").splitlines()))
        with file.open("w", encoding="utf-8", newline="") as out:
            for number, row in enumerate(rows):
                extra = [f"列{i}" if number == 0 else str(i) for i in range(194)]
                csv.writer(out).writerow([*row, *extra])
        assert run("--project", small, "refresh", "--month", MONTH).returncode == 0

    def test_gbk_bytes_in_a_utf8_file(self, small):
        file = small / "data" / "人员.csv"
        text = (
            file.read_bytes() + b"003," + "王五".encode("gbk") + ",东部,一组,2024-01-01,\n".encode()
        )
        file.write_bytes(text)
        self.check(small, "人员.csv", "4")

    def test_a_month_without_data(self, small):
        run("--project", small, "refresh", "--month", MONTH)
        before = left_behind(small)
        done = run("--project", small, "refresh", "--month", "2025-01")
        refused(done, "2025-01 没有数据", "2024-05 到 2024-06")
        assert left_behind(small) == before

    @pytest.mark.parametrize("month", ["六月", "2024-13", "13"])
    def test_what_is_no_month(self, small, month):
        refused(run("--project", small, "refresh", "--month", month), "月份", month)

    def test_no_such_template(self, small):
        refused(run("--project", small, "fill", "周报"), "周报", "周工作计划")

    def test_no_such_kpi(self):
        refused(run("explain", "活动绿"), "活动绿", "活动率")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("[project\nname = 1", "设置文件写法有误"),
            ("[列]\n", "写法有误"),
            ('[columns."人员"]\n"工牌" = "x"\n', "工牌"),
            ("[rules]\ngrace_days = 999\n", "grace_days"),
            ('[dates]\norder = "dym"\n', "dym"),
            ("[rule]\n", "rule"),
            ('[bands]\n"活动率" = 0.8\n', "活动率"),
        ],
    )
    def test_settings_that_mean_nothing(self, small, text, said):
        (small / "kpi.toml").write_text(text, encoding="utf-8")
        self.check(small, "kpi.toml", said)


@pytest.mark.skipif(os.name == "nt", reason="places that only POSIX has")
def test_whatever_the_system_has_against_it_ends_with_two(tmp_path):
    (tmp_path / "文件").touch()
    refused(run("init", tmp_path / "文件" / "新"), "不是文件夹")
    refused(run("sample", tmp_path / "文件"), "不是文件夹")
    refused(run("init", tmp_path / ("长" * 200)), "太长")
    refused(run("addin", "build", tmp_path / "文件" / "a.oxt", "--host", "calc"), "不是文件夹")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "kpi_xl.cli", "explain"],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            check=False,
        )
    refused_by_terminal = done.returncode == 2 and "磁盘满了" in done.stderr
    assert refused_by_terminal, done.stderr
