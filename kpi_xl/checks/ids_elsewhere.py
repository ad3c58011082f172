"""Ids that one file writes otherwise than another of the same records.

Excel drops the zeros in front, systems put marks between the digits: the roster of June has 101
where that of May has 00101. Taken for two, people and policies would count twice. Two ways of
writing are one only where the rest of the record agrees, and never within one file.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.checks.finding import Finding
from kpi_xl.fault import Kind

_MARKS: Final = r"[\s\-_/.·]+"
_ZEROS: Final = "^0+"
_SMALL_OR_WIDE: Final = r"[a-z]|[^\x00-\x7f]"

_Record = tuple[Any, ...]
_Labelled = tuple[str, pa.Table]
"""The rows of a file, and its name for people."""

_Told = tuple[pa.Table, list[Finding]]
"""The rows of a file as they are meant, and what is told of them."""


@dataclass
class _Written:
    """One way in which an id is written: in which files, in which records."""

    files: set[int] = field(default_factory=set)
    records: set[_Record] = field(default_factory=set)


def people(files: Sequence[_Labelled]) -> list[_Told]:
    """The files of 人员 with one id for each.

    One is who has the same name, or has signed on the same day where a file does not have names.

    Parameters
    ----------
    files : sequence of (str, pyarrow.Table)
        Each file's name for people, and its rows.

    Returns
    -------
    list of (pyarrow.Table, list of Finding)
        The rows of each file, the same table where nothing is written otherwise, and what is told.
    """

    def are_one(one: _Record, other: _Record) -> bool:
        named = one[0] is not None and other[0] is not None
        return bool(one[0] == other[0] if named else one[1] == other[1])

    return _as_one(files, "agent", ("name", "signed"), are_one)


def policies(files: Sequence[_Labelled]) -> list[_Told]:
    """The files of 保单 with one number for each policy: of one agent and day of issue.

    Parameters and what is given are as for `people`.
    """
    return _as_one(files, "policy", ("agent", "issued"), operator.eq, kinds.ID_ALMOST, "张保单")


def dues(files: Sequence[_Labelled], sold: Sequence[_Labelled]) -> list[_Told]:
    """The files of 续期 with the numbers of 保单, where one policy only can be meant.

    Parameters
    ----------
    files, sold : sequence of (str, pyarrow.Table)
        The files of 续期 and those of 保单; as for `people`, as is what is given.
    """
    known = _as_one(files, "policy", ("agent",), operator.eq, kinds.ID_ALMOST, "张保单")
    found = _as_sold([data for data, _ in known], sold)
    return [(data, [*one, *two]) for (_, one), (data, two) in zip(known, found, strict=True)]


def _as_one(
    files: Sequence[_Labelled],
    column: str,
    of_record: Sequence[str],
    are_one: Callable[[_Record, _Record], bool],
    almost: Kind | None = None,
    what: str = "个人",
) -> list[_Told]:
    alike = _alike([data[column] for _, data in files]) if len(files) > 1 else {}
    if not alike:
        return [(data, []) for _, data in files]
    ways = {text: _Written() for text in alike}
    for number, (_, data) in enumerate(files):
        rows = data.filter(pc.is_in(data[column], pa.array(list(alike), pa.string())))
        columns = [rows[code].to_pylist() for code in (column, *of_record)]
        for text, *record in zip(*columns, strict=True):
            ways[text].files.add(number)
            ways[text].records.add(tuple(record))
    by_form: dict[str, list[str]] = {}
    for text, form in alike.items():
        by_form.setdefault(form, []).append(text)
    meant: dict[str, str] = {}
    perhaps: dict[str, str] = {}
    for texts in by_form.values():
        # What has its zeros and marks sorts first, and so do capitals.
        first, *others = sorted(texts)
        for text in others:
            one, other = ways[first], ways[text]
            if not one.files & other.files:
                same = any(are_one(a, b) for a in one.records for b in other.records)
                (meant if same else perhaps)[text] = first
    found: list[_Told] = []
    for number, (_, data) in enumerate(files):
        findings = []
        for known, kind in ((meant, kinds.ID_ELSEWHERE), (perhaps, almost)):
            here = [text for text in known if number in ways[text].files]
            if here and kind is not None:
                where = files[min(ways[known[here[0]]].files)][0]
                findings.append(_told(kind, data, column, here, known[here[0]], where, what))
        found.append((_put(data, column, meant), findings))
    return found


def _as_sold(files: Sequence[pa.Table], sold: Sequence[_Labelled]) -> list[_Told]:
    """Files of instalments with the numbers of the policies that are sold."""
    dues = [rows["policy"] for rows in files]
    alike = _alike([*dues, *(rows["policy"] for _, rows in sold)]) if sold and files else {}
    texts = pa.array(list(alike), pa.string())
    of_form: dict[str, dict[str, str]] = {}
    for label, rows in sold if alike else ():
        for text in _those_in(rows, texts):
            of_form.setdefault(alike[text], {}).setdefault(text, label)
    return [_numbered(data, texts, alike, of_form) for data in files]


def _numbered(
    data: pa.Table, texts: Any, alike: Mapping[str, str], of_form: Mapping[str, Mapping[str, str]]
) -> _Told:
    meant: dict[str, str] = {}
    for text in _those_in(data, texts):
        known = of_form.get(alike[text], {})
        if len(known) == 1 and text not in known:  # never a guess between two
            (meant[text],) = known
    if not meant:
        return data, []
    first = next(iter(meant))
    where = of_form[alike[first]][meant[first]]
    told = _told(kinds.ID_ELSEWHERE, data, "policy", [*meant], meant[first], where, "张保单")
    return _put(data, "policy", meant), [told]


def _those_in(rows: pa.Table, texts: Any) -> list[str]:
    """Those of some texts that are numbers of policies of some rows."""
    if not len(texts):
        return []
    found: list[str] = texts.filter(pc.is_in(texts, rows["policy"].combine_chunks())).to_pylist()
    return found


def _told(
    kind: Kind, data: pa.Table, column: str, texts: Sequence[str], id: str, where: str, what: str
) -> Finding:
    """One finding for all ids of a file, at the first of them."""
    row = pc.index(data[column], texts[0]).as_py()
    fault = kind(id=id, where=where, count=len(texts), what=what)
    return Finding(row, column, fault, texts[0])


def _alike(columns: Sequence[Any]) -> Mapping[str, str]:
    """The texts that differ from another one only in zeros, marks or letters' width; their form."""
    texts = pa.chunked_array([pc.unique(one) for one in columns if len(one)], pa.string())
    if not len(texts):
        return {}
    texts = pc.unique(texts).drop_null()
    lengths = pc.min_max(pc.utf8_length(texts)).as_py()
    # Where all are as long, none has lost anything: as in most projects.
    if lengths["min"] == lengths["max"] and not _any(texts, _SMALL_OR_WIDE):
        return {}
    if not _any(texts, rf"{_ZEROS}|{_MARKS}|{_SMALL_OR_WIDE}"):
        return {}
    forms = pc.utf8_upper(pc.utf8_normalize(texts, form="NFKC"))
    forms = pc.replace_substring_regex(forms, _MARKS, "")
    forms = pc.replace_substring_regex(forms, _ZEROS, "")
    counts = pc.value_counts(forms)
    several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    chosen = pc.is_in(forms, several)
    return dict(
        zip(texts.filter(chosen).to_pylist(), forms.filter(chosen).to_pylist(), strict=True)
    )


def _any(texts: Any, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, pattern)).as_py())


def _put(data: pa.Table, column: str, meant: Mapping[str, str]) -> pa.Table:
    """The rows with ids in place of others; the same table where it has none of these."""
    texts = data[column]
    place = pc.index_in(texts, pa.array(list(meant), pa.string())) if meant else None
    if place is None or place.null_count == len(place):
        return data
    put = pc.coalesce(pa.array(list(meant.values()), pa.string()).take(place), texts)
    return data.set_column(data.column_names.index(column), column, put)
