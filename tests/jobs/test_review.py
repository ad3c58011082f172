"""The closed loop: plans sent out, changed by people, collected, and looked back on a month later."""

import datetime as dt
import math
import re
import shutil
import zipfile

import duckdb
import numpy as np
import pytest

from kpi_xl.analysis.knowledge import knowledge
from kpi_xl.calendar import Month, working_days
from kpi_xl.catalogue import kpis
from kpi_xl.circulation.collect import collect
from kpi_xl.circulation.distribute import distribute
from kpi_xl.data.cube import Cube
from kpi_xl.findings.action_codes import code_meant, code_of
from kpi_xl.findings.day_sums import day_sums
from kpi_xl.findings.improvement import REVIEW as PROGRESS
from kpi_xl.findings.improvement import TEMPLATE
from kpi_xl.findings.peer_groups import PeerGroups
from kpi_xl.findings.rule_lists import RuleLists
from kpi_xl.jobs.fill import fill
from kpi_xl.jobs.load import load
from kpi_xl.jobs.review import review
from kpi_xl.project import Project
from kpi_xl.workbook import Template, read

JUNE = Month.of(2024, 6)
UNIT = "城南营业部"


def column(values, slot):
    """A list's cells that hold something."""
    return [row[0] for row in values[slot] if row[0] is not None]


@pytest.fixture(scope="module")
def loop(branch, tmp_path_factory):
    """A branch whose 城南营业部 sent its plan of May back, changed."""
    folder = tmp_path_factory.mktemp("loop") / "branch"
    folder.mkdir()
    shutil.copytree(branch.project.data, folder / "data")
    shutil.copy2(branch.project.folder / "kpi.toml", folder)
    project = Project.open(folder)
    distribute(project, TEMPLATE, "2024-05")
    (sent,) = [file for file in project.output.rglob(f"*{UNIT}*.xlsx") if TEMPLATE in str(file)]
    before = read(sent)
    own = {
        "指标": "件均保费", "问题": "件均低", "根源问题": "只卖小额险", "改善措施": "每人谈两位高收入客户",
        "责任对象": "组训", "工具": "名单", "期限": dt.date(2024, 6, 20),
    }  # fmt: skip
    typed = {f"input.own.{name}": [[value]] for name, value in own.items()}
    typed["input.plan.采用"] = [["采用"], ["不采用"]]
    (folder / "returned" / "回.xlsx").write_bytes(Template(sent).fill(typed))
    collect(project)
    return project, before


def workbook_of(filled, unit):
    (file,) = [file for file in filled.files if file.stem == unit]
    return read(file)


def test_the_follow_up_is_of_what_came_back(loop):
    project, before = loop
    filled = fill(project, PROGRESS, "2024-06")
    values = workbook_of(filled, UNIT)
    proposed = column(before, "plan.改善措施")
    expected = [proposed[0], *proposed[2:], "每人谈两位高收入客户"]
    assert column(values, "progress.改善措施") == expected
    assert values["progress.note"] == "按交回的上月计划"
    assert values["progress.条数"] == f"已完成 0 条，共 {len(expected)} 条"
    other = workbook_of(filled, "城东营业部")
    assert other["progress.note"] == "上月的计划没有交回，列出的是系统上月的建议"


def test_the_movement_is_that_of_the_kpi(loop):
    project, _ = loop
    cube = load(project).cube
    unit = cube.unit_index(UNIT)
    values = workbook_of(fill(project, PROGRESS, "2024-06"), UNIT)
    names = column(values, "progress.指标")
    assert names[-1] == "件均保费"
    may, june = cube.kpi(kpis.find("件均保费"))[unit, -2:]
    shown = [column(values, f"progress.{part}")[-1] for part in ("上月", "本月", "变化")]
    assert shown == [f"{may:,.0f}", f"{june:,.0f}", f"{june - may:+,.0f}"]
    # It moved no further than departments do by themselves.
    assert column(values, "progress.结论")[-1] == "看不出效果"


