"""Columns of statuses: who left, which policies ended, and words that are not known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.raw_files import not_counted
from kpi_xl.raw_files.said import FileRead, Said, mask
from kpi_xl.readers.cell import NO, YES
from kpi_xl.settings.sheets import STATUSES

_HEADINGS: Final = {
    "agents": re.compile(r"状态|是否在职|是否离职|在职标志|status", re.IGNORECASE),
    "policies": re.compile(r"状态|犹撤|犹退|是否撤|撤单|是否退保|status", re.IGNORECASE),
    "transfers": re.compile(r"(异动|变动|调动)(类型|类别|原因|方式)", re.IGNORECASE),
}
"""The headings of statuses, by raw table."""

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

MOST_WORDS: Final = 12
"""A column of more different words is no status."""


def is_status(table: str, heading: str) -> bool:
    """Whether a heading of a raw table is of a status column.

    Parameters
    ----------
    table : str
        The code of the raw table.
    heading : str
        As written in the file.
    """
    words = _HEADINGS.get(table)
    return words is not None and bool(words.search(heading))


def not_to_count(file: FileRead) -> Iterator[Said]:
    """The rows that do not count, by their remarks, flags and statuses."""
    yield from not_counted.said_in_words(file, _HEADINGS.get(file.raw.table.code))


def of_agents(file: FileRead) -> Iterator[Said]:
    """People with a status of having left, without a day."""
    for heading, cells, given in _columns(file):
        gone = _means(cells, _says(cells, _GONE, _leaving_flag(heading)), given, "离职")
        gone &= mask(pc.is_null(file.columns["left"]))
        for place in np.flatnonzero(gone).tolist():
            fault = kinds.LEFT_WITHOUT_DAY(status=cells[place].as_py())
            yield Said(heading, fault, place)


def of_transfers(file: FileRead) -> Iterator[Said]:
    """Transfers that are none: people who left or joined."""
    for heading, cells, _ in _columns(file):
        gone = _says(cells, _GONE, None)
        for place in np.flatnonzero(_says(cells, _NO_MOVE, None) | gone).tolist():
            status = cells[place].as_py()
            agent, day = (file.columns[code][place].as_py() for code in ("agent", "valid_from"))
            if gone[place] and agent and day:
                about = {"status": status, "agent": agent, "day": day.isoformat()}
                yield Said(heading, kinds.LEFT_BY_TRANSFER(**about), place)
            else:
                yield Said(heading, kinds.NO_TRANSFER(status=status), place)


def of_policies(file: FileRead) -> Iterator[Said]:
    """Policies with a status of being withdrawn or ended, without a day.

    撤单日期 is filled in from 退保日期 where 是否犹撤 says so.
    """
    columns = file.columns
    for heading, cells, given in _columns(file):
        flag = YES if _FLAG_HEADING.search(heading) else None
        surrender = "退保" in heading and not re.search("犹", heading)
        withdrawn = _says(cells, _WITHDRAWN, flag if not surrender else None)
        withdrawn = _means(cells, withdrawn, given, "撤单")
        withdrawn &= mask(pc.is_null(columns["withdrawn"]))
        known = mask(pc.is_valid(columns["ended"]))
        if (moved := withdrawn & known).any():
            so = pa.array(moved)
            columns["withdrawn"] = pc.if_else(so, columns["ended"], columns["withdrawn"])
            columns["ended"] = pc.if_else(so, None, columns["ended"])
        for place in np.flatnonzero(withdrawn & ~known).tolist():
            fault = kinds.WITHDRAWN_WITHOUT_DAY(status=cells[place].as_py())
            yield Said(heading, fault, place)
        ended = _means(cells, _says(cells, _ENDED, flag if surrender else None), given, "终止")
        ended &= ~withdrawn & ~known
        ended &= mask(pc.is_null(columns["withdrawn"]))
        for place in np.flatnonzero(ended).tolist():
            yield Said(heading, kinds.ENDED_WITHOUT_DAY(status=cells[place].as_py()), place)


def _columns(file: FileRead) -> Iterator[tuple[str, Any, Mapping[str, str] | None]]:
    """The status columns: heading, texts, and the meanings that kpi.toml gives."""
    for heading, cells in file.others():
        given = file.raw.said.statuses.get(heading)
        known = given is not None or is_status(file.raw.table.code, heading)
        if known and cells.null_count < len(cells):
            yield heading, cells, given


def _leaving_flag(heading: str) -> tuple[str, ...] | None:
    if "是否离" in heading:
        return YES
    return NO if "是否在职" in heading or "在职标志" in heading else None


def _says(cells: Any, words: str, flag: tuple[str, ...] | None) -> NDArray[np.bool_]:
    text = mask(pc.match_substring_regex(cells, words, ignore_case=True))
    text &= ~mask(pc.match_substring_regex(cells, _NOT))
    return text if flag is None else text | mask(pc.is_in(cells, pa.array(flag)))


def _means(
    cells: Any, told: NDArray[np.bool_], given: Mapping[str, str] | None, meaning: str
) -> NDArray[np.bool_]:
    """Whether each cell has a meaning: by kpi.toml, else by the known words."""
    if not given:
        return told
    named = mask(pc.is_in(cells, pa.array(list(given))))
    so = [word for word, said in given.items() if said == meaning]
    return (told & ~named) | mask(pc.is_in(cells, pa.array(so, pa.string())))


def meaning_of(code: str, heading: str, word: str) -> str | None:
    """The meaning of a word under a status heading, for people; None for a word that is not known.

    Parameters
    ----------
    code : str
        The code of the raw table.
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


def strange(file: FileRead) -> Iterator[Said]:
    """Words of status columns whose meaning is not known."""
    code = file.raw.table.code
    for heading, cells in file.others():
        given = file.raw.said.statuses.get(heading, {})
        if not (given or is_status(code, heading)):
            continue
        words = pc.unique(cells).drop_null().to_pylist()
        unknown = [
            word
            for word in words[: MOST_WORDS + 1]
            if word not in given
            and meaning_of(code, heading, word) is None
            and not not_counted.is_plain(word)
        ]
        # A column of more words than that is no status: remarks, or numbers.
        if unknown and len(words) <= MOST_WORDS:
            usual = STATUSES[code][0]
            yield Said(heading, kinds.STATUS_UNKNOWN(words="、".join(unknown), usual=usual))
