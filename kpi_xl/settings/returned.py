"""Which source wins where a returned workbook and a raw file differ."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from kpi_xl import kinds
from kpi_xl.settings.file import SettingError

Source: TypeAlias = Literal["回收", "原始"]
"""What came back, or the raw files."""

SOURCES: Final[tuple[Source, ...]] = ("回收", "原始")

WINS: Final[Mapping[str, Source]] = {"目标": "回收", "活动": "原始", "预收": "原始"}
"""By what it is about: a target is what was agreed last; what was done is what systems noted."""


def returned_wins(section: Mapping[str, Any], file: Path) -> dict[str, Source]:
    """Which source wins, by subject.

    Parameters
    ----------
    section : mapping
        The section ``[returned]`` of kpi.toml.
    file : Path
        The file kpi.toml, for the place of an error.

    Raises
    ------
    SettingError
        Something else stands there.
    """
    for key, value in section.items():
        if key not in WINS or value not in SOURCES:
            fault = kinds.RETURNED_SETTING(
                known="、".join(WINS), sources="、".join(SOURCES), example='活动 = "回收"'
            )
            raise SettingError(("returned", key), fault, file=file, value=value)
    return {**WINS, **section}
