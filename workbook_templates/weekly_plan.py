"""周工作计划: a person's activities of a month, planned and reviewed week by week."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbook_templates import name_of, weekly_overview, weekly_sheet
from workbook_templates.guide import Guide
from workbook_templates.style import Book, Page
from workbook_templates.week import WEEKS

NAME: Final = name_of(__name__)


def build(path: Path) -> None:
    """Write the template."""
    book = Book(path, NAME)
    overview = weekly_overview.place(book)
    weeks = [Page(book, f"第{week}周", weekly_sheet.WIDTHS, larger=0.5) for week in WEEKS]
    weekly_overview.write(overview, weeks)
    heading = weekly_overview.heading(overview)
    for week, page in zip(WEEKS, weeks, strict=True):
        weekly_sheet.write(page, week, heading)
    _guide(book)
    book.close()


def _guide(book: Book) -> None:
    guide = Guide(
        book,
        "一人一月一份：周初订计划，每天记完成，周末找差距、想办法，再订下一周的计划。"
        "管的是每天做了多少，而不只是月底出了多少单。",
    )
    guide.steps(
        "怎样填",
        (
            "月初看“本月总览”：上月做了多少、本月目标多少，有需要就修改目标，写下本月重点。",
            "看“本周要事”：预填的是这周到期或宽限期将满的续期，补上自己的事和影响（元），先做 A。",
            "每周一打开当周的表：“计划”已按工作日和目标预填，和主管商量后可以修改。",
            "每天下班前填“完成”和当日预收；比计划少时从列表里选原因，也可以自己写。",
            "周末看差额和完成率，写下问题、改进办法和下周重点，交主管批注。",
            "各周的数会自动汇总到“本月总览”，不必另外填。",
        ),
    )
    guide.colours(resting="休息日和节假日；需要工作的调休日不会变灰，变灰的格子照样可以填")
    guide.table(
        "怎么算",
        (
            ("项目", "公式", "说明"),
            ("本周合计", "七天之和", "计划和完成各自合计"),
            ("差额", "完成 − 计划", "负数是还差多少；一天都没有填时为空"),
            ("完成率", "完成 ÷ 计划", "总览中预收件数、预收保费与本月目标相比"),
            (
                "要事的级（ABC 法则）",
                "比它影响大的合计不到七成是 A，不到九成是 B，其余是 C",
                "先做 A；影响一样的同级，没有影响的是 C",
            ),
            ("红色的完成数", "当天完成 < 当天计划", "提醒补上，或写明原因"),
        ),
    )
    guide.slots()
