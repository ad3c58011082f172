"""What a list of dues does not say of payments, and dues of policies that nobody sold."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.checks.finding import Finding
from kpi_xl.checks.unused_columns import speaking_of_columns
from kpi_xl.raw_files.said import FileRead, Said
from kpi_xl.readers.cell import YES, plain

_STATUS: Final = re.compile(r"状态|标[志识记]|是否|情况|结果|status|paid", re.IGNORECASE)
_PAID: Final = re.compile(
    r"(已|实)(缴|交|收|到账|扣)(费|款|讫|清)?|(缴|交|收|扣)(费|款)?(成功|完成|讫|清)|成功|paid|success",
    re.IGNORECASE,
)
_FLAG: Final = re.compile(
    r"是否.*(缴|交|收|到账)|(缴|交|收)费标[志识]|^(is[_ ]?)?paid", re.IGNORECASE
)


_A_YEAR: Final = dt.timedelta(366)


def half_told(file: FileRead) -> Iterator[Said]:
    """A list that has the days of payment, or the amounts, and not both."""
    both = [file.raw.table.column(code) for code in ("paid", "paid_premium")]
    there = [column for column in both if column.code in file.raw.columns]
    # A heading that was not understood may be the other one, and is told of by itself.
    if len(there) == 1 and len(file.raw.rows) and not any(speaking_of_columns(file)):
        (missing,) = (column for column in both if column not in there)
        kind = kinds.NO_DAY_OF_PAYMENT if missing.code == "paid" else kinds.NO_AMOUNT_PAID
        yield Said(None, kind(column=missing.name, there=there[0].name))


def of_nothing_sold(dues: Sequence[pa.Table], sold: Sequence[pa.Table]) -> Finding | None:
    """That no policy of the dues is among those sold, though some are old enough for it.

    Parameters
    ----------
    dues, sold : sequence of pyarrow.Table
        The rows of each file of 续期 and of 保单; none is empty.

    Returns
    -------
    Finding or None
        At the first row of the first file of 续期.
    """
    if not dues or not sold:
        return None
    due, issued = (
        [day for rows in files for day in pc.min_max(rows[code]).as_py().values() if day]
        for files, code in ((dues, "due"), (sold, "issued"))
    )
    # Those that are due now may have been sold before the files begin.
    if not due or not issued or min(issued) > max(due) - _A_YEAR:
        return None
    policies = pa.chunked_array([one for rows in sold for one in rows["policy"].chunks])
    policies = policies.combine_chunks()
    if any(pc.any(pc.is_in(rows["policy"], policies)).as_py() for rows in dues):
        return None
    return Finding(0, "policy", kinds.DUES_OF_NOTHING_SOLD(), dues[0]["policy"][0].as_py())


def payments(file: FileRead) -> Iterator[Said]:
    """The payments without a day."""
    paid = np.asarray(pc.is_valid(file.columns["paid"]), bool)
    for heading, cells in file.others():
        if not _STATUS.search(heading):
            continue
        flag = YES if _FLAG.search(heading) else ()
        texts = cells.to_pylist()
        without = [
            place
            for place, text in enumerate(texts)
            if text and not paid[place] and (_PAID.fullmatch(plain(text)) or text in flag)
        ]
        if without:
            yield Said(heading, kinds.PAID_WITHOUT_DAY(count=len(without)), without[0])
