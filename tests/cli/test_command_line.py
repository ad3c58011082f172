"""How the command line speaks: Chinese throughout, examples that hold, JSON, next steps, GBK."""

import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from rich.console import Console

from command_line import ROOT, run, run_alone
from kpi_xl.catalogue import kpis
from kpi_xl.cli import app, terminal
from kpi_xl.cli.chinese import Argument, Command, Group, width
from kpi_xl.jobs.views import View
from kpi_xl.sample import write_sample


def commands(group=app, path=("kpi-xl",)):
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


EVERY = list(commands())
NAMES = [" ".join(path) for path, _ in EVERY]


@pytest.fixture(scope="module")
def dealer(tmp_path_factory):
    """A small sample project: a dealer's."""
    folder = tmp_path_factory.mktemp("经销商") / "车行"
    write_sample(folder, trade="dealer")
    return folder


@pytest.fixture
def tiny(tmp_path):
    """The smallest project there is."""
    folder = tmp_path / "小"
    (folder / "data").mkdir(parents=True)
    (folder / "kpi.toml").write_text('[project]\nname = "小分公司"\n', encoding="utf-8")
    (folder / "data" / "人员.csv").write_text(
        "工号,姓名,营业部,营业组,签约日期,解约日期\n001,张三,东部,一组,2024-05-05,\n",
        encoding="utf-8",
    )
    (folder / "data" / "保单.csv").write_text(
        "保单号,工号,件数,首年保费,FYC,承保日期\nP1,001,1,1000,300,2024-05-06\n", encoding="utf-8"
    )
    return folder


class TestHelp:
    @pytest.mark.parametrize(("path", "command"), EVERY, ids=NAMES)
    def test_every_command_is_ours_and_explained_in_chinese(self, path, command):
        assert isinstance(command, (Command, Group))
        assert re.search("[一-鿿]", command.get_short_help_str())
        for parameter in command.params:
            assert re.search("[一-鿿]", parameter.help), (path, parameter.name)
            if isinstance(parameter, Argument):
                assert re.search("[一-鿿]", parameter.human_readable_name)

    @pytest.mark.parametrize(("path", "command"), EVERY, ids=NAMES)
    def test_no_word_of_clicks_own_is_left(self, path, command):
        with click.Context(app, info_name="kpi-xl") as top:
            text = command.get_help(command.context_class(command, top, info_name=path[-1]))
        english = (
            "usage options commands arguments positional show message exit default required args"
        )
        own = {"show"}  # kpi-xl rounds show
        words = {word.lower() for word in re.findall("[A-Za-z]+", text)} - own
        assert not set(english.split()) & words
        headings = re.findall("^(\\w+)：$", text, re.M)
        assert len(headings) == len(set(headings)), headings

    @pytest.mark.parametrize(("path", "command"), EVERY, ids=NAMES)
    def test_examples_are_command_lines_of_that_command(self, path, command):
        if not isinstance(command, click.Group):
            assert command.examples or path[-1] in ("names", "doctor"), path
        for example in command.examples:
            line = re.split(r"\s{3,}", example)[0].removeprefix('eval "$(').split(")")[0]
            words = shlex.split(line.split(" | ")[0])
            assert words.pop(0) == "kpi-xl"
            while words and words[0].startswith("-"):
                del words[: 2 if words[0] in ("--project", "-p") else 1]
            assert tuple(words[: len(path) - 1]) == path[1:]
            rest = words[len(path) - 1 :]
            with click.Context(app, info_name="kpi-xl") as top:
                command.make_context(path[-1], list(rest), parent=top)  # parses, or raises

    def test_columns_stand_below_each_other(self):
        lines = run("refresh", "--help").stdout.splitlines()
        options = lines[lines.index("选项：") + 1 : lines.index("例：") - 1]
        width = [sum(2 if ord(c) > 0x2E80 else 1 for c in re.match(r".*?\s{2,}(?=\S)", line[2:])[0])
                 for line in options]  # fmt: skip
        assert len(options) == 4
        assert len(set(width)) == 1


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["refrsh"], "没有命令 refrsh。是不是 refresh"),
            (["addin", "instal"], "没有命令 instal。是不是 install"),
            (["refresh", "--monht", "2024-06"], "没有选项 --monht。是不是 --month"),
            (["--projct", "x", "refresh"], "没有选项 --projct。是不是 --project"),
            (["fill"], "还要写 参数“模板”"),
            (["targets", "split", "FYP", "1"], "还要写 选项 --year"),
            (["targets", "split", "FYP", "很多", "--year", "2025"], "要写数字，不能写“很多”"),
            (["targets", "split", "FYP", "1", "--year", "明年"], "要写整数，不能写“明年”"),
            (["explain", "活动率", "FYP"], "多写了“FYP”"),
            (["refresh", "--month"], "选项 --month 写法有误"),
            (["refresh", "--pdf=3"], "选项 --pdf 写法有误"),
            (["addin", "build", "--host", "wps"], "不能写“wps”，可以写：excel、calc"),
            (["completion", "powershell"], "可以写：bash、zsh、fish"),
            (["--verbose", "--quiet", "doctor"], "只能写一个"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else "",
    )
    def test_say_in_chinese_what_is_wrong_and_what_to_do(self, arguments, said):
        done = run(*arguments)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stderr.endswith("。\n") and done.stderr.count("\n") == 1
        assert not re.search(r"\b(Error|Usage|No such|Missing|Invalid|Got)\b", done.stderr)
        assert done.stdout == ""

    def test_a_group_alone_shows_its_help(self):
        done = run("addin")
        assert done.returncode == 2
        assert "命令：" in done.stderr and "uninstall" in done.stderr

    def test_to_programs_they_are_json(self, tiny):
        (tiny / "kpi.toml").write_text("[projekt]\n", encoding="utf-8")
        done = run("-p", tiny, "--json", "refresh")
        assert done.returncode == 2 and done.stdout == ""
        error = json.loads(done.stderr)["error"]
        assert "projekt" in error["problem"] and error["file"].endswith("kpi.toml")


