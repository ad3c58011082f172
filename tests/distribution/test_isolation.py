"""No unit finds anything of another unit anywhere in its workbook."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

import workbook_templates
from kpi_xl.calendar import Month
from kpi_xl.jobs.fill import recipients_of, template_path
from kpi_xl.jobs.load import load
from kpi_xl.slots import unit_sheets
from kpi_xl.workbook import Identity, Template

MONTH = Month.parse("2024-06")
_NUMBER = re.compile(rb"\d+(?:\.\d+)?(?:E\+\d+)?")
_DIGITS = 6
"""Numbers of fewer significant digits are the same by chance."""
_WORDS = re.compile(r"[\u4e00-\u9fff]{2,}")


@dataclass
class Facts:
    """What belongs to a unit and to nobody else."""

    ids: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    numbers: set[float] = field(default_factory=set)

    def __or__(self, other: Facts) -> Facts:
        return Facts(self.ids | other.ids, self.names | other.names, self.numbers | other.numbers)


@pytest.fixture(scope="module")
def facts(branch):
    """Of every team and department: people's ids and names, premiums, the unit's totals."""
    project = branch.project
    cube = load(project).cube
    template = Template(template_path("主管日程"))
    found: dict[str, Facts] = defaultdict(Facts)
    with (
        recipients_of(project, cube, template, MONTH) as to,
        duckdb.connect(str(project.store), read_only=True) as store,
    ):
        premiums = defaultdict(set)
        for agent, premium in store.execute(
            "SELECT agent, new_premium FROM production_months WHERE month BETWEEN ? AND ?",
            [MONTH.number - 12, MONTH.number],
        ).fetchall():
            premiums[agent].add(premium / 100)
        for level in ("营业部", "营业组"):
            people = to.filling.people(level)
            for number in cube.of_level(level):
                unit = cube.units[number]
                own = found[unit.path]
                own.names.add(unit.name)
                for person in people.of(unit):
                    own.ids.add(person.agent)
                    own.names.add(person.name)
                    own.numbers |= premiums[person.agent]
                for measure in ("new_premium", "fyc", "renewal_premium"):
                    if measure in cube.measures:
                        own.numbers |= {v / 100 for v in cube.measure(measure)[number].tolist()}
    for own in found.values():
        own.numbers = {number for number in own.numbers if is_distinctive(number)}
    assert sum(len(own.numbers) for own in found.values()) > 2000
    return found


def is_distinctive(number: float) -> bool:
    return len(f"{number:.2f}".replace(".", "").strip("0")) >= _DIGITS


def unzipped(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def words(text: str) -> set[str]:
    """Every piece of two to six Chinese characters."""
    runs = set(_WORDS.findall(text))
    return {run[i : i + n] for run in runs for n in range(2, 7) for i in range(len(run) - n + 1)}


def is_kin(path: str, other: str) -> bool:
    """Whether one unit is in the other, or they are one."""
    return (path + "/").startswith(other + "/") or (other + "/").startswith(path + "/")


@dataclass
class Sent:
    """A unit's or person's workbook as it is sent: every byte of it, unzipped."""

    unit: str
    recipient: str
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


def sent_workbooks(branch, template: str, of_a_team: int) -> list[Sent]:
    """Those of all units, or of some persons of each team."""
    project = branch.project
    path = template_path(template)
    workbook = Template(path)
    taken = Counter()
    found = []
    with recipients_of(project, load(project).cube, workbook, MONTH) as to:
        for one in unit_sheets.recipients(workbook, to):
            taken[one.unit.path] += 1
            if taken[one.unit.path] > of_a_team:
                continue
            agent = one.person.agent if one.person else ""
            identity = Identity("d", path.stem, "v", str(MONTH), one.unit.path, agent)
            content = unit_sheets.filled(workbook, *unit_sheets.values(workbook, to, one), identity)
            found.append(Sent(one.unit.path, one.key, unzipped(content)))
    return found


def with_a_sheet_for_each_unit(name: str, folder: Path) -> Path:
    """An official template whose first sheet is wanted for each unit below."""
    source, target = template_path(name), folder / f"{name}.xlsx"
    sheet = next(iter(Template(source).workbook.sheets))
    mark = f"<definedName name=\"sheet.units\">'{sheet}'!$A$1</definedName></definedNames>"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/workbook.xml":
                content = content.replace(b"</definedNames>", mark.encode())
            new.writestr(part, content)
    return target


@pytest.fixture(
    scope="module", params=[*workbook_templates.NAMES, "每个单位一张：月度目标设定、达成表"]
)
def sent(request, branch, tmp_path_factory):
    name = request.param
    if "：" in name:
        folder = tmp_path_factory.mktemp("sheets")
        name = str(with_a_sheet_for_each_unit(name.partition("：")[2], folder))
    blank = unzipped(template_path(name).read_bytes())
    return sent_workbooks(branch, name, 1), blank


def test_nothing_of_another_unit_is_in_a_workbook(sent, facts):
    workbooks, blank = sent
    blank_numbers = {float(number) for number in _NUMBER.findall(blank)}
    blank_words = words(blank.decode("utf-8", "replace"))
    checked = 0
    for one in workbooks:
        if one.unit not in facts:
            continue  # the branch's own workbook
        numbers = {float(number) for number in _NUMBER.findall(one.content)} - blank_numbers
        found_words = words(one.text) - blank_words
        ids = set(re.findall(r"\d+", one.text))
        kin = Facts()
        for path, own in facts.items():
            if is_kin(path, one.unit):
                kin |= own
        found_words -= words("\n".join(kin.names))
        for path, other in facts.items():
            if is_kin(path, one.unit):
                continue
            checked += 1
            assert not other.ids & ids, (one.recipient, path)
            assert not (other.numbers - kin.numbers) & numbers, (one.recipient, path)
            assert not other.names & found_words, (one.recipient, path)
    assert checked > 200


def test_the_search_finds_what_is_there(sent, facts):
    """The same search finds a unit's own facts in its own workbook."""
    workbooks, _ = sent
    one = next(one for one in workbooks if one.unit in facts)
    assert facts[one.unit].names & words(one.text)
    if one.recipient != one.unit:
        assert one.recipient in re.findall(r"\d+", one.text)


def test_a_person_gets_nothing_of_a_colleague(branch):
    by_unit = defaultdict(list)
    for one in sent_workbooks(branch, "周工作计划", 3):
        by_unit[one.unit].append(one)
    for people in by_unit.values():
        for one in people:
            ids = set(re.findall(r"\d+", one.text))
            assert one.recipient in ids
            assert not {other.recipient for other in people if other is not one} & ids
