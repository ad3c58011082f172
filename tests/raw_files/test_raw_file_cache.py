"""A large file that has not changed is not read again, and nobody can tell from the result."""

import os
from pathlib import Path

import pytest

from kpi_xl.checks.check import check_project
from kpi_xl.data import raw_file_cache, recognised
from kpi_xl.data.raw_file_cache import check_what_changed
from kpi_xl.errors import InputError
from kpi_xl.project import Project

ROSTER = "工号,姓名,营业部,营业组,签约日期,解约日期\n00123,张三,城东营业部,一组,2024-01-02,\n"
HEADINGS = "保单号,工号,险种,首年保费,承保日期\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(raw_file_cache, "SMALLEST", 10)
    (tmp_path / "kpi.toml").write_text("", encoding="utf-8")
    (tmp_path / "data").mkdir()
    write(tmp_path, "人员.csv", ROSTER)
    write(
        tmp_path,
        "保单1.csv",
        HEADINGS + "P1,00123,年金险,1000,2024-01-05\nP2,00123,,x,2024-01-06\n",
    )
    write(tmp_path, "保单2.csv", HEADINGS + "P3,00999,年金险,3000,2024-02-05\n")
    return Project.open(tmp_path)


def write(folder, name, text):
    (folder / "data" / name).write_text(text, encoding="utf-8")


def read_now(monkeypatch):
    """The names of the files that are really read."""
    names = []
    really = raw_file_cache.read_file

    def read(settings, source):
        names.append(source.name)
        return really(settings, source)

    monkeypatch.setattr(raw_file_cache, "read_file", read)
    return names


def test_only_what_changed_is_read(project, monkeypatch):
    names = read_now(monkeypatch)
    first = check_what_changed(project)
    assert sorted(names) == ["人员.csv", "保单1.csv", "保单2.csv"]
    same(first, check_project(project))
    names.clear()
    same(check_what_changed(project), first)
    assert names == []
    write(
        project.folder,
        "保单2.csv",
        HEADINGS + "P3,00123,年金险,3000,2024-02-05\nP1,00123,年金险,7,2024-02-06\n",
    )
    write(project.folder, "保单3.csv", HEADINGS + "P5,00123,重疾险,500,2024-03-05\n")
    changed = check_what_changed(project)
    assert sorted(names) == ["保单2.csv", "保单3.csv"]
    same(changed, check_project(project))
    # the second P1 is newer than the one of the file that was not read again
    assert any("保单2.csv" in p.reason and p.file == "保单1.csv" for p in changed.problems)
    names.clear()
    (project.data / "保单1.csv").unlink()
    same(check_what_changed(project), check_project(project))
    assert names == []
    assert len(list((project.folder / "kpi.read").glob("*.arrow"))) == 3


def test_targets_are_read_again_where_a_kpi_of_their_own_comes(project, monkeypatch):
    """75 below a heading in % is 0.75 of a rate, which a name alone is not."""
    text = "月份,营业部,指标,目标值(%)\n2024-06,城东营业部,佣金比,75\n"
    write(project.folder, "目标.csv", text)
    assert not check_what_changed(project).tables["targets"].data.num_rows
    own = '[kpis."佣金比"]\nformula = "首年度佣金/首年度保费"\nunit = "%"\n'
    (project.folder / "kpi.toml").write_text(own, encoding="utf-8")
    again = Project.open(project.folder)
    names = read_now(monkeypatch)
    (target,) = check_what_changed(again).tables["targets"].data["target"].to_pylist()
    assert target == 0.75
    assert names == ["目标.csv"]


def test_a_file_is_recognised_again_where_its_headings_are_kpis_no_more(project):
    text = "月份,营业部,佣金比,活动比\n2024-06,城东营业部,0.5,0.6\n"
    write(project.folder, "年度计划.csv", text)
    own = "".join(
        f'[kpis."{name}"]\nformula = "首年度佣金/首年度保费"\nunit = "%"\n'
        for name in ("佣金比", "活动比")
    )
    (project.folder / "kpi.toml").write_text(own, encoding="utf-8")
    assert len(check_what_changed(Project.open(project.folder)).tables["targets"].data) == 2
    (project.folder / "kpi.toml").write_text("", encoding="utf-8")
    again = Project.open(project.folder)
    found = check_what_changed(again)
    assert [one.name for one in found.left_out] == ["年度计划.csv"]
    same(found, check_project(again))


def test_a_spoilt_memory_is_read_anew(project, monkeypatch):
    check_what_changed(project)
    for kept in (project.folder / "kpi.read").iterdir():
        kept.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    names = read_now(monkeypatch)
    same(check_what_changed(project), check_project(project))
    assert len(names) == 3


def test_only_what_changed_is_recognised(project, monkeypatch):
    looked = []
    really = recognised.in_file

    def look(project, file, named):
        looked.append(file.name)
        return really(project, file, named)

    monkeypatch.setattr(recognised, "in_file", look)
    check_what_changed(project)
    assert len(looked) == 3
    looked.clear()
    write(project.folder, "保单2.csv", HEADINGS + "P3,00123,年金险,3000,2024-02-06\n")
    same(check_what_changed(project), check_project(project))
    assert looked == ["保单2.csv"]
    looked.clear()
    # by another name it may be another table
    (project.data / "保单2.csv").rename(project.data / "续期2.csv")
    with pytest.raises(InputError):
        check_what_changed(project)
    assert looked == ["续期2.csv"]


def test_a_file_of_which_something_is_told_is_recognised_each_time(project):
    write(project.folder, "说明.csv", "第一次\n导出,自核心系统\n")
    first = check_what_changed(project)
    assert [one.name for one in first.left_out] == ["说明.csv"]
    assert check_what_changed(project).left_out == first.left_out


def test_what_kpi_toml_says_of_files_is_looked_at_anew(project):
    check_what_changed(project)
    said = '[sheets."保单2.csv"]\ntable = "不读"\n'
    (project.folder / "kpi.toml").write_text(said, encoding="utf-8")
    other = Project.open(project.folder)
    same(check_what_changed(other), check_project(other))
    assert check_what_changed(other).tables["policies"].read == 2


def test_other_settings_are_read_anew(project, monkeypatch):
    check_what_changed(project)
    (project.folder / "kpi.toml").write_text('[dates]\norder = "dmy"\n', encoding="utf-8")
    names = read_now(monkeypatch)
    other = Project.open(project.folder)
    same(check_what_changed(other), check_project(other))
    assert len(names) == 3


def test_a_file_of_the_same_size_with_another_time_is_read(project, monkeypatch):
    check_what_changed(project)
    file: Path = project.data / "保单2.csv"
    write(project.folder, file.name, file.read_text(encoding="utf-8").replace("3000", "4000"))
    os.utime(file, ns=(1, 1))
    names = read_now(monkeypatch)
    assert check_what_changed(project).tables["policies"].data["premium"].to_pylist() == [
        100000,
        400000,
    ]
    assert names == [file.name]


def same(one, other):
    assert one.problems == other.problems
    assert one.unrecognised == other.unrecognised
    assert one.tables.keys() == other.tables.keys()
    for code, table in one.tables.items():
        assert table.files == other.tables[code].files
        assert table.data.to_pylist() == other.tables[code].data.to_pylist()