class TestHowMuchIsSaid:
    def test_json_of_a_check_has_the_numbers(self, tiny):
        with (tiny / "data" / "人员.csv").open("a", encoding="utf-8") as file:
            file.write("002,李四,东部,一组,去年,\n")
        done = run("-p", tiny, "--json", "check")
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert [(t["table"], t["read"], t["set_aside"]) for t in answer["tables"]] == [
            ("人员", 2, 1),
            ("保单", 1, 0),
        ]
        problem = answer["problems"][0]
        assert (problem["row"], problem["column"], problem["value"]) == (3, "签约日期", "去年")
        assert Path(answer["report"]).is_file()

    def test_json_of_every_kind_of_command(self, dealer):
        for arguments, keys in (
            (
                ["refresh"],
                {
                    *("template", "month", "folder", "files", "undone", "notice", "pdfs", "pngs"),
                    *("calendar", "words"),
                },
            ),
            (["warnings"], {"title", "rows", "notes"}),
            (["peers", "试乘试驾率"], {"title", "rows", "notes"}),
            (["explain"], {"kpis"}),
            (["template", "names"], {"names", "slots"}),
            ([], {"situation", "next"}),
        ):
            done = run("-p", dealer, "--json", *arguments)
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout).keys() == keys, arguments
        assert len(json.loads(run("--json", "explain").stdout)["kpis"]) == len(kpis)

    def test_quiet_says_nothing_and_does_it(self, tiny):
        done = run("-p", tiny, "--quiet", "refresh")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert len(list((tiny / "output").rglob("*.xlsx"))) == 3

    def test_quiet_still_tells_what_is_wrong(self, tiny):
        assert "没有名为" in run("-p", tiny, "-q", "fill", "没有的表").stderr

    def test_verbose_names_every_file_and_the_time(self, tiny):
        told = run("-p", tiny, "--verbose", "refresh").stdout
        for file in (tiny / "output" / "2024-05").rglob("*.xlsx"):
            assert str(file) in told
        assert re.search(r"用时 \d+\.\d 秒", told)


