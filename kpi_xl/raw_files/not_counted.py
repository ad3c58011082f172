"""Rows that are marked as not counting: struck through, or by a word.

A line through a whole row is as good as a word, and a word that is all of a remark is plain: such
rows are set aside. What may mean it and may not is told, and read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kpi_xl import kinds
from kpi_xl.fault import Fault, Kind
from kpi_xl.raw_files.grid import Grid
from kpi_xl.raw_files.said import FileRead, Said
from kpi_xl.readers.cell import NO, NOTHING, YES, plain

_ENDS: Final = {
    "agents": ("left",), "leavers": ("left",),
    "policies": ("withdrawn", "ended"), "outlets": ("closed",),
}  # fmt: skip
"""Days that say of a row what a line through it says: it counts until then."""

_BEFORE: Final = (
    r"[\s（(【\[*!！]*(?:此|本|该|这)?(?:一?行|条|单|件|保单|人|笔|记录|数据)?(?:已经?|被|现)?"
)
_BEHIND: Final = r"(?:了|的|单|件|行|人员|保单|记录|数据)?[\s）)】\].。:：!！]*"
_STRONG: Final = (
    r"作废|删除|删|废弃|不算|不计入?|不统计|剔除|(?:录入|登记|填写)(?:错误|有误)|录错|误录|勿用|不用"
    r"|重复(?:录入|登记|录|单|数据)|void(?:ed)?|deleted?|duplicated?"
)
_PLAIN: Final = re.compile(f"{_BEFORE}(?:{_STRONG}){_BEHIND}", re.IGNORECASE)
_WEAKER: Final = re.compile(
    f"{_BEFORE}(?:{_STRONG}|取消|撤销|无效|重复|cancel(?:l?ed)?|invalid){_BEHIND}", re.IGNORECASE
)
_HINTS: Final = (
    r"(?i)废|取消|撤销|删|不算|不计|不统计|剔除|录错|错误|有误|误录|勿用|不用|无效|重复"
    r"|void|cancel|delete|duplicate|invalid"
)
_PERHAPS: Final = re.compile(
    r"(?<![未不没非无])(?:作废|已取消|已撤销|已删|应删|不计入|不算|不统计|剔除|重复录|录错|误录|重复数据)"
)
_LONGEST: Final = 60
"""Letters; a longer text is a story."""

_REMARK: Final = re.compile(
    r"备注|说明|附注|批注|标注|标记|摘要|remark|note|memo|comment", re.IGNORECASE
)
_FLAG: Final = re.compile(
    r"(是否)?已?(作废|删除|废弃|剔除|无效|取消|重复)(标[志识记])?"
    r"|(is[_ ]?)?(del(eted?)?|void(ed)?|invalid|duplicated?)([_ ]?flag)?",
    re.IGNORECASE,
)
_VALID: Final = re.compile(
    r"(是否)?(有效|计入|统计|采用)(标[志识记])?|(is[_ ]?)?(valid|enabled|counted)([_ ]?flag)?",
    re.IGNORECASE,
)
_JUDGED: Final = re.compile(r"审核|审批|复核|核实|校验|抽查|质检")
_REFUSED: Final = re.compile(r"驳回|退回|(不|未)(通过|合格|属实|实)|虚假|造假|异常|无效")
_BELOW: Final = re.compile(
    r"(以下|下面|下列|下述|以上).*(作废|不计|不算|不统计|取消|无效|删|撤单|退保|离职|离司|参考|重复|示例|样例)"
)


@dataclass(frozen=True)
class StruckThrough:
    """The rows of a file with cells that are struck through.

    Parameters
    ----------
    rows : bool array
        The rows that do not count.
    ended : tuple of (str, int)
        How many other rows a line goes through, under the heading of the day that says why.
    cells : tuple of (str, int, int)
        The headings of single cells in other rows, how many they are, the first one's row.
    by_rule : bool
        Whether conditional formatting draws lines; its rules are not looked at.
    unseen : tuple of (str, int)
        The headings of cells that nobody sees for their look, and how many they are.
    """

    rows: NDArray[np.bool_]
    ended: tuple[tuple[str, int], ...] = ()
    cells: tuple[tuple[str, int, int], ...] = ()
    by_rule: bool = False
    unseen: tuple[tuple[str, int], ...] = ()

    def told(self) -> Iterator[tuple[str | None, Fault]]:
        """The messages about rows that are read all the same, under their heading."""
        for heading, count in self.ended:
            yield heading, kinds.STRUCK_AND_ENDED(count=count)
        for heading, count, row in self.cells:
            yield heading, kinds.STRUCK_CELLS(count=count, row=row)
        for heading, count in self.unseen:
            yield heading, kinds.UNSEEN_CELLS(count=count)
        if self.by_rule:
            yield None, kinds.STRUCK_BY_RULE()


def struck_through(code: str, grid: Grid, cells: Sequence[Any]) -> StruckThrough:
    """Find rows that are struck through: in all used columns that have a value, or in some.

    Parameters
    ----------
    code : str
        The code of the raw table.
    grid : Grid
        Read already; its texts are looked at, no rows taken out.
    cells : sequence of pyarrow arrays
        Its columns; null where nothing stands.
    """
    size = len(grid.rows)
    whole, some = np.ones(size, bool), np.zeros(size, bool)
    used = sorted(grid.match.used)
    struck = {at: grid.struck[at] & _there(cells[at]) for at in used if at in grid.struck}
    unseen = tuple((grid.headings[at], grid.unseen[at]) for at in used if at in grid.unseen)
    if not any(mask.any() for mask in struck.values()):
        return StruckThrough(some, by_rule=grid.struck_by_rule, unseen=unseen)
    for at in used:
        of_column = struck.get(at, np.zeros(size, bool))
        some |= of_column
        whole &= of_column | ~_there(cells[at])
    whole &= some
    ended = []
    for day in _ENDS.get(code, ()):
        if day in grid.match.positions:
            at = grid.match.positions[day]
            nothing = pc.is_in(cells[at], pa.array(sorted(NOTHING)))
            has_ended = whole & _there(cells[at]) & ~np.asarray(nothing, bool)
            whole &= ~has_ended
            some &= ~has_ended
            if count := int(has_ended.sum()):
                ended.append((grid.headings[at], count))
    rows = np.asarray(grid.rows.to_numpy(), np.int64)
    single = {at: mask & some & ~whole for at, mask in struck.items()}
    return StruckThrough(
        whole,
        tuple(ended),
        tuple(
            (grid.headings[at], int(mask.sum()), int(rows[mask.argmax()]))
            for at, mask in single.items()
            if mask.any()
        ),
        grid.struck_by_rule,
        unseen,
    )


def said_in_comments(grid: Grid) -> Iterator[tuple[int, str, Fault]]:
    """The rows whose comments may say that they do not count, with the comments."""
    for row, text in sorted(grid.comments.items()):
        said = plain(text)
        if any(_WEAKER.fullmatch(line) for line in said.split("\n")) or _PERHAPS.search(said):
            yield row, text, kinds.COMMENT_PERHAPS()


def headed_off(cells: Sequence[Any], first: Any) -> dict[int, str]:
    """Lines of one cell that say that the rows below do not count.

    Parameters
    ----------
    cells : sequence of pyarrow arrays
        The columns of the table, as texts.
    first : pyarrow string array
        The first cell of each row that holds anything.
    """
    found: dict[int, str] = {}
    if sum(column.null_count < len(column) for column in cells) > 1 and not any(
        column.null_count for column in cells
    ):
        return found  # no row has one cell only
    hints = pc.fill_null(
        pc.match_substring_regex(first, _HINTS + "|以下|下面|下列|下述|以上"), False
    )
    for place in np.flatnonzero(np.asarray(hints, bool)).tolist():
        text = first[place].as_py()
        alone = sum(column[place].is_valid for column in cells) == 1
        if alone and len(text) <= _LONGEST and (_WEAKER.fullmatch(text) or _BELOW.search(text)):
            found[place] = text
    return found


def said_in_words(file: FileRead, is_status: re.Pattern[str] | None) -> Iterator[Said]:
    """Find rows that do not count by their remarks, flags and statuses.

    Parameters
    ----------
    file : FileRead
        Read already; its texts are looked at, no rows taken out.
    is_status : pattern or None
        Finds the headings of statuses, which have words of their own.
    """
    raw, columns = file.raw, file.columns
    ended = np.zeros(len(raw.rows), bool)
    for day in _ENDS.get(raw.table.code, ()):
        ended |= _there(columns[day])
    without = [
        (f"“{left}”右边没有标题的一列" if left else "没有标题的一列", cells)
        for left, cells in raw.unnamed
    ]
    for heading, cells in [*file.others(), *without]:
        given = raw.said.statuses.get(heading, {})
        status = is_status is not None and bool(is_status.search(heading))
        remark = bool(_REMARK.search(heading)) or heading not in raw.others
        meant = {
            text: kind
            for text in _hinting(heading, cells)
            if text not in given and (kind := _meant(heading, text, remark, status))
        }
        for text, places in _places(cells, meant, ended).items():
            kind = meant[text]
            if kind.set_aside:
                for place in places:
                    yield Said(heading, kind(words=text), place, text)
            else:
                fault = kind(words=text, count=len(places))
                yield Said(heading, fault, places[0], text)


def _hinting(heading: str, cells: Any) -> list[str]:
    """The distinct texts of a column that may say so."""
    texts = pc.unique(cells).drop_null()
    if any(form.fullmatch(heading) for form in (_FLAG, _VALID)) or _JUDGED.search(heading):
        return list(texts.to_pylist())
    return list(texts.filter(pc.match_substring_regex(texts, _HINTS)).to_pylist())


def _meant(heading: str, text: str, remark: bool, status: bool) -> Kind | None:
    said = plain(text)
    if (_FLAG.fullmatch(heading) and said in YES) or (
        _WEAKER.fullmatch(said) if remark else status and _PLAIN.fullmatch(said)
    ):
        return kinds.SAID_NOT_TO_COUNT
    if status and not _JUDGED.search(heading):
        return None  # of what else it says is told as of any status
    if _JUDGED.search(heading) and _REFUSED.search(said):
        return kinds.PERHAPS_NOT_TO_COUNT
    weaker = _WEAKER.fullmatch(said) or (len(said) <= _LONGEST and _PERHAPS.search(said))
    if (weaker and not _FLAG.fullmatch(heading)) or (_VALID.fullmatch(heading) and said in NO):
        return kinds.PERHAPS_NOT_TO_COUNT
    return None


def is_plain(text: str) -> bool:
    """Whether a text says only that a row does not count.

    Examples
    --------
    >>> is_plain("已作废"), is_plain("此单录入错误。"), is_plain("未作废"), is_plain("取消面谈")
    (True, True, False, False)
    """
    return bool(_PLAIN.fullmatch(plain(text)))


def _places(
    cells: Any, texts: Mapping[str, Kind], ended: NDArray[np.bool_]
) -> dict[str, list[int]]:
    """The rows with some texts, without policies that have ended."""
    found: dict[str, list[int]] = {}
    if texts:
        there = np.asarray(pc.is_in(cells, pa.array(list(texts), pa.string())), bool)
        for place in np.flatnonzero(there & ~ended).tolist():
            found.setdefault(cells[place].as_py(), []).append(place)
    return found


def _there(column: Any) -> NDArray[np.bool_]:
    return np.asarray(pc.is_valid(column), bool)
