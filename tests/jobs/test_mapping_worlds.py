"""Whatever headings are called, whoever answers truly gets what is in the files; also next month."""

import random

import pytest

from jobs.test_mapping import book
from kpi_xl.catalogue.schema import TABLES
from kpi_xl.checks.check import check_project
from kpi_xl.jobs.mapping import Answer, MappingSession
from kpi_xl.jobs.start import init
from kpi_xl.project import Project

WORLDS = 40
JUNK = "甲乙丙丁戊己庚辛壬癸子丑寅卯"

ROSTER = {
    "agent": ["E1", "E2", "E3", "E4"],
    "name": ["高磊", "林芳", "郑洁", "何军"],
    "department": ["城东", "城东", "城西", "城西"],
    "signed": ["2020-01-01", "2021-02-03", "2022-03-04", "2023-04-05"],
    "left": ["", "2024-05-06", "", ""],
}
POLICIES = {
    "policy": ["P100001", "P100002", "P100003", "P100004"],
    "agent": ["E1", "E3", "E3", "E4"],
    "premium": ["1000", "2500", "1200.5", "900"],
    "fyc": ["300", "250", "120", "90"],
    "issued": ["2024-05-01", "2024-05-02", "2024-05-20", "2024-05-31"],
}


def headings(dice, table, codes):
    """A heading for each column: its own, another column's, or nothing that anybody knows."""
    names = {code: TABLES[table].column(code).name for code in codes}
    style = dice.randrange(4)
    if style == 0:  # each is called like another
        turned = codes[1:] + codes[:1]
        return {code: names[other] for code, other in zip(codes, turned, strict=True)}
    found = {}
    for code in codes:
        junk = "".join(dice.sample(JUNK, 4))
        found[code] = dice.choice((junk, names[code], f"{junk}{names[code]}", f"{junk} 日期"))
    return found


def written(dice, file, world, called):
    codes = dice.sample(sorted(world), len(world))
    rows = [[called[code] for code in codes]]
    rows += [list(row) for row in zip(*(world[code] for code in codes), strict=True)]
    if dice.random() < 0.5:
        rows.insert(0, ["一张表"])
    kind = dice.choice(("xlsx", "csv", "html"))
    if kind == "xlsx":
        book(file.with_suffix(".xlsx"), *rows)
        return file.with_suffix(".xlsx")
    if kind == "csv":
        text = "\n".join(",".join(row) for row in rows)
        file.with_suffix(".csv").write_text(text, encoding="gb18030")
        return file.with_suffix(".csv")
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    file.with_suffix(".xls").write_text(f"<html><table>{cells}</table></html>", encoding="utf-8")
    return file.with_suffix(".xls")


def read(project):
    checked = check_project(project)
    found = {}
    for code, world in (("agents", ROSTER), ("policies", POLICIES)):
        data = checked.tables[code].data
        found[code] = [
            [_text(value) for value in data[column].to_pylist()] for column in sorted(world)
        ]
    return found, checked


def _text(value):
    return "" if value is None else str(value)


def money(text):
    return str(round(float(text) * 100))


RIGHT = {
    "agents": [ROSTER[code] for code in sorted(ROSTER)],
    "policies": [
        list(map(money, POLICIES[code])) if code in ("premium", "fyc") else POLICIES[code]
        for code in sorted(POLICIES)
    ],
}


@pytest.mark.parametrize("seed", range(WORLDS))
def test_true_answers_give_what_is_there(tmp_path, seed):
    dice = random.Random(seed)
    project = init(tmp_path / "p", "甲")
    (project.data / "原始数据.xlsx").unlink()
    truth = {}
    for stem, table, world in (
        ("导出2024-05", "policies", POLICIES),
        ("内部[1] 202405", "agents", ROSTER),
    ):
        called = headings(dice, table, sorted(world))
        file = written(dice, project.data / stem, world, called)
        truth[file.name] = Answer(
            table, called, {called["premium"]: "元", called["fyc"]: "元"} if "fyc" in world else {}
        )
    session = MappingSession(project)
    assert set(session.sheets) == set(truth)
    for name, answer in truth.items():
        session.choose(name, answer)
    session.write()
    found, checked = read(session.project)
    assert found == RIGHT, [str(p) for p in checked.problems]
    # The same questions have the same answers, and a file that is called like it is read like it.
    again = MappingSession(session.project)
    assert {name: one.columns for name, one in again.answers.items()} == {
        name: one.columns for name, one in truth.items()
    }
    assert not again.write()
    for name in truth:
        file = project.data / name
        file.rename(file.with_name(name.replace("05", "06")))
    assert read(Project.open(project.folder))[0] == RIGHT