def test_the_review_of_the_month(loop):
    project, _ = loop
    filled = review(project, "2024-06")
    assert len(filled.files) == 9
    values = workbook_of(filled, UNIT)
    cube = load(project).cube
    unit, names = cube.unit_index(UNIT), column(values, "review.指标")
    place = names.index("首年度保费")
    fyp = cube.kpi(kpis["KPI_FYP"])[unit, -1]
    assert column(values, "review.实际")[place] == f"{fyp:,.0f}"
    start, *shares, end = values["drivers.环比"][0]
    assert sum(shares) == pytest.approx(end - start, abs=0.005)
    assert values["review.问题"] == "（没有交回）"
    assert column(values, "diagnosis.原因")


def test_what_misses_its_target_and_is_healthy_is_explained(loop):
    """Half a target may be chance where there are few; without a word nobody would believe it."""
    project, _ = loop
    explained = 0
    for file in review(project, "2024-06").files:
        values = read(file)
        columns = (column(values, f"review.{name}") for name in ("达成率", "状态", "说明"))
        for reached, status, why in zip(*columns, strict=True):
            if status == "健康" and reached != "—" and float(reached.rstrip("%")) < 90:
                assert why.startswith("人少，差距可能是偶然；")
                explained += 1
    assert explained


def test_every_proposal_has_a_code_of_its_own():
    codes = [
        code_of(remedy.text, topic.name)
        for topic in knowledge().topics
        for remedy in topic.remedies
    ]
    assert len(set(codes)) == len(codes) >= 100


def test_a_measure_is_known_again_in_other_words_and_in_another_row():
    topic = knowledge().topic("KPI_ACTIVITY")
    first, second = topic.remedies[:2]
    one, other = (code_of(remedy.text, topic.name) for remedy in (first, second))
    assert code_meant(first.text, one) == one
    assert code_meant(f" {first.text}！", one) == one
    half = len(first.text) // 2
    assert code_meant(first.text[half:] + "，由我负责", one) == one
    # The texts of two rows have changed places, or the proposal was typed in as one's own.
    assert code_meant(second.text, one) == other
    assert code_meant(second.text) == other
    # Something else altogether in the row of a proposal is a measure of its own, whoever writes it.
    own = code_meant("请财务室把报销周期缩到三天", one)
    assert own not in (one, other)
    assert (
        own == code_meant("请财务室，把报销周期缩到三天。") == code_of("请财务室把报销周期缩到三天")
    )


@pytest.fixture(scope="module")
def answered_loop(loop, tmp_path_factory):
    """The same branch: a plan with rows in another order and in other words came back in its place,
    and the 进展检讨 with what was done.
    """
    project, before = loop
    folder = tmp_path_factory.mktemp("answered") / "branch"
    shutil.copytree(project.folder, folder)
    project = Project.open(folder)
    shutil.rmtree(folder / "returned")
    (folder / "returned").mkdir()
    (sent,) = [
        file
        for file in project.output.rglob(f"*{UNIT}*.xlsx")
        if TEMPLATE in str(file) and "2024-05" in str(file)
    ]
    rows = {
        slot: [row[0] for row in before[slot]] for slot in before if slot.startswith("plan.")
        and isinstance(before[slot], list)
    }  # fmt: skip
    order = [2, 0, 1, *range(3, 8)]
    typed = {slot: [[column[i]] for i in order] for slot, column in rows.items()}
    text = rows["plan.改善措施"][0]
    typed["plan.改善措施"][1] = [f"本部：{text}，每周一检查"]
    (folder / "returned" / "计划.xlsx").write_bytes(Template(sent).fill(typed))
    collect(project)
    shutil.rmtree(project.output)
    distribute(project, PROGRESS, "2024-06")
    (asked,) = [file for file in project.output.rglob(f"*{UNIT}*.xlsx") if PROGRESS in str(file)]
    done = [["没有做"], ["已完成"], ["进行中"]]
    said = [[None], ["晨会每天都开了"], [None]]
    filled = Template(asked).fill({"input.progress.完成": done, "input.progress.说明": said})
    (folder / "returned" / "检讨.xlsx").write_bytes(filled)
    collect(project)
    return project, rows, read(asked)


def test_codes_survive_other_words_and_another_order(answered_loop):
    _, rows, asked = answered_loop
    codes = [code for code in rows["plan.编号"] if code]
    assert column(asked, "progress.编号") == [codes[2], codes[0], codes[1], *codes[3:]]
    assert column(asked, "progress.改善措施")[1].startswith("本部：")