class TestNextSteps:
    def first(self, folder, *where):
        return json.loads(run("--json", *where, folder=folder).stdout)["next"][0]["command"]

    def test_from_nothing_to_the_loop(self, tmp_path, tiny):
        empty = tmp_path / "空"
        empty.mkdir()
        assert self.first(empty) == "kpi-xl sample demo"
        assert self.first(tmp_path) == "kpi-xl -p 小"
        assert self.first(tiny) == "kpi-xl check"
        assert self.first(tmp_path, "-p", tiny) == f"kpi-xl -p {tiny} check"
        run("-p", tiny, "refresh")
        assert self.first(tiny) == "kpi-xl warnings"
        os.utime(tiny / "data" / "保单.csv", (2e9, 2e9))
        assert self.first(tiny) == "kpi-xl check"
        os.utime(tiny / "data" / "保单.csv", (1e9, 1e9))
        (tiny / "returned").mkdir()
        (tiny / "returned" / "计划.xlsx").write_bytes(b"")
        assert self.first(tiny) == "kpi-xl collect"

    def test_after_init_the_form_is_to_be_filled(self, tmp_path):
        run("init", tmp_path / "新")
        told = run(folder=tmp_path / "新").stdout
        assert "填写 data/原始数据.xlsx" in told and "kpi-xl check" in told

    def test_what_it_says_can_be_typed(self, tiny):
        run("-p", tiny, "refresh")
        for step in json.loads(run("--json", folder=tiny).stdout)["next"]:
            done = run(*shlex.split(step["command"])[1:], folder=tiny)
            assert done.returncode == 0, (step, done.stderr)


class TestTerminals:
    @pytest.mark.parametrize(
        "arguments",
        [[], ["--help"], ["explain"], ["explain", "活动率"], ["template", "names"], ["doctor"]],
        ids=" ".join,
    )
    def test_code_page_936_shows_every_character(self, arguments):
        told = run(*arguments, encoding="gbk")
        assert told.stdout == run(*arguments).stdout.replace("−", "－")
        assert "Traceback" not in told.stderr

    @pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
    def test_in_a_process_of_its_own_it_is_the_same(self, encoding):
        for arguments in (["explain", "活动率"], ["explain", "活动绿"]):
            here, there = (one(*arguments, encoding=encoding) for one in (run, run_alone))
            assert (here.stdout, here.stderr) == (there.stdout, there.stderr)
            assert here.returncode == there.returncode

    def test_tables_and_jobs_too(self, dealer):
        for arguments in (["check"], ["warnings"], ["peers", "试乘试驾率"], ["diagnose"]):
            told, usual = (run("-p", dealer, *arguments, encoding=e) for e in ("gbk", "utf-8"))
            assert told.returncode == 0, told.stderr
            # Lines of tables are drawn with what there is; what stands in them is the same.
            words = [re.findall(r"[^\W_]+", text.stdout) for text in (told, usual)]
            assert words[0] == words[1]
            assert "?" not in told.stdout

    def test_json_keeps_characters_that_the_code_page_has_not(self, tiny):
        (tiny / "data" / "人员.csv").write_text(
            "工号,姓名,营业部,营业组,签约日期,解约日期\n001,𠮷三,𠮷部,一组,2024-05-05,\n",
            encoding="utf-8",
        )
        done = run("-p", tiny, "--json", "refresh", encoding="gbk")
        assert any("𠮷部" in file for file in json.loads(done.stdout)["files"])
        assert run("-p", tiny, "-v", "refresh", encoding="gbk").returncode == 0

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion(self, shell):
        assert "_KPI_XL_COMPLETE" in run("completion", shell).stdout

    def test_completion_knows_commands_and_options(self):
        def complete(words, place):
            env = {"_KPI_XL_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": place}
            done = subprocess.run(
                [sys.executable, "-c", "from kpi_xl.cli import main; main()"],
                env=os.environ | env | {"PYTHONPATH": str(ROOT)},
                capture_output=True, text=True, encoding="utf-8", check=False,
            )  # fmt: skip
            return {line.split(",")[1] for line in done.stdout.splitlines()}

        assert complete("kpi-xl re", "1") == {"refresh", "review"}
        assert complete("kpi-xl refresh --p", "2") == {"--pdf", "--png"}
        assert complete("kpi-xl addin build --host ", "4") == {"excel", "calc"}


