"""The texts of reminders, and a folder of them for users who send no mail."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from kpi_xl.calendar import Month
from kpi_xl.circulation.reminder_plan import OWN, Late, Reminder
from kpi_xl.readers.cell import as_text
from kpi_xl.system.file_names import file_name, room_in
from kpi_xl.system.files import write_whole

LIST: Final = "未交名单.csv"

_OWN: Final = """\
{name}：

{since}下发给您的{month}{template}（{file}）还没有收到，已经过了 {days} 个工作日。

请填好保存后，把文件发回来；已经发了的，请不必理会。
请在收到的原文件里填写，不要另建新文件，否则收不回来。
"""
_MANAGER: Final = """\
{name}主管：

您这里还有 {count} 人（单位）没有交{month}{template}：

{names}

请督促他们填好发回来；已经交了的，请不必理会。
"""


def subject(reminder: Reminder, template: str, month: Month) -> str:
    """The subject of a mail."""
    if reminder.whom == OWN:
        return f"请交{month.chinese}{template}：{reminder.name}"
    return f"未交{month.chinese}{template}的名单：{reminder.name}"


def text(reminder: Reminder, template: str, month: Month) -> str:
    """The text of a mail, or of a message to paste."""
    about = {"name": reminder.name, "month": month.chinese, "template": template}
    if reminder.whom == OWN:
        (one,) = reminder.late
        since = f"{one.since.month}月{one.since.day}日"
        return _OWN.format(**about, since=since, file=Path(one.file).name, days=one.days)
    names = "\n".join(f"  {_called(one)}，已过 {one.days} 个工作日" for one in reminder.late)
    return _MANAGER.format(**about, count=len(reminder.late), names=names)


def _called(late: Late) -> str:
    place = late.unit.replace("/", "　")
    return place if late.key == late.unit else f"{place}　{late.name}（{late.key}）"


def write_texts(
    folder: Path, reminders: Sequence[Reminder], template: str, month: Month
) -> list[Path]:
    """Write each text into a file named after its reader."""
    room = room_in(folder)
    files = []
    for one in reminders:
        kind = "提醒" if one.whom == OWN else "告知主管"
        path = one.key if one.whom != OWN or "/" in one.key else f"{one.name}_{one.key}"
        file = folder / kind / f"{file_name(path.replace('/', ' '), room=room)}.txt"
        write_whole(file, text(one, template, month).encode("utf-8-sig"))
        files.append(file)
    return files


def write_list(file: Path, late: Iterable[Late], names: dict[tuple[str, str], str]) -> None:
    """Write a list of everybody who has sent nothing back, with their manager and today's result.

    Parameters
    ----------
    file : Path
        A .csv, as Excel opens it.
    late : iterable of Late
        The recipients who have sent nothing back.
    names : dict of (str, str) to str
        What was done for each today, by level and key.
    """
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(
        ("单位", "工号", "姓名", "下发日期", "已过工作日", "主管所在单位", "今天", "文件")
    )
    for one in late:
        boss = one.boss.path if one.boss is not None else ""
        agent = "" if one.key == one.unit else one.key
        done = names.get((one.level, one.key), "")
        row = (one.unit, agent, one.name, one.since.isoformat(), one.days, boss, done, one.file)
        rows.writerow([as_text(cell) if isinstance(cell, str) else cell for cell in row])
    write_whole(file, out.getvalue().encode("utf-8-sig"))
