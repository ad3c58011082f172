"""`kpi-xl map` on the terminal: questions about everything that is not sure."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from kpi_xl.catalogue.schema import LISTS
from kpi_xl.checks.proposals import ColumnProposal, SheetProposal, StatusColumn
from kpi_xl.cli.questions import choose, confirm
from kpi_xl.cli.terminal import Speech, asked, console, few, say
from kpi_xl.jobs.mapping import Answer, MappingSession, sure_answer
from kpi_xl.settings.sheets import NOT_READ, STATUSES, UNITS

if TYPE_CHECKING:
    from kpi_xl.jobs.outlook import Outlook

_ROWS: Final = 3
_LEAVE: Final = "先不管，照现在的办"


def ask(session: MappingSession) -> None:
    """Ask about everything that is not sure, and keep the answers."""
    for name in list(session.sheets):
        if any(of == name for of, _ in session.open_questions()):
            others = session.choose_for_all(name, _asked(session, name))
            if others:
                say(f"同样的标题也这样读：{few(others)}")


def show_all(session: MappingSession, left: Container[str]) -> None:
    """The first rows of every worksheet but some; of those of one form, one stands for all.

    Parameters
    ----------
    session : MappingSession
        The worksheets.
    left : container of str
        The names of those that are not to be shown.
    """
    shown: set[str] = set()
    for name, proposal in session.sheets.items():
        if name in left or name in shown:
            continue
        show_sheet(name, proposal, session.answers[name])
        others = [one for one in session.alike(name) if one not in left]
        if others:
            say(f"同样读：{few(others)}")
        shown.update(others)


def show_sheet(name: str, proposal: SheetProposal, answer: Answer) -> None:
    """The first rows of a worksheet under the columns they are read as."""
    table = LISTS.get(answer.table)
    read_as = table.name if table else (answer.table or f"没有读：{proposal.seen.reason}")
    say(f"\n{name}：{read_as}")
    if proposal.header is None or asked().speech not in (Speech.USUAL, Speech.VERBOSE):
        return
    from rich.table import Table

    read = {heading: code for code, heading in answer.columns.items()}
    proposed = {one.heading: one.column.name for one in proposal.columns if one.heading}
    codes = {one.heading: one.column.code for one in proposal.columns if one.heading}
    grid = proposal.side_by_side if table and table.code == proposal.code else {}
    shown = Table()
    for heading in ("文件里的列", "读成", *(f"第 {n} 行" for n in range(1, _ROWS + 1))):
        shown.add_column(heading, overflow="fold")
    for place, cell in enumerate(proposal.header.cells):
        heading = (cell or "").strip()
        if not heading:
            continue
        if heading in grid:
            standard = grid[heading]
        elif table and heading in read:
            standard = table.column(read[heading]).name
        else:
            standard = f"{proposed[heading]}？" if heading in proposed else "不用"
        column = read.get(heading) or codes.get(heading, "")
        shown.add_row(heading, standard, *proposal.first_cells(place, _ROWS, column))
    console().print(shown)


def show_outlook(numbers: Outlook) -> None:
    """The numbers that would come out."""
    if asked().speech not in (Speech.USUAL, Speech.VERBOSE):
        return
    from rich.table import Table

    say(f"\n照这样读，{numbers.month}（共 {numbers.months} 个月的数据）：")
    units = Table()
    for heading in ("单位", *numbers.measures):
        units.add_column(heading, justify="left" if heading == "单位" else "right")
    for unit in numbers.units:
        units.add_row(unit.name, *unit.values)
    console().print(units)
    tables = Table()
    for heading in ("表", "文件", "读入", "可用", "搁置", "合计"):
        tables.add_column(heading, overflow="fold")
    for one in numbers.tables:
        sums = "；".join(f"{column} {total}" for column, total in one.sums.items())
        counts = (f"{count:,}" for count in (one.read, one.used, one.set_aside))
        tables.add_row(one.name, few(one.files), *counts, sums)
    console().print(tables)
    if numbers.notice:
        say(numbers.notice)


def _asked(session: MappingSession, name: str) -> Answer:
    answer = session.answers[name]
    proposal = session.proposal(name, answer.table)
    show_sheet(name, proposal, answer)
    if not answer.table:
        tables = list(dict.fromkeys((*proposal.tables, *LISTS)))
        choices = [*(f"{LISTS[code].name}：{LISTS[code].meaning}" for code in tables), "不读它"]
        chosen = choose(f"“{name}”是哪张表？", choices, _LEAVE)
        if chosen is None:
            return answer
        if chosen == len(tables):
            return Answer(NOT_READ)
        proposal = session.proposal(name, tables[chosen])
        answer = sure_answer(proposal, tables[chosen])
    for one in proposal.columns:
        if one.how != "heading":
            answer = _column(proposal, one, answer)
    for money in proposal.money(answer.columns):
        if not money.sure and money.heading not in answer.units:
            units = list(UNITS)
            chosen = choose(f"“{money.heading}”的金额很小，单位是什么？", units, _LEAVE)
            if chosen is not None:
                answer = replace(answer, units={**answer.units, money.heading: units[chosen]})
    for status in proposal.statuses:
        if status.heading not in answer.unused:
            answer = _status(status, STATUSES[proposal.code], answer)
    return answer


def _status(status: StatusColumn, known: Sequence[str], answer: Answer) -> Answer:
    words = dict(answer.statuses.get(status.heading, {}))
    for word in status.strange:
        if word in words:
            continue
        question = f"“{status.heading}”里的“{word}”是什么意思？"
        chosen = choose(question, [*known, "整列都不用"], _LEAVE)
        if chosen == len(known):
            return replace(answer, unused=(*answer.unused, status.heading))
        if chosen is not None:
            words[word] = known[chosen]
    return replace(answer, statuses={**answer.statuses, status.heading: words})


def _column(proposal: SheetProposal, one: ColumnProposal, answer: Answer) -> Answer:
    column = one.column
    if one.heading and one.heading not in (*answer.columns.values(), *answer.unused):
        if confirm(f"“{one.heading}”是不是“{column.name}”（{column.meaning}）？"):
            return replace(answer, columns={**answer.columns, column.code: one.heading})
        if not column.required:
            return replace(answer, unused=(*answer.unused, one.heading))
    if not column.required or column.code in answer.columns:
        return answer
    free = [text for text in proposal.headings if text not in answer.columns.values()]
    chosen = choose(f"哪一列是“{column.name}”（{column.meaning}，必需）？", free, "都不是")
    if chosen is None:
        return answer
    return replace(answer, columns={**answer.columns, column.code: free[chosen]})
