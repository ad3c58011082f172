"""A folder of 300 returned files with every kind of damage: each named, none lost, none fatal."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

import pytest

from collection.conftest import MONTH
from collection.damage import ASIDE, HARMLESS, PROBLEMS
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.record.collected import collected

PERSONS = 300
KINDS = len(ASIDE) + len(PROBLEMS) + len(HARMLESS) + 5
"""With a copy, an older version, a link, a folder, and one with nothing typed."""


@pytest.mark.parametrize("kind", ASIDE)
def test_what_cannot_be_used_is_set_aside_with_the_reason(circulating, kind):
    ending, damage, said = ASIDE[kind]
    file = circulating.back(0, f"{kind}{ending}")
    damage(file)
    done = collect(circulating.project)
    (aside,) = done.aside
    assert kind in aside.file.name
    assert re.search(said, aside.reason), aside.reason
    assert aside.advice
    assert not done.taken and not collected(circulating.project)


@pytest.mark.parametrize("kind", PROBLEMS)
def test_what_is_wrong_in_cells_is_told_and_the_rest_collected(circulating, kind):
    damage, said = PROBLEMS[kind]
    damage(circulating.back(0, f"{kind}.xlsx"))
    done = collect(circulating.project)
    assert len(done.taken) == 1 and not done.aside
    reasons = [problem.reason for problem in done.problems if not problem.taken]
    assert reasons and all(re.search(said, reason) for reason in reasons), reasons
    assert len(collected(circulating.project)) > 30


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_does_no_harm_is_collected_whole(circulating, kind):
    HARMLESS[kind](circulating.back(0, f"{kind}.xlsx"))
    done = collect(circulating.project)
    assert len(done.taken) == 1 and not done.aside
    assert all(problem.taken for problem in done.problems)
    counts = {
        entry.key: entry.value
        for entry in collected(circulating.project)
        if entry.slot == "input.week1.accompany"
    }
    assert counts in ({"2024-06-04": 4}, {})
    if kind in ("插入两行", "工作表改名", "改格式", "数字写成文字"):
        assert counts


def test_a_link_and_a_folder(circulating, tmp_path):
    outside = tmp_path / "外面.xlsx"
    outside.write_bytes(circulating.deliveries[0].file.read_bytes())
    (circulating.returned / "链接.xlsx").symlink_to(outside)
    folder = circulating.returned / "文件夹.xlsx"
    folder.mkdir()
    circulating.back(1, "文件夹.xlsx/里面.xlsx")
    (circulating.returned / "别处").symlink_to(tmp_path, target_is_directory=True)
    done = collect(circulating.project)
    assert {str(one.file): one.reason for one in done.aside} == {
        "链接.xlsx": "这是一个快捷方式（链接），不是文件",
        "别处": "这是一个快捷方式（链接），不是文件",
        "文件夹.xlsx": "这是一个文件夹，不是工作簿",
    }
    assert [str(one.file) for one in done.taken] == ["文件夹.xlsx/里面.xlsx"]


def test_three_hundred_files_with_every_kind_of_damage(circulating):
    """Every file is accounted for exactly once; what is sound is collected."""
    assert KINDS >= 40
    made = Counter()
    numbers = range(len(circulating.deliveries))
    for count in range(300):
        number = count % len(numbers)
        group = count % 4
        if group == 0:
            kind, (ending, damage, _) = list(ASIDE.items())[count // 4 % len(ASIDE)]
            damage(circulating.back(number, f"{count}_{kind}{ending}"))
            made["aside"] += 1
        elif group == 1:
            kind, (damage, _) = list(PROBLEMS.items())[count // 4 % len(PROBLEMS)]
            damage(circulating.back(number, f"{count}_{kind}.xlsx"))
            made["used"] += 1
        elif group == 2:
            kind, damage = list(HARMLESS.items())[count // 4 % len(HARMLESS)]
            damage(circulating.back(number, f"{count}_{kind}.xlsx"))
            made["used"] += 1
        else:
            circulating.back(number, f"{count}_原样.xlsx")
            made["used"] += 1
    done = collect(circulating.project)
    assert len(done.aside) == made["aside"]
    assert len(done.taken) + len(done.passed_over) == made["used"]
    listed = [one.file for part in (done.taken, done.passed_over, done.aside) for one in part]
    assert len(set(listed)) == len(listed) == 300
    told = " ".join(one.reason for one in done.aside)
    assert all(re.search(said, told) for _, _, said in ASIDE.values())
    whose = {entry.unit for entry in collected(circulating.project)}
    # Of teams the turns of which brought only what cannot be used, nothing can be there.
    assert whose == {one.unit for one in done.taken}
    assert done.counts[0][3] == len(whose)


_BOUNDED = """
import resource, sys
from pathlib import Path
from kpi_xl.circulation.collect import collect
from kpi_xl.project import Project
project = Project.open(sys.argv[1])
empty = Path(sys.argv[1]) / "nothing"
empty.mkdir()
collect(project, empty)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
collect(project)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.parametrize("kind", ["解压炸弹", "许多小炸弹", "XML炸弹", "百万元素", "超大"])
def test_bombs_take_little_memory(circulating, kind):
    ending, damage, _ = ASIDE[kind]
    damage(circulating.back(0, f"{kind}{ending}"))
    command = [sys.executable, "-c", _BOUNDED, str(circulating.project.folder)]
    more = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert more < 32 << 10  # KiB


def test_the_largest_that_is_allowed_takes_bounded_memory(circulating):
    """Just under the limits, and of the kind that takes most room once it is parsed."""
    from collection.damage import in_part

    file = circulating.back(0, "几乎是炸弹.xlsx")
    in_part("xl/sharedStrings.xml", rb"</sst>", b"<si/>" * (15 << 20 >> 2) + b"</sst>")(file)
    command = [sys.executable, "-c", _BOUNDED, str(circulating.project.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 600 << 10  # KiB


def test_persons_have_their_own_workbooks(circulating):
    """A person's plan comes back under his 工号."""
    done = distribute(circulating.project, "周工作计划", MONTH)
    one = done.deliveries[5]
    (circulating.returned / "周计划.xlsx").write_bytes(one.file.read_bytes())
    collect(circulating.project)
    entries = collected(circulating.project, "周工作计划")
    assert {(entry.unit, entry.person) for entry in entries} == {(one.unit, one.recipient)}
