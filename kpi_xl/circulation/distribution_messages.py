"""The Chinese messages of a distribution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from kpi_xl.circulation.distribute import Distributed
from kpi_xl.circulation.mailing import Mailed
from kpi_xl.circulation.reminder_plan import OWN
from kpi_xl.circulation.reminders import Reminded
from kpi_xl.system.undone import lines as undone_lines

_SHOWN: Final = 20


def lines(template: str, done: Distributed, *, rehearsal: bool) -> Iterator[str]:
    """The lines about a distribution's result; of a rehearsal, what everybody would get."""
    which = "" if done.number <= 1 else f"（第 {done.number} 轮）"
    if rehearsal:
        count = len(done.deliveries)
        yield f"{done.month.chinese} {template}{which}：会下发 {count} 份；现在什么都没有做"
        for one in done.deliveries:
            locked = "，加密" if one.encrypted else ""
            mail = f" → {one.address}" if one.address else ""
            already = "（已发过，不再发）" if one.already else ""
            yield f"  {one.name}（{one.recipient}）：{one.file}{locked}{mail}{already}"
        return
    yield f"{done.month.chinese} {template}{which}：下发 {len(done.deliveries)} 份"
    yield f"位置：{done.folder}"
    if done.pdfs:
        yield f"另有 PDF {done.pdfs} 份"
    if done.removed:
        yield f"删去以前生成、现在没有人用的文件 {len(done.removed)} 个（有人调动、离开）"
    yield from undone_lines(done.undone, "没有生成")
    if done.mailed is not None:
        yield from _mailed(done.mailed)


def _mailed(mailed: Mailed) -> Iterator[str]:
    before = f"，以前已发 {mailed.already} 封" if mailed.already else ""
    yield f"邮件：发出 {mailed.sent} 封{before}"
    if mailed.uncertain:
        yield _uncertain(mailed.uncertain)
    yield from _refused(mailed.failed)
    if mailed.changed:
        yield (
            f"{_some(mailed.changed)} 的文件生成以后有人改过或移走了，没有发。"
            "请把改过的移走，再运行同一条命令"
        )
    if mailed.without_address:
        yield _without_address(mailed.without_address)


def reminded(done: Reminded, *, rehearsal: bool) -> Iterator[str]:
    """The lines about reminders; of a rehearsal, who would be reminded."""
    yield f"{done.month.chinese} {done.template}：{len(done.late)} 份没有交"
    own = [one for one in done.reminders if one.whom == OWN]
    above = [one for one in done.reminders if one.whom != OWN]
    if rehearsal:
        yield f"会提醒 {len(own)} 人，告知主管 {len(above)} 位；现在什么都没有做"
        for one in own:
            yield f"  提醒 {one.name}（{one.key}）：已过 {one.late[0].days} 个工作日"
        for one in above:
            names = _some([late.name for late in one.late])
            yield f"  告知主管 {one.name}（{one.key}）：{names}"
        return
    if done.files:
        yield (
            f"今天要提醒 {len(own)} 人，告知主管 {len(above)} 位：每份一个文字文件，"
            "打开复制，发到微信、邮件里"
        )
    elif done.reminders:
        yield f"邮件：发出 {done.sent} 封"
    else:
        yield "今天没有要提醒的：都提醒过了，或还没有到日子（kpi.toml 的 [reminders]）"
    if done.uncertain:
        yield _uncertain(done.uncertain)
    yield from _refused(done.failed)
    if done.without_address:
        yield _without_address(done.without_address)
    yield f"名单：{done.folder}"


def _uncertain(names: list[str]) -> str:
    return (
        f"上次中断时不能确定 {_some(names)} 的邮件有没有发出，"
        "已用相同的邮件编号再发一次；对方邮箱一般只留一封"
    )


def _refused(failed: Mapping[str, str]) -> Iterator[str]:
    for name, answer in failed.items():
        yield f"没有发成：{name}。邮件服务器说：{answer}。请核对通讯录里的邮箱，再运行同一条命令"


def _without_address(names: list[str]) -> str:
    return f"通讯录里没有 {_some(names)} 的邮箱，没有发。请补上，再运行同一条命令"


def _some(names: list[str]) -> str:
    more = f"等 {len(names)} 人" if len(names) > _SHOWN else ""
    return "、".join(names[:_SHOWN]) + more