def test_the_review_shows_what_was_done_of_each_measure(answered_loop):
    project, _, _ = answered_loop
    values = workbook_of(review(project, "2024-06"), UNIT)
    assert column(values, "progress.完成情况")[:3] == ["没有做", "已完成", "进行中"]
    told = column(values, "progress.检讨")
    assert told[0].endswith("措施没有做，谈不上效果")
    assert told[1].endswith("主管：晨会每天都开了")
    assert "完成情况是主管交回的" in values["progress.note"]
    other = workbook_of(review(project, "2024-06"), "城东营业部")
    assert set(column(other, "progress.完成情况")) == {"—"}


def test_as_many_measures_as_a_plan_has_room_for_are_followed_up(loop, tmp_path):
    """Eight that were proposed and four of one's own: none is left out, and the review is made."""
    project = Project.open(shutil.copytree(loop[0].folder, tmp_path / "branch"))
    (sent,) = [
        file
        for file in project.output.rglob(f"*{UNIT}*.xlsx")
        if TEMPLATE in str(file) and "2024-05" in str(file)
    ]
    own = [[f"自己的措施{number}"] for number in range(4)]
    names = [["件均保费"]] * 4
    typed = {"input.own.改善措施": own, "input.own.指标": names, "input.own.问题": names}
    typed["plan.改善措施"] = [[f"改过的措施{number}"] for number in range(8)]
    (project.returned / "回.xlsx").write_bytes(Template(sent).fill(typed))
    collect(project)
    listed = column(workbook_of(fill(project, PROGRESS, "2024-06"), UNIT), "progress.改善措施")
    assert len(listed) == 12
    assert {text for (text,) in own} < set(listed)
    done = review(project, "2024-06")
    assert not done.undone
    values = workbook_of(done, UNIT)
    assert len(column(values, "progress.改善措施")) == 6
    assert values["progress.note"].endswith("；另有 6 条，见上月改善措施进展检讨")


def test_next_months_target_takes_its_share_of_what_the_year_is_short_of(loop):
    project, _ = loop
    filled, cube = review(project, "2024-06"), load(project).cube
    short_ones = 0
    for unit in (cube.units[i] for i in cube.of_level("营业部")):
        with duckdb.connect(str(project.store), read_only=True) as store:
            rows = store.execute(
                "SELECT target FROM targets WHERE unit = ? AND kpi = 'KPI_FYP'"
                " AND month BETWEEN ? AND ? ORDER BY month",
                [unit.name, JUNE.number - 5, JUNE.number],
            ).fetchall()
        targets = [row[0] for row in rows]
        done = cube.kpi(kpis["KPI_FYP"])[cube.unit_index(unit.name), -6:]
        short = max(sum(targets) - done.sum(), 0)
        short_ones += short > 0
        values = workbook_of(filled, unit.name)
        place = column(values, "review.指标").index("首年度保费")
        goal = float(column(values, "review.下月目标")[place].replace(",", ""))
        assert goal == pytest.approx(targets[-1] + short / 6, abs=1)
    assert short_ones


def texts(file):
    """Every text in a workbook, whatever part it is in."""
    with zipfile.ZipFile(file) as archive:
        return "\n".join(
            archive.read(name).decode("utf-8", "replace") for name in archive.namelist()
        )


@pytest.mark.parametrize("template", ["月度KPI表", TEMPLATE, PROGRESS, "月度经营检讨"])
def test_a_unit_sees_no_other_units_names(branch, template):
    cube = Cube.open(branch.project.cube)
    departments = cube.of_level("营业部")
    files = {file.stem: file for file in branch.filled[template].files}
    for number in departments:
        content = texts(files[cube.units[number].name])
        for other, unit in enumerate(cube.units):
            if (
                number not in (other, unit.parent)
                and unit.level != "分公司"
                and not unit.is_unassigned
            ):
                assert unit.name not in content, (cube.units[number].name, unit.name)


def test_a_list_of_names_is_in_its_managers_workbook_only(branch):
    cube = Cube.open(branch.project.cube)
    with duckdb.connect(str(branch.project.store), read_only=True) as store:
        lists = RuleLists(store, branch.project.settings, JUNE, "营业组", dt.date(2024, 7, 1))
        agents = {
            cube.units[i].name: {breach.agent for breach in lists.of(cube.units[i])}
            for i in cube.of_level("营业部")
        }
    files = {file.stem: file for file in branch.filled["月度经营检讨"].files}
    for name, own in agents.items():
        assert own
        listed = set(column(read(files[name]), "rules.工号"))
        assert listed == own
    everybody = set().union(*agents.values())
    whole = read(files[cube.units[0].name])
    assert column(whole, "rules.工号") == column(whole, "rules.姓名") == []
    assert not everybody & set(re.findall(r"\d{8}", texts(files[cube.units[0].name])))


