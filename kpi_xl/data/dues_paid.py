"""What a list of dues says of payments beside the day of payment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pyarrow.compute as pc

from kpi_xl import kinds
from kpi_xl.data.read import RawTable
from kpi_xl.fault import Fault
from kpi_xl.readers.cell import YES, plain

_STATUS: Final = re.compile(r"状态|标[志识记]|是否|情况|结果|status|paid", re.IGNORECASE)
_PAID: Final = re.compile(
    r"(已|实)(缴|交|收|到账|扣)(费|款|讫|清)?|(缴|交|收|扣)(费|款)?(成功|完成|讫|清)|成功|paid|success",
    re.IGNORECASE,
)
_FLAG: Final = re.compile(
    r"是否.*(缴|交|收|到账)|(缴|交|收)费标[志识]|^(is[_ ]?)?paid", re.IGNORECASE
)


def payments(raw: RawTable, columns: Mapping[str, Any]) -> Iterator[tuple[int, str, str, Fault]]:
    """Payments without a day.

    Yields
    ------
    (int, str, str, Fault)
        The place of the first row, the heading, what stands there, what is told of it.
    """
    if raw.table.code != "dues":
        return
    paid = np.asarray(pc.is_valid(columns["paid"]), bool)
    for heading, cells in raw.others.items():
        if heading in raw.said.unused or not _STATUS.search(heading):
            continue
        flag = YES if _FLAG.search(heading) else ()
        texts = cells.to_pylist()
        without = [
            place
            for place, text in enumerate(texts)
            if text and not paid[place] and (_PAID.fullmatch(plain(text)) or text in flag)
        ]
        if without:
            first = without[0]
            yield first, heading, texts[first], kinds.PAID_WITHOUT_DAY(count=len(without))
