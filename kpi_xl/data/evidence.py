"""What columns say that belong to no column of the table, and what the days of a row say.

A roster with 人员状态 but no 解约日期 keeps its leavers for ever; a list with 退保日期 tells of
surrenders and, close to the issue, of withdrawals. Nothing of the kind is passed over in silence.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.data import not_counted, totals
from kpi_xl.data.headings import normalise
from kpi_xl.data.read import RawTable
from kpi_xl.data.roster_signs import REJOINED
from kpi_xl.data.units_of_money import in_percent
from kpi_xl.fault import Fault
from kpi_xl.kpi import Registry
from kpi_xl.readers.cell import NO, NOTHING, YES, plain
from kpi_xl.readers.date import NO_DAY, read_day
from kpi_xl.settings.sheets import STATUSES

_STATUS: Final = {
    "agents": re.compile(r"状态|是否在职|是否离职|在职标志|status", re.IGNORECASE),
    "policies": re.compile(r"状态|犹撤|犹退|是否撤|撤单|是否退保|status", re.IGNORECASE),
    "transfers": re.compile(r"(异动|变动|调动)(类型|类别|原因|方式)", re.IGNORECASE),
}
_GONE: Final = (
    r"(离职|离司|离岗|解约|解除|终止|脱落|退司|注销|辞退|辞职|开除|身故|terminated|resigned|left)"
)
_NOT: Final = r"^\s*(未|没|不|无|否|在职|待|申请中)"
_WITHDRAWN: Final = r"(撤单|撤保|撤件|犹撤|犹退|犹豫期)"
_ENDED: Final = r"(退保|失效|终止|解约|注销|身故|理赔)"
_NOT_ISSUED: Final = re.compile(
    r"(未|待|不予?|暂缓?)(承保|通过|生效|出单|缴费|交费|核保|审|收费|扣款)|拒保|延期|照会|(承|核)保中"
)
"""What is said of policies that may be none yet."""

_FLAG_HEADING: Final = re.compile(r"是否|标志|犹撤$|犹退$")
_NO_MOVE: Final = r"(离职|离司|离岗|解约|脱落|退司|终止|入职|入司|签约|新增|新人|复职|二次入司)"

_LIKE: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "agents": (
        ("left", r"离|退司|解约|解除|终止|脱落|注销|状态|leave|left|terminat|status"),
        ("department", r"部门|营业部|门店|店铺|机构|单位|支公司|归属|所属|组织|department|dept"),
        ("team", r"营业组|小组|团队|team"),
        ("region", r"营业区|片区|region"),
    ),
    "policies": (
        ("withdrawn", r"撤|犹|withdraw|cancel"),
        ("ended", r"终止|失效|退保|状态|surrender|status|lapse"),
        ("fyc", r"佣|fyc|commission"),
        ("pieces", r"件数|pieces"),
        ("is_main", r"主附|主险|附加险"),
        ("outlet", r"网点|outlet"),
    ),
    "dues": (
        ("paid_premium", r"[实已][收缴交到].*[费额款]|到账.*[费额款]|paid.?amount|amount.?paid"),
        ("paid", r"实收|到账|实缴|实交|已收|已缴|paid"),
    ),
    "activities": (
        ("visits", r"拜访|visit"), ("interviews", r"面谈|洽谈|interview"),
        ("appointments", r"约访|邀约|appointment"), ("closings", r"促成|成交|clos"),
    ),
    "attendance": (("days_present", r"出勤|实到|present"), ("days_due", r"应出勤|应到|due")),
    "transfers": (("department", r"营业部|部门"), ("team", r"营业组|团队|小组")),
    "promotions": (("rank", r"职级|级别|rank"),),
    "outlets": (("closed", r"关闭|终止|撤销|状态|close|status"), ("opened", r"开通|合作|open")),
}  # fmt: skip
"""Columns that are missed where a heading speaks of them and was not understood."""

MOST_STATUSES: Final = 12
"""A column of more different words is no status."""

_COOLING_OFF: Final = 15
"""Days after the issue within which giving up a policy is certainly a withdrawal."""

_PERHAPS: Final = 30
"""Days within which it may still be one: the days count from the receipt."""


def unused_columns(raw: RawTable) -> Iterator[tuple[str, Fault]]:
    """Headings that were not understood and speak of a column that is missing."""
    told: set[str] = set()
    for code, words in _LIKE.get(raw.table.code, ()):
        if code in raw.columns:
            continue
        for heading, cells in raw.others.items():
            if heading in told or cells.null_count == len(cells):
                continue
            if heading in raw.said.unused or heading in raw.said.statuses:
                continue
            if re.search(words, normalise(heading)) and not _is_status(raw, heading):
                told.add(heading)
                yield heading, kinds.COLUMN_NOT_USED(column=raw.table.column(code).name)
    if raw.table.code == "agents" and "left" not in raw.columns:
        for heading, cells in raw.others.items():
            if heading in raw.said.unused:
                continue
            if heading in told or _BENIGN.search(heading) or REJOINED.search(heading):
                continue
            if days_in(cells):
                yield heading, kinds.DAYS_NOT_USED(column="解约日期")


_BENIGN: Final = re.compile(
    r"生日|出生|毕业|参加工作|转正|晋升|聘|证|党|合同起|签|有效|birth|导出|更新|修改|创建|录入",
    re.IGNORECASE,
)


_LIKE_DAY: Final = re.compile(
    r"\d{1,4}\s*[-/.年、]\s*\d{1,2}(\s*[-/.月、]\s*\d{1,4})?\D*.*|\d{1,2}月\d{1,2}日.*|(19|20)\d{6}"
    r"|\d{1,2}-?[A-Za-z]{3}.*|(4|5)\d{4}(\.\d+)?"
)
_LOOKED_AT: Final = 1_000


def speaks_of(table: str, column: str, heading: str) -> bool:
    """Whether a heading that is not understood speaks of a column, so that it is asked about.

    Parameters
    ----------
    table, column : str
        Their codes.
    heading : str
        As written in the file.
    """
    words = dict(_LIKE.get(table, ())).get(column)
    return words is not None and bool(re.search(words, normalise(heading)))


def days_in(cells: Any) -> bool:
    """Whether the cells are days, however they are written, or say that there is none.

    Also where every cell is one: of a worksheet for each team some have only people who left.
    """
    written = [plain(text) for text in pc.unique(cells).drop_null()[:_LOOKED_AT].to_pylist()]
    days = [text for text in written if text not in NOTHING and read_day(text) is not NO_DAY]
    return bool(days) and all(map(_LIKE_DAY.fullmatch, days))


def without_heading(raw: RawTable) -> Iterator[Fault]:
    """Columns that have no heading and something in most rows."""
    for left, cells in raw.unnamed:
        filled = len(cells) - cells.null_count
        if filled * 2 > len(raw.rows) > 0:
            where = f"“{left}”右边" if left else "最左边"
            yield kinds.COLUMN_WITHOUT_HEADING(where=where, count=filled)


def rows_said_not_to_count(
    raw: RawTable, columns: Mapping[str, Any]
) -> Iterator[tuple[int, str, str, Fault]]:
    """What remarks, flags and statuses say of rows that do not count, as `said_in_words`."""
    yield from not_counted.said_in_words(raw, columns, _STATUS.get(raw.table.code))


def _is_status(raw: RawTable, heading: str) -> bool:
    words = _STATUS.get(raw.table.code)
    return words is not None and bool(words.search(heading))


def statuses(raw: RawTable, columns: dict[str, Any]) -> Iterator[tuple[int, str, Fault]]:
    """What status columns say against the days of a row.

    Parameters
    ----------
    raw : RawTable
        The file.
    columns : dict of str to pyarrow array
        The columns read; 撤单日期 is filled in from 退保日期 where 是否犹撤 says so.

    Yields
    ------
    (int, str, Fault)
        The place of the row, the heading, what is wrong.
    """
    for heading, cells in raw.others.items():
        given = raw.said.statuses.get(heading)
        if heading in raw.said.unused or cells.null_count == len(cells):
            continue
        if given is None and not _is_status(raw, heading):
            continue
        if raw.table.code == "agents":
            flag = _leaving_flag(heading)
            gone = _means(cells, _says(cells, _GONE, flag), given, "离职")
            gone &= _mask(pc.is_null(columns["left"]))
            for place in np.flatnonzero(gone).tolist():
                yield place, heading, kinds.LEFT_WITHOUT_DAY(status=cells[place].as_py())
        elif raw.table.code == "policies":
            yield from _of_policies(heading, cells, columns, given)
        else:
            gone = _says(cells, _GONE, None)
            for place in np.flatnonzero(_says(cells, _NO_MOVE, None) | gone).tolist():
                status = cells[place].as_py()
                agent, day = (columns[code][place].as_py() for code in ("agent", "valid_from"))
                if raw.table.code == "transfers" and gone[place] and agent and day:
                    about = {"status": status, "agent": agent, "day": day.isoformat()}
                    yield place, heading, kinds.LEFT_BY_TRANSFER(**about)
                else:
                    yield place, heading, kinds.NO_TRANSFER(status=status)


def _leaving_flag(heading: str) -> tuple[str, ...] | None:
    if "是否离" in heading:
        return YES
    return NO if "是否在职" in heading or "在职标志" in heading else None


def _of_policies(
    heading: str, cells: Any, columns: dict[str, Any], given: Mapping[str, str] | None
) -> Iterator[tuple[int, str, Fault]]:
    flag = YES if _FLAG_HEADING.search(heading) else None
    surrender = "退保" in heading and not re.search("犹", heading)
    withdrawn = _says(cells, _WITHDRAWN, flag if not surrender else None)
    withdrawn = _means(cells, withdrawn, given, "撤单")
    withdrawn &= _mask(pc.is_null(columns["withdrawn"]))
    known = _mask(pc.is_valid(columns["ended"]))
    if (moved := withdrawn & known).any():
        mask = pa.array(moved)
        columns["withdrawn"] = pc.if_else(mask, columns["ended"], columns["withdrawn"])
        columns["ended"] = pc.if_else(mask, None, columns["ended"])
    for place in np.flatnonzero(withdrawn & ~known).tolist():
        yield place, heading, kinds.WITHDRAWN_WITHOUT_DAY(status=cells[place].as_py())
    ended = _means(cells, _says(cells, _ENDED, flag if surrender else None), given, "终止")
    ended &= ~withdrawn & ~known
    ended &= _mask(pc.is_null(columns["withdrawn"]))
    for place in np.flatnonzero(ended).tolist():
        yield place, heading, kinds.ENDED_WITHOUT_DAY(status=cells[place].as_py())


def _says(cells: Any, words: str, flag: tuple[str, ...] | None) -> NDArray[np.bool_]:
    text = _mask(pc.match_substring_regex(cells, words, ignore_case=True))
    text &= ~_mask(pc.match_substring_regex(cells, _NOT))
    return text if flag is None else text | _mask(pc.is_in(cells, pa.array(flag)))


def _means(
    cells: Any, told: NDArray[np.bool_], given: Mapping[str, str] | None, meaning: str
) -> NDArray[np.bool_]:
    """Which cells mean something: by what kpi.toml says of their words, else as they are told."""
    if not given:
        return told
    named = _mask(pc.is_in(cells, pa.array(list(given))))
    so = [word for word, said in given.items() if said == meaning]
    return (told & ~named) | _mask(pc.is_in(cells, pa.array(so, pa.string())))


def meaning_of(code: str, heading: str, word: str) -> str | None:
    """What a word under a status heading is taken to mean; None for one that says nothing known.

    Parameters
    ----------
    code : str
        The table.
    heading, word : str
        The heading, and what stands below it.
    """
    cells = pa.array([word])
    if code == "agents":
        flag = _leaving_flag(heading)
        if _says(cells, _GONE, flag).any():
            return "离职"
        known = re.search(r"在职|在岗|正常|有效|在册|试用|转正|正式|^active", word, re.IGNORECASE)
        return "在职" if known or (flag and word in (*YES, *NO)) else None
    if _NOT_ISSUED.search(word):
        return None
    flag = YES if _FLAG_HEADING.search(heading) else None
    if _says(cells, _WITHDRAWN, flag if "退保" not in heading or "犹" in heading else None).any():
        return "撤单"
    if _says(cells, _ENDED, flag if "退保" in heading else None).any():
        return "终止"
    known = re.search(r"有效|生效|正常|承保|缴费|交费|续期|满期|^in.?force", word, re.IGNORECASE)
    return "有效" if known or re.match(_NOT, word) or (flag and word in NO) else None


def strange_statuses(raw: RawTable) -> Iterator[tuple[str, Fault]]:
    """Words of status columns that nobody knows the meaning of: they speak neither way."""
    if raw.table.code not in STATUSES:
        return
    for heading, cells in raw.others.items():
        given = raw.said.statuses.get(heading, {})
        if heading in raw.said.unused or not (given or _is_status(raw, heading)):
            continue
        words = pc.unique(cells).drop_null().to_pylist()
        strange = [
            word
            for word in words[: MOST_STATUSES + 1]
            if word not in given
            and meaning_of(raw.table.code, heading, word) is None
            and not not_counted.is_plain(word)
        ]
        # A column of more words than that is no status: remarks, or numbers.
        if strange and len(words) <= MOST_STATUSES:
            usual = STATUSES[raw.table.code][0]
            yield heading, kinds.STATUS_UNKNOWN(words="、".join(strange), usual=usual)


def withdrawals(raw: RawTable, columns: dict[str, Any]) -> Iterator[tuple[int, str, Fault]]:
    """Surrenders so soon after the issue that they are withdrawals; those that may be are told."""
    heading = raw.headings.get("ended", "")
    if "退保" not in heading or any("犹" in other or "撤" in other for other in raw.others):
        return
    issued, ended = columns["issued"].cast(pa.int32()), columns["ended"].cast(pa.int32())
    days = pc.subtract(ended, issued)
    soon = pc.fill_null(
        pc.and_(pc.greater_equal(days, 0), pc.less_equal(days, _COOLING_OFF)), False
    )
    perhaps = pc.and_(pc.greater(days, _COOLING_OFF), pc.less_equal(days, _PERHAPS))
    if pc.any(soon).as_py():
        columns["withdrawn"] = pc.if_else(soon, columns["ended"], columns["withdrawn"])
        columns["ended"] = pc.if_else(soon, None, columns["ended"])
    for place in np.flatnonzero(_mask(soon)).tolist():
        yield place, heading, kinds.TAKEN_FOR_WITHDRAWAL(days=_COOLING_OFF)
    for place in np.flatnonzero(_mask(perhaps)).tolist():
        yield place, heading, kinds.PERHAPS_WITHDRAWAL(days=days[place].as_py())


LEAST: Final = {"premium": 100, "due_premium": 100, "fyc": 10}
"""元: a median below is likely in another unit."""

FEWEST: Final = 4
"""The median of fewer amounts says nothing."""

_HAPPENED: Final = {
    "policies": ("issued", "withdrawn"), "activities": ("day",), "attendance": ("day",),
    "counts": ("day",), "dues": ("paid",), "agents": ("signed",),
}  # fmt: skip
"""Days of what has happened: none of them can be in the future."""

_PLANNED: Final = {
    "agents": ("left",), "leavers": ("left",),
    "transfers": ("valid_from",), "promotions": ("valid_from",),
}  # fmt: skip
"""Days of what may be known before it happens, not years before."""

_FAR: Final = dt.timedelta(366)


def future_days(
    raw: RawTable, columns: Mapping[str, Any], today: dt.date
) -> Iterator[tuple[int, str, Fault]]:
    """Days that have not come yet."""
    for code in _HAPPENED.get(raw.table.code, ()):
        if code not in raw.columns:
            continue
        # Monthly sums are put under any day of the month.
        last = (today.replace(day=1) + dt.timedelta(31)).replace(day=1)
        late = _mask(pc.greater_equal(columns[code], pa.scalar(last, pa.date32())))
        for place in np.flatnonzero(late).tolist():
            fault = kinds.SIGNED_IN_FUTURE if code == "signed" else kinds.DAY_IN_FUTURE
            yield place, raw.headings[code], fault(today=today.isoformat())
    for code in _PLANNED.get(raw.table.code, ()):
        if code in raw.columns:
            late = pc.greater(columns[code], pa.scalar(today + _FAR, pa.date32()))
            for place in np.flatnonzero(_mask(late)).tolist():
                yield place, raw.headings[code], kinds.DAY_FAR_AHEAD(today=today.isoformat())


def perhaps_expiry(raw: RawTable, columns: Mapping[str, Any]) -> Iterator[tuple[str, Fault]]:
    """Days of ending that nearly every policy has, and long after its issue: of its expiry."""
    if raw.table.code != "policies" or "ended" not in raw.columns or not len(raw.rows):
        return
    days = pc.subtract(columns["ended"].cast(pa.int32()), columns["issued"].cast(pa.int32()))
    late = pc.sum(pc.greater_equal(days, _A_YEAR)).as_py() or 0
    if late > 1 and late >= _NEARLY_ALL * len(days):
        yield raw.headings["ended"], kinds.PERHAPS_EXPIRY(column=raw.headings["ended"])


_A_YEAR: Final = 364
_NEARLY_ALL: Final = 0.9


def sum_of_others(raw: RawTable, columns: Mapping[str, Any]) -> Iterator[tuple[int, str, Fault]]:
    """The last row where it is a record in every cell, and the sum of the rows above it."""
    who = raw.columns.get("policy", raw.columns.get("agent"))
    if who is None or len(who) < FEWEST or raw.totals:
        return
    equal = 0
    for column in raw.table.columns:
        if column.kind in totals.AMOUNTS and column.code in raw.columns:
            amounts = np.asarray(pc.fill_null(columns[column.code], 0).to_numpy(), np.int64)
            if amounts[-1] and np.count_nonzero(amounts[:-1]) >= FEWEST - 1:
                equal += int(amounts[-1] == amounts[:-1].sum())
    if equal >= _IN_SEVERAL and pc.is_in(who[-1:], who[:-1]).to_pylist() != [True]:
        code = "policy" if "policy" in raw.columns else "agent"
        yield len(who) - 1, raw.headings[code], kinds.SUM_OF_OTHERS()


_IN_SEVERAL: Final = 2
"""A row that is the sum of the others in so many columns is hardly so by chance."""


def small_premium(raw: RawTable, columns: Mapping[str, Any]) -> Iterator[tuple[str, Fault]]:
    """Premium so small that it is likely not in 元."""
    for code, least in LEAST.items():
        if code in raw.columns and raw.headings[code].strip() not in raw.said.units:
            amounts = np.abs(np.asarray(pc.fill_null(columns[code], 0).to_numpy(), np.int64))
            amounts = amounts[amounts > 0]
            if len(amounts) >= FEWEST and (median := float(np.median(amounts)) / 100) < least:
                yield raw.headings[code], kinds.SMALL_AMOUNTS(median=f"{median:g}")


def riders_by_name(raw: RawTable) -> Iterator[tuple[str, Fault]]:
    """Riders that count as policies because only their names say what they are."""
    if raw.table.code == "policies" and "product" in raw.columns and "is_main" not in raw.columns:
        named = _mask(pc.match_substring(raw.columns["product"], "附加"))
        if count := int(named.sum()):
            yield raw.headings["product"], kinds.RIDERS_BY_NAME(count=count)


def targets_meant(
    raw: RawTable, columns: dict[str, Any], kpis: Registry
) -> Iterator[tuple[int, str, Fault]]:
    """Targets in the unit that their heading says, by what their KPI is measured in."""
    heading = raw.headings["target"]
    unit, percent = raw.unit(heading), in_percent(heading)
    scale = {"": 1, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8}[unit]
    values = columns["target"].to_pylist()
    names = columns["kpi"].to_pylist()
    for place, (value, name, text) in enumerate(
        zip(values, names, raw.columns["target"].to_pylist(), strict=True)
    ):
        kpi = kpis.find(name) if name else None
        if kpi is None or value is None or re.search(r"[%‰万亿千元]", text or ""):
            continue
        if kpi.unit == "元":
            values[place] = value * scale
        elif kpi.unit == "%" and percent:
            if 0 < abs(value) <= 1:
                yield place, heading, kinds.PERCENT_OR_RATIO(value=text)
            values[place] = value / 100
        elif kpi.unit == "%" and abs(value) > 2:
            yield place, heading, kinds.RATIO_TOO_LARGE(value=text, percent=f"{value * 100:g}%")
    columns["target"] = pa.array(values, pa.float64())


def _mask(condition: Any) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(condition, False).to_numpy(zero_copy_only=False), bool)
