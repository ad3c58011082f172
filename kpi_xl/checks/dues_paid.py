"""Payments in a list of dues that have a status "paid" but no day of payment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow.compute as pc

from kpi_xl import kinds
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