def test_rules_against_a_count_by_hand(branch):
    """Trainees without FYC in May and June who signed before May, from the tables alone."""
    with duckdb.connect(str(branch.project.store), read_only=True) as store:
        lists = RuleLists(store, branch.project.settings, JUNE, "营业组", dt.date(2024, 7, 1))
        found = {
            b.agent
            for b in lists.of(Cube.open(branch.project.cube).units[0])
            if b.rule == "试用清退"
        }
        expected = store.execute(
            """SELECT agent FROM agents WHERE signed < DATE '2024-05-01' AND confirmed IS NULL
            AND ("left" IS NULL OR "left" > DATE '2024-06-30') AND NOT is_manager
            AND agent NOT IN (
                SELECT agent FROM policies WHERE fyc > 0
                AND (issued BETWEEN DATE '2024-05-01' AND DATE '2024-06-30') AND withdrawn IS NULL)"""
        ).fetchall()
    assert found == {row[0] for row in expected}


DAILY = (
    "new_premium", "pieces", "fyc", "first_year_renewal", "producers", "effective", "recruits",
    "visits", "interviews",
)  # fmt: skip


def test_days_add_up_to_the_month_and_the_pace_is_what_was_sold_by_then(branch):
    cube = Cube.open(branch.project.cube)
    day = dt.date(2024, 6, 14)
    with duckdb.connect(str(branch.project.store), read_only=True) as store:
        whole = day_sums(store, branch.project.settings, cube, JUNE, "营业部")
        half = day_sums(store, branch.project.settings, cube, JUNE, "营业部", day)
        issued, taken_back = (
            store.execute(
                f"SELECT COALESCE(SUM(premium), 0) FROM policies WHERE {when} BETWEEN ? AND ?",
                [dt.date(2024, 6, 1), day],
            ).fetchone()[0]
            for when in ("issued", "withdrawn")
        )
        first_sellers = store.execute(
            """SELECT COUNT(*) FROM (SELECT agent FROM (
                SELECT agent, pieces FROM policies WHERE is_main AND issued BETWEEN ? AND ?
                UNION ALL
                SELECT agent, -pieces FROM policies WHERE is_main AND withdrawn BETWEEN ? AND ?
            ) GROUP BY agent HAVING SUM(pieces) > 0)""",
            [dt.date(2024, 6, 1), day] * 2,
        ).fetchone()[0]
    departments = cube.of_level("营业部")
    for code in DAILY:
        months = cube.measure(code)[:, -25:]
        assert (whole.sums[code].sum(axis=-1)[departments] == months[departments]).all(), code
    # The sample's attendance is one row a month: it tells nothing about days.
    assert "days_present" not in whole.sums
    assert (half.elapsed, half.days[-1]) == (
        len(working_days(dt.date(2024, 6, 1), day)),
        len(working_days(dt.date(2024, 6, 1), dt.date(2024, 6, 30))),
    )
    units = [i for i, unit in enumerate(cube.units) if unit.level == "营业部"]
    all_peers = PeerGroups([""] * len(departments))
    new_premium, producers = kpis["KPI_NEW_PREMIUM"], kpis["KPI_PRODUCERS"]
    sold_by_then = half.done(new_premium, units).sum() * 100
    assert sold_by_then == pytest.approx(issued - taken_back)
    assert half.done(producers, units).sum() == first_sellers
    for kpi in (new_premium, producers, kpis["KPI_ACTIVITY"], kpis["KPI_PREMIUM_PER_PIECE"]):
        found = half.pace(kpi, departments, np.full(len(departments), math.nan), all_peers)
        final = cube.kpi(kpi)[departments, -1]
        assert ((found.low <= final) & (final <= found.high)).sum() >= len(departments) // 2
        over = whole.pace(kpi, departments, final, all_peers)
        assert over.forecast == pytest.approx(final)
        assert over.by_shape == pytest.approx(1)