class TestStartUp:
    """What takes long to import waits until it is needed: times are for `make bench`."""

    @pytest.mark.parametrize(
        "arguments", [["--help"], ["explain", "活动率"], ["refresh", "--help"]], ids=" ".join
    )
    def test_nothing_heavy_is_imported(self, arguments):
        code = (
            "import sys; from kpi_xl.cli import app; app.main(sys.argv[1:], standalone_mode=False);"
            "print('|'.join(sys.modules))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            capture_output=True, text=True, encoding="utf-8", check=True,
        )  # fmt: skip
        loaded = set(done.stdout.splitlines()[-1].split("|"))
        assert "kpi_xl.cli" in loaded
        assert not loaded & {
            "numpy",
            "pandas",
            "duckdb",
            "pyarrow",
            "rich",
            "xlsxwriter",
            "xlwings",
        }


class TestPictures:
    def test_refresh_for_chat_groups(self, tiny):
        from kpi_xl.system.libreoffice import soffice

        if soffice() is None:
            pytest.skip("LibreOffice 不在")
        image = pytest.importorskip("PIL.Image")
        pdfium = pytest.importorskip("pypdfium2")
        folder = tiny / "output" / "2024-05" / "月度KPI表"
        folder.mkdir(parents=True)
        (folder / "东部-99.png").write_bytes(b"of a page that is no more")
        done = run("-p", tiny, "--json", "refresh", "--pdf", "--png")
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert sorted(Path(f).name for f in answer["pdfs"]) == [
            "一组.pdf",
            "东部.pdf",
            "小分公司.pdf",
        ] or (sorted(Path(f).name for f in answer["pdfs"]) == ["东部.pdf", "小分公司.pdf"])
        pages = len(pdfium.PdfDocument((folder / "东部.pdf").read_bytes()))
        pngs = sorted(folder.glob("东部-*.png"))
        assert len(pngs) == pages and not (folder / "东部-99.png").exists()
        picture = image.open(io.BytesIO(pngs[0].read_bytes()))
        assert picture.width > 700 and len(picture.convert("RGB").getcolors(100_000)) > 5

    def test_without_libreoffice_a_plain_message_and_nothing_made(self, tiny, monkeypatch):
        monkeypatch.setenv("PATH", "")
        done = run("-p", tiny, "refresh", "--png")
        if "需要 LibreOffice" not in done.stderr:
            pytest.skip("LibreOffice 不靠 PATH 也找得到")
        assert done.returncode == 2
        assert not (tiny / "output").exists()


@pytest.mark.parametrize("room", [40, 80, 100, 130, 200])
def test_a_table_wider_than_the_terminal_names_every_row(
    room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    months = [f"{n}月#" for n in range(1, 13)]
    rows = [(unit, *["11,139,480"] * 12, "件均保费") for unit in ("城东营业部", "江城分公司")]
    out = io.StringIO()
    screen = Console(file=out, width=room, force_terminal=True, color_system=None)
    monkeypatch.setattr(terminal, "console", lambda: screen)
    with click.Context(app, obj=terminal.Asked()):
        terminal.show(View("目标", ("单位", *months, "主要因素"), rows, []))
    written = out.getvalue()
    tables = written.count("┏")
    assert written.count("11,139,480") == 24
    assert written.count("城东营") == written.count("江城分") == tables == written.count("单位")
    assert written.count("目标") == written.count("主要因素") == 1
    assert max(map(width, written.splitlines())) <= room
