"""The work of people between two commands of a page, done for the tests that run the page.

A page has it in a comment before a block: ``<!-- before: … -->``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from openpyxl import load_workbook

from manual.own_report import own_report

_A_FEW: int = 3


def puts_files_into(project: str) -> None:
    """Put the sample's raw files into a project's data folder."""
    for file in Path("demo/data").iterdir():
        shutil.copy(file, Path(project) / "data")


def sends_back(project: str, template: str, month: str) -> None:
    """Put a few of the workbooks that were distributed into the folder of returned ones."""
    returned = Path(project) / "returned"
    returned.mkdir(exist_ok=True)
    sent = sorted((Path(project) / "output" / month / "下发" / template).rglob("*.xlsx"))
    for file in sent[:_A_FEW]:
        shutil.copy(file, returned)


def types_targets(project: str, template: str, month: str, name: str) -> None:
    """Type targets into the workbooks of one department's teams, and send them back."""
    returned = Path(project) / "returned"
    returned.mkdir(exist_ok=True)
    sent = sorted((Path(project) / "output" / month / "下发" / template / name).rglob("*.xlsx"))
    for number, file in enumerate(sent):
        book = load_workbook(file)
        book.properties.lastModifiedBy = "王芳"
        typed = {
            "kpi.首年度保费.目标": 243_000 + 1_000 * number,
            "kpi.活动率.目标": 0.8 + number / 100,
            "input.kpi.首年度保费.说明": "两位主任转岗，先稳住新单",
        }
        for slot, value in typed.items():
            ((sheet, cells),) = book.defined_names[slot].destinations
            book[sheet][cells.replace("$", "").partition(":")[0]] = value
        book.save(returned / file.name)


def names_the_mail_server(project: str) -> None:
    """Write the mail server into kpi.toml, and the list of addresses."""
    settings = Path(project) / "kpi.toml"
    text = settings.read_text(encoding="utf-8")
    server = '[mail]\nhost = "smtp.example.com"\nsender = "kpi@example.com"\n'
    settings.write_text(text.replace("[mail]\n", server), encoding="utf-8")
    addresses = "单位,工号,邮箱\n城东营业部,,chengdong@example.com\n"
    (Path(project) / "通讯录.csv").write_text(addresses, encoding="utf-8")


def makes_a_report(file: str) -> None:
    """Make the example of a workbook of one's own."""
    Path(file).write_bytes(own_report())


def declares(project: str, page: str) -> None:
    """Write the KPIs of a page of the manual into a project's settings."""
    from manual.blocks import ROOT, blocks_of

    text = "".join(one.text for one in blocks_of(ROOT / page) if one.language == "toml")
    with (Path(project) / "kpi.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{text}")
