"""Names from people's files are shown as they are: no markup, no emoji, no orders to a terminal."""

from __future__ import annotations

import ast
import csv
import json
import random
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from kpi_xl.cli import app
from kpi_xl.cli.terminal import visible

ROOT = Path(__file__).parents[2]

NAMES = [
    "[/华东]部", "[red]红部", "[link=http://evil.example]链部", "[bold", ":smile:部", "[[x]]部",
    "\x1b[31m彩部", "\x1b]8;;http://evil.example\x1b\\部", "\u202e反部", "\u2066隔部", "\x9b2J清部",
    "\x07响部", "{task.description}部", "%s部", "$x部",
]  # fmt: skip
UNITS = [name.replace("/", "／") for name in NAMES]
"""As the units are called then: / divides a unit from the one above it."""
ORDERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile") / "[red]项目:smile:"
    (folder / "data").mkdir(parents=True)
    (folder / "kpi.toml").write_text('[project]\nname = "[/]分公司"\n', encoding="utf-8")
    dice = random.Random(3)
    people, policies, days = [], [], []
    for place, name in enumerate(NAMES):
        for one in range(2):
            agent = f"{1000 + 10 * place + one}"
            people.append((agent, f"{name}人", name, "一组", "2023-01-05"))
            for month in range(1, 7):
                number, premium = f"P{agent}{month}", dice.randrange(1000, 9999)
                day = f"2024-{month:02}-05"
                if one or month < 5:
                    policies.append((number, agent, name, 1, premium, premium / 4, day))
                days.append((day, agent, dice.randrange(9), dice.randrange(9)))
    tables = {
        "人员": (("工号", "姓名", "营业部", "营业组", "签约日期"), people),
        "保单": (("保单号", "工号", "险种", "件数", "首年保费", "FYC", "承保日期"), policies),
        "活动": (("日期", "工号", "约访数", "拜访数"), days),
        "[red]别的": (("a", "b"), [("1", "2")]),
    }
    for name, (heading, rows) in tables.items():
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([heading, *rows])
    return folder


def run(project, *arguments, **environment):
    given = ["--project", str(project), *arguments]
    return CliRunner(env=environment).invoke(app, given, catch_exceptions=False)


SHOWN = [
    ("warnings",), ("drivers",), ("diagnose",), ("pace",), ("peers", "活动率"),
    ("peers", "活动率", "--level", "营业组"),
]  # fmt: skip


@pytest.mark.parametrize("asked", SHOWN, ids=" ".join)
def test_names_are_shown_as_they_are(project, asked):
    answer = run(project, *asked)
    assert answer.exit_code == 0
    assert not ORDERS.search(answer.output)
    # What is long goes on below, so that a name may stand in two lines.
    text = re.sub(r"\s*│\n│\s*|\n", "", answer.output)
    there = [name for name in NAMES if visible(name) in text]
    named = {name for name in NAMES if any(name in cell for cell in told(project, asked))}
    assert named and set(there) >= named, asked


def told(project, asked):
    """The cells of the same answer, for programs."""
    rows = json.loads(run(project, "--json", *asked).output)["rows"]
    return [str(cell) for row in rows for cell in row.values()]


@pytest.mark.parametrize(
    "asked",
    [("check",), ("refresh",), ("rules",), ("review",), ("warnings", "--unit", "[/]"),
     ("warnings", "--unit", "\x1b[2J"), ("peers", "[/没有]"), ("template", "check", "[/a]\x1b.xlsx"),
     ("[/没有]",), ("explain", "[/red]"), ("warnings", "--month", "[/]\u202e")],
    ids=repr,
)  # fmt: skip
def test_no_command_ends_in_them(project, asked):
    """Whatever is refused is refused as an `InputError` or a wrong argument, not by a traceback."""
    from click import UsageError

    from kpi_xl.errors import InputError

    try:
        answer = CliRunner().invoke(
            app, ["--project", str(project), *asked], catch_exceptions=False, standalone_mode=False
        )
    except (InputError, UsageError):
        return
    assert not ORDERS.search(answer.output)


def test_a_refusal_holds_no_orders(project, monkeypatch, capsys):
    from kpi_xl.cli import main

    for label in NAMES:
        line = ["kpi-xl", "--project", str(project), "peers", f"没有{label}"]
        monkeypatch.setattr("sys.argv", line)
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr().err
        assert ended.value.code == 2 and not ORDERS.search(said)
        assert visible(f"没有{label}") in said


def test_on_a_terminal(project):
    """Where colours are written, none comes from a name."""
    answer = run(project, "peers", "活动率", FORCE_COLOR="1", COLUMNS="200", TERM="xterm")
    assert "\x1b[" in answer.output
    assert "\x1b[31m" not in answer.output and "\x1b]8" not in answer.output
    for name in UNITS:
        assert visible(name) in answer.output


def test_json_is_the_same_for_programs(project):
    rows = json.loads(run(project, "--json", "peers", "活动率").output)["rows"]
    assert {row["单位"] for row in rows} == set(UNITS)


def test_all_that_is_written_goes_through_one_place():
    for file in (ROOT / "kpi_xl").rglob("*.py"):
        if file.name == "terminal.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            assert called not in ("print", "rich.print", "Console", "Text.from_markup"), file
            if called in ("click.echo", "click.secho"):
                text = ast.unparse(node.args[0])
                assert text.startswith(("'", "visible(")) or "get_help" in text, (file, text)
