"""What people read of a distribution, of mails, of reminders and of a month sent into groups."""

from pathlib import Path

from kpi_xl import kinds
from kpi_xl.calendar import Month
from kpi_xl.circulation.distribute import Delivery, Distributed
from kpi_xl.circulation.distribution_messages import lines
from kpi_xl.circulation.group_messages import lines as group_lines
from kpi_xl.circulation.group_month import Group, SentMonth
from kpi_xl.circulation.mailing import Mailed

JUNE = Month.of(2024, 6)
TEAM = Delivery("滨江/一组", "一组", "滨江/一组", Path("一组.xlsx"), True, "yi@example.com", False)


def distributed(**given):
    return Distributed(JUNE, Path("output"), [TEAM], 1, **given)


def test_a_rehearsal_says_who_would_get_what_and_that_nothing_was_done():
    told = list(lines("周工作计划", distributed(), rehearsal=True))
    assert told == [
        "2024年6月 周工作计划：会下发 1 份；现在什么都没有做",
        "  一组（滨江/一组）：一组.xlsx，加密 → yi@example.com",
    ]


def test_every_mail_that_did_not_simply_go_is_told_with_whose_it_is():
    mailed = Mailed(
        sent=3,
        already=2,
        uncertain=["甲组"],
        failed={"乙组": "550 no such user"},
        without_address=["丙组"],
        changed=["丁组"],
    )
    told = "\n".join(lines("周工作计划", distributed(mailed=mailed), rehearsal=False))
    assert "邮件：发出 3 封，以前已发 2 封" in told
    for name in ("甲组", "乙组", "550 no such user", "丙组", "丁组"):
        assert name in told


def test_a_distribution_counts_the_files_that_it_made_and_took_away():
    done = distributed(pdfs=1, removed=[Path("旧.xlsx")])
    told = list(lines("周工作计划", done, rehearsal=False))
    assert told[0] == "2024年6月 周工作计划：下发 1 份"
    assert "另有 PDF 1 份" in told
    assert any("文件 1 个" in line for line in told)


def test_a_group_that_refused_or_is_not_sure_is_named():
    done = SentMonth(
        "wecom",
        JUNE,
        Path("output"),
        [Group("滨江", ["text"], "群一"), Group("城东", ["text"], "群二")],
        number=1,
        sent=2,
        already=1,
        unsure=["城东"],
        failed={"城西": kinds.ROBOT_REFUSED(code="errcode 93000")},
    )
    told = list(group_lines(done, rehearsal=False))
    assert "2 个群，发出 2 条，以前已发 1 条" in told[0]
    assert any("城西" in line and "93000" in line for line in told)
    assert any("城东" in line for line in told)
