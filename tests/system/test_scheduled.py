"""The lines for Task Scheduler and cron: what they are taken apart into again."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from command_line import run
from kpi_xl.errors import InputError
from kpi_xl.system.scheduled import When, command, for_cron, for_windows
from small_branch import TWO_DEPARTMENTS, small_branch


def windows_words(line):
    """A command line as programs of Windows take it apart (CommandLineToArgvW)."""
    words, word, quoted, backslashes, there = [], "", False, 0, False
    for letter in line:
        if letter == "\\":
            backslashes += 1
            there = True
            continue
        if letter == '"':
            word += "\\" * (backslashes // 2)
            if backslashes % 2:
                word += '"'
            else:
                quoted = not quoted
            backslashes, there = 0, True
            continue
        word += "\\" * backslashes
        backslashes = 0
        if letter in " \t" and not quoted:
            if there:
                words.append(word)
            word, there = "", False
        else:
            word += letter
            there = True
    word += "\\" * backslashes
    return [*words, word] if there else words


WORDS = [
    "D:\\有 空格\\python.exe",
    "-m",
    "kpi_xl.cli",
    "--project",
    "D:\\我的 分公司\\",
    "distribute",
    "月报",
]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("每天", ["/SC", "DAILY"]),
        ("工作日", ["/SC", "WEEKLY", "/D", "MON,TUE,WED,THU,FRI"]),
        ("每月2日", ["/SC", "MONTHLY", "/D", "2"]),
    ],
)
def test_windows_takes_the_line_apart_into_what_was_meant(on, expected):
    line = for_windows("kpi_xl 分公司", When.meant("8：05", on), WORDS)
    words = windows_words(line)
    assert words[:5] == ["schtasks", "/Create", "/F", "/TN", "kpi_xl 分公司"]
    assert words[5:-4] == expected
    assert words[-4:-1] == ["/ST", "08:05", "/TR"]
    assert windows_words(words[-1]) == WORDS


@pytest.mark.parametrize("words", [["x" * 300], ["50%"]])
def test_what_windows_would_not_take(words):
    with pytest.raises(InputError):
        for_windows("n", When(7, 30), words)


@pytest.mark.parametrize(
    ("at", "on"), [("25:00", "每天"), ("7", "每天"), ("7:30", "29"), ("7:30", "x")]
)
def test_times_that_mean_nothing(at, on):
    with pytest.raises(InputError):
        When.meant(at, on)


@pytest.mark.skipif(os.name == "nt", reason="cron")
def test_the_line_of_cron_runs(tmp_path):
    """By a shell with next to no environment, as cron has it, in a folder of an awkward name."""
    project = small_branch(tmp_path / "我的 50% 'a'", TWO_DEPARTMENTS)
    line = for_cron(
        When.meant("6:00", "工作日"), command(project.folder, ["check"]), project.folder
    )
    times, rest = re.fullmatch(r"((?:\S+ ){5})(.*)", line).groups()
    assert times == "0 6 * * 1-5 "
    assert not re.search(r"(?<!\\)%", rest)
    done = subprocess.run(
        ["/bin/sh", "-c", rest.replace("\\%", "%")],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": os.environ.get("PYTHONPATH", ":".join(sys.path))},
        cwd="/", check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "校验报告" in (project.folder / "定时运行.log").read_text(encoding="utf-8")


def test_the_command(tmp_path):
    project = small_branch(tmp_path / "p", TWO_DEPARTMENTS)
    done = run("-p", project.folder, "--json", "schedule", "--at", "8:00", "--on", "2", "--",
               "distribute", "月报", "--to", "wecom")  # fmt: skip
    assert done.returncode == 0
    assert "distribute 月报 --to wecom" in done.stdout.replace("'", "")
    assert shlex.split(done.stdout)
    assert run("-p", project.folder, "schedule", "没有").returncode == 2
